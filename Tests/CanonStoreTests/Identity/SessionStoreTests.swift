import CanonStore
import CanonWire
import Testing

@Suite struct SessionStoreTests {
    let fixture: IdentityFixture
    var store: IdentityStore { fixture.store }
    let now = Timestamp(milliseconds: 1_700_000_000_000)

    init() throws { fixture = try IdentityFixture() }

    private func open(_ id: String = "jti_1") async throws -> (account: Account, grant: RefreshGrant) {
        let account = try await fixture.account(now: now)
        let first = grant(id, at: now)
        try await store.openSession(for: account.id, grant: first, now: now)
        return (account, first)
    }

    @Test("a refresh token is exchanged once; its reuse revokes its successors and their access tokens")
    func reuse() async throws {
        let (account, first) = try await open()
        let second = grant("jti_2", at: now)
        guard case .rotated = try await store.refresh(first.secret.text, now: now, successor: { _ in second }) else {
            return #expect(Bool(false), "the first exchange failed")
        }
        let before = try await store.version()
        let third = grant("jti_3", at: now)
        guard case .reused(let owner) = try await store.refresh(first.secret.text, now: now, successor: { _ in third })
        else { return #expect(Bool(false), "reuse was not noticed") }
        #expect(owner == account.id)
        #expect(try await store.version() > before)
        guard case .revoked = try await store.refresh(second.secret.text, now: now, successor: { _ in third }) else {
            return #expect(Bool(false), "the family outlived the reuse")
        }
        #expect(try await store.session(of: account.id, accessID: "jti_1").isRevoked == true)
        #expect(try await store.session(of: account.id, accessID: "jti_2").isRevoked == true)
        #expect(try await store.auditTrail(limit: 1).first?.action == "session.reuse")
    }

    @Test("of many exchanges of one token at once, one succeeds")
    func race() async throws {
        let (_, first) = try await open()
        let other = try fixture.anotherProcess()
        let now = now
        let wins = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<20 {
                let store = number.isMultiple(of: 2) ? store : other
                group.addTask {
                    let next = grant("jti_race_\(number)", at: now)
                    if case .rotated = try await store.refresh(first.secret.text, now: now, successor: { _ in next }) {
                        return true
                    }
                    return false
                }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(wins == 1)
    }

    @Test("an expired, an unknown and a locked-out account's refresh token are told apart")
    func refused() async throws {
        let (account, first) = try await open()
        let next = grant("jti_2", at: now)
        let later = now.adding(seconds: 3600)
        guard case .expired = try await store.refresh(first.secret.text, now: later, successor: { _ in next }) else {
            return #expect(Bool(false), "expired")
        }
        guard case .unknown = try await store.refresh("nothing", now: now, successor: { _ in next }) else {
            return #expect(Bool(false), "unknown")
        }
        try await store.setDisabled(true, EmailAddress(account.email), actor: "test", now: now)
        guard case .revoked = try await store.refresh(first.secret.text, now: now, successor: { _ in next }) else {
            return #expect(Bool(false), "disabled")
        }
    }

    @Test("ending a session by its access token or its refresh token ends that family and no other")
    func logOut() async throws {
        let (account, first) = try await open()
        let otherDevice = grant("jti_other", at: now)
        try await store.openSession(for: account.id, grant: otherDevice, now: now)
        let pending = try await store.createTicket(ticket(for: account, at: now))

        try await store.endSession(accessID: "jti_1", accessExpiresAt: first.accessExpiresAt, now: now)
        #expect(try await store.session(of: account.id, accessID: "jti_1").isRevoked == true)
        #expect(try await store.redeemTicket(pending.text, now: now) == .unknown)
        guard case .revoked = try await store.refresh(first.secret.text, now: now, successor: { _ in otherDevice })
        else { return #expect(Bool(false), "the refresh token outlived the log-out") }

        #expect(try await store.session(of: account.id, accessID: "jti_other").isRevoked == false)
        #expect(try await store.endSession(refreshToken: otherDevice.secret.text, now: now))
        #expect(try await store.session(of: account.id, accessID: "jti_other").isRevoked == true)
        #expect(try await store.endSession(refreshToken: "nothing", now: now) == false)
    }

    @Test("a purge takes what has expired and nothing else")
    func purge() async throws {
        let (account, first) = try await open()
        _ = try await store.createTicket(ticket(for: account, accessID: "jti_2", at: now, seconds: 30))
        let visitor = try await store.createVisitor(now: now)
        try await store.endSession(accessID: "jti_1", accessExpiresAt: first.accessExpiresAt, now: now)
        #expect(try await store.purge(now: now) == 0)
        // The ticket's half minute and the refresh token's hour are over; the revocation outlives the access token.
        #expect(try await store.purge(now: now.adding(seconds: 3601)) == 2)
        #expect(try await store.session(of: account.id, accessID: "jti_1").isRevoked == true)
        #expect(try await store.account(visitor.id) != nil)
        #expect(try await store.purge(now: now.adding(seconds: 48 * 3600)) == 2)
        #expect(try await store.account(visitor.id) == nil)
        #expect(try await store.account(account.id) != nil)
    }
}
