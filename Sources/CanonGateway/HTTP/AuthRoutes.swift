public import CanonStore
import CanonWire
import HTTPTypes
public import Hummingbird
import Logging

/// `/auth/…` and the same under `/api/v1/auth/`: log in and out, refresh, and ask who one is.
///
/// In console mode (`X-Canon-Console: 1`) the refresh token is in an HttpOnly cookie and never in a body. A page of
/// another site can make a browser send the cookie but not the header, so a cookie counts only with the header.
public struct AuthRoutes: Sendable {
    /// What an authentication request may send, in bytes: a token and a password fit several times.
    static let maximumBodyBytes = 32 * 1024
    static let cookieName = "canon_refresh"

    let store: IdentityStore
    let authenticator: Authenticator
    let sessions: Sessions
    let origins: OriginPolicy
    let proxies: TrustedProxies
    let isTLS: Bool
    let isRegistrationOn: Bool
    let isDemoOn: Bool
    let bodyLimit: Int
    let version: String

    /// - Parameter version: what `/auth/config` says of the build.
    public init(
        store: IdentityStore, authenticator: Authenticator, sessions: Sessions, origins: OriginPolicy,
        proxies: TrustedProxies, configuration: GatewayConfiguration, version: String
    ) {
        self.store = store
        self.authenticator = authenticator
        self.sessions = sessions
        self.origins = origins
        self.proxies = proxies
        isTLS = configuration.tls != nil
        isRegistrationOn = configuration.authentication.registration
        isDemoOn = configuration.demo
        bodyLimit = min(Self.maximumBodyBytes, configuration.limits.maximumRequestBodyBytes)
        self.version = version
    }

    public func add(to router: some RouterMethods<GatewayRequestContext>) {
        for prefix in ["/auth", "/api/v1/auth"] {
            let group = router.group(RouterPath(prefix))
            group.post("login", use: handler(logIn))
            group.post("register", use: handler(register))
            group.post("refresh", use: handler(refresh))
            group.post("logout", use: handler(logOut))
            group.post("setup", use: handler(setUp))
            group.post("demo", use: handler(visit))
            group.post("validate", use: handler(validate))
            group.get("verify", use: handler(verify))
            group.post("verify", use: handler(verify))
            group.get("me", use: handler(me))
            group.get("config", use: handler(configuration))
        }
    }

    typealias Handler = @Sendable (Request, RequestPeer) async throws -> Response

    /// Checks the origin of what changes something, and gives every failure the one error shape.
    private func handler(
        _ body: @escaping Handler
    ) -> @Sendable (Request, GatewayRequestContext) async throws -> Response {
        { request, context in
            let peer = request.peer(context, proxies: proxies, isTLS: isTLS)
            do {
                if request.method != .get { try checkOrigin(request, peer) }
                return try await body(request, peer)
            } catch let refusal as SessionRefusal {
                if case .unavailable(let cause) = refusal {
                    context.logger.error("A session could not be opened", metadata: ["error": "\(cause)"])
                }
                return ErrorBody(refusal).response
            } catch let error as ErrorBody {
                return error.response
            }
        }
    }

    private func checkOrigin(_ request: Request, _ peer: RequestPeer) throws(ErrorBody) {
        guard origins.allows(request.headers[values: .origin], peer: peer) else {
            throw ErrorBody(
                .forbidden, "origin_refused",
                "Pages of this origin may not log in here; add it to allowed_origins if they should.")
        }
    }
}

extension AuthRoutes {
    /// `{token}` to who it is for. Both answers are 200: the question was answered.
    @Sendable private func validate(_ request: Request, _ peer: RequestPeer) async throws -> Response {
        let body = try await request.jsonObject(limit: bodyLimit, allowsEmpty: true)
        guard let token = try body.optionalText("token"), !token.isEmpty else {
            return Response(json: ["valid": false, "error": "missing_token", "message": "'token' is missing."])
        }
        switch await authenticator.authenticate(bearer: token) {
        case .success(let principal): return Response(json: description(of: principal))
        case .failure(.unavailable): throw ErrorBody(.unavailable)
        case .failure(let failure):
            return Response(
                json: [
                    "valid": false, "error": "invalid_token", "reason": .string(failure.code),
                    "message": .string(failure.message),
                ])
        }
    }

    @Sendable private func verify(_ request: Request, _ peer: RequestPeer) async throws -> Response {
        Response(json: description(of: try await authenticator.requirePrincipal(request)))
    }

    @Sendable private func me(_ request: Request, _ peer: RequestPeer) async throws -> Response {
        let principal = try await authenticator.requirePrincipal(request)
        return Response(
            json: [
                "id": .string(principal.user.value),
                "user_id": .string(principal.user.value),
                "email": .string(principal.email),
                "name": principal.name.map(JSONValue.string) ?? .null,
                "role": .string(principal.role.rawValue),
                "permissions": .array(principal.permissions.sorted().map(JSONValue.string)),
                "expires_at": principal.expiresAt.map { .double($0.seconds) } ?? .null,
            ])
    }

    /// What a log in page must know. `session` says whether the browser holds a console's cookie, whatever it is worth:
    /// without one, the page need not ask for a refresh that can only be refused.
    @Sendable private func configuration(_ request: Request, _ peer: RequestPeer) async throws -> Response {
        let needsSetup: Bool
        do {
            needsSetup = try await !store.hasAccounts()
        } catch {
            throw ErrorBody(.unavailable)
        }
        return Response(
            json: [
                "registration": .bool(isRegistrationOn), "demo": .bool(isDemoOn), "setup_required": .bool(needsSetup),
                "session": .bool(consoleToken(of: request) != nil), "product": "Canon", "version": .string(version),
            ])
    }

    private func description(of principal: Principal) -> JSONObject {
        [
            "valid": true,
            "user_id": .string(principal.user.value),
            "email": .string(principal.email),
            "role": .string(principal.role.rawValue),
            "permissions": .array(principal.permissions.sorted().map(JSONValue.string)),
            "expires_at": principal.expiresAt.map { .double($0.seconds) } ?? .null,
        ]
    }
}
