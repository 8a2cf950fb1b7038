import CanonStore
import CanonWire
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

@testable import CanonGateway

@Suite struct AuthRoutesTests {
    private let console = ["X-Canon-Console": "1"]

    @Test("log in, ask who one is, refresh, log out: under both prefixes", arguments: ["/auth", "/api/v1/auth"])
    func wholeSession(_ prefix: String) async throws {
        let fixture = try await AuthFixture()
        let account = try await fixture.addAccount()
        try await fixture.withRoutes { client async throws in
            let credentials: JSONObject = ["email": "ANNA@example.com", "password": .string(AuthFixture.password)]
            let login = try await client.send(.post, prefix + "/login", credentials)
            #expect(login.status == 200)
            #expect(login.body["token_type"] == "Bearer")
            #expect(login.body["expires_in"] == 900)
            #expect(login.body["user"]?["id"]?.string == account.id.value)
            #expect(login.body["user"]?["email"] == "anna@example.com")
            #expect(login.cookie == nil)
            let access = try #require(login.body["access_token"]?.string)

            let me = try await client.send(.get, prefix + "/me", bearer: access)
            #expect(me.body["user_id"]?.string == account.id.value)
            #expect(me.body["role"] == "user")
            #expect(try await client.send(.get, prefix + "/verify", bearer: access).body["valid"] == true)
            #expect(try await client.send(.post, prefix + "/verify", bearer: access).status == 200)
            let valid = try await client.send(.post, prefix + "/validate", ["token": .string(access)])
            #expect(valid.body["valid"] == true)
            #expect(valid.body["user_id"]?.string == account.id.value)
            #expect(valid.body["expires_at"]?.double == 1_700_000_900)
            #expect(valid.body["permissions"]?.array?.contains("agent:execute") == true)

            var refresh = try #require(login.body["refresh_token"]?.string)
            for name in ["refresh_token", "refreshToken", "token"] {
                let next = try await client.send(.post, prefix + "/refresh", [name: .string(refresh)])
                #expect(next.status == 200, "\(name)")
                refresh = try #require(next.body["refresh_token"]?.string)
            }
            let logout = try await client.send(.post, prefix + "/logout", bearer: access)
            #expect(logout.body["status"] == "success")
            #expect(try await client.send(.get, prefix + "/me", bearer: access).error == "token_revoked")
            let dead = try await client.send(.post, prefix + "/refresh", ["refresh_token": .string(refresh)])
            #expect(dead.status == 401)
            #expect(dead.error == "refresh_token_revoked")
            #expect(try await client.send(.post, prefix + "/logout").status == 200)
        }
    }

