import CanonStore
import CanonWire
import Foundation
import Hummingbird
import HummingbirdTesting
import Synchronization

@testable import CanonGateway

/// A clock that stands until it is moved.
final class TestClock: Sendable {
    private let time = Mutex(Timestamp(milliseconds: 1_700_000_000_000))

    var now: Timestamp { time.withLock { $0 } }
    var read: @Sendable () -> Timestamp { { self.now } }

    func advance(seconds: Double) { time.withLock { $0 = $0.adding(seconds: seconds) } }
}

/// Everything that authenticates, over a real database in a temporary folder.
final class AuthFixture: Sendable {
    static let secret = "0123456789abcdef0123456789abcdef"
    static let email = "anna@example.com"
    static let password = "correct horse battery"

    let path: String
    let clock = TestClock()
    let configuration: GatewayConfiguration
    let store: IdentityStore
    let keys: SigningKeys
    let issuer: TokenIssuer
    let verifier: TokenVerifier
    let authenticator: Authenticator
    /// The cheapest scrypt there is: what is tested is when it runs, not what it costs.
    let hasher = PasswordHasher(parameters: .init(logN: 2, blockSize: 1, parallelism: 1))
    let sessions: Sessions

    init(
        external: ExternalIssuer? = nil, _ configure: (inout GatewayConfiguration) -> Void = { _ in }
    ) async throws {
        var configuration = GatewayConfiguration()
        configure(&configuration)
        self.configuration = configuration
        path = FileManager.default.temporaryDirectory.appending(path: "canon-auth-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        store = IdentityStore(try CanonDatabase(path: path + "/canon.sqlite", durability: .process))
        keys = try await SigningKeys.hs256(secret: Self.secret)
        issuer = TokenIssuer(keys: keys, configuration: configuration)
        verifier = TokenVerifier(keys: keys, configuration: configuration, external: external)
        authenticator = Authenticator(
            store: store, verifier: verifier,
            visitorSeconds: configuration.demo ? configuration.authentication.demoTokenSeconds : nil, clock: clock.read)
        sessions = Sessions(
            store: store, issuer: issuer, verifier: verifier, hasher: hasher,
            throttle: LoginThrottle(attempts: configuration.authentication.loginAttempts),
            configuration: configuration, clock: clock.read)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The same database as another process has it.
    func anotherProcess() throws -> IdentityStore {
        IdentityStore(try CanonDatabase(path: path + "/canon.sqlite", durability: .process))
    }

    @discardableResult
    func addAccount(_ email: String = AuthFixture.email, role: Role = .user) async throws -> Account {
        try await store.createAccount(
            email: EmailAddress(email), name: "Anna", role: role, passwordHash: try await hasher.hash(Self.password),
            actor: "test", now: clock.now)
    }

    func logIn(_ email: String = AuthFixture.email) async throws -> Session {
        try await sessions.logIn(email: email, password: Self.password, address: "192.0.2.1")
    }

    /// Runs a test against the routes.
    func withRoutes<Value>(
        allowedOrigins: [String] = [], _ body: @Sendable (any TestClientProtocol) async throws -> Value
    ) async throws -> Value {
        let router = Router(context: GatewayRequestContext.self)
        AuthRoutes(
            store: store, authenticator: authenticator, sessions: sessions,
            origins: try OriginPolicy(allowed: allowedOrigins), proxies: try TrustedProxies(),
            configuration: configuration, version: "1.2.3"
        ).add(to: router)
        TicketRoutes(
            store: store, authenticator: authenticator, proxies: try TrustedProxies(), configuration: configuration,
            clock: clock.read
        ).add(to: router)
        return try await Application(router: router).test(.router, body)
    }
}

extension Result where Failure == AuthenticationFailure {
    var failure: AuthenticationFailure? { if case .failure(let failure) = self { failure } else { nil } }
}
