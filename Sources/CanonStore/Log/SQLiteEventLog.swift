public import CanonWire
import GRDB

/// The event log in the one SQLite database of a data folder.
///
/// Writes of all callers are committed in groups (`GroupCommit`), reads run beside them on connections of their own.
/// A write is finished even if its task is cancelled. While the disk is full or broken, writes throw `StoreError` and
/// nothing that was acknowledged is lost; once it is well again, so is the log.
public final class SQLiteEventLog: EventLog {
    /// How much is gathered and kept. The defaults suit one server.
    struct Limits: Sendable {
        var commit = GroupCommit.Limits()
        /// Threads that the writer keeps in memory, about.
        var cachedThreads = 8192
        /// Open runs that recovery ends in one transaction.
        var recoveredRuns = 512
        /// Events, runs or claims that retention removes in one transaction; other writers wait that long.
        var prunedRows = 1000
    }

    public let epoch: String
    let commits: GroupCommit
    private let pool: DatabasePool
    let limits: Limits
    let clock: @Sendable () -> Timestamp

    public convenience init(_ database: CanonDatabase) {
        self.init(database, limits: Limits())
    }

    init(
        _ database: CanonDatabase, limits: Limits, clock: @escaping @Sendable () -> Timestamp = { Timestamp.now() }
    ) {
        epoch = database.epoch
        pool = database.pool
        self.limits = limits
        self.clock = clock
        commits = GroupCommit(
            pool: database.pool, writer: LogWriter(cachedThreads: limits.cachedThreads), limits: limits.commit,
            clock: clock)
    }

    public func observe(_ observer: @escaping @Sendable ([LogEvent]) -> Void) { commits.observe(observer) }

    // MARK: Writing

    public func begin(_ request: RunRequest) async throws -> BeginOutcome {
        try await commits.submit {
            let draft = StoredDraft(request.userMessage(at: clock()))
            return .init(bytes: draft.size) { writer, db in try writer.begin(request, draft, in: db) }
        }
    }

    public func append(_ drafts: [EventDraft], run: RunID?, to key: ThreadKey) async throws -> [AppendReceipt] {
        if drafts.isEmpty { return [] }
        return try await commits.submit {
            let stored = drafts.map { StoredDraft($0) }
            return .init(bytes: stored.reduce(0) { $0 + $1.size }) { writer, db in
                try writer.append(stored, run: run, to: key, in: db)
            }
        }
    }

    public func createThread(_ key: ThreadKey, title: String) async throws -> ThreadRecord? {
        try await commits.submit {
            .init(bytes: title.utf8.count) { writer, db in try writer.createThread(key, title: title, in: db) }
        }
    }

    public func renameThread(_ key: ThreadKey, title: String) async throws -> Bool {
        try await commits.submit {
            .init(bytes: title.utf8.count) { writer, db in try writer.renameThread(key, title: title, in: db) }
        }
    }

    public func deleteThread(_ key: ThreadKey) async throws -> Bool {
        try await commits.submit {
            .init(bytes: 0) { writer, db in try writer.deleteThread(key, in: db) }
        }
    }

    public func endOpenRuns(_ terminal: @Sendable (RunRecord) -> EventDraft) async throws -> Int {
        var ended = 0
        var row: Int64 = 0
        while true {
            let runs = try await read { [row, limits] db in
                try LogReader.openRuns(after: row, limit: limits.recoveredRuns, in: db)
            }
            guard let last = runs.last else { return ended }
            row = last.row
            let ends = runs.map { (run: $0.record, draft: terminal($0.record)) }
            let receipts = try await commits.submit {
                let ends = ends.map { (run: $0.run, draft: StoredDraft($0.draft)) }
                return .init(bytes: ends.reduce(0) { $0 + $1.draft.size }) { writer, db in
                    try ends.flatMap { end in
                        try writer.append([end.draft], run: end.run.run, to: end.run.key, in: db)
                    }
                }
            }
            ended += zip(ends, receipts).count { end, receipt in
                guard case .stored = receipt else { return false }
                return end.draft.type.isTerminal
            }
        }
    }

    // MARK: Reading

    public func run(_ run: RunID, of user: UserID) async throws -> RunRecord? {
        try await read { db in try LogReader.run(run, of: user, in: db) }
    }

    public func openRuns(of user: UserID) async throws -> [RunRecord] {
        try await read { db in try LogReader.openRuns(of: user, in: db) }
    }

    public func extent(of key: ThreadKey) async throws -> LogExtent? {
        try await read { db in try LogReader.extent(of: key, in: db) }
    }

    public func snapshot(of key: ThreadKey, byteLimit: Int) async throws -> ThreadSnapshot? {
        try await read { db in try LogReader.snapshot(of: key, byteLimit: byteLimit, in: db) }
    }

    public func events(of key: ThreadKey, after seq: Int64, limit: Int, byteLimit: Int) async throws -> [LogEvent] {
        try await read { db in
            try LogReader.events(of: key, after: seq, limit: limit, byteLimit: byteLimit, in: db)
        }
    }

    public func seq(of marker: String, in key: ThreadKey) async throws -> Int64? {
        try await read { db in try LogReader.seq(of: marker.withoutNUL, in: key, db) }
    }

    public func messages(of key: ThreadKey, after seq: Int64, limit: Int) async throws -> [MessageRecord] {
        try await read { db in try LogReader.messages(of: key, after: seq, limit: limit, in: db) }
    }

    public func messages(of key: ThreadKey, before seq: Int64, last count: Int) async throws -> [MessageRecord] {
        try await read { db in try LogReader.messages(of: key, before: seq, last: count, in: db) }
    }

    public func partialText(of run: RunID, in key: ThreadKey) async throws -> String {
        try await read { db in Conversation.text(try LogReader.deltas(of: run, in: key, db)) }
    }

    public func thread(_ key: ThreadKey) async throws -> ThreadRecord? {
        try await read { db in try LogReader.thread(key, in: db) }
    }

    public func threads(
        of user: UserID, before cursor: String?, limit: Int
    ) async throws -> (page: [ThreadRecord], next: String?) {
        let cursor = try cursor.map { text throws(StoreError) in try ThreadCursor(text) }
        guard limit > 0 else { return ([], nil) }
        let found = try await read { db in
            // One more than asked for shows whether there is a next page.
            try LogReader.threads(of: user, after: cursor, limit: min(limit, .max - 1) + 1, in: db)
        }
        let page = Array(found.prefix(limit))
        return (page, found.count > limit ? page.last.map { ThreadCursor(after: $0).text } : nil)
    }

    func read<Result: Sendable>(_ query: @escaping @Sendable (Database) throws -> Result) async throws -> Result {
        do {
            return try await pool.read(query)
        } catch let error as DatabaseError {
            throw StoreError(error, path: pool.path)
        }
    }
}

extension RunRequest {
    /// The event that the user's message is stored as.
    func userMessage(at moment: Timestamp) -> EventDraft {
        let draft = EventDraft.userMessage(text, message: message, clientMessage: clientMessageID)
        return EventDraft(
            type: draft.type, eventID: draft.eventID, timestamp: moment, parentRun: parentRun, fields: draft.fields)
    }
}
