import CanonStore
import CanonWire
import Testing

extension EventLogConformance {
    @Test("a thread is made once, and renamed", arguments: LogKind.allCases)
    func createAndRename(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let key = ThreadKey("ada", "t")
        let made = ThreadRecord(
            key: key, title: "Mine", createdAt: fixture.clock.now, updatedAt: fixture.clock.now, head: 0, openRuns: [])
        #expect(try await log.createThread(key, title: "Mine") == made)
        #expect(try await log.createThread(key, title: "Other") == nil)
        #expect(try await log.thread(key) == made)
        fixture.clock.advance()
        #expect(try await log.renameThread(key, title: "Yours\u{0}!"))
        #expect(try await log.thread(key)?.title == "Yours\u{FFFD}!")
        #expect(try await log.thread(key)?.updatedAt == made.updatedAt, "only events count as an update")
        #expect(try await log.renameThread(ThreadKey("ada", "none"), title: "x") == false)
        #expect(try await log.createThread(ThreadKey("bob", "t"), title: "Bob's") != nil)
    }

    @Test("a thread is as new as its last event, also when the clock steps back", arguments: LogKind.allCases)
    func updatedAt(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let key = ThreadKey("ada", "t")
        let created = fixture.clock.now
        _ = try await fixture.log.createThread(key, title: "")
        let later = fixture.clock.advance(10)
        _ = try await fixture.log.append(.note("x"), run: nil, to: key)
        fixture.clock.advance(-5)
        _ = try await fixture.log.append(.note("y"), run: nil, to: key)
        #expect(try await fixture.log.thread(key)?.createdAt == created)
        #expect(try await fixture.log.thread(key)?.updatedAt == later)
    }

