import Foundation

/// A password that may not be set.
public enum PasswordProblem: Error, Equatable, Sendable, CustomStringConvertible {
    case tooShort(minimum: Int)
    case tooLong(maximumBytes: Int)
    case isTheEmail

    public var description: String {
        switch self {
        case .tooShort(let minimum): "A password needs at least \(minimum) characters."
        case .tooLong(let maximumBytes): "A password has at most \(maximumBytes) bytes."
        case .isTheEmail: "The e-mail address is the first password that anyone would try; take another."
        }
    }
}

/// What counts as one password, and which may be set (NIST SP 800-63B §5.1.1.2).
public enum PasswordRules {
    /// In Unicode code points, after normalisation.
    public static let minimumCharacters = 12
    /// In bytes of UTF-8, after normalisation.
    public static let maximumBytes = 1024

    /// The form that is hashed: Unicode NFKC, so that one password typed on two keyboards is one password.
    public static func normalized(_ password: String) -> String {
        password.precomposedStringWithCompatibilityMapping
    }

    /// Why this password may not be set for an account with this address; nil when it may.
    public static func problem(with password: String, email: String) -> PasswordProblem? {
        // Normalisation can shrink a text, but a text this long is no password in any form.
        guard password.utf8.count <= 4 * maximumBytes else { return .tooLong(maximumBytes: maximumBytes) }
        let password = normalized(password)
        if password.utf8.count > maximumBytes { return .tooLong(maximumBytes: maximumBytes) }
        if password.unicodeScalars.count < minimumCharacters { return .tooShort(minimum: minimumCharacters) }
        if password.lowercased() == normalized(email).lowercased() { return .isTheEmail }
        return nil
    }
}
