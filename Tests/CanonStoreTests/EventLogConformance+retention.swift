import CanonStore
import CanonWire
import Testing

// MARK: What is removed

extension EventLogConformance {
    @Test("retention by count keeps the last events of each thread under their numbers", arguments: LogKind.allCases)
    func retentionByCount(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let (long, short) = (ThreadKey("ada", "long"), ThreadKey("bob", "short"))
        for (key, count) in [(long, 9), (short, 3)] {
            _ = try await log.createThread(key, title: "")
            _ = try await log.append((1...count).map { .note("\($0)", id: "\($0)") }, run: nil, to: key)
        }
        let observation = Observation(of: log)
        let before = try await log.thread(long)
        fixture.clock.advance()
        #expect(try await log.prune(keeping: 4) == PruneReport(threads: 1, events: 5))
        #expect(try await log.extent(of: long) == LogExtent(floor: 5, head: 9))
        #expect(try await log.extent(of: short) == LogExtent(floor: 0, head: 3))
        #expect(try await log.allEvents(of: long).map(\.seq) == [6, 7, 8, 9])
        #expect(try await log.events(of: long, after: 7, limit: 1, byteLimit: .max).map(\.seq) == [8])
        #expect(try await log.allEvents(of: short).count == 3)
        #expect(try await log.thread(long) == before, "head and update stay")
        #expect(observation.events.isEmpty, "retention is no event")
        #expect(try await log.prune(keeping: 4) == PruneReport())
        #expect(try await log.append(.note("next"), run: nil, to: long) == .stored(seq: 10))
        #expect(try await log.prune(keeping: 4) == PruneReport(threads: 1, events: 1))
        #expect(try await log.prune(keeping: 0) == PruneReport(threads: 2, events: 7))
        #expect(try await log.extent(of: long) == LogExtent(floor: 10, head: 10))
        #expect(try await log.allEvents(of: long).isEmpty)
        #expect(try await log.append(.note("next"), run: nil, to: long) == .stored(seq: 11))
        #expect(try await log.head(of: long) == 11)
    }

    @Test("retention by age removes events up to the first that is young", arguments: LogKind.allCases)
    func retentionByAge(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let (log, clock) = (fixture.log, fixture.clock)
        let key = ThreadKey("ada", "t")
        _ = try await log.createThread(key, title: "")
        let start = clock.now
        let moments = [0, 1, 2, 9, 3, 9].map { Timestamp(milliseconds: start.milliseconds + $0) }
        _ = try await log.append(moments.map { .note("x").at($0) }, run: nil, to: key)
        clock.advance(10)
        #expect(try await log.prune(olderThan: 10) == PruneReport(), "as old as the age is not older")
        #expect(try await log.prune(olderThan: 8) == PruneReport(threads: 1, events: 2))
        #expect(try await log.prune(olderThan: 5) == PruneReport(threads: 1, events: 1))
        #expect(try await log.allEvents(of: key).map(\.seq) == [4, 5, 6], "the fifth is old, but the fourth is not")
        // The count takes the fourth, and what is then first is old.
        #expect(
            try await log.prune(Retention(maximumAgeMilliseconds: 5, maximumEvents: 2))
                == PruneReport(threads: 1, events: 2))
        #expect(try await log.extent(of: key) == LogExtent(floor: 5, head: 6))
    }

    @Test("limits beyond sense remove nothing or everything, and do not fail", arguments: LogKind.allCases)
    func extremeRetention(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let key = ThreadKey("ada", "t")
        #expect(try await log.prune(keeping: 0) == PruneReport(), "an empty log")
        _ = try await log.createThread(key, title: "")
        #expect(try await log.prune(keeping: 0) == PruneReport(), "an empty thread")
        _ = try await log.append([.note("1"), .note("2")], run: nil, to: key)
        for age in [Int64.max, .min] { #expect(try await log.prune(olderThan: age) == PruneReport()) }
        #expect(try await log.prune(keeping: .min) == PruneReport(threads: 1, events: 2))
    }

    @Test("the events of an open run are kept, and all behind its first", arguments: LogKind.allCases)
    func retentionOfOpenRuns(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let (log, clock) = (fixture.log, fixture.clock)
        let key = ThreadKey("ada", "t")
        _ = try await log.begin("ended", in: key)
        _ = try await log.append(.completed("x").at(clock.now), run: "ended", to: key)
        _ = try await log.begin("open", in: key)
        _ = try await log.begin("beside", in: key)
        for text in ["a", "b", "c"] { _ = try await log.append(.delta(text).at(clock.now), run: "open", to: key) }
        _ = try await log.append(.completed("y").at(clock.now), run: "beside", to: key)
        clock.advance(100)
        #expect(
            try await log.prune(Retention(maximumAgeMilliseconds: 1, maximumEvents: 1))
                == PruneReport(threads: 1, events: 2, runs: 1))
        #expect(try await log.allEvents(of: key).map(\.seq) == Array(3...8))
        #expect(try await log.partialText(of: RunID("open"), in: key) == "abc")
        #expect(try await log.append(.delta("d").at(clock.now), run: "open", to: key) == .stored(seq: 9))
        #expect(try await log.partialText(of: RunID("open"), in: key) == "abcd")
        _ = try await log.append(.cancelled().at(clock.now), run: "open", to: key)
        let before = try await log.allMessages(of: key)
        #expect(before.last?.content == "abcd")
        #expect(try await log.prune(keeping: 1) == PruneReport(threads: 1, events: 7))
        #expect(try await log.allMessages(of: key) == before)
    }

    @Test("a pass of retention stops when its task is cancelled", arguments: LogKind.allCases)
    func cancelledRetention(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let key = ThreadKey("ada", "t")
        _ = try await log.createThread(key, title: "")
        _ = try await log.append((1...5).map { .note("\($0)") }, run: nil, to: key)
        await withTaskGroup(of: Void.self) { group in
            group.cancelAll()
            group.addTask {
                await #expect(throws: CancellationError.self) { try await log.prune(keeping: 0) }
            }
        }
        #expect(try await log.extent(of: key) == LogExtent(floor: 0, head: 5))
    }
}

