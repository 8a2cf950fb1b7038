import CanonStore
import CanonWire
import Foundation
import HTTPTypes
import Testing

@testable import CanonGateway

@Suite struct ExternalTokenTests {
    private struct World {
        let fixture: AuthFixture
        let issuer = IssuerFixture()
        let rsa: TestKeyPair
        let ec = TestKeyPair.p256("ec")
        let ed = TestKeyPair.ed25519("ed")

        init(prefix: String = "ext_") async throws {
            let (issuer, ec, ed) = (issuer, ec, ed)
            let rsa = try TestKeyPair.rsa("rsa")
            self.rsa = rsa
            try issuer.publish(rsa, ec, ed)
            fixture = try await AuthFixture(external: try await issuer.issuer(prefix: prefix))
        }

        var pairs: [TestKeyPair] { [rsa, ec, ed] }

        func claims(_ edit: (inout JSONObject) -> Void = { _ in }) -> JSONObject {
            IssuerFixture.claims(at: fixture.clock.now, edit)
        }

        func outcome(_ token: String) async -> Result<Principal, AuthenticationFailure> {
            await fixture.authenticator.authenticate(bearer: token)
        }
    }

    @Test("a token of each algorithm makes an ordinary user with an id of its own, whatever it claims")
    func accepted() async throws {
        let world = try await World()
        defer { world.issuer.remove() }
        for pair in world.pairs {
            let token = try pair.sign(
                world.claims {
                    $0["role"] = "admin"
                    $0["email"] = "anna@issuer.example"
                })
            let principal = try await world.outcome(token).get()
            #expect(principal.user == UserID("ext_anna"))
            #expect(principal.role == .user)
            #expect(principal.permissions == Role.user.permissions)
            #expect(principal.email == "anna@issuer.example")
            #expect(principal.kind == .externalToken)
            #expect(await world.fixture.authenticator.check(principal) == nil)
        }
        let narrow = try world.ec.sign(world.claims { $0["permissions"] = ["chat", "admin", "broadcast"] })
        #expect(try await world.outcome(narrow).get().permissions == ["chat"])
    }

    @Test("claims that are missing, foreign or out of time refuse the token, each with its own reason")
    func claims() async throws {
        let world = try await World()
        defer { world.issuer.remove() }
        let now = world.fixture.clock.now.milliseconds / 1000
        let cases: [(String, AuthenticationFailure?, (inout JSONObject) -> Void)] = [
            ("no sub", .malformed("it has no claim 'sub'"), { $0["sub"] = nil }),
            ("no iat", .malformed("its claim 'iat' is no time"), { $0["iat"] = nil }),
            ("no exp", .malformed("its claim 'exp' is no time"), { $0["exp"] = nil }),
            ("no aud", .malformed("it has no claim 'aud'"), { $0["aud"] = nil }),
            ("no iss", .malformed("it has no claim 'iss'"), { $0["iss"] = nil }),
            ("another issuer", .wrongIssuer, { $0["iss"] = "https://issuer.example/realm/" }),
            ("our own issuer", .wrongIssuer, { $0["iss"] = "netra-auth-service" }),
            ("our own audience", .wrongAudience, { $0["aud"] = "netra-platform" }),
            ("one audience of several", nil, { $0["aud"] = ["x", "other"] }),
            ("a refresh token", .wrongType, { $0["token_type"] = "refresh" }),
            ("a type that is no text", .wrongType, { $0["type"] = 1 }),
            ("a bearer token", nil, { $0["token_type"] = "Bearer" }),
            ("expired", .expired, { $0["exp"] = .int(now) }),
            ("from the future", .notYetValid, { $0["iat"] = .int(now + 61) }),
            ("not before", .notYetValid, { $0["nbf"] = .int(now + 61) }),
            ("not before, in time", nil, { $0["nbf"] = .int(now) }),
            ("not before no time", .malformed("its claim 'nbf' is no time"), { $0["nbf"] = "soon" }),
            ("not before beyond all time", .malformed("its claim 'nbf' is no time"), { $0["nbf"] = 1e300 }),
            ("a visitor by name", nil, { $0["sub"] = "visitor_1" }),
        ]
        for (name, expected, edit) in cases {
            #expect(await world.outcome(try world.ed.sign(world.claims(edit))).failure == expected, "\(name)")
        }
        for subject in ["a b", "a/b", "a\"b", "ä", "a\u{0}", String(repeating: "a", count: 197)] {
            let failure = await world.outcome(try world.ed.sign(world.claims { $0["sub"] = .string(subject) })).failure
            #expect(failure?.message.contains("'sub' is no user id") == true, "\(subject)")
        }
        let old = try world.ed.sign(
            world.claims {
                $0["iat"] = .int(now - 86_401)
                $0["exp"] = .int(now + 600)
            })
        #expect(await world.outcome(old).failure == .expired)
        for (type, isAccepted) in [("at+jwt", true), ("AT+JWT", true), ("logout+jwt", false), ("secevent+jwt", false)] {
            let header: JSONObject = ["alg": "EdDSA", "kid": "ed", "typ": .string(type)]
            let failure = await world.outcome(try world.ed.sign(world.claims(), header: header)).failure
            #expect(failure == (isAccepted ? nil : .wrongType), "\(type)")
        }
        let bare = try world.ed.sign(world.claims(), header: ["alg": "EdDSA", "kid": "ed"])
        #expect(await world.outcome(bare).failure == nil)
    }

