import CanonStore
import CanonWire
import Crypto
import Foundation
import JWTKit

/// A token that is genuine.
struct VerifiedToken: Sendable {
    enum Origin: Sendable, Equatable {
        case own
        /// Of the other issuer, by the key with this thumbprint.
        case external(key: String)
    }

    let claims: AccessClaims
    let origin: Origin
    /// The claim `nbf`, in seconds since 1970.
    let notBefore: Int64?
    /// Whether a token of the other issuer says what it is good for.
    var narrowsPermissions = false
}

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
    let external: ExternalIssuer?

    /// - Parameter external: another issuer whose tokens are accepted beside our own.
    public init(keys: SigningKeys, configuration: GatewayConfiguration, external: ExternalIssuer? = nil) {
        self.keys = keys
        self.external = external
        issuer = configuration.authentication.issuer
        audiences = Set(configuration.authentication.acceptedAudiences + [configuration.authentication.audience])
    }

    /// The claims of a token that is genuine and in time.
    func verify(_ token: String, now: Timestamp) throws(AuthenticationFailure) -> VerifiedToken {
        let verified = try verifyOrigin(token)
        let claims = verified.claims
        let seconds = now.milliseconds / 1000
        guard claims.issuedAt <= seconds + Self.clockSkewSeconds else { throw .notYetValid }
        guard claims.expiresAt > seconds else { throw .expired }
        if let notBefore = verified.notBefore, notBefore > seconds + Self.clockSkewSeconds { throw .notYetValid }
        let isVisitor = verified.origin == .own && claims.subject.hasPrefix("visitor_")
        let maximumAge = Int64(isVisitor ? Self.maximumVisitorAgeSeconds : Self.maximumAgeSeconds)
        guard seconds - claims.issuedAt <= maximumAge else { throw .tooOld }
        return verified
    }

    /// The claims of a token that is genuine, be it expired or not: enough to log out with.
    func verifyOrigin(_ token: String) throws(AuthenticationFailure) -> VerifiedToken {
        guard token.utf8.count <= Self.maximumTokenBytes else {
            throw .malformed("it is longer than \(Self.maximumTokenBytes) bytes")
        }
        // Old test tools send these; nothing may ever come to accept them.
        guard !token.hasPrefix("mock_") else { throw .malformed("it is a mock") }
        let bytes = Array(token.utf8)
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .malformed("a token has three parts with dots between them") }
        let header = try object(parts[0], "header")
        guard let algorithm = header["alg"]?.string else { throw .malformed("its header names no algorithm") }
        // A critical extension that is not understood voids the token (RFC 7515 §4.1.11), and none is.
        guard header["crit"] == nil else { throw .unsupportedAlgorithm }
        guard let signature = Base64URL.decode(parts[2]) else { throw .malformed("its signature is not base64url") }
        let signed = Data(bytes[..<parts[1].endIndex])
        let id = header["kid"]?.string
        if let key = keys.key(id: id, algorithm: algorithm) {
            guard (try? key.algorithm.verify(Data(signature), signs: signed)) == true else { throw .badSignature }
            return try ownToken(try object(parts[1], "payload"))
        }
        guard let external, let algorithm = PublicKey.Algorithm(rawValue: algorithm) else {
            throw .unsupportedAlgorithm
        }
        guard let key = external.keys.key(id: id, algorithm: algorithm) else {
            // A token that does not even claim to be of the issuer is no reason to ask it for keys.
            let payload = try object(parts[1], "payload")
            throw payload["iss"]?.string == external.name ? .unknownKey : .unsupportedAlgorithm
        }
        guard key.verify(signature, of: signed) else { throw .badSignature }
        return try externalToken(
            try object(parts[1], "payload"), header: header, digest: SHA256.hash(data: signed), key: key, external)
    }

    private func ownToken(_ payload: JSONObject) throws(AuthenticationFailure) -> VerifiedToken {
        let claims = try AccessClaims(json: payload)
        guard claims.issuer == issuer else { throw .wrongIssuer }
        guard !audiences.isDisjoint(with: claims.audiences) else { throw .wrongAudience }
        guard claims.tokenType == "access" else { throw .wrongType }
        return VerifiedToken(claims: claims, origin: .own, notBefore: try notBefore(payload))
    }

    /// The id of the token is made from what was signed: the issuer need not give one, and one it gives could be that
    /// of a session of this server, which a log-out would then end.
    private func externalToken(
        _ payload: JSONObject, header: JSONObject, digest: SHA256.Digest, key: PublicKey, _ external: ExternalIssuer
    ) throws(AuthenticationFailure) -> VerifiedToken {
        var claims = try AccessClaims(json: payload, id: "ext_" + Base64URL.encode(digest))
        guard claims.issuer == external.name, claims.issuer != issuer else { throw .wrongIssuer }
        guard !external.audiences.isDisjoint(with: claims.audiences) else { throw .wrongAudience }
        try checkType(header: header, payload)
        _ = try external.user(of: claims.subject)
        // What is opened with it ends when the token would be too old to open it again.
        claims.expiresAt = min(claims.expiresAt, claims.issuedAt + Int64(Self.maximumAgeSeconds))
        return VerifiedToken(
            claims: claims, origin: .external(key: key.thumbprint), notBefore: try notBefore(payload),
            narrowsPermissions: payload["permissions"] != nil)
    }

    /// An issuer signs more than access tokens with its keys (RFC 8725 §3.11): refresh tokens, notices of log-outs.
    /// What says that it is something else is refused; most access tokens say nothing.
    private func checkType(header: JSONObject, _ payload: JSONObject) throws(AuthenticationFailure) {
        let accepted: [(JSONValue?, Set<String>)] = [
            (header["typ"], ["jwt", "at+jwt", "application/at+jwt"]),
            (payload["token_type"], ["access", "bearer"]),
            (payload["type"], ["access", "bearer"]),
        ]
        for (value, names) in accepted {
            guard let value else { continue }
            guard let text = value.string, names.contains(text.lowercased()) else { throw .wrongType }
        }
    }

    private func notBefore(_ payload: JSONObject) throws(AuthenticationFailure) -> Int64? {
        guard let value = payload["nbf"] else { return nil }
        guard let seconds = value.double, let whole = Int64(exactly: seconds.rounded(.down)) else {
            throw .malformed("its claim 'nbf' is no time")
        }
        return whole
    }

    private func object(_ part: ArraySlice<UInt8>, _ name: String) throws(AuthenticationFailure) -> JSONObject {
        guard let bytes = Base64URL.decode(part) else { throw .malformed("its \(name) is not base64url") }
        guard let object = (try? JSONValue.parse(bytes, depthLimit: 8))?.object else {
            throw .malformed("its \(name) is no JSON object")
        }
        return object
    }
}
