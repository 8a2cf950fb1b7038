import CanonWebSocket
import CanonWire
import NIOHTTP1

/// Whether the server is there, and lets the probe in.
extension ProbeSession {
    func health() async throws -> String {
        let answer = try await expect(200, .GET, "/health")
        let status = answer.json?["status"]?.string
        let healthy = options.profile == .canon ? ["healthy"] : ["healthy", "ok", "ready"]
        guard let status, healthy.contains(status) else {
            throw StepFailure(
                expected: "\"status\": \"\(healthy[0])\"", came: status.map { "\"\($0)\"" } ?? "a body without it")
        }
        serverVersion = answer.json?["version"]?.string
        return serverVersion.map { "\(status), version \($0)" } ?? status
    }

    func readiness() async throws -> String {
        let answer = try await http(.GET, "/health/ready")
        guard answer.status == 200 else {
            let reasons = answer.json?["reasons"]?.array?.compactMap(\.string).joined(separator: "; ") ?? ""
            throw StepFailure(expected: "200", came: "\(answer.status)" + (reasons.isEmpty ? "" : ": \(reasons)"))
        }
        return "ready"
    }

    func limits() async throws -> String {
        let answer = try await expect(200, .GET, "/ws/config")
        guard let size = answer.json?["websocket_config"]?["max_message_size"]?.int,
            let heartbeat = answer.json?["websocket_config"]?["heartbeat_interval"]?.int
        else {
            throw StepFailure(
                expected: "websocket_config with max_message_size and heartbeat_interval", came: "they are missing")
        }
        maximumMessageBytes = size
        heartbeatSeconds = heartbeat
        return "messages up to \(size) bytes, a heartbeat every \(heartbeat) s"
    }

    func logIn() async throws -> String {
        switch options.credentials {
        case .token(let token, let other):
            self.token = token
            otherToken = other
            guard options.profile == .canon else { return "a token was given" }
            let answer = try await http(.GET, "/auth/me", token: token)
            guard answer.status == 200 else {
                throw StepFailure(
                    expected: "200 to GET /auth/me with the token", came: Self.describe(answer),
                    remedy: "Get a fresh token: this one has expired, was revoked, or is of another server.")
            }
            return "the token is accepted"
        case .login(let email, let password):
            let answer = try await http(
                .POST, "/auth/login", body: ["email": .string(email), "password": .string(password)])
            token = try accessToken(in: answer, of: "POST /auth/login")
            return "logged in as \(email)"
        case .ticket(let ticket):
            self.ticket = ticket
            return "a ticket was given: it opens one connection"
        case .demo:
            token = try await visitor()
            otherToken = try await visitor()
            return "two visitors"
        }
    }

    private func visitor() async throws -> String {
        let answer = try await http(.POST, "/auth/demo")
        if answer.status == 403 || answer.status == 404 {
            throw StepFailure(
                expected: "200 to POST /auth/demo", came: Self.describe(answer),
                remedy: "--demo is for a server that was started with --demo; else give --token or --email.")
        }
        return try accessToken(in: answer, of: "POST /auth/demo")
    }

    private func accessToken(in answer: HTTPExchange.Answer, of request: String) throws(StepFailure) -> String {
        // Before anything of it is shown.
        for name in ["access_token", "refresh_token"] { if let text = answer.json?[name]?.string { hide(text) } }
        guard answer.status == 200 else {
            throw StepFailure(
                expected: "200 to \(request)", came: Self.describe(answer),
                remedy: answer.status == 401 ? "Look at the address and the password." : nil)
        }
        guard let token = answer.json?["access_token"]?.string, !token.isEmpty else {
            throw StepFailure(expected: "an access_token in the answer to \(request)", came: "none")
        }
        return token
    }

    // MARK: The forms of a token

    /// Opens a connection with these subprotocols and looks at what the server chose, and that no header of its answer
    /// holds the token.
    func upgrade(with subprotocols: [String], choosing chosen: String) async throws -> String {
        let socket = try await open(subprotocols: subprotocols)
        guard socket.response.subprotocol == chosen else {
            throw StepFailure(
                expected: "subprotocol \(chosen)", came: socket.response.subprotocol ?? "none",
                remedy: "A bare subprotocol that was offered is the one to answer, so that no token stands in a header."
            )
        }
        for header in socket.response.headers where holdsSecret(header.value) && !subprotocols.allSatisfy(holdsSecret) {
            throw StepFailure(
                expected: "no token in the answer's headers", came: "the token in \(header.name)",
                remedy: "Answer the bare subprotocol: a header with a token ends up in the logs of proxies.")
        }
        try await welcomeOfOwn(on: socket)
        return "\(holdsSecret(chosen) ? "the item itself" : chosen) chosen, welcomed"
    }

    func upgradeWithBareSubprotocol(_ name: String) async throws -> String {
        let token = try requireToken()
        return try await upgrade(with: [name, "jwt.\(Self.base64URL(token))"], choosing: name)
    }

    func upgradeWithTokenAlone() async throws -> String {
        let item = "jwt.\(Self.base64URL(try requireToken()))"
        return try await upgrade(with: [item], choosing: item)
    }

