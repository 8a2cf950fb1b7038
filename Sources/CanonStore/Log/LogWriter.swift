import CanonWire
import GRDB

/// The only code that writes the log's tables. It gives events their numbers and decides what is refused.
///
/// Not thread-safe, and marked so that it can be captured: it is used on the writer queue of the database alone, where
/// one block runs at a time. Everything is refused before anything of it is written, so that a refused write leaves
/// no trace in the transaction that it shares.
final class LogWriter: @unchecked Sendable {
    private struct MessagePlace: Hashable {
        let thread: Int64
        let message: MessageID
    }

    private var cache: ThreadCache
    private(set) var now = Timestamp(milliseconds: 0)
    private var storedEvents: [LogEvent] = []
    private var changedThreads: [CachedThread] = []
    private var messageEnds: [MessagePlace: Int64] = [:]

    init(cachedThreads: Int) { cache = ThreadCache(capacity: cachedThreads) }

    // MARK: The batch

    func beginBatch(at now: Timestamp) { self.now = now }

    /// Writes what changes many times in a batch only once. The last step before the commit.
    func finishBatch(in db: Database) throws {
        if !changedThreads.isEmpty {
            let update = try db.cachedStatement(sql: "UPDATE threads SET head = ?, updated = ? WHERE id = ?")
            for thread in changedThreads {
                try update.execute(arguments: [thread.head, thread.updated.milliseconds, thread.id])
                thread.isChanged = false
            }
        }
        if !messageEnds.isEmpty {
            let upsert = try db.cachedStatement(
                sql: """
                    INSERT INTO message_ends (thread, message, seq) VALUES (?, ?, ?)
                    ON CONFLICT (thread, message) DO UPDATE SET seq = excluded.seq
                    """)
            for (place, seq) in messageEnds {
                try upsert.execute(arguments: [place.thread, place.message.value, seq])
            }
        }
        changedThreads.removeAll(keepingCapacity: true)
        messageEnds.removeAll(keepingCapacity: true)
    }

    /// The events of the committed batch in the order of storage.
    func takeStoredEvents() -> [LogEvent] {
        cache.trim()
        defer { storedEvents = [] }
        return storedEvents
    }

    /// Forgets the batch, and all that was known from before: it may hold what was rolled back.
    func discardBatch() {
        cache.removeAll()
        storedEvents = []
        changedThreads = []
        messageEnds = [:]
    }

    /// Forgets message ends of the batch whose events were removed.
    func forgetMessageEnds(of thread: Int64, upTo seq: Int64) {
        guard !messageEnds.isEmpty else { return }
        messageEnds = messageEnds.filter { $0.key.thread != thread || $0.value > seq }
    }

    // MARK: Runs and events

    func begin(_ request: RunRequest, _ draft: StoredDraft, in db: Database) throws -> BeginOutcome {
        let user = request.key.user
        let clientMessage = request.clientMessageID?.withoutNUL
        if let clientMessage, let first = try run(startedBy: clientMessage, of: user, in: db) {
            return .duplicate(run: first.run, thread: first.thread, seq: first.seq)
        }
        if let parent = request.parentRun, try thread(ofRun: parent, of: user, in: db) == nil {
            return .refused(.unknownRun)
        }
        let existing = try thread(request.key, in: db)
        if existing?.isDeleted == true { return .refused(.threadDeleted) }
        guard try thread(ofRun: request.run, of: user, in: db) == nil else { throw StoreError.runExists(request.run) }

        let thread = try existing ?? create(request.key, title: ThreadTitle.make(from: request.text), in: db)
        guard let event = try store(draft, of: request.run, in: thread, db) else {
            // Only the id of the event itself could stand in the way, and the caller has made it for this event.
            throw DatabaseError(resultCode: .SQLITE_CONSTRAINT, message: "event id \(draft.eventID) is taken")
        }
        try db.cachedStatement(sql: "UPDATE run_places SET last = last + 1").execute()
        try db.cachedStatement(
            sql: """
                INSERT INTO runs
                    (user, run, thread, agent, parent_run, message, client_message, first_seq, status, started, place)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'open', ?, (SELECT last FROM run_places))
                """
        ).execute(arguments: [
            user.value, request.run.value, thread.id, request.agent.withoutNUL, request.parentRun?.value,
            request.message.value, clientMessage, event.seq, now.milliseconds,
        ])
        thread.openRuns.append(request.run)
        return .started(event: event, createdThread: existing == nil)
    }

