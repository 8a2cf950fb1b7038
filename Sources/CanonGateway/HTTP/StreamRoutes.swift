import CanonStore
import CanonWire
import HTTPTypes
import Hummingbird
import NIOCore

/// What is told as server-sent events: the log of a thread (`GET /api/threads/{id}/events`), and to services the runs
/// that wait for an answer (`GET /api/runs/feed`).
struct StreamRoutes: Sendable {
    let manager: WebSocketManager
    let requests: RequestScopes
    let agent: GatewayConfiguration.Agent.Kind

    func add(to router: Router<GatewayRequestContext>) {
        router.get("/api/threads/{id}/events", use: events)
        router.get("/api/runs/feed", use: feed)
    }

    private func feed(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
        let principal = try await requests.authenticator.requirePrincipal(request, roles: [.service, .admin])
        guard agent == .external else {
            throw ErrorBody(
                .conflict, "agent_not_external",
                "This server's agent is '\(agent.rawValue)', which answers itself. The feed is for 'agent.kind: external'."
            )
        }
        let cursor = try cursor(of: request)
        let stream = try await requests.openStream(.openedRuns, for: principal, request, context)
        return manager.feed(stream, after: cursor)
    }

    private func events(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
        let principal = try await requests.principal(orTicketOf: request)
        let scope = manager.scope(principal)
        guard let id = context.segment("id").flatMap({ ThreadID(untrusted: $0) }),
            try await scope.extent(of: id) != nil
        else { throw Self.notFound }
        let cursor = try cursor(of: request)
        let stream = try await requests.openStream(.thread(scope.key(id)), for: principal, request, context)
        do {
            // Again, now that the stream is woken by what comes: the log is read from here on.
            guard let extent = try await scope.extent(of: id) else { throw Self.notFound }
            return manager.response(
                stream, ThreadStream(id, after: cursor, extent: extent, scope: scope, manager: manager))
        } catch {
            manager.close(stream)
            throw error
        }
    }

    private static let notFound = ErrorBody(.notFound, "not_found", "You have no such conversation.")

    /// The header counts before the query: a browser that comes back repeats the URL it began with.
    private func cursor(of request: Request) throws -> StreamCursor? {
        for (name, text) in [
            ("Last-Event-ID", request.headers[.lastEventID]),
            ("after", request.uri.queryParameters["after"].map(String.init)),
        ] {
            guard let text, !text.isEmpty else { continue }
            guard let cursor = StreamCursor(text) else {
                throw ErrorBody.invalid(name, "'\(name)' is no cursor: expected 'epoch:seq' or 'seq'.")
            }
            return cursor
        }
        return nil
    }
}

extension RequestScopes {
    /// Who sent a request that a browser may have to make without headers: by a single-use ticket in the query, or by
    /// a Bearer token.
    /// - Throws: `ErrorBody` 401 without either.
    func principal(orTicketOf request: Request) async throws -> Principal {
        // No subprotocols are read, so none can be refused.
        let credentials = try? HandshakeCredentials.read(
            subprotocolLines: [], authorizationLines: request.headers[values: .authorization],
            query: request.uri.query, queryTokens: false)
        switch await authenticator.authenticate(credentials?.credential) {
        case .success(let principal): return principal
        case .failure(let failure): throw ErrorBody(failure)
        }
    }

    /// Opens a stream for somebody whose right to its topic was checked.
    /// - Throws: `ErrorBody` 429 or 503 when there is no place, 401 when the token was revoked meanwhile.
    func openStream(
        _ topic: OpenStream.Topic, for principal: Principal, _ request: Request, _ context: GatewayRequestContext
    ) async throws -> OpenStream {
        let userAgent = request.headers[.userAgent].map { String($0.prefix(ConnectionSummary.maximumUserAgent)) }
        switch manager.openStream(topic, for: principal, userAgent: userAgent, on: context.channel) {
        case .failure(let refused): throw ErrorBody(refused.reason, limits: manager.limits)
        case .success(let stream):
            // A revocation between the look at the token and now has not seen this stream.
            if let failure = await authenticator.check(principal), failure != .unavailable {
                manager.close(stream)
                throw ErrorBody(failure)
            }
            return stream
        }
    }
}

extension ErrorBody {
    /// Why there is no place for a stream.
    fileprivate init(_ reason: CloseReason, limits: GatewayConfiguration.Limits) {
        switch reason {
        case .tooManyConnections:
            self.init(
                .tooManyRequests, reason.text,
                "You have \(limits.connectionsPerUser) open connections, which is the limit: close one.", retryAfter: 5)
        case .goingAway:
            self.init(.serviceUnavailable, reason.text, "The server is stopping: try again in a moment.", retryAfter: 2)
        default:
            self.init(.serviceUnavailable, reason.text, "The server has no place left: try again later.", retryAfter: 5)
        }
    }
}
