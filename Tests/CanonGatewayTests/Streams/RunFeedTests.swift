import CanonAgents
import CanonStore
import CanonWire
import Testing

@testable import CanonGateway

@Suite("The feed of opened runs", .timeLimit(.minutes(3)))
struct RunFeedTests {
    private func feed(
        _ gateway: RunningGateway, _ token: String?, lastEventID: String? = nil
    ) async throws -> TestStream {
        try await TestStream.open(
            port: gateway.port, path: "/api/runs/feed", token: token,
            headers: lastEventID.map { [("Last-Event-ID", $0)] } ?? [])
    }

    /// A user who asks something.
    private func ask(_ gateway: RunningGateway, _ text: String) async throws -> (RunningGateway.User, run: String) {
        let user = try await gateway.user()
        let socket = try await gateway.socket(user)
        socket.send(["type": "chat", "message": .string(text), "thread_id": "t"])
        return (user, try #require(try await socket.next("agent_started")["run_id"]?.string))
    }

    private func external(_ body: (RunningGateway) async throws -> Void) async throws {
        try await RunningGateway.with(ExternalBackend(), configure: { $0.agent.kind = .external }, body)
    }

    @Test("a service is told of each open run of every user, then of each that begins")
    func opensThenLive() async throws {
        try await external { gateway in
            let service = try await gateway.serviceToken()
            let (ada, first) = try await ask(gateway, "before")
            let feed = try await feed(gateway, service)
            let opened = try await feed.event().frame
            #expect(opened["type"] == "run_opened" && opened["text"] == "before" && opened["seq"] == 1)
            #expect(opened["user_id"]?.string == ada.id.value && opened["run_id"]?.string == first)
            #expect(opened["thread_id"] == "t" && opened["timestamp"]?.double != nil)
            let (bob, second) = try await ask(gateway, "after")
            let live = try await feed.event()
            #expect(live.frame["user_id"]?.string == bob.id.value && live.frame["run_id"]?.string == second)

            // What the feed says is enough to answer.
            let answer = try await gateway.http.post(
                "/api/users/\(bob.id.value)/events",
                [
                    "thread_id": "t", "run_id": .string(second),
                    "events": [["type": "agent_completed", "final_response": "hi"]],
                ], token: service)
            #expect(answer.json["results"]?.array?.first?["status"] == "stored")
        }
    }

    @Test("a service that comes back is told of what began meanwhile, once")
    func resumes() async throws {
        try await external { gateway in
            let service = try await gateway.serviceToken()
            _ = try await ask(gateway, "one")
            let first = try await feed(gateway, service)
            let cursor = try #require(try await first.event().id)
            await first.cut()
            let (_, second) = try await ask(gateway, "two")
            let (_, third) = try await ask(gateway, "three")
            let again = try await feed(gateway, service, lastEventID: cursor)
            #expect(try await again.event().frame["run_id"]?.string == second)
            #expect(try await again.event().frame["run_id"]?.string == third)
            let foreign = try await feed(gateway, service, lastEventID: "other:99")
            #expect(try await foreign.event().frame["text"] == "one")
            let bad = try await feed(gateway, service, lastEventID: "x")
            #expect(bad.status == 422)
        }
    }

    @Test("more open runs than fit a page are told in order")
    func pages() async throws {
        try await RunningGateway.with(
            ExternalBackend(),
            configure: {
                $0.agent.kind = .external
                $0.limits.openRunsPerUser = 1000
                $0.limits.messageBurst = 1000
            }
        ) { gateway in
            let user = try await gateway.user()
            let socket = try await gateway.socket(user)
            for number in 0..<100 {
                socket.send(["type": "chat", "message": .string("q\(number)"), "thread_id": .string("t\(number % 7)")])
            }
            for _ in 0..<100 { try await socket.next("ack") }
            let feed = try await feed(gateway, try await gateway.serviceToken())
            for number in 0..<100 { #expect(try await feed.event().frame["text"]?.string == "q\(number)") }
        }
    }

    @Test("only services and administrators see the feed, and only where runs are answered from outside")
    func refusals() async throws {
        try await external { gateway in
            let (anonymous, user) = (
                try await feed(gateway, nil), try await feed(gateway, try await gateway.user().token)
            )
            #expect(anonymous.status == 401 && user.status == 403)
        }
        try await RunningGateway.with { gateway in
            let refused = try await gateway.http.get("/api/runs/feed", token: try await gateway.serviceToken())
            #expect(refused.status == 409 && refused.json["error"] == "agent_not_external")
        }
    }

    @Test("a revoked service token loses its feed")
    func revocation() async throws {
        try await external { gateway in
            let made = try await gateway.identity.createServiceToken(
                name: "feeder", role: .service, expiresAt: nil, actor: "test")
            let feed = try await feed(gateway, made.secret.text)
            _ = try await gateway.identity.revokeServiceToken("feeder", actor: "test")
            let rest = try await feed.rest()
            #expect(rest.arrivals == [.comment("token_revoked")])
        }
    }
}
