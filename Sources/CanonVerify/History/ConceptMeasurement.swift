public import CanonAudit

/// A concept at one commit, in numbers.
public struct ConceptMeasurement: Hashable, Codable, Sendable {
    /// Whether there is a score, and if not, why. What could not be measured is never 0.
    public enum Standing: String, Hashable, Codable, Sendable, CaseIterable {
        case measured
        /// The canonical symbol names nothing in that commit, so that nothing could be compared with it.
        case noCanonical = "no canonical object"
        case noConsumer = "no consumer"
    }

    public var name: String
    public var standing: Standing
    /// Distinct objects that implement it.
    public var implementations: Int
    /// Modules through which live code imports them.
    public var importPaths: Int
    /// Consumers that reach the canonical object, and nothing else of the concept, by registered paths.
    public var bound: Int
    public var consumers: Int
    /// `100 / implementations * bound / consumers`; nil unless measured.
    public var score: Double?
    public var lines: Int
    public var methods: Int
    public var fanIn: Int
    /// The implementations, by symbol.
    public var symbols: [String]

    /// `37.5 %`, or why there is none.
    public var scoreText: String {
        score.map { AuditFigures.percent($0) + " %" } ?? "not measured: \(standing.rawValue)"
    }

    /// How the score comes about: `1/2 x 3/4`.
    public var fraction: String { "1/\(implementations) x \(bound)/\(consumers)" }
}

extension ConceptMeasurement {
    public init(_ score: ConceptScore, _ shape: ConceptShape) {
        name = score.name
        standing = score.implementations == 0 ? .noCanonical : score.consumers == 0 ? .noConsumer : .measured
        implementations = score.implementations
        importPaths = shape.importPaths.count
        bound = score.bound
        consumers = score.consumers
        self.score = score.score
        lines = shape.lines
        methods = shape.methods
        fanIn = shape.fanIn
        symbols = score.implementationSymbols
    }
}

extension Audit {
    /// The declared concepts in numbers, without running a rule.
    public func measurements() -> [ConceptMeasurement] {
        context.concepts.map { ConceptMeasurement(ConceptScore($0, in: context), ConceptShape($0, in: context)) }
    }
}
