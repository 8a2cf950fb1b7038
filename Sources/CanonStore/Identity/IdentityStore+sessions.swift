public import CanonWire
import Foundation
import GRDB

/// A refresh token about to be handed out, and the access token that goes with it.
public struct RefreshGrant: Sendable {
    public let secret: Secret
    public let expiresAt: Timestamp
    /// The `jti` of the access token of the same pair.
    public let accessID: String
    public let accessExpiresAt: Timestamp

    public init(secret: Secret, expiresAt: Timestamp, accessID: String, accessExpiresAt: Timestamp) {
        self.secret = secret
        self.expiresAt = expiresAt
        self.accessID = accessID
        self.accessExpiresAt = accessExpiresAt
    }
}

/// What became of a refresh token that was presented.
public enum RefreshOutcome: Sendable {
    case rotated(Account, RefreshGrant)
    /// It had been exchanged before, so two parties hold it: its family is revoked now.
    case reused(UserID)
    case revoked
    case expired
    case disabled
    case unknown
}

/// What decides whether an access token is still good.
public struct SessionState: Sendable, Equatable {
    /// Nil when there is no such account.
    public let account: Account?
    public let isRevoked: Bool
}

/// The longest life of a ticket, in seconds. Revocations outlive their access token by it, because a socket opened
/// with a ticket may.
public let maximumTicketSeconds = 3600

extension IdentityStore {
    /// Starts a family of refresh tokens: one log-in on one device.
    public func openSession(for account: UserID, grant: RefreshGrant, now: Timestamp = .now()) async throws {
        try await database.pool.write { db in
            let family = Identifier<FamilyKind>.make("family", at: now).value
            try Self.insert(grant, account: account, family: family, now: now, in: db)
        }
    }

    /// Exchanges a refresh token for the next of its family, once.
    ///
    /// - Parameters:
    ///   - presented: what the client sent.
    ///   - successor: makes the next pair for the account as it is now; runs inside the transaction.
    public func refresh(
        _ presented: String, now: Timestamp = .now(), successor: @escaping @Sendable (Account) -> RefreshGrant
    ) async throws -> RefreshOutcome {
        let digest = Secret.digest(presented)
        let outcome = try await database.pool.write { db -> (outcome: RefreshOutcome, endedFamily: Bool) in
            let sql = "SELECT family, account, expires_at, used_at, revoked_at FROM refresh_tokens WHERE hash = ?"
            guard let row = try Row.fetchOne(db, sql: sql, arguments: [digest]) else { return (.unknown, false) }
            let family: String = row["family"]
            let owner = UserID(row["account"] as String)
            if row["revoked_at"] as Int64? != nil { return (.revoked, false) }
            if row["used_at"] as Int64? != nil {
                try Self.revokeFamily(family, now: now, in: db)
                try Self.record("server", "session.reuse", owner.value, family, at: now, in: db)
                try db.execute(sql: "UPDATE identity_version SET value = value + 1 WHERE id = 0")
                return (.reused(owner), true)
            }
            guard row["expires_at"] as Int64 > now.milliseconds else { return (.expired, false) }
            guard let account = try Self.account("id = ?", owner.value, in: db) else { return (.unknown, false) }
            guard !account.isDisabled else { return (.disabled, false) }
            let grant = successor(account)
            try db.execute(
                sql: "UPDATE refresh_tokens SET used_at = ? WHERE hash = ?", arguments: [now.milliseconds, digest])
            try Self.insert(grant, account: owner, family: family, now: now, in: db)
            return (.rotated(account, grant), false)
        }
        if outcome.endedFamily { countLocalChange() }
        return outcome.outcome
    }

    /// Ends the session an access token belongs to: the token, its whole family, and the tickets made with it.
    public func endSession(accessID: String, accessExpiresAt: Timestamp, now: Timestamp = .now()) async throws {
        try await change { db in
            try Self.revoke(accessID: accessID, expiresAt: accessExpiresAt, in: db)
            let sql = "SELECT family FROM refresh_tokens WHERE access_id = ?"
            guard let family = try String.fetchOne(db, sql: sql, arguments: [accessID]) else { return }
            try Self.revokeFamily(family, now: now, in: db)
        }
    }

    /// Ends the session a refresh token belongs to.
    /// - Returns: whether there was one.
    @discardableResult
    public func endSession(refreshToken: String, now: Timestamp = .now()) async throws -> Bool {
        let digest = Secret.digest(refreshToken)
        return try await change { db in
            let sql = "SELECT family FROM refresh_tokens WHERE hash = ?"
            guard let family = try String.fetchOne(db, sql: sql, arguments: [digest]) else { return false }
            try Self.revokeFamily(family, now: now, in: db)
            return true
        }
    }

    /// The account an access token speaks for, and whether that token was revoked.
    public func session(of user: UserID, accessID: String) async throws -> SessionState {
        try await database.pool.read { db in
            let account = try Self.account("id = ?", user.value, in: db)
            let isRevoked = try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM revoked_access_tokens WHERE id = ?)", arguments: [accessID])
            return SessionState(account: account, isRevoked: isRevoked ?? false)
        }
    }
}

private enum FamilyKind {}

extension IdentityStore {
    private static func insert(
        _ grant: RefreshGrant, account: UserID, family: String, now: Timestamp, in db: Database
    ) throws {
        try db.execute(
            sql: """
                INSERT INTO refresh_tokens
                (hash, family, account, access_id, access_expires_at, issued_at, expires_at)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                grant.secret.digest, family, account.value, grant.accessID, grant.accessExpiresAt.milliseconds,
                now.milliseconds, grant.expiresAt.milliseconds,
            ])
    }

    private static func revokeFamily(_ family: String, now: Timestamp, in db: Database) throws {
        let grace = Int64(maximumTicketSeconds) * 1000
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO revoked_access_tokens (id, expires_at)
                SELECT access_id, access_expires_at + ? FROM refresh_tokens
                WHERE family = ? AND access_expires_at + ? > ?
                """,
            arguments: [grace, family, grace, now.milliseconds])
        try db.execute(
            sql: "DELETE FROM tickets WHERE access_id IN (SELECT access_id FROM refresh_tokens WHERE family = ?)",
            arguments: [family])
        try db.execute(
            sql: "UPDATE refresh_tokens SET revoked_at = ? WHERE family = ? AND revoked_at IS NULL",
            arguments: [now.milliseconds, family])
    }

    private static func revoke(accessID: String, expiresAt: Timestamp, in db: Database) throws {
        try db.execute(
            sql: "INSERT OR IGNORE INTO revoked_access_tokens (id, expires_at) VALUES (?, ?)",
            arguments: [accessID, expiresAt.adding(seconds: Double(maximumTicketSeconds)).milliseconds])
        try db.execute(sql: "DELETE FROM tickets WHERE access_id = ?", arguments: [accessID])
    }
}
