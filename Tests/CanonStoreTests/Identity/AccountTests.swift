import CanonStore
import CanonWire
import Foundation
import Testing

@Suite struct AccountTests {
    let fixture: IdentityFixture
    var store: IdentityStore { fixture.store }

    init() throws { fixture = try IdentityFixture() }

    @Test("an address is one account in whatever case and composition it is typed")
    func foldedAddress() async throws {
        let account = try await fixture.account("Änna@Example.com")
        let decomposed = "a\u{308}nna@EXAMPLE.com"
        #expect(try await store.account(email: EmailAddress(decomposed)) == account)
        await #expect(throws: IdentityError.emailTaken("änna@EXAMPLE.com")) {
            _ = try await fixture.account(decomposed)
        }
        #expect(account.email == "Änna@Example.com")
        #expect(account.id.value.hasPrefix("user_"))
    }

    @Test(
        "a text that has not the form of an address is refused",
        arguments: [
            "", "anna", "@example.com", "anna@", "a@b@c", "an na@example.com", "anna@exa\u{0}mple.com",
            "anna@example.com\nbcc: x", "anna\u{202E}@example.com", String(repeating: "a", count: 250) + "@b.co",
        ])
    func invalidAddress(_ text: String) {
        #expect(throws: IdentityError.self) { _ = try EmailAddress(text) }
    }

    @Test("a password change and a lock-out end the account's sessions, a change of role voids its access tokens")
    func endOfSessions() async throws {
        let now = Timestamp(milliseconds: 1_700_000_000_400)
        let email = try EmailAddress("anna@example.com")
        let account = try await fixture.account(now: now)
        let first = grant("jti_1", at: now)
        try await store.openSession(for: account.id, grant: first, now: now)

        let promoted = try await store.setRole(.admin, of: email, actor: "test", now: now)
        #expect(promoted.role == .admin)
        #expect(promoted.sessionsValidAfter == 1_700_000_001)
        let second = grant("jti_2", at: now)
        let refreshed = try await store.refresh(first.secret.text, now: now) { _ in second }
        guard case .rotated(let holder, _) = refreshed else { return #expect(Bool(false), "\(refreshed)") }
        #expect(holder.role == .admin)

        let changed = try await store.setPassword(of: email, hash: "other", actor: "test", now: now)
        #expect(
            changed.sessionsValidAfter == 1_700_000_002, "a token of the second that was just handed out is void too")
        guard case .revoked = try await store.refresh(second.secret.text, now: now, successor: { _ in first }) else {
            return #expect(Bool(false), "a refresh token outlived the password")
        }
        #expect(try await store.credentials(email: email)?.passwordHash == "other")

        #expect(try await store.setDisabled(true, email, actor: "test", now: now).isDisabled)
        #expect(try await store.setDisabled(false, email, actor: "test", now: now).isDisabled == false)
        #expect(
            try await store.auditTrail().map(\.action)
                == ["account.enable", "account.disable", "account.password", "account.role", "account.create"])
    }

    @Test("a change that changes nothing is not audited and ends nothing")
    func noChange() async throws {
        let email = try EmailAddress("anna@example.com")
        let account = try await fixture.account()
        #expect(try await store.setRole(.user, of: email, actor: "test") == account)
        #expect(try await store.setDisabled(false, email, actor: "test") == account)
        #expect(try await store.auditTrail().count == 1)
    }

    @Test("what concerns an unknown account is refused by name")
    func unknownAccount() async throws {
        let email = try EmailAddress("nobody@example.com")
        await #expect(throws: IdentityError.noSuchAccount("nobody@example.com")) {
            _ = try await store.setRole(.admin, of: email, actor: "test")
        }
        await #expect(throws: IdentityError.roleNotForAccounts(.visitor)) {
            _ = try await store.setRole(.visitor, of: email, actor: "test")
        }
    }

    @Test("an upgrade of a hash does not undo a password change")
    func hashUpgrade() async throws {
        let account = try await fixture.account()
        let email = try EmailAddress(account.email)
        try await store.upgradePasswordHash(of: account.id, from: "stale", to: "lost")
        #expect(try await store.credentials(email: email)?.passwordHash == "hash")
        try await store.upgradePasswordHash(of: account.id, from: "hash", to: "better")
        #expect(try await store.credentials(email: email)?.passwordHash == "better")
    }

    @Test("the set-up token makes one administrator, once, for 24 hours, and only the latest one works")
    func setup() async throws {
        let now = Timestamp(milliseconds: 1_700_000_000_000)
        let earlier = try #require(try await store.issueSetupToken(now: now))
        let token = try #require(try await store.issueSetupToken(now: now))
        #expect(try await store.setupTokenState(earlier.text, now: now) == .wrong)
        #expect(try await store.setupTokenState(token.text, now: now) == .good)
        #expect(try await store.setupTokenState(token.text, now: now.adding(seconds: 86_400)) == .gone)

        let email = try EmailAddress("anna@example.com")
        _ = try await store.createVisitor(now: now)
        let outcomes = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<8 {
                group.addTask {
                    let email = try EmailAddress("anna\(number)@example.com")
                    return try await store.completeSetup(token: token.text, email: email, passwordHash: "h", now: now)
                        .account?.role == .admin
                }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(outcomes == 1)
        #expect(try await store.accounts().count == 1)
        #expect(try await store.issueSetupToken(now: now) == nil)
        #expect(
            try await store.completeSetup(token: token.text, email: email, passwordHash: "h", now: now).state == .gone)
    }

    @Test("a change by another process moves the version, and a look does not")
    func version() async throws {
        let other = try fixture.anotherProcess()
        let before = try await store.version()
        _ = try await other.accounts()
        #expect(try await store.version() == before)
        _ = try await other.createAccount(email: EmailAddress("b@example.com"), passwordHash: nil, actor: "cli:test")
        #expect(try await store.version() > before)
        #expect(store.localChanges == 0)
    }

    @Test("no secret and no password hash is in the database in the clear")
    func secretsAtRest() async throws {
        let now = Timestamp.now()
        let account = try await fixture.account()
        let refresh = grant("jti_1", at: now)
        try await store.openSession(for: account.id, grant: refresh, now: now)
        let ticketID = try await store.createTicket(ticket(for: account, at: now))
        let service = try await store.createServiceToken(name: "ci", role: .service, expiresAt: nil, actor: "test")
        let files = try FileManager.default.contentsOfDirectory(atPath: fixture.path)
        let bytes = try files.reduce(into: Data()) {
            $0 += try Data(contentsOf: URL(filePath: fixture.path + "/" + $1))
        }
        #expect(bytes.range(of: Data("anna@example.com".utf8)) != nil)
        for secret in [refresh.secret, ticketID, service.secret] {
            #expect(bytes.range(of: Data(secret.text.utf8)) == nil)
        }
        #expect("\(refresh.secret)".contains(refresh.secret.text) == false)
    }
}
