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

    @Test("numbers of a foreign epoch, or beyond the head, are not believed: what the thread is takes their place")
    func foreignEpoch() async throws {
        try await RunningGateway.with { gateway in
            let user = try await gateway.user()
            let socket = try await gateway.socket(user)
            socket.send(["type": "chat", "message": "say:a", "thread_id": "t"])
            let head = try await socket.next("agent_completed")["seq"]!
            for resume in [
                ["type": "resume", "threads": ["t": 2], "epoch": "another"],
                ["type": "resume", "threads": ["t": 99]],
            ] as [JSONObject] {
                socket.send(resume)
                let snapshot = try await socket.next("snapshot")
                #expect(snapshot["at"] == head)
                #expect(snapshot["epoch"] == .string(gateway.store.log.epoch))
                #expect(snapshot["seq"] == nil && snapshot["event_id"] == nil)
                #expect(snapshot["messages"]?.array?.map { $0["role"] } == ["user", "assistant"])
                #expect(snapshot["messages"]?.array?.map { $0["content"] } == ["say:a", "a "])
                #expect(snapshot["open_run"] == .null)
                #expect(snapshot["truncated"] == false)
            }
            socket.send(["type": "chat", "message": "b", "thread_id": "t"])
            #expect(try await socket.next("user_message")["seq"] == .int(head.int! + 1))
        }
    }

    @Test("a thread that retention has cut is resumed from its floor on, and before that as a snapshot")
    func beyondRetention() async throws {
        let configure: (inout GatewayConfiguration) -> Void = {
            $0.retention.events = 5
            $0.retention.intervalSeconds = 1
        }
        try await RunningGateway.with(configure: configure) { gateway in
            let user = try await gateway.user()
            let socket = try await gateway.socket(user)
            socket.send(["type": "chat", "message": "repeat:20", "thread_id": "t"])
            let events = try await socket.events()
            let head = Int64(events.count)
            let key = ThreadKey(user: user.id, thread: ThreadID("t"))
            try await until("retention has cut the thread") {
                try await gateway.store.log.extent(of: key)?.floor == head - 5
            }
            for (cursor, answer) in [(0, "snapshot"), (head - 6, "snapshot"), (head - 5, "resumed"), (head, "none")]
                as [(Int64, String)]
            {
                let device = try await gateway.socket(user)
                device.send(["type": "resume", "threads": ["t": .int(cursor)], "epoch": events[0]["epoch"]!])
                guard case .frame(let frame) = try await device.next() else {
                    Issue.record("no answer")
                    continue
                }
                #expect(frame["type"]?.string == answer, "cursor \(cursor)")
                if answer == "snapshot" {
                    #expect(frame["messages"]?.array?.last?["content"] == events.last?["final_response"])
                }
                if answer == "resumed" {
                    #expect(try await device.events().map { $0["seq"]?.int } == Array(head - 4...head))
                }
            }
            // session_restore with a marker that went with its event.
            let device = try await gateway.socket(user)
            device.send([
                "type": "session_restore", "payload": ["threadId": "t", "lastMessageId": events[3]["event_id"]!],
            ])
            #expect(try await device.next("snapshot")["at"] == .int(head))
        }
    }

    @Test("a snapshot in the middle of a run has its text so far once, and the rest comes live")
    func snapshotOfOpenRun() async throws {
        try await RunningGateway.with { gateway in
            let user = try await gateway.user()
            let first = try await gateway.socket(user)
            first.send(["type": "chat", "message": "say:one say:two wait", "thread_id": "t"])
            var last = try await first.next("stream_chunk")
            while last["delta"] != "two " { last = try await first.next("stream_chunk") }
            let second = try await gateway.socket(user)
            second.send(["type": "resume", "threads": ["t": 1], "epoch": "another"])
            let snapshot = try await second.next("snapshot")
            let run = try #require(snapshot["open_run"])
            #expect(run["run_id"] == last["run_id"] && run["message_id"] == last["message_id"])
            #expect(run["text"] == "one two ")
            #expect(snapshot["open_runs"]?.array == [run])
            second.send(["type": "stop_agent", "run_id": run["run_id"]!])
            #expect(try await second.next("agent_cancelled")["seq"] == .int(snapshot["at"]!.int! + 1))
        }
    }

    @Test("a resume of many threads is answered by one frame for each, in order, and holds one page at a time")
    func manyThreads() async throws {
        try await RunningGateway.with(configure: { $0.limits.connectionBudgetBytes = 32 * 1024 }) { gateway in
            let user = try await gateway.user()
            let log = gateway.store.log
            let text = String(repeating: "x", count: 500)
            for thread in 1...60 {
                let key = ThreadKey(user: user.id, thread: ThreadID("t\(thread)"))
                _ = try await log.createThread(key, title: "")
                let notes = (1...20).map { EventDraft(type: "note", fields: ["n": .int($0), "text": .string(text)]) }
                _ = try await log.append(notes, run: nil, to: key)
            }
            let socket = try await gateway.socket(user, receiveBuffer: 4096)
            try await socket.stopReading()
            let cursors = (1...60).map { (key: "t\($0)", value: JSONValue.int(Int64($0 % 2 == 0 ? 0 : 20))) }
            socket.send(["type": "resume", "threads": .object(JSONObject(cursors))])
            socket.send(["type": "ping", "payload": "after"])
            try await socket.startReading()
            var answered: [String: String] = [:]
            var seqs: [String: [Int64]] = [:]
            var hasPong = false
            while seqs.values.reduce(0, { $0 + $1.count }) < 600 || !hasPong {
                guard case .frame(let frame) = try await socket.next() else { break }
                let thread = frame["thread_id"]?.string ?? ""
                switch frame["type"]?.string {
                case "note":
                    #expect(answered[thread] == "resumed")
                    seqs[thread, default: []].append(frame["seq"]?.int ?? 0)
                case "pong":
                    hasPong = true
                    #expect(answered.count == 60, "the message behind the resume was not behind it")
                case let type?: answered[thread] = type
                case nil: break
                }
            }
            for (thread, answer) in answered {
                #expect(answer == (seqs[thread] == nil ? "none" : "resumed"))
                if let seqs = seqs[thread] { #expect(seqs == Array(1...20)) }
            }
        }
    }

    @Test("a write that fills the buffer and empties it again lets nobody write in its middle", .timeLimit(.minutes(1)))
    func fullBuffer() async throws {
        // The mark is reached within each answer and page, and the socket takes all of it at once.
        try await RunningGateway.with(configure: { $0.limits.connectionBudgetBytes = 16 * 1024 }) { gateway in
            let user = try await gateway.user()
            let log = gateway.store.log
            let text = String(repeating: "x", count: 3000)
            for thread in 1...20 {
                let key = ThreadKey(user: user.id, thread: ThreadID("t\(thread)"))
                _ = try await log.createThread(key, title: "")
                let notes = (1...12).map { EventDraft(type: "note", fields: ["n": .int($0), "text": .string(text)]) }
                _ = try await log.append(notes, run: nil, to: key)
            }
            let socket = try await gateway.socket(user)
            let cursors = (1...20).map { (key: "t\($0)", value: JSONValue.int(0)) }
            for _ in 1...4 { socket.send(["type": "resume", "threads": .object(JSONObject(cursors))]) }
            socket.send(["type": "ping", "payload": "after"])
            try await socket.next("pong")
            try await until("every thread has been read to its end") {
                try await gateway.http.get("/metrics").text.contains("\ncanon_events_dropped_total 0\n")
            }
            var last: [String: Int64] = [:]
            while last.count < 20 || !last.values.allSatisfy({ $0 == 12 }) {
                guard case .frame(let frame) = try await socket.next() else { break }
                if frame["type"] == "snapshot" { Issue.record("a snapshot, though nothing is missing") }
                if frame["type"] == "note" { last[frame["thread_id"]?.string ?? ""] = frame["seq"]?.int }
            }
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
