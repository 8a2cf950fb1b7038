import CanonStore
import CanonWire
import Foundation
import Hummingbird

/// `/api/problems`: what service logs told of, for administrators. Logs are of all users together, so nobody else sees them.
struct ProblemRoutes: Sendable {
    /// Nil when the server was given none.
    let book: (any ProblemBook)?
    let manager: WebSocketManager
    let requests: RequestScopes
    let store: IdentityStore

    private static let maximumRevisionBytes = 200
    private static let maximumFingerprintBytes = 100

    func add(to router: Router<GatewayRequestContext>) {
        let problems = router.group("/api/problems")
        problems.get(use: list)
        problems.get("{fingerprint}", use: show)
        problems.post("{fingerprint}/resolve", use: resolve)
        problems.post("{fingerprint}/reopen", use: reopen)
    }

    private func list(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
        _ = try await administrator(request)
        return .json(.object(try await answer(try opened().list)))
    }

    private func show(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
        _ = try await administrator(request)
        let (book, fingerprint) = (try opened(), try fingerprint(context))
        return .json(
            .object(try await answer { () throws(ProblemBookError) in try await book.problem(fingerprint) }.json))
    }

    private func resolve(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
        let administrator = try await administrator(request)
        let (book, fingerprint) = (try opened(), try fingerprint(context))
        let revision = try revision(in: try await requests.object(of: request))
        let problem = try await onRecord("problem_resolve", fingerprint, revision ?? "", by: administrator, book)
        return .json(
            .object(
                try await answer { () throws(ProblemBookError) in
                    try await book.resolve(problem, revision: revision)
                }.json))
    }

    private func reopen(_ request: Request, _ context: GatewayRequestContext) async throws -> Response {
        let administrator = try await administrator(request)
        let (book, fingerprint) = (try opened(), try fingerprint(context))
        let problem = try await onRecord("problem_reopen", fingerprint, "", by: administrator, book)
        return .json(.object(try await answer { () throws(ProblemBookError) in try await book.reopen(problem) }.json))
    }

    /// Puts an act on record before it is done: what cannot be put on record does not happen.
    /// - Returns: the whole fingerprint.
    private func onRecord(
        _ action: String, _ fingerprint: String, _ detail: String, by administrator: Principal, _ book: any ProblemBook
    ) async throws -> String {
        let problem = try await answer { () throws(ProblemBookError) in try await book.problem(fingerprint) }
        try await store.audit(
            actor: administrator.user.value, action: action, subject: problem.fingerprint, detail: detail)
        return problem.fingerprint
    }

    // MARK: Who asks, and for what

    /// Calls count as messages, as those of tools do: each opens a file.
    private func administrator(_ request: Request) async throws -> Principal {
        let principal = try await requests.authenticator.requirePrincipal(request, roles: [.admin])
        if let delay = manager.buckets.take(for: principal.user) {
            manager.metrics.messagesLimited.increment()
            throw ErrorBody(
                WireError(.rateLimited, "Too many requests: wait \(delay) ms.", retryAfterMilliseconds: delay))
        }
        return principal
    }

    private func opened() throws -> any ProblemBook {
        guard let book else {
            throw ErrorBody(
                .conflict, "no_problem_memory",
                "This server was given no memory of problems. `canon logs --memory FILE LOGS` makes one; start the "
                    + "server with `--problems FILE` (or the setting `problems`) to see it here.")
        }
        return book
    }

    private func fingerprint(_ context: GatewayRequestContext) throws -> String {
        guard let text = context.segment("fingerprint"), text.utf8.count <= Self.maximumFingerprintBytes else {
            throw ErrorBody(.notFound, "not_found", "There is no problem of this fingerprint.")
        }
        return text
    }

    private func revision(in body: JSONObject) throws -> String? {
        guard let revision = try body.optionalText("revision"), !revision.isEmpty else { return nil }
        // A revision that no entry can have would never be found newer than, nor older.
        guard revision.utf8.count <= Self.maximumRevisionBytes,
            !revision.unicodeScalars.contains(where: { $0.properties.isWhitespace || $0.value < 0x20 })
        else {
            throw ErrorBody.invalid(
                "revision",
                "'revision' is the name of a revision: at most \(Self.maximumRevisionBytes) bytes, no blanks.")
        }
        return revision
    }

    private func answer<Answer: Sendable>(_ ask: () async throws(ProblemBookError) -> Answer) async throws -> Answer {
        do throws(ProblemBookError) {
            return try await ask()
        } catch {
            switch error {
            case .noSuchProblem(let message): throw ErrorBody(.notFound, "not_found", message)
            case .unavailable(let message):
                throw ErrorBody(.serviceUnavailable, "problems_unavailable", message, retryAfter: 5)
            }
        }
    }
}