    func upgradeWithAuthorization() async throws -> String {
        let token = try requireToken()
        let socket = try await open(headers: [.init(name: "Authorization", value: "Bearer \(token)")])
        if let header = socket.response.headers.first(where: { holdsSecret($0.value) }) {
            throw StepFailure(expected: "no token in the answer's headers", came: "the token in \(header.name)")
        }
        try await welcomeOfOwn(on: socket)
        return "welcomed"
    }

    /// The welcome of the user whose token it is: where whoever comes is a visitor, one whose token was lost on the way is
    /// welcomed too, as somebody else.
    private func welcomeOfOwn(on socket: ClientSocket) async throws {
        let frame = try await welcome(on: socket)
        guard let welcomed = frame.anywhere("user_id")?.string else { return }
        let own = admitted ?? welcomed
        admitted = own
        guard welcomed == own else {
            throw StepFailure(
                expected: "a welcome as the user of the token, as by the other forms", came: "one as another user",
                remedy: "The token did not arrive: a proxy on the way may remove the header Authorization.")
        }
    }

    func upgradeWithTicket() async throws -> String {
        if let given = ticket {
            ticket = nil
            let socket = try await open(query: "ticket=\(given)")
            greeting = try await welcome(on: socket)
            main = socket
            return "welcomed; the conversation goes on here"
        }
        let answer = try await http(.POST, "/api/websocket/ticket", token: try requireToken(), body: [:])
        guard answer.status == 200, let ticket = answer.json?["ticket_id"]?.string else {
            throw StepFailure(
                expected: "200 and a ticket_id to POST /api/websocket/ticket", came: Self.describe(answer))
        }
        hide(ticket)
        try await welcomeOfOwn(on: try await open(query: "ticket=\(ticket)"))
        let second = try await open(query: "ticket=\(ticket)")
        try await expectRefusal(of: second, what: "the ticket's second use")
        return "welcomed once, refused the second time"
    }

    // MARK: Refusals

    /// Close 1008, and no frame before it.
    func expectRefusal(of socket: ClientSocket, what: String) async throws {
        let expected = "close 1008 for \(what), and no frame before it"
        switch try await socket.next(before: deadline, awaiting: "the close of \(what)") {
        case .frame(let frame): throw StepFailure(expected: expected, came: "a frame: \(frame.brief)")
        case .unreadable: throw StepFailure(expected: expected, came: "a message")
        case .closed(1008, _): return
        case .closed(let code, let reason):
            throw StepFailure(expected: expected, came: Self.describe(close: code, reason))
        }
    }

    func badToken() async throws -> String {
        let token = forgedToken()
        hide(token)
        let subprotocol = options.profile == .canon ? "canon.v1" : "jwt-auth"
        try await expectRefusal(
            of: try await open(subprotocols: [subprotocol, "jwt.\(Self.base64URL(token))"]),
            what: "a forged token in Sec-WebSocket-Protocol")
        try await expectRefusal(
            of: try await open(headers: [.init(name: "Authorization", value: "Bearer \(token)")]),
            what: "a forged token in Authorization")
        return "1008 in both forms, no frame before"
    }

    /// The probe's own token under another signature: a server that does not verify it lets it in.
    private func forgedToken() -> String {
        var parts = (token ?? "").split(separator: ".").map(String.init)
        if parts.count != 3 {
            parts = ["{\"alg\":\"HS256\",\"typ\":\"JWT\"}", "{\"sub\":\"probe\"}"].map(Self.base64URL)
        }
        return parts.prefix(2).joined(separator: ".") + "." + Self.base64URL("a signature of the wrong key......")
    }

    func noCredential() async throws -> String {
        let socket = try await open()
        let expected = "close 1008 and no frame before it, or a visitor of its own where the server is a demonstration"
        switch try await socket.next(before: deadline, awaiting: "an answer to a connection without a credential") {
        case .closed(1008, _): return "refused with 1008"
        case .frame(let frame) where frame.type == "connection_established":
            guard let visitor = frame.anywhere("user_id")?.string, visitor != user else {
                throw StepFailure(expected: expected, came: "a welcome as the probe's own user")
            }
            guard try await http(.GET, "/api/demo/health").status == 200 else {
                throw StepFailure(
                    expected: expected, came: "a welcome, and it is no demonstration",
                    remedy: "The server lets in whoever comes: take it out of service.")
            }
            return "a demonstration: welcomed as a visitor of its own"
        case .frame(let frame): throw StepFailure(expected: expected, came: frame.brief)
        case .unreadable: throw StepFailure(expected: expected, came: "a message")
        case .closed(let code, let reason):
            throw StepFailure(expected: expected, came: Self.describe(close: code, reason))
        }
    }

    // MARK: HTTP

    func expect(_ status: Int, _ method: HTTPMethod, _ path: String, token: String? = nil) async throws
        -> HTTPExchange.Answer
    {
        let answer = try await http(method, path, token: token)
        guard answer.status == status else {
            throw StepFailure(
                expected: "\(status) to \(method.rawValue) \(transport.address.path(path))",
                came: Self.describe(answer),
                remedy: answer.location.map { "The server redirects: give the address that it points to, \($0)" })
        }
        return answer
    }

    static func describe(_ answer: HTTPExchange.Answer) -> String {
        if let location = answer.location { return "\(answer.status) to \(location)" }
        let message = answer.json?["message"]?.string ?? answer.json?["detail"]?.string ?? ""
        return "\(answer.status)" + (message.isEmpty ? "" : ": \(message.prefix(200))")
    }
}
