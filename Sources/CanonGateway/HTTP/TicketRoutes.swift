public import CanonStore
public import CanonWire
import HTTPTypes
public import Hummingbird
import Logging

/// `/api/websocket/ticket…` and `/api/v1/auth/generate-ticket`: single-use admissions to a socket, for clients that
/// cannot send headers.
///
/// A ticket's id stands in the path of two of the routes, as the platform has it: what logs requests must log the
/// route's pattern, never the path.
public struct TicketRoutes: Sendable {
    static let lifetime = 30...maximumTicketSeconds
    static let defaultLifetime = 300
    /// What the platform gives a ticket that asks for nothing.
    static let defaultPermissions: Set<String> = ["read", "chat", "websocket", "agent:execute"]
    static let maximumMetadataBytes = 4096

    private let store: IdentityStore
    private let authenticator: Authenticator
    private let proxies: TrustedProxies
    private let isTLS: Bool
    private let bodyLimit: Int
    private let clock: @Sendable () -> Timestamp

    public init(
        store: IdentityStore, authenticator: Authenticator, proxies: TrustedProxies,
        configuration: GatewayConfiguration, clock: @escaping @Sendable () -> Timestamp = { .now() }
    ) {
        self.store = store
        self.authenticator = authenticator
        self.proxies = proxies
        isTLS = configuration.tls != nil
        bodyLimit = min(AuthRoutes.maximumBodyBytes, configuration.limits.maximumRequestBodyBytes)
        self.clock = clock
    }

    public func add(to router: some RouterMethods<GatewayRequestContext>) {
        router.post("/api/websocket/ticket", use: handler(create))
        router.post("/api/v1/auth/generate-ticket", use: handler(generate))
        router.get("/api/websocket/ticket/:id/validate", use: handler(validate))
        router.delete("/api/websocket/ticket/:id", use: handler(delete))
        router.get("/api/websocket/tickets/status", use: handler(status))
    }

    private func handler(
        _ body: @escaping @Sendable (Request, GatewayRequestContext) async throws -> Response
    ) -> @Sendable (Request, GatewayRequestContext) async throws -> Response {
        { request, context in
            do {
                return try await body(request, context)
            } catch let error as ErrorBody {
                return error.response
            } catch IdentityError.tooManyTickets(let limit) {
                return ErrorBody(
                    .tooManyRequests, "too_many_tickets",
                    "There are \(limit) unused tickets already; use them or let them expire.",
                    retryAfter: Self.lifetime.lowerBound
                ).response
            } catch {
                context.logger.error("A ticket could not be handled", metadata: ["error": "\(error)"])
                return ErrorBody(.unavailable).response
            }
        }
    }

    @Sendable private func create(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
        let principal = try await owner(request)
        let (secret, ticket) = try await make(request, principal) {
            Self.defaultPermissions.intersection(principal.permissions)
        }
        let peer = request.peer(context, proxies: proxies, isTLS: isTLS)
        let base = "\(peer.isSecure ? "wss" : "ws")://\(peer.authority ?? "localhost")"
        return Response(
            json: [
                "ticket_id": .string(secret.text),
                "expires_at": .double(ticket.expiresAt.seconds),
                "created_at": .double(ticket.createdAt.seconds),
                "ttl_seconds": .int((ticket.expiresAt.milliseconds - ticket.createdAt.milliseconds) / 1000),
                "single_use": true,
                "websocket_url": .string("\(base)/ws?ticket=\(secret.text)"),
            ])
    }

    @Sendable private func generate(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
        let principal = try await owner(request)
        let (secret, ticket) = try await make(request, principal) { principal.permissions }
        return Response(
            json: [
                "ticket_id": .string(secret.text),
                "user_id": .string(principal.user.value),
                "email": .string(principal.email),
                "permissions": .array(ticket.permissions.sorted().map(JSONValue.string)),
                "expires_at": .double(ticket.expiresAt.seconds),
                "created_at": .double(ticket.createdAt.seconds),
                "single_use": true,
                "ttl_seconds": .int((ticket.expiresAt.milliseconds - ticket.createdAt.milliseconds) / 1000),
                "metadata": .object(ticket.metadata),
            ])
    }

    /// Looks without using up. Whoever is not the owner learns whether the ticket would do, and nothing about whom it
    /// is for.
    @Sendable private func validate(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
        let ticket = try await store.ticket(context.segment("id") ?? "", now: clock())
        guard let ticket else { return Response(json: ["valid": false, "error": "Invalid ticket"]) }
        guard let bearer = request.bearer,
            case .success(let principal) = await authenticator.authenticate(bearer: bearer),
            principal.user == ticket.account
        else { return Response(json: ["valid": true]) }
        return Response(
            json: [
                "valid": true,
                "user_id": .string(principal.user.value),
                "email": .string(principal.email),
                "permissions": .array(ticket.permissions.sorted().map(JSONValue.string)),
                "expires_at": .double(ticket.expiresAt.seconds),
            ])
    }

