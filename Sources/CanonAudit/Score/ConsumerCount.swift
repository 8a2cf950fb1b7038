import CanonCodeModel
import CanonFacts

/// Counts who uses a concept, and who does so as registered.
///
/// A consumer is a live module that uses an object of the concept: calls, reads, subclasses or annotates with it. Passing a name on
/// (an alias, a re-export) is no use, and modules that hold an implementation or an adapter are part of the concept: so neither
/// adding an alias nor wrapping a duplicate changes a count.
struct ConsumerCount {
    private(set) var consumers: [FileID] = []
    private(set) var bound: [FileID] = []
    private(set) var unbound: [FileID] = []

    init(of concept: Concept, in context: RuleContext) {
        guard concept.canonical != nil else { return }
        let model = context.model
        let objects = Set(concept.objects)
        let holders = Set(objects.map(\.file))
        var users: Set<FileID> = []
        for sites in model.references(to: objects).values {
            for (file, reference) in sites where context.scope(of: file) == .live && !holders.contains(file) {
                if !Self.isAlias(reference, model.files[Int(file.rawValue)].facts) { users.insert(file) }
            }
        }
        var strays: Set<FileID> = []
        for object in concept.objects {
            for consumer in model.consumers(of: object)
            where !concept.registers(object, through: consumer.module, in: model) {
                strays.insert(consumer.file)
            }
        }
        consumers = users.sorted()
        bound = consumers.filter { !strays.contains($0) }
        unbound = consumers.filter { strays.contains($0) }
    }

    /// Whether the name is only read to be given another one, at the top of a file: `Store = Cache`.
    private static func isAlias(_ reference: Reference, _ facts: FileFacts) -> Bool {
        let next = Int(reference.event) + 1
        guard reference.kind == .use, reference.scope == FileFacts.noIndex, next < facts.events.count else {
            return false
        }
        let binding = facts.events[next]
        return binding.kind == .bind && binding.form == .name && binding.valueKind == .reference
            && binding.line == reference.line && binding.value == facts.events[Int(reference.event)].name
    }
}

extension ConceptScore {
    public init(_ concept: Concept, in context: RuleContext) {
        let model = context.model
        let count = ConsumerCount(of: concept, in: context)
        name = concept.name
        canonical = concept.canonicalSymbol
        implementations = concept.implementations.count
        bound = count.bound.count
        consumers = count.consumers.count
        score =
            implementations > 0 && consumers > 0
            ? 100 / Double(implementations) * Double(bound) / Double(consumers) : nil
        owner = concept.declared.owner
        goldenPath = concept.declared.isOnGoldenPath
        implementationSymbols = concept.implementations.map { model.symbol(of: $0) }
        unbound = count.unbound.map { context.moduleName(of: $0) }
        folders = Set(
            (concept.implementations.map(\.file) + count.unbound).map { file in
                let path = context.path(of: file)
                return path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
            }
        ).sorted()
    }
}
