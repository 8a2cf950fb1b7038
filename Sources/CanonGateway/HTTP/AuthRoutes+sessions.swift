import CanonStore
import CanonWire
import HTTPTypes
import Hummingbird

extension AuthRoutes {
    @Sendable func logIn(_ request: Request, _ peer: RequestPeer) async throws -> Response {
        let body = try await request.jsonObject(limit: bodyLimit)
        let session = try await sessions.logIn(
            email: try body.text("email"), password: try body.text("password"), address: peer.throttleKey)
        return answer(session, to: request, peer)
    }

    @Sendable func register(_ request: Request, _ peer: RequestPeer) async throws -> Response {
        guard isRegistrationOn else { throw SessionRefusal.registrationOff }
        let body = try await request.jsonObject(limit: bodyLimit)
        let password = try body.text("password")
        if let confirmation = try body.optionalText("confirm_password"), confirmation != password {
            throw ErrorBody.invalid("confirm_password", "The two passwords differ.")
        }
        let session = try await sessions.register(
            email: try body.text("email"), password: password, name: try name(in: body), address: peer.throttleKey)
        return answer(session, to: request, peer)
    }

    @Sendable func setUp(_ request: Request, _ peer: RequestPeer) async throws -> Response {
        let body = try await request.jsonObject(limit: bodyLimit)
        let session = try await sessions.setUp(
            token: try body.text("token"), email: try body.text("email"), password: try body.text("password"),
            name: try name(in: body), address: peer.throttleKey)
        return answer(session, to: request, peer)
    }

    @Sendable func visit(_ request: Request, _ peer: RequestPeer) async throws -> Response {
        answer(try await sessions.visit(address: peer.throttleKey), to: request, peer)
    }

    /// The token is in the body under any of the names the platform's clients use, or in the console's cookie.
    @Sendable func refresh(_ request: Request, _ peer: RequestPeer) async throws -> Response {
        let body = try await request.jsonObject(limit: bodyLimit, allowsEmpty: true)
        for name in ["refresh_token", "refreshToken", "token"] {
            guard let token = try body.optionalText(name), !token.isEmpty else { continue }
            return answer(try await sessions.refresh(token), to: request, peer)
        }
        guard let token = consoleToken(of: request) else {
            // The console's requests have no such field: without a cookie there is nobody who is logged in.
            if isConsole(request) { throw ErrorBody(.unauthorized, "no_session", "There is no session; log in.") }
            throw ErrorBody.invalid("refresh_token", "'refresh_token' is missing.")
        }
        try requireConsole(request)
        do {
            return answer(try await sessions.refresh(token), to: request, peer)
        } catch {
            var response = ErrorBody(error).response
            guard response.status == .unauthorized else { throw error }
            // A cookie that will never work again only makes the next page ask with it.
            response.setCookie(expiredCookie(peer))
            return response
        }
    }

    /// Always 200 for whoever may ask: without a session, one is logged out already.
    @Sendable func logOut(_ request: Request, _ peer: RequestPeer) async throws -> Response {
        let bearer = request.bearer
        let cookie = request.cookies[Self.cookieName]?.value
        if bearer == nil, cookie != nil { try requireConsole(request) }
        if let bearer { try await sessions.logOut(accessToken: bearer) }
        var response = Response(json: ["message": "Logged out.", "status": "success"])
        if let cookie, isConsole(request) {
            try await sessions.logOut(refreshToken: cookie)
            response.setCookie(expiredCookie(peer))
        }
        return response
    }

    private func name(in body: JSONObject) throws(ErrorBody) -> String? {
        guard let name = try body.optionalText("name"), !name.isEmpty else { return nil }
        guard name.utf8.count <= 200 else { throw .invalid("name", "'name' may have at most 200 bytes.") }
        return name
    }

    /// The refresh token in the console's cookie.
    func consoleToken(of request: Request) -> String? {
        request.cookies[Self.cookieName].map(\.value).flatMap { $0.isEmpty ? nil : $0 }
    }

