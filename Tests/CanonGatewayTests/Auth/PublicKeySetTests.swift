import CanonStore
import CanonWire
import Crypto
import CryptoExtras
import Foundation
import Testing

@testable import CanonGateway

@Suite struct PublicKeySetTests {
    private func read(_ keys: [JSONObject]) throws(KeySetError) -> PublicKeySet {
        try PublicKeySet(json: Array(keys.keySet.utf8))
    }

    private func problem(_ keys: [JSONObject]) -> String? {
        do throws(KeySetError) {
            _ = try read(keys)
            return nil
        } catch {
            return error.description
        }
    }

    @Test("a key of each algorithm verifies what its private half signed, and nothing else")
    func algorithms() throws {
        for pair in [try TestKeyPair.rsa("a"), .p256("a"), .ed25519("a")] {
            let set = try read([pair.jwk])
            let algorithm = try #require(PublicKey.Algorithm(rawValue: pair.algorithm))
            let key = try #require(set.key(id: "a", algorithm: algorithm))
            let parts = try pair.sign(["sub": "x"]).split(separator: ".")
            let signature = try #require(Base64URL.decode(parts[2].utf8))
            let data = Data("\(parts[0]).\(parts[1])".utf8)
            #expect(key.verify(signature, of: data))
            #expect(!key.verify(signature, of: data + Data([0])))
            #expect(!key.verify([], of: data))
            #expect(!key.verify(signature + [0], of: data))
            var changed = signature
            changed[7] ^= 1
            #expect(!key.verify(changed, of: data))
            for other in PublicKey.Algorithm.allCases where other != algorithm {
                #expect(set.key(id: "a", algorithm: other) == nil)
            }
        }
    }

    @Test("the thumbprint is that of RFC 7638, and does not depend on what else is in the key")
    func thumbprint() throws {
        // The example of RFC 7638 §3.1.
        let json = """
            {"keys":[{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}]}
            """
        let set = try PublicKeySet(json: Array(json.utf8))
        #expect(set.keys[0].thumbprint == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")
        let pair = TestKeyPair.p256("a")
        let renamed = try read([pair.jwk { $0["kid"] = "b" }])
        #expect(try read([pair.jwk]).keys[0].thumbprint == renamed.keys[0].thumbprint)
    }

    @Test("what is not for verifying with a known algorithm is skipped with its reason")
    func skipping() throws {
        let good = TestKeyPair.p256("good")
        let rsa = try TestKeyPair.rsa("r")
        let cases: [(JSONObject, String)] = [
            (rsa.jwk { $0["use"] = "enc" }, "use is not sig"),
            (rsa.jwk { $0["key_ops"] = ["encrypt"] }, "do not have verify"),
            (rsa.jwk { $0["alg"] = "PS256" }, "algorithm PS256"),
            (rsa.jwk { $0["alg"] = "RSA-OAEP" }, "algorithm RSA-OAEP"),
            (["kty": "EC", "crv": "P-521", "x": "AA", "y": "AA"], "curve P-521"),
            (["kty": "OKP", "crv": "X25519", "x": "AA"], "curve X25519"),
            (["kty": "AKP", "alg": "ML-DSA-44", "pub": "AA"], "type AKP"),
        ]
        for (key, reason) in cases {
            let set = try read([key, good.jwk])
            #expect(set.count == 1)
            #expect(set.skipped.count == 1)
            #expect(set.skipped.first?.contains(reason) == true, "\(set.skipped)")
            #expect(problem([key])?.contains("no key that can be used") == true)
        }
        let verifying = rsa.jwk { $0["key_ops"] = ["verify"] }
        #expect(try read([verifying]).skipped.isEmpty)
    }

