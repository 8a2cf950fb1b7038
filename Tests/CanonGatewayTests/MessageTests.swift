import CanonStore
import CanonWire
import Testing

@testable import CanonGateway

@Suite("Messages on a live socket")
struct MessageTests {
    @Test("each built-in message has its answer")
    func builtIns() async throws {
        try await RunningGateway.with { gateway in
            let user = try await gateway.user()
            let socket = try await gateway.socket(user)
            socket.send(["type": "ping", "payload": ["a": 1]])
            #expect(try await socket.next("pong") == ["type": "pong", "data": ["a": 1], "payload": ["a": 1]])
            socket.send(["type": "heartbeat"])
            #expect(try await socket.next("heartbeat_ack")["data"]?["status"] == "healthy")
            socket.send(["type": "connect"])
            #expect(try await socket.next("system_message")["data"]?["status"] == "connected")
            socket.send(["type": "disconnect"])
            #expect(try await socket.next("system_message")["data"]?["status"] == "disconnect_acknowledged")
            socket.send(["type": "typing_started", "thread_id": "t"])
            #expect(try await socket.next("system_message")["data"]?["status"] == "typing_acknowledged")
            socket.send(["type": "something_new"])
            let ack = try await socket.next("ack")
            #expect(ack["received_type"] == "something_new" && ack["status"] == "acknowledged")
            #expect(ack["user_id"]?.string == user.id.value)
            socket.send(["jsonrpc": "2.0", "method": "m", "id": 5])
            guard case .frame(let result) = try await socket.next() else { return }
            #expect(result == ["jsonrpc": "2.0", "result": ["status": "processed", "method": "m"], "id": 5])
        }
    }