// MARK: What is kept

extension EventLogConformance {
    /// A thread in which runs overlap and end in every way.
    private func makeConversation(_ log: any EventLog, _ key: ThreadKey, at moment: Timestamp) async throws {
        for run in ["done", "failed", "stopped", "textless", "empty"] {
            _ = try await log.begin(run, in: key, "question \u{0} of \(run)", client: "client \(run)")
        }
        for text in ["one ", "two\u{0} ", "three"] {
            for run in ["done", "failed", "stopped", "textless"] {
                let delta = EventDraft.delta("\(run) \(text)", message: "m_\(run)", id: "\(run) \(text.prefix(3))")
                _ = try await log.append(delta.at(moment), run: run, to: key)
            }
        }
        let ends: [(String, EventDraft)] = [
            ("done", .completed("the whole \u{0} answer", message: "m_done", id: "end done")),
            ("failed", .agentError(agent: "a", reason: "timeout", message: "slow")),
            ("stopped", .cancelled(id: "end stopped")), ("textless", EventDraft(type: .agentCompleted, fields: [:])),
            ("empty", .cancelled(id: "end empty")),
        ]
        for (run, end) in ends {
            _ = try await log.append(.note("between").at(moment), run: nil, to: key)
            _ = try await log.append(end.at(moment), run: run, to: key)
        }
    }

    @Test("the conversation is the same before and after, wherever retention cuts", arguments: LogKind.allCases)
    func archivedConversation(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let whole = ThreadKey("ada", "whole")
        try await makeConversation(log, whole, at: fixture.clock.now)
        let before = try await log.allMessages(of: whole)
        let head = try #require(try await log.head(of: whole))
        #expect(before.count == 10)
        #expect(
            before.contains { $0.content == "stopped one stopped two\u{0} stopped three" && $0.status == "cancelled" })

