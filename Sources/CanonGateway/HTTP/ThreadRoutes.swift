import CanonStore
import CanonWire
import Hummingbird

/// Conversations over REST: the same log as the sockets, for the same verified user.
struct ThreadRoutes: Sendable {
    let requests: RequestScopes

    private static let maximumPage = 200
    private static let maximumTitleBytes = 200

    func add(to router: Router<GatewayRequestContext>) {
        let threads = router.group("/api/threads")
        threads.get(use: list)
        threads.post(use: create)
        threads.get("{id}", use: show)
        threads.put("{id}", use: rename)
        threads.patch("{id}", use: rename)
        threads.delete("{id}", use: delete)
        threads.get("{id}/messages", use: messages)
    }

    private func list(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
        let scope = try await requests.scope(of: request, context)
        let limit = try request.pageSize(default: 50, maximum: Self.maximumPage)
        let (page, next) = try await scope.threads(
            before: request.uri.queryParameters["before"].map(String.init), limit: limit)
        return .json(["threads": .array(page.map(\.json)), "next": next.map { .string($0) } ?? .null])
    }

    private func create(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
        let scope = try await requests.scope(of: request, context)
        let body = try await requests.object(of: request)
        let title = try title(in: body) ?? "New conversation"
        var id: ThreadID = .make("thread_chat")
        if let text = body["id"]?.string ?? body["thread_id"]?.string {
            guard let given = ThreadID(untrusted: text) else {
                throw ErrorBody.invalid(
                    "id", "'id' is no id: 1 to 200 characters of printable ASCII without spaces, quotes and slashes.")
            }
            id = given
        }
        guard let thread = try await scope.createThread(id, title: title) else {
            throw ErrorBody(
                .conflict, "thread_exists", "There is or was a conversation with this id already.", field: "id")
        }
        return .json(thread.json, status: .created)
    }

    private func show(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
        let scope = try await requests.scope(of: request, context)
        guard let thread = try await scope.thread(try id(context)) else { throw Self.notFound }
        return .json(thread.json)
    }

    private func rename(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
        let scope = try await requests.scope(of: request, context)
        let id = try id(context)
        guard let title = try title(in: try await requests.object(of: request)) else {
            throw ErrorBody.invalid("title", "'title' is missing.")
        }
        guard try await scope.renameThread(id, title: title), let thread = try await scope.thread(id) else {
            throw Self.notFound
        }
        return .json(thread.json)
    }

    private func delete(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
        let scope = try await requests.scope(of: request, context)
        guard try await scope.deleteThread(try id(context)) else { throw Self.notFound }
        return Response(status: .noContent)
    }

    private func messages(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
        let scope = try await requests.scope(of: request, context)
        let id = try id(context)
        guard let thread = try await scope.thread(id) else { throw Self.notFound }
        let messages = try await scope.messages(of: id, limit: Int.max)
        var openRun: JSONValue = .null
        if let run = thread.openRuns.last {
            openRun = ["run_id": .string(run.value), "text": .string(try await scope.partialText(of: run, in: id))]
        }
        return .json([
            "thread_id": .string(id.value), "epoch": .string(scope.epoch), "head": .int(thread.head),
            "messages": .array(messages.map(\.json)), "open_run": openRun,
        ])
    }

    // MARK: Reading requests

    private static let notFound = ErrorBody(.notFound, "not_found", "You have no such conversation.")

    /// An id that could not exist is answered like one that does not.
    private func id(_ context: GatewayRequestContext) throws -> ThreadID {
        guard let text = context.segment("id"), let id = ThreadID(untrusted: text) else { throw Self.notFound }
        return id
    }

    private func title(in body: JSONObject) throws -> String? {
        guard let value = body["title"] ?? body["name"], !value.isNull else { return nil }
        guard let title = value.string else {
            throw ErrorBody.invalid("title", "'title' is \(value.kind); expected a string.")
        }
        guard !title.allSatisfy(\.isWhitespace), title.utf8.count <= Self.maximumTitleBytes else {
            throw ErrorBody.invalid("title", "'title' needs 1 to \(Self.maximumTitleBytes) bytes of text.")
        }
        return title
    }
}

extension Request {
    /// The `limit` of the query.
    func pageSize(default size: Int, maximum: Int) throws -> Int {
        guard let text = uri.queryParameters["limit"] else { return size }
        guard let limit = Int(text), (1...maximum).contains(limit) else {
            throw ErrorBody.invalid("limit", "'limit' is a whole number from 1 to \(maximum).")
        }
        return limit
    }
}
