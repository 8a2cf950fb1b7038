/// Everything that a run says, in the form of its JSON (docs/schemas/logs-report.schema.json). A renderer adds nothing to it.
public struct LogReport: Sendable, Hashable, Codable {
    /// Raised when a member changes its meaning; members may be added without.
    public static let schemaName = "canon.logs/1"

    public var schema = schemaName
    public var tool: Tool
    /// The time between the first and the last entry; nil when no entry has a time.
    public var interval: Interval?
    /// Entries that were looked at, and those that the filters left out.
    public var entries: Int
    public var filteredEntries: Int
    /// Entries that stood in the input more than once, by their id. They count once.
    public var repeatedEntries: Int
    public var sources: [Source]
    public var services: [Service]
    /// New and returned ones first, then by priority and count.
    public var problems: [ProblemReport]
    /// Why counts are lower bounds: which cap, which interval.
    public var limits: [String]
    /// What could not be read or says nothing. There is no verdict then.
    public var incomplete: [ReadProblem]
    /// Of `incomplete`, those that are counted only.
    public var incompleteCount: Int
    /// Things to know that change nothing.
    public var notes: [String]
    /// Whether the run was compared with earlier ones.
    public var hasMemory: Bool

    public struct Tool: Sendable, Hashable, Codable {
        public var name: String
        public var version: String

        public init(name: String, version: String) {
            self.name = name
            self.version = version
        }
    }

    public struct Interval: Sendable, Hashable, Codable {
        public var first: String
        public var last: String
        public var seconds: Double
    }

    public struct Source: Sendable, Hashable, Codable {
        public var name: String
        public var entries: Int
        public var bytes: Int
        public var problems: Int
        public var isCutOff: Bool
        public var interval: Interval?
    }

    public struct Service: Sendable, Hashable, Codable {
        public var name: String
        public var entries: Int
        public var revisions: [String]
        public var interval: Interval?
    }
}

extension LogReport.Interval {
    init?(_ tally: Sightings.Tally) {
        guard let first = tally.first, let last = tally.last else { return nil }
        self.init(
            first: LogTime.text(first, milliseconds: true), last: LogTime.text(last, milliseconds: true),
            seconds: Double(last - first) / Double(LogTime.second))
    }

    /// `106 s from … to …`
    public var text: String {
        "\(LogTime.span(Int64(seconds * Double(LogTime.second)))), from \(first) to \(last)"
    }
}

extension LogReport {
    /// How a run ends.
    public enum Verdict: Sendable {
        /// No new or returned problem at or above the gate.
        case passed
        case failed
        /// Something could not be read, or there was nothing to read: no answer.
        case incomplete
    }

    /// New and returned problems that fail the run.
    public func gating(at gate: ProblemPriority) -> [ProblemReport] {
        problems.filter { ($0.state == .new || $0.state == .regressed) && $0.priority <= gate.name }
    }

    /// - Parameter gate: nil to fail for nothing.
    public func verdict(failOn gate: ProblemPriority?) -> Verdict {
        guard incomplete.isEmpty else { return .incomplete }
        guard let gate, !gating(at: gate).isEmpty else { return .passed }
        return .failed
    }

    public func count(of state: ProblemState) -> Int { problems.count { $0.state == state } }
}
