import CanonAgents
import CanonStore
import CanonWire
import Foundation
import GRDB
import Testing

@testable import CanonGateway

@Suite("The life of sessions and servers")
struct LifecycleTests {
    @Test("an account that is disabled beside the running server loses its sockets within a second")
    func disabled() async throws {
        try await RunningGateway.with { gateway in
            let user = try await gateway.user("gone")
            let socket = try await gateway.socket(user)
            let bystander = try await gateway.socket(try await gateway.user())
            // Another process with the same data folder, as `canon users disable` is.
            let beside = IdentityStore(try CanonDatabase(path: gateway.folder.path + "/canon.sqlite"))
            let before = LivedClock.now
            try await beside.setDisabled(true, EmailAddress(user.email), actor: "test")
            let close = try await socket.closed(within: 3)
            #expect(close.code == 1008 && close.reason == "token_revoked")
            #expect(LivedClock.now - before < .seconds(2))
            bystander.send(["type": "ping", "payload": 1])
            try await bystander.next("pong")
        }
    }

    @Test("a logged-out session's sockets are closed, another session of the same user stays")
    func loggedOut() async throws {
        try await RunningGateway.with { gateway in
            let user = try await gateway.user()
            let account = try #require(try await gateway.identity.account(user.id))
            let socket = try await gateway.socket(user)
            let other = try await gateway.socket(
                .init(id: user.id, token: try await gateway.token(for: account, validFor: 800), email: user.email))
            #expect(try await gateway.http.post("/auth/logout", [:], token: user.token).status == 200)
            #expect(try await socket.closed(within: 3).reason == "token_revoked")
            other.send(["type": "ping", "payload": 1])
            try await other.next("pong")
        }
    }

    @Test("an expired token ends its socket, unless it was renewed in band")
    func expiry() async throws {
        try await RunningGateway.with { gateway in
            let user = try await gateway.user(validFor: 3)
            let account = try #require(try await gateway.identity.account(user.id))
            let lapsing = try await gateway.socket(user)
            let renewed = try await gateway.socket(user)
            try await lapsing.next("system_message")
            renewed.send(["type": "auth", "token": .string(try await gateway.token(for: account))])
            #expect(try await renewed.next("auth_completed")["user_id"]?.string == user.id.value)
            let close = try await lapsing.closed(within: 8)
            #expect(close.code == 1008 && close.reason == "token_expired")
            renewed.send(["type": "ping", "payload": 1])
            try await renewed.next("pong")
            let stranger = try await gateway.user()
            renewed.send(["type": "auth", "token": .string(stranger.token)])
            #expect(try await renewed.next("error_message")["error_code"] == "FORBIDDEN")
            renewed.send(["type": "auth", "token": "rubbish"])
            #expect(try await renewed.closed().code == 1008)
        }
    }

    @Test("a server that stops says so, lets the run finish, and closes with 1001")
    func gracefulStop() async throws {
        try await RunningGateway.with(configure: { $0.limits.drainSeconds = 5 }) { gateway in
            let socket = try await gateway.socket(try await gateway.user())
            socket.send(["type": "chat", "message": "repeat:300"])
            try await socket.next("agent_started")
            await gateway.triggerStop()
            let notice = try await socket.next("going_away")
            #expect(try #require(notice["resume_after_ms"]?.int) > 0)
            try await socket.next("agent_completed")
            #expect(try await socket.closed().code == 1001)
        }
    }

    @Test("a run that does not finish in the drain time gets its terminal event before the end")
    func drainCutsRuns() async throws {
        try await RunningGateway.with(configure: { $0.limits.drainSeconds = 1 }) { gateway in
            let socket = try await gateway.socket(try await gateway.user())
            socket.send(["type": "chat", "message": "wait"])
            try await socket.next("agent_started")
            await gateway.triggerStop()
            #expect(try await socket.next("agent_error")["reason"] == "shutdown")
            #expect(try await socket.closed().code == 1001)
        }
    }

