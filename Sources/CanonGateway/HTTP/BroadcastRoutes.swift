import CanonStore
import CanonWire
import Hummingbird

/// `POST /api/broadcast {event, reason}`: an administrator tells everybody something.
struct BroadcastRoutes: Sendable {
    let manager: WebSocketManager
    let requests: RequestScopes
    let store: IdentityStore

    private static let maximumReasonBytes = 500
    private static let maximumEventBytes = 16 * 1024

    func add(to router: Router<GatewayRequestContext>) {
        router.post("/api/broadcast", use: broadcast)
    }

    private func broadcast(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
        let sender = try await requests.authenticator.requirePrincipal(request, roles: [.admin])
        let body = try await requests.object(of: request)
        let reason = try reason(in: body)
        let event = try event(in: body)
        // On record first: what cannot be put on record does not happen.
        try await store.audit(actor: sender.user.value, action: "broadcast", subject: "everybody", detail: reason)
        let (connections, users) = await manager.broadcast(event, reason: reason, by: sender)
        return .json(["delivered": .int(Int64(connections)), "users": .int(Int64(users))])
    }

    private func reason(in body: JSONObject) throws -> String {
        let reason = try body.text("reason")
        // It stands in one line of the log and of the audit trail.
        let breaks: Set<Unicode.GeneralCategory> = [.control, .lineSeparator, .paragraphSeparator]
        let isPlain = !reason.unicodeScalars.contains { breaks.contains($0.properties.generalCategory) }
        guard !reason.allSatisfy(\.isWhitespace), reason.utf8.count <= Self.maximumReasonBytes, isPlain else {
            throw ErrorBody.invalid(
                "reason",
                "'reason' needs 1 to \(Self.maximumReasonBytes) bytes of text in one line, for the audit trail.")
        }
        return reason
    }

    private func event(in body: JSONObject) throws -> JSONObject {
        guard let event = body["event"]?.object, !event.isEmpty else {
            throw ErrorBody.invalid("event", "'event' must be an object with something in it.")
        }
        guard event.encodedText.utf8.count <= Self.maximumEventBytes else {
            throw ErrorBody(
                .contentTooLarge, "too_long", "'event' is larger than \(Self.maximumEventBytes) bytes.", field: "event")
        }
        guard let type = try event.optionalText("type") else { return event }
        guard !EventType.reservedForGateway.contains(type), !EventType.known.contains(EventType(rawValue: type)) else {
            throw ErrorBody.invalid("event.type", "'\(type)' is said by the gateway itself, about one conversation.")
        }
        return event
    }
}
