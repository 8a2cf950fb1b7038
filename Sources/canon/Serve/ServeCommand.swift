import ArgumentParser
import CanonAgents
import CanonGateway
import CanonStore
import CanonWire
import Foundation
import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle
import UnixSignals

/// `canon serve`: the gateway.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve the console, the sockets and the API from one process with an embedded database.",
        discussion: """
            The first start prints a one-time set-up link for the first account. SIGTERM and SIGINT stop the server in \
            good order: clients are told, runs finish or get a terminal event, sockets close with 1001.

            EXAMPLES
              canon serve                                  on http://127.0.0.1:8080
              canon serve --demo --workspace ~/project     visitors need no account; loopback only
              canon serve --config /etc/canon.yaml --host 0.0.0.0 --environment production \\
                --tls-cert cert.pem --tls-key key.pem
              CANON_AGENT_KEY=… canon serve --agent-kind openai --agent-url https://host/v1 --agent-model m

            EXIT STATUS
              0 stopped in good order; 1 could not serve (port in use, data folder, certificate);
              2 the command line or the configuration cannot be used
            """
    )

    @OptionGroup var options: ServeOptions

    func run() async throws {
        let loaded = try ConfigurationLoader(flags: options.settings).load()
        let configuration = loaded.configuration
        let logger = ServerLog.logger(configuration.log, quiet: options.quiet)
        for warning in loaded.warnings { logger.warning("\(warning)") }
        do {
            try await serve(configuration, logger)
        } catch let error as KeySetError {
            throw ConfigurationError(
                loaded.provenance.place(of: "authentication.jwks"),
                "\(error). The server does not start without the issuer's keys; canon doctor tries them out.")
        } catch let error as StoreError {
            throw CommandFailure("\(error)")
        } catch let error as IOError {
            throw CommandFailure(Self.explanation(of: error, configuration))
        } catch let error as NIOSSLError {
            throw CommandFailure(
                "TLS: \(error). Check that --tls-cert and --tls-key are PEM files and belong together.")
        }
    }

    private func serve(_ configuration: GatewayConfiguration, _ logger: Logger) async throws {
        let folder = try DataFolder(
            path: configuration.dataDirectory, workspaces: configuration.workspace.map { [$0] } ?? [])
        for note in folder.notes { logger.notice("\(note)") }
        let store = try Store(folder: folder, durability: configuration.durability)
        let secret = try configuration.authentication.secret ?? folder.secret(named: "token-secret")
        let (backend, tools) = try AgentWiring(configuration: configuration, logger: logger).make()
        let identity = IdentityStore(store.database)
        let quiet = options.quiet
        let gateway = try await Gateway(
            configuration: configuration, log: store.log, database: store.database, secret: secret, backend: backend,
            tools: tools, problems: configuration.problems.map { LogProblemBook(path: $0) }, logger: logger,
            onRunning: { address in
                // A link that cannot be made must not stop a server that runs.
                let setup = try? await identity.issueSetupToken()
                StartBanner(
                    address: address, setupToken: setup?.text, demo: configuration.demo, agent: backend.name,
                    workspace: configuration.workspace, folder: folder.path
                ).write(quiet: quiet)
            })
        var group = ServiceGroupConfiguration(
            services: [gateway], gracefulShutdownSignals: [.sigterm, .sigint], logger: ServerLog.framework(logger))
        group.maximumGracefulShutdownDuration = .seconds(configuration.limits.drainSeconds + 15)
        try await ServiceGroup(configuration: group).run()
        try store.close()
    }

    private static func explanation(of error: IOError, _ configuration: GatewayConfiguration) -> String {
        let place = "\(configuration.host):\(configuration.port)"
        return switch error.errnoCode {
        case EADDRINUSE:
            "\(place) is in use by another program. Stop it, or choose another port with --port (0 takes a free one)."
        case EACCES: "\(place) may not be opened: ports below 1024 need rights. Choose another with --port."
        case EADDRNOTAVAIL: "\(configuration.host) is no address of this machine. Choose another with --host."
        default: "\(place) cannot be opened: \(error)."
        }
    }
}
