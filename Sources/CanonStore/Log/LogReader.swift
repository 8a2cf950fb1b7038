import CanonWire
import GRDB

/// The log's queries. Each is narrowed to one user, and a deleted thread is as none.
enum LogReader {
    /// The row of the user's thread; a subquery with the arguments user, thread.
    static let threadRow = "(SELECT id FROM threads WHERE user = ? AND thread = ? AND deleted IS NULL)"
    static let eventColumns = "seq, event_id, type, time, run, parent_run, agent, fields"
    private static let runColumns =
        "runs.run, runs.user, threads.thread, runs.agent, runs.status, runs.started, runs.ended, runs.id"

    // MARK: Events

    static func extent(of key: ThreadKey, in db: Database) throws -> LogExtent? {
        let select = try db.cachedStatement(
            sql: "SELECT floor, head FROM threads WHERE user = ? AND thread = ? AND deleted IS NULL")
        return try Row.fetchOne(select, arguments: [key.user.value, key.thread.value])
            .map { LogExtent(floor: $0[0], head: $0[1]) }
    }

    static func events(
        of key: ThreadKey, after seq: Int64, limit: Int, byteLimit: Int, in db: Database
    ) throws -> [LogEvent] {
        let select = try db.cachedStatement(sql: eventsQuery)
        let rows = try Row.fetchCursor(select, arguments: [key.user.value, key.thread.value, seq, max(0, limit)])
        var events: [LogEvent] = []
        var bytes = 0
        while let row = try rows.next() {
            let event = event(row, of: key)
            bytes += event.fields.utf8.count
            if bytes > byteLimit, !events.isEmpty { break }
            events.append(event)
        }
        return events
    }

    static let eventsQuery = """
        SELECT \(eventColumns) FROM events WHERE thread = \(threadRow) AND seq > ? ORDER BY seq LIMIT ?
        """

    static func seq(of marker: String, in key: ThreadKey, _ db: Database) throws -> Int64? {
        let arguments: StatementArguments = [key.user.value, key.thread.value, marker]
        let event = try db.cachedStatement(sql: markerQuery)
        if let seq = try Int64.fetchOne(event, arguments: arguments) { return seq }
        let message = try db.cachedStatement(
            sql: "SELECT seq FROM message_ends WHERE thread = \(threadRow) AND message = ?")
        if let seq = try Int64.fetchOne(message, arguments: arguments) { return seq }
        let archived = try db.cachedStatement(sql: archivedMarkerQuery)
        return try Int64.fetchOne(archived, arguments: arguments)
    }

    static let markerQuery = "SELECT seq FROM events WHERE thread = \(threadRow) AND event_id = ?"
    /// The index is named: left to itself, SQLite takes the one of `max(seq)` and walks the whole archive of the thread.
    static let archivedMarkerQuery = """
        SELECT max(seq) FROM archived_messages INDEXED BY archived_messages_message
        WHERE thread = \(threadRow) AND message = ?
        """

    static func event(_ row: Row, of key: ThreadKey) -> LogEvent {
        LogEvent(
            user: key.user, thread: key.thread, seq: row[0], eventID: EventID(row[1] as String),
            type: EventType(rawValue: row[2]), timestamp: Timestamp(milliseconds: row[3]),
            run: (row[4] as String?).map { RunID($0) }, parentRun: (row[5] as String?).map { RunID($0) }, agent: row[6],
            fields: row[7])
    }

    // MARK: Runs

    static func run(_ run: RunID, of user: UserID, in db: Database) throws -> RunRecord? {
        let select = try db.cachedStatement(
            sql: """
                SELECT \(runColumns) FROM runs JOIN threads ON threads.id = runs.thread
                WHERE runs.user = ? AND runs.run = ?
                """)
        return try Row.fetchOne(select, arguments: [user.value, run.value]).map { self.run($0).record }
    }

    static func openRuns(of user: UserID, in db: Database) throws -> [RunRecord] {
        let select = try db.cachedStatement(
            sql: """
                SELECT \(runColumns) FROM runs JOIN threads ON threads.id = runs.thread
                WHERE runs.user = ? AND runs.status = 'open' ORDER BY runs.id
                """)
        return try Row.fetchAll(select, arguments: [user.value]).map { run($0).record }
    }

