import Crypto
import Foundation

/// A random secret that is handed out once and kept as its SHA-256.
public struct Secret: Sendable, CustomStringConvertible {
    /// The secret itself, to be shown or sent once.
    public let text: String

    /// 256 random bits in base64url (43 characters) after a prefix that names the kind of secret.
    public static func random(prefix: String = "") -> Secret {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return Secret(text: prefix + Base64URL.encode(bytes))
    }

    /// What the database keeps of a secret.
    static func digest(_ text: String) -> Data { Data(SHA256.hash(data: Data(text.utf8))) }

    var digest: Data { Self.digest(text) }

    /// Never the secret: this is what a log or an error would show.
    public var description: String { "secret(…)" }
}
