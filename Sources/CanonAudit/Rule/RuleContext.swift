public import CanonCodeModel
import CanonFacts

/// What rules look at: the program, what the manifest says of it, and what was found out once for all of them.
public struct RuleContext: Sendable {
    public let model: CodeModel
    public let manifest: Manifest
    /// The declared concepts, those whose canonical symbol exists first found out.
    public let concepts: [Concept]
    /// Other files than those of the audited languages.
    public let tree: any SourceTree
    /// The day that waivers and deadlines are measured by.
    public let today: CalendarDate
    /// What was found out about single files, in this run or an earlier one.
    let parts: FileParts
    /// What runs when the entries of the manifest start; nil when it names none that exists.
    public let reachability: Reachability?
    /// Classes that do the same with the same kind of state, in live code.
    public let likenesses: Likenesses

    /// Nil when nobody can judge claims here.
    let claims: ClaimJudging?

    private let scopes: [SourceScope]
    private var filesByScope: [SourceScope: [FileID]]
    private let conceptsByObject: [ObjectID: Int]
    private let services: ServiceMap

    public init(
        model: CodeModel, manifest: Manifest = Manifest(), tree: any SourceTree = SourceTreeInMemory(),
        today: CalendarDate, parts: FileParts = FileParts()
    ) {
        self.init(model: model, manifest: manifest, tree: tree, today: today, parts: parts, claims: nil)
    }

    init(
        model: CodeModel, manifest: Manifest, tree: any SourceTree, today: CalendarDate, parts: FileParts,
        claims: ClaimJudging?
    ) {
        self.claims = claims
        self.model = model
        self.manifest = manifest
        self.tree = tree
        self.today = today
        self.parts = parts
        scopes = ScopeMap(manifest: manifest).scopes(of: model.files.lazy.map(\.path))
        var filesByScope: [SourceScope: [FileID]] = [:]
        for (index, scope) in scopes.enumerated() {
            filesByScope[scope, default: []].append(FileID(rawValue: UInt32(index)))
        }
        self.filesByScope = filesByScope
        let services = ServiceMap(manifest: manifest, model: model, live: filesByScope[.live] ?? [])
        self.services = services
        let entries = manifest.entries.compactMap { model.module(named: $0.value) }
        reachability = entries.isEmpty ? nil : model.reach(from: entries)
        let likenesses = Likenesses(model: model, live: filesByScope[.live] ?? [])
        self.likenesses = likenesses
        let scopes = scopes
        concepts = manifest.concepts.enumerated().map { index, declared in
            Concept(
                declared, index: index, model: model, likenesses: likenesses, services: services,
                isLive: { scopes[Int($0.rawValue)] == .live })
        }
        var conceptsByObject: [ObjectID: Int] = [:]
        for (index, concept) in concepts.enumerated() {
            for object in concept.objects where conceptsByObject[object] == nil { conceptsByObject[object] = index }
        }
        self.conceptsByObject = conceptsByObject
    }

    // MARK: Scopes

    public func scope(of file: FileID) -> SourceScope { scopes[Int(file.rawValue)] }
    public func scope(of object: ObjectID) -> SourceScope { scope(of: object.file) }

    /// Files of a scope, in the order of their paths.
    public func files(in scope: SourceScope) -> [FileID] { filesByScope[scope] ?? [] }
    /// The same program, of which only files of some languages are listed.
    func narrowed(to languages: Set<SourceLanguage>) -> RuleContext {
        guard languages.count < SourceLanguage.allCases.count else { return self }
        var narrowed = self
        narrowed.filesByScope = filesByScope.mapValues { files in
            files.filter { languages.contains(model.language(of: $0)) }
        }
        return narrowed
    }

    public var liveFiles: [FileID] { files(in: .live) }

    /// Whether code of both can be in one process: the same declared service, or one that may import the other. Without
    /// declared services, the same top-level package, or one that imports the other.
    public func sameService(_ a: FileID, _ b: FileID) -> Bool { services.together(a, b) }

    /// The name of the declared service that a file belongs to.
    public func service(of file: FileID) -> String? { services.name(of: file) }

    // MARK: Concepts

    /// The declared concept that an object is the canonical object, an implementation or an adapter of.
    public func concept(of object: ObjectID) -> Concept? { conceptsByObject[object].map { concepts[$0] } }

    // MARK: Evidence

    public func path(of file: FileID) -> String { model.path(of: file) }

    /// One line per hop from a name to its definition.
    public func evidence(_ resolution: Resolution) -> [Evidence] { resolution.hops.map { evidence($0) } }

    public func evidence(_ hop: Hop) -> Evidence {
        Evidence(path: path(of: hop.file), line: Int(hop.line), text: model.text(of: hop))
    }

    /// The statement by which a file gets an object, or the use of `module.Name`.
    public func evidence(_ consumer: Consumer) -> Evidence {
        let statement = model.imports(in: consumer.file).first { $0.event == consumer.event }
        let text =
            statement.map { model.text(of: $0, in: consumer.file) }
            ?? model.facts(of: consumer.file).names[consumer.name]
        return Evidence(path: path(of: consumer.file), line: Int(consumer.line), text: text)
    }

    /// The definition of an object.
    public func evidence(_ object: ObjectID, _ text: String? = nil) -> Evidence {
        let place = model.place(of: object)
        let word = model.modifiers(of: object).first.map { $0 + " " } ?? Self.word(for: model.kind(of: object))
        return Evidence(
            path: path(of: place.file), line: Int(place.line), text: text ?? word + model.qualifiedName(of: object))
    }

    /// How a statement of Python begins.
    private static func word(for kind: ObjectKind) -> String {
        switch kind {
        case .class: "class "
        case .function, .method: "def "
        case .asyncFunction, .asyncMethod: "async def "
        default: ""
        }
    }

    /// The imports that lead from an entry to a module; empty when none does.
    public func evidence(reaching module: ModuleID) -> [Evidence] {
        guard let reachability else { return [] }
        return reachability.chain(to: module).map { step in
            Evidence(
                path: path(of: step.file), line: Int(step.line),
                text: "\(model.modules[Int(step.importer.rawValue)].name) imports "
                    + model.modules[Int(step.imported.rawValue)].name)
        }
    }

    /// What tells a file from all others wherever it lies: its module, and in Swift, where a module has many files of different
    /// names, its name.
    func unitName(of file: FileID) -> String {
        guard model.language(of: file) == .swift else { return moduleName(of: file) }
        let path = path(of: file)
        return moduleName(of: file) + "/"
            + path[(path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex)...]
    }

    /// The dotted name of a file's module.
    public func moduleName(of file: FileID) -> String { model.modules[Int(model.module(of: file).rawValue)].name }
}
