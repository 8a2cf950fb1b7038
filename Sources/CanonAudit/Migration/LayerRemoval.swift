import CanonCodeModel
import CanonFacts

/// Takes out what nothing needs once everything leads to the canonical object, and says what keeps the rest alive.
///
/// Judged on the program as it is afterwards, linked anew: what one removal sets free, the next round sees.
struct LayerRemoval {
    private(set) var layers: [RemovableLayer] = []

    private static let mostRounds = 5

    init(_ work: inout MigrationWork) {
        var pending = LayerCandidates(work).all
        var blocked: [LayerCandidate: [Evidence]] = [:]
        for _ in 0..<Self.mostRounds where !pending.isEmpty {
            let after = ProgramAfter(work, candidates: pending)
            blocked = [:]
            var isChanged = false
            for candidate in pending {
                if work.files[candidate.file]?.isDeleted == true { continue }
                let blockers = after.blockers(of: candidate, work)
                guard blockers.isEmpty else {
                    blocked[candidate] = blockers
                    continue
                }
                if let blocker = Self.apply(candidate, &work) {
                    blocked[candidate] = [blocker]
                    continue
                }
                isChanged = true
                layers.append(candidate.layer(.removed(proof: after.proof(of: candidate, work)), work))
            }
            guard isChanged else { break }
            pending.removeAll { blocked[$0] == nil }
        }
        // A module that nobody would miss but for its own content is none that only forwards.
        layers += blocked.filter { !$0.value.isEmpty && !$0.key.isSpeculative }
            .map { $0.key.layer(.blocked($0.value), work) }
        layers.sort { ($0.path, $0.line, $0.symbol) < ($1.path, $1.line, $1.symbol) }
    }

    private static func apply(_ candidate: LayerCandidate, _ work: inout MigrationWork) -> Evidence? {
        guard let name = candidate.name else {
            work.delete(candidate.file)
            return nil
        }
        return work.remove(name, from: candidate.file).map {
            Evidence(path: work.context.path(of: candidate.file), line: $0.line, text: "\($0.text): \($0.reason)")
        }
    }
}

/// A module, or a name at the top of one, that may have become superfluous.
struct LayerCandidate: Hashable {
    var file: FileID
    /// nil for the whole module.
    var name: String?
    var kind: String
    var line: UInt32
    /// Whether it only forwards is seen when its names are gone.
    var isSpeculative = false

    /// A class or function statement, in contrast to another name for one.
    var isDefinition: Bool { kind == "class" || kind == "function" }

    func symbol(_ model: CodeModel) -> String {
        let module = model.name(of: model.module(of: file))
        return name.map { "\(module).\($0)" } ?? module
    }

    func layer(_ fate: RemovableLayer.Fate, _ work: MigrationWork) -> RemovableLayer {
        RemovableLayer(
            symbol: symbol(work.model), path: work.context.path(of: file), line: Int(line), kind: kind, fate: fate)
    }
}

/// What may become superfluous: the layers of the concept, and every name that led to something which gives way.
struct LayerCandidates {
    private(set) var all: [LayerCandidate] = []

    init(_ work: MigrationWork) {
        let model = work.model
        var modules: Set<FileID> = []
        var names: [LayerCandidate] = []
        for (path, object) in work.paths.objects.sorted(by: { $0.key < $1.key }) {
            guard let (module, name) = path.moduleAndName, let id = model.module(named: module),
                let file = model.file(of: id), work.isCovered(file), !name.contains(".")
            else { continue }
            guard let candidate = Self.candidate(name, object, file, work) else { continue }
            names.append(candidate)
            if !work.paths.homes.contains(file), model.modules[Int(id.rawValue)].kind == .module {
                modules.insert(file)
            }
        }
        let forwarding = Set(
            work.goal.concept.flatMap { ForwardingLayers(of: $0, in: work.context) }?.modules ?? [])
        all = modules.union(forwarding.filter { work.isCovered($0) && !work.paths.homes.contains($0) }).sorted().map {
            LayerCandidate(file: $0, name: nil, kind: "module", line: 1, isSpeculative: !forwarding.contains($0))
        }
        all += names
    }

    private static func candidate(
        _ name: String, _ object: ObjectID, _ file: FileID, _ work: MigrationWork
    ) -> LayerCandidate? {
        let model = work.model
        guard let binding = model.effectiveBinding(of: name, in: file) else { return nil }
        let line = model.facts(of: file).events[Int(binding.event)].line
        func candidate(_ kind: String) -> LayerCandidate {
            LayerCandidate(file: file, name: name, kind: kind, line: line)
        }
        switch binding.kind {
        case .class, .function:
            guard object.file == file, !work.goal.staying.contains(object) else { return nil }
            return candidate(binding.kind == .class ? "class" : "function")
        case .reference, .importName:
            let isAlias = binding.kind == .reference
            // Beside the class itself an alias is for others.
            if isAlias, object.file == file || work.paths.homes.contains(file) { return candidate("alias") }
            // What only its own file uses makes that a consumer, and what nobody used is not our business.
            let module = model.module(of: file)
            let isTaken = model.importers(of: module).contains { edge in
                let statement = model.imports(in: edge.from)[Int(edge.index)]
                let facts = model.facts(of: edge.from)
                return statement.kind == .name && statement.from == module
                    && facts.names[facts.events[Int(statement.event)].name] == name
            }
            return isTaken && !work.paths.homes.contains(file) ? candidate(isAlias ? "alias" : "import") : nil
        default: return nil
        }
    }
}
