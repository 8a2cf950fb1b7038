public import CanonWire
import GRDB

/// A person or program that can log in. The password's hash is not part of it.
public struct Account: Sendable, Equatable {
    public let id: UserID
    public let email: String
    public let name: String?
    public let role: Role
    public let createdAt: Timestamp
    public let disabledAt: Timestamp?
    /// Access tokens whose `iat` is earlier are void. In whole seconds since 1970, like `iat`.
    public let sessionsValidAfter: Int64

    public var isDisabled: Bool { disabledAt != nil }
}

extension Account {
    static let columns = "id, email, name, role, created_at, disabled_at, sessions_valid_after"

    init(row: Row) throws {
        id = UserID(row["id"] as String)
        email = row["email"]
        name = row["name"]
        role = try Role(stored: row["role"])
        createdAt = Timestamp(milliseconds: row["created_at"])
        disabledAt = (row["disabled_at"] as Int64?).map(Timestamp.init(milliseconds:))
        sessionsValidAfter = row["sessions_valid_after"]
    }
}

extension Role {
    /// A role this version does not know must not become one it knows.
    init(stored text: String) throws(IdentityError) {
        guard let role = Role(rawValue: text) else { throw .unreadable("the role '\(text)'") }
        self = role
    }
}
