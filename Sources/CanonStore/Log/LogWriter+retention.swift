import CanonWire
import Foundation
import GRDB

extension LogWriter {
    // MARK: Events

    /// Removes the oldest events of a thread that `retention` does not keep, and archives their messages.
    /// - Parameter limit: at most how many.
    /// - Returns: how many were removed; fewer than `limit` means that no more are to be.
    func prune(
        _ key: ThreadKey, _ retention: Retention, cutoff: Timestamp, limit: Int, in db: Database
    ) throws -> Int {
        guard let thread = try threadOutsideCache(key, in: db), !thread.isDeleted else { return 0 }
        let floor = try Int64.fetchOne(db, sql: "SELECT floor FROM threads WHERE id = ?", arguments: [thread.id]) ?? 0
        let firstOpen = try Int64.fetchOne(
            db, sql: "SELECT min(first_seq) FROM runs WHERE user = ? AND thread = ? AND status = 'open'",
            arguments: [key.user.value, thread.id])
        let last = min(thread.head, floor + Int64(limit), firstOpen.map { $0 - 1 } ?? .max)
        guard last > floor else { return 0 }
        let end = try lastBeyond(
            retention, cutoff, among: floor + 1...last, beyondCount: retention.lastBeyondCount(head: thread.head),
            of: thread.id, db)
        guard end > floor else { return 0 }

        try archive(floor + 1...end, of: thread, db)
        for table in ["events", "message_ends"] {
            try db.cachedStatement(sql: "DELETE FROM \(table) WHERE thread = ? AND seq <= ?")
                .execute(arguments: [thread.id, end])
        }
        forgetMessageEnds(of: thread.id, upTo: end)
        try db.cachedStatement(sql: "UPDATE threads SET floor = ? WHERE id = ?").execute(arguments: [end, thread.id])
        return Int(end - floor)
    }

    /// The last of the events that is beyond the count, or beyond the age with all before it.
    private func lastBeyond(
        _ retention: Retention, _ cutoff: Timestamp, among events: ClosedRange<Int64>, beyondCount: Int64,
        of thread: Int64, _ db: Database
    ) throws -> Int64 {
        if beyondCount >= events.upperBound { return events.upperBound }
        let select = try db.cachedStatement(
            sql: """
                SELECT seq FROM events WHERE thread = ? AND seq > ? AND seq <= ? AND time >= ? ORDER BY seq LIMIT 1
                """)
        let firstYoung = try Int64.fetchOne(
            select,
            arguments: [
                thread, max(beyondCount, events.lowerBound - 1), events.upperBound, cutoff.milliseconds,
            ])
        return firstYoung.map { $0 - 1 } ?? events.upperBound
    }

    /// Stores the messages of the events, and those behind them that need one of the events for their text: an
    /// unfinished answer is its deltas. Such a message is complete only now, so a later pass leaves it as it is.
    private func archive(_ events: ClosedRange<Int64>, of thread: CachedThread, _ db: Database) throws {
        let select = try db.cachedStatement(
            sql: """
                SELECT \(LogReader.eventColumns) FROM events
                WHERE thread = :thread AND seq >= :first AND \(EventLogSchema.isConversation)
                    AND (seq <= :last OR run IN (
                        SELECT run FROM events
                        WHERE thread = :thread AND seq >= :first AND seq <= :last AND type = 'stream_chunk'))
                    AND NOT EXISTS (
                        SELECT 1 FROM archived_messages
                        WHERE archived_messages.thread = :thread AND archived_messages.seq = events.seq)
                ORDER BY seq
                """)
        let rows = try Row.fetchAll(
            select, arguments: ["thread": thread.id, "first": events.lowerBound, "last": events.upperBound])
        let insert = try db.cachedStatement(
            sql: """
                INSERT INTO archived_messages (thread, seq, message, role, content, run, time, status)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """)
        for row in rows {
            let end = LogReader.event(row, of: thread.key)
            var needsDeltas = false
            let message = try Conversation.message(of: end) {
                needsDeltas = true
                return try end.run.map { try LogReader.deltas(of: $0, before: end.seq, in: thread.key, db) } ?? []
            }
            guard end.seq <= events.upperBound || needsDeltas else { continue }
            try insert.execute(arguments: [
                thread.id, message.seq, message.message.value, message.role.rawValue, Data(message.content.utf8),
                message.run?.value, message.timestamp.milliseconds, message.status,
            ])
        }
    }

    // MARK: Runs

    /// Removes the runs with these rows that ended before the cutoff and have no event left.
    func removeRuns(_ rows: [Int64], cutoff: Timestamp, in db: Database) throws -> Int {
        // A row may have become another run's since it was found.
        let delete = try db.cachedStatement(
            sql: """
                DELETE FROM runs WHERE id = ? AND status <> 'open' AND started < ? AND ended < ?
                    AND last_seq <= (SELECT floor FROM threads WHERE threads.id = runs.thread)
                """)
        return try rows.reduce(0) { removed, row in
            try delete.execute(arguments: [row, cutoff.milliseconds, cutoff.milliseconds])
            return removed + db.changesCount
        }
    }

    // MARK: Idempotency keys

    func claim(_ key: IdempotencyKey, fingerprint: String, in db: Database) throws -> IdempotencyClaim {
        let fingerprint = fingerprint.withoutNUL
        let thread = key.thread
        let place: StatementArguments = [
            thread.user.value, thread.thread.value, key.owner.value, key.key.withoutNUL,
        ]
        let select = try db.cachedStatement(
            sql: "SELECT fingerprint FROM claims WHERE user = ? AND thread = ? AND owner = ? AND key = ?")
        if let kept = try String.fetchOne(select, arguments: place) { return kept == fingerprint ? .same : .different }
        try db.cachedStatement(
            sql: "INSERT INTO claims (user, thread, owner, key, fingerprint, claimed) VALUES (?, ?, ?, ?, ?, ?)"
        ).execute(arguments: place + [fingerprint, now.milliseconds])
        return .new
    }

    /// Removes the oldest claims of before the cutoff.
    /// - Returns: how many were removed; fewer than `limit` means that no more are to be.
    func removeClaims(before cutoff: Timestamp, limit: Int, in db: Database) throws -> Int {
        try db.cachedStatement(
            sql: "DELETE FROM claims WHERE id IN (SELECT id FROM claims ORDER BY id LIMIT ?) AND claimed < ?"
        ).execute(arguments: [limit, cutoff.milliseconds])
        return db.changesCount
    }
}
