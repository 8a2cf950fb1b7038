import CanonStore
import CanonWire
import Testing

@testable import CanonGateway

@Suite("Broadcasts, and the list of one's connections", .timeLimit(.minutes(3)))
struct BroadcastTests {
    @Test("a broadcast reaches every socket once, with its reason on record")
    func reachesEverybody() async throws {
        try await RunningGateway.with { gateway in
            let admin = try await gateway.user(role: .admin)
            let (first, second) = (try await gateway.user(), try await gateway.user())
            let sockets = [
                try await gateway.socket(first), try await gateway.socket(first), try await gateway.socket(second),
            ]
            let answer = try await gateway.http.post(
                "/api/broadcast", ["event": ["type": "maintenance", "at": 5], "reason": "update tonight"],
                token: admin.token)
            #expect(answer.status == 200)
            #expect(answer.json == ["delivered": 3, "users": 2])
            for socket in sockets {
                let frame = try await socket.next("broadcast")
                #expect(frame["event"] == ["type": "maintenance", "at": 5] && frame["data"] == frame["event"])
                #expect(frame["timestamp"]?.double != nil && frame["seq"] == nil)
                socket.send(["type": "ping", "payload": 1])
                guard case .frame(let next) = try await socket.next() else { return }
                #expect(next["type"] == "pong")
            }
            let entry = try #require(try await gateway.identity.auditTrail(limit: 1).first)
            #expect(entry.actor == admin.id.value && entry.action == "broadcast" && entry.detail == "update tonight")
        }
    }

    @Test("only an administrator broadcasts, over HTTP, with a reason and an event that forges nothing")
    func refusals() async throws {
        try await RunningGateway.with { gateway in
            let admin = try await gateway.user(role: .admin)
            let user = try await gateway.user()
            let witness = try await gateway.socket(user)
            let good: JSONObject = ["event": ["type": "x"], "reason": "r"]
            let http = gateway.http
            #expect(try await http.post("/api/broadcast", good).status == 401)
            #expect(try await http.post("/api/broadcast", good, token: user.token).status == 403)
            #expect(try await http.post("/api/broadcast", good, token: try await gateway.serviceToken()).status == 403)
            let bad: [(JSONObject, Int, String)] = [
                (["event": ["type": "x"]], 422, "reason"), (["event": ["type": "x"], "reason": " "], 422, "reason"),
                (["event": ["type": "x"], "reason": 5], 422, "reason"),
                (["event": ["type": "x"], "reason": "a\nb"], 422, "reason"),
                (["event": ["type": "x"], "reason": .string(String(repeating: "r", count: 501))], 422, "reason"),
                (["reason": "r"], 422, "event"), (["event": [], "reason": "r"], 422, "event"),
                (["event": ["type": 5], "reason": "r"], 422, "type"),
                (["event": ["type": "agent_completed"], "reason": "r"], 422, "event.type"),
                (["event": ["type": "snapshot"], "reason": "r"], 422, "event.type"),
                (["event": ["x": .string(String(repeating: "x", count: 20_000))], "reason": "r"], 413, "event"),
            ]
            for (body, status, field) in bad {
                let answer = try await http.post("/api/broadcast", body, token: admin.token)
                #expect(answer.status == status && answer.json["field"]?.string == field, "\(body)")
            }
            witness.send(["type": "broadcast", "event": ["type": "x"], "reason": "r"])
            guard case .frame(let answer) = try await witness.next() else { return }
            #expect(answer["error_code"] == "FORBIDDEN")
            #expect(try await gateway.identity.auditTrail().contains { $0.action == "broadcast" } == false)
        }
    }

    @Test("everybody sees their own connections of both kinds, and nobody else's")
    func connections() async throws {
        try await RunningGateway.with { gateway in
            let (user, other) = (try await gateway.user(), try await gateway.user())
            let name = String(repeating: "x", count: 1000)
            let socket = try await TestSocket.open(
                port: gateway.port, token: user.token, headers: [("User-Agent", name)])
            _ = try await gateway.socket(other)
            socket.send(["type": "chat", "message": "hello", "thread_id": "t"])
            let events = try await socket.events()
            let stream = try await gateway.stream("t", user)
            _ = try await stream.events(until: "agent_completed")
            let list = try await gateway.http.get("/api/connections", token: user.token).json["connections"]?.array
            let connections = try #require(list)
            #expect(connections.map { $0["transport"]?.string } == ["websocket", "sse"])
            #expect(connections.map { $0["delivered"]?.int } == [Int64(events.count), Int64(events.count)])
            #expect(connections.map { $0["received"]?.int } == [1, 0])
            #expect(connections.map { $0["follows"]?.int } == [1, 1])
            #expect(connections.allSatisfy { $0["lagging"] == false && $0["current"] == true })
            #expect(connections[0]["user_agent"]?.string == String(name.prefix(256)))
            #expect(Set(connections.compactMap { $0["connection_id"]?.string }).count == 2)
            let theirs = try await gateway.http.get("/api/connections", token: other.token).json["connections"]?.array
            #expect(theirs?.count == 1)
            #expect(theirs?.first?["connection_id"] != connections[0]["connection_id"])
            #expect(try await gateway.http.get("/api/connections").status == 401)
        }
    }
}
