/// How much harm a finding does while it stands.
public enum Severity: String, Codable, Sendable, CaseIterable, Comparable {
    case info, low, medium, high, critical

    private var rank: Int {
        switch self {
        case .info: 0
        case .low: 1
        case .medium: 2
        case .high: 3
        case .critical: 4
        }
    }

    public static func < (a: Severity, b: Severity) -> Bool { a.rank < b.rank }
}

/// How sure a finding is. What was looked into and found harmless is no finding, and listed as cleared.
public enum Confidence: String, Codable, Sendable, CaseIterable {
    /// The facts alone show it.
    case confirmed
    /// The facts show it unless something happens that source does not tell.
    case likely
    /// A person has to look.
    case review
}

/// When somebody should act: the same mapping wherever Canon names a priority.
public enum Priority: String, Codable, Sendable, CaseIterable, Comparable {
    case p0 = "P0"
    case p1 = "P1"
    case p2 = "P2"
    case p3 = "P3"

    /// Each of these raises the priority by one step: the concept lies on the golden path, or so many modules depend on it.
    public static let manyConsumers = 10

    /// - Parameter consumers: how many modules depend on what the finding is about.
    public static func of(severity: Severity, onGoldenPath: Bool, consumers: Int) -> Priority {
        let start =
            switch severity {
            case .critical: 1
            case .high: 2
            case .medium, .low, .info: 3
            }
        // What harms nobody now does not become urgent by being widespread.
        guard severity >= .medium else { return .p3 }
        let raised = start - (onGoldenPath ? 1 : 0) - (consumers >= manyConsumers ? 1 : 0)
        return allCases[max(0, raised)]
    }

    public static func < (a: Priority, b: Priority) -> Bool { a.rawValue < b.rawValue }
}
