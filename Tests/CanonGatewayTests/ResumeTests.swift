import CanonStore
import CanonWire
import Testing

@testable import CanonGateway

@Suite("Resuming")
struct ResumeTests {
    @Test("a resume is answered by one frame per thread before any event of it")
    func answers() async throws {
        try await RunningGateway.with { gateway in
            let user = try await gateway.user()
            let first = try await gateway.socket(user)
            first.send(["type": "chat", "message": "a", "thread_id": "t"])
            let events = try await first.events()
            let head = Int64(events.count)
            await first.cut()

            let second = try await gateway.socket(user)
            second.send(["type": "resume", "threads": ["t": 2], "epoch": events[0]["epoch"]!])
            guard case .frame(let answer) = try await second.next() else {
                Issue.record("no answer")
                return
            }
            #expect(
                answer == [
                    "type": "resumed", "thread_id": "t", "from": 3, "to": .int(head), "epoch": events[0]["epoch"]!,
                ])
            #expect(try await second.events().map { $0["seq"]?.int } == Array(3...head))
            second.send(["type": "resume", "threads": ["t": .int(head)]])
            #expect(try await second.next("none")["at"] == .int(head))
            second.send(["type": "resume", "threads": ["unknown": 0]])
            #expect(try await second.next("not_found")["thread_id"] == "unknown")
        }
    }

    @Test("another user's thread is answered exactly like an unknown one")
    func foreign() async throws {
        try await RunningGateway.with { gateway in
            let owner = try await gateway.socket(try await gateway.user())
            owner.send(["type": "chat", "message": "secret", "thread_id": "mine"])
            let event = try await owner.next("user_message")
            let stranger = try await gateway.socket(try await gateway.user())
            for id in ["mine", "never-was"] {
                stranger.send(["type": "resume", "threads": [id: 0]])
                guard case .frame(let answer) = try await stranger.next() else { continue }
                #expect(answer == ["type": "not_found", "thread_id": .string(id)])
                stranger.send([
                    "type": "session_restore",
                    "payload": ["threadId": .string(id), "lastMessageId": event["event_id"]!],
                ])
                guard case .frame(let restored) = try await stranger.next() else { continue }
                #expect(restored == ["type": "not_found", "thread_id": .string(id)])
            }
        }
    }

    @Test(
        "session_restore finds its place by an event's id or a message's id, and starts anew with one that is unknown")
    func sessionRestore() async throws {
        try await RunningGateway.with { gateway in
            let user = try await gateway.user()
            let first = try await gateway.socket(user)
            first.send(["type": "chat", "message": "a", "thread_id": "t"])
            let events = try await first.events()
            for (marker, from) in [(events[1]["event_id"]!, 3), (events[0]["message_id"]!, 2), ("never-was", 1)]
                as [(JSONValue, Int64)]
            {
                let socket = try await gateway.socket(user)
                socket.send(["type": "session_restore", "payload": ["threadId": "t", "lastMessageId": marker]])
                #expect(try await socket.next("resumed")["from"] == .int(from))
            }
        }
    }

    @Test("numbers of a foreign epoch, or beyond the head, are not believed: the whole thread comes again")
    func foreignEpoch() async throws {
        try await RunningGateway.with { gateway in
            let user = try await gateway.user()
            let socket = try await gateway.socket(user)
            socket.send(["type": "chat", "message": "a", "thread_id": "t"])
            try await socket.next("agent_completed")
            socket.send(["type": "resume", "threads": ["t": 2], "epoch": "another"])
            #expect(try await socket.next("resumed")["from"] == 1)
            socket.send(["type": "resume", "threads": ["t": 99]])
            #expect(try await socket.next("resumed")["from"] == 1)
        }
    }

    @Test("a device that joins in the middle of a run misses nothing and sees nothing twice", arguments: 1...6)
    func seam(round: Int) async throws {
        try await RunningGateway.with { gateway in
            let user = try await gateway.user()
            let sender = try await gateway.socket(user)
            sender.send(["type": "chat", "message": .string("repeat:\(100 * round)"), "thread_id": "t"])
            try await sender.next("stream_chunk")
            let joiner = try await gateway.socket(user)
            joiner.send(["type": "resume", "threads": ["t": 0]])
            let seen = try await joiner.events()
            #expect(seen.map { $0["seq"]?.int } == Array(1...Int64(100 * round + 3)))
            let text = seen.compactMap { $0["delta"]?.string }.joined()
            #expect(text == seen.last?["final_response"]?.string)
        }
    }

    @Test("a reader that stalls gets everything in order once it reads again")
    func stalledReader() async throws {
        try await RunningGateway.with(configure: { $0.limits.connectionBudgetBytes = 64 * 1024 }) { gateway in
            let user = try await gateway.user()
            let slow = try await gateway.socket(user)
            let fast = try await gateway.socket(user)
            slow.send(["type": "create_thread", "payload": ["thread_id": "t"]])
            try await slow.next("thread_updated")
            try await slow.stopReading()
            fast.send(["type": "chat", "message": "repeat:6000", "thread_id": "t"])
            let complete = try await fast.events()
            #expect(complete.count == 6003)
            try await slow.startReading()
            let late = try await slow.events()
            #expect(late.map { $0["seq"]?.int } == Array(1...6003))
        }
    }

    @Test("heads of the threads that matter to a connection come with each heartbeat")
    func heartbeat() async throws {
        try await RunningGateway.with(configure: { $0.limits.heartbeatSeconds = 1 }) { gateway in
            let user = try await gateway.user()
            let sender = try await gateway.socket(user)
            let other = try await gateway.socket(user)
            sender.send(["type": "chat", "message": "a", "thread_id": "t"])
            try await sender.next("agent_completed")
            #expect(try await sender.next("heartbeat")["heads"] == ["t": 4])
            #expect(try await other.next("heartbeat")["heads"] == ["t": 4])
        }
    }
}
