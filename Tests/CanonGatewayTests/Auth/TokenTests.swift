import CanonStore
import CanonWire
import Foundation
import JWTKit
import Testing

@testable import CanonGateway

/// A token as an attacker or another service would write it.
func forge(
    _ claims: JSONObject, header: JSONObject = ["alg": "HS256", "typ": "JWT"],
    signedBy keys: SigningKeys?
) throws -> String {
    let input = [header, claims].map { Base64URL.encode(JSONValue.object($0).encoded) }.joined(separator: ".")
    let signature = try keys?.signing.algorithm.sign(Data(input.utf8)) ?? []
    return input + "." + Base64URL.encode(signature)
}

@Suite struct TokenTests {
    let fixture: AuthFixture
    let account: Account

    init() async throws {
        fixture = try await AuthFixture()
        account = try await fixture.addAccount()
    }

    private func goodClaims(_ edit: (inout JSONObject) -> Void = { _ in }) -> JSONObject {
        let now = fixture.clock.now.milliseconds / 1000
        var claims: JSONObject = [
            "sub": .string(account.id.value), "email": .string(account.email), "permissions": ["chat", "read"],
            "iat": .int(now), "exp": .int(now + 900), "token_type": "access", "type": "access",
            "iss": "netra-auth-service", "aud": "netra-platform", "jti": "jti_1", "env": "testing", "svc_id": "canon",
        ]
        edit(&claims)
        return claims
    }

    private func failure(_ token: String) async -> AuthenticationFailure? {
        await fixture.authenticator.authenticate(bearer: token).failure
    }

