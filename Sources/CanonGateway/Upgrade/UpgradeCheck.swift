import CanonWebSocket
import CanonWire

/// Whether a request can become a socket, and with what: a pure function of the request and the configuration.
struct UpgradeCheck: Sendable {
    struct Handshake: Sendable {
        let path: SocketPath
        /// The value of `Sec-WebSocket-Accept`.
        let acceptKey: String
        let credentials: HandshakeCredentials
        /// The values of `Sec-WebSocket-Extensions`.
        let extensionOffers: [String]
        let origin: String?
        let userAgent: String?
        let isOriginAllowed: Bool

        /// The demo speaks one vocabulary, whatever was offered.
        var dialect: Presentation.Dialect {
            switch path {
            case .demo: .platform(.flat)
            case .main: credentials.subprotocol == Subprotocol.agUI ? .agUI : .platform(.superset)
            }
        }
    }

    /// An answer in HTTP, before any upgrade.
    struct Refusal: Sendable {
        let status: Int
        let code: String
        let message: String
        var headers: [(name: String, value: String)] = []
    }

    enum Outcome: Sendable {
        /// Not a path of sockets.
        case notASocket
        case refuse(Refusal)
        case proceed(Handshake)
    }

    let origins: OriginPolicy
    let proxies: TrustedProxies
    let isTLS: Bool
    let demo: Bool
    let queryTokens: Bool

    func evaluate(_ request: HandshakeRequest, isReady: Bool) -> Outcome {
        guard let path = SocketPath(request.path, demo: demo) else { return .notASocket }
        guard isReady else {
            return .refuse(
                Refusal(
                    status: 503, code: "not_ready", message: "The server is not ready: try again in a moment.",
                    headers: [(name: "Retry-After", value: "1")]))
        }
        let upgrade: WebSocketHandshake.Request
        do throws(WebSocketHandshake.Refusal) {
            upgrade = try WebSocketHandshake.validate(method: request.method) { request.values($0) }
        } catch {
            return .refuse(
                Refusal(
                    status: error.status, code: "upgrade_required", message: Self.words(for: error),
                    headers: error.headers))
        }
        let credentials: HandshakeCredentials
        do throws(HandshakeRefusal) {
            credentials = try HandshakeCredentials.read(
                subprotocolLines: request.values("Sec-WebSocket-Protocol"),
                authorizationLines: request.values("Authorization"), query: request.query, queryTokens: queryTokens)
        } catch {
            return .refuse(Refusal(status: 400, code: "unsupported_subprotocol", message: error.message))
        }
        return .proceed(
            Handshake(
                path: path, acceptKey: WebSocketHandshake.acceptKey(for: upgrade.key), credentials: credentials,
                extensionOffers: upgrade.extensionOffers, origin: request.values("Origin").first,
                userAgent: (request.values("User-Agent").first?.prefix(ConnectionSummary.maximumUserAgent)).map(
                    String.init),
                isOriginAllowed: origins.allows(request.values("Origin"), peer: peer(of: request))))
    }

    private static func words(for refusal: WebSocketHandshake.Refusal) -> String {
        switch refusal {
        case .method: "A WebSocket is opened with GET."
        case .upgradeMissing: "This address speaks WebSocket: connect with a WebSocket client."
        case .connectionMissing: "The request has no 'Connection: Upgrade'; a proxy on the way may have removed it."
        case .version: "Only version 13 of the WebSocket protocol is spoken here."
        case .key: "Sec-WebSocket-Key is not the base64 of 16 bytes."
        }
    }

    /// Who sent a request, behind the proxies that are trusted.
    func peer(of request: HandshakeRequest) -> RequestPeer {
        proxies.peer(
            address: request.peer.flatMap { IPAddress($0) }, isTLS: isTLS, host: request.values("Host").first,
            forwardedFor: request.values("X-Forwarded-For"), forwardedProto: request.values("X-Forwarded-Proto"),
            forwardedHost: request.values("X-Forwarded-Host"))
    }
}
