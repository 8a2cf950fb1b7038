import CanonStore
import CanonWire
import Testing

/// The promises of `EventLog`, asked of each implementation.
@Suite("Event log", .timeLimit(.minutes(5)))
struct EventLogConformance {}

extension EventLogConformance {
    @Test("a first message makes the thread, opens the run and is event 1", arguments: LogKind.allCases)
    func firstMessage(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let key = ThreadKey("ada", "t")
        let outcome = try await fixture.log.begin("r1", in: key, "What is new?\nTell me", client: "c1")

        guard case .started(let event, createdThread: true) = outcome else {
            Issue.record("not started: \(outcome)")
            return
        }
        #expect(event.seq == 1)
        #expect(event.type == .userMessage)
        #expect(event.run == RunID("r1"))
        #expect(event.user == key.user && event.thread == key.thread)
        let fields = try #require(try JSONValue.parse(event.fields.utf8).object)
        #expect(fields["content"] == "What is new?\nTell me")
        #expect(fields["client_msg_id"] == "c1")
        #expect(try await fixture.log.allEvents(of: key) == [event])
        #expect(
            try await fixture.log.run(RunID("r1"), of: key.user)
                == RunRecord(
                    run: RunID("r1"), key: key, agent: "a", status: .open, startedAt: fixture.clock.now, endedAt: nil))
        #expect(
            try await fixture.log.thread(key)
                == ThreadRecord(
                    key: key, title: "What is new?", createdAt: fixture.clock.now, updatedAt: fixture.clock.now,
                    head: 1, openRuns: [RunID("r1")]))
    }

    @Test("a second message goes on in the same thread", arguments: LogKind.allCases)
    func secondMessage(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let key = ThreadKey("ada", "t")
        _ = try await log.begin("r1", in: key, "one")
        guard case .started(let event, createdThread: false) = try await log.begin("r2", in: key, "two") else {
            Issue.record("the thread was made again")
            return
        }
        #expect(event.seq == 2)
        #expect(try await log.thread(key)?.title == "one")
        #expect(try await log.thread(key)?.openRuns == [RunID("r1"), RunID("r2")])
        #expect(try await log.openRuns(of: key.user).map(\.run) == [RunID("r1"), RunID("r2")])
    }

    @Test("a retried message starts no second run, in whatever thread it arrives", arguments: LogKind.allCases)
    func retriedMessage(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let key = ThreadKey("ada", "t")
        _ = try await log.begin("r1", in: key, client: "c")
        let first = BeginOutcome.duplicate(run: RunID("r1"), thread: key.thread, seq: 1)
        #expect(try await log.begin("r2", in: key, client: "c") == first)
        #expect(try await log.begin("r3", in: ThreadKey("ada", "other"), client: "c") == first)
        #expect(try await log.head(of: key) == 1)
        #expect(try await log.head(of: ThreadKey("ada", "other")) == nil)
        #expect(try await log.run(RunID("r2"), of: key.user) == nil)
        guard case .started = try await log.begin("r4", in: ThreadKey("bob", "t"), client: "c") else {
            Issue.record("another user's message id stood in the way")
            return
        }
    }

    @Test("of retries at the same time one starts the run and the others learn which", arguments: LogKind.allCases)
    func racingRetries(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let key = ThreadKey("ada", "t")
        let outcomes = try await withThrowingTaskGroup(of: BeginOutcome.self) { group in
            for number in 0..<24 {
                group.addTask { try await log.begin("r\(number)", in: key, client: "same") }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let open = try await log.openRuns(of: key.user)
        #expect(open.count == 1)
        let duplicate = BeginOutcome.duplicate(run: try #require(open.first).run, thread: key.thread, seq: 1)
        #expect(outcomes.filter { $0 == duplicate }.count == 23)
        #expect(try await log.head(of: key) == 1)
    }

    @Test("a run takes nothing after its terminal event, and that is kept once", arguments: LogKind.allCases)
    func terminalEvent(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let key = ThreadKey("ada", "t")
        _ = try await log.begin("r", in: key)
        let end = fixture.clock.advance(5)
        let drafts: [EventDraft] = [.delta("x"), .completed("done", id: "end"), .delta("late")]
        #expect(
            try await log.append(drafts, run: RunID("r"), to: key)
                == [.stored(seq: 2), .stored(seq: 3), .refused(.runEnded)])
        #expect(try await log.append(.completed("again"), run: "r", to: key) == .refused(.runEnded))
        #expect(try await log.append(.agentCancelled(agent: "a"), run: "r", to: key) == .refused(.runEnded))
        #expect(try await log.append(.note("the thread goes on"), run: nil, to: key) == .stored(seq: 4))
        let record = try #require(try await log.run(RunID("r"), of: key.user))
        #expect(record.status == .completed)
        #expect(record.endedAt == end)
        #expect(try await log.openRuns(of: key.user).isEmpty)
        #expect(try await log.thread(key)?.openRuns == [])
        #expect(try await log.allEvents(of: key).filter { $0.type.isTerminal }.count == 1)
    }

    @Test("each terminal event gives the run its status", arguments: LogKind.allCases)
    func runStatus(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let key = ThreadKey("ada", "t")
        let ends: [(EventDraft, RunStatus)] = [
            (.completed("x"), .completed), (.agentError(agent: "a", reason: "timeout", message: "slow"), .failed),
            (.agentCancelled(agent: "a"), .cancelled),
        ]
        for (number, (draft, status)) in ends.enumerated() {
            _ = try await log.begin("r\(number)", in: key)
            _ = try await log.append(draft, run: "r\(number)", to: key)
            #expect(try await log.run(RunID("r\(number)"), of: key.user)?.status == status)
        }
    }

    @Test("of ten that end a run at the same time one succeeds", arguments: LogKind.allCases)
    func racingEnds(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let key = ThreadKey("ada", "t")
        for round in 0..<10 {
            _ = try await log.begin("r\(round)", in: key)
            let receipts = try await withThrowingTaskGroup(of: AppendReceipt.self) { group in
                for number in 0..<10 {
                    group.addTask { try await log.append(.completed("\(number)"), run: "r\(round)", to: key) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(receipts.filter { $0 == .refused(.runEnded) }.count == 9)
            let ends = try await log.allEvents(of: key).filter { $0.run == RunID("r\(round)") && $0.type.isTerminal }
            #expect(ends.count == 1)
            #expect(receipts.contains(.stored(seq: try #require(ends.first).seq)))
        }
    }

    @Test("a run of another thread, of another user or of nobody is unknown", arguments: LogKind.allCases)
    func unknownRun(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        _ = try await log.begin("r", in: ThreadKey("ada", "t"))
        _ = try await log.begin("q", in: ThreadKey("ada", "u"))
        _ = try await log.begin("b", in: ThreadKey("bob", "t"))
        for run in ["q", "b", "nobody"] {
            #expect(try await log.append(.delta("x"), run: run, to: ThreadKey("ada", "t")) == .refused(.unknownRun))
        }
        #expect(try await log.head(of: ThreadKey("ada", "t")) == 1)
    }

    @Test("a sub-agent's run names a run of the same user as its parent", arguments: LogKind.allCases)
    func parentRun(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let key = ThreadKey("ada", "t")
        _ = try await log.begin("r", in: key)
        _ = try await log.begin("b", in: ThreadKey("bob", "t"))
        guard case .started(let event, _) = try await log.begin("sub", in: key, parent: "r") else {
            Issue.record("not started")
            return
        }
        #expect(event.parentRun == RunID("r"))
        #expect(try await log.begin("stolen", in: key, parent: "b") == .refused(.unknownRun))
        #expect(try await log.head(of: key) == 2)
    }

    @Test("a run id that the user has is an error, another user's is not in the way", arguments: LogKind.allCases)
    func repeatedRunID(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        _ = try await log.begin("r", in: ThreadKey("ada", "t"))
        let error = await #expect(throws: StoreError.self) { try await log.begin("r", in: ThreadKey("ada", "u")) }
        #expect(error?.kind == .runExists)
        #expect(try await log.head(of: ThreadKey("ada", "u")) == nil)
        guard case .started = try await log.begin("r", in: ThreadKey("bob", "t")) else {
            Issue.record("not started")
            return
        }
        _ = try await log.append(.completed("x"), run: "r", to: ThreadKey("bob", "t"))
        #expect(try await log.run(RunID("r"), of: UserID("ada"))?.status == .open)
        #expect(try await log.run(RunID("r"), of: UserID("bob"))?.status == .completed)
    }

    @Test("recovery ends each open run of every user once, and no other", arguments: LogKind.allCases)
    func recovery(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        for number in 0..<7 {
            let key = ThreadKey("user\(number % 3)", "t\(number % 2)")
            _ = try await log.begin("r\(number)", in: key)
            if number == 3 { _ = try await log.append(.completed("x"), run: "r3", to: key) }
        }
        let ended = try await log.endOpenRuns { run in
            EventDraft.agentError(agent: run.agent, reason: "orphaned", message: "stopped: \(run.run)")
        }
        #expect(ended == 6)
        for user in ["user0", "user1", "user2"] { #expect(try await log.openRuns(of: UserID(user)).isEmpty) }
        #expect(try await log.run(RunID("r3"), of: UserID("user0"))?.status == .completed)
        #expect(try await log.run(RunID("r6"), of: UserID("user0"))?.status == .failed)
        let last = try #require(try await log.allEvents(of: ThreadKey("user0", "t0")).last { $0.run == RunID("r6") })
        #expect(try JSONValue.parse(last.fields.utf8)["reason"] == "orphaned")
        #expect(try await log.endOpenRuns { _ in .agentCancelled(agent: "a") } == 0)
    }
}