    @Test("health, limits, counters and metrics tell what is")
    func status() async throws {
        try await RunningGateway.with(configure: { $0.limits.maximumTextBytes = 777 }) { gateway in
            let http = gateway.http
            #expect(try await http.get("/health").json["status"] == "healthy")
            #expect(try await http.get("/health/ready").json["status"] == "ready")
            #expect(try await http.get("/ws/config").json["limits"]?["maximum_text_bytes"] == 777)
            let socket = try await gateway.socket(try await gateway.user())
            socket.send(["type": "chat", "message": "x"])
            try await socket.next("agent_completed")
            let statistics = try await http.get("/ws/stats").json
            #expect(statistics["active_connections"] == 1)
            #expect(statistics["counters"]?["runs_completed"] == 1)
            #expect(statistics["counters"]?["events_dropped"] == 0)
            let metrics = try await http.get("/metrics").text
            #expect(metrics.contains("\ncanon_connections 1\n") && metrics.contains("\ncanon_runs_completed_total 1\n"))
        }
    }

    @Test("the inventory says one manager, to the service role only")
    func inventory() async throws {
        try await RunningGateway.with { gateway in
            let user = try await gateway.user()
            #expect(try await gateway.http.get("/api/manager").status == 401)
            #expect(try await gateway.http.get("/api/manager", token: user.token).status == 403)
            let service = try await gateway.serviceToken()
            let inventory = try await gateway.http.get("/api/manager", token: service).json
            #expect(inventory["managers"] == [["type": "WebSocketManager", "module": "CanonGateway", "instances": 1]])
            #expect(inventory["epoch"]?.string == gateway.store.log.epoch)
            #expect(inventory["vocabulary"]?.string == Vocabulary.hash)
            for member in ["schema", "version", "commit", "node", "connections", "users"] {
                #expect(inventory[member] != nil)
            }
        }
    }

