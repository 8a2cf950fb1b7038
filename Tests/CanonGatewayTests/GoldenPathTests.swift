import CanonAgents
import CanonStore
import CanonWire
import Foundation
import NIOConcurrencyHelpers
import Testing

@testable import CanonGateway

@Suite("The Golden Path over a socket")
struct GoldenPathTests {
    @Test("a message is answered by the five events in order, numbered without holes")
    func fiveEvents() async throws {
        try await RunningGateway.with { gateway in
            let user = try await gateway.user()
            let socket = try await TestSocket.open(port: gateway.port, token: user.token)
            let welcome = try await socket.next("connection_established")
            #expect(welcome["data"]?["connection_id"]?.string?.isEmpty == false)
            #expect(welcome["data"]?["user_id"]?.string == user.id.value)
            #expect(welcome["data"]?["message"]?.string?.isEmpty == false)

            socket.send(["type": "user_message", "data": ["content": "think tool say:hello"]])
            let events = try await socket.events(untilTerminal: 1)
            #expect(
                events.map { $0["type"]?.string } == [
                    "user_message", "agent_started", "agent_thinking", "tool_executing", "tool_completed",
                    "stream_chunk",
                    "agent_completed",
                ])
            #expect(events.map { $0["seq"]?.int } == Array(1...7))
            #expect(events.last?["final_response"] == "hello ")
            #expect(Set(events.map { $0["run_id"]?.string }).count == 1)
            #expect(events.allSatisfy { $0["user_id"]?.string == user.id.value })
            #expect(events[5]["message_id"] == events[6]["message_id"])
        }
    }

    @Test("the receipt of a message names its run, and a retry starts no second one")
    func idempotence() async throws {
        try await RunningGateway.with { gateway in
            let user = try await gateway.user()
            let socket = try await gateway.socket(user)
            let message: JSONObject = ["type": "chat", "message": "hi", "thread_id": "t1", "client_msg_id": "c1"]
            socket.send(message)
            let first = try await socket.next("ack")
            #expect(first["duplicate"] == false && first["client_msg_id"] == "c1" && first["thread_id"] == "t1")
            try await socket.next("agent_completed")
            socket.send(message)
            let second = try await socket.next("ack")
            #expect(second["duplicate"] == true && second["run_id"] == first["run_id"])
            let other = try await gateway.socket(user)
            other.send(message)
            #expect(try await other.next("ack")["run_id"] == first["run_id"])
            #expect(try await gateway.store.log.head(of: ThreadKey(user: user.id, thread: ThreadID("t1"))) == 4)
        }
    }

    @Test(
        "each way to end ends in exactly one terminal event",
        arguments: [
            ("say:x", "agent_completed", nil), ("think fail:backend_unavailable", "agent_error", "backend_unavailable"),
            ("say:x throw", "agent_error", "internal"), ("say:x end", "agent_error", "stream_cut"),
        ] as [(String, String, String?)])
    func endings(script: String, terminal: String, reason: String?) async throws {
        try await RunningGateway.with { gateway in
            let user = try await gateway.user()
            let socket = try await gateway.socket(user)
            socket.send(["type": "chat", "message": .string(script), "thread_id": "t"])
            let events = try await socket.events()
            #expect(events.last?["type"]?.string == terminal)
            #expect(events.last?["reason"]?.string == reason)
            #expect(events.last?["message"]?.string?.isEmpty == false)
            #expect(events.filter { EventType(rawValue: $0["type"]?.string ?? "").isTerminal }.count == 1)
        }
    }

    @Test("a silent run is ended with an error that says so")
    func silence() async throws {
        try await RunningGateway.with(configure: { $0.limits.silentRunSeconds = 1 }) { gateway in
            let socket = try await gateway.socket(try await gateway.user())
            socket.send(["type": "chat", "message": "say:x wait"])
            let end = try await socket.next("agent_error")
            #expect(end["reason"] == "timeout")
        }
    }

    @Test("a retry from a new connection is told what became of the message, also when its run is over")
    func retryElsewhere() async throws {
        try await RunningGateway.with { gateway in
            let user = try await gateway.user()
            let first = try await gateway.socket(user)
            first.send(["type": "chat", "message": "earlier", "thread_id": "t"])
            let before = try await first.events(untilTerminal: 1)
            let message: JSONObject = ["type": "chat", "message": "hello", "thread_id": "t", "client_msg_id": "c1"]
            first.send(message)
            let told = try await first.events(untilTerminal: 1)
            await first.cut()
            let second = try await gateway.socket(user)
            second.send(message)
            #expect(try await second.next("ack")["duplicate"] == true)
            #expect(try await second.events(untilTerminal: 1) == told)
            // And it follows from there.
            second.send(["type": "chat", "message": "next", "thread_id": "t"])
            let numbers = try await second.events(untilTerminal: 1).compactMap { $0["seq"]?.int }
            #expect(numbers.first == Int64(before.count + told.count + 1))
        }
    }

    @Test("events that name another user's run do not keep that run alive")
    func silenceOfAnothersRun() async throws {
        try await RunningGateway.with(configure: { $0.limits.silentRunSeconds = 1 }) { gateway in
            let stranger = try await gateway.user()
            let service = try await gateway.serviceToken()
            let made = try await gateway.http.post("/api/threads", ["id": "t"], token: stranger.token)
            #expect(made.status == 201)
            let socket = try await gateway.socket(try await gateway.user())
            socket.send(["type": "chat", "message": "say:x wait"])
            let run = try #require(try await socket.next("ack")["run_id"])
            let noise = Task {
                while !Task.isCancelled {
                    _ = try await gateway.http.post(
                        "/api/users/\(stranger.id)/events",
                        ["thread_id": "t", "run_id": run, "events": [["type": "note"]]], token: service)
                }
            }
            defer { noise.cancel() }
            #expect(try await socket.next("agent_error")["reason"] == "timeout")
        }
    }

    @Test("a run is stopped by its id from another device, and every device sees it")
    func stopFromElsewhere() async throws {
        try await RunningGateway.with { gateway in
            let user = try await gateway.user()
            let phone = try await gateway.socket(user)
            let desk = try await gateway.socket(user)
            phone.send(["type": "chat", "message": "say:x wait", "thread_id": "t"])
            // The answer to the message may come behind what the run says.
            let run = try #require(try await phone.next("stream_chunk")["run_id"])
            desk.send(["type": "stop_agent", "payload": ["run_id": run]])
            let receipt = try await desk.next("ack")
            #expect(receipt["run_ids"] == [run])
            #expect(try await phone.next("agent_cancelled")["run_id"] == run)
            desk.send(["type": "stop_agent", "payload": ["run_id": run]])
            #expect(try await desk.next("ack")["status"] == "no_open_run")
        }
    }

    @Test("nobody stops another user's run")
    func stopIsOwners() async throws {
        try await RunningGateway.with { gateway in
            let owner = try await gateway.socket(try await gateway.user())
            let stranger = try await gateway.socket(try await gateway.user())
            owner.send(["type": "chat", "message": "say:x wait", "thread_id": "t"])
            // The answer to the message may come behind what the run says.
            let run = try #require(try await owner.next("stream_chunk")["run_id"])
            stranger.send(["type": "stop_agent", "payload": ["run_id": run, "thread_id": "t"]])
            #expect(try await stranger.next("ack")["status"] == "no_open_run")
            owner.send(["type": "stop_agent", "payload": [:]])
            try await owner.next("agent_cancelled")
        }
    }

    @Test("the sender's other devices see the message; users with the same thread id do not")
    func devicesAndStrangers() async throws {
        try await RunningGateway.with { gateway in
            let user = try await gateway.user()
            let phone = try await gateway.socket(user)
            let desk = try await gateway.socket(user)
            let stranger = try await gateway.socket(try await gateway.user())
            desk.send(["type": "chat", "message": "one", "thread_id": "t"])
            try await desk.next("agent_completed")
            stranger.send(["type": "chat", "message": "mine", "thread_id": "t"])
            try await stranger.next("agent_completed")
            // The phone does not follow the thread yet: it is told that it moved.
            let notice = try await phone.next("thread_updated")
            #expect(notice["thread_id"] == "t")
            phone.send(["type": "resume", "threads": ["t": 0]])
            let resumed = try await phone.next("resumed")
            #expect(resumed["from"] == 1 && resumed["to"] == 4)
            let replayed = try await phone.events()
            #expect(replayed.compactMap { $0["content"]?.string } == ["one"])
            desk.send(["type": "chat", "message": "two", "thread_id": "t"])
            let live = try await phone.events()
            #expect(live.map { $0["seq"]?.int } == [5, 6, 7, 8])
            #expect(live.first?["content"] == "two")
        }
    }

    @Test("an agent is told the conversation before the message, oldest first")
    func history() async throws {
        let backend = ScriptedBackend()
        try await RunningGateway.with(backend) { gateway in
            let socket = try await gateway.socket(try await gateway.user())
            for text in ["alpha", "beta", "gamma"] {
                socket.send(["type": "chat", "message": .string(text), "thread_id": "t"])
                try await socket.next("agent_completed")
            }
        }
        let last = try #require(backend.requests.withLockedValue { $0.last })
        #expect(last.text == "gamma")
        #expect(last.history.map(\.text) == ["alpha", "alpha ", "beta", "beta "])
        #expect(last.history.map(\.role) == [.user, .assistant, .user, .assistant])
    }

    @Test("a message without a thread goes on in the conversation that was named last; start_agent opens a new one")
    func threadOfAMessage() async throws {
        try await RunningGateway.with { gateway in
            let socket = try await gateway.socket(try await gateway.user())
            func thread(_ message: JSONObject) async throws -> String {
                socket.send(message)
                // On a busy machine a run may be over before its message is acknowledged.
                var thread: String?
                var isOver = false
                while thread == nil || !isOver {
                    guard case .frame(let frame) = try await socket.next() else { break }
                    if frame["type"] == "ack" { thread = frame["thread_id"]?.string }
                    if frame["type"] == "agent_completed" { isOver = true }
                }
                return try #require(thread)
            }
            let first = try await thread(["type": "chat", "message": "a"])
            #expect(try await thread(["type": "chat", "message": "b"]) == first)
            let second = try await thread(["type": "start_agent", "payload": ["user_request": "c", "thread_id": nil]])
            #expect(second != first)
            #expect(try await thread(["type": "user_message", "payload": ["content": "d"]]) == second)
        }
    }

    @Test("open runs are ended as orphans before a server is ready, and the log has no gap")
    func orphans() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "canon-test-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        var user: RunningGateway.User?
        do {
            let store = try Store(folder: DataFolder(path: folder.path), durability: .process)
            let account = try await IdentityStore(store.database).createAccount(
                email: EmailAddress("o@example.com"), passwordHash: nil, actor: "test")
            let key = ThreadKey(user: account.id, thread: ThreadID("t"))
            _ = try await store.log.begin(
                RunRequest(key: key, text: "x", agent: "a", run: RunID("r1"), message: MessageID("m1")))
            _ = try await store.log.append([.agentStarted(agent: "a", task: "x")], run: RunID("r1"), to: key)
            try store.close()
            user = .init(id: account.id, token: "", email: "")
        }
        let id = try #require(user).id
        try await RunningGateway.with(folder: folder) { gateway in
            let account = try #require(try await gateway.identity.account(id))
            let token = try await gateway.token(for: account)
            let socket = try await gateway.socket(.init(id: id, token: token, email: ""))
            socket.send(["type": "resume", "threads": ["t": 1]])
            #expect(try await socket.next("resumed")["from"] == 2)
            let events = try await socket.events()
            #expect(events.map { $0["seq"]?.int } == [2, 3])
            #expect(events.last?["reason"] == "orphaned")
        }
    }
}
