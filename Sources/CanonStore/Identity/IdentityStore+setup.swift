public import CanonWire
import Foundation
import GRDB

/// What a set-up token is worth.
public enum SetupTokenState: Sendable, Equatable {
    case good
    case wrong
    /// Expired, or an account exists: no token helps any more.
    case gone
}

extension IdentityStore {
    /// How long a set-up link works, in seconds.
    public static let setupTokenSeconds = 24 * 3600

    /// Makes the one-time token by which the first account is made, in place of an earlier one.
    /// - Returns: nil when there is an account already.
    public func issueSetupToken(now: Timestamp = .now()) async throws -> Secret? {
        let secret = Secret.random()
        let expiresAt = now.adding(seconds: Double(Self.setupTokenSeconds))
        return try await database.pool.write { db in
            guard try !Self.hasAccounts(in: db) else {
                try db.execute(sql: "DELETE FROM setup_token")
                return nil
            }
            try db.execute(
                sql: "INSERT OR REPLACE INTO setup_token (id, hash, expires_at) VALUES (0, ?, ?)",
                arguments: [secret.digest, expiresAt.milliseconds])
            return secret
        }
    }

    /// Looks at a set-up token without using it, so that a wrong one costs no password hash.
    public func setupTokenState(_ token: String, now: Timestamp = .now()) async throws -> SetupTokenState {
        let digest = Secret.digest(token)
        return try await database.pool.read { db in
            try Self.setupTokenState(digest, now: now, in: db)
        }
    }

    /// Uses the set-up token up and makes the first account, an administrator.
    /// - Returns: the account, or why there is none.
    public func completeSetup(
        token: String, email: EmailAddress, name: String? = nil, passwordHash: String, now: Timestamp = .now()
    ) async throws -> (state: SetupTokenState, account: Account?) {
        let digest = Secret.digest(token)
        return try await change { db in
            let state = try Self.setupTokenState(digest, now: now, in: db)
            guard state == .good else { return (state, nil) }
            let account = Account(
                id: .make("user", at: now), email: email.text, name: name, role: .admin, createdAt: now,
                disabledAt: nil, sessionsValidAfter: 0)
            try Self.insert(account, folded: email.folded, passwordHash: passwordHash, in: db)
            try db.execute(sql: "DELETE FROM setup_token")
            try Self.record("setup", "account.create", account.id.value, "role admin", at: now, in: db)
            return (.good, account)
        }
    }

    private static func setupTokenState(_ digest: Data, now: Timestamp, in db: Database) throws -> SetupTokenState {
        guard try !hasAccounts(in: db) else { return .gone }
        let sql = "SELECT hash FROM setup_token WHERE expires_at > ?"
        guard let stored = try Data.fetchOne(db, sql: sql, arguments: [now.milliseconds]) else { return .gone }
        // Digests of random secrets: comparing them byte by byte tells an attacker nothing about the secret.
        return stored == digest ? .good : .wrong
    }
}
