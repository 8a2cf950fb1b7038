import CanonAgents
import CanonStore
import CanonWire
import Hummingbird

/// What the agent can do, for pages of the console: the same tools, run for whoever is signed in, without a conversation.
///
/// `GET /api/tools` lists them. `POST /api/tools/{name}` runs one with the arguments in the body. A call counts as a message of
/// the user, so that pages cannot do what conversations are kept from.
struct ToolRoutes: Sendable {
    let tools: [any Tool]
    let manager: WebSocketManager
    let requests: RequestScopes

    func add(to router: Router<GatewayRequestContext>) {
        router.get("/api/tools", use: list)
        router.post("/api/tools/{name}", use: call)
    }

    private func list(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
        _ = try await reader(request, context)
        return .json([
            "tools": .array(
                tools.map { tool in
                    [
                        "name": .string(tool.name), "summary": .string(tool.summary),
                        "parameters": .object(tool.parameters),
                    ]
                })
        ])
    }

    private func call(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
        let scope = try await reader(request, context)
        let name = context.segment("name")
        guard let tool = tools.first(where: { $0.name == name }) else {
            throw ErrorBody(.notFound, "not_found", "There is no tool of this name; GET /api/tools lists them.")
        }
        let arguments = try await requests.object(of: request)
        if let delay = manager.buckets.take(for: scope.user) {
            manager.metrics.messagesLimited.increment()
            throw ErrorBody(
                WireError(.rateLimited, "Too many requests: wait \(delay) ms.", retryAfterMilliseconds: delay))
        }
        do {
            let result = try await tool.call(arguments)
            return .json(["tool": .string(tool.name), "value": result.value, "text": .string(result.text)])
        } catch let failure as ToolFailure {
            throw ErrorBody(.unprocessableContent, "tool_failed", failure.message)
        }
    }

    /// Programs have no agent to ask: their tokens are for publishing.
    private func reader(_ request: Request, _ context: GatewayRequestContext) async throws -> UserScope {
        let scope = try await requests.scope(of: request, context)
        guard scope.principal.role != .service else {
            throw ErrorBody(.forbidden, "forbidden", "Tools are for people who are signed in, not for service tokens.")
        }
        return scope
    }
}
