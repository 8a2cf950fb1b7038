/// One thing that must hold of a server, and how it is found out.
public struct ProbeStep: Sendable {
    /// Whose protocol is asked for.
    public enum Profile: String, Sendable, CaseIterable {
        /// This gateway's own: docs/protocol.md.
        case canon
        /// What the platform's existing clients need of any server, an old one too.
        case platform
    }

    /// Its identity, for programs: never changed, never used for anything else.
    public let id: String
    public let title: String
    /// What must be so, in a sentence.
    public let asserts: String
    /// Where that is written: a heading of docs/protocol.md, or a section of an RFC.
    public let section: String
    /// What to look at when it is not so; a failure that knows better says so itself.
    let remedy: String
    /// The steps without which this one cannot be asked.
    public let needs: [String]
    public let profiles: Set<Profile>
    /// Returns what was found, for people.
    let perform: @Sendable (ProbeSession) async throws -> String

    init(
        _ id: String, _ title: String, asserts: String, section: String, remedy: String, needs: [String] = [],
        profiles: Set<Profile> = [.canon], perform: @escaping @Sendable (ProbeSession) async throws -> String
    ) {
        self.id = id
        self.title = title
        self.asserts = asserts
        self.section = section
        self.remedy = remedy
        self.needs = needs
        self.profiles = profiles
        self.perform = perform
    }
}

/// What a step found to be otherwise than it must be.
struct StepFailure: Error, Sendable, Equatable {
    var expected: String
    var came: String
    /// Better than the step's own, because the cause is known.
    var remedy: String?

    init(expected: String, came: String, remedy: String? = nil) {
        self.expected = expected
        self.came = came
        self.remedy = remedy
    }
}

/// A step that could not be judged: neither held nor broken.
struct Undecided: Error, Sendable, Equatable {
    let why: String
}

/// How a step ended.
public enum StepOutcome: Sendable, Equatable {
    case held(String)
    case failed(expected: String, came: String, remedy: String)
    case unknown(String)
    /// The steps it needs that did not hold.
    case notRun(needs: [String])
    /// Left out by whoever ran the probe.
    case skipped

    public var name: String {
        switch self {
        case .held: "held"
        case .failed: "failed"
        case .unknown: "unknown"
        case .notRun: "not run"
        case .skipped: "skipped"
        }
    }
}
