import CanonStore
import CanonWire
import Foundation
import JWTKit

/// Says whether a text is an access token this server accepts. It knows keys and a clock, and no accounts: revocation
/// is the `Authenticator`'s.
///
/// The parts of a token are taken apart here, and JWTKit is asked for signatures only, because its own `verify` takes
/// whatever key the `kid` names without comparing the header's `alg`, and reads broken base64 as an empty part.
public struct TokenVerifier: Sendable {
    /// A longer text is refused unread, in bytes.
    public static let maximumTokenBytes = 8 * 1024
    /// No access token is accepted at a greater age, in seconds.
    public static let maximumAgeSeconds = 24 * 3600
    public static let maximumVisitorAgeSeconds = 48 * 3600
    /// How far `iat` may lie ahead, in seconds.
    public static let clockSkewSeconds: Int64 = 60

    private let keys: SigningKeys
    private let issuer: String
    private let audiences: Set<String>

    public init(keys: SigningKeys, configuration: GatewayConfiguration) {
        self.keys = keys
        issuer = configuration.authentication.issuer
        audiences = Set(configuration.authentication.acceptedAudiences + [configuration.authentication.audience])
    }

    /// The claims of a token that is genuine and in time.
    func verify(_ token: String, now: Timestamp) throws(AuthenticationFailure) -> AccessClaims {
        let claims = try verifyOrigin(token)
        let seconds = now.milliseconds / 1000
        guard claims.issuedAt <= seconds + Self.clockSkewSeconds else { throw .notYetValid }
        guard claims.expiresAt > seconds else { throw .expired }
        let isVisitor = claims.subject.hasPrefix("visitor_")
        let maximumAge = Int64(isVisitor ? Self.maximumVisitorAgeSeconds : Self.maximumAgeSeconds)
        guard seconds - claims.issuedAt <= maximumAge else { throw .tooOld }
        return claims
    }

    /// The claims of a token that is genuine, be it expired or not: enough to log out with.
    func verifyOrigin(_ token: String) throws(AuthenticationFailure) -> AccessClaims {
        guard token.utf8.count <= Self.maximumTokenBytes else {
            throw .malformed("it is longer than \(Self.maximumTokenBytes) bytes")
        }
        // Old test tools send these; nothing may ever come to accept them.
        guard !token.hasPrefix("mock_") else { throw .malformed("it is a mock") }
        let bytes = Array(token.utf8)
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .malformed("a token has three parts with dots between them") }
        let key = try key(for: parts[0])
        guard let signature = Base64URL.decode(parts[2]) else { throw .malformed("its signature is not base64url") }
        let signed = Data(bytes[..<parts[1].endIndex])
        guard (try? key.algorithm.verify(Data(signature), signs: signed)) == true else { throw .badSignature }
        let claims = try AccessClaims(json: try object(parts[1], "payload"))
        guard claims.issuer == issuer else { throw .wrongIssuer }
        guard !audiences.isDisjoint(with: claims.audiences) else { throw .wrongAudience }
        guard claims.tokenType == "access" else { throw .wrongType }
        return claims
    }

    private func key(for part: ArraySlice<UInt8>) throws(AuthenticationFailure) -> SigningKeys.Key {
        let header = try object(part, "header")
        guard let algorithm = header["alg"]?.string else { throw .malformed("its header names no algorithm") }
        // A critical extension that is not understood voids the token (RFC 7515 §4.1.11), and none is.
        guard header["crit"] == nil, let key = keys.key(id: header["kid"]?.string, algorithm: algorithm) else {
            throw .unsupportedAlgorithm
        }
        return key
    }

    private func object(_ part: ArraySlice<UInt8>, _ name: String) throws(AuthenticationFailure) -> JSONObject {
        guard let bytes = Base64URL.decode(part) else { throw .malformed("its \(name) is not base64url") }
        guard let object = (try? JSONValue.parse(bytes, depthLimit: 8))?.object else {
            throw .malformed("its \(name) is no JSON object")
        }
        return object
    }
}
