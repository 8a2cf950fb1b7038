public import CanonWire
import Synchronization

/// An event log without a disk, for tests. It keeps the promises of `EventLog` except that "durable" means as long as
/// the object lives.
public final class InMemoryEventLog: EventLog {
    public let epoch = CanonDatabase.newEpoch()
    private let clock: @Sendable () -> Timestamp
    private let state = Mutex(InMemoryLogState())

    public convenience init() { self.init(clock: { Timestamp.now() }) }

    init(clock: @escaping @Sendable () -> Timestamp) { self.clock = clock }

    public func observe(_ observer: @escaping @Sendable ([LogEvent]) -> Void) {
        state.withLock { $0.observer = observer }
    }

    /// The observer is called under the lock, which gives it the events in order and one call at a time.
    private func write<Result: Sendable>(
        _ change: (inout InMemoryLogState, Timestamp) throws -> Result
    ) rethrows -> Result {
        try state.withLock { state in
            let result = try change(&state, clock())
            let events = state.takeStoredEvents()
            if !events.isEmpty { state.observer?(events) }
            return result
        }
    }

    // MARK: Writing

    public func begin(_ request: RunRequest) async throws -> BeginOutcome {
        let draft = StoredDraft(request.userMessage(at: clock()))
        return try write { state, now in try state.begin(request, draft, at: now) }
    }

    public func append(_ drafts: [EventDraft], run: RunID?, to key: ThreadKey) async throws -> [AppendReceipt] {
        let drafts = drafts.map { StoredDraft($0) }
        return write { state, now in state.append(drafts, run: run, to: key, at: now) }
    }

    public func endOpenRuns(_ terminal: @Sendable (RunRecord) -> EventDraft) async throws -> Int {
        var ended = 0
        for run in state.withLock({ $0.openRuns(of: nil) }) {
            let draft = terminal(run)
            let receipts = try await append([draft], run: run.run, to: run.key)
            if case .stored = receipts[0], draft.type.isTerminal { ended += 1 }
        }
        return ended
    }

    public func createThread(_ key: ThreadKey, title: String) async throws -> ThreadRecord? {
        write { state, now in state.createThread(key, title: title.withoutNUL, at: now) }
    }

    public func renameThread(_ key: ThreadKey, title: String) async throws -> Bool {
        write { state, _ in state.renameThread(key, title: title.withoutNUL) }
    }

    public func deleteThread(_ key: ThreadKey) async throws -> Bool {
        write { state, _ in state.deleteThread(key) }
    }

    public func claim(_ key: IdempotencyKey, fingerprint: String) async throws -> IdempotencyClaim {
        write { state, now in state.claim(key, fingerprint: fingerprint.withoutNUL, at: now) }
    }

    public func prune(_ retention: Retention) async throws -> PruneReport {
        try Task.checkCancellation()
        return write { state, now in state.prune(retention, cutoff: retention.cutoff(at: now)) }
    }

    // MARK: Reading

    public func run(_ run: RunID, of user: UserID) async throws -> RunRecord? {
        state.withLock { $0.run(run, of: user) }
    }

    public func openRuns(of user: UserID) async throws -> [RunRecord] {
        state.withLock { $0.openRuns(of: user) }
    }

    public func extent(of key: ThreadKey) async throws -> LogExtent? {
        state.withLock { $0.threads[key].map { LogExtent(floor: $0.floor, head: $0.head) } }
    }

    public func snapshot(of key: ThreadKey, byteLimit: Int) async throws -> ThreadSnapshot? {
        state.withLock { $0.snapshot(of: key, byteLimit: byteLimit) }
    }

    public func events(of key: ThreadKey, after seq: Int64, limit: Int, byteLimit: Int) async throws -> [LogEvent] {
        let later = state.withLock { $0.events(of: key) ?? [] }.filter { $0.seq > seq }.prefix(max(0, limit))
        var bytes = 0
        let fitting = later.prefix { event in
            bytes += event.fields.utf8.count
            return bytes <= byteLimit
        }
        return Array(fitting.isEmpty ? later.prefix(1) : fitting)
    }

    public func seq(of marker: String, in key: ThreadKey) async throws -> Int64? {
        state.withLock { $0.seq(of: marker.withoutNUL, in: key) }
    }

    public func messages(of key: ThreadKey, after seq: Int64, limit: Int) async throws -> [MessageRecord] {
        let messages = state.withLock { $0.threads[key]?.messages ?? [] }
        return Array(messages.filter { $0.seq > seq }.prefix(max(0, limit)))
    }

    public func messages(of key: ThreadKey, before seq: Int64, last count: Int) async throws -> [MessageRecord] {
        let messages = state.withLock { $0.threads[key]?.messages ?? [] }
        return messages.filter { $0.seq < seq }.suffix(max(0, count))
    }

    public func partialText(of run: RunID, in key: ThreadKey) async throws -> String {
        Conversation.text(state.withLock { $0.threads[key]?.deltas(of: run) ?? [] })
    }

    public func thread(_ key: ThreadKey) async throws -> ThreadRecord? {
        state.withLock { $0.thread(key) }
    }

    public func threads(
        of user: UserID, before cursor: String?, limit: Int
    ) async throws -> (page: [ThreadRecord], next: String?) {
        let cursor = try cursor.map { text throws(StoreError) in try ThreadCursor(text) }
        guard limit > 0 else { return ([], nil) }
        let sorted = state.withLock { $0.threads(of: user) }.sorted { ThreadCursor(after: $0).precedes($1) }
        let later = sorted.filter { cursor?.precedes($0) ?? true }
        let page = Array(later.prefix(limit))
        return (page, later.count > limit ? page.last.map { ThreadCursor(after: $0).text } : nil)
    }
}
