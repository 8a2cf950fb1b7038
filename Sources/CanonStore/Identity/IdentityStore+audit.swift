public import CanonWire
import GRDB

/// One privileged act.
public struct AuditEntry: Sendable, Equatable {
    public let at: Timestamp
    /// `cli:<login>`, `setup`, `server`, or the id of a user or service.
    public let actor: String
    /// What was done, such as `account.role` or `broadcast`.
    public let action: String
    /// Whom it was done to.
    public let subject: String
    public let detail: String
}

extension IdentityStore {
    /// Notes a privileged act that changes nothing in the identity tables, such as a broadcast.
    public func audit(
        actor: String, action: String, subject: String, detail: String, now: Timestamp = .now()
    ) async throws {
        try await database.pool.write { db in
            try Self.record(actor, action, subject, detail, at: now, in: db)
        }
    }

    /// The latest privileged acts, the newest first.
    public func auditTrail(limit: Int = 100) async throws -> [AuditEntry] {
        try await database.pool.read { db in
            let sql = "SELECT at, actor, action, subject, detail FROM audit ORDER BY id DESC LIMIT ?"
            return try Row.fetchAll(db, sql: sql, arguments: [limit]).map { row in
                AuditEntry(
                    at: Timestamp(milliseconds: row["at"]), actor: row["actor"], action: row["action"],
                    subject: row["subject"], detail: row["detail"])
            }
        }
    }

    static func record(
        _ actor: String, _ action: String, _ subject: String, _ detail: String, at now: Timestamp, in db: Database
    ) throws {
        try db.execute(
            sql: "INSERT INTO audit (at, actor, action, subject, detail) VALUES (?, ?, ?, ?, ?)",
            arguments: [now.milliseconds, actor, action, subject, detail])
    }
}
