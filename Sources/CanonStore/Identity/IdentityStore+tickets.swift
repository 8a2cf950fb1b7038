public import CanonWire
import Foundation
import GRDB

/// A single-use admission to a socket, made by someone who is logged in.
public struct Ticket: Sendable, Equatable {
    public let account: UserID
    /// The `jti` of the access token that asked for it; revoking that token revokes the ticket.
    public let accessID: String
    /// When that access token was issued and ends.
    public let sessionIssuedAt: Timestamp
    public let sessionExpiresAt: Timestamp
    public let permissions: Set<String>
    /// What the maker attached; opaque here.
    public let metadata: JSONObject
    public let createdAt: Timestamp
    public let expiresAt: Timestamp

    public init(
        account: UserID, accessID: String, sessionIssuedAt: Timestamp, sessionExpiresAt: Timestamp,
        permissions: Set<String>, metadata: JSONObject, createdAt: Timestamp, expiresAt: Timestamp
    ) {
        self.account = account
        self.accessID = accessID
        self.sessionIssuedAt = sessionIssuedAt
        self.sessionExpiresAt = sessionExpiresAt
        self.permissions = permissions
        self.metadata = metadata
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}

/// What became of a ticket that was presented.
public enum TicketRedemption: Sendable, Equatable {
    case redeemed(Ticket)
    case expired
    /// Never made, used already, or revoked: the three are not told apart.
    case unknown
}

public enum TicketRemoval: Sendable, Equatable {
    case removed, notOwner, unknown
}

extension IdentityStore {
    /// Unused tickets one account may hold at a time.
    public static let maximumTickets = 64

    /// Keeps a new ticket.
    /// - Returns: its id, 43 characters of base64url, which is nowhere else.
    /// - Throws: `IdentityError.tooManyTickets`
    public func createTicket(_ ticket: Ticket) async throws -> Secret {
        let secret = Secret.random()
        try await database.pool.write { db in
            let living = try Int.fetchOne(
                db, sql: "SELECT count(*) FROM tickets WHERE account = ? AND expires_at > ?",
                arguments: [ticket.account.value, ticket.createdAt.milliseconds])
            guard living ?? 0 < Self.maximumTickets else {
                throw IdentityError.tooManyTickets(limit: Self.maximumTickets)
            }
            try db.execute(
                sql: """
                    INSERT INTO tickets (hash, account, access_id, session_issued_at, session_expires_at, permissions,
                    metadata, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    secret.digest, ticket.account.value, ticket.accessID, ticket.sessionIssuedAt.milliseconds,
                    ticket.sessionExpiresAt.milliseconds, ticket.permissions.sorted().joined(separator: " "),
                    ticket.metadata.encodedText, ticket.createdAt.milliseconds, ticket.expiresAt.milliseconds,
                ])
        }
        return secret
    }

    /// Uses a ticket up. Of any number of callers with the same id, in any number of processes, one gets it: the row
    /// is deleted and returned by one statement.
    public func redeemTicket(_ id: String, now: Timestamp = .now()) async throws -> TicketRedemption {
        let digest = Secret.digest(id)
        return try await database.pool.write { db in
            let sql = "DELETE FROM tickets WHERE hash = ? RETURNING *"
            guard let row = try Row.fetchAll(db, sql: sql, arguments: [digest]).first else { return .unknown }
            let ticket = try Ticket(row: row)
            return ticket.expiresAt > now ? .redeemed(ticket) : .expired
        }
    }

    /// Looks at a ticket without using it; nil when it could not be redeemed.
    public func ticket(_ id: String, now: Timestamp = .now()) async throws -> Ticket? {
        let digest = Secret.digest(id)
        return try await database.pool.read { db in
            try Row.fetchOne(
                db, sql: "SELECT * FROM tickets WHERE hash = ? AND expires_at > ?",
                arguments: [digest, now.milliseconds]
            ).map(Ticket.init(row:))
        }
    }

    /// Takes a ticket back, if it is the caller's.
    public func removeTicket(_ id: String, owner: UserID, now: Timestamp = .now()) async throws -> TicketRemoval {
        let digest = Secret.digest(id)
        return try await database.pool.write { db in
            let sql = "SELECT account FROM tickets WHERE hash = ? AND expires_at > ?"
            guard let account = try String.fetchOne(db, sql: sql, arguments: [digest, now.milliseconds]) else {
                return .unknown
            }
            guard account == owner.value else { return .notOwner }
            try db.execute(sql: "DELETE FROM tickets WHERE hash = ?", arguments: [digest])
            return .removed
        }
    }
}

extension Ticket {
    init(row: Row) throws {
        let metadata: String = row["metadata"]
        guard let object = try JSONValue.parse(Array(metadata.utf8)).object else {
            throw IdentityError.unreadable("a ticket whose metadata is no JSON object")
        }
        self.init(
            account: UserID(row["account"] as String),
            accessID: row["access_id"],
            sessionIssuedAt: Timestamp(milliseconds: row["session_issued_at"]),
            sessionExpiresAt: Timestamp(milliseconds: row["session_expires_at"]),
            permissions: Set((row["permissions"] as String).split(separator: " ").map(String.init)),
            metadata: object,
            createdAt: Timestamp(milliseconds: row["created_at"]),
            expiresAt: Timestamp(milliseconds: row["expires_at"]))
    }
}
