public import CanonWire

/// How much of a thread's log is kept. What is older is removed; its conversation stays readable as messages.
public struct Retention: Sendable, Equatable {
    /// Events older than this many milliseconds are removed.
    public var maximumAgeMilliseconds: Int64
    /// A thread keeps this many of its last events.
    public var maximumEvents: Int

    public init(maximumAgeMilliseconds: Int64, maximumEvents: Int) {
        self.maximumAgeMilliseconds = maximumAgeMilliseconds
        self.maximumEvents = maximumEvents
    }

    /// What is older than this moment is beyond the age.
    func cutoff(at now: Timestamp) -> Timestamp {
        let (cutoff, overflowed) = now.milliseconds.subtractingReportingOverflow(maximumAgeMilliseconds)
        return Timestamp(milliseconds: overflowed ? .min : cutoff)
    }

    /// The number of the last event of a thread that is beyond the count; 0 or less: none is.
    func lastBeyondCount(head: Int64) -> Int64 { head - Int64(max(0, maximumEvents)) }
}

/// What one pass of retention removed.
public struct PruneReport: Sendable, Equatable {
    public var threads = 0
    public var events = 0
    public var runs = 0
    public var claims = 0

    public init(threads: Int = 0, events: Int = 0, runs: Int = 0, claims: Int = 0) {
        self.threads = threads
        self.events = events
        self.runs = runs
        self.claims = claims
    }
}

/// Which numbers of a thread the log has.
public struct LogExtent: Sendable, Equatable {
    /// The number of the last event that was removed by retention; 0: none was.
    public let floor: Int64
    /// The number of the last event; 0: none yet.
    public let head: Int64

    public init(floor: Int64, head: Int64) {
        self.floor = floor
        self.head = head
    }
}

/// A thread as it stands after one event: what a reader needs who cannot be given all the events up to it.
public struct ThreadSnapshot: Sendable, Equatable {
    public typealias OpenRun = ServerFrame.OpenRun

    /// The number of the last event that is in it.
    public let at: Int64
    /// The conversation up to `at` in order; the oldest messages are missing when `isTruncated`.
    public let messages: [MessageRecord]
    public let isTruncated: Bool
    /// Oldest first.
    public let openRuns: [OpenRun]

    public init(at: Int64, messages: [MessageRecord], isTruncated: Bool, openRuns: [OpenRun]) {
        self.at = at
        self.messages = messages
        self.isTruncated = isTruncated
        self.openRuns = openRuns
    }
}

/// Under which a request may be sent again: the `Idempotency-Key` of a producer, in the scope of that producer and thread.
public struct IdempotencyKey: Hashable, Sendable {
    /// Who sent it.
    public let owner: UserID
    public let thread: ThreadKey
    public let key: String

    public init(owner: UserID, thread: ThreadKey, key: String) {
        self.owner = owner
        self.thread = thread
        self.key = key
    }
}

/// What the log says of an idempotency key.
public enum IdempotencyClaim: Sendable, Equatable {
    /// It was not seen before; now it is kept with its fingerprint.
    case new
    /// It was seen with the same fingerprint: this is a retry.
    case same
    /// It was seen with another fingerprint: the key was used for something else.
    case different
}
