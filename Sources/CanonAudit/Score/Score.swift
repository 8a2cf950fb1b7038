/// How far the program is from one implementation per concept, and how that number came about.
public struct Score: Hashable, Codable, Sendable {
    /// 0 to 100; nil when no concept could be measured, which is never 100.
    public var overall: Double?
    /// The mean of the concepts, weighted by consumers, before any cap.
    public var beforeCap: Double?
    /// Why the overall score is lower than the mean.
    public var cap: Cap?
    public var worst: String?
    public var concepts: [ConceptScore]

    public struct Cap: Hashable, Codable, Sendable {
        public var limit: Double
        public var reason: String
    }

    /// While a critical finding stands, waived or not.
    public static let limitWithCritical = 50.0
    /// While live code does not parse or imports what is not there.
    public static let limitWithBroken = 89.0

    init(concepts: [ConceptScore], findings: [Finding]) {
        self.concepts = concepts
        let measured = concepts.filter { $0.score != nil }
        worst = measured.min { ($0.score!, $0.name) < ($1.score!, $1.name) }?.name
        let weight = measured.reduce(0) { $0 + $1.consumers }
        guard weight > 0 else { return }
        let mean = measured.reduce(0) { $0 + $1.score! * Double($1.consumers) } / Double(weight)
        beforeCap = mean
        overall = mean
        func limit(_ limit: Double, _ reason: String) {
            guard limit < overall! else { return }
            overall = limit
            cap = Cap(limit: limit, reason: reason)
        }
        let critical = findings.reading { finding, _ in
            finding.pointee.severity == .critical && finding.pointee.scope.gates
        }.count { $0 }
        let broken = findings.reading { finding, _ in
            finding.pointee.scope == .live && ["syntax", "broken-import"].contains(finding.pointee.rule)
        }.count { $0 }
        if broken > 0 { limit(Self.limitWithBroken, "\(broken) findings of syntax or broken-import in live code") }
        if critical > 0 { limit(Self.limitWithCritical, "\(critical) critical findings") }
    }
}

/// One concept: `100 x 1 / implementations x bound / consumers`.
public struct ConceptScore: Hashable, Codable, Sendable {
    public var name: String
    /// The canonical symbol.
    public var canonical: String
    /// Distinct objects that implement it.
    public var implementations: Int
    /// Consumers that reach the canonical object, and nothing else of the concept, by registered paths.
    public var bound: Int
    /// Live modules that use any object of the concept.
    public var consumers: Int
    /// Nil when there is nothing to measure: no object or no consumer.
    public var score: Double?
    public var owner: String?
    public var goldenPath: Bool
    public var implementationSymbols: [String]
    /// Modules that use another object, or another path.
    public var unbound: [String]
    /// Folders that hold an implementation or a consumer that is not bound.
    public var folders: [String]
}
