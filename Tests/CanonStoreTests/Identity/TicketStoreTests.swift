import CanonStore
import CanonWire
import Testing

@Suite struct TicketStoreTests {
    let fixture: IdentityFixture
    var store: IdentityStore { fixture.store }
    let now = Timestamp(milliseconds: 1_700_000_000_000)

    init() throws { fixture = try IdentityFixture() }

    @Test("a ticket raced for by 50 tasks in two processes is redeemed once")
    func race() async throws {
        let account = try await fixture.account()
        let other = try fixture.anotherProcess()
        let made = ticket(for: account, at: now)
        let id = try await store.createTicket(made)
        #expect(id.text.utf8.count == 43)
        let now = now
        let redeemed = try await withThrowingTaskGroup(of: TicketRedemption.self) { group in
            for number in 0..<50 {
                let store = number.isMultiple(of: 2) ? store : other
                group.addTask { try await store.redeemTicket(id.text, now: now) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(redeemed.filter { $0 == .redeemed(made) }.count == 1)
        #expect(redeemed.filter { $0 == .unknown }.count == 49)
    }

    @Test("looking at a ticket does not use it up; its owner alone can take it back")
    func lookAndRemove() async throws {
        let anna = try await fixture.account()
        let ben = try await fixture.account("ben@example.com")
        let id = try await store.createTicket(ticket(for: anna, at: now)).text
        #expect(try await store.ticket(id, now: now)?.account == anna.id)
        #expect(try await store.ticket(id, now: now) != nil)
        #expect(try await store.removeTicket(id, owner: ben.id, now: now) == .notOwner)
        #expect(try await store.removeTicket(id, owner: anna.id, now: now) == .removed)
        #expect(try await store.removeTicket(id, owner: anna.id, now: now) == .unknown)
        #expect(try await store.ticket(id, now: now) == nil)
    }

    @Test("an expired ticket is refused as expired, once, and cannot be looked at")
    func expired() async throws {
        let account = try await fixture.account()
        let id = try await store.createTicket(ticket(for: account, at: now, seconds: 30)).text
        let end = now.adding(seconds: 30)
        #expect(try await store.ticket(id, now: end) == nil)
        #expect(try await store.redeemTicket(id, now: end) == .expired)
        #expect(try await store.redeemTicket(id, now: end) == .unknown)
    }

    @Test("an account holds a bounded number of unused tickets")
    func bounded() async throws {
        let account = try await fixture.account()
        for _ in 0..<IdentityStore.maximumTickets { _ = try await store.createTicket(ticket(for: account, at: now)) }
        await #expect(throws: IdentityError.tooManyTickets(limit: IdentityStore.maximumTickets)) {
            _ = try await store.createTicket(ticket(for: account, at: now))
        }
        _ = try await store.createTicket(ticket(for: account, at: now.adding(seconds: 300)))
    }
}
