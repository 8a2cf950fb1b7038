import CanonStore
import CanonWire
import Testing

@testable import CanonGateway

@Suite struct SessionsTests {
    @Test(
        "an unknown account, one without a password, a wrong password and no address cost one hash each and look alike")
    func equalWork() async throws {
        let fixture = try await AuthFixture { $0.authentication.loginAttempts = 100 }
        try await fixture.addAccount()
        _ = try await fixture.store.createAccount(
            email: EmailAddress("robot@example.com"), role: .service, passwordHash: nil, actor: "test")
        for email in [AuthFixture.email, "nobody@example.com", "robot@example.com", "no address", ""] {
            let before = fixture.hasher.derivations
            await #expect(throws: SessionRefusal.invalidCredentials) {
                _ = try await fixture.sessions.logIn(email: email, password: "wrong password!", address: "192.0.2.1")
            }
            #expect(fixture.hasher.derivations == before + 1, "\(email)")
        }
    }

    @Test("attempts are limited before a password is hashed, and a success resets the account")
    func throttle() async throws {
        let fixture = try await AuthFixture { $0.authentication.loginAttempts = 3 }
        try await fixture.addAccount()
        func attempt(_ password: String, from address: String) async -> SessionRefusal? {
            do throws(SessionRefusal) {
                _ = try await fixture.sessions.logIn(email: AuthFixture.email, password: password, address: address)
                return nil
            } catch {
                return error
            }
        }
        for round in 0..<3 {
            #expect(await attempt("wrong password", from: "a\(round)") == .invalidCredentials)
            #expect(await attempt(AuthFixture.password, from: "b\(round)") == nil)
        }
        for round in 0..<3 { #expect(await attempt("wrong password", from: "c\(round)") == .invalidCredentials) }
        let before = fixture.hasher.derivations
        guard case .throttled(let seconds) = await attempt(AuthFixture.password, from: "d") else {
            Issue.record("the fourth guess was let through")
            return
        }
        #expect((1...300).contains(seconds))
        #expect(fixture.hasher.derivations == before)
    }

    @Test("a hash with older parameters is replaced when its password is next used")
    func upgrade() async throws {
        let fixture = try await AuthFixture()
        let old = try await PasswordHasher(parameters: .init(logN: 1, blockSize: 1, parallelism: 1))
            .hash(AuthFixture.password)
        let email = try EmailAddress(AuthFixture.email)
        _ = try await fixture.store.createAccount(email: email, passwordHash: old, actor: "test")
        _ = try await fixture.logIn()
        let new = try #require(try await fixture.store.credentials(email: email)?.passwordHash)
        #expect(new.hasPrefix("$scrypt$ln=2,"))
        _ = try await fixture.logIn()
        #expect(try await fixture.store.credentials(email: email)?.passwordHash == new)
    }

    @Test("a disabled account is told so only with the right password")
    func disabled() async throws {
        let fixture = try await AuthFixture()
        try await fixture.addAccount()
        try await fixture.store.setDisabled(true, EmailAddress(AuthFixture.email), actor: "test")
        await #expect(throws: SessionRefusal.disabled) { _ = try await fixture.logIn() }
        await #expect(throws: SessionRefusal.invalidCredentials) {
            _ = try await fixture.sessions.logIn(email: AuthFixture.email, password: "wrong", address: "192.0.2.1")
        }
    }

    @Test("reuse of a refresh token ends the session of the thief and of the owner")
    func reuse() async throws {
        let fixture = try await AuthFixture()
        try await fixture.addAccount()
        let first = try await fixture.logIn()
        let second = try await fixture.sessions.refresh(first.refreshToken.text)
        #expect(second.accessToken != first.accessToken)
        await #expect(throws: SessionRefusal.refreshReused) {
            _ = try await fixture.sessions.refresh(first.refreshToken.text)
        }
        await #expect(throws: SessionRefusal.refreshRevoked) {
            _ = try await fixture.sessions.refresh(second.refreshToken.text)
        }
        for session in [first, second] {
            #expect(await fixture.authenticator.authenticate(bearer: session.accessToken).failure == .revoked)
        }
        #expect(await fixture.authenticator.authenticate(bearer: try fixture.logIn().accessToken).failure == nil)
    }

    @Test("one address makes only so many visitors")
    func visitors() async throws {
        let fixture = try await AuthFixture { $0.demo = true }
        var admitted = 0
        // A slow machine gives the bucket time to gain a few; twice the limit is never let through.
        let refusal = await #expect(throws: SessionRefusal.self) {
            while admitted < 200 {
                _ = try await fixture.sessions.visit(address: "192.0.2.1")
                admitted += 1
            }
        }
        guard case .throttled = refusal else {
            Issue.record("\(String(describing: refusal))")
            return
        }
        #expect(admitted >= 100)
        _ = try await fixture.sessions.visit(address: "192.0.2.2")
    }

    @Test("an expired access token still logs its session out")
    func lateLogOut() async throws {
        let fixture = try await AuthFixture()
        try await fixture.addAccount()
        let session = try await fixture.logIn()
        fixture.clock.advance(seconds: 3600)
        try await fixture.sessions.logOut(accessToken: session.accessToken)
        await #expect(throws: SessionRefusal.refreshRevoked) {
            _ = try await fixture.sessions.refresh(session.refreshToken.text)
        }
        try await fixture.sessions.logOut(accessToken: "no token")
    }

    @Test("an access token asked to live longer than any is accepted is issued for as long as that")
    func lifetimes() {
        let lifetimes = TokenIssuer.Lifetimes(access: 1_000_000, refresh: 10, visitor: 1_000_000)
        #expect(lifetimes.access == TokenVerifier.maximumAgeSeconds)
        #expect(lifetimes.visitor == TokenVerifier.maximumVisitorAgeSeconds)
    }
}
