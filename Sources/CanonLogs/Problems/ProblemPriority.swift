/// How soon somebody should act.
public enum ProblemPriority: Int, Sendable, Codable, Comparable, CaseIterable {
    case p0 = 0
    case p1, p2, p3

    public static func < (left: ProblemPriority, right: ProblemPriority) -> Bool { left.rawValue < right.rawValue }

    public var name: String { "P\(rawValue)" }
}

/// A priority with what it rests on.
public struct PriorityVerdict: Sendable, Hashable {
    public var priority: ProblemPriority
    public var evidence: [String]

    /// Severity gives the start; a high rate, a wide spread, and words of a start or an end that failed raise it by one each.
    /// P0 is left for what is critical by its severity or its words: many errors alone are P1.
    /// - Parameters:
    ///   - interval: the time the run looked at, in nanoseconds; nil when entries have no time.
    public init(
        severity: LogSeverity, count: Int, interval: Int64?, revisions: Int, instances: Int, words: String
    ) {
        var level: Int
        switch severity {
        case .emergency, .alert, .critical: level = 1
        case .error: level = 2
        default: level = 3
        }
        evidence = [severity == .unspecified ? "no severity given" : "severity \(severity.name)"]
        if let interval, interval > 0, count >= Self.minimumForRate {
            // A second stands for an interval too short to speak of a rate.
            let hours = max(Double(interval), Double(60 * LogTime.second)) / Double(LogTime.hour)
            let rate = Double(count) / hours
            if rate >= Self.highRate {
                level -= 1
                evidence.append("\(count) in \(LogTime.span(interval)), about \(Int(rate)) an hour")
            }
        }
        if revisions >= 2 || instances >= 3 {
            level -= 1
            let parts = [
                revisions >= 2 ? "\(revisions) revisions" : nil, instances >= 2 ? "\(instances) instances" : nil,
            ]
            evidence.append("on " + parts.compactMap(\.self).joined(separator: " and "))
        }
        if severity < .critical { level = max(level, 1) }
        if severity >= .error || severity == .unspecified, let word = FailureWords.ending(in: words) {
            level -= 1
            evidence.append("says \"\(word)\"")
        }
        priority = ProblemPriority(rawValue: max(0, level)) ?? .p3
    }

    /// Entries an hour that raise a priority, and the fewest entries that make a rate.
    static let highRate = 10.0
    static let minimumForRate = 5
}
