public import CanonWire
import GRDB
import Synchronization

/// Accounts, sessions, tickets and service tokens in the database of a data folder.
///
/// Several processes use one database at a time (a running server, and `canon users` or `canon tokens` beside it), so
/// no method relies on what an earlier one read: each decides and writes in one transaction. Copies of a value share
/// the count of changes.
///
/// Every method throws `DatabaseError` when SQLite fails, and `IdentityError` where its documentation says so.
public struct IdentityStore: Sendable {
    let database: CanonDatabase
    private let local = LocalChanges()

    public init(_ database: CanonDatabase) { self.database = database }

    /// How many changes went through this value. Knowledge read at a lower count may be out of date.
    public var localChanges: UInt64 { local.count.load(ordering: .acquiring) }

    /// A number that grows with each change of what a session depends on, whichever process made it. One indexed read.
    public func version() async throws -> Int64 {
        try await database.pool.read { db in
            try Int64.fetchOne(db, sql: "SELECT value FROM identity_version WHERE id = 0") ?? 0
        }
    }

    func countLocalChange() { local.count.add(1, ordering: .releasing) }

    /// Runs a write that takes something away from a session or changes what it may do.
    func change<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        let value = try await database.pool.write { db in
            let value = try body(db)
            try db.execute(sql: "UPDATE identity_version SET value = value + 1 WHERE id = 0")
            return value
        }
        countLocalChange()
        return value
    }

    /// Removes what has expired: refresh tokens, revocations that no living token needs, tickets, and visitors who can
    /// no longer come back.
    ///
    /// - Parameter visitorSeconds: how long a visitor's access token lives.
    /// - Returns: how many rows went.
    @discardableResult
    public func purge(visitorSeconds: Int = 48 * 3600, now: Timestamp = .now()) async throws -> Int {
        try await database.pool.write { db in
            let time = now.milliseconds
            var removed = 0
            for table in ["refresh_tokens", "revoked_access_tokens", "tickets", "setup_token"] {
                try db.execute(sql: "DELETE FROM \(table) WHERE expires_at <= ?", arguments: [time])
                removed += db.changesCount
            }
            try db.execute(
                sql: """
                    DELETE FROM accounts WHERE role = 'visitor' AND created_at <= ?
                    AND NOT EXISTS (SELECT 1 FROM refresh_tokens WHERE account = accounts.id)
                    """,
                arguments: [now.adding(seconds: -Double(visitorSeconds)).milliseconds]
            )
            return removed + db.changesCount
        }
    }
}

private final class LocalChanges: Sendable {
    let count = Atomic<UInt64>(0)
}
