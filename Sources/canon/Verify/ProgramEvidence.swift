import CanonAudit
import CanonCodeModel
import CanonFacts
import CanonVerify

/// What claims are held against: an audited folder or commit, and the history that it stands in.
struct ProgramEvidence: ClaimEvidence {
    let basis: EvidenceBasis
    let files: [EvidenceFile]
    private let context: RuleContext
    private let python: String
    private let repository: GitRepository?
    private let definitions: [String: [ObjectID]]

    private var model: CodeModel { context.model }

    /// - Parameters:
    ///   - python: the version of the grammar by which the files were read.
    ///   - commit: the commit that the files are of; nil outside of version control.
    ///   - name: how reports name what was read.
    init(_ context: RuleContext, python: String, commit: String?, repository: GitRepository?, name: String) {
        self.context = context
        self.python = python
        self.repository = repository
        let paths = context.tree.paths
        files = zip(paths, ScopeMap(manifest: context.manifest).scopes(of: paths)).map { path, scope in
            EvidenceFile(path: path, scope: EvidenceFile.Scope(rawValue: scope.rawValue) ?? .live)
        }
        let model = context.model
        var definitions: [String: [ObjectID]] = [:]
        for index in model.files.indices {
            let file = FileID(rawValue: UInt32(index))
            for object in model.classes(in: file) + model.functions(in: file) {
                definitions[model.name(of: object), default: []].append(object)
            }
        }
        self.definitions = definitions
        let day = commit.flatMap { commit in
            (try? repository?.answer(["show", "--no-patch", "--format=%cs", commit])).flatMap(\.self)
        }
        basis = EvidenceBasis(name: name, commit: commit, day: day)
    }

    func bytes(of path: String) -> [UInt8]? { context.tree.bytes(of: path) }

    // MARK: Code

    func resolve(_ dottedName: String) -> EvidenceAnswer<EvidenceSymbol?> {
        switch model.resolve(dottedName).target {
        case .object(let object):
            .known(
                EvidenceSymbol(
                    name: model.symbol(of: object), kind: model.kind(of: object) == .class ? "class" : "function",
                    place: evidence(model.place(of: object))))
        case .module(let module):
            .known(
                EvidenceSymbol(
                    name: model.name(of: module), kind: "module",
                    place: model.file(of: module).map { EvidencePlace(path: model.path(of: $0), line: 1) }))
        case .variable(let place): .known(EvidenceSymbol(name: dottedName, kind: "value", place: evidence(place)))
        case .external(let name): .known(EvidenceSymbol(name: name, kind: "external", place: nil))
        case .missing: .known(nil)
        case .unresolved(let reason): .unknown(reason: "\(reason)", remedy: nil)
        }
    }

    func declarations(in path: String) -> EvidenceAnswer<[EvidenceDeclaration]> {
        guard let file = model.file(path: path) else {
            return .unknown(reason: "\(path) is in no language that is read here", remedy: nil)
        }
        let facts = model.facts(of: file)
        if let error = facts.error {
            return .unknown(reason: "\(path):\(error.line) does not parse", remedy: "mend the syntax error")
        }
        let declared = (model.classes(in: file) + model.functions(in: file)).map { declaration($0) }
        let bound = model.bindings(in: file).compactMap { binding -> EvidenceDeclaration? in
            let kind: EvidenceDeclaration.Kind
            switch binding.kind {
            case .importModule, .importName: kind = .importing
            case .reference, .value: kind = .value
            case .class, .function, .importAll, .deletion: return nil
            }
            let line = Int(facts.events[Int(binding.event)].line)
            return EvidenceDeclaration(
                name: model.name(of: binding, in: file), kind: kind,
                place: EvidencePlace(path: path, line: line), endLine: line, isTest: false)
        }
        return .known((declared + bound).sorted { $0.place.line < $1.place.line })
    }

    func definitions(of name: String) -> EvidenceAnswer<[EvidenceDeclaration]> {
        .known((definitions[name] ?? []).map { declaration($0) })
    }

    private func declaration(_ object: ObjectID) -> EvidenceDeclaration {
        let place = evidence(model.place(of: object))
        let name = model.name(of: object)
        let owner = model.enclosingClass(of: object).map { model.name(of: $0) }
        let isType = model.kind(of: object) == .class
        let file = place.path.split(separator: "/").last ?? ""
        let isCollected = file.hasPrefix("test_") || file.hasSuffix("_test.py")
        return EvidenceDeclaration(
            name: name, kind: isType ? .type : .function, owner: owner, place: place,
            endLine: model.declaration(of: object).map { Int($0.endLine) } ?? place.line,
            isTest: isCollected && name.hasPrefix(isType ? "Test" : "test"))
    }