    func append(
        _ drafts: [StoredDraft], run: RunID?, to key: ThreadKey, in db: Database
    ) throws -> [AppendReceipt] {
        func refused(_ reason: AppendRefusal) -> [AppendReceipt] { drafts.map { _ in .refused(reason) } }
        guard let thread = try thread(key, in: db) else { return refused(.unknownThread) }
        guard !thread.isDeleted else { return refused(.threadDeleted) }
        var isOpen = true
        if let run, !thread.openRuns.contains(run) {
            guard try self.thread(ofRun: run, of: key.user, in: db) == thread.id else { return refused(.unknownRun) }
            isOpen = false
        }
        return try drafts.map { draft in
            guard isOpen else {
                // A retry of what was stored before the run ended is not an error.
                let seq = try seq(of: draft.eventID, in: thread, db)
                return seq.map { .duplicate(seq: $0) } ?? .refused(.runEnded)
            }
            guard let event = try store(draft, of: run, in: thread, db) else {
                guard let seq = try seq(of: draft.eventID, in: thread, db) else {
                    throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "index and table of events disagree")
                }
                return .duplicate(seq: seq)
            }
            if let run, let status = RunStatus(terminal: draft.type) {
                try end(run, status, by: event, in: thread, db)
                isOpen = false
            }
            return .stored(seq: event.seq)
        }
    }

    /// Nil when the thread has an event with this id.
    private func store(
        _ draft: StoredDraft, of run: RunID?, in thread: CachedThread, _ db: Database
    ) throws -> LogEvent? {
        let seq = thread.head + 1
        try db.cachedStatement(
            sql: """
                INSERT INTO events (thread, seq, event_id, type, time, run, parent_run, agent, fields)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (event_id, thread) DO NOTHING
                """
        ).execute(arguments: [
            thread.id, seq, draft.eventID.value, draft.type.rawValue, draft.timestamp.milliseconds, run?.value,
            draft.parentRun?.value, draft.agent, draft.fields,
        ])
        guard db.changesCount == 1 else { return nil }
        thread.head = seq
        thread.updated = max(thread.updated, now)
        if !thread.isChanged {
            thread.isChanged = true
            changedThreads.append(thread)
        }
        if let message = draft.message { messageEnds[MessagePlace(thread: thread.id, message: message)] = seq }
        let event = draft.event(seq, of: run, in: thread.key)
        storedEvents.append(event)
        return event
    }

    private func end(
        _ run: RunID, _ status: RunStatus, by event: LogEvent, in thread: CachedThread, _ db: Database
    ) throws {
        try db.cachedStatement(sql: "UPDATE runs SET status = ?, ended = ?, last_seq = ? WHERE user = ? AND run = ?")
            .execute(arguments: [
                status.rawValue, now.milliseconds, event.seq, thread.key.user.value, run.value,
            ])
        thread.openRuns.removeAll { $0 == run }
    }

    // MARK: Threads

    func createThread(_ key: ThreadKey, title: String, in db: Database) throws -> ThreadRecord? {
        guard try thread(key, in: db) == nil else { return nil }
        let title = title.withoutNUL
        _ = try create(key, title: title, in: db)
        return ThreadRecord(key: key, title: title, createdAt: now, updatedAt: now, head: 0, openRuns: [])
    }

    func renameThread(_ key: ThreadKey, title: String, in db: Database) throws -> Bool {
        guard let thread = try thread(key, in: db), !thread.isDeleted else { return false }
        try db.cachedStatement(sql: "UPDATE threads SET title = ? WHERE id = ?")
            .execute(arguments: [title.withoutNUL, thread.id])
        return true
    }

    func deleteThread(_ key: ThreadKey, in db: Database) throws -> Bool {
        guard let thread = try thread(key, in: db), !thread.isDeleted else { return false }
        for table in ["events", "message_ends", "archived_messages"] {
            try db.execute(sql: "DELETE FROM \(table) WHERE thread = ?", arguments: [thread.id])
        }
        try db.execute(
            sql: "DELETE FROM claims WHERE user = ? AND thread = ?", arguments: [key.user.value, key.thread.value])
        try db.execute(
            sql: "DELETE FROM runs WHERE user = ? AND thread = ?", arguments: [key.user.value, thread.id])
        try db.execute(
            sql: "UPDATE threads SET title = '', deleted = ? WHERE id = ?", arguments: [now.milliseconds, thread.id])
        forgetMessageEnds(of: thread.id, upTo: .max)
        thread.openRuns = []
        thread.isDeleted = true
        return true
    }

    private func create(_ key: ThreadKey, title: String, in db: Database) throws -> CachedThread {
        try db.cachedStatement(
            sql: "INSERT INTO threads (user, thread, title, created, updated, head) VALUES (?, ?, ?, ?, ?, 0)"
        ).execute(arguments: [key.user.value, key.thread.value, title, now.milliseconds, now.milliseconds])
        let thread = CachedThread(
            id: db.lastInsertedRowID, key: key, head: 0, updated: now, isDeleted: false, openRuns: [])
        cache.insert(thread)
        return thread
    }

    // MARK: Looking up

    /// Nil when there never was such a thread.
    private func thread(_ key: ThreadKey, in db: Database) throws -> CachedThread? {
        if let thread = cache.find(key) { return thread }
        let thread = try readThread(key, in: db)
        if let thread { cache.insert(thread) }
        return thread
    }

    /// As `thread(_:in:)`, for work that passes over many threads once and would push the busy ones out of the cache. A
    /// thread that is not in the cache must not be changed.
    func threadOutsideCache(_ key: ThreadKey, in db: Database) throws -> CachedThread? {
        try cache.find(key) ?? readThread(key, in: db)
    }

    private func readThread(_ key: ThreadKey, in db: Database) throws -> CachedThread? {
        let select = try db.cachedStatement(
            sql: "SELECT id, head, updated, deleted FROM threads WHERE user = ? AND thread = ?")
        guard let row = try Row.fetchOne(select, arguments: [key.user.value, key.thread.value]) else { return nil }
        let id: Int64 = row[0]
        return CachedThread(
            id: id, key: key, head: row[1], updated: Timestamp(milliseconds: row[2]), isDeleted: row[3] != nil,
            openRuns: try LogReader.openRuns(of: key.user, thread: id, in: db))
    }

    /// The row of the thread that the user's run belongs to.
    private func thread(ofRun run: RunID, of user: UserID, in db: Database) throws -> Int64? {
        let select = try db.cachedStatement(sql: "SELECT thread FROM runs WHERE user = ? AND run = ?")
        return try Int64.fetchOne(select, arguments: [user.value, run.value])
    }

    private func run(
        startedBy clientMessage: String, of user: UserID, in db: Database
    ) throws -> (run: RunID, thread: ThreadID, seq: Int64)? {
        let select = try db.cachedStatement(
            sql: """
                SELECT runs.run, threads.thread, runs.first_seq FROM runs JOIN threads ON threads.id = runs.thread
                WHERE runs.user = ? AND runs.client_message = ?
                """)
        return try Row.fetchOne(select, arguments: [user.value, clientMessage])
            .map { (RunID($0[0] as String), ThreadID($0[1] as String), $0[2]) }
    }

    private func seq(of event: EventID, in thread: CachedThread, _ db: Database) throws -> Int64? {
        let select = try db.cachedStatement(sql: "SELECT seq FROM events WHERE thread = ? AND event_id = ?")
        return try Int64.fetchOne(select, arguments: [thread.id, event.value])
    }
}

extension StoreError {
    static func runExists(_ run: RunID) -> StoreError {
        StoreError(
            .runExists, place: "run \(run)", cause: "the user has a run with this id",
            remedy: "Make a new id for each run.")
    }
}