    @Test("a session ends a day after its token was issued, however long the token says")
    func maximumAge() async throws {
        let world = try await World()
        defer { world.issuer.remove() }
        let token = try world.ec.sign(world.claims { $0["exp"] = 9_999_999_999 })
        let principal = try await world.outcome(token).get()
        #expect(principal.expiresAt == world.fixture.clock.now.adding(seconds: 86_400))
        world.fixture.clock.advance(seconds: 86_400)
        #expect(await world.fixture.authenticator.check(principal) == .expired)
    }

    @Test("neither issuer's tokens can stand in for the other's")
    func confusion() async throws {
        let world = try await World()
        defer { world.issuer.remove() }
        let account = try await world.fixture.addAccount()
        let now = world.fixture.clock.now.milliseconds / 1000
        let own: JSONObject = [
            "sub": .string(account.id.value), "permissions": ["chat"], "iat": .int(now), "exp": .int(now + 900),
            "token_type": "access", "type": "access", "iss": "netra-auth-service", "aud": "netra-platform",
            "jti": "jti_1",
        ]
        // Our claims with their keys.
        for pair in world.pairs { #expect(await world.outcome(try pair.sign(own)).failure == .wrongIssuer) }
        // Their claims with our key.
        let secret = try await SigningKeys.hs256(secret: AuthFixture.secret)
        let hs256: JSONObject = ["alg": "HS256", "typ": "JWT"]
        let theirs = try forge(
            world.claims {
                $0["jti"] = "j"
                $0["token_type"] = "access"
            }, header: hs256, signedBy: secret)
        #expect(await world.outcome(theirs).failure == .wrongIssuer)
        #expect(await world.outcome(try forge(own, header: hs256, signedBy: secret)).failure == nil)

        // A public key as the secret of an HMAC, in each form in which somebody may have it.
        for pair in world.pairs {
            for text in [pair.jwk.encodedText, pair.publicPEM] {
                let confused = try await SigningKeys.hs256(secret: text)
                for algorithm in ["HS256", pair.algorithm] {
                    let header: JSONObject = ["alg": .string(algorithm), "kid": .string(pair.id!)]
                    let token = try forge(world.claims(), header: header, signedBy: confused)
                    #expect(await world.outcome(token).failure == .badSignature)
                }
            }
        }
        // The kid of one key with the algorithm of another.
        for pair in world.pairs {
            for other in world.pairs where other.algorithm != pair.algorithm {
                let header: JSONObject = ["alg": .string(pair.algorithm), "kid": .string(other.id!)]
                #expect(await world.outcome(try pair.sign(world.claims(), header: header)).failure == .unknownKey)
                let swapped: JSONObject = ["alg": .string(other.algorithm), "kid": .string(other.id!)]
                #expect(await world.outcome(try pair.sign(world.claims(), header: swapped)).failure == .badSignature)
            }
        }
        for algorithm in ["none", "None", "RS384", "PS256", "ES384", "eddsa", "Ed25519", ""] {
            let token = try world.rsa.sign(world.claims(), header: ["alg": .string(algorithm), "kid": "rsa"])
            #expect(await world.outcome(token).failure == .unsupportedAlgorithm, "\(algorithm)")
        }
        let unsigned = try forge(world.claims(), header: ["alg": "EdDSA", "kid": "ed"], signedBy: nil)
        #expect(await world.outcome(unsigned).failure == .badSignature)
        // A key in the token's own header is not looked at.
        let intruder = TestKeyPair.ed25519("ed")
        let embedded: JSONObject = ["alg": "EdDSA", "kid": "ed", "jwk": .object(intruder.jwk)]
        #expect(await world.outcome(try intruder.sign(world.claims(), header: embedded)).failure == .badSignature)
        let critical: JSONObject = ["alg": "EdDSA", "kid": "ed", "crit": ["b64"]]
        #expect(
            await world.outcome(try world.ed.sign(world.claims(), header: critical)).failure == .unsupportedAlgorithm)
    }

