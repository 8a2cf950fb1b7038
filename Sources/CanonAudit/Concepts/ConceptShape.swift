import CanonCodeModel
import CanonFacts

/// How large a concept is and how much hangs on it, in live code. Numbers only, so that states of a program can be compared.
public struct ConceptShape: Hashable, Codable, Sendable {
    /// Of source, from the declaration of each implementation to its end.
    public var lines: Int
    /// That the implementations themselves declare, private ones included.
    public var methods: Int
    /// Live files that import an object of the concept, adapters included, without those that hold one.
    public var fanIn: Int
    /// The modules through which live code imports them.
    public var importPaths: [String]

    public init(lines: Int = 0, methods: Int = 0, fanIn: Int = 0, importPaths: [String] = []) {
        self.lines = lines
        self.methods = methods
        self.fanIn = fanIn
        self.importPaths = importPaths
    }

    public init(_ concept: Concept, in context: RuleContext) {
        let model = context.model
        var lines = 0
        var methods = 0
        for object in concept.implementations {
            if let declaration = model.declaration(of: object) {
                lines += Int(declaration.endLine) - Int(declaration.line) + 1
            }
            methods += model.methods(of: object).count
        }
        let holders = Set(concept.objects.map(\.file))
        var files: Set<FileID> = []
        var paths: Set<ModuleID> = []
        for object in concept.objects {
            for consumer in model.consumers(of: object) where context.scope(of: consumer.file) == .live {
                paths.insert(consumer.module)
                if !holders.contains(consumer.file) { files.insert(consumer.file) }
            }
        }
        self.init(
            lines: lines, methods: methods, fanIn: files.count, importPaths: paths.map { model.name(of: $0) }.sorted())
    }
}
