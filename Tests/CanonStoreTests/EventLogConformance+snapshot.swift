import CanonStore
import CanonWire
import Testing

extension EventLogConformance {
    @Test("a snapshot is the conversation and the open runs as of the last event", arguments: LogKind.allCases)
    func snapshot(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let key = ThreadKey("ada", "t")
        #expect(try await log.snapshot(of: key, byteLimit: .max) == nil)
        _ = try await log.createThread(key, title: "")
        let empty = ThreadSnapshot(at: 0, messages: [], isTruncated: false, openRuns: [])
        #expect(try await log.snapshot(of: key, byteLimit: 0) == empty)

        _ = try await log.begin("done", in: key, "one")
        _ = try await log.append(.completed("answer"), run: "done", to: key)
        _ = try await log.begin("open", in: key, "two")
        _ = try await log.begin("silent", in: key, "three")
        _ = try await log.begin("elsewhere", in: ThreadKey("ada", "u"), "other")
        let deltas: [EventDraft] = [.delta("Hel", message: "m1"), .delta("lo", message: "m2"), .note("no delta")]
        _ = try await log.append(deltas, run: RunID("open"), to: key)
        for removed in [2, 0] {
            let snapshot = try #require(try await log.snapshot(of: key, byteLimit: .max))
            #expect(snapshot.at == 7)
            #expect(snapshot.messages.map(\.content) == ["one", "answer", "two", "three"])
            #expect(try await snapshot.messages == log.allMessages(of: key))
            #expect(!snapshot.isTruncated)
            #expect(
                snapshot.openRuns == [
                    .init(run: RunID("open"), agent: "a", message: MessageID("m1"), text: "Hello"),
                    .init(run: RunID("silent"), agent: "a", message: nil, text: ""),
                ])
            // The same again when the first run's events are gone.
            #expect(try await log.prune(keeping: 0).events == removed)
        }
        #expect(try await log.extent(of: key) == LogExtent(floor: 2, head: 7))
        #expect(try await log.snapshot(of: ThreadKey("bob", "t"), byteLimit: .max) == nil)
    }

    @Test("a snapshot that is too small leaves out the oldest messages and says so", arguments: LogKind.allCases)
    func truncatedSnapshot(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let key = ThreadKey("ada", "t")
        // More messages than are read at once, of ten bytes each.
        for number in 100..<150 {
            _ = try await log.begin("r\(number)", in: key, "message\(number)")
            _ = try await log.append(.completed("answer \(number)"), run: "r\(number)", to: key)
        }
        let all = try await log.allMessages(of: key)
        for keep in [100, 3, 0] {
            _ = try await log.prune(keeping: keep)
            for count in [1, 2, 31, 32, 33, 64, 99, 100] {
                for slack in [0, 9] {
                    let snapshot = try #require(try await log.snapshot(of: key, byteLimit: 10 * count + slack))
                    #expect(snapshot.messages == all.suffix(count))
                    #expect(snapshot.isTruncated == (count < 100))
                    #expect(snapshot.at == 100)
                }
            }
            for tooSmall in [9, 0, -1, Int.min] {
                let snapshot = try #require(try await log.snapshot(of: key, byteLimit: tooSmall))
                #expect(snapshot.messages == all.suffix(1), "the newest is kept")
                #expect(snapshot.isTruncated)
            }
        }
    }

    @Test("the text of an open run is whole, and takes its place before messages do", arguments: LogKind.allCases)
    func snapshotOfLongRun(kind: LogKind) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let log = fixture.log
        let key = ThreadKey("ada", "t")
        for number in 0..<4 {
            _ = try await log.begin("r\(number)", in: key, "0123456789")
            if number < 3 { _ = try await log.append(.completed("0123456789"), run: "r\(number)", to: key) }
        }
        for _ in 0..<20 { _ = try await log.append(.delta("12345"), run: "r3", to: key) }
        let small = try #require(try await log.snapshot(of: key, byteLimit: 50))
        #expect(small.openRuns.map(\.text) == [String(repeating: "12345", count: 20)])
        #expect(small.messages.map(\.seq) == [7])
        #expect(small.isTruncated)
        let large = try #require(try await log.snapshot(of: key, byteLimit: 130))
        #expect(large.openRuns == small.openRuns)
        #expect(large.messages.map(\.seq) == [5, 6, 7])
    }
}