    @Test("with an empty prefix the subject is the id, unless it is one of this server's own users")
    func ownIDs() async throws {
        let world = try await World(prefix: "")
        defer { world.issuer.remove() }
        let account = try await world.fixture.addAccount()
        let stranger = try world.ec.sign(world.claims())
        #expect(try await world.outcome(stranger).get().user == UserID("anna"))
        for subject in [account.id.value, "visitor_1_2_3", "service_1_2_3"] {
            let token = try world.ec.sign(world.claims { $0["sub"] = .string(subject) })
            #expect(await world.outcome(token).failure == .subjectReserved)
        }
        for (prefix, isGood) in [
            ("", true), ("ext_", true), ("u", false), ("user_", false), ("user_x", false), ("visitor_", false),
            ("service_a", false), ("a b", false), ("a/", false), (String(repeating: "a", count: 65), false),
        ] {
            #expect((ExternalIssuer.problem(withUserPrefix: prefix) == nil) == isGood, "\(prefix)")
        }
    }

    @Test("logging out ends that token here, and cannot end a session of this server that has the same jti")
    func logOut() async throws {
        let world = try await World()
        defer { world.issuer.remove() }
        try await world.fixture.addAccount()
        let session = try await world.fixture.logIn()
        let own = try await world.outcome(session.accessToken).get()
        let token = try world.ed.sign(world.claims { $0["jti"] = .string(own.tokenID ?? "") })
        let other = try world.ed.sign(world.claims { $0["jti"] = "another" })
        let principal = try await world.outcome(token).get()
        try await world.fixture.sessions.logOut(accessToken: token)
        #expect(await world.outcome(token).failure == .revoked)
        #expect(await world.fixture.authenticator.check(principal) == .revoked)
        #expect(await world.outcome(other).failure == nil)
        #expect(await world.fixture.authenticator.check(own) == nil)
    }

    @Test("the routes of this server's own sessions say what a token of another issuer can do")
    func routes() async throws {
        let world = try await World()
        defer { world.issuer.remove() }
        let token = try world.rsa.sign(world.claims())
        try await world.fixture.withRoutes { client in
            let me = try await client.send(.get, "/auth/me", bearer: token)
            #expect(me.status == 200)
            #expect(me.body["id"] == "ext_anna")
            let refresh = try await client.send(.post, "/auth/refresh", ["refresh_token": .string(token)])
            #expect(refresh.status == 401)
            #expect(refresh.error == "external_token")
            let ticket = try await client.send(.post, "/api/websocket/ticket", [:], bearer: token)
            #expect(ticket.status == 403)
            #expect(ticket.body["message"]?.string?.contains("Sec-WebSocket-Protocol") == true)
        }
    }
}
