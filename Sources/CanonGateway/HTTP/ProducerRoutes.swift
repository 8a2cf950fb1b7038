import CanonStore
import CanonWire
import Hummingbird
import Logging

/// Events from programs: an external agent writes into a user's conversation with a service token.
struct ProducerRoutes: Sendable {
    let manager: WebSocketManager
    let requests: RequestScopes
    let logger: Logger

    private static let maximumEvents = 100
    private static let maximumEventBytes = 128 * 1024

    func add(to router: Router<GatewayRequestContext>) {
        router.post("/api/users/{user}/events", use: publish)
    }

    private func publish(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
        let producer = try await requests.scope(of: request, context)
        guard let user = context.segment("user").flatMap({ UserID(untrusted: $0) }) else {
            throw Self.notFound
        }
        guard let scope = producer.acting(for: user) else {
            throw ErrorBody(.forbidden, "forbidden", "Producing events needs a service token.")
        }
        let key = try IdempotencyHeader(request.headers)
        let (body, fingerprint) = try await requests.objectAndFingerprint(of: request)
        guard let thread = body["thread_id"]?.string.flatMap({ ThreadID(untrusted: $0) }) else {
            throw ErrorBody.invalid("thread_id", "'thread_id' is missing or no id.")
        }
        let run = try run(in: body)
        var drafts = try drafts(in: body, agent: body["agent_name"]?.string ?? producer.principal.name)
        if let key {
            // Nothing is kept under a key for a conversation that is not the user's.
            guard try await scope.thread(thread) != nil else { throw Self.notFound }
            try await claim(key, fingerprint, in: thread, scope)
            drafts = key.identify(drafts, of: body, producer: scope.principal.user, in: scope.key(thread))
        }
        let receipts = try await scope.publish(drafts, run: run, to: thread)
        let followers = await manager.followers(of: ThreadKey(user: user, thread: thread))
        // The audit record of an act for somebody else.
        logger.notice(
            "events produced",
            metadata: [
                "producer": "\(scope.principal.user)", "user_id": "\(user.abbreviated)", "count": "\(drafts.count)",
                "stored": "\(receipts.count { if case .stored = $0 { true } else { false } })",
            ])
        if receipts.allSatisfy({ $0 == .refused(.unknownThread) || $0 == .refused(.threadDeleted) }) {
            throw Self.notFound
        }
        return .json(["results": .array(receipts.map { $0.json(delivered: followers) })])
    }

    private static let notFound = ErrorBody(.notFound, "not_found", "There is no such user or conversation.")

    private func claim(
        _ key: IdempotencyHeader, _ fingerprint: String, in thread: ThreadID, _ scope: UserScope
    ) async throws {
        guard try await scope.claim(key.value, in: thread, fingerprint: fingerprint) == .different else { return }
        throw ErrorBody(
            .unprocessableContent, "idempotency_key_reused",
            "This Idempotency-Key was sent before with another body: use a new key for other events.",
            field: "Idempotency-Key")
    }

    private func run(in body: JSONObject) throws -> RunID? {
        guard let value = body["run_id"], !value.isNull else { return nil }
        guard let run = value.string.flatMap({ RunID(untrusted: $0) }) else {
            throw ErrorBody.invalid("run_id", "'run_id' is no id.")
        }
        return run
    }

    private func drafts(in body: JSONObject, agent: String?) throws -> [EventDraft] {
        guard let events = body["events"]?.array ?? body["event"].map({ [$0] }) else {
            throw ErrorBody.invalid("events", "'events' is missing: a list of {\"type\": …}.")
        }
        guard (1...Self.maximumEvents).contains(events.count) else {
            throw ErrorBody.invalid("events", "'events' holds 1 to \(Self.maximumEvents) events.")
        }
        return try events.enumerated().map { index, event in
            try draft(event, field: "events[\(index)]", agent: agent)
        }
    }

    private func draft(_ value: JSONValue, field: String, agent: String?) throws -> EventDraft {
        guard let event = value.object, let type = event["type"]?.string, isTypeName(type) else {
            throw ErrorBody.invalid(field, "'\(field)' needs a 'type' of lower-case letters, digits and '_'.")
        }
        guard !EventType.reservedForGateway.contains(type) else {
            throw ErrorBody.invalid("\(field).type", "'\(type)' is said by the gateway itself.")
        }
        var id: EventID?
        if let text = event["event_id"], !text.isNull {
            guard let given = text.string.flatMap({ EventID(untrusted: $0) }) else {
                throw ErrorBody.invalid("\(field).event_id", "'\(field).event_id' is no id.")
            }
            id = given
        }
        var fields = event["payload"]?.object ?? event["data"]?.object ?? JSONObject()
        for (key, value) in event.members { fields[key] = value }
        guard fields.encodedText.utf8.count <= Self.maximumEventBytes else {
            throw ErrorBody(
                .contentTooLarge, "too_long", "'\(field)' is larger than \(Self.maximumEventBytes) bytes.", field: field
            )
        }
        return EventDraft(
            type: EventType(rawValue: type), eventID: id, agent: event["agent_name"]?.string ?? agent, fields: fields)
    }

    private func isTypeName(_ type: String) -> Bool {
        (1...64).contains(type.utf8.count)
            && type.utf8.allSatisfy {
                ($0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z"))
                    || ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9"))
                    || $0 == UInt8(ascii: "_")
            }
    }
}

extension AppendReceipt {
    /// - Parameter delivered: how many connections follow the thread.
    func json(delivered: Int) -> JSONValue {
        switch self {
        case .stored(let seq):
            ["status": "stored", "seq": .int(seq), "delivered": .int(Int64(delivered)), "reason": nil]
        case .duplicate(let seq): ["status": "duplicate", "seq": .int(seq), "delivered": 0, "reason": nil]
        case .refused(let refusal):
            ["status": "refused", "seq": nil, "delivered": 0, "reason": .string(refusal.rawValue)]
        }
    }
}
