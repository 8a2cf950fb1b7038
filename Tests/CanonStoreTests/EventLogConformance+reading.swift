import CanonStore
import CanonWire
import Testing

// MARK: Events and markers

extension EventLogConformance {
    @Test("events are read after a number, up to a count", arguments: LogKind.allCases)
    func readingByCount(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let key = ThreadKey("ada", "t")
        _ = try await log.createThread(key, title: "")
        _ = try await log.append((1...6).map { .note("\($0)") }, run: nil, to: key)
        func read(_ after: Int64, _ limit: Int) async throws -> [Int64] {
            try await log.events(of: key, after: after, limit: limit, byteLimit: .max).map(\.seq)
        }
        #expect(try await read(0, 3) == [1, 2, 3])
        #expect(try await read(3, 3) == [4, 5, 6])
        #expect(try await read(5, 100) == [6])
        #expect(try await read(6, 100) == [])
        #expect(try await read(.max, 100) == [])
        #expect(try await read(-5, 2) == [1, 2])
        #expect(try await read(0, 0) == [])
        #expect(try await read(0, -1) == [])
        #expect(try await log.events(of: ThreadKey("ada", "none"), after: 0, limit: 9, byteLimit: 9) == [])
    }

    @Test("events are read up to a number of bytes, but at least one", arguments: LogKind.allCases)
    func readingByBytes(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let key = ThreadKey("ada", "t")
        _ = try await log.createThread(key, title: "")
        _ = try await log.append((1...4).map { _ in .note("0123456789") }, run: nil, to: key)
        let size = try #require(try await log.allEvents(of: key).first).fields.utf8.count
        func read(_ byteLimit: Int) async throws -> [Int64] {
            try await log.events(of: key, after: 0, limit: 10, byteLimit: byteLimit).map(\.seq)
        }
        #expect(try await read(2 * size) == [1, 2])
        #expect(try await read(2 * size - 1) == [1])
        #expect(try await read(3 * size + 1) == [1, 2, 3])
        #expect(try await read(1) == [1])
        #expect(try await read(0) == [1])
        #expect(try await log.events(of: key, after: 0, limit: 2, byteLimit: 3 * size).map(\.seq) == [1, 2])
    }

    @Test("a marker is an event's id, else the last event of a message", arguments: LogKind.allCases)
    func markers(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let key = ThreadKey("ada", "t")
        _ = try await log.begin("r", in: key)
        _ = try await log.append(
            [
                .delta("1", message: "m", id: "e2"), .delta("2", message: "m", id: "e3"),
                .delta("3", message: "n", id: "m2"),
            ],
            run: RunID("r"), to: key)
        #expect(try await log.seq(of: "e2", in: key) == 2)
        #expect(try await log.seq(of: "msg_r", in: key) == 1)
        #expect(try await log.seq(of: "m", in: key) == 3)
        #expect(try await log.seq(of: "n", in: key) == 4)
        _ = try await log.append(.completed("all", message: "m", id: "n"), run: "r", to: key)
        #expect(try await log.seq(of: "m", in: key) == 5)
        #expect(try await log.seq(of: "n", in: key) == 5, "an event's id comes before a message's")
        #expect(try await log.seq(of: "nothing", in: key) == nil)
        #expect(try await log.seq(of: "", in: key) == nil)
        #expect(try await log.seq(of: "e2", in: ThreadKey("ada", "u")) == nil)
    }

    @Test("the text of a run so far is its deltas joined, and no other run's", arguments: LogKind.allCases)
    func partialText(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let key = ThreadKey("ada", "t")
        _ = try await log.begin("r", in: key)
        _ = try await log.begin("s", in: key)
        #expect(try await log.partialText(of: RunID("r"), in: key) == "")
        for (run, text) in [("r", "Hel"), ("s", "other"), ("r", "lo "), ("r", "🙂\n")] {
            _ = try await log.append(.delta(text), run: run, to: key)
        }
        _ = try await log.append(.note("no delta"), run: "r", to: key)
        #expect(try await log.partialText(of: RunID("r"), in: key) == "Hello 🙂\n")
        #expect(try await log.partialText(of: RunID("s"), in: key) == "other")
        #expect(try await log.partialText(of: RunID("r"), in: ThreadKey("ada", "u")) == "")
        #expect(try await log.partialText(of: RunID("x"), in: key) == "")
    }

