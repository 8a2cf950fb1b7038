import CanonGateway
import CanonVerify
import Foundation

/// What must hold between settings, and between settings and this machine. Each message stands at the place of the
/// setting that has to change.
struct ConfigurationRules {
    let configuration: GatewayConfiguration
    let provenance: Provenance
    private(set) var problems: [ConfigurationProblem] = []
    private(set) var warnings: [ConfigurationProblem] = []

    init(configuration: GatewayConfiguration, provenance: Provenance) {
        self.configuration = configuration
        self.provenance = provenance
    }

    mutating func check() {
        checkNetwork()
        checkDemo()
        checkTLS()
        checkFolders()
        checkProblems()
        checkExternalIssuer()
        checkAgent()
        checkLimits()
    }

    /// Production, or not said and reachable from elsewhere.
    var countsAsProduction: Bool {
        switch configuration.environment {
        case .production: true
        case .unset: !ListenHost.isLoopback(configuration.host)
        case .development, .testing, .staging: false
        }
    }

    private mutating func refuse(_ key: String, _ message: String) {
        problems.append(ConfigurationProblem(place: provenance.place(of: key), message: message))
    }

    private mutating func warn(_ key: String, _ message: String) {
        warnings.append(ConfigurationProblem(place: provenance.place(of: key), message: message))
    }

    private mutating func checkNetwork() {
        if !ListenHost.isValid(configuration.host) {
            refuse("host", "\"\(configuration.host.shortened)\" is neither an address nor a host name")
        }
        for proxy in configuration.trustedProxies {
            do throws(AddressBlockError) {
                _ = try AddressBlock(proxy)
            } catch {
                refuse("trusted_proxies", error.description)
            }
        }
        for origin in configuration.allowedOrigins {
            do throws(OriginPatternError) {
                _ = try OriginPolicy(allowed: [origin])
            } catch {
                refuse("allowed_origins", error.description)
            }
        }
    }

    private mutating func checkDemo() {
        guard configuration.demo else { return }
        if !configuration.demoPublic, !ListenHost.isLoopback(configuration.host) {
            refuse(
                "demo",
                "demo mode lets anybody in, and \(configuration.host) is not loopback; listen on 127.0.0.1, or set "
                    + "demo_public if that is what you want")
        }
        guard countsAsProduction else { return }
        refuse(
            "demo",
            configuration.environment == .production
                ? "demo mode is refused in production"
                : "demo mode is refused in production, which an environment that is not set counts as off loopback; "
                    + "set environment to development, testing or staging")
    }

    private mutating func checkTLS() {
        guard let tls = configuration.tls else { return }
        if tls.certificate.isEmpty {
            refuse("tls.key", "a key without a certificate; set tls.certificate too")
        } else if tls.key.isEmpty {
            refuse("tls.certificate", "a certificate without a key; set tls.key too")
        } else {
            do throws(TLSFiles.Problem) {
                _ = try TLSFiles(tls)
            } catch {
                refuse(error.key, error.message)
            }
        }
    }

    private mutating func checkFolders() {
        guard let workspace = configuration.workspace else { return }
        guard FileReading.isDirectory(workspace) else {
            let exists = FileManager.default.fileExists(atPath: workspace)
            refuse("workspace", "\(workspace) \(exists ? "is not a folder" : "does not exist")")
            return
        }
        let data = configuration.dataDirectory
        let culprit = provenance["data_dir"] == .standard ? "workspace" : "data_dir"
        if Paths.isInside(data, workspace) {
            refuse(
                culprit,
                "the data folder \(data) lies inside the workspace \(workspace), whose files agents may read; move one "
                    + "of them")
        } else if Paths.isInside(workspace, data) {
            refuse(culprit, "the workspace \(workspace) lies inside the data folder \(data); move one of them")
        }
    }

    /// The memory itself may come later, and is looked for when somebody asks.
    private mutating func checkProblems() {
        guard let problems = configuration.problems else { return }
        if FileReading.isDirectory(problems) {
            refuse("problems", "\(problems) is a folder; name the file that canon logs --memory made")
        }
        guard let workspace = configuration.workspace, Paths.isInside(problems, workspace) else { return }
        refuse(
            "problems",
            "the memory \(problems) lies inside the workspace \(workspace), whose files agents read for everybody who is "
                + "signed in; move one of them")
    }

    /// Whether the keys themselves can be read is found out where they are read: at the start, and by the doctor.
    private mutating func checkExternalIssuer() {
        let settings = configuration.authentication
        guard let jwks = settings.jwks else {
            if settings.externalIssuer != nil {
                refuse("authentication.external_issuer", "is of no use without its keys; set authentication.jwks too")
            }
            return
        }
        do throws(KeySetError) {
            _ = try KeySetSource(jwks)
        } catch {
            refuse("authentication.jwks", error.description)
        }
        if settings.externalIssuer == nil {
            refuse(
                "authentication.jwks",
                "keys without their issuer; set authentication.external_issuer to the iss claim of its tokens")
        }
        if settings.externalIssuer == settings.issuer {
            refuse(
                "authentication.external_issuer",
                "is also authentication.issuer, the name of the tokens made here; the two must differ")
        }
        if settings.externalAudiences.isEmpty {
            refuse(
                "authentication.jwks",
                "keys without an audience, so that tokens for any other service would do; set "
                    + "authentication.external_audiences to the aud claim of tokens that are meant for this server")
        }
        if let problem = ExternalIssuer.problem(withUserPrefix: settings.externalUserPrefix) {
            refuse("authentication.external_user_prefix", problem)
        }
    }

    private mutating func checkAgent() {
        let agent = configuration.agent
        if let problem = agent.url.flatMap(WebURL.problem) { refuse("agent.url", problem) }
        for server in agent.probeServers {
            do throws(ServerAddress.Invalid) {
                _ = try ServerAddress(server)
            } catch {
                refuse("agent.probe_servers", error.description)
            }
        }
        switch agent.kind {
        case .openAI, .agUI:
            if agent.url == nil { refuse("agent.kind", "the kind \(agent.kind.rawValue) needs agent.url") }
            if agent.kind == .openAI, agent.model == nil { refuse("agent.kind", "the kind openai needs agent.model") }
            if let url = agent.url, agent.key != nil, url.lowercased().hasPrefix("http:"),
                let host = WebURL.endpoint(url)?.host, !ListenHost.isLoopback(host)
            {
                warn("agent.url", "the agent's key travels unencrypted to \(host); use https")
            }
        case .analyst, .external:
            if agent.url != nil { warn("agent.url", "is not used by the kind \(agent.kind.rawValue)") }
        }
    }

    private mutating func checkLimits() {
        let limits = configuration.limits
        if limits.maximumTextBytes > limits.maximumMessageBytes {
            refuse(
                provenance["limits.maximum_text_bytes"] == .standard
                    ? "limits.maximum_message_bytes" : "limits.maximum_text_bytes",
                "a text of \(limits.maximumTextBytes) bytes does not fit into a message of "
                    + "\(limits.maximumMessageBytes)")
        }
        if limits.connectionsPerUser > limits.connections {
            refuse(
                provenance["limits.connections_per_user"] == .standard
                    ? "limits.connections" : "limits.connections_per_user",
                "\(limits.connectionsPerUser) connections a user are more than the \(limits.connections) in all")
        }
        if limits.messageBurst < limits.messagesPerSecond {
            warn(
                provenance["limits.message_burst"] == .standard
                    ? "limits.messages_per_second" : "limits.message_burst",
                "a burst of \(limits.messageBurst) holds a user below \(limits.messagesPerSecond) messages a second")
        }
    }
}
