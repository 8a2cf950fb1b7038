public import CanonWire
import GRDB

/// A long-lived credential of a program. The secret itself is not kept.
public struct ServiceToken: Sendable, Equatable {
    /// The prefix by which a bearer credential is known to be one.
    public static let prefix = "canon_st_"

    /// Also the user id under which the program acts.
    public let id: UserID
    public let name: String
    public let role: Role
    public let createdAt: Timestamp
    /// Nil: it never expires.
    public let expiresAt: Timestamp?
    public let revokedAt: Timestamp?
    /// To the minute; nil: never.
    public let lastUsedAt: Timestamp?

    public enum State: String, Sendable { case live, expired, revoked }

    public func state(at now: Timestamp) -> State {
        if revokedAt != nil { return .revoked }
        return expiresAt.map { $0 <= now } ?? false ? .expired : .live
    }
}

extension IdentityStore {
    /// Makes a service token.
    /// - Returns: the secret, which is shown once and nowhere else, and what is kept of it.
    /// - Throws: `IdentityError.invalidTokenName`, `.tokenNameTaken`, `.roleNotForTokens`
    public func createServiceToken(
        name: String, role: Role, expiresAt: Timestamp?, actor: String, now: Timestamp = .now()
    ) async throws -> (secret: Secret, token: ServiceToken) {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard (1...64).contains(name.utf8.count), isPlain else { throw IdentityError.invalidTokenName(name) }
        guard role == .service || role == .admin else { throw IdentityError.roleNotForTokens(role) }
        let secret = Secret.random(prefix: ServiceToken.prefix)
        let token = ServiceToken(
            id: .make("service", at: now), name: name, role: role, createdAt: now, expiresAt: expiresAt,
            revokedAt: nil, lastUsedAt: nil)
        try await change { db in
            let sql = "SELECT EXISTS (SELECT 1 FROM service_tokens WHERE name = ? AND revoked_at IS NULL)"
            if try Bool.fetchOne(db, sql: sql, arguments: [name]) == true { throw IdentityError.tokenNameTaken(name) }
            try db.execute(
                sql: """
                    INSERT INTO service_tokens (id, name, role, hash, created_at, expires_at)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    token.id.value, name, role.rawValue, secret.digest, now.milliseconds, expiresAt?.milliseconds,
                ])
            try Self.record(actor, "token.create", token.id.value, "\(name), role \(role.rawValue)", at: now, in: db)
        }
        return (secret, token)
    }

    /// Every service token there ever was, the newest first.
    public func serviceTokens() async throws -> [ServiceToken] {
        try await database.pool.read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM service_tokens ORDER BY created_at DESC, id DESC")
                .map(ServiceToken.init(row:))
        }
    }

    /// The token with this secret, in whatever state it is.
    public func serviceToken(secret: String) async throws -> ServiceToken? {
        let digest = Secret.digest(secret)
        return try await database.pool.read { db in
            try Row.fetchOne(db, sql: "SELECT * FROM service_tokens WHERE hash = ?", arguments: [digest])
                .map(ServiceToken.init(row:))
        }
    }

    public func serviceToken(id: UserID) async throws -> ServiceToken? {
        try await database.pool.read { db in
            try Row.fetchOne(db, sql: "SELECT * FROM service_tokens WHERE id = ?", arguments: [id.value])
                .map(ServiceToken.init(row:))
        }
    }

    /// Notes the use of a token, at most once a minute, so that a busy program does not write at every request.
    public func noteUse(of token: ServiceToken, now: Timestamp = .now()) async throws {
        if let last = token.lastUsedAt, now < last.adding(seconds: 60) { return }
        try await database.pool.write { db in
            try db.execute(
                sql: "UPDATE service_tokens SET last_used_at = ? WHERE id = ?",
                arguments: [now.milliseconds, token.id.value])
        }
    }

    /// Revokes the live token with this name or id.
    /// - Throws: `IdentityError.noSuchToken`
    public func revokeServiceToken(
        _ nameOrID: String, actor: String, now: Timestamp = .now()
    ) async throws -> ServiceToken {
        try await change { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    UPDATE service_tokens SET revoked_at = ? WHERE (name = ? OR id = ?) AND revoked_at IS NULL
                    RETURNING *
                    """,
                arguments: [now.milliseconds, nameOrID, nameOrID])
            guard let row = rows.first else { throw IdentityError.noSuchToken(nameOrID) }
            let token = try ServiceToken(row: row)
            try Self.record(actor, "token.revoke", token.id.value, token.name, at: now, in: db)
            return token
        }
    }
}

extension ServiceToken {
    init(row: Row) throws {
        id = UserID(row["id"] as String)
        name = row["name"]
        role = try Role(stored: row["role"])
        createdAt = Timestamp(milliseconds: row["created_at"])
        expiresAt = (row["expires_at"] as Int64?).map(Timestamp.init(milliseconds:))
        revokedAt = (row["revoked_at"] as Int64?).map(Timestamp.init(milliseconds:))
        lastUsedAt = (row["last_used_at"] as Int64?).map(Timestamp.init(milliseconds:))
    }
}
