import CanonStore
import CanonWire
import Hummingbird
import NIOCore

/// `POST /api/ag-ui`: a front end that speaks the AG-UI protocol sends a message and watches its run.
///
/// The client's `runId` is the id under which it may ask again: the same request starts no second run and is told the
/// first from its beginning.
struct AGUIRoutes: Sendable {
    let manager: WebSocketManager
    let requests: RequestScopes

    func add(to router: Router<GatewayRequestContext>) {
        router.post("/api/ag-ui", use: run)
    }

    private func run(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
        let scope = try await requests.scope(of: request, context)
        let input = try input(try await requests.object(of: request))
        if let unsupported = input.unsupported { return refusal(unsupported, input, scope) }
        if let delay = manager.buckets.take(for: scope.user) {
            manager.metrics.messagesLimited.increment()
            throw ErrorBody(
                WireError(.rateLimited, "Too many messages: wait \(delay) ms.", retryAfterMilliseconds: delay))
        }
        // Opened before the message is stored: a client that cannot watch its run starts none, and no event is missed.
        let stream = try await requests.openStream(
            .thread(scope.key(input.thread)), for: scope.principal, request, context)
        do {
            return manager.response(stream, try await begin(input, scope))
        } catch {
            manager.close(stream)
            throw error
        }
    }

    private func begin(_ input: AGUIRunInput, _ scope: UserScope) async throws -> AGUIRunStream {
        let before = try await scope.head(of: input.thread) ?? 0
        let message = ClientMessage.UserMessage(
            text: input.text, thread: input.thread, clientMessageID: input.clientMessageID, type: .userMessage)
        let run: RunID
        var start = before
        var isOver = false
        switch await scope.submit(message, to: input.thread) {
        case .started(let started, _, _): run = started
        case .refused(let error): throw ErrorBody(error)
        case .duplicate(let first, let thread, let seq):
            guard thread == input.thread else {
                throw ErrorBody(
                    .conflict, "run_id_used", "This 'runId' was used in another conversation: make a new one.",
                    field: "runId")
            }
            run = first
            start = seq - 1
            isOver = try await scope.run(first)?.status != .open
        }
        return AGUIRunStream(
            run, shownAs: input.run, isOver: isOver, in: input.thread, after: start,
            head: try await scope.head(of: input.thread) ?? before, scope: scope,
            budget: manager.limits.connectionBudgetBytes)
    }

    private func input(_ body: JSONObject) throws -> AGUIRunInput {
        do throws(WireError) {
            return try AGUIRunInput(body, maximumTextBytes: manager.limits.maximumTextBytes)
        } catch {
            throw ErrorBody(error)
        }
    }

    /// What the protocol knows a refusal as: a run that fails at once.
    private func refusal(_ message: String, _ input: AGUIRunInput, _ scope: UserScope) -> Response {
        var view = AGUIView(.run(RunID(input.run), shownAs: input.run), of: input.thread, epoch: scope.epoch)
        let text = EventStreamText(view.fail(message, code: WireError.Code.notSupported.rawValue))
        return Response(
            status: .ok, headers: EventStreamText.headers, body: ResponseBody(byteBuffer: text.buffer))
    }
}

extension ErrorBody {
    /// How what is an `error_message` on a socket is answered over HTTP.
    init(_ error: WireError) {
        let retryAfter = error.retryAfterMilliseconds.map { Int(($0 + 999) / 1000) }
        let status: HTTPResponse.Status =
            switch error.code {
            case .jsonParseError: .badRequest
            case .invalidField, .tooLong, .notSupported: .unprocessableContent
            case .unknownThread: .notFound
            case .rateLimited: .tooManyRequests
            case .forbidden: .forbidden
            case .unavailable: .serviceUnavailable
            }
        self.init(status, error.code.rawValue.lowercased(), error.message, field: error.field, retryAfter: retryAfter)
    }
}
