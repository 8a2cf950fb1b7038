import CanonStore
import CanonWire
import Testing

@testable import CanonGateway

/// A reader that stalls: what it gets instead of every delta, and that nothing is missing in it.
@Suite("Slow readers")
struct SlowReaderTests {
    /// Bytes the kernel may hold for the reader: so few that it is soon felt that it stalls. With these few a window
    /// opens again only by TCP's timers, so what is read afterwards must be short.
    private static let smallBuffer = 4096

    /// A user with a run that is open, and a device that has stopped reading.
    private struct Stalled {
        let user: RunningGateway.User
        let slow: TestSocket
        let key: ThreadKey
        let run: RunID
        let log: any EventLog
        /// The number of the last event before the slow device stopped.
        let head: Int64

        /// Stores deltas of `bytes` bytes each, as an agent would say them.
        func say(_ count: Int, bytes: Int) async throws -> String {
            var said = ""
            for number in 1...count {
                let text = "\(number):" + String(repeating: "x", count: bytes) + " "
                let delta = EventDraft.streamChunk(agent: "a", message: MessageID("m"), delta: text)
                #expect(try await log.append([delta], run: run, to: key).count == 1)
                said += text
            }
            return said
        }

        func finish(_ answer: String) async throws {
            let end = EventDraft.agentCompleted(
                agent: "a", message: MessageID("m"), answer: answer, milliseconds: 1)
            _ = try await log.append([end], run: run, to: key)
        }
    }

    private func stalled(
        _ gateway: RunningGateway, receiveBuffer: Int = Self.smallBuffer
    ) async throws -> Stalled {
        let user = try await gateway.user()
        let slow = try await gateway.socket(user, receiveBuffer: receiveBuffer)
        slow.send(["type": "chat", "message": "wait", "thread_id": "t"])
        let started = try await slow.next("agent_started")
        try await slow.stopReading()
        return Stalled(
            user: user, slow: slow, key: ThreadKey(user: user.id, thread: ThreadID("t")),
            run: RunID(started["run_id"]!.string!),
            log: gateway.store.log, head: started["seq"]!.int!)
    }

    /// What a device knows after the frames it got: expanded, checked for order. A snapshot may stand for the end of the
    /// run too.
    private func follow(_ socket: TestSocket, from head: Int64) async throws -> (
        text: String, joined: Int, snapshots: Int, last: JSONObject
    ) {
        var cursor = head
        var text = ""
        var joined = 0
        var snapshots = 0
        let deadline = LivedClock.deadline(in: 60)
        while true {
            guard LivedClock.now < deadline, case .frame(let frame) = try await socket.next(within: 20) else {
                throw TimedOut(waitedFor: "the end of the run", seen: ["got as far as \(cursor)"])
            }
            if frame["type"] == "snapshot" {
                snapshots += 1
                cursor = try #require(frame["at"]?.int)
                text = frame["open_run"]?["text"]?.string ?? ""
                if frame["open_run"] == .null { return (text, joined, snapshots, frame) }
                continue
            }
            guard let seq = frame["seq"]?.int else { continue }
            let from = frame["seq_from"]?.int ?? seq
            #expect(from == cursor + 1 && seq >= from)
            joined += Int(seq - from)
            cursor = seq
            text += frame["delta"]?.string ?? ""
            if EventType(rawValue: frame["type"]?.string ?? "").isTerminal { return (text, joined, snapshots, frame) }
        }
    }

    private func metric(_ name: String, _ gateway: RunningGateway) async throws -> Int64 {
        let stats = try await gateway.http.get("/ws/stats")
        return try #require(stats.json["delivery"]?[name]?.int)
    }

    @Test("within its budget a slow reader gets the deltas joined, and misses nothing")
    func joined() async throws {
        let configure: (inout GatewayConfiguration) -> Void = {
            $0.limits.connectionBudgetBytes = 8 << 20
            $0.limits.slowConsumerSeconds = 600
        }
        try await RunningGateway.with(configure: configure) { gateway in
            let stalled = try await stalled(gateway, receiveBuffer: 256 << 10)
            // A frame is 3.6 KB. Half of the budget and what the kernel holds (at most 4 MB) are less than all of
            // them, and what is left is less than the budget.
            let filler = try await stalled.say(2900, bytes: 1000)
            let tail = try await stalled.say(100, bytes: 10)
            try await stalled.finish("done")
            try await stalled.slow.startReading()
            let got = try await follow(stalled.slow, from: stalled.head)
            #expect(got.text == filler + tail)
            #expect(got.last["final_response"] == "done")
            #expect(got.snapshots == 0)
            #expect(got.joined > 0)
            #expect(try await metric("coalesced", gateway) == Int64(got.joined))
            #expect(try await metric("dropped", gateway) == 0)
        }
    }

    @Test("over its budget a slow reader gets a snapshot, then goes on live")
    func snapshot() async throws {
        try await RunningGateway.with(configure: { $0.limits.connectionBudgetBytes = 64 * 1024 }) { gateway in
            let stalled = try await stalled(gateway)
            var said = try await stalled.say(1200, bytes: 1000)
            try await stalled.slow.startReading()
            try await until("the slow reader has its snapshot") { try await metric("snapshots", gateway) > 0 }
            said += try await stalled.say(3, bytes: 10)
            try await stalled.finish("done")
            let got = try await follow(stalled.slow, from: stalled.head)
            #expect(got.snapshots >= 1)
            if got.last["type"] == "snapshot" {
                #expect(got.last["messages"]?.array?.last?["content"] == "done")
            } else {
                #expect(got.text == said)
                #expect(got.last["final_response"] == "done")
            }
            #expect(try await metric("dropped", gateway) == 0)
        }
    }

    @Test("a slow reader holds up no other device, and the first token comes at once")
    func others() async throws {
        try await RunningGateway.with(configure: { $0.limits.connectionBudgetBytes = 64 * 1024 }) { gateway in
            let stalled = try await stalled(gateway)
            _ = try await stalled.say(800, bytes: 1000)
            let user = try await gateway.user()
            let other = try await gateway.socket(user)
            other.send(["type": "chat", "message": "say:first wait", "thread_id": "t"])
            #expect(try await other.next("stream_chunk", within: 2)["delta"] == "first ")
        }
    }

    @Test("a reader that stays away is told to come back, and then has everything")
    func closed() async throws {
        let configure: (inout GatewayConfiguration) -> Void = {
            $0.limits.connectionBudgetBytes = 64 * 1024
            $0.limits.slowConsumerSeconds = 2
        }
        try await RunningGateway.with(configure: configure) { gateway in
            let stalled = try await stalled(gateway)
            let said = try await stalled.say(800, bytes: 1000)
            try await stalled.finish(said)
            try await until("the slow reader is closed") {
                let stats = try await gateway.http.get("/ws/stats")
                return stats.json["counters"]?["slow_consumers"]?.int == 1
            }
            try await stalled.slow.startReading()
            let end = try await stalled.slow.closed(within: 20)
            #expect(end.code == 1013 && end.reason == "slow_consumer")
            let again = try await gateway.socket(stalled.user)
            again.send(["type": "resume", "threads": ["t": .int(stalled.head)]])
            #expect(try await again.next("resumed")["from"] == .int(stalled.head + 1))
            #expect(try await follow(again, from: stalled.head).text == said)
        }
    }
}
