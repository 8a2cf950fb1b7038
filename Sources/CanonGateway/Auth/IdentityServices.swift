import CanonStore
import Hummingbird
import Logging

/// Everything about who is who, made once from the configuration.
struct IdentityServices: Sendable {
    let store: IdentityStore
    let authenticator: Authenticator
    let origins: OriginPolicy
    let proxies: TrustedProxies
    let monitor: IdentityMonitor
    private let sessions: Sessions
    private let configuration: GatewayConfiguration

    /// - Parameter secret: signs access tokens; at least 32 bytes.
    init(configuration: GatewayConfiguration, database: CanonDatabase, secret: String, logger: Logger) async throws {
        let keys = try await SigningKeys.hs256(secret: secret)
        let verifier = TokenVerifier(keys: keys, configuration: configuration)
        store = IdentityStore(database)
        authenticator = Authenticator(
            store: store, verifier: verifier,
            visitorSeconds: configuration.demo ? configuration.authentication.demoTokenSeconds : nil)
        origins = try OriginPolicy(allowed: configuration.allowedOrigins)
        proxies = try TrustedProxies(configuration.trustedProxies)
        monitor = IdentityMonitor(
            store: store, visitorSeconds: configuration.authentication.demoTokenSeconds, logger: logger)
        sessions = Sessions(
            store: store, issuer: TokenIssuer(keys: keys, configuration: configuration), verifier: verifier,
            hasher: PasswordHasher(), throttle: LoginThrottle(attempts: configuration.authentication.loginAttempts),
            configuration: configuration)
        self.configuration = configuration
    }

    func addRoutes(to router: Router<GatewayRequestContext>) {
        AuthRoutes(
            store: store, authenticator: authenticator, sessions: sessions, origins: origins, proxies: proxies,
            configuration: configuration, version: ProductVersion.version
        ).add(to: router)
        TicketRoutes(
            store: store, authenticator: authenticator, proxies: proxies, configuration: configuration
        ).add(to: router)
    }
}
