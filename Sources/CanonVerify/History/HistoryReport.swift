public import CanonAudit

/// What became of the concepts over a line of commits, all judged alike: `canon audit history`, in the form of its schema
/// (docs/schemas/history-report.schema.json). Members may be added; one that changes its meaning raises the number.
public struct HistoryReport: Hashable, Codable, Sendable {
    public static let schemaName = "canon.history/1"

    public var schema = schemaName
    /// The program, and what it judged every sample by.
    public var tool: AuditReport.Tool
    public var python: String
    public var window: Window
    /// Oldest first.
    public var samples: [Sample]
    /// Commits of the window that changed what the project's own audit counts, oldest first.
    public var detectorChanges: [DetectorChange]
    public var work: Work

    public struct Window: Hashable, Codable, Sendable {
        /// As it was asked for; nil for the first commit.
        public var since: String?
        public var until: String
        /// Commits on the line of first parents, both ends included.
        public var commits: Int

        public init(since: String?, until: String, commits: Int) {
            self.since = since
            self.until = until
            self.commits = commits
        }
    }

    public struct Commit: Hashable, Codable, Sendable {
        /// The full id.
        public var id: String
        /// When it was committed, as in `2025-09-15T20:03:01Z`.
        public var time: String
        public var subject: String

        public init(id: String, time: String, subject: String) {
            self.id = id
            self.time = time
            self.subject = subject
        }

        public var day: String { String(time.prefix(10)) }
        public var shortID: String { String(id.prefix(12)) }
    }

    public struct Sample: Hashable, Codable, Sendable {
        public var commit: Commit
        /// Its place on the line, from 0.
        public var position: Int
        /// In the order of the manifest; empty when the commit could not be read.
        public var concepts: [ConceptMeasurement]
        /// Why the commit could not be read; nil when it could.
        public var problem: String?
        /// Files that could not be read, so that something may have been missed.
        public var unread: [Evidence]
        /// Live files that do not parse: what they hold was not counted.
        public var unparsable: Int

        public func measurement(of concept: String) -> ConceptMeasurement? { concepts.first { $0.name == concept } }
    }

    public struct DetectorChange: Hashable, Codable, Sendable {
        public var commit: Commit
        /// In words, what it changed.
        public var changes: [String]
        /// Files that were live code until then, and that what the samples are judged by does not look at.
        public var leftOut: [String]

        public init(commit: Commit, changes: [String], leftOut: [String] = []) {
            self.commit = commit
            self.changes = changes
            self.leftOut = leftOut
        }
    }

    /// What it cost: contents of files that several samples share are parsed once.
    public struct Work: Hashable, Codable, Sendable {
        public var parsed: Int
        public var reused: Int

        public init(parsed: Int, reused: Int) {
            self.parsed = parsed
            self.reused = reused
        }
    }

    /// The names of the concepts, in the order of the manifest.
    public var concepts: [String] { samples.first { $0.problem == nil }?.concepts.map(\.name) ?? [] }

    /// Whether something of it could not be read.
    public var isIncomplete: Bool { samples.contains { $0.problem != nil || !$0.unread.isEmpty } }

    /// How a run ends: 3 when a sample could not be read as a whole.
    public var exitStatus: Int32 { isIncomplete ? 3 : 0 }

    /// The report as JSON, with a line's end.
    public var json: [UInt8] { VerifyJSON.bytes(self) }
}
