import CanonStore
import CanonWire
import Crypto
import CryptoExtras
import Foundation

/// Why a set of public keys cannot be used. No text holds key material.
public struct KeySetError: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}

/// A public key of another issuer. It verifies tokens and cannot sign any: it has no private part.
struct PublicKey: Sendable {
    /// The algorithms that public keys may verify with (RFC 7518 §3.1, RFC 8037 §3.1). HS256 is none of them, so that
    /// a public key can never be taken for a shared secret.
    enum Algorithm: String, Sendable, CaseIterable {
        case rs256 = "RS256"
        case es256 = "ES256"
        case edDSA = "EdDSA"
    }

    private enum Material: Sendable {
        case rsa(_RSA.Signing.PublicKey)
        case p256(P256.Signing.PublicKey)
        case ed25519(Curve25519.Signing.PublicKey)
    }

    /// The `kid`, if the key has one.
    let id: String?
    let algorithm: Algorithm
    /// Tells keys apart by what they are, whatever they are called: the SHA-256 thumbprint of RFC 7638.
    let thumbprint: String
    private let material: Material

    func verify(_ signature: [UInt8], of data: Data) -> Bool {
        switch material {
        case .rsa(let key):
            return key.isValidSignature(.init(rawRepresentation: signature), for: data, padding: .insecurePKCS1v1_5)
        case .p256(let key):
            guard let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
            return key.isValidSignature(signature, for: data)
        case .ed25519(let key):
            return key.isValidSignature(signature, for: data)
        }
    }
}

extension PublicKey {
    /// What became of an entry of a key set.
    enum Entry {
        case usable(PublicKey)
        /// Not for this server's purpose; the text says why.
        case skipped(String)
    }

    static let minimumModulusBits = 2048
    /// A larger one would only make each verification slow.
    static let maximumModulusBits = 8192

    private static let privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"]

    /// Reads a JWK (RFC 7517 §4).
    /// - Throws: for what may not stand in a set of public keys, and for a key that is broken. What is merely not for
    ///   verifying with a known algorithm is skipped, as RFC 7517 §5 has it.
    static func read(_ json: JSONObject) throws(KeySetError) -> Entry {
        guard let type = json["kty"]?.string else { throw KeySetError("has no 'kty'") }
        guard type != "oct" else {
            throw KeySetError("is a shared secret (kty oct); a key set holds public keys only")
        }
        if let member = privateMembers.first(where: { json[$0] != nil }) {
            throw KeySetError(
                "has the private member '\(member)'; a key set holds public keys only: remove it, and "
                    + "replace the key, for whoever could read the file may have it")
        }
        if let use = json["use"], use != "sig" { return .skipped("its use is not sig") }
        if let operations = json["key_ops"] {
            guard let operations = operations.array else { throw KeySetError("has a 'key_ops' that is no list") }
            guard operations.contains("verify") else { return .skipped("its key_ops do not have verify") }
        }
        let algorithm: Algorithm
        switch (type, json["crv"]?.string) {
        case ("RSA", _): algorithm = .rs256
        case ("EC", "P-256"): algorithm = .es256
        case ("OKP", "Ed25519"): algorithm = .edDSA
        case ("EC", let curve), ("OKP", let curve):
            guard let curve else { throw KeySetError("has no 'crv'") }
            return .skipped("the curve \(curve.abbreviated) is not supported")
        default: return .skipped("the type \(type.abbreviated) is not supported")
        }
        if let stated = json["alg"] {
            guard let stated = stated.string else { throw KeySetError("has an 'alg' that is no text") }
            if stated != algorithm.rawValue {
                guard Algorithm(rawValue: stated) == nil, !stated.hasPrefix("HS") else {
                    throw KeySetError("says alg \(stated.abbreviated), which a key of type \(type) cannot have")
                }
                return .skipped("the algorithm \(stated.abbreviated) is not supported")
            }
        }
        return .usable(try PublicKey(json, algorithm))
    }

    private init(_ json: JSONObject, _ algorithm: Algorithm) throws(KeySetError) {
        switch json["kid"] {
        case nil: id = nil
        case .string(let text) where (1...256).contains(text.utf8.count): id = text
        default: throw KeySetError("has a 'kid' that is no text of 1 to 256 bytes")
        }
        self.algorithm = algorithm
        // The thumbprint is over these members in this order (RFC 7638 §3.2, RFC 8037 §2).
        let identity: JSONObject
        switch algorithm {
        case .rs256:
            material = .rsa(try Self.rsa(json))
            identity = ["e": json["e"] ?? .null, "kty": "RSA", "n": json["n"] ?? .null]
        case .es256:
            let point = try Self.bytes("x", of: json, count: 32) + Self.bytes("y", of: json, count: 32)
            guard let key = try? P256.Signing.PublicKey(rawRepresentation: point) else {
                throw KeySetError("has an x and y that are no point of P-256")
            }
            material = .p256(key)
            identity = ["crv": "P-256", "kty": "EC", "x": json["x"] ?? .null, "y": json["y"] ?? .null]
        case .edDSA:
            let point = try Self.bytes("x", of: json, count: 32)
            guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: point) else {
                throw KeySetError("has an x that is no key of Ed25519")
            }
            material = .ed25519(key)
            identity = ["crv": "Ed25519", "kty": "OKP", "x": json["x"] ?? .null]
        }
        thumbprint = Base64URL.encode(SHA256.hash(data: JSONValue.object(identity).encoded))
    }

    private static func rsa(_ json: JSONObject) throws(KeySetError) -> _RSA.Signing.PublicKey {
        let modulus = try bytes("n", of: json)
        let exponent = try bytes("e", of: json)
        guard modulus.first != 0, exponent.first != 0 else { throw KeySetError("has a number with leading zeros") }
        let bits = modulus.count * 8 - (modulus.first?.leadingZeroBitCount ?? 0)
        guard (minimumModulusBits...maximumModulusBits).contains(bits) else {
            throw KeySetError(
                "has \(bits) bits; RS256 takes \(minimumModulusBits) (RFC 7518 §3.3) to \(maximumModulusBits)")
        }
        guard let key = try? _RSA.Signing.PublicKey(n: modulus, e: exponent) else {
            throw KeySetError("has an n and e that are no RSA key")
        }
        return key
    }

    private static func bytes(
        _ name: String, of json: JSONObject, count: Int? = nil
    ) throws(KeySetError) -> [UInt8] {
        guard let text = json[name]?.string, !text.isEmpty else { throw KeySetError("has no '\(name)'") }
        guard let bytes = Base64URL.decode(text.utf8) else {
            throw KeySetError("has a '\(name)' that is not base64url")
        }
        if let count, bytes.count != count {
            throw KeySetError("has a '\(name)' of \(bytes.count) bytes instead of \(count)")
        }
        return bytes
    }
}

extension String {
    /// Fit for a line of a log, whoever wrote it: at most 40 bytes of printable ASCII.
    var abbreviated: String {
        String(decoding: utf8.prefix(40).map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }
}