    @Sendable private func delete(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
        let principal = try await owner(request)
        let id = context.segment("id") ?? ""
        switch try await store.removeTicket(id, owner: principal.user, now: clock()) {
        case .removed: return Response(json: ["success": true, "message": "The ticket is revoked."])
        case .notOwner: throw ErrorBody(.forbidden, "forbidden", "The ticket belongs to somebody else.")
        case .unknown:
            throw ErrorBody(.notFound, "not_found", "There is no such ticket: it was used, revoked, or has expired.")
        }
    }

    @Sendable private func status(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
        Response(
            json: [
                "ticket_system_enabled": true,
                "redis_available": false,
                "default_ttl_seconds": .int(Int64(Self.defaultLifetime)),
                "max_ttl_seconds": .int(Int64(Self.lifetime.upperBound)),
                "ticket_prefix": "",
                "redis_status": "not used: tickets are in the embedded database",
            ])
    }
}

extension TicketRoutes {
    /// A ticket stands for somebody's session, so only an access token makes one.
    private func owner(_ request: Request) async throws -> Principal {
        let principal = try await authenticator.requirePrincipal(request)
        guard principal.kind != .externalToken else {
            throw ErrorBody(
                .forbidden, "forbidden",
                "A ticket stands for a session of this server. A token of another issuer opens sockets itself: send it "
                    + "in Sec-WebSocket-Protocol or Authorization.")
        }
        guard principal.kind == .accessToken else {
            throw ErrorBody(
                .forbidden, "forbidden", "A ticket stands for a person's session; a service token opens sockets itself."
            )
        }
        return principal
    }

    private func make(
        _ request: Request, _ principal: Principal, defaultPermissions: () -> Set<String>
    ) async throws -> (Secret, Ticket) {
        let body = try await request.jsonObject(limit: bodyLimit, allowsEmpty: true)
        let seconds = try lifetime(in: body)
        switch body["single_use"] {
        case nil, .null, .bool(true): break
        case .bool(false): throw ErrorBody.invalid("single_use", "Every ticket is good for one use.")
        case .some(let other): throw badValue("single_use", "a boolean", other)
        }
        let permissions = try permissions(in: body) ?? defaultPermissions()
        let excess = permissions.subtracting(principal.permissions)
        guard excess.isEmpty else {
            throw ErrorBody(
                .forbidden, "permission_not_held",
                "You cannot pass on what you do not have: \(excess.sorted().joined(separator: ", ")).",
                field: "permissions")
        }
        let now = clock()
        let ticket = Ticket(
            account: principal.user, accessID: principal.tokenID ?? "", sessionIssuedAt: principal.issuedAt,
            sessionExpiresAt: principal.expiresAt ?? now, permissions: permissions, metadata: try metadata(in: body),
            createdAt: now, expiresAt: now.adding(seconds: Double(seconds)))
        return (try await store.createTicket(ticket), ticket)
    }

    private func lifetime(in body: JSONObject) throws(ErrorBody) -> Int {
        guard let value = body["ttl_seconds"], !value.isNull else { return Self.defaultLifetime }
        guard let seconds = value.int else { throw badValue("ttl_seconds", "a whole number", value) }
        guard let seconds = Int(exactly: seconds), Self.lifetime.contains(seconds) else {
            throw .invalid(
                "ttl_seconds",
                "'ttl_seconds' must be from \(Self.lifetime.lowerBound) to \(Self.lifetime.upperBound), not \(seconds)."
            )
        }
        return seconds
    }

    private func permissions(in body: JSONObject) throws(ErrorBody) -> Set<String>? {
        guard let value = body["permissions"], !value.isNull else { return nil }
        guard let list = value.array, list.count <= 64 else {
            throw badValue("permissions", "a list of strings", value)
        }
        var permissions: Set<String> = []
        for item in list {
            guard let permission = item.string else { throw badValue("permissions", "a list of strings", item) }
            permissions.insert(permission)
        }
        return permissions
    }

    private func metadata(in body: JSONObject) throws(ErrorBody) -> JSONObject {
        guard let value = body["metadata"], !value.isNull else { return [:] }
        guard let object = value.object else { throw badValue("metadata", "an object", value) }
        guard value.encoded.count <= Self.maximumMetadataBytes else {
            throw .invalid("metadata", "'metadata' may have at most \(Self.maximumMetadataBytes) bytes.")
        }
        return object
    }

    private func badValue(_ field: String, _ expected: String, _ found: JSONValue) -> ErrorBody {
        ErrorBody(.badRequest, "invalid_field", "'\(field)' must be \(expected), not \(found.kind).", field: field)
    }
}
