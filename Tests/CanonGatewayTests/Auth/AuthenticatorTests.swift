import CanonStore
import CanonWire
import Logging
import Testing

@testable import CanonGateway

@Suite struct AuthenticatorTests {
    @Test("a log-out, a lock-out, a password and a role end a session that was valid a moment ago")
    func revocation() async throws {
        let fixture = try await AuthFixture()
        let account = try await fixture.addAccount()
        let email = try EmailAddress(account.email)
        let authenticator = fixture.authenticator
        let ends: [(AuthenticationFailure, @Sendable (Session) async throws -> Void)] = [
            (.revoked, { try await fixture.sessions.logOut(accessToken: $0.accessToken) }),
            (.revoked, { try await fixture.sessions.logOut(refreshToken: $0.refreshToken.text) }),
            (
                .revoked,
                { _ in
                    let hash = try await fixture.hasher.hash(AuthFixture.password)
                    try await fixture.store.setPassword(of: email, hash: hash, actor: "test", now: fixture.clock.now)
                }
            ),
            (
                .revoked,
                { _ in try await fixture.store.setRole(.admin, of: email, actor: "test", now: fixture.clock.now) }
            ),
            (
                .disabled,
                { _ in try await fixture.store.setDisabled(true, email, actor: "test", now: fixture.clock.now) }
            ),
        ]
        for (expected, end) in ends {
            // The clock stands: each log-in is in the same second as the change before it.
            let session = try await fixture.logIn()
            let principal = try await authenticator.authenticate(bearer: session.accessToken).get()
            #expect(await authenticator.check(principal) == nil)
            try await end(session)
            #expect(await authenticator.check(principal) == expected)
            #expect(await authenticator.isValid(principal) == false)
            #expect(await authenticator.authenticate(bearer: session.accessToken).failure == expected)
        }
    }

    @Test("a session ends when its token expires")
    func expiry() async throws {
        let fixture = try await AuthFixture()
        try await fixture.addAccount()
        let principal = try await fixture.authenticator.authenticate(bearer: fixture.logIn().accessToken).get()
        fixture.clock.advance(seconds: 899)
        #expect(await fixture.authenticator.isValid(principal))
        fixture.clock.advance(seconds: 1)
        #expect(await fixture.authenticator.check(principal) == .expired)
    }

    @Test(
        "what another process revokes is noticed within a second, by the monitor and by the authenticator",
        .timeLimit(.minutes(1)))
    func anotherProcess() async throws {
        let fixture = try await AuthFixture()
        let account = try await fixture.addAccount()
        let principal = try await fixture.authenticator.authenticate(bearer: fixture.logIn().accessToken).get()
        let other = try fixture.anotherProcess()
        let monitor = IdentityMonitor(store: fixture.store, visitorSeconds: 60, logger: Logger(label: "test"))
        let (changes, report) = AsyncStream<Duration>.makeStream()
        let watching = Task { await monitor.run { report.yield(LivedClock.now) } }
        defer { watching.cancel() }

        var reports = changes.makeAsyncIterator()
        _ = await reports.next()
        #expect(await fixture.authenticator.isValid(principal))
        let start = LivedClock.now
        try await other.setDisabled(true, EmailAddress(account.email), actor: "cli:test")
        let noticed = try #require(await reports.next())
        #expect(noticed - start < .seconds(1))
        while await fixture.authenticator.isValid(principal), LivedClock.now - start < .seconds(2) {}
        #expect(await fixture.authenticator.check(principal) == .disabled)
        #expect(LivedClock.now - start < .seconds(1))
    }

    @Test("a ticket admits once, narrows the permissions, and ends with the session that made it")
    func tickets() async throws {
        let fixture = try await AuthFixture()
        let account = try await fixture.addAccount()
        let session = try await fixture.logIn()
        let owner = try await fixture.authenticator.authenticate(bearer: session.accessToken).get()
        func make(seconds: Double) async throws -> String {
            try await fixture.store.createTicket(
                Ticket(
                    account: account.id, accessID: owner.tokenID ?? "", sessionIssuedAt: owner.issuedAt,
                    sessionExpiresAt: owner.expiresAt ?? fixture.clock.now, permissions: ["chat", "broadcast"],
                    metadata: [:], createdAt: fixture.clock.now,
                    expiresAt: fixture.clock.now.adding(seconds: seconds))
            ).text
        }
        let id = try await make(seconds: 30)
        let admitted = try await fixture.authenticator.redeem(ticket: id).get()
        #expect(admitted.user == owner.user)
        #expect(admitted.kind == .ticket)
        #expect(admitted.permissions == ["chat"], "a permission the role does not have stays out")
        #expect(admitted.expiresAt == owner.expiresAt)
        #expect(await fixture.authenticator.redeem(ticket: id).failure == .unknownTicket)

        let late = try await make(seconds: 30)
        fixture.clock.advance(seconds: 30)
        #expect(await fixture.authenticator.redeem(ticket: late).failure == .expiredTicket)
        #expect(await fixture.authenticator.redeem(ticket: "nothing").failure == .unknownTicket)

        try await fixture.sessions.logOut(accessToken: session.accessToken)
        #expect(await fixture.authenticator.check(admitted) == .revoked)
    }