    @Test("what cannot be read is refused with its place")
    func badBodies() async throws {
        let fixture = try await AuthFixture()
        try await fixture.withRoutes { client async throws in
            let broken = try await client.send(.post, "/auth/login", text: #"{"email":"a@b.c",}"#)
            #expect(broken.status == 400)
            #expect(broken.error == "invalid_json")
            #expect(broken.body["message"]?.string?.contains("byte 17") == true)
            #expect(try await client.send(.post, "/auth/login", text: "").status == 400)
            #expect(try await client.send(.post, "/auth/login", text: "[]").error == "invalid_json")
            let missing = try await client.send(.post, "/auth/login", ["email": "a@b.c"])
            #expect(missing.status == 422)
            #expect(missing.body["field"] == "password")
            let wrongType = try await client.send(.post, "/auth/login", ["email": 1, "password": "x"])
            #expect(wrongType.status == 422)
            #expect(wrongType.body["field"] == "email")
            let long = try await client.send(
                .post, "/auth/login", ["email": .string(String(repeating: "a", count: 99_999))])
            #expect(long.status == 413)
            #expect(try await client.send(.post, "/auth/refresh").body["field"] == "refresh_token")
        }
    }

    @Test("without a good token the answer is 401 with a reason; a validation answers 200")
    func unauthenticated() async throws {
        let fixture = try await AuthFixture()
        try await fixture.withRoutes { client async throws in
            let missing = try await client.send(.get, "/auth/me")
            #expect(missing.status == 401)
            #expect(missing.error == "missing_token")
            #expect(missing.headers[.wwwAuthenticate] == "Bearer")
            #expect(try await client.send(.get, "/auth/verify", bearer: "a.b.c").error == "malformed_token")
            let invalid = try await client.send(.post, "/auth/validate", ["token": "a.b.c"])
            #expect(invalid.status == 200)
            #expect(invalid.body["valid"] == false)
            #expect(invalid.error == "invalid_token")
            #expect(try await client.send(.post, "/auth/validate", [:]).error == "missing_token")
        }
    }

    @Test("too many attempts are told when to come back")
    func throttled() async throws {
        let fixture = try await AuthFixture { $0.authentication.loginAttempts = 2 }
        try await fixture.addAccount()
        try await fixture.withRoutes { client async throws in
            let wrong: JSONObject = ["email": .string(AuthFixture.email), "password": "wrong"]
            for _ in 0..<2 { #expect(try await client.send(.post, "/auth/login", wrong).status == 401) }
            let refused = try await client.send(.post, "/auth/login", wrong)
            #expect(refused.status == 429)
            let seconds = try #require(refused.headers[.retryAfter].flatMap { Int($0) })
            #expect((1...450).contains(seconds))
            #expect(refused.body["retry_after"]?.int == Int64(seconds))
        }
    }

    @Test("registration is off unless it is turned on, and then checks what it is given")
    func registration() async throws {
        let closed = try await AuthFixture()
        try await closed.withRoutes { client async throws in
            let refused = try await client.send(.post, "/auth/register", ["email": "b@example.com", "password": "x"])
            #expect(refused.status == 403)
            #expect(refused.error == "registration_disabled")
            #expect(refused.body["message"]?.string?.contains("canon users add") == true)
        }
        let open = try await AuthFixture { $0.authentication.registration = true }
        try await open.withRoutes { client async throws in
            func register(_ email: JSONValue, _ password: JSONValue, _ confirm: JSONValue = nil) async throws -> Answer
            {
                try await client.send(
                    .post, "/auth/register",
                    ["email": email, "password": password, "confirm_password": confirm, "name": "Ben"])
            }
            #expect(try await register("ben@example.com", "short").body["field"] == "password")
            #expect(try await register("ben", "long enough to be one").body["field"] == "email")
            #expect(try await register("ben@example.com", "ben@example.com").body["field"] == "password")
            let differs = try await register("ben@example.com", "long enough to be one", "something else here")
            #expect(differs.body["field"] == "confirm_password")
            let made = try await register("ben@example.com", "long enough to be one", "long enough to be one")
            #expect(made.status == 200)
            #expect(made.body["user"]?["name"] == "Ben")
            #expect(made.body["user"]?["role"] == "user")
            #expect(try await register("BEN@example.com", "long enough to be one").status == 409)
        }
    }

    @Test("the console's refresh token travels in its cookie alone, and only with its header")
    func console() async throws {
        let fixture = try await AuthFixture()
        try await fixture.addAccount()
        try await fixture.withRoutes { client async throws in
            let login = try await client.logIn(headers: console)
            #expect(login.body["refresh_token"] == nil)
            let cookie = try #require(login.cookie)
            for attribute in ["HttpOnly", "SameSite=Strict", "Path=/auth", "Max-Age=604800"] {
                #expect(cookie.contains(attribute), "\(attribute)")
            }
            #expect(!cookie.contains("Secure"), "the test's connection has no TLS")
            let value = try #require(login.cookieValue)
            let sent = ["Cookie": "theme=dark; canon_refresh=\(value)"]
            #expect(try await client.send(.get, "/auth/config").body["session"] == false)
            #expect(try await client.send(.get, "/auth/config", headers: sent).body["session"] == true)
            #expect(try await client.send(.post, "/auth/refresh", headers: console).error == "no_session")

            for path in ["/auth/refresh", "/auth/logout"] {
                let forged = try await client.send(.post, path, headers: sent)
                #expect(forged.status == 403)
                #expect(forged.error == "csrf_check_failed")
            }
            let elsewhere = ["Origin": "https://evil.example"]
            for headers in [sent.merging(console) { $1 }.merging(elsewhere) { $1 }, elsewhere] {
                let foreign = try await client.send(.post, "/auth/refresh", headers: headers)
                #expect(foreign.status == 403)
                #expect(foreign.error == "origin_refused")
            }
            let own = ["Origin": "http://localhost"].merging(console) { $1 }
            let next = try await client.send(.post, "/auth/refresh", headers: sent.merging(own) { $1 })
            #expect(next.status == 200)
            #expect(next.body["refresh_token"] == nil)
            let nextValue = try #require(next.cookieValue)
            let renewed = ["Cookie": "canon_refresh=\(nextValue)"].merging(console) { $1 }

            let out = try await client.send(.post, "/auth/logout", headers: renewed)
            #expect(out.status == 200)
            #expect(out.cookie?.contains("Max-Age=0") == true)
            let dead = try await client.send(.post, "/auth/refresh", headers: renewed)
            #expect(dead.status == 401)
            #expect(dead.cookie?.contains("Max-Age=0") == true)
            let access = try #require(next.body["access_token"]?.string)
            #expect(try await client.send(.get, "/auth/me", bearer: access).error == "token_revoked")
        }
    }

    @Test("over TLS the cookie is Secure")
    func secureCookie() async throws {
        let fixture = try await AuthFixture { $0.tls = .init(certificate: "c.pem", key: "k.pem") }
        try await fixture.addAccount()
        try await fixture.withRoutes { client async throws in
            #expect(try await client.logIn(headers: console).cookie?.contains("Secure") == true)
        }
    }

    @Test("the set-up link makes the first administrator and then is gone")
    func setUp() async throws {
        let fixture = try await AuthFixture()
        let token = try #require(try await fixture.store.issueSetupToken(now: fixture.clock.now))
        try await fixture.withRoutes { client async throws in
            #expect(try await client.send(.get, "/auth/config").body["setup_required"] == true)
            func setUp(_ token: String, password: String = "long enough to be one") async throws -> Answer {
                try await client.send(
                    .post, "/auth/setup",
                    ["token": .string(token), "email": "root@example.com", "password": .string(password)])
            }
            let wrong = try await setUp("wrong")
            #expect(wrong.status == 403)
            #expect(wrong.error == "invalid_setup_token")
            #expect(try await setUp(token.text, password: "short").body["field"] == "password")
            let done = try await setUp(token.text)
            #expect(done.status == 200)
            #expect(done.body["user"]?["role"] == "admin")
            #expect(try await setUp(token.text).status == 410)
            let configuration = try await client.send(.get, "/auth/config").body
            #expect(configuration["setup_required"] == false)
            #expect(configuration["product"] == "Canon")
            #expect(configuration["version"] == "1.2.3")
            #expect(configuration["registration"] == false)
            #expect(configuration["demo"] == false)
        }
        let late = try await AuthFixture()
        let old = try #require(try await late.store.issueSetupToken(now: late.clock.now))
        late.clock.advance(seconds: 86_400)
        try await late.withRoutes { client async throws in
            let answer = try await client.send(
                .post, "/auth/setup",
                ["token": .string(old.text), "email": "r@example.com", "password": "long enough to be one"])
            #expect(answer.status == 410)
        }
    }

    @Test("a visitor gets a normal token pair in demo mode, and 404 outside it")
    func demo() async throws {
        let fixture = try await AuthFixture { $0.demo = true }
        try await fixture.withRoutes { client async throws in
            let first = try await client.send(.post, "/auth/demo")
            let second = try await client.send(.post, "/auth/demo")
            #expect(first.status == 200)
            #expect(first.body["expires_in"] == 172_800)
            #expect(first.body["user"]?["role"] == "visitor")
            #expect(first.body["user"]?["id"] != second.body["user"]?["id"])
            let access = try #require(first.body["access_token"]?.string)
            #expect(try await client.send(.get, "/auth/me", bearer: access).body["role"] == "visitor")
            let refresh = try #require(first.body["refresh_token"])
            let next = try await client.send(.post, "/auth/refresh", ["refresh_token": refresh])
            #expect(next.body["user"]?["id"] == first.body["user"]?["id"])
        }
        try await AuthFixture().withRoutes { client async throws in
            #expect(try await client.send(.post, "/auth/demo").status == 404)
        }
    }

    @Test("a page on the allow-list may log in, another may not")
    func origins() async throws {
        let fixture = try await AuthFixture()
        try await fixture.addAccount()
        try await fixture.withRoutes(allowedOrigins: ["https://app.example.com"]) { client async throws in
            #expect(try await client.logIn(headers: ["Origin": "https://app.example.com"]).status == 200)
            #expect(try await client.logIn(headers: ["Origin": "https://evil.example.com"]).status == 403)
            #expect(try await client.logIn(headers: ["Origin": "null"]).status == 403)
        }
    }

    @Test("a route that needs a role lets that role in and names it to others")
    func roles() async throws {
        let fixture = try await AuthFixture()
        try await fixture.addAccount()
        let router = Router(context: GatewayRequestContext.self)
        router.get("/figures") { request, _ in
            let principal = try await fixture.authenticator.requirePrincipal(request, roles: [.service, .admin])
            return Response(json: ["role": .string(principal.role.rawValue)])
        }
        let service = try await fixture.store.createServiceToken(name: "ci", role: .service, expiresAt: nil, actor: "t")
        let user = try await fixture.logIn().accessToken
        try await Application(router: router).test(.router) { client async throws in
            #expect(try await client.send(.get, "/figures", bearer: service.secret.text).body["role"] == "service")
            let refused = try await client.send(.get, "/figures", bearer: user)
            #expect(refused.status == 403)
            #expect(refused.body["message"]?.string?.contains("admin or service") == true)
            #expect(try await client.send(.get, "/figures").status == 401)
        }
    }
}
