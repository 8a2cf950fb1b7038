public import CanonAgents
public import CanonStore
import CanonWire
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
public import Logging
import NIOCore
import NIOPosix
import NIOSSL
public import ServiceLifecycle

/// The server: makes the one manager, opens the port, and stops in good order.
public struct Gateway: Service {
    /// Where a running gateway can be reached.
    public struct Address: Sendable {
        public let scheme: String
        public let host: String
        public let port: Int

        /// Such as `http://127.0.0.1:8080`.
        public var url: String { "\(scheme)://\(host.contains(":") ? "[\(host)]" : host):\(port)" }
    }

    private let application: any Service
    private let drain: DrainService
    private let monitor: MonitorService
    private let retention: RetentionService
    private let manager: WebSocketManager
    private let runs: RunSupervisor
    private let logger: Logger

    /// - Parameters:
    ///   - configuration: what is in force; it has been validated.
    ///   - log: the authority on conversations.
    ///   - database: where accounts are kept; also probed for readiness.
    ///   - secret: signs access tokens; at least 32 bytes.
    ///   - backend: what answers.
    ///   - tools: what pages of the console may run for whoever is signed in; the agent has its own.
    ///   - problems: what administrators see of service logs; nil when the server is given none.
    ///   - onRunning: called once the port is open and every open run of an earlier server has been ended.
    /// - Throws: for an origin, proxy, certificate or secret that cannot be used.
    public init(
        configuration: GatewayConfiguration, log: any EventLog, database: CanonDatabase, secret: String,
        backend: any AgentBackend, tools: [any Tool] = [], problems: (any ProblemBook)? = nil,
        logger: Logger,
        onRunning: @escaping @Sendable (Address) async -> Void = { _ in }
    ) async throws {
        // The process's own loops: Hummingbird finishes its shutdown in a task that outlives `run`, so loops of our own
        // could be gone before it is.
        let eventLoops = MultiThreadedEventLoopGroup.singleton
        let metrics = GatewayMetrics()
        let runs = RunSupervisor(
            log: log, backend: backend, limits: configuration.limits, metrics: metrics, logger: logger)
        let manager = WebSocketManager(
            log: log, runs: runs, limits: configuration.limits, metrics: metrics,
            eventLoops: Array(eventLoops.makeIterator()), node: Self.nodeName(),
            sendsCompatibilityWelcome: configuration.compatibilityWelcome, logger: logger)
        let readiness = Readiness(probes: [
            { await database.unwritability() },
            { await runs.unavailability() },
        ])
        let identity = try await IdentityServices(
            configuration: configuration, database: database, secret: secret, logger: logger)
        let check = UpgradeCheck(
            origins: identity.origins, proxies: identity.proxies, isTLS: configuration.tls != nil,
            demo: configuration.demo, queryTokens: configuration.authentication.queryTokens)
        let requests = RequestScopes(
            authenticator: identity.authenticator, manager: manager,
            maximumBodyBytes: configuration.limits.maximumRequestBodyBytes)

        let router = Router(context: GatewayRequestContext.self)
        router.add(middleware: RequestGuard(logger: logger))
        ConsoleRoutes().add(to: router)
        SocketRoutes(check: check, readiness: readiness, requests: requests, demo: configuration.demo).add(to: router)
        StatusRoutes(
            manager: manager, runs: runs, readiness: readiness, metrics: metrics, configuration: configuration,
            requests: requests, startedAt: .now()
        ).add(to: router)
        ThreadRoutes(requests: requests).add(to: router)
        StreamRoutes(manager: manager, requests: requests, agent: configuration.agent.kind).add(to: router)
        AGUIRoutes(manager: manager, requests: requests).add(to: router)
        ConnectionRoutes(manager: manager, requests: requests).add(to: router)
        BroadcastRoutes(manager: manager, requests: requests, store: identity.store).add(to: router)
        ProducerRoutes(manager: manager, requests: requests, logger: logger).add(to: router)
        ToolRoutes(tools: tools, manager: manager, requests: requests).add(to: router)
        ProblemRoutes(book: problems, manager: manager, requests: requests, store: identity.store).add(to: router)
        identity.addRoutes(to: router)

        let upgrade = UpgradeContext(
            manager: manager, authenticator: identity.authenticator, check: check, readiness: readiness,
            demo: configuration.demo, offersCompression: configuration.compression, limits: configuration.limits,
            metrics: metrics, logger: logger)
        let handshake = TimeAmount.seconds(Int64(configuration.limits.handshakeSeconds))
        let channel = HTTPServerBuilder { responder in
            GatewayChannel(responder: responder, upgrade: upgrade, handshakeTimeout: handshake)
        }
        let scheme = configuration.tls == nil ? "http" : "https"
        application = Application(
            router: router,
            server: try Self.server(channel, tls: configuration.tls),
            configuration: .init(
                address: .hostname(configuration.host, port: configuration.port), serverName: nil, backlog: 4096,
                reuseAddress: true),
            onServerRunning: { channel in
                manager.startTicking()
                readiness.enter(.serving)
                let address = Address(scheme: scheme, host: configuration.host, port: channel.localAddress?.port ?? 0)
                Self.announce(manager.inventory(), at: address, logger)
                await onRunning(address)
            },
            eventLoopGroupProvider: .shared(eventLoops), logger: Self.quiet(logger))
        drain = DrainService(
            manager: manager, runs: runs, readiness: readiness, seconds: configuration.limits.drainSeconds,
            eventLoop: eventLoops.any(), logger: logger)
        monitor = MonitorService(
            identity: identity, manager: manager, runs: runs, eventLoop: eventLoops.any())
        retention = RetentionService(
            log: log, retention: configuration.retention, metrics: metrics, logger: logger)
        self.manager = manager
        self.runs = runs
        self.logger = logger
    }

