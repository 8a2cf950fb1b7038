import CanonWire
import Foundation
import GRDB

/// The conversation: messages that still have their events, and those that retention has archived.
extension LogReader {
    /// A message as it was found: not read out of its event before it is known to be wanted.
    private enum FoundMessage {
        case archived(MessageRecord)
        case live(LogEvent)

        var seq: Int64 {
            switch self {
            case .archived(let message): message.seq
            case .live(let event): event.seq
            }
        }
    }

    static func messages(
        of key: ThreadKey, after seq: Int64, limit: Int, in db: Database
    ) throws -> [MessageRecord] {
        let arguments: StatementArguments = [key.user.value, key.thread.value, seq, max(0, limit)]
        let found = merge(
            try archived(archivedAfterQuery, arguments, db), try live(messagesQuery, arguments, of: key, db)
        ) { $0 < $1 }
        return try found.prefix(max(0, limit)).map { try message($0, in: key, db) }
    }

    static func messages(
        of key: ThreadKey, before seq: Int64, last count: Int, in db: Database
    ) throws -> [MessageRecord] {
        let arguments: StatementArguments = [key.user.value, key.thread.value, seq, max(0, count)]
        let found = merge(
            try archived(archivedBeforeQuery, arguments, db), try live(messagesBeforeQuery, arguments, of: key, db)
        ) { $0 > $1 }
        return try found.prefix(max(0, count)).reversed().map { try message($0, in: key, db) }
    }

    static let messagesQuery = """
        SELECT \(eventColumns) FROM events
        WHERE thread = \(threadRow) AND seq > ? AND \(EventLogSchema.isConversation) ORDER BY seq LIMIT ?
        """
    static let messagesBeforeQuery = """
        SELECT \(eventColumns) FROM events
        WHERE thread = \(threadRow) AND seq < ? AND \(EventLogSchema.isConversation) ORDER BY seq DESC LIMIT ?
        """
    static let archivedAfterQuery = """
        SELECT message, role, content, run, seq, time, status FROM archived_messages
        WHERE thread = \(threadRow) AND seq > ? ORDER BY seq LIMIT ?
        """
    static let archivedBeforeQuery = """
        SELECT message, role, content, run, seq, time, status FROM archived_messages
        WHERE thread = \(threadRow) AND seq < ? ORDER BY seq DESC LIMIT ?
        """

    private static func archived(
        _ query: String, _ arguments: StatementArguments, _ db: Database
    ) throws -> [MessageRecord] {
        try Row.fetchAll(try db.cachedStatement(sql: query), arguments: arguments).map { row in
            MessageRecord(
                message: MessageID(row[0] as String), role: .init(rawValue: row[1]) ?? .assistant,
                content: String(decoding: row[2] as Data, as: UTF8.self), run: (row[3] as String?).map { RunID($0) },
                seq: row[4],
                timestamp: Timestamp(milliseconds: row[5]), status: row[6])
        }
    }

    private static func live(
        _ query: String, _ arguments: StatementArguments, of key: ThreadKey, _ db: Database
    ) throws -> [LogEvent] {
        try Row.fetchAll(try db.cachedStatement(sql: query), arguments: arguments).map { event($0, of: key) }
    }

    /// An answer whose deltas are gone is archived while its last event is still there; then the archive has its text.
    private static func merge(
        _ archived: [MessageRecord], _ live: [LogEvent], by isBefore: (Int64, Int64) -> Bool
    ) -> [FoundMessage] {
        if archived.isEmpty { return live.map { .live($0) } }
        let known = Set(archived.map(\.seq))
        let found =
            archived.map { FoundMessage.archived($0) } + live.filter { !known.contains($0.seq) }.map { .live($0) }
        return found.sorted { isBefore($0.seq, $1.seq) }
    }

    private static func message(
        _ found: FoundMessage, in key: ThreadKey, _ db: Database
    ) throws -> MessageRecord {
        switch found {
        case .archived(let message): message
        case .live(let end): try message(of: end, in: key, db)
        }
    }

    private static func message(of end: LogEvent, in key: ThreadKey, _ db: Database) throws -> MessageRecord {
        try Conversation.message(of: end) {
            try end.run.map { try deltas(of: $0, before: end.seq, in: key, db) } ?? []
        }
    }

    /// The text events of a run. A run's events all stand behind its first, so no index on runs is needed.
    static func deltas(
        of run: RunID, before end: Int64 = .max, in key: ThreadKey, _ db: Database
    ) throws -> [LogEvent] {
        let select = try db.cachedStatement(
            sql: """
                SELECT \(eventColumns) FROM events
                WHERE thread = \(threadRow) AND seq < ? AND run = ? AND type = 'stream_chunk'
                    AND seq > (SELECT first_seq FROM runs WHERE user = ? AND run = ?)
                ORDER BY seq
                """)
        let rows = try Row.fetchAll(
            select,
            arguments: [key.user.value, key.thread.value, end, run.value, key.user.value, run.value])
        return rows.map { event($0, of: key) }
    }

    // MARK: Snapshot

    /// Messages that are read at once, from the newest on, until the snapshot is full.
    private static let snapshotPage = 32

    static func snapshot(of key: ThreadKey, byteLimit: Int, in db: Database) throws -> ThreadSnapshot? {
        guard let extent = try extent(of: key, in: db) else { return nil }
        let openRuns = try openRuns(in: key, db).map { run in
            Conversation.openRun(run, deltas: try deltas(of: run.run, in: key, db))
        }
        var room = SnapshotRoom(byteLimit: byteLimit, openRuns: openRuns)
        var page: [MessageRecord] = []
        var before = Int64.max
        repeat {
            page = try messages(of: key, before: before, last: snapshotPage, in: db)
            before = page.first?.seq ?? before
        } while room.add(olderMessages: page) && page.count == snapshotPage
        return room.snapshot(at: extent.head)
    }
}
