/// One problem, as a report tells it. Times are RFC 3339 in UTC.
public struct ProblemReport: Sendable, Hashable, Codable {
    public var fingerprint: String
    public var state: ProblemState
    /// Why it is in this state, where that needs saying.
    public var stateReason: String?
    public var kind: ProblemKind
    /// A name for people.
    public var title: String
    /// The message with `<*>` where it varies; for an exception, its own line.
    public var template: String
    public var exception: Exception?
    public var service: String
    public var logger: String
    public var severity: String
    /// `P0` to `P3`.
    public var priority: String
    public var priorityEvidence: [String]
    /// In this run: failures, and those of them that no earlier run has counted.
    public var count: Int
    public var newCount: Int
    /// In all runs together.
    public var totalCount: Int
    /// The counts are lower bounds: an export was capped or cut off.
    public var isLowerBound: Bool
    public var first: String?
    public var last: String?
    public var revisions: [Revision]
    /// Instances that logged it in this run, and whether there were more than are told apart.
    public var instances: Int
    public var instancesAreCapped: Bool
    public var environment: Environment
    public var code: Code?
    /// Messages of other loggers about the same failures.
    public var alsoLoggedAs: [Echo]
    /// Entries that told of a failure a second time; not in the counts.
    public var repeatedEntries: Int
    /// Fingerprints of problems that turned out to be this one.
    public var mergedFingerprints: [String]
    public var samples: [Quote]
    public var timeline: [Int]

    public typealias Echo = ProblemEcho
    public typealias Environment = ProblemEnvironment

    public struct Exception: Sendable, Hashable, Codable {
        public var type: String
        /// File and function of the application's frames, the outermost first.
        public var frames: [String]
    }

    public struct Revision: Sendable, Hashable, Codable {
        public var name: String
        public var count: Int
        public var first: String?
        public var last: String?
    }

    /// An entry, with personal data masked.
    public struct Quote: Sendable, Hashable, Codable {
        public var text: String
        public var insertId: String?
        public var time: String?
        public var revision: String?
        /// The file and the byte at which the entry stands; nil for an entry of an earlier run.
        public var source: String?
        public var offset: Int
    }
}

/// What a problem is known by.
public enum ProblemKind: String, Sendable, Codable {
    case message, exception
}

/// Where the entries came from.
public struct ProblemEnvironment: Sendable, Hashable, Codable {
    public var project: String?
    public var location: String?
    public var environment: String?
    public var host: String?

    public init(project: String? = nil, location: String? = nil, environment: String? = nil, host: String? = nil) {
        self.project = project
        self.location = location
        self.environment = environment
        self.host = host
    }

    /// `staging, project shop, europe-west1`; empty when nothing is known.
    public var text: String {
        [environment, project.map { "project \($0)" }, location, host.map { "host \($0)" }].compactMap(\.self)
            .joined(separator: ", ")
    }
}

public struct ProblemEcho: Sendable, Hashable, Codable {
    public var template: String
    public var count: Int
}
