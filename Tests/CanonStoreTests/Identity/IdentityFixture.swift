import CanonStore
import CanonWire
import Foundation

/// A database in a temporary folder that goes with the value.
final class IdentityFixture: Sendable {
    let path: String
    let store: IdentityStore

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "canon-identity-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        store = IdentityStore(try CanonDatabase(path: path + "/canon.sqlite", durability: .process))
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The same database through connections of its own, as another process has it.
    func anotherProcess() throws -> IdentityStore {
        IdentityStore(try CanonDatabase(path: path + "/canon.sqlite", durability: .process))
    }

    func account(_ email: String = "anna@example.com", role: Role = .user, now: Timestamp = .now()) async throws
        -> Account
    {
        try await store.createAccount(
            email: EmailAddress(email), role: role, passwordHash: "hash", actor: "test", now: now)
    }
}

func grant(_ id: String, at now: Timestamp, access: Double = 900, refresh: Double = 3600) -> RefreshGrant {
    RefreshGrant(
        secret: .random(), expiresAt: now.adding(seconds: refresh), accessID: id,
        accessExpiresAt: now.adding(seconds: access))
}

func ticket(for account: Account, accessID: String = "jti_1", at now: Timestamp, seconds: Double = 300) -> Ticket {
    Ticket(
        account: account.id, accessID: accessID, sessionIssuedAt: now, sessionExpiresAt: now.adding(seconds: 900),
        permissions: ["chat", "read"], metadata: ["from": "a test"], createdAt: now,
        expiresAt: now.adding(seconds: seconds))
}
