/// Why a change of accounts or tokens was refused. The text says what to do about it.
public enum IdentityError: Error, Equatable, Sendable, CustomStringConvertible {
    case invalidEmail(String)
    case emailTaken(String)
    case noSuchAccount(String)
    case invalidTokenName(String)
    case tokenNameTaken(String)
    case noSuchToken(String)
    case roleNotForAccounts(Role)
    case roleNotForTokens(Role)
    case tooManyTickets(limit: Int)
    /// The database holds something this version cannot read.
    case unreadable(String)

    public var description: String {
        switch self {
        case .invalidEmail(let text): "'\(text)' is no e-mail address: one name, one @, one domain, no spaces"
        case .emailTaken(let email): "an account for \(email) exists already"
        case .noSuchAccount(let email): "there is no account for \(email); `canon users list` shows them all"
        case .invalidTokenName(let name):
            "'\(name)' cannot name a token: use 1 to 64 letters, digits, dots, dashes and underscores"
        case .tokenNameTaken(let name): "a service token '\(name)' exists already; revoke it first or take another name"
        case .noSuchToken(let name): "there is no live service token '\(name)'; `canon tokens list` shows them all"
        case .roleNotForAccounts(let role): "the role \(role.rawValue) is not for accounts: use user, service or admin"
        case .roleNotForTokens(let role): "the role \(role.rawValue) is not for service tokens: use service or admin"
        case .tooManyTickets(let limit): "there are \(limit) unused tickets already; use them or let them expire"
        case .unreadable(let what): "the database holds \(what), which this version of Canon cannot read"
        }
    }
}