    @Test("what may not stand in a set of public keys, or is broken, is an error that names the key")
    func broken() throws {
        let rsa = try TestKeyPair.rsa("r")
        let ec = TestKeyPair.p256("e")
        let ed = TestKeyPair.ed25519("o")
        let short = Base64URL.encode([UInt8](repeating: 0xFF, count: 128))
        let long = Base64URL.encode([UInt8](repeating: 0xFF, count: 1025))
        let cases: [([JSONObject], String)] = [
            ([], "no key that can be used"),
            ([["kty": "oct", "k": "AAAA", "kid": "s"]], "key 1 (s) is a shared secret"),
            ([["kty": "oct", "k": "AAAA", "use": "enc"]], "shared secret"),
            ([ed.jwk, ec.jwk { $0["d"] = "AAAA" }], "key 2 (e) has the private member 'd'"),
            ([rsa.jwk { $0["p"] = "AAAA" }], "private member 'p'"),
            (
                [
                    rsa.jwk {
                        $0["use"] = "enc"; $0["d"] = "AAAA"
                    }
                ], "private member 'd'"
            ),
            ([ec.jwk { $0["kty"] = nil }], "has no 'kty'"),
            ([ec.jwk { $0["crv"] = nil }], "has no 'crv'"),
            ([ec.jwk { $0["x"] = nil }], "has no 'x'"),
            ([ec.jwk { $0["x"] = "AAAA" }], "of 3 bytes instead of 32"),
            ([ec.jwk { $0["x"] = $0["y"] }], "no point of P-256"),
            ([ec.jwk { $0["y"] = "a b" }], "'y' that is not base64url"),
            ([ed.jwk { $0["x"] = "AAAA" }], "of 3 bytes instead of 32"),
            ([rsa.jwk { $0["n"] = .string(short) }], "has 1024 bits"),
            ([rsa.jwk { $0["n"] = .string(long) }], "has 8200 bits"),
            ([rsa.jwk { $0["n"] = .string("AA" + short) }], "'n'"),
            ([rsa.jwk { $0["e"] = nil }], "has no 'e'"),
            ([rsa.jwk { $0["e"] = "Ag" }], "no RSA key"),
            ([ec.jwk { $0["alg"] = "RS256" }], "says alg RS256"),
            ([rsa.jwk { $0["alg"] = "HS256" }], "says alg HS256"),
            ([rsa.jwk { $0["alg"] = 3 }], "'alg' that is no text"),
            ([rsa.jwk { $0["key_ops"] = "verify" }], "'key_ops' that is no list"),
            ([rsa.jwk { $0["kid"] = 7 }], "'kid' that is no text"),
            ([rsa.jwk { $0["kid"] = .string(String(repeating: "k", count: 257)) }], "'kid'"),
            ([ec.jwk, ed.jwk { $0["kid"] = "e" }], "the kid e stands at two keys"),
            ([TestKeyPair.p256(nil).jwk, TestKeyPair.p256(nil).jwk], "a key for ES256 has no kid"),
            ([TestKeyPair.p256(nil).jwk, ec.jwk], "a key for ES256 has no kid"),
            ([JSONObject](repeating: ec.jwk, count: 101), "it has 101 keys"),
        ]
        for (keys, words) in cases {
            let found = problem(keys)
            #expect(found?.contains(words) == true, "\(words): \(found ?? "accepted")")
            #expect(found?.contains(short) != true && found?.contains(long) != true)
        }
        for text in ["", "{", "[]", "{}", #"{"keys":{}}"#, #"{"keys":[3]}"#, "null", "\u{FEFF}{}"] {
            #expect(throws: KeySetError.self) { try PublicKeySet(json: Array(text.utf8)) }
        }
        #expect(throws: KeySetError("it has more than 1048576 bytes")) {
            try PublicKeySet(json: [UInt8](repeating: 0x20, count: 1_048_577))
        }
    }

    @Test("a token without a kid finds the only key of its algorithm, and none among several")
    func withoutName() throws {
        let (a, b) = (TestKeyPair.p256("a"), TestKeyPair.p256("b"))
        #expect(try read([a.jwk]).key(id: nil, algorithm: .es256)?.id == "a")
        #expect(try read([a.jwk, b.jwk]).key(id: nil, algorithm: .es256) == nil)
        #expect(try read([a.jwk]).key(id: "b", algorithm: .es256) == nil)
        let nameless = try read([TestKeyPair.p256(nil).jwk, TestKeyPair.ed25519(nil).jwk])
        #expect(nameless.key(id: nil, algorithm: .es256) != nil)
        #expect(nameless.key(id: "anything", algorithm: .edDSA) != nil)
        #expect(nameless.key(id: nil, algorithm: .rs256) == nil)
    }

    @Test(
        "a place is a file's path or a URL that nobody can stand in for",
        arguments: [
            ("/etc/jwks.json", true), ("jwks.json", true), ("https://issuer.example/jwks", true),
            ("http://127.0.0.1:8080/jwks", true), ("http://[::1]/jwks", true), ("http://localhost/jwks", true),
            ("http://issuer.example/jwks", false), ("http://127.0.0.1.issuer.example/", false),
            ("ftp://issuer.example/", false), ("file:///etc/jwks.json", false), ("https://", false),
            ("https://user:pw@issuer.example/", false), ("https://issuer.example:99999/", false),
        ])
    func places(_ text: String, _ isAccepted: Bool) {
        #expect(((try? KeySetSource(text)) != nil) == isAccepted)
    }
}
