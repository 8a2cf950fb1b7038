/// Why nobody could be made out. No case and no text holds the credential.
public enum AuthenticationFailure: Error, Equatable, Sendable {
    /// No credential at all.
    case missing
    /// A credential that is no token; the text says what is wrong with its form.
    case malformed(String)
    /// The header asks for an algorithm that no key here has, `none` included.
    case unsupportedAlgorithm
    case badSignature
    /// Of the other issuer, and signed with a key that is none of its keys now.
    case unknownKey
    case expired
    /// Issued in the future.
    case notYetValid
    /// Older than any session may be, whatever `exp` says.
    case tooOld
    case wrongIssuer
    case wrongAudience
    /// A token, but no access token.
    case wrongType
    /// Logged out, or issued before the account's password or role changed.
    case revoked
    case disabled
    case unknownAccount
    /// A token of the other issuer whose subject is an id of this server's own users.
    case subjectReserved
    /// Never made, used already, or revoked.
    case unknownTicket
    case expiredTicket
    /// A token in the query string, where this server takes none.
    case queryTokenRefused
    /// A visitor, while demo mode is off.
    case visitorsRefused
    /// The accounts could not be read: nothing is known about the credential.
    case unavailable

    /// The reason of the close frame, at most 123 bytes (RFC 6455 §5.5). The platform's front end looks for the
    /// word "ticket" in it to fetch a new one.
    public var closeReason: String {
        switch self {
        case .expired, .tooOld: "token_expired"
        case .revoked, .disabled: "token_revoked"
        case .unknownTicket: "authentication_failed: Invalid ticket"
        case .expiredTicket: "authentication_failed: Ticket expired"
        case .unavailable: "authentication_unavailable"
        default: "authentication_failed"
        }
    }

    /// The close code: 1008 for a credential that will not do, 1013 when trying again may help.
    public var closeCode: UInt16 { self == .unavailable ? 1013 : 1008 }

    /// One word for counters and for `error` in an HTTP answer.
    public var code: String {
        switch self {
        case .missing: "missing_token"
        case .malformed: "malformed_token"
        case .unsupportedAlgorithm: "unsupported_algorithm"
        case .badSignature: "bad_signature"
        case .unknownKey: "unknown_key"
        case .expired: "token_expired"
        case .notYetValid: "token_not_yet_valid"
        case .tooOld: "token_too_old"
        case .wrongIssuer: "wrong_issuer"
        case .wrongAudience: "wrong_audience"
        case .wrongType: "wrong_token_type"
        case .revoked: "token_revoked"
        case .disabled: "account_disabled"
        case .unknownAccount: "unknown_account"
        case .subjectReserved: "subject_reserved"
        case .unknownTicket: "invalid_ticket"
        case .expiredTicket: "ticket_expired"
        case .queryTokenRefused: "query_token_refused"
        case .visitorsRefused: "demo_off"
        case .unavailable: "authentication_unavailable"
        }
    }

    /// For a person.
    public var message: String {
        switch self {
        case .missing: "Log in first: send the access token as `Authorization: Bearer <token>`."
        case .malformed(let what): "The credential is not a token: \(what)."
        case .unsupportedAlgorithm: "The token is signed with an algorithm this server has no key for."
        case .badSignature: "The token's signature is not from the key it should be signed with."
        case .unknownKey: "The token is signed with a key that its issuer does not publish; get a new token there."
        case .expired: "The token has expired; refresh it or log in again."
        case .notYetValid: "The token was issued in the future; check the clocks of both machines."
        case .tooOld: "The token is older than a session may be; log in again."
        case .wrongIssuer: "The token was issued by someone this server does not trust."
        case .wrongAudience: "The token is meant for another service."
        case .wrongType: "This is not an access token."
        case .revoked: "The session was ended; log in again."
        case .disabled: "The account is disabled."
        case .unknownAccount: "The token's account does not exist here."
        case .subjectReserved:
            "The token's subject is the id of a user of this server itself, whom its issuer cannot name."
        case .unknownTicket: "Invalid ticket: it was never issued, was used already, or was revoked. Ask for a new one."
        case .expiredTicket: "Ticket expired. Ask for a new one."
        case .queryTokenRefused:
            "This server takes no token in the URL, where proxies log it; use a ticket or Sec-WebSocket-Protocol."
        case .visitorsRefused: "Visitors are let in only in demo mode."
        case .unavailable: "The accounts cannot be read at the moment; try again shortly."
        }
    }
}
