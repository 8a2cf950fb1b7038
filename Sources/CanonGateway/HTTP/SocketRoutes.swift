import CanonWire
import HTTPTypes
import Hummingbird
import NIOCore

/// What an HTTP request gets on a path of sockets when it was not upgraded: the reason.
struct SocketRoutes: Sendable {
    let check: UpgradeCheck
    let readiness: Readiness
    let requests: RequestScopes
    let demo: Bool

    func add(to router: Router<GatewayRequestContext>) {
        for path in SocketPath.mainPaths + (demo ? [SocketPath.demoPath] : []) {
            router.get(RouterPath(path), use: explain)
        }
        router.post("/api/v1/websocket", use: session)
        router.get("/api/v1/websocket/protected", use: protected)
    }

    private func explain(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
        let handshake = HandshakeRequest(request.head, peer: context.remoteAddress?.ipAddress)
        if handshake.path == "/api/v1/websocket", handshake.values("Upgrade").isEmpty { return Self.information }
        switch check.evaluate(handshake, isReady: readiness.isServing) {
        case .refuse(let refusal):
            var headers = HTTPFields()
            for header in refusal.headers {
                if let name = HTTPField.Name(header.name) { headers.append(HTTPField(name: name, value: header.value)) }
            }
            var response = ErrorBody(HTTPResponse.Status(code: refusal.status), refusal.code, refusal.message).response
            response.headers.append(contentsOf: headers)
            return response
        case .proceed, .notASocket:
            // A good handshake that came while earlier requests of its connection waited for their answers, or with a body.
            return ErrorBody(
                .badRequest, "upgrade_not_alone",
                "Ask for the WebSocket when the answers to the requests before are there, and without a body."
            ).response
        }
    }

    private static let information = Response.json([
        "data": [
            "service": "canon", "status": "operational", "modes": ["main"],
            "endpoints": ["websocket": "/ws", "health": "/ws/health", "config": "/ws/config"],
        ],
        "timestamp": .double(Timestamp.now().seconds),
    ])

    private func session(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
        .json(
            [
                "session_id": .string(Identifier<ConnectionKind>.make("ws_session").value), "websocket_url": "/ws",
                "message": "Connect to websocket_url.", "status": "ready",
            ], status: .created)
    }

    private func protected(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
        let scope = try await requests.scope(of: request, context)
        return .json([
            "message": "You are logged in.", "user_id": .string(scope.user.abbreviated), "access_level": "protected",
        ])
    }
}
