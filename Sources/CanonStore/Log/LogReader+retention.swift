import CanonWire
import GRDB

/// What retention may remove, found beside the writer. The writer looks again before it removes anything.
extension LogReader {
    /// Rows of a table that were looked at, and what was found among them.
    struct Found<Element: Sendable>: Sendable {
        /// The last row that was looked at; nil when there were none left.
        let last: Int64?
        let elements: [Element]
    }

    /// The threads with events to remove among the next `limit` threads after the row `row`.
    static func prunableThreads(
        after row: Int64, limit: Int, beyond retention: Retention, cutoff: Timestamp, in db: Database
    ) throws -> Found<ThreadKey> {
        let select = try db.cachedStatement(sql: prunableThreadsQuery)
        let rows = try Row.fetchAll(
            select, arguments: [max(0, retention.maximumEvents), cutoff.milliseconds, row, limit])
        let keys = rows.filter { $0[3] as Bool? ?? false }.map { row in
            ThreadKey(user: UserID(row[1] as String), thread: ThreadID(row[2] as String))
        }
        return Found(last: rows.last?[0], elements: keys)
    }

    static let prunableThreadsQuery = """
        SELECT id, user, thread,
            deleted IS NULL AND head > floor
            AND (head - floor > ?
                OR (SELECT time FROM events WHERE events.thread = threads.id AND seq = floor + 1) < ?)
            AND NOT EXISTS (
                SELECT 1 FROM runs
                WHERE runs.user = threads.user AND runs.thread = threads.id AND status = 'open'
                    AND first_seq <= floor + 1)
        FROM threads WHERE id > ? ORDER BY id LIMIT ?
        """

    /// The runs to remove among the next `limit` runs after the row `row` that began before the cutoff.
    ///
    /// Rows of runs stand in the order in which the runs began, so the search ends with the first that is young.
    static func prunableRuns(after row: Int64, limit: Int, cutoff: Timestamp, in db: Database) throws -> Found<Int64> {
        let select = try db.cachedStatement(
            sql: """
                SELECT runs.id, runs.started, status <> 'open' AND ended < ? AND last_seq <= threads.floor
                FROM runs JOIN threads ON threads.id = runs.thread
                WHERE runs.id > ? ORDER BY runs.id LIMIT ?
                """)
        let rows = try Row.fetchAll(select, arguments: [cutoff.milliseconds, row, limit])
        let old = rows.prefix { ($0[1] as Int64) < cutoff.milliseconds }
        return Found(last: old.last?[0], elements: old.filter { $0[2] as Bool? ?? false }.map { $0[0] })
    }

    /// Whether the oldest idempotency key was claimed before the cutoff.
    static func hasClaim(before cutoff: Timestamp, in db: Database) throws -> Bool {
        let oldest = try Int64.fetchOne(db, sql: "SELECT claimed FROM claims ORDER BY id LIMIT 1")
        return oldest.map { $0 < cutoff.milliseconds } ?? false
    }
}
