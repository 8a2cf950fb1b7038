import CanonStore
import CanonWire
import Testing

/// The promises of `EventLog`, asked of each implementation.
@Suite("Event log", .timeLimit(.minutes(5)))
struct EventLogConformance {}

// MARK: Runs

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
        let first = BeginOutcome.duplicate(run: RunID("r1"), thread: key.thread)
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
        let duplicate = BeginOutcome.duplicate(run: try #require(open.first).run, thread: key.thread)
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

// MARK: Events

extension EventLogConformance {
    @Test("numbers run from 1 without holes in each thread by itself", arguments: LogKind.allCases)
    func numbering(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let (left, right) = (ThreadKey("ada", "l"), ThreadKey("ada", "r"))
        _ = try await log.createThread(left, title: "l")
        _ = try await log.createThread(right, title: "r")
        #expect(try await log.head(of: left) == 0)
        for number in 1...5 {
            #expect(try await log.append(.note("l"), run: nil, to: left) == .stored(seq: Int64(2 * number - 1)))
            #expect(try await log.append(.note("l"), run: nil, to: left) == .stored(seq: Int64(2 * number)))
            #expect(try await log.append(.note("r"), run: nil, to: right) == .stored(seq: Int64(number)))
        }
        #expect(try await log.head(of: left) == 10)
        #expect(try await log.head(of: right) == 5)
        #expect(try await log.append([], run: nil, to: left) == [])
        #expect(try await log.allEvents(of: left).map(\.seq) == Array(1...10))
    }

    @Test("an event comes back as it was stored", arguments: LogKind.allCases)
    func roundTrip(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let key = ThreadKey("ada", "t")
        _ = try await log.begin("p", in: key)
        _ = try await log.begin("r", in: key)
        let fields: JSONObject = [
            "text": "naïve \u{0} \"quoted\" 🙂\n", "number": 7, "half": 0.5, "list": [1, nil, true],
            "deep": ["a": ["b": 1]],
        ]
        let draft = EventDraft(
            type: "custom", eventID: EventID("e"), timestamp: Timestamp(milliseconds: 123_456), parentRun: RunID("p"),
            agent: "ä", fields: fields)
        #expect(try await log.append(draft, run: "r", to: key) == .stored(seq: 3))
        let event = try #require(try await log.allEvents(of: key).last)
        #expect(
            event
                == LogEvent(
                    user: key.user, thread: key.thread, seq: 3, eventID: EventID("e"), type: "custom",
                    timestamp: Timestamp(milliseconds: 123_456), run: RunID("r"), parentRun: RunID("p"), agent: "ä",
                    fields: fields.encodedText))
        #expect(try JSONValue.parse(event.fields.utf8).object == fields)
    }

    @Test(
        "an event id is stored once in a thread, also within one call and after the run's end",
        arguments: LogKind.allCases)
    func duplicateEvents(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let (key, other) = (ThreadKey("ada", "t"), ThreadKey("ada", "u"))
        _ = try await log.begin("r", in: key)
        _ = try await log.createThread(other, title: "")
        let batch: [EventDraft] = [
            .delta("1", id: "a"), .delta("2", id: "b"), .delta("3", id: "a"), .completed("x", id: "c"),
        ]
        #expect(
            try await log.append(batch, run: RunID("r"), to: key)
                == [.stored(seq: 2), .stored(seq: 3), .duplicate(seq: 2), .stored(seq: 4)])
        #expect(
            try await log.append(batch, run: RunID("r"), to: key)
                == [.duplicate(seq: 2), .duplicate(seq: 3), .duplicate(seq: 2), .duplicate(seq: 4)])
        #expect(try await log.append(.note("same id", id: "a"), run: nil, to: other) == .stored(seq: 1))
        #expect(try await log.head(of: key) == 4)
    }

    @Test("of one event sent many times at once one is stored", arguments: LogKind.allCases)
    func racingDuplicates(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let key = ThreadKey("ada", "t")
        _ = try await log.createThread(key, title: "")
        let receipts = try await withThrowingTaskGroup(of: AppendReceipt.self) { group in
            for _ in 0..<20 { group.addTask { try await log.append(.note("x", id: "same"), run: nil, to: key) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(receipts.filter { $0 == .stored(seq: 1) }.count == 1)
        #expect(receipts.filter { $0 == .duplicate(seq: 1) }.count == 19)
        #expect(try await log.head(of: key) == 1)
    }

    @Test("an unknown thread takes no event and is not made by one", arguments: LogKind.allCases)
    func unknownThread(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let key = ThreadKey("ada", "t")
        #expect(
            try await log.append([.note("1"), .note("2")], run: nil, to: key)
                == [.refused(.unknownThread), .refused(.unknownThread)])
        #expect(try await log.append(.note("1"), run: "r", to: key) == .refused(.unknownThread))
        #expect(try await log.thread(key) == nil)
        #expect(try await log.head(of: key) == nil)
    }

    @Test(
        "the observer sees each stored event once, before the call returns, and nothing refused",
        arguments: LogKind.allCases)
    func observer(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let key = ThreadKey("ada", "t")
        let observation = Observation(of: log)
        _ = try await log.begin("r", in: key, client: "c")
        #expect(observation.events.map(\.seq) == [1])
        _ = try await log.begin("r2", in: key, client: "c")
        _ = try await log.append([.delta("x", id: "d"), .delta("y", id: "d")], run: RunID("r"), to: key)
        #expect(observation.events.map(\.seq) == [1, 2])
        _ = try await log.append([.completed("x"), .delta("late")], run: RunID("r"), to: key)
        #expect(observation.events.map(\.seq) == [1, 2, 3])
        _ = try await log.append(.note("x"), run: nil, to: ThreadKey("bob", "t"))
        #expect(try await observation.events == log.allEvents(of: key))
    }

    @Test(
        "200 writers on 20 threads leave no hole, and the observer sees each thread in its order",
        arguments: LogKind.allCases)
    func manyWriters(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let keys = (0..<20).map { ThreadKey("user\($0 % 4)", "t\($0)") }
        for key in keys { _ = try await log.createThread(key, title: "") }
        let observation = Observation(of: log)
        let stored = try await withThrowingTaskGroup(of: [Int].self) { group in
            for writer in 0..<200 {
                group.addTask {
                    let key = keys[writer % 20]
                    var last: Int64 = 0
                    var count = 0
                    for round in 0..<5 {
                        let drafts = (0...round % 3).map { _ in EventDraft.note("\(writer) \(round)") }
                        for receipt in try await log.append(drafts, run: nil, to: key) {
                            guard case .stored(let seq) = receipt else { continue }
                            #expect(seq > last, "a writer's own events keep their order")
                            #expect(observation.contains(seq, of: key), "seen before the call returned")
                            last = seq
                            count += 1
                        }
                    }
                    return [writer % 20, count]
                }
            }
            return try await group.reduce(into: [Int](repeating: 0, count: 20)) { $0[$1[0]] += $1[1] }
        }
        #expect(!observation.overlapped)
        for (index, key) in keys.enumerated() {
            let events = try await log.allEvents(of: key)
            #expect(events.map(\.seq) == Array(1...Int64(stored[index])))
            #expect(observation.events.filter { $0.user == key.user && $0.thread == key.thread } == events)
        }
        #expect(stored.reduce(0, +) == 1800)
    }

    @Test("a write is finished though its task is cancelled", arguments: LogKind.allCases)
    func cancelledWriter(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let key = ThreadKey("ada", "t")
        _ = try await log.begin("r", in: key)
        let receipts = await withTaskGroup(of: AppendReceipt?.self) { group in
            for number in 0..<20 {
                group.addTask { try? await log.append(.note("\(number)"), run: nil, to: key) }
            }
            group.addTask { try? await log.append(.agentCancelled(agent: "a"), run: "r", to: key) }
            group.cancelAll()
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(!receipts.contains(nil))
        #expect(try await log.allEvents(of: key).map(\.seq) == Array(1...22))
        #expect(try await log.run(RunID("r"), of: key.user)?.status == .cancelled)
    }
}