    @Test("a ticket raced for by 50 tasks admits one of them")
    func ticketRace() async throws {
        let fixture = try await AuthFixture()
        let account = try await fixture.addAccount()
        let now = fixture.clock.now
        let id = try await fixture.store.createTicket(
            Ticket(
                account: account.id, accessID: "jti_1", sessionIssuedAt: now, sessionExpiresAt: now.adding(seconds: 60),
                permissions: ["chat"], metadata: [:], createdAt: now, expiresAt: now.adding(seconds: 60))
        ).text
        let admitted = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<50 {
                group.addTask { await fixture.authenticator.redeem(ticket: id).failure == nil }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(admitted == 1)
    }

    @Test("each visitor is somebody else, and there are none outside demo mode")
    func visitors() async throws {
        let demo = try await AuthFixture { $0.demo = true }
        let first = try demo.authenticator.visitor().get()
        let second = try demo.authenticator.visitor().get()
        #expect(first.user != second.user)
        #expect(first.user.value.hasPrefix("visitor_"))
        #expect(await demo.authenticator.isValid(first))
        demo.clock.advance(seconds: 48 * 3600)
        #expect(await demo.authenticator.check(first) == .expired)

        let session = try await demo.sessions.visit(address: "192.0.2.1")
        let principal = try await demo.authenticator.authenticate(bearer: session.accessToken).get()
        #expect(principal.role == .visitor)

        let sober = try await AuthFixture()
        #expect(sober.authenticator.visitor().failure == .visitorsRefused)
        #expect(await sober.authenticator.check(first) != nil)
        await #expect(throws: SessionRefusal.demoOff) { _ = try await sober.sessions.visit(address: "192.0.2.1") }
    }

    @Test("a service token acts under its own id until it is revoked")
    func serviceTokens() async throws {
        let fixture = try await AuthFixture()
        let now = fixture.clock.now
        let made = try await fixture.store.createServiceToken(
            name: "ci", role: .service, expiresAt: now.adding(seconds: 60), actor: "test", now: now)
        let principal = try await fixture.authenticator.authenticate(bearer: made.secret.text).get()
        #expect(principal.user == made.token.id)
        #expect(principal.role == .service)
        #expect(principal.kind == .service)
        #expect(try await fixture.store.serviceToken(id: made.token.id)?.lastUsedAt == now)
        #expect(await fixture.authenticator.authenticate(bearer: made.secret.text + "x").failure == .badSignature)
        #expect(await fixture.authenticator.isValid(principal))
        _ = try await fixture.store.revokeServiceToken("ci", actor: "test", now: now)
        #expect(await fixture.authenticator.check(principal) == .revoked)
        #expect(await fixture.authenticator.authenticate(bearer: made.secret.text).failure == .revoked)
        fixture.clock.advance(seconds: 60)
        #expect(await fixture.authenticator.check(principal) == .expired)
    }

    @Test(
        "a busy program's token is read twice a second, and what another process does to it is noticed within one",
        .timeLimit(.minutes(1)))
    func serviceTokenOfAnotherProcess() async throws {
        let fixture = try await AuthFixture()
        let now = fixture.clock.now
        let made = try await fixture.store.createServiceToken(
            name: "ci", role: .service, expiresAt: nil, actor: "test", now: now)
        _ = try await fixture.authenticator.authenticate(bearer: made.secret.text).get()
        let start = LivedClock.now
        _ = try await fixture.anotherProcess().revokeServiceToken("ci", actor: "cli:test", now: now)
        var failure: AuthenticationFailure?
        while failure == nil, LivedClock.now - start < .seconds(2) {
            failure = await fixture.authenticator.authenticate(bearer: made.secret.text).failure
        }
        #expect(failure == .revoked)
        #expect(LivedClock.now - start < .seconds(1))
    }
}