    @Test("bad input is answered by an error that names the member, and the connection goes on")
    func errors() async throws {
        try await RunningGateway.with { gateway in
            let socket = try await gateway.socket(try await gateway.user())
            let bad: [(String, String, String?)] = [
                ("{not json", "JSON_PARSE_ERROR", nil), (#"{"type":"chat","message":NaN}"#, "JSON_PARSE_ERROR", nil),
                ("[]", "INVALID_FIELD", nil), (#"{"message":"x"}"#, "INVALID_FIELD", "type"),
                (#"{"type":"chat","message":""}"#, "INVALID_FIELD", "content"),
                (#"{"type":"chat","message":"x","thread_id":"a b"}"#, "INVALID_FIELD", "thread_id"),
                (#"{"type":"chat","message":"\#(String(repeating: "x", count: 40_000))"}"#, "TOO_LONG", "content"),
                (String(repeating: "[", count: 100), "JSON_PARSE_ERROR", nil),
                (#"{"message_type":"chunked_start"}"#, "NOT_SUPPORTED", nil),
                (#"{"type":"agent_started","agent_name":"forged"}"#, "FORBIDDEN", "type"),
            ]
            for (text, code, field) in bad {
                socket.send(text: text)
                let error = try await socket.next("error_message")
                #expect(error["error_code"]?.string == code, "\(text.prefix(40))")
                #expect(error["field"]?.string == field, "\(text.prefix(40))")
                #expect(error["error_message"]?.string?.isEmpty == false)
            }
            socket.send(binary: [1, 2, 3])
            #expect(try await socket.next("error_message")["error_code"] == "NOT_SUPPORTED")
            socket.send(["type": "ping", "payload": 1])
            #expect(try await socket.next("pong")["data"] == 1)
        }
    }

    @Test("a message over the frame limit closes with 1009")
    func tooBig() async throws {
        try await RunningGateway.with { gateway in
            let socket = try await gateway.socket(try await gateway.user())
            socket.send(text: #"{"type":"ping","payload":"\#(String(repeating: "x", count: 10 << 20))"}"#)
            #expect(try await socket.closed().code == 1009)
        }
    }

    @Test("a flood is held by the user's bucket, on all devices together, and told when to come back")
    func rateLimit() async throws {
        try await RunningGateway.with(configure: {
            $0.limits.messageBurst = 10
            $0.limits.messagesPerSecond = 1
        }) { gateway in
            let user = try await gateway.user()
            let one = try await gateway.socket(user)
            let two = try await gateway.socket(user)
            for _ in 0..<10 { one.send(["type": "ping", "payload": 0]) }
            for _ in 0..<10 { try await one.next("pong") }
            two.send(["type": "chat", "message": "x", "client_msg_id": "c"])
            let error = try await two.next("error_message")
            #expect(error["error_code"] == "RATE_LIMITED" && error["client_msg_id"] == "c")
            #expect(try #require(error["retry_after_ms"]?.int) > 0)
            let other = try await gateway.socket(try await gateway.user())
            other.send(["type": "ping", "payload": 1])
            try await other.next("pong")
        }
    }

    @Test("more open runs than allowed are refused, and one that ends makes room")
    func openRuns() async throws {
        try await RunningGateway.with(configure: { $0.limits.openRunsPerUser = 2 }) { gateway in
            let socket = try await gateway.socket(try await gateway.user())
            for thread in ["a", "b"] {
                socket.send(["type": "chat", "message": "wait", "thread_id": .string(thread)])
                try await socket.next("ack")
            }
            socket.send(["type": "chat", "message": "x", "thread_id": "c"])
            #expect(try await socket.next("error_message")["error_code"] == "RATE_LIMITED")
            socket.send(["type": "stop_agent", "payload": ["thread_id": "a"]])
            try await socket.next("agent_cancelled")
            socket.send(["type": "chat", "message": "x", "thread_id": "c"])
            try await socket.next("agent_completed")
        }
    }

    @Test("conversations are made, named, listed and deleted over the socket")
    func conversations() async throws {
        try await RunningGateway.with { gateway in
            let socket = try await gateway.socket(try await gateway.user())
            socket.send(["type": "create_thread", "payload": ["thread_id": "t", "title": "First"]])
            #expect(try await socket.next("thread_updated")["title"] == "First")
            socket.send(["type": "rename_thread", "payload": ["thread_id": "t", "title": "Second"]])
            #expect(try await socket.next("thread_updated")["title"] == "Second")
            socket.send(["type": "chat", "message": "hello", "thread_id": "t"])
            try await socket.next("agent_completed")
            socket.send(["type": "get_thread_history", "payload": ["thread_id": "t"]])
            #expect(try await socket.next("thread_history")["messages"]?.array?.count == 2)
            socket.send(["type": "list_threads"])
            #expect(try await socket.next("thread_list")["threads"]?.array?.count == 1)
            socket.send(["type": "delete_thread", "payload": ["thread_id": "t"]])
            try await socket.next("thread_deleted")
            socket.send(["type": "chat", "message": "hello", "thread_id": "t"])
            #expect(try await socket.next("error_message")["error_code"] == "UNKNOWN_THREAD")
            socket.send(["type": "resume", "threads": ["t": 0]])
            try await socket.next("not_found")
        }
    }

    @Test("the demo endpoint speaks its flat shape")
    func demoShape() async throws {
        try await RunningGateway.with(configure: { $0.demo = true }) { gateway in
            let socket = try await TestSocket.open(port: gateway.port, path: "/api/demo/ws")
            let welcome = try await socket.next("connection_established")
            #expect(welcome["connection_id"]?.string?.isEmpty == false && welcome["data"] == nil)
            socket.send(["type": "ping"])
            #expect(try await socket.next("pong") == ["type": "pong"])
            socket.send(["type": "chat", "message": "think tool say:answer"])
            #expect(try await socket.next("tool_executing")["tool"] == "probe")
            let end = try await socket.next("agent_completed")
            #expect(end["message"] == "answer " && end["payload"] == nil && end["agent"] == "scripted")
        }
    }
}