    @Test("a store that cannot be written makes the server not ready, and a message is refused with the reason")
    func fullDisk() async throws {
        try await RunningGateway.with { gateway in
            let user = try await gateway.user()
            let socket = try await gateway.socket(user)
            socket.send(["type": "chat", "message": "before", "thread_id": "t"])
            try await socket.next("agent_completed")
            let pages = try await gateway.store.database.pool.read { try Int.fetchOne($0, sql: "PRAGMA page_count")! }
            try await gateway.store.database.pool.writeWithoutTransaction {
                try $0.execute(sql: "PRAGMA max_page_count = \(pages)")
            }
            socket.send([
                "type": "chat", "message": .string(String(repeating: "x", count: 30_000)), "thread_id": "t",
                "client_msg_id": "c",
            ])
            let error = try await socket.next("error_message")
            #expect(error["error_code"] == "UNAVAILABLE" && error["client_msg_id"] == "c")
            try await gateway.store.database.pool.writeWithoutTransaction {
                try $0.execute(sql: "PRAGMA max_page_count = 1000000")
            }
            socket.send([
                "type": "chat", "message": .string(String(repeating: "x", count: 30_000)), "thread_id": "t",
                "client_msg_id": "c",
            ])
            #expect(try await socket.next("ack")["duplicate"] == false)
            try await socket.next("agent_completed")
            let head = try #require(
                try await gateway.store.log.head(of: ThreadKey(user: user.id, thread: ThreadID("t"))))
            let events = try await gateway.store.log.events(
                of: ThreadKey(user: user.id, thread: ThreadID("t")), after: 0, limit: 1000, byteLimit: 1 << 24)
            #expect(events.map(\.seq) == Array(1...head))
        }
    }

    @Test("an id that a path cannot hold as it is may be percent-encoded, as every client's library does it")
    func encodedIds() async throws {
        try await RunningGateway.with { gateway in
            let user = try await gateway.user()
            let stranger = try await gateway.user()
            let http = gateway.http
            let socket = try await gateway.socket(user)
            socket.send(["type": "chat", "message": "say:42", "thread_id": "room:7#a|50%"])
            try await socket.next("agent_completed")
            let path = "/api/threads/room%3A7%23a%7C50%25"
            let messages = try await http.get(path + "/messages", token: user.token).json
            #expect(messages["messages"]?.array?.count == 2)
            #expect(try await http.get(path, token: user.token).json["id"] == "room:7#a|50%")
            #expect(try await http.get(path, token: stranger.token).status == 404)
            // No bytes of UTF-8, and a slash, which no id holds: nothing has such a name.
            for wrong in ["room%3A7%23a%7C50%", "%FF", "room%2F..%2Froom", "%"] {
                #expect(try await http.get("/api/threads/" + wrong, token: user.token).status == 404, "\(wrong)")
            }
            #expect(try await http.send("DELETE", path, nil, user.token).status == 204)
        }
    }

    @Test("conversations over REST are the user's own")
    func rest() async throws {
        try await RunningGateway.with { gateway in
            let user = try await gateway.user()
            let stranger = try await gateway.user()
            let http = gateway.http
            let made = try await http.post("/api/threads", ["title": "Plans"], token: user.token)
            #expect(made.status == 201 && made.json["title"] == "Plans")
            let id = try #require(made.json["id"]?.string)
            let socket = try await gateway.socket(user)
            socket.send(["type": "chat", "message": "say:42", "thread_id": .string(id)])
            try await socket.next("agent_completed")
            let messages = try await http.get("/api/threads/\(id)/messages", token: user.token).json
            #expect(messages["messages"]?.array?.compactMap { $0["content"]?.string } == ["say:42", "42 "])
            #expect(messages["head"] == 4)
            #expect(try await http.get("/api/threads", token: user.token).json["threads"]?.array?.count == 1)
            #expect(try await http.get("/api/threads", token: stranger.token).json["threads"]?.array?.isEmpty == true)
            for path in ["/api/threads/\(id)", "/api/threads/\(id)/messages", "/api/threads/never-was"] {
                #expect(try await http.get(path, token: stranger.token).status == 404)
                #expect(try await http.get(path).status == 401)
            }
            #expect(try await http.send("DELETE", "/api/threads/\(id)", nil, stranger.token).status == 404)
            #expect(
                try await http.send("PATCH", "/api/threads/\(id)", Array(#"{"title":"New"}"#.utf8), user.token).json[
                    "title"] == "New")
            #expect(
                try await http.send("PATCH", "/api/threads/\(id)", Array(#"{"title":5}"#.utf8), user.token).status
                    == 422)
            #expect(try await http.send("PATCH", "/api/threads/\(id)", Array("{".utf8), user.token).status == 400)
            #expect(try await http.send("DELETE", "/api/threads/\(id)", nil, user.token).status == 204)
            #expect(try await http.get("/api/threads/\(id)", token: user.token).status == 404)
            #expect(try await http.get("/api/threads?limit=0", token: user.token).json["field"] == "limit")
        }
    }

    @Test("an external agent answers over the producer API, with a service token only")
    func producer() async throws {
        try await RunningGateway.with(ExternalBackend()) { gateway in
            let user = try await gateway.user()
            let service = try await gateway.serviceToken()
            let socket = try await gateway.socket(user)
            socket.send(["type": "chat", "message": "question", "thread_id": "t"])
            let run = try #require(try await socket.next("ack")["run_id"])
            let path = "/api/users/\(user.id.value)/events"
            let http = gateway.http
            let delta: JSONObject = [
                "thread_id": "t", "run_id": run,
                "events": [["type": "stream_chunk", "event_id": "e1", "message_id": "m", "delta": "hi"]],
            ]
            #expect(try await http.post(path, delta, token: user.token).status == 403)
            let stored = try await http.post(path, delta, token: service).json["results"]?.array?.first
            #expect(stored?["status"] == "stored" && stored?["delivered"] == 1)
            #expect(
                try await http.post(path, delta, token: service).json["results"]?.array?.first?["status"] == "duplicate"
            )
            let end: JSONObject = [
                "thread_id": "t", "run_id": run,
                "events": [["type": "agent_completed", "final_response": "hi", "message_id": "m"]],
            ]
            #expect(try await http.post(path, end, token: service).json["results"]?.array?.first?["status"] == "stored")
            let events = try await socket.events()
            #expect(events.last?["final_response"] == "hi")
            #expect(
                try await http.post(path, end, token: service).json["results"]?.array?.first?["reason"] == "run_ended")
            var foreign = delta
            foreign["thread_id"] = "unknown"
            #expect(try await http.post(path, foreign, token: service).status == 404)
            var forged = delta
            forged["events"] = [["type": "user_message", "content": "I said this"]]
            #expect(try await http.post(path, forged, token: service).status == 422)
        }
    }

    @Test("the console is served with a policy that allows nothing inline")
    func console() async throws {
        try await RunningGateway.with { gateway in
            let page = try await gateway.http.get("/")
            #expect(page.status == 200 && page.text.lowercased().contains("<!doctype html>"))
            let policy = try #require(page.headers["content-security-policy"])
            #expect(policy.contains("default-src 'none'") && !policy.contains("unsafe"))
            #expect(try await gateway.http.get("/console/none.js").status == 404)
            #expect(try await gateway.http.get("/nowhere").json["error"] == "not_found")
        }
    }
}
