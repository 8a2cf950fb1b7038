import CanonAgents
import CanonStore
import CanonWire
import HTTPTypes
import Testing

@testable import CanonGateway

@Suite("Idempotency keys of producers", .timeLimit(.minutes(3)))
struct IdempotencyTests {
    private struct Place {
        let gateway: RunningGateway
        let path: String
        let user: RunningGateway.User
        let body: JSONObject

        func publish(_ body: JSONObject? = nil, key: String?, token: String) async throws -> TestHTTP.Answer {
            try await gateway.http.post(
                path, body ?? self.body, token: token, headers: key.map { ["Idempotency-Key": $0] } ?? [:])
        }

        func events() async throws -> [LogEvent] {
            try await gateway.store.log.events(
                of: ThreadKey(user: user.id, thread: ThreadID("t")), after: 0, limit: 1000, byteLimit: 1 << 20)
        }
    }

    /// An open run, and a batch of two events for it.
    private func place(_ gateway: RunningGateway) async throws -> Place {
        let user = try await gateway.user()
        let socket = try await gateway.socket(user)
        socket.send(["type": "chat", "message": "question", "thread_id": "t"])
        let run = try #require(try await socket.next("agent_started")["run_id"])
        return Place(
            gateway: gateway, path: "/api/users/\(user.id.value)/events", user: user,
            body: [
                "thread_id": "t", "run_id": run,
                "events": [
                    ["type": "stream_chunk", "message_id": "m", "delta": "same"],
                    ["type": "stream_chunk", "message_id": "m", "delta": "same"],
                ],
            ])
    }

    private func statuses(_ answer: TestHTTP.Answer) -> [String?] {
        (answer.json["results"]?.array ?? []).map { $0["status"]?.string }
    }

    private func numbers(_ answer: TestHTTP.Answer) -> [Int64?] {
        (answer.json["results"]?.array ?? []).map { $0["seq"]?.int }
    }

    @Test("a retry stores nothing twice and is told the first numbers, also after the run has ended")
    func retry() async throws {
        try await RunningGateway.with(ExternalBackend()) { gateway in
            let place = try await place(gateway)
            let service = try await gateway.serviceToken()
            let first = try await place.publish(key: "k1", token: service)
            #expect(statuses(first) == ["stored", "stored"])
            let again = try await place.publish(key: "k1", token: service)
            #expect(statuses(again) == ["duplicate", "duplicate"])
            #expect(numbers(again) == numbers(first))
            let end: JSONObject = [
                "thread_id": "t", "run_id": place.body["run_id"]!,
                "events": [["type": "agent_completed", "final_response": "samesame"]],
            ]
            #expect(statuses(try await place.publish(end, key: "k2", token: service)) == ["stored"])
            #expect(numbers(try await place.publish(key: "k1", token: service)) == numbers(first))
            #expect(statuses(try await place.publish(end, key: "k2", token: service)) == ["duplicate"])
            #expect(try await place.events().count == 5)
            // Without a key, or under another, the same body is new.
            #expect(statuses(try await place.publish(end, key: "k3", token: service)) == ["refused"])
        }
    }

