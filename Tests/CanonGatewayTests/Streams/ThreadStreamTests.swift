import CanonAgents
import CanonStore
import CanonWire
import Testing

@testable import CanonGateway

@Suite("The log of a thread as server-sent events", .timeLimit(.minutes(3)))
struct ThreadStreamTests {
    /// A conversation with one finished run, and a socket to go on with it.
    private func conversation(
        _ gateway: RunningGateway, _ user: RunningGateway.User, _ text: String = "one two"
    ) async throws -> (TestSocket, events: [JSONObject]) {
        let socket = try await gateway.socket(user)
        socket.send(["type": "chat", "message": .string(text), "thread_id": "t"])
        return (socket, try await socket.events())
    }

    @Test("a stream gives each event once and in order: those that are stored, then those that come")
    func replayThenLive() async throws {
        try await RunningGateway.with { gateway in
            let user = try await gateway.user()
            let (socket, first) = try await conversation(gateway, user)
            let stream = try await gateway.stream("t", user)
            #expect(stream.status == 200)
            #expect(stream.headers["content-type"]?.hasPrefix("text/event-stream") == true)
            #expect(stream.headers["cache-control"] == "no-store")
            for event in first {
                let (id, frame) = try await stream.event()
                #expect(frame == event)
                #expect(id == "\(gateway.store.log.epoch):\(frame["seq"]!.int!)")
            }
            socket.send(["type": "chat", "message": "repeat:200", "thread_id": "t"])
            let second = try await socket.events()
            let live = try await stream.events(until: "agent_completed")
            #expect(live == second)
        }
    }

    @Test("a cursor in the header or the query is gone on from, and the header counts first")
    func cursors() async throws {
        try await RunningGateway.with { gateway in
            let user = try await gateway.user()
            let (_, events) = try await conversation(gateway, user)
            let epoch = gateway.store.log.epoch
            for (query, header, expected) in [
                ("", "\(epoch):2", 3), ("?after=3", nil, 4), ("?after=\(epoch):1", nil, 2), ("?after=0", nil, 1),
                ("?after=1", "\(epoch):3", 4), ("", nil, 1),
            ] as [(String, String?, Int64)] {
                let stream = try await gateway.stream("t", user, query: query, lastEventID: header)
                let frame = try await stream.event().frame
                #expect(frame["seq"]?.int == expected, "\(query) \(header ?? "")")
                #expect(frame == events[Int(expected) - 1])
                await stream.cut()
            }
            for bad in ["?after=x", "?after=-1", "?after=:1", "?after=\(epoch):"] {
                let stream = try await gateway.stream("t", user, query: bad)
                #expect(stream.status == 422, "\(bad)")
                await stream.cut()
            }
        }
    }