    private func isConsole(_ request: Request) -> Bool { request.headers[.canonConsole] == "1" }

    private func requireConsole(_ request: Request) throws(ErrorBody) {
        guard isConsole(request) else {
            throw ErrorBody(
                .forbidden, "csrf_check_failed",
                "A refresh token in the cookie counts only together with the header X-Canon-Console: 1.")
        }
    }

    /// The token pair, with the refresh token in the body or, for the console, in its cookie.
    private func answer(_ session: Session, to request: Request, _ peer: RequestPeer) -> Response {
        let account = session.account
        var user: JSONObject = [
            "id": .string(account.id.value), "email": .string(account.email), "role": .string(account.role.rawValue),
        ]
        if let name = account.name { user["name"] = .string(name) }
        var body: JSONObject = ["access_token": .string(session.accessToken)]
        if !isConsole(request) { body["refresh_token"] = .string(session.refreshToken.text) }
        body["token_type"] = "Bearer"
        body["expires_in"] = .int(Int64(session.expiresIn))
        body["user"] = .object(user)
        var response = Response(json: body)
        if isConsole(request) {
            response.setCookie(cookie(session.refreshToken.text, maxAge: session.refreshExpiresIn, peer))
        }
        return response
    }

    private func expiredCookie(_ peer: RequestPeer) -> Cookie { cookie("", maxAge: 0, peer) }

    private func cookie(_ value: String, maxAge: Int, _ peer: RequestPeer) -> Cookie {
        Cookie(
            name: Self.cookieName, value: value, maxAge: maxAge, path: "/auth", secure: peer.isSecure, httpOnly: true,
            sameSite: .strict)
    }
}

extension ErrorBody {
    init(_ refusal: SessionRefusal) {
        switch refusal {
        case .invalidEmail(let problem):
            self = .invalid("email", "\(problem).")
        case .weakPassword(let problem):
            self = .invalid("password", "\(problem)")
        case .invalidCredentials:
            self.init(.unauthorized, "invalid_credentials", "Invalid credentials")
        case .disabled:
            self.init(.forbidden, "account_disabled", "The account is disabled. Ask the server's administrator.")
        case .throttled(let seconds):
            self.init(
                .tooManyRequests, "too_many_attempts", "Too many attempts; try again in \(seconds) s.",
                retryAfter: seconds)
        case .busy:
            self.init(
                .serviceUnavailable, "busy", "Too many people are logging in at the moment; try again shortly.",
                retryAfter: 1)
        case .registrationOff:
            self.init(
                .forbidden, "registration_disabled",
                "Registration is off on this server. Ask its administrator for an account (canon users add EMAIL).")
        case .emailTaken:
            self.init(.conflict, "email_taken", "There is an account with this e-mail address already.", field: "email")
        case .setupGone:
            self.init(
                .gone, "setup_link_gone",
                "The set-up link was used already or has expired. While there is no account, a start of the server "
                    + "prints a new one.")
        case .setupTokenWrong:
            self.init(
                .forbidden, "invalid_setup_token",
                "This is not the set-up link that the server printed last.", field: "token")
        case .demoOff:
            self.init(.notFound, "not_found", "This server is not in demo mode.")
        case .refreshUnknown:
            self.init(.unauthorized, "invalid_refresh_token", "The refresh token is unknown; log in again.")
        case .refreshElsewhere:
            self.init(
                .unauthorized, "external_token",
                "This is an access token of another issuer, which this server cannot renew; get a new one there.")
        case .refreshExpired:
            self.init(.unauthorized, "refresh_token_expired", "The session has expired; log in again.")
        case .refreshRevoked:
            self.init(.unauthorized, "refresh_token_revoked", "The session was ended; log in again.")
        case .refreshReused:
            self.init(
                .unauthorized, "refresh_token_reused",
                "The refresh token had been used before, so the session was ended for safety; log in again.")
        case .unavailable:
            self.init(.unavailable)
        }
    }
}