    /// Serves until it is told to stop (SIGTERM or SIGINT through the service group it stands in).
    public func run() async throws {
        let orphans = try await runs.endOrphans()
        if orphans > 0 {
            logger.notice("ended runs that an earlier server left open", metadata: ["runs": "\(orphans)"])
        }
        // Services stop in reverse order: the drain comes first, while the server still carries its frames.
        let group = ServiceGroup(
            configuration: .init(
                services: [
                    .init(service: application, successTerminationBehavior: .gracefullyShutdownGroup),
                    .init(service: monitor, successTerminationBehavior: .ignore),
                    .init(service: retention, successTerminationBehavior: .ignore),
                    .init(service: drain, successTerminationBehavior: .ignore),
                ],
                logger: Self.quiet(logger)))
        let outcome = await Result { try await group.run() }
        await manager.detach()
        try outcome.get()
        logger.notice("stopped")
    }

    private static func server(_ channel: HTTPServerBuilder, tls: GatewayConfiguration.TLS?) throws -> HTTPServerBuilder
    {
        guard let tls else { return channel }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(tls.certificate).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: tls.key, format: .pem)))
        configuration.minimumTLSVersion = .tlsv12
        // WebSockets are upgraded from HTTP/1.1 here.
        configuration.applicationProtocols = ["http/1.1"]
        return try .tls(channel, tlsConfiguration: configuration)
    }

    private static func announce(_ inventory: ManagerInventory, at address: Address, _ logger: Logger) {
        logger.notice(
            "serving",
            metadata: [
                "url": "\(address.url)", "manager": "\(inventory.module).\(inventory.type)",
                "instances": "\(inventory.instances)", "version": "\(inventory.version)",
                "commit": "\(inventory.commit)", "vocabulary": "\(inventory.vocabulary)", "node": "\(inventory.node)",
                "epoch": "\(inventory.epoch)", "connections": "\(inventory.connections)", "users": "\(inventory.users)",
            ])
    }

    /// The frameworks' own notes are for their developers.
    private static func quiet(_ logger: Logger) -> Logger {
        var logger = logger
        if logger.logLevel > .debug { logger.logLevel = max(logger.logLevel, .warning) }
        return logger
    }

    private static func nodeName() -> String {
        Identifier<ConnectionKind>.make("node").value
    }
}