    /// The thread's open runs, oldest first.
    static func openRuns(in key: ThreadKey, _ db: Database) throws -> [RunRecord] {
        let select = try db.cachedStatement(
            sql: """
                SELECT \(runColumns) FROM runs JOIN threads ON threads.id = runs.thread
                WHERE runs.user = ? AND runs.thread = \(threadRow) AND runs.status = 'open' ORDER BY runs.id
                """)
        return try Row.fetchAll(select, arguments: [key.user.value, key.user.value, key.thread.value])
            .map { run($0).record }
    }

    /// Open runs of all users in the order of their rows, after the row `after`.
    static func openRuns(after row: Int64, limit: Int, in db: Database) throws -> [(row: Int64, record: RunRecord)] {
        let select = try db.cachedStatement(
            sql: """
                SELECT \(runColumns) FROM runs JOIN threads ON threads.id = runs.thread
                WHERE runs.id > ? AND runs.status = 'open' ORDER BY runs.id LIMIT ?
                """)
        return try Row.fetchAll(select, arguments: [row, limit]).map { run($0) }
    }

    /// Open runs of all users that began after the place, with the messages that began them.
    static func openedRuns(after place: Int64, limit: Int, in db: Database) throws -> [OpenedRun] {
        let select = try db.cachedStatement(
            sql: """
                SELECT \(runColumns), runs.place, runs.first_seq, events.fields
                FROM runs JOIN threads ON threads.id = runs.thread
                    JOIN events ON events.thread = runs.thread AND events.seq = runs.first_seq
                WHERE runs.place > ? AND runs.status = 'open' ORDER BY runs.place LIMIT ?
                """)
        return try Row.fetchAll(select, arguments: [place, max(0, limit)]).map { row in
            OpenedRun(
                place: row[8], record: run(row).record, text: Conversation.userText(fields: row[10]), seq: row[9])
        }
    }

    /// The ids of the open runs of the thread with this row, oldest first.
    static func openRuns(of user: UserID, thread: Int64, in db: Database) throws -> [RunID] {
        let select = try db.cachedStatement(
            sql: "SELECT run FROM runs WHERE user = ? AND thread = ? AND status = 'open' ORDER BY id")
        return try String.fetchAll(select, arguments: [user.value, thread]).map { RunID($0) }
    }

    private static func run(_ row: Row) -> (row: Int64, record: RunRecord) {
        let record = RunRecord(
            run: RunID(row[0] as String),
            key: ThreadKey(user: UserID(row[1] as String), thread: ThreadID(row[2] as String)),
            agent: row[3], status: RunStatus(rawValue: row[4]) ?? .failed,
            startedAt: Timestamp(milliseconds: row[5]),
            endedAt: (row[6] as Int64?).map { Timestamp(milliseconds: $0) })
        return (row[7], record)
    }

    // MARK: Threads

    static func thread(_ key: ThreadKey, in db: Database) throws -> ThreadRecord? {
        let select = try db.cachedStatement(
            sql: """
                SELECT id, thread, title, created, updated, head FROM threads
                WHERE user = ? AND thread = ? AND deleted IS NULL
                """)
        return try Row.fetchOne(select, arguments: [key.user.value, key.thread.value])
            .map { try thread($0, of: key.user, in: db) }
    }

    /// The threads after `cursor`, newest first.
    static func threads(
        of user: UserID, after cursor: ThreadCursor?, limit: Int, in db: Database
    ) throws -> [ThreadRecord] {
        let select = try db.cachedStatement(
            sql: """
                SELECT id, thread, title, created, updated, head FROM threads
                WHERE user = ? AND deleted IS NULL AND (updated, thread) < (?, ?)
                ORDER BY updated DESC, thread DESC LIMIT ?
                """)
        let rows = try Row.fetchAll(
            select,
            arguments: [user.value, cursor?.updated.milliseconds ?? .max, cursor?.thread.value ?? "", limit])
        return try rows.map { try thread($0, of: user, in: db) }
    }

    private static func thread(_ row: Row, of user: UserID, in db: Database) throws -> ThreadRecord {
        ThreadRecord(
            key: ThreadKey(user: user, thread: ThreadID(row[1] as String)), title: row[2],
            createdAt: Timestamp(milliseconds: row[3]), updatedAt: Timestamp(milliseconds: row[4]), head: row[5],
            openRuns: try openRuns(of: user, thread: row[0], in: db))
    }
}