    @Test("an issued token has the platform's claims and opens the session of its account")
    func issued() async throws {
        let session = try await fixture.logIn()
        let parts = session.accessToken.split(separator: ".")
        let payload = try #require(Base64URL.decode(parts[1].utf8))
        let claims = try #require(try JSONValue.parse(payload).object)
        #expect(
            Set(claims.members.map(\.key)) == [
                "sub", "email", "permissions", "iat", "exp", "token_type", "type", "iss", "aud", "jti", "env", "svc_id",
            ])
        #expect(claims["jti"]?.string?.wholeMatch(of: /jti_\d+_\d+_[0-9a-f]{8}/) != nil)
        #expect(claims["exp"]?.int == 1_700_000_900)
        let principal = try await fixture.authenticator.authenticate(bearer: session.accessToken).get()
        #expect(principal.user == account.id)
        #expect(principal.permissions == Role.user.permissions)
        #expect(principal.kind == .accessToken)
        #expect(principal.expiresAt == Timestamp(milliseconds: 1_700_000_900_000))
        #expect(await fixture.authenticator.isValid(principal))
    }

    @Test("a token that JWTKit signs elsewhere with the same secret is accepted")
    func interoperable() async throws {
        struct Payload: JWTPayload {
            var sub: String, iss = "netra-auth-service", aud = ["other", "netra-backend"], jti = "jti_x"
            var token_type = "access"
            var iat: Double, exp: Double
            func verify(using algorithm: some JWTAlgorithm) {}
        }
        let keys = JWTKeyCollection()
        await keys.add(hmac: HMACKey(from: AuthFixture.secret), digestAlgorithm: .sha256)
        let now = fixture.clock.now.seconds
        let token = try await keys.sign(Payload(sub: account.id.value, iat: now - 0.5, exp: now + 60.5))
        let principal = try await fixture.authenticator.authenticate(bearer: token).get()
        #expect(principal.user == account.id)
        #expect(principal.permissions.isEmpty)
    }

    @Test("a claim that is missing, foreign or out of time refuses the token, each with its own reason")
    func claims() async throws {
        let now = fixture.clock.now.milliseconds / 1000
        let cases: [(String, AuthenticationFailure, (inout JSONObject) -> Void)] = [
            ("no sub", .malformed("it has no claim 'sub'"), { $0["sub"] = nil }),
            ("no jti", .malformed("it has no claim 'jti'"), { $0["jti"] = nil }),
            ("no iat", .malformed("its claim 'iat' is no time"), { $0["iat"] = nil }),
            ("no exp", .malformed("its claim 'exp' is no time"), { $0["exp"] = nil }),
            ("exp as text", .malformed("its claim 'exp' is no time"), { $0["exp"] = "9999999999" }),
            ("exp beyond all time", .malformed("its claim 'exp' is no time"), { $0["exp"] = 1e300 }),
            ("exp beyond milliseconds", .malformed("its claim 'exp' is no time"), { $0["exp"] = .int(.max) }),
            ("iat before all time", .malformed("its claim 'iat' is no time"), { $0["iat"] = .int(.min) }),
            ("no aud", .malformed("it has no claim 'aud'"), { $0["aud"] = nil }),
            ("foreign issuer", .wrongIssuer, { $0["iss"] = "netra-auth-service.evil.example" }),
            ("foreign audience", .wrongAudience, { $0["aud"] = "someone-else" }),
            ("no audience of ours in the list", .wrongAudience, { $0["aud"] = ["a", "b"] }),
            ("refresh token", .wrongType, { $0["token_type"] = "refresh" }),
            ("types that disagree", .wrongType, { $0["type"] = "refresh" }),
            ("no type", .wrongType, { $0["token_type"] = nil }),
            ("expired", .expired, { $0["exp"] = .int(now) }),
            ("from the future", .notYetValid, { $0["iat"] = .int(now + 61) }),
            ("over a day old", .tooOld, { $0["iat"] = .int(now - 86_401) }),
            ("unknown account", .unknownAccount, { $0["sub"] = "user_nobody" }),
        ]
        for (name, expected, edit) in cases {
            #expect(await failure(try forge(goodClaims(edit), signedBy: fixture.keys)) == expected, "\(name)")
        }
        #expect(await failure(try forge(goodClaims(), signedBy: fixture.keys)) == nil)
        #expect(await failure(try forge(goodClaims { $0["iat"] = .int(now + 60) }, signedBy: fixture.keys)) == nil)
        #expect(await failure(try forge(goodClaims { $0["iat"] = .int(now - 86_400) }, signedBy: fixture.keys)) == nil)
    }

    @Test("a visitor's token may be two days old")
    func visitorAge() async throws {
        let now = fixture.clock.now.milliseconds / 1000
        func claims(age: Int64) -> JSONObject {
            goodClaims {
                $0["sub"] = "visitor_1"
                $0["iat"] = .int(now - age)
            }
        }
        let verifier = fixture.verifier
        #expect(throws: Never.self) {
            try verifier.verify(forge(claims(age: 172_800), signedBy: fixture.keys), now: fixture.clock.now)
        }
        #expect(throws: AuthenticationFailure.tooOld) {
            try verifier.verify(forge(claims(age: 172_801), signedBy: fixture.keys), now: fixture.clock.now)
        }
    }

    @Test("a token signed by another key, or changed after it was signed, is refused")
    func foreignKey() async throws {
        let foreign = try await SigningKeys.hs256(secret: "another secret of thirty-two bytes")
        #expect(await failure(try forge(goodClaims(), signedBy: foreign)) == .badSignature)
        let good = try forge(goodClaims(), signedBy: fixture.keys).split(separator: ".").map(String.init)
        let admin = Base64URL.encode(JSONValue.object(goodClaims { $0["permissions"] = ["admin"] }).encoded)
        #expect(await failure([good[0], admin, good[2]].joined(separator: ".")) == .badSignature)
        #expect(await failure([good[0], good[1], ""].joined(separator: ".")) == .badSignature)
    }

    @Test("`none` in any spelling, another algorithm, and a critical extension find no key")
    func algorithms() async throws {
        for algorithm in ["none", "None", "NONE", "HS384", "HS512", "RS256", "ES256", "hs256", ""] {
            for keys in [fixture.keys, nil] {
                let token = try forge(goodClaims(), header: ["alg": .string(algorithm)], signedBy: keys)
                #expect(await failure(token) == .unsupportedAlgorithm, "\(algorithm)")
            }
        }
        let critical = try forge(goodClaims(), header: ["alg": "HS256", "crit": ["b64"]], signedBy: fixture.keys)
        #expect(await failure(critical) == .unsupportedAlgorithm)
        let nameless = try forge(goodClaims(), header: ["typ": "JWT"], signedBy: fixture.keys)
        #expect(await failure(nameless) == .malformed("its header names no algorithm"))
    }

    @Test("a public key does not verify a token that was signed with it as an HMAC secret")
    func algorithmConfusion() async throws {
        let pair = ES256PrivateKey()
        let collection = JWTKeyCollection()
        await collection.add(ecdsa: pair)
        let elliptic = SigningKeys(signing: .init(id: "key-1", algorithm: try await collection.getKey()))
        let verifier = TokenVerifier(keys: elliptic, configuration: fixture.configuration)
        let header: JSONObject = ["alg": "ES256", "kid": "key-1"]
        let honest = try forge(goodClaims(), header: header, signedBy: elliptic)
        #expect(throws: Never.self) { try verifier.verify(honest, now: fixture.clock.now) }

        let pem = try await SigningKeys.hs256(secret: pair.publicKey.pemRepresentation)
        for header: JSONObject in [["alg": "HS256"], ["alg": "HS256", "kid": "key-1"]] {
            let confused = try forge(goodClaims(), header: header, signedBy: pem)
            #expect(throws: AuthenticationFailure.unsupportedAlgorithm) {
                try verifier.verify(confused, now: fixture.clock.now)
            }
        }
        let mislabelled = try forge(goodClaims(), header: header, signedBy: pem)
        #expect(throws: AuthenticationFailure.badSignature) {
            try verifier.verify(mislabelled, now: fixture.clock.now)
        }
        let otherKey = try forge(goodClaims(), header: ["alg": "ES256", "kid": "key-2"], signedBy: elliptic)
        #expect(throws: AuthenticationFailure.unsupportedAlgorithm) {
            try verifier.verify(otherKey, now: fixture.clock.now)
        }
    }

    @Test("a text that is no token is refused as such and costs no signature")
    func malformed() async throws {
        let good = try forge(goodClaims(), signedBy: fixture.keys)
        let texts = [
            "", "abc", "a.b", "a.b.c.d", "mock_" + good, String(good.dropLast(good.count / 2)), good + "=", "." + good,
            "!" + good.dropFirst(), good + String(repeating: "A", count: 8192),
            Base64URL.encode("[1]".utf8) + "." + Base64URL.encode("{}".utf8) + ".AAAA",
            Base64URL.encode(#"{"alg":"HS256"}"#.utf8).dropLast() + ".e30.AAAA",
        ]
        for text in texts {
            guard case .malformed = await failure(text) else {
                Issue.record("\(text.prefix(20)): \(String(describing: await failure(text)))")
                continue
            }
        }
    }

    @Test("neither the reason nor the message of a failure holds the token, and every reason fits a close frame")
    func failureTexts() async throws {
        let token = try await fixture.logIn().accessToken
        let reused = try #require(await failure(token + "AAAA"))
        for part in token.split(separator: ".") { #expect(!reused.message.contains(part)) }
        let all: [AuthenticationFailure] = [
            .missing, .malformed("x"), .unsupportedAlgorithm, .badSignature, .expired, .notYetValid, .tooOld,
            .wrongIssuer, .wrongAudience, .wrongType, .revoked, .disabled, .unknownAccount, .unknownKey,
            .subjectReserved, .unknownTicket, .expiredTicket, .queryTokenRefused, .visitorsRefused, .unavailable,
        ]
        for failure in all {
            #expect((1...123).contains(failure.closeReason.utf8.count))
            #expect(!failure.message.isEmpty)
        }
        #expect(Set(all.map(\.code)).count == all.count)
        #expect(AuthenticationFailure.unknownTicket.closeReason.contains("Invalid ticket"))
        #expect(AuthenticationFailure.expiredTicket.closeReason.contains("Ticket expired"))
        #expect(AuthenticationFailure.expired.closeReason == "token_expired")
        #expect(AuthenticationFailure.disabled.closeReason == "token_revoked")
    }

    @Test("a secret of under 32 bytes is refused with what to do")
    func shortSecret() async throws {
        await #expect(throws: SigningSecretError.tooShort(bytes: 31)) {
            _ = try await SigningKeys.hs256(secret: String(repeating: "a", count: 31))
        }
        #expect(SigningSecretError.tooShort(bytes: 31).description.contains("openssl rand -base64 48"))
    }
}
