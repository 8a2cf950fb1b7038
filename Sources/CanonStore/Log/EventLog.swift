public import CanonWire

/// Where a thread's log is: thread ids are scoped to their user, so the user is part of the address.
public struct ThreadKey: Hashable, Sendable {
    public let user: UserID
    public let thread: ThreadID

    public init(user: UserID, thread: ThreadID) {
        self.user = user
        self.thread = thread
    }
}

/// A user's message that asks for a run.
public struct RunRequest: Sendable {
    public let key: ThreadKey
    public let text: String
    /// The id under which the client may send the same message again.
    public let clientMessageID: String?
    /// Which agent will answer.
    public let agent: String
    public let run: RunID
    public let parentRun: RunID?
    public let message: MessageID

    public init(
        key: ThreadKey, text: String, clientMessageID: String? = nil, agent: String, run: RunID,
        parentRun: RunID? = nil, message: MessageID
    ) {
        self.key = key
        self.text = text
        self.clientMessageID = clientMessageID
        self.agent = agent
        self.run = run
        self.parentRun = parentRun
        self.message = message
    }
}

/// How a request for a run ended. In every case but `refused` the message is durable.
public enum BeginOutcome: Sendable, Equatable {
    /// The message is stored as `event` and the run is open. The thread was made when it did not exist.
    case started(event: LogEvent, createdThread: Bool)
    /// The same `clientMessageID` was stored before as the event `seq`, and started this run.
    case duplicate(run: RunID, thread: ThreadID, seq: Int64)
    case refused(AppendRefusal)
}

/// Why the log did not take an event.
public enum AppendRefusal: String, Sendable, Equatable {
    case unknownThread = "unknown_thread"
    case unknownRun = "unknown_run"
    /// The run has its terminal event already.
    case runEnded = "run_ended"
    /// The thread was deleted: its id is not used again.
    case threadDeleted = "thread_deleted"
}

/// What became of one event handed to the log.
public enum AppendReceipt: Sendable, Equatable {
    /// Durable under this number.
    case stored(seq: Int64)
    /// An event with this `event_id` is in the thread already, under this number.
    case duplicate(seq: Int64)
    case refused(AppendRefusal)
}

public enum RunStatus: String, Sendable, Equatable {
    case open, completed, failed, cancelled
}

public struct RunRecord: Sendable, Equatable {
    public let run: RunID
    public let key: ThreadKey
    public let agent: String
    public let status: RunStatus
    public let startedAt: Timestamp
    public let endedAt: Timestamp?

    public init(
        run: RunID, key: ThreadKey, agent: String, status: RunStatus, startedAt: Timestamp, endedAt: Timestamp?
    ) {
        self.run = run
        self.key = key
        self.agent = agent
        self.status = status
        self.startedAt = startedAt
        self.endedAt = endedAt
    }
}

/// An open run as somebody outside needs it who is to answer it.
public struct OpenedRun: Sendable, Equatable {
    /// Its number among all runs of all users, in the order in which they began. It is never used again.
    public let place: Int64
    public let record: RunRecord
    /// The user's message.
    public let text: String
    /// The number of the user's message in its thread.
    public let seq: Int64

    public init(place: Int64, record: RunRecord, text: String, seq: Int64) {
        self.place = place
        self.record = record
        self.text = text
        self.seq = seq
    }
}

public struct ThreadRecord: Sendable, Equatable {
    public let key: ThreadKey
    public let title: String
    public let createdAt: Timestamp
    /// When its last event was stored.
    public let updatedAt: Timestamp
    /// The number of its last event; 0 when it has none.
    public let head: Int64
    public let openRuns: [RunID]

    public init(
        key: ThreadKey, title: String, createdAt: Timestamp, updatedAt: Timestamp, head: Int64, openRuns: [RunID]
    ) {
        self.key = key
        self.title = title
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.head = head
        self.openRuns = openRuns
    }
}

/// A finished message of a conversation, read from the thread's events.
public struct MessageRecord: Sendable, Equatable {
    public enum Role: String, Sendable { case user, assistant }

    public let message: MessageID
    public let role: Role
    public let content: String
    public let run: RunID?
    public let seq: Int64
    public let timestamp: Timestamp
    /// `completed`, or for an answer that was not finished `error` or `cancelled`; then `content` is the text so far
    /// (the joined deltas), or the error's message when there was none.
    public let status: String

    public init(
        message: MessageID, role: Role, content: String, run: RunID?, seq: Int64, timestamp: Timestamp, status: String
    ) {
        self.message = message
        self.role = role
        self.content = content
        self.run = run
        self.seq = seq
        self.timestamp = timestamp
        self.status = status
    }
}

/// The authority on what happened: one ordered stream of events per thread, durable before anyone sees it.
///
/// Every implementation keeps these promises, and one test suite (`EventLogConformance`) holds them to it:
/// - `seq` starts at 1 in each thread and has no holes;
/// - an event is durable before `append` or `begin` returns and before the observer sees it;
/// - the observer sees the events of each thread in the order of `seq`, each once;
/// - a run takes no event after its terminal one, so it has exactly one;
/// - nothing of one user can be read or changed through another user's `ThreadKey`.
public protocol EventLog: Sendable {
    /// Opaque; a new one only when history was lost or replaced. A `seq` means nothing under another epoch.
    var epoch: String { get }

