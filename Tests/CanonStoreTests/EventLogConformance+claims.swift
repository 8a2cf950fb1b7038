import CanonStore
import CanonWire
import Testing

extension EventLogConformance {
    @Test("an idempotency key is kept with the fingerprint it was first seen with", arguments: LogKind.allCases)
    func claims(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let key = IdempotencyKey(owner: UserID("service"), thread: ThreadKey("ada", "t"), key: "k")
        #expect(try await log.claim(key, fingerprint: "f") == .new)
        #expect(try await log.claim(key, fingerprint: "f") == .same)
        #expect(try await log.claim(key, fingerprint: "g") == .different)
        #expect(try await log.claim(key, fingerprint: "f") == .same, "a different one does not take its place")
        let others = [
            IdempotencyKey(owner: UserID("other"), thread: key.thread, key: "k"),
            IdempotencyKey(owner: key.owner, thread: ThreadKey("bob", "t"), key: "k"),
            IdempotencyKey(owner: key.owner, thread: ThreadKey("ada", "u"), key: "k"),
            IdempotencyKey(owner: key.owner, thread: key.thread, key: "K"),
            IdempotencyKey(owner: key.owner, thread: key.thread, key: ""),
        ]
        for other in others { #expect(try await log.claim(other, fingerprint: "g") == .new) }
        for other in others { #expect(try await log.claim(other, fingerprint: "g") == .same) }
        #expect(try await log.thread(key.thread) == nil, "a claim makes no thread")
        #expect(try await log.threads(of: UserID("ada"), before: nil, limit: 9).page.isEmpty)
    }

    @Test("keys that differ behind a NUL are different", arguments: LogKind.allCases)
    func claimsWithNUL(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        func claim(_ key: String, _ fingerprint: String) async throws -> IdempotencyClaim {
            let key = IdempotencyKey(owner: UserID("s"), thread: ThreadKey("ada", "t"), key: key)
            return try await fixture.log.claim(key, fingerprint: fingerprint)
        }
        #expect(try await claim("a\u{0}1", "f\u{0}1") == .new)
        #expect(try await claim("a\u{0}2", "f\u{0}1") == .new)
        #expect(try await claim("a", "f\u{0}1") == .new)
        #expect(try await claim("a\u{0}1", "f\u{0}1") == .same)
        #expect(try await claim("a\u{0}1", "f\u{0}2") == .different)
    }

    @Test("of one key claimed many times at once one is new", arguments: LogKind.allCases)
    func racingClaims(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let key = IdempotencyKey(owner: UserID("s"), thread: ThreadKey("ada", "t"), key: "k")
        let claims = try await withThrowingTaskGroup(of: IdempotencyClaim.self) { group in
            for number in 0..<24 { group.addTask { try await log.claim(key, fingerprint: "\(number % 2)") } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(claims.count { $0 == .new } == 1)
        #expect(claims.count { $0 == .same } == 11)
        #expect(claims.count { $0 == .different } == 12)
    }

    @Test("keys older than the age are forgotten, the others stay", arguments: LogKind.allCases)
    func oldClaims(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let (log, clock) = (fixture.log, fixture.clock)
        func claim(_ number: Int) async throws -> IdempotencyClaim {
            // A claim is bounded by age also when its thread was never made.
            let key = IdempotencyKey(owner: UserID("s"), thread: ThreadKey("ada", "t"), key: "\(number)")
            return try await log.claim(key, fingerprint: "f")
        }
        for number in 0..<7 {
            #expect(try await claim(number) == .new)
            clock.advance(10)
        }
        #expect(try await claim(0) == .same)
        clock.advance(30)
        #expect(try await log.prune(keeping: 0) == PruneReport(), "a count is for events")
        #expect(try await log.prune(olderThan: 100) == PruneReport(), "as old as the age is not older")
        #expect(try await log.prune(olderThan: 50) == PruneReport(claims: 5), "a retry makes a key no younger")
        #expect(try await claim(5) == .same)
        #expect(try await claim(4) == .new)
        #expect(try await log.prune(olderThan: -1) == PruneReport(claims: 3))
        #expect(try await claim(5) == .new)
    }

    @Test("the keys of a thread go with it", arguments: LogKind.allCases)
    func claimsOfDeletedThread(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let threads = [ThreadKey("ada", "t"), ThreadKey("ada", "u"), ThreadKey("bob", "t")]
        for thread in threads {
            _ = try await log.createThread(thread, title: "")
            _ = try await log.claim(IdempotencyKey(owner: UserID("s"), thread: thread, key: "k"), fingerprint: "f")
        }
        #expect(try await log.deleteThread(threads[0]))
        #expect(try await log.prune(olderThan: -1) == PruneReport(claims: 2))
    }
}