    private func evidence(_ place: Place) -> EvidencePlace {
        EvidencePlace(path: model.path(of: place.file), line: Int(place.line))
    }

    func unparsable() -> EvidenceAnswer<[EvidenceGrammar]> {
        let paths = model.files.filter { $0.facts.error != nil }.map(\.path)
        return .known([EvidenceGrammar(name: "Python \(python)", paths: paths.sorted())])
    }

    // MARK: Concepts

    func concepts() -> EvidenceAnswer<[EvidenceConcept]> {
        let routes = context.conceptRoutes
        return .known(
            context.conceptScores.map { score in
                let objects = routes.first { $0.name == score.name }?.objects ?? []
                return EvidenceConcept(
                    name: score.name, canonical: score.canonical, implementations: score.implementationSymbols,
                    factories: objects.filter { $0.role == ObjectRole.factory.rawValue }.map(\.symbol),
                    importPaths: Set(objects.flatMap { $0.paths.map(\.module) }).sorted(), bound: score.bound,
                    consumers: score.consumers, score: score.score)
            })
    }

    func replay(_ question: ReplayQuestion) -> EvidenceAnswer<[EvidenceName]> {
        guard let entry = context.manifest.entries.first?.value else {
            return .unknown(reason: "it is not said which module is started", remedy: "name it in canon.yaml: entries:")
        }
        guard let module = question.module, let moment = StopPoint(module) else {
            return .unknown(reason: "the code that writes this line was not found", remedy: nil)
        }
        let result: ReplayResult
        do {
            result = try ImportReplay(model: model).run(entry: entry, at: moment)
        } catch {
            return .unknown(reason: "\(entry) cannot be replayed: \(error)", remedy: nil)
        }
        guard result.failure == nil, result.stop != nil else {
            return .unknown(reason: "\(module) is not loaded by \(entry)", remedy: nil)
        }
        let name = Glob(question.match, ignoresCase: true)
        let compared = result.comparedObject(matching: name, in: model)
        let names = result.names(matching: name, modules: Glob(question.moduleMatch, ignoresCase: true), in: model)
        return .known(
            names.filter { $0.object != compared }.map {
                EvidenceName(name: $0.name, object: model.symbol(of: $0.object), role: $0.role.rawValue)
            })
    }

    // MARK: History

    func commit(_ id: String) -> EvidenceAnswer<EvidenceCommit?> {
        asked { repository, tip in
            guard let full = try repository.answer(["rev-parse", "--verify", "--quiet", "\(id)^{commit}"]) else {
                return nil
            }
            return try Self.commit(full, repository, tip)
        }
    }

    func commits(namingIssue number: Int) -> EvidenceAnswer<[EvidenceCommit]> {
        asked { repository, tip in
            let ids =
                try repository.answer([
                    "log", "--format=%H", "--max-count=50", "--extended-regexp", "--grep=#\(number)([^0-9]|$)", tip,
                ]) ?? ""
            return try ids.split(separator: "\n").map { try Self.commit(String($0), repository, tip) }
        }
    }

    private func asked<Value>(_ question: (GitRepository, String) throws -> Value) -> EvidenceAnswer<Value> {
        guard let repository, let tip = basis.commit else {
            return .unknown(reason: "the folder is in no git repository", remedy: "run it in a clone")
        }
        guard !repository.isShallow else {
            return .unknown(reason: "this clone is shallow", remedy: "git fetch --unshallow")
        }
        do {
            return .known(try question(repository, tip))
        } catch {
            return .unknown(reason: "\(error)", remedy: nil)
        }
    }

    private static func commit(_ id: String, _ repository: GitRepository, _ tip: String) throws -> EvidenceCommit {
        let text =
            try repository.answer([
                "show", "--format=%cs%n%s", "--name-only", "--no-renames", "-m", "--first-parent", id,
            ]) ?? ""
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        return EvidenceCommit(
            id: id, day: lines.first ?? "", subject: lines.dropFirst().first ?? "",
            files: lines.dropFirst(2).filter { !$0.isEmpty },
            isContained: try repository.answer(["merge-base", id, tip]) == id)
    }
}