    @Test("nothing of a user is found under another user's key", arguments: LogKind.allCases)
    func foreignUser(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let (ada, bob) = (ThreadKey("ada", "t"), ThreadKey("bob", "t"))
        _ = try await log.begin("r", in: ada, "private", client: "c")
        _ = try await log.append(.delta("secret", message: "m", id: "e"), run: "r", to: ada)

        #expect(try await log.thread(bob) == nil)
        #expect(try await log.head(of: bob) == nil)
        #expect(try await log.extent(of: bob) == nil)
        #expect(try await log.snapshot(of: bob, byteLimit: .max) == nil)
        #expect(try await log.allEvents(of: bob).isEmpty)
        #expect(try await log.messages(of: bob, after: 0, limit: 10).isEmpty)
        #expect(try await log.messages(of: bob, before: .max, last: 10).isEmpty)
        #expect(try await log.partialText(of: RunID("r"), in: bob) == "")
        #expect(try await log.run(RunID("r"), of: bob.user) == nil)
        #expect(try await log.openRuns(of: bob.user).isEmpty)
        #expect(try await log.threads(of: bob.user, before: nil, limit: 10).page.isEmpty)
        for marker in ["e", "m", "msg_r"] { #expect(try await log.seq(of: marker, in: bob) == nil) }
        #expect(try await log.append(.delta("x"), run: "r", to: bob) == .refused(.unknownThread))
        #expect(try await log.renameThread(bob, title: "mine") == false)
        #expect(try await log.deleteThread(bob) == false)

        // With a thread of the same name, the other's events are still out of reach.
        _ = try await log.createThread(bob, title: "bob's")
        for marker in ["e", "m", "msg_r"] { #expect(try await log.seq(of: marker, in: bob) == nil) }
        #expect(try await log.append(.completed("x"), run: "r", to: bob) == .refused(.unknownRun))
        #expect(try await log.partialText(of: RunID("r"), in: bob) == "")
        #expect(
            try await log.snapshot(of: bob, byteLimit: .max)
                == ThreadSnapshot(at: 0, messages: [], isTruncated: false, openRuns: []))
        #expect(try await log.deleteThread(bob))
        #expect(try await log.head(of: ada) == 2)
        #expect(try await log.thread(ada)?.title == "private")
        #expect(try await log.run(RunID("r"), of: ada.user)?.status == .open)
    }
}

// MARK: Messages

extension EventLogConformance {
    @Test("the conversation is the user's messages and the ended answers in order", arguments: LogKind.allCases)
    func conversation(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let key = ThreadKey("ada", "t")
        _ = try await log.begin("r1", in: key, "one")
        _ = try await log.append(
            [.delta("an", message: "a1"), .delta("swer", message: "a1")], run: RunID("r1"), to: key)
        #expect(try await log.messages(of: key, after: 0, limit: 10).map(\.content) == ["one"])
        _ = try await log.append(.completed("answer", message: "a1"), run: "r1", to: key)
        _ = try await log.begin("r2", in: key, "two")
        _ = try await log.append(.note("not a message"), run: nil, to: key)

        let messages = try await log.messages(of: key, after: 0, limit: 10)
        let events = try await log.allEvents(of: key)
        #expect(
            messages == [
                MessageRecord(
                    message: MessageID("msg_r1"), role: .user, content: "one", run: RunID("r1"), seq: 1,
                    timestamp: events[0].timestamp, status: "completed"),
                MessageRecord(
                    message: MessageID("a1"), role: .assistant, content: "answer", run: RunID("r1"), seq: 4,
                    timestamp: events[3].timestamp, status: "completed"),
                MessageRecord(
                    message: MessageID("msg_r2"), role: .user, content: "two", run: RunID("r2"), seq: 5,
                    timestamp: events[4].timestamp, status: "completed"),
            ])
        #expect(try await log.messages(of: key, after: 1, limit: 1).map(\.seq) == [4])
        #expect(try await log.messages(of: key, after: 4, limit: 10).map(\.seq) == [5])
        #expect(try await log.messages(of: key, after: 0, limit: 0).isEmpty)
        #expect(try await log.messages(of: key, after: 0, limit: -1).isEmpty)
    }

    @Test("an answer that was cut off is its text so far, or else why there is none", arguments: LogKind.allCases)
    func unfinishedAnswers(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let key = ThreadKey("ada", "t")
        let error = EventDraft.agentError(agent: "a", reason: "timeout", message: "The model was silent.")
        for (run, deltas, end) in [
            ("failed", ["Half an ", "answer"], error), ("empty", [], error),
            ("stopped", ["So"], .agentCancelled(agent: "a")), ("stopped2", [], .agentCancelled(agent: "a")),
        ] as [(String, [String], EventDraft)] {
            _ = try await log.begin(run, in: key)
            // A neighbour's text in between belongs to the neighbour.
            _ = try await log.begin("beside_\(run)", in: key)
            for delta in deltas {
                _ = try await log.append(.delta(delta, message: "m_\(run)"), run: run, to: key)
                _ = try await log.append(.delta("?"), run: "beside_\(run)", to: key)
            }
            _ = try await log.append(
                EventDraft(type: end.type, eventID: EventID("end_\(run)"), agent: "a", fields: end.fields), run: run,
                to: key)
        }
        let answers = try await log.messages(of: key, after: 0, limit: 100).filter { $0.role == .assistant }
        #expect(answers.map(\.content) == ["Half an answer", "The model was silent.", "So", "Stopped"])
        #expect(answers.map(\.status) == ["error", "error", "cancelled", "cancelled"])
        #expect(answers.map(\.message.value) == ["m_failed", "end_empty", "m_stopped", "end_stopped2"])
    }

    @Test("an answer completed without its text is that of its deltas", arguments: LogKind.allCases)
    func completionWithoutText(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let key = ThreadKey("ada", "t")
        _ = try await log.begin("r", in: key)
        _ = try await log.append([.delta("the "), .delta("text")], run: RunID("r"), to: key)
        _ = try await log.append(EventDraft(type: .agentCompleted, fields: [:]), run: "r", to: key)
        let answer = try #require(try await log.messages(of: key, after: 1, limit: 1).first)
        #expect(answer.content == "the text")
        #expect(answer.status == "completed")
        #expect(answer.message == MessageID("m"))
    }
}