        // Cut more and more of one thread.
        for count in stride(from: Int(head), through: 0, by: -1) {
            _ = try await log.prune(keeping: count)
            #expect(try await log.allEvents(of: whole).count == count)
            #expect(try await log.allMessages(of: whole) == before, "with \(count) events left")
        }
        for limit in 0...11 {
            for seq in [0, 1, 5, 17, 20, head - 1, head] {
                let after = before.filter { $0.seq > seq }.prefix(limit)
                #expect(try await log.messages(of: whole, after: seq, limit: limit) == Array(after))
                let earlier = before.filter { $0.seq < seq }.suffix(limit)
                #expect(try await log.messages(of: whole, before: seq, last: limit) == Array(earlier))
            }
        }
    }

    @Test(
        "one cut at any place leaves the conversation, in pages of any size", arguments: LogKind.allCases,
        [3, 8, 14, 19, 21, 24, 26])
    func cutConversation(kind: LogKind, count: Int) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let key = ThreadKey("ada", "t")
        try await makeConversation(log, key, at: fixture.clock.now)
        let before = try await log.allMessages(of: key)
        #expect(try await log.prune(keeping: count) == PruneReport(threads: 1, events: 27 - count))
        for limit in 1...10 {
            var (forward, backward): ([MessageRecord], [MessageRecord]) = ([], [])
            var page: [MessageRecord]
            repeat {
                page = try await log.messages(of: key, after: forward.last?.seq ?? 0, limit: limit)
                forward += page
            } while page.count == limit
            repeat {
                page = try await log.messages(of: key, before: backward.first?.seq ?? .max, last: limit)
                backward = page + backward
            } while page.count == limit
            #expect(forward == before)
            #expect(backward == before)
        }
        #expect(try await log.snapshot(of: key, byteLimit: .max)?.messages == before)
    }

    @Test("the last messages before a number come in order", arguments: LogKind.allCases)
    func lastMessages(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let key = ThreadKey("ada", "t")
        for number in 1...5 {
            _ = try await log.begin("r\(number)", in: key, "\(number)")
            _ = try await log.append(.note("x"), run: nil, to: key)
        }
        func read(_ seq: Int64, _ count: Int) async throws -> [String] {
            try await log.messages(of: key, before: seq, last: count).map(\.content)
        }
        #expect(try await read(.max, 2) == ["4", "5"])
        #expect(try await read(7, 2) == ["2", "3"], "the number itself is not before it")
        #expect(try await read(8, 2) == ["3", "4"])
        #expect(try await read(1, 2) == [])
        #expect(try await read(.max, .max) == ["1", "2", "3", "4", "5"])
        for none in [0, -1] { #expect(try await read(.max, none) == []) }
        #expect(try await log.messages(of: ThreadKey("bob", "t"), before: .max, last: 9).isEmpty)
    }

    @Test("a removed event has no number, its message still has", arguments: LogKind.allCases)
    func markersOfRemovedEvents(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let key = ThreadKey("ada", "t")
        try await makeConversation(log, key, at: fixture.clock.now)
        let messages = try await log.allMessages(of: key)
        for count in [20, 10, 8, 5, 1, 0] {
            _ = try await log.prune(keeping: count)
            let floor = try #require(try await log.extent(of: key)).floor
            #expect(try await log.seq(of: "done one", in: key) == (floor < 6 ? 6 : nil))
            #expect(try await log.seq(of: "stopped thr", in: key) == (floor < 16 ? 16 : nil))
            #expect(try await log.seq(of: "msg_done", in: key) == 1)
            #expect(try await log.seq(of: "m_done", in: key) == 19)
            // The end of this message does not name it: as long as there are deltas, the last is its end.
            #expect(try await log.seq(of: "m_stopped", in: key) == (floor < 16 ? 16 : 23))
            for message in messages where message.seq <= floor {
                #expect(try await log.seq(of: message.message.value, in: key) == message.seq)
            }
        }
        #expect(try await log.seq(of: "m_done", in: ThreadKey("ada", "other")) == nil)
    }

    @Test("a retry of an event that is stored is a duplicate, also of the end itself", arguments: LogKind.allCases)
    func retriesAroundRetention(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let key = ThreadKey("ada", "t")
        _ = try await log.begin("r", in: key)
        let drafts: [EventDraft] = [.delta("1", id: "a"), .delta("2", id: "b"), .cancelled(id: "end")]
        _ = try await log.append(drafts, run: RunID("r"), to: key)
        #expect(
            try await log.append(drafts, run: RunID("r"), to: key)
                == [.duplicate(seq: 2), .duplicate(seq: 3), .duplicate(seq: 4)])
        _ = try await log.prune(keeping: 2)
        #expect(
            try await log.append(drafts, run: RunID("r"), to: key)
                == [.refused(.runEnded), .duplicate(seq: 3), .duplicate(seq: 4)])
        #expect(try await log.allMessages(of: key).map(\.content) == ["hello", "12"])
        #expect(try await log.head(of: key) == 4)
    }

    @Test("a message is not answered twice within the age, though its events are gone", arguments: LogKind.allCases)
    func retriedMessageAfterRetention(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let (log, clock) = (fixture.log, fixture.clock)
        let key = ThreadKey("ada", "t")
        func prune() async throws -> PruneReport {
            try await log.prune(Retention(maximumAgeMilliseconds: 100, maximumEvents: 0))
        }
        _ = try await log.begin("r1", in: key, client: "c1")
        clock.advance(60)
        _ = try await log.append(.completed("x").at(clock.now), run: "r1", to: key)
        #expect(try await prune() == PruneReport(threads: 1, events: 2))
        let duplicate = BeginOutcome.duplicate(run: RunID("r1"), thread: key.thread, seq: 1)
        #expect(try await log.begin("r2", in: key, client: "c1") == duplicate)
        clock.advance(100)
        #expect(try await prune() == PruneReport(), "it began before the age and ended within")
        #expect(try await log.begin("r2", in: key, client: "c1") == duplicate)
        #expect(try await log.run(RunID("r1"), of: key.user)?.status == .completed)
        clock.advance(1)
        #expect(try await prune() == PruneReport(runs: 1))
        #expect(try await log.run(RunID("r1"), of: key.user) == nil)
        #expect(try await log.append(.completed("x"), run: "r1", to: key) == .refused(.unknownRun))
        guard case .started(let event, createdThread: false) = try await log.begin("r2", in: key, client: "c1") else {
            Issue.record("not started")
            return
        }
        #expect(event.seq == 3)
        #expect(try await log.allMessages(of: key).map(\.content) == ["hello", "x", "hello"])
    }

    @Test("an old run with events left is kept", arguments: LogKind.allCases)
    func runsWithEvents(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let (log, clock) = (fixture.log, fixture.clock)
        let key = ThreadKey("ada", "t")
        _ = try await log.begin("blocking", in: key)
        _ = try await log.begin("old", in: key, client: "c")
        _ = try await log.append(.completed("x").at(clock.now), run: "old", to: key)
        clock.advance(100)
        #expect(try await log.prune(olderThan: 1) == PruneReport())
        #expect(try await log.run(RunID("old"), of: key.user)?.status == .completed)
        _ = try await log.append(.cancelled().at(clock.now), run: "blocking", to: key)
        #expect(try await log.prune(olderThan: 1) == PruneReport(threads: 1, events: 3, runs: 1))
        #expect(try await log.run(RunID("blocking"), of: key.user)?.status == .cancelled)
    }

    @Test("what retention has archived goes with its thread", arguments: LogKind.allCases)
    func deletionAfterRetention(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let (key, other) = (ThreadKey("ada", "t"), ThreadKey("ada", "u"))
        for key in [key, other] {
            _ = try await log.begin("r \(key.thread)", in: key)
            _ = try await log.append(.completed("x"), run: "r \(key.thread)", to: key)
        }
        _ = try await log.prune(keeping: 0)
        #expect(try await log.deleteThread(key))
        #expect(try await log.allMessages(of: key).isEmpty)
        #expect(try await log.messages(of: key, before: .max, last: 9).isEmpty)
        #expect(try await log.seq(of: "msg_r t", in: key) == nil)
        #expect(try await log.extent(of: key) == nil)
        #expect(try await log.snapshot(of: key, byteLimit: .max) == nil)
        #expect(try await log.prune(keeping: 0) == PruneReport())
        #expect(try await log.allMessages(of: other).count == 2)
    }
}

