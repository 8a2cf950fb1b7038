import Foundation
public import JWTKit

/// A signing secret that will not do.
public enum SigningSecretError: Error, Equatable, Sendable, CustomStringConvertible {
    case tooShort(bytes: Int)

    public var description: String {
        switch self {
        case .tooShort(let bytes):
            """
            authentication.secret has \(bytes) bytes, and HS256 needs at least \(SigningKeys.minimumSecretBytes) \
            (RFC 7518 §3.2). Give a longer one, for example from `openssl rand -base64 48`, or leave it out: Canon \
            then keeps one in its data folder.
            """
        }
    }
}

/// The key of our own access tokens. Those of another issuer have an `ExternalIssuer`.
///
/// A key owns its algorithm: a token finds a key only by the pair of `kid` and `alg`, so that a public key can never be
/// taken for an HMAC secret, and `none` finds nothing at all (RFC 8725 §3.1).
public struct SigningKeys: Sendable {
    public struct Key: Sendable {
        /// The `kid` of tokens it signs; nil: they carry none.
        public let id: String?
        let algorithm: any JWTAlgorithm

        public init(id: String?, algorithm: any JWTAlgorithm) {
            self.id = id
            self.algorithm = algorithm
        }

        public var algorithmName: String { algorithm.name }
    }

    /// The least that HS256 takes: as many bytes as SHA-256 gives.
    public static let minimumSecretBytes = 32

    /// The key that new tokens are signed with, and that verifies them.
    public let signing: Key

    public init(signing: Key) { self.signing = signing }

    /// One HMAC-SHA-256 key from a shared secret.
    /// - Throws: `SigningSecretError.tooShort`
    public static func hs256(secret: String) async throws -> SigningKeys {
        let bytes = Array(secret.utf8)
        guard bytes.count >= minimumSecretBytes else { throw SigningSecretError.tooShort(bytes: bytes.count) }
        // JWTKit hands out its HMAC algorithm through a collection only.
        let collection = JWTKeyCollection()
        await collection.add(hmac: HMACKey(from: bytes), digestAlgorithm: .sha256)
        return SigningKeys(signing: Key(id: nil, algorithm: try await collection.getKey()))
    }

    /// The key for a token's header, or nil when it is not for exactly this algorithm.
    func key(id: String?, algorithm: String) -> Key? {
        guard algorithm == signing.algorithmName, id == nil || signing.id == nil || id == signing.id else { return nil }
        return signing
    }
}
