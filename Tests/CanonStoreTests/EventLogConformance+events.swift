import CanonStore
import CanonWire
import Testing

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
