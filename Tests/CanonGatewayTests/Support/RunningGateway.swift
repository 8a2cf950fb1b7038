import CanonAgents
import CanonStore
import CanonWire
import Foundation
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Testing

@testable import CanonGateway

/// A real gateway on a free port with a real data folder of its own, for the length of a test.
final class RunningGateway: Sendable {
    let port: Int
    let store: Store
    let identity: IdentityStore
    let folder: URL
    private let group: ServiceGroup
    private let task: Task<Void, any Error>

    static let secret = "0123456789abcdef0123456789abcdef-test"

    /// Runs `body` beside a gateway, and stops it afterwards.
    static func with(
        _ backend: any AgentBackend = ScriptedBackend(), tools: [any Tool] = [],
        problems: (any ProblemBook)? = nil, folder existing: URL? = nil,
        configure: (inout GatewayConfiguration) -> Void = { _ in },
        _ body: (RunningGateway) async throws -> Void
    ) async throws {
        let folder =
            existing ?? FileManager.default.temporaryDirectory.appending(path: "canon-test-\(UUID().uuidString)")
        let gateway = try await start(
            backend, tools: tools, problems: problems, folder: folder, configure: configure)
        do {
            try await body(gateway)
        } catch {
            await gateway.stop()
            throw error
        }
        await gateway.stop()
        if existing == nil { try? FileManager.default.removeItem(at: folder) }
    }

    static func start(
        _ backend: any AgentBackend, tools: [any Tool] = [],
        problems: (any ProblemBook)? = nil, folder: URL,
        configure: (inout GatewayConfiguration) -> Void = { _ in }
    ) async throws -> RunningGateway {
        var configuration = GatewayConfiguration()
        configuration.port = 0
        configuration.dataDirectory = folder.path
        configuration.durability = .process
        configuration.limits.drainSeconds = 1
        // The clients are in this process: when it stands still, their requests are late.
        configuration.limits.handshakeSeconds = 120
        configure(&configuration)
        let store = try Store(folder: DataFolder(path: folder.path), durability: configuration.durability)
        let (running, continuation) = AsyncStream.makeStream(of: Int.self)
        var logger = Logger(label: "canon.test")
        logger.logLevel = .critical
        let gateway = try await Gateway(
            configuration: configuration, log: store.log, database: store.database, secret: secret, backend: backend,
            tools: tools, problems: problems, logger: logger, onRunning: { address in continuation.yield(address.port) }
        )
        let group = ServiceGroup(configuration: .init(services: [gateway], logger: logger))
        let task = Task {
            defer { continuation.finish() }
            try await group.run()
        }
        guard let port = await running.first(where: { _ in true }) else {
            try await task.value
            throw CancellationError()
        }
        return RunningGateway(port: port, store: store, folder: folder, group: group, task: task)
    }

    private init(port: Int, store: Store, folder: URL, group: ServiceGroup, task: Task<Void, any Error>) {
        self.port = port
        self.store = store
        identity = IdentityStore(store.database)
        self.folder = folder
        self.group = group
        self.task = task
    }

    /// The orderly stop, as by SIGTERM.
    func stop() async {
        await group.triggerGracefulShutdown()
        _ = try? await task.value
        try? store.close()
    }

    func triggerStop() async { await group.triggerGracefulShutdown() }

    // MARK: Users

    struct User: Sendable {
        let id: UserID
        let token: String
        let email: String
    }

    /// A new account with an access token, as a log-in would give it (log-in itself has tests of its own).
    func user(
        _ name: String = "user-\(UInt32.random(in: 0 ... .max))", role: Role = .user, validFor seconds: Int = 900
    ) async throws -> User {
        let email = try EmailAddress("\(name)@example.com")
        let account = try await identity.createAccount(email: email, role: role, passwordHash: nil, actor: "test")
        return User(id: account.id, token: try await token(for: account, validFor: seconds), email: email.text)
    }

    func token(for account: Account, validFor seconds: Int = 900) async throws -> String {
        var configuration = GatewayConfiguration()
        configuration.authentication.accessTokenSeconds = seconds
        let issuer = TokenIssuer(keys: try await .hs256(secret: Self.secret), configuration: configuration)
        let now = Timestamp.now()
        return try issuer.accessToken(for: account, grant: issuer.grant(for: account, now: now), now: now)
    }

    /// The secret of a new service token.
    func serviceToken() async throws -> String {
        let made = try await identity.createServiceToken(
            name: "test-\(UInt32.random(in: 0 ... .max))", role: .service, expiresAt: nil, actor: "test")
        return made.secret.text
    }

    /// A socket that has had its welcome.
    func socket(
        _ user: User, path: String = "/ws", receiveBuffer: Int? = nil, offersCompression: Bool = false
    ) async throws -> TestSocket {
        let socket = try await TestSocket.open(
            port: port, path: path, token: user.token, receiveBuffer: receiveBuffer,
            offersCompression: offersCompression)
        try await socket.next("connection_established")
        return socket
    }

    var http: TestHTTP { TestHTTP(port: port) }
}
