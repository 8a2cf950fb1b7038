import CanonStore
import CanonWire
import Crypto
import CryptoExtras
import Foundation
import Logging
import Synchronization

@testable import CanonGateway

/// A key pair of another issuer, made for one test.
struct TestKeyPair: Sendable {
    enum Private: Sendable {
        case rsa(_RSA.Signing.PrivateKey)
        case p256(P256.Signing.PrivateKey)
        case ed25519(Curve25519.Signing.PrivateKey)
    }

    let id: String?
    let key: Private

    static func rsa(_ id: String?) throws -> TestKeyPair { .init(id: id, key: .rsa(try .init(keySize: .bits2048))) }
    static func p256(_ id: String?) -> TestKeyPair { .init(id: id, key: .p256(.init())) }
    static func ed25519(_ id: String?) -> TestKeyPair { .init(id: id, key: .ed25519(.init())) }

    var algorithm: String {
        switch key {
        case .rsa: "RS256"
        case .p256: "ES256"
        case .ed25519: "EdDSA"
        }
    }

    /// The public half as a JWK.
    var jwk: JSONObject {
        var jwk: JSONObject = ["use": "sig"]
        if let id { jwk["kid"] = .string(id) }
        switch key {
        case .rsa(let key):
            let parts = try! key.publicKey.getKeyPrimitives()
            jwk["kty"] = "RSA"
            jwk["n"] = .string(Base64URL.encode(parts.modulus))
            jwk["e"] = .string(Base64URL.encode(parts.publicExponent))
        case .p256(let key):
            let point = key.publicKey.rawRepresentation
            jwk["kty"] = "EC"
            jwk["crv"] = "P-256"
            jwk["x"] = .string(Base64URL.encode(point.prefix(32)))
            jwk["y"] = .string(Base64URL.encode(point.suffix(32)))
        case .ed25519(let key):
            jwk["kty"] = "OKP"
            jwk["crv"] = "Ed25519"
            jwk["x"] = .string(Base64URL.encode(key.publicKey.rawRepresentation))
        }
        return jwk
    }

    var publicPEM: String {
        switch key {
        case .rsa(let key): key.publicKey.pemRepresentation
        case .p256(let key): key.publicKey.pemRepresentation
        // There is no PEM form of it here; its bytes serve the same end.
        case .ed25519(let key): Base64URL.encode(key.publicKey.rawRepresentation)
        }
    }

    func jwk(_ edit: (inout JSONObject) -> Void) -> JSONObject {
        var jwk = jwk
        edit(&jwk)
        return jwk
    }

    /// A token with these claims.
    /// - Parameter header: in the place of what the key's algorithm and id make.
    func sign(_ claims: JSONObject, header: JSONObject? = nil) throws -> String {
        var standard: JSONObject = ["alg": .string(algorithm), "typ": "JWT"]
        if let id { standard["kid"] = .string(id) }
        let input = [header ?? standard, claims].map { Base64URL.encode(JSONValue.object($0).encoded) }
            .joined(separator: ".")
        let data = Data(input.utf8)
        let signature: Data =
            switch key {
            case .rsa(let key): try key.signature(for: data, padding: .insecurePKCS1v1_5).rawRepresentation
            case .p256(let key): try key.signature(for: data).rawRepresentation
            case .ed25519(let key): try key.signature(for: data)
            }
        return input + "." + Base64URL.encode(signature)
    }
}

extension [JSONObject] {
    /// The text of a JWK Set with these keys.
    var keySet: String { JSONObject([(key: "keys", value: .array(map(JSONValue.object)))]).encodedText }
}

/// A log that can be read afterwards.
final class LogRecord: LogHandler, Sendable {
    private let lines = Mutex<[String]>([])

    var texts: [String] { lines.withLock { $0 } }
    var warnings: [String] { texts.filter { $0.hasPrefix("warning") } }
    var logger: Logger { Logger(label: "test") { _ in self } }

    var logLevel: Logger.Level {
        get { .trace }
        set {}
    }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    subscript(metadataKey _: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: Logging.LogEvent) {
        lines.withLock { $0.append("\(event.level): \(event.message) \(event.metadata ?? [:])") }
    }
}

/// Another issuer, whose keys are in a file.
struct IssuerFixture {
    static let name = "https://issuer.example/realm"
    static let audience = "canon-test"

    let path = FileManager.default.temporaryDirectory.appending(path: "canon-jwks-\(UUID().uuidString).json").path
    let log = LogRecord()

    /// In the place of what was there, as a careful writer does.
    func publish(_ keys: [JSONObject]) throws { try write(keys.keySet) }
    func publish(_ pairs: TestKeyPair...) throws { try publish(pairs.map(\.jwk)) }

    func write(_ text: String) throws { try Data(text.utf8).write(to: URL(filePath: path), options: .atomic) }
    func remove() { try? FileManager.default.removeItem(atPath: path) }

    func keys() async throws -> IssuerKeys {
        try await IssuerKeys(source: .file(path), refreshInterval: .seconds(300), logger: log.logger)
    }

    func issuer(prefix: String = "ext_") async throws -> ExternalIssuer {
        ExternalIssuer(
            name: Self.name, audiences: [Self.audience, "other"], userPrefix: prefix, keys: try await keys())
    }

    static func claims(at now: Timestamp, _ edit: (inout JSONObject) -> Void = { _ in }) -> JSONObject {
        let seconds = now.milliseconds / 1000
        var claims: JSONObject = [
            "iss": .string(name), "aud": .string(audience), "sub": "anna", "iat": .int(seconds),
            "exp": .int(seconds + 600),
        ]
        edit(&claims)
        return claims
    }
}