    @Test("a foreign epoch, a number never given and one before the floor get a snapshot, then what comes after it")
    func snapshots() async throws {
        try await RunningGateway.with { gateway in
            let user = try await gateway.user()
            let (socket, events) = try await conversation(gateway, user)
            let head = Int64(events.count)
            let epoch = gateway.store.log.epoch
            _ = try await gateway.store.log.prune(Retention(maximumAgeMilliseconds: 1 << 40, maximumEvents: 2))
            var streams: [TestStream] = []
            for cursor in ["other:1", "\(epoch):\(head + 5)", "\(epoch):0"] {
                let stream = try await gateway.stream("t", user, lastEventID: cursor)
                streams.append(stream)
                let (id, snapshot) = try await stream.event()
                #expect(snapshot["type"] == "snapshot" && snapshot["at"]?.int == head, "\(cursor)")
                #expect(id == "\(epoch):\(head)")
                #expect(snapshot["messages"]?.array?.count == 2 && snapshot["open_run"] == .null)
                #expect(snapshot["seq"] == nil)
            }
            socket.send(["type": "chat", "message": "more", "thread_id": "t"])
            let live = try await socket.events()
            for stream in streams { #expect(try await stream.events(until: "agent_completed") == live) }
        }
    }

    @Test("an unknown thread and another user's are not found, and nobody streams without a credential")
    func isolation() async throws {
        try await RunningGateway.with { gateway in
            let user = try await gateway.user()
            _ = try await conversation(gateway, user)
            let stranger = try await gateway.user()
            let own = try await gateway.http.get("/api/threads/none/events", token: user.token)
            let foreign = try await gateway.http.get("/api/threads/t/events", token: stranger.token)
            #expect(own.status == 404 && foreign.status == 404 && own.body == foreign.body)
            #expect(try await gateway.http.get("/api/threads/t/events").status == 401)
            #expect(try await gateway.http.get("/api/threads/t/events?token=\(user.token)").status == 401)
            #expect(try await gateway.http.get("/api/threads/t/events?ticket=rubbish").status == 401)
        }
    }

    @Test("a ticket opens one stream, once")
    func ticket() async throws {
        try await RunningGateway.with { gateway in
            let user = try await gateway.user()
            _ = try await conversation(gateway, user)
            let made = try await gateway.http.post("/api/websocket/ticket", [:], token: user.token).json
            let ticket = try #require(made["ticket_id"]?.string)
            let stream = try await gateway.stream("t", query: "?ticket=\(ticket)&after=1")
            #expect(try await stream.event().frame["seq"] == 2)
            #expect(try await gateway.stream("t", query: "?ticket=\(ticket)").status == 401)
        }
    }

    @Test("streams count against the limit of connections, and give their place back when the client goes")
    func limit() async throws {
        try await RunningGateway.with(configure: { $0.limits.connectionsPerUser = 2 }) { gateway in
            let user = try await gateway.user()
            let (socket, _) = try await conversation(gateway, user)
            let stream = try await gateway.stream("t", user)
            #expect(try await gateway.stream("t", user).status == 429)
            let metrics = try await gateway.http.get("/metrics").text
            #expect(metrics.contains("\ncanon_streams 1\n") && metrics.contains("\ncanon_connections 2\n"))
            await stream.cut()
            try await until("the place is free") {
                let next = try await gateway.stream("t", user)
                defer { Task { await next.cut() } }
                return next.status == 200
            }
            _ = socket
        }
    }

    @Test("a revoked session loses its streams within a second, also one that does not read")
    func revocation() async throws {
        try await RunningGateway.with { gateway in
            let user = try await gateway.user()
            let (socket, _) = try await conversation(gateway, user)
            let stream = try await gateway.stream("t", user, query: "?after=2")
            let stalled = try await gateway.stream("t", user)
            _ = try await stream.event()
            try await stalled.stopReading()
            socket.send(["type": "chat", "message": "repeat:3000", "thread_id": "t"])
            _ = try await socket.events(within: 90)
            let before = LivedClock.now
            try await gateway.identity.setDisabled(true, EmailAddress(user.email), actor: "test")
            let rest = try await stream.rest()
            #expect(LivedClock.now - before < .seconds(2))
            #expect(rest.arrivals.last == .comment("token_revoked"))
            try await until("both places are free") {
                try await gateway.http.get("/metrics").text.contains("\ncanon_streams 0\n")
            }
            #expect(try await gateway.stream("t", user).status == 401)
        }
    }

    @Test("a stream ends with its token")
    func expiry() async throws {
        try await RunningGateway.with { gateway in
            var opened: TestStream?
            // On a machine with too much to do the token may end before the stream has begun.
            try await until("a stream is opened in time") {
                let user = try await gateway.user(validFor: 3)
                guard (try? await conversation(gateway, user)) != nil else { return false }
                opened = try await gateway.stream("t", user)
                return opened?.status == 200
            }
            let stream = try #require(opened)
            let rest = try await stream.rest()
            #expect(rest.arrivals.last == .comment("token_expired") && rest.isClean)
        }
    }

    @Test("a deleted thread ends its streams with a word")
    func deletion() async throws {
        try await RunningGateway.with { gateway in
            let user = try await gateway.user()
            _ = try await conversation(gateway, user)
            let stream = try await gateway.stream("t", user)
            _ = try await stream.events(until: "agent_completed")
            #expect(try await gateway.http.send("DELETE", "/api/threads/t", nil, user.token).status == 204)
            let rest = try await stream.rest()
            #expect(rest.isClean)
            #expect(rest.arrivals.last == .event(id: nil, ["type": "thread_deleted", "thread_id": "t"]))
        }
    }

    @Test("a server that stops lets the run end, then says good-bye; the cursor goes on at the next one")
    func drain() async throws {
        try await RunningGateway.with(ScriptedBackend()) { gateway in
            let user = try await gateway.user()
            let socket = try await gateway.socket(user)
            socket.send(["type": "chat", "message": "wait", "thread_id": "t"])
            try await socket.next("agent_started")
            let stream = try await gateway.stream("t", user)
            _ = try await stream.events(until: "agent_started")
            await gateway.triggerStop()
            let last = try await stream.event(within: 5)
            #expect(last.frame["type"] == "agent_error" && last.frame["reason"] == "shutdown")
            let rest = try await stream.rest()
            #expect(rest.arrivals == [.comment("going_away")] && rest.isClean)
        }
    }

    @Test("a cursor is an epoch and a number, or a number alone")
    func cursorText() {
        #expect(StreamCursor("ep:12") == StreamCursor(epoch: "ep", seq: 12))
        #expect(StreamCursor("a:b:12") == StreamCursor(epoch: "a:b", seq: 12))
        #expect(StreamCursor("12") == StreamCursor(epoch: nil, seq: 12))
        #expect(StreamCursor("ep:12")?.text == "ep:12")
        for bad in ["", ":", ":1", "ep:", "ep:x", "ep:-1", "ep:+1", "1 ", "99999999999999999999"] {
            #expect(StreamCursor(bad) == nil, "\(bad)")
        }
    }
}