    @Test("a retry after a stop between keeping the key and storing the events stores what is missing")
    func crash() async throws {
        try await RunningGateway.with(ExternalBackend()) { gateway in
            let place = try await place(gateway)
            let made = try await gateway.identity.createServiceToken(
                name: "p", role: .service, expiresAt: nil, actor: "test")
            let key = ThreadKey(user: place.user.id, thread: ThreadID("t"))
            let header = try #require(try IdempotencyHeader([.idempotencyKey: "k"]))
            // What the server had done when it was stopped: the key was kept, and the first of the events stored.
            let body = Array(place.body.encodedText.utf8)
            let fingerprint = Fingerprint.of(body)
            let claim = IdempotencyKey(owner: made.token.id, thread: key, key: "k")
            #expect(try await gateway.store.log.claim(claim, fingerprint: fingerprint) == .new)
            let drafts = [0, 1].map { _ in
                EventDraft(type: .streamChunk, agent: "p", fields: ["message_id": "m", "delta": "same"])
            }
            let named = header.identify(drafts, of: place.body, producer: made.token.id, in: key)
            let run = RunID(try #require(place.body["run_id"]?.string))
            guard case .stored(let seq) = try await gateway.store.log.append([named[0]], run: run, to: key)[0] else {
                Issue.record("not stored")
                return
            }
            let retry = try await place.publish(key: "k", token: made.secret.text)
            #expect(statuses(retry) == ["duplicate", "stored"])
            #expect(numbers(retry) == [seq, seq + 1])
        }
    }

    @Test("a key that was used for another body is refused with 422, and nothing is stored")
    func otherBody() async throws {
        try await RunningGateway.with(ExternalBackend()) { gateway in
            let place = try await place(gateway)
            let service = try await gateway.serviceToken()
            _ = try await place.publish(key: "k", token: service)
            let before = try await place.events().count
            var other = place.body
            other["events"] = [["type": "stream_chunk", "message_id": "m", "delta": "other"]]
            let refused = try await place.publish(other, key: "k", token: service)
            #expect(refused.status == 422 && refused.json["error"] == "idempotency_key_reused")
            #expect(refused.json["field"] == "Idempotency-Key")
            #expect(try await place.events().count == before)
        }
    }

    @Test("the same key of another producer, or for another thread, is another key")
    func scopes() async throws {
        try await RunningGateway.with(ExternalBackend()) { gateway in
            let place = try await place(gateway)
            let (first, second) = (try await gateway.serviceToken(), try await gateway.serviceToken())
            #expect(statuses(try await place.publish(key: "k", token: first)) == ["stored", "stored"])
            #expect(statuses(try await place.publish(key: "k", token: second)) == ["stored", "stored"])
            // A conversation that is not the user's keeps no key and tells nothing.
            var foreign = place.body
            foreign["thread_id"] = "none"
            #expect(try await place.publish(foreign, key: "k9", token: first).status == 404)
            let key = IdempotencyKey(
                owner: UserID("x"), thread: ThreadKey(user: place.user.id, thread: ThreadID("none")), key: "k9")
            #expect(try await gateway.store.log.claim(key, fingerprint: "f") == .new)
            #expect(try await place.publish(key: "k", token: place.user.token).status == 403)
        }
    }

    @Test("events that have ids keep them")
    func ownIDs() async throws {
        try await RunningGateway.with(ExternalBackend()) { gateway in
            let place = try await place(gateway)
            let service = try await gateway.serviceToken()
            var body = place.body
            body["events"] = [
                ["type": "stream_chunk", "event_id": "mine", "message_id": "m", "delta": "a"],
                ["type": "stream_chunk", "message_id": "m", "delta": "b"],
            ]
            #expect(statuses(try await place.publish(body, key: "k", token: service)) == ["stored", "stored"])
            let events = try await place.events().suffix(2)
            #expect(events.first?.eventID == EventID("mine"))
            #expect(events.last?.eventID.value.hasPrefix("evt_") == true)
        }
    }

    @Test("a key is 1 to 255 visible ASCII characters, once")
    func validity() throws {
        #expect(try IdempotencyHeader([:]) == nil)
        #expect(try IdempotencyHeader([.idempotencyKey: "\"8e03978e\""])?.value == "\"8e03978e\"")
        #expect(try IdempotencyHeader([.idempotencyKey: String(repeating: "k", count: 255)]) != nil)
        for bad in ["", "a b", "ä", String(repeating: "k", count: 256)] {
            #expect(throws: ErrorBody.self, "\(bad)") { try IdempotencyHeader([.idempotencyKey: bad]) }
        }
        var twice = HTTPFields()
        twice.append(HTTPField(name: .idempotencyKey, value: "a"))
        twice.append(HTTPField(name: .idempotencyKey, value: "b"))
        #expect(throws: ErrorBody.self) { try IdempotencyHeader(twice) }
    }
}
