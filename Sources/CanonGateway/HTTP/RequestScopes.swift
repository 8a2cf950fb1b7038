import CanonStore
import CanonWire
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// Turns a request into the scope of whoever sent it.
struct RequestScopes: Sendable {
    let authenticator: Authenticator
    let manager: WebSocketManager
    let maximumBodyBytes: Int

    /// - Throws: `ErrorBody` 401 without a good Bearer token.
    func scope(of request: Request, _ context: GatewayRequestContext) async throws -> UserScope {
        manager.scope(try await authenticator.requirePrincipal(request))
    }

    /// The body as a JSON object; no body counts as an empty one.
    func object(of request: Request) async throws -> JSONObject {
        try await request.jsonObject(limit: maximumBodyBytes, allowsEmpty: true)
    }
}

extension Response {
    /// A JSON answer that no cache keeps.
    static func json(_ value: JSONValue, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) -> Response {
        var response = Response(status: status, json: value.object ?? ["value": value])
        response.headers.append(contentsOf: headers)
        return response
    }
}

/// The outermost layer of every request: one error shape, one access log line, no secret in either.
struct RequestGuard: RouterMiddleware {
    let logger: Logger

    func handle(
        _ request: Request, context: GatewayRequestContext,
        next: (Request, GatewayRequestContext) async throws -> Response
    ) async throws -> Response {
        let startedAt = ContinuousClock.now
        let response = await answer(request, context, next)
        let duration = startedAt.duration(to: .now)
        // The pattern of the path, without its query: tickets travel in both.
        logger.debug(
            "request",
            metadata: [
                "method": "\(request.method.rawValue)", "path": "\(context.endpointPath ?? "unknown")",
                "status": "\(response.status.code)",
                "duration_ms":
                    "\(duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000)",
            ])
        return response
    }

    private func answer(
        _ request: Request, _ context: GatewayRequestContext,
        _ next: (Request, GatewayRequestContext) async throws -> Response
    ) async -> Response {
        do {
            return try await next(request, context)
        } catch let error as ErrorBody {
            return error.response
        } catch let error as HTTPError {
            return response(for: error, request)
        } catch let error as StoreError {
            logger.error(
                "the store failed", metadata: ["path": "\(context.endpointPath ?? "unknown")", "error": "\(error)"])
            return ErrorBody(.serviceUnavailable, "store_unavailable", "\(error)", retryAfter: 5).response
        } catch {
            logger.error(
                "request failed", metadata: ["path": "\(context.endpointPath ?? "unknown")", "error": "\(error)"])
            return ErrorBody(
                .internalServerError, "internal", "The server could not answer; its log says why. Try again."
            ).response
        }
    }

    private func response(for error: HTTPError, _ request: Request) -> Response {
        switch error.status {
        case .notFound:
            ErrorBody(.notFound, "not_found", "There is nothing at \(request.uri.path).").response
        default:
            ErrorBody(error.status, "refused", error.body ?? error.status.reasonPhrase).response
        }
    }
}
