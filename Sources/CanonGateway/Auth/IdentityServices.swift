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
    /// - Throws: for a secret, origin or proxy that cannot be used; `KeySetError` when the other issuer's keys cannot be
    ///   read.
    init(configuration: GatewayConfiguration, database: CanonDatabase, secret: String, logger: Logger) async throws {
        let keys = try await SigningKeys.hs256(secret: secret)
        let external = try await Self.externalIssuer(configuration.authentication, logger)
        let verifier = TokenVerifier(keys: keys, configuration: configuration, external: external)
        store = IdentityStore(database)
        authenticator = Authenticator(
            store: store, verifier: verifier,
            visitorSeconds: configuration.demo ? configuration.authentication.demoTokenSeconds : nil)
        origins = try OriginPolicy(allowed: configuration.allowedOrigins)
        proxies = try TrustedProxies(configuration.trustedProxies)
        monitor = IdentityMonitor(
            store: store, visitorSeconds: configuration.authentication.demoTokenSeconds, keys: external?.keys,
            logger: logger)
        sessions = Sessions(
            store: store, issuer: TokenIssuer(keys: keys, configuration: configuration), verifier: verifier,
            hasher: PasswordHasher(), throttle: LoginThrottle(attempts: configuration.authentication.loginAttempts),
            configuration: configuration)
        self.configuration = configuration
    }

    private static func externalIssuer(
        _ settings: GatewayConfiguration.Authentication, _ logger: Logger
    ) async throws(KeySetError) -> ExternalIssuer? {
        guard let place = settings.jwks, let name = settings.externalIssuer else { return nil }
        let keys = try await IssuerKeys(
            source: try KeySetSource(place), refreshInterval: .seconds(settings.jwksRefreshSeconds), logger: logger)
        return ExternalIssuer(
            name: name, audiences: Set(settings.externalAudiences), userPrefix: settings.externalUserPrefix, keys: keys)
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