// MARK: Beside writers and readers

extension EventLogConformance {
    @Test(
        "numbers stay gapless above the floor and no reader sees a hole while retention runs",
        arguments: LogKind.allCases)
    func retentionBesideWriters(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let keys = (0..<4).map { ThreadKey("user\($0 % 2)", "t\($0)") }
        for key in keys { _ = try await log.createThread(key, title: "") }
        let observation = Observation(of: log)
        let writing = Shared(keys.count * 3)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<keys.count * 3 {
                group.addTask {
                    defer { writing.change { $0 -= 1 } }
                    let key = keys[writer % keys.count]
                    for round in 0..<15 {
                        let run = "r\(writer) \(round)"
                        _ = try await log.begin(run, in: key)
                        _ = try await log.append([.delta("a"), .delta("b"), .cancelled()], run: RunID(run), to: key)
                    }
                }
            }
            group.addTask {
                while writing.value > 0 {
                    _ = try await log.prune(keeping: 10)
                    await Task.yield()
                }
            }
            for key in keys {
                group.addTask {
                    while writing.value > 0 {
                        await Task.yield()
                        let before = try #require(try await log.extent(of: key))
                        let events = try await log.allEvents(of: key)
                        let snapshot = try #require(try await log.snapshot(of: key, byteLimit: .max))
                        if let first = events.first?.seq, let last = events.last?.seq {
                            #expect(events.map(\.seq) == Array(first...last))
                            #expect(first > before.floor && last >= before.head)
                        }
                        #expect(snapshot.at >= before.head)
                        let answers = snapshot.messages.filter { $0.role == .assistant }
                        #expect(answers.allSatisfy { $0.content == "ab" && $0.seq <= snapshot.at })
                        #expect(snapshot.messages.count == answers.count * 2 + snapshot.openRuns.count)
                    }
                }
            }
            try await group.waitForAll()
        }
        _ = try await log.prune(keeping: 10)
        for key in keys {
            let head: Int64 = 3 * 15 * 4
            #expect(try await log.extent(of: key) == LogExtent(floor: head - 10, head: head))
            #expect(try await log.allEvents(of: key).map(\.seq) == Array(head - 9...head))
            let seen = observation.events.filter { $0.user == key.user && $0.thread == key.thread }
            #expect(seen.map(\.seq) == Array(1...head))
            #expect(try await log.allMessages(of: key).count == 2 * 3 * 15)
        }
    }
}