    /// Hands every stored event to `observer`, batch by batch in the order of storage, from one thread at a time, before
    /// the call that stored it returns. There is one observer: the delivery of the gateway. It must not block.
    func observe(_ observer: @escaping @Sendable ([LogEvent]) -> Void)

    // MARK: Runs

    /// Stores the user's message, makes the thread when the user does not have it, and opens the run: all or nothing.
    func begin(_ request: RunRequest) async throws -> BeginOutcome

    /// Stores events in the order given, one receipt each. A terminal event closes its run.
    /// - Parameter run: the open run that the events belong to; nil for events of the thread itself.
    func append(_ drafts: [EventDraft], run: RunID?, to key: ThreadKey) async throws -> [AppendReceipt]

    /// Ends each open run with the terminal event that `terminal` makes for it. Called before a server is ready.
    /// - Returns: how many runs were ended.
    func endOpenRuns(_ terminal: @Sendable (RunRecord) -> EventDraft) async throws -> Int

    func run(_ run: RunID, of user: UserID) async throws -> RunRecord?
    /// The user's open runs, oldest first.
    func openRuns(of user: UserID) async throws -> [RunRecord]
    /// Open runs of all users that began after the one with this place (0: all), oldest first. For services that answer
    /// for every user; nothing that acts for one user may call it.
    func openRuns(after place: Int64, limit: Int) async throws -> [OpenedRun]

    /// Keeps an idempotency key with the fingerprint of its request, or says what is kept under it.
    ///
    /// It is kept at least as long as `Retention.maximumAgeMilliseconds` of the next `prune`, or until its thread is
    /// deleted. The thread need not exist: a key says nothing of the thread and makes none, and one for a thread that the
    /// user never had is removed by age like any other. How long a key may be is for the caller to say.
    func claim(_ key: IdempotencyKey, fingerprint: String) async throws -> IdempotencyClaim

    // MARK: Retention

    /// Removes what is older than `retention` allows, in small transactions between which others write.
    ///
    /// Numbers are never used again, `head` stays, and `messages` and `snapshot` still give the conversation. The events of
    /// an open run are kept with all that stand behind the first of them, and so is the client message id of each run that
    /// began or ended within the age. What remains of a thread are its last events: none is removed before an older one,
    /// so an event with a time in the future is removed by count only.
    /// - Throws: `StoreError`, or `CancellationError` between two transactions; what was removed until then stays removed.
    func prune(_ retention: Retention) async throws -> PruneReport

    // MARK: Reading

    /// Which numbers of the thread the log has; nil when the user has no such thread.
    func extent(of key: ThreadKey) async throws -> LogExtent?

    /// The thread as it stands now, read in one transaction; nil when the user has no such thread.
    /// - Parameter byteLimit: about how many bytes of text it may hold. Whole messages are left out, the oldest first
    ///   (the newest is kept); the text of open runs is never cut.
    func snapshot(of key: ThreadKey, byteLimit: Int) async throws -> ThreadSnapshot?

    /// Events with a greater number than `seq`, in order: at most `limit` of them, and no more once their `fields` pass
    /// `byteLimit` bytes (always at least one, if there is one). Empty when there are none or no such thread.
    ///
    /// The numbers of one answer follow one another. When the first is not `seq + 1`, retention has removed those between.
    func events(of key: ThreadKey, after seq: Int64, limit: Int, byteLimit: Int) async throws -> [LogEvent]

    /// The number of the event that has this `event_id`, or else of the last event of the message with this id, also when
    /// retention has removed the message's events.
    func seq(of marker: String, in key: ThreadKey) async throws -> Int64?

    /// The conversation: user messages and ended answers in order, also those whose events retention has removed.
    /// - Parameter seq: only messages after this number.
    func messages(of key: ThreadKey, after seq: Int64, limit: Int) async throws -> [MessageRecord]

    /// The last messages of the conversation before a number, in order.
    /// - Parameter count: at most how many.
    func messages(of key: ThreadKey, before seq: Int64, last count: Int) async throws -> [MessageRecord]

    /// The joined text deltas of an open run so far.
    func partialText(of run: RunID, in key: ThreadKey) async throws -> String

    // MARK: Threads

    func thread(_ key: ThreadKey) async throws -> ThreadRecord?
    /// Newest first.
    /// - Parameter cursor: that of the page before; nil for the first page.
    /// - Returns: the page, and the cursor of the next one (nil: this was the last).
    func threads(of user: UserID, before cursor: String?, limit: Int) async throws -> (
        page: [ThreadRecord], next: String?
    )
    /// Nil when the id is taken (also by a deleted thread).
    func createThread(_ key: ThreadKey, title: String) async throws -> ThreadRecord?
    /// False when the user has no such thread.
    func renameThread(_ key: ThreadKey, title: String) async throws -> Bool
    /// Removes the thread's events and keeps its id from being used again. False when the user has no such thread.
    func deleteThread(_ key: ThreadKey) async throws -> Bool
}

extension EventLog {
    /// The number of the thread's last event (0: none yet); nil when the user has no such thread.
    public func head(of key: ThreadKey) async throws -> Int64? { try await extent(of: key)?.head }
}