    @Test("a deleted thread is as unknown to readers, and its id is refused for ever", arguments: LogKind.allCases)
    func deletion(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let (key, other) = (ThreadKey("ada", "t"), ThreadKey("ada", "other"))
        _ = try await log.begin("r", in: key, client: "c")
        _ = try await log.begin("ended", in: key)
        _ = try await log.begin("o", in: other, client: "c2")
        _ = try await log.append(.delta("x", message: "m", id: "e"), run: "r", to: key)
        _ = try await log.append(.completed("x"), run: "ended", to: key)

        #expect(try await log.deleteThread(key))
        #expect(try await log.deleteThread(key) == false)
        #expect(try await log.thread(key) == nil)
        #expect(try await log.head(of: key) == nil)
        #expect(try await log.allEvents(of: key).isEmpty)
        #expect(try await log.messages(of: key, after: 0, limit: 10).isEmpty)
        #expect(try await log.partialText(of: RunID("r"), in: key) == "")
        #expect(try await log.seq(of: "e", in: key) == nil)
        #expect(try await log.seq(of: "m", in: key) == nil)
        #expect(try await log.run(RunID("r"), of: key.user) == nil)
        #expect(try await log.run(RunID("ended"), of: key.user) == nil)
        #expect(try await log.openRuns(of: key.user).map(\.run) == [RunID("o")])
        #expect(try await log.threads(of: key.user, before: nil, limit: 10).page.map(\.key) == [other])

        #expect(try await log.append(.delta("late"), run: "r", to: key) == .refused(.threadDeleted))
        #expect(try await log.append(.note("late"), run: nil, to: key) == .refused(.threadDeleted))
        #expect(try await log.begin("again", in: key) == .refused(.threadDeleted))
        #expect(try await log.begin("retry", in: key, client: "c") == .refused(.threadDeleted))
        #expect(try await log.createThread(key, title: "again") == nil)
        #expect(try await log.renameThread(key, title: "again") == false)
        #expect(try await log.endOpenRuns { _ in .agentCancelled(agent: "a") } == 1)
        #expect(try await log.thread(key) == nil)
        #expect(
            try await log.begin("r5", in: other, client: "c2")
                == .duplicate(run: RunID("o"), thread: other.thread, seq: 1))
        guard case .started(let event, createdThread: true) = try await log.begin("bob", in: ThreadKey("bob", "t"))
        else {
            Issue.record("another user's deletion stood in the way")
            return
        }
        #expect(event.seq == 1)
    }

    @Test("threads are listed newest first, in pages that neither repeat nor skip", arguments: LogKind.allCases)
    func pagination(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        // Three threads share each moment, so that pages end in the middle of one.
        for number in 0..<20 {
            _ = try await log.createThread(ThreadKey("ada", "t\(number)"), title: "\(number)")
            if number % 3 == 2 { fixture.clock.advance() }
        }
        _ = try await log.createThread(ThreadKey("bob", "b"), title: "bob's")
        let whole = try await log.threads(of: UserID("ada"), before: nil, limit: 100)
        #expect(whole.page.count == 20)
        #expect(whole.next == nil)
        for (newer, older) in zip(whole.page, whole.page.dropFirst()) { #expect(newer.updatedAt >= older.updatedAt) }

        for limit in [1, 2, 3, 7, 10, 19, 20] {
            var listed: [ThreadRecord] = []
            var cursor: String?
            var pages = 0
            repeat {
                let (page, next) = try await log.threads(of: UserID("ada"), before: cursor, limit: limit)
                #expect(page.count == limit || next == nil)
                listed += page
                cursor = next
                pages += 1
            } while cursor != nil && pages <= 20
            #expect(listed == whole.page, "pages of \(limit)")
            #expect(pages == (20 + limit - 1) / limit)
        }
    }

    @Test(
        "a page goes on behind the one before, though threads were made and touched since", arguments: LogKind.allCases)
    func paginationUnderChange(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        for number in 0..<6 {
            fixture.clock.advance()
            _ = try await log.createThread(ThreadKey("ada", "t\(number)"), title: "")
        }
        let (first, cursor) = try await log.threads(of: UserID("ada"), before: nil, limit: 2)
        #expect(first.map(\.key.thread.value) == ["t5", "t4"])
        fixture.clock.advance()
        _ = try await log.createThread(ThreadKey("ada", "new"), title: "")
        _ = try await log.append(.note("x"), run: nil, to: ThreadKey("ada", "t4"))
        _ = try await log.deleteThread(ThreadKey("ada", "t2"))
        let (second, end) = try await log.threads(of: UserID("ada"), before: cursor, limit: 10)
        #expect(second.map(\.key.thread.value) == ["t3", "t1", "t0"])
        #expect(end == nil)
        // A cursor is a place, not a right: another user's leads to one's own threads.
        #expect(try await log.threads(of: UserID("bob"), before: cursor, limit: 10).page.isEmpty)
    }

    @Test(
        "a cursor that no page ended with is an error that says so",
        arguments: LogKind.allCases, ["", "x", "!!!", "MTIz", "YWJjIGRlZg", "\u{0}", "//8"])
    func malformedCursor(kind: LogKind, cursor: String) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let error = await #expect(throws: StoreError.self) {
            _ = try await log.threads(of: UserID("ada"), before: cursor, limit: 10)
        }
        #expect(error?.kind == .malformedCursor)
        #expect(error?.description.contains("cursor") == true)
    }

    @Test("a page of none or of everything is no special case", arguments: LogKind.allCases)
    func pageLimits(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        _ = try await log.createThread(ThreadKey("ada", "t"), title: "")
        #expect(try await log.threads(of: UserID("ada"), before: nil, limit: 0).page.isEmpty)
        #expect(try await log.threads(of: UserID("ada"), before: nil, limit: -3).page.isEmpty)
        #expect(try await log.threads(of: UserID("ada"), before: nil, limit: .max).page.count == 1)
        #expect(try await log.threads(of: UserID("nobody"), before: nil, limit: 5).page.isEmpty)
    }
}
