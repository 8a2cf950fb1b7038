import CanonWire
import Hummingbird

/// `GET /api/connections`: the caller's own live connections, and nobody else's.
struct ConnectionRoutes: Sendable {
    let manager: WebSocketManager
    let requests: RequestScopes

    func add(to router: Router<GatewayRequestContext>) {
        router.get("/api/connections", use: list)
    }

    private func list(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
        let principal = try await requests.scope(of: request, context).principal
        let connections = await manager.connections(of: principal.user)
        return .json(["connections": .array(connections.map { $0.json(for: principal) })])
    }
}
