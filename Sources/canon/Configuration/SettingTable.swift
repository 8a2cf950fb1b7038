import CanonGateway

/// Every setting of `serve:`, declared once.
enum SettingTable {
    static let all: [Setting] = listening + authentication + agent + limits + retention + log

    /// Sections of `canon.yaml`. This program reads `serve`; the others belong to other commands, which check them.
    static let sections = ["serve", "audit", "logs"]

    static func setting(_ key: String) -> Setting? { byKey[key] }

    private static let byKey = Dictionary(uniqueKeysWithValues: all.map { ($0.key, $0) })

    /// The names that may stand directly below a path: settings and groups, in the order of the table.
    static func names(below path: [String]) -> [String] {
        var seen = Set<String>()
        return all.compactMap { setting in
            guard setting.path.count > path.count, setting.path.starts(with: path) else { return nil }
            let name = setting.path[path.count]
            return seen.insert(name).inserted ? name : nil
        }
    }

    static func isGroup(_ path: [String]) -> Bool {
        all.contains { $0.path.count > path.count && $0.path.starts(with: path) }
    }

    private static let listening: [Setting] = [
        .text(
            "host", \.host, flag: "--host",
            "The address to listen on. Off loopback, an unset `environment` counts as production."),
        .integer(
            "port", \.port, 0...65_535, flag: "--port", "The port to listen on; 0 asks the system for a free one."),
        .choice(
            "environment", \.environment, flag: "--environment", aliases: ["ENVIRONMENT"],
            "Where the gateway runs. `unset` counts as production, except on loopback."),
        .tlsFile("tls.certificate", \.certificate, flag: "--tls-cert", "PEM file with the certificate and its chain."),
        .tlsFile("tls.key", \.key, flag: "--tls-key", "PEM file with the private key of the certificate."),
        .list(
            "trusted_proxies", \.trustedProxies, of: "addresses or CIDR blocks", example: "10.0.0.0/8",
            flag: "--trusted-proxy",
            "Proxies whose `X-Forwarded-For`, `X-Forwarded-Proto` and `X-Forwarded-Host` are believed."),
        .list(
            "allowed_origins", \.allowedOrigins, of: "origins", example: "https://app.example.com",
            flag: "--allowed-origin",
            "Origins beside the server's own that may open sockets; `https://*.example.com` stands for every subdomain."
        ),
        .text(
            "data_dir", \.dataDirectory, type: .path, flag: "--data-dir",
            defaultDescription: "`$XDG_DATA_HOME/canon`, else `~/.local/share/canon`",
            "The folder with the database and the secrets; made with mode 0700 on the first start."),
        .optionalText(
            "workspace", \.workspace, type: .path, flag: "--workspace",
            "The folder that the agents' tools may read. Not set: no tools on files."),
        .optionalText(
            "problems", \.problems, type: .path, flag: "--problems",
            "The memory of `canon logs`, whose problems administrators see and resolve in the console. Not set: none."),
        .boolean(
            "demo", \.demo, flag: "--demo",
            "Admits visitors without an account, each with an identity of its own. Refused in production."),
        .boolean("demo_public", \.demoPublic, flag: "--demo-public", "Lets `demo` listen off loopback."),
        .boolean(
            "compression", \.compression,
            "Compresses messages for clients that offer it: `permessage-deflate` without context takeover."),
        .boolean(
            "compatibility_welcome", \.compatibilityWelcome,
            "Sends `system_message` with `connection_established` after the welcome, which some old clients wait for."),
        .choice(
            "durability", \.durability, flag: "--durability",
            "When an event counts as stored: `full` survives power loss, `process` the death of the process."),
    ]

    private static let authentication: [Setting] = [
        .optionalText(
            "authentication.secret", \.authentication.secret, type: .text(minimumBytes: 32), isSecret: true,
            aliases: ["JWT_SECRET_KEY"], defaultDescription: "made on the first start and kept in the data folder",
            "The key that signs access tokens (HS256)."),
        .text("authentication.issuer", \.authentication.issuer, "The `iss` claim of access tokens."),
        .text("authentication.audience", \.authentication.audience, "The `aud` claim of access tokens made here."),
        .list(
            "authentication.accepted_audiences", \.authentication.acceptedAudiences, of: "audiences",
            example: "netra-backend", "Audiences that are accepted beside `audience`."),
        .optionalText(
            "authentication.jwks", \.authentication.jwks, type: .location,
            """
            File or `https://` URL with the public keys (JWK Set: RS256, ES256, EdDSA) of another issuer, whose tokens \
            are then accepted beside those made here. Read again without a restart: a file within a second after it \
            was written, a URL as `jwks_refresh_seconds` says.
            """),
        .integer(
            "authentication.jwks_refresh_seconds", \.authentication.jwksRefreshSeconds, 10...86_400, unit: .seconds,
            "Between two requests to the URL of `jwks`. A token with a key nobody knows makes one early, at most every 10 s."
        ),
        .optionalText(
            "authentication.external_issuer", \.authentication.externalIssuer,
            "The `iss` claim of the other issuer's tokens, exactly as it stands in them."),
        .list(
            "authentication.external_audiences", \.authentication.externalAudiences, of: "audiences",
            example: "https://chat.example.com", "One of them must be an `aud` claim of the other issuer's tokens."),
        .text(
            "authentication.external_user_prefix", \.authentication.externalUserPrefix, type: .text(minimumBytes: 0),
            """
            What the user id of the other issuer's `sub` begins with here, so that it cannot name an account of this \
            server. Empty (`""` in the file): the `sub` is the user id, and one that is an account here is refused.
            """),
        .integer(
            "authentication.access_token_seconds", \.authentication.accessTokenSeconds, 60...86_400, unit: .seconds,
            "How long an access token is valid."),
        .integer(
            "authentication.refresh_token_seconds", \.authentication.refreshTokenSeconds, 300...31_536_000,
            unit: .seconds,
            "How long a refresh token is valid; each use replaces it."),
        .integer(
            "authentication.demo_token_seconds", \.authentication.demoTokenSeconds, 60...31_536_000, unit: .seconds,
            "How long the token of a demo visitor is valid."),
        .boolean(
            "authentication.registration", \.authentication.registration, "Lets anybody make an account."),
        .boolean(
            "authentication.query_tokens", \.authentication.queryTokens,
            "Accepts `?token=<JWT>` at the upgrade. Tokens then end up in the access logs of proxies."),
        .integer(
            "authentication.login_attempts", \.authentication.loginAttempts, 1...10_000,
            "Login attempts per account and per address in a quarter of an hour."),
    ]

    private static let agent: [Setting] = [
        .choice(
            "agent.kind", \.agent.kind, flag: "--agent-kind",
            """
            What answers: the built-in `analyst`, an `openai`-compatible server, an `ag-ui` agent, or an `external` \
            producer.
            """),
        .optionalText(
            "agent.name", \.agent.name, defaultDescription: "the kind's own", "The name in `agent_name` of events."),
        .optionalText(
            "agent.url", \.agent.url, flag: "--agent-url",
            "Base URL of the OpenAI-compatible server (`…/v1`), or URL of the AG-UI agent."),
        .optionalText(
            "agent.model", \.agent.model, flag: "--agent-model", "The model asked for at an OpenAI-compatible server."),
        .optionalText(
            "agent.key", \.agent.key, isSecret: true,
            "The key for the agent's server. There is no flag: command lines are visible to other users."),
        .boolean(
            "agent.send_files", \.agent.sendFiles, "Lets the contents of workspace files go to a remote model."),
        .optionalText("agent.instructions", \.agent.instructions, "Instructions put before each conversation."),
        .integer(
            "agent.connect_timeout_seconds", \.agent.connectTimeoutSeconds, 1...600, unit: .seconds,
            "How long to wait for the first byte of an answer."),
        .list(
            "agent.probe_servers", \.agent.probeServers, of: "addresses", example: "http://127.0.0.1:8080",
            "Servers that the agent may probe, as a visitor; it speaks to no other one. Not set: it has no such tool."),
    ]

    private static let limits: [Setting] = [
        .integer(
            "limits.ping_seconds", \.limits.pingSeconds, 1...3600, unit: .seconds,
            "Between two protocol pings, the proof that a peer is alive."),
        .integer(
            "limits.heartbeat_seconds", \.limits.heartbeatSeconds, 1...3600, unit: .seconds,
            "Between two `heartbeat` frames, which carry the head of each thread."),
        .integer(
            "limits.handshake_seconds", \.limits.handshakeSeconds, 1...300, unit: .seconds,
            "From the connection to the end of the handshake."),
        .integer(
            "limits.early_frames", \.limits.earlyFrames, 0...10_000,
            "Frames held back until the handshake has ended."),
        .integer(
            "limits.early_bytes", \.limits.earlyBytes, 0...67_108_864, unit: .bytes,
            "Bytes held back until the handshake has ended."),
        .integer(
            "limits.connection_budget_bytes", \.limits.connectionBudgetBytes, 16_384...1_073_741_824, unit: .bytes,
            "Unsent bytes that one connection may have."),
        .integer(
            "limits.slow_consumer_seconds", \.limits.slowConsumerSeconds, 1...3600, unit: .seconds,
            "A client that leaves its answers unread this long is closed with 1013 and may resume."),
        .integer(
            "limits.connections_per_user", \.limits.connectionsPerUser, 1...10_000, "Open connections of one user."),
        .integer("limits.connections", \.limits.connections, 1...10_000_000, "Open connections in all."),
        .integer(
            "limits.messages_per_second", \.limits.messagesPerSecond, 1...1_000_000,
            "Messages a second of one user, over all devices."),
        .integer(
            "limits.message_burst", \.limits.messageBurst, 1...1_000_000,
            "Messages of one user that may come at once."),
        .integer(
            "limits.maximum_message_bytes", \.limits.maximumMessageBytes, 1024...67_108_864, unit: .bytes,
            "The largest message; a larger one closes the connection with 1009."),
        .integer(
            "limits.maximum_text_bytes", \.limits.maximumTextBytes, 256...67_108_864, unit: .bytes,
            "The longest text of a message; a longer one is answered with an error."),
        .integer(
            "limits.maximum_depth", \.limits.maximumDepth, 4...512, "The deepest nesting of the JSON of a message."),
        .integer("limits.open_runs_per_user", \.limits.openRunsPerUser, 1...10_000, "Runs one user may have open."),
        .integer(
            "limits.silent_run_seconds", \.limits.silentRunSeconds, 1...86_400, unit: .seconds,
            "A run that says nothing this long is ended with an error."),
        .integer(
            "limits.drain_seconds", \.limits.drainSeconds, 0...3600, unit: .seconds,
            "How long a stopping server lets its runs finish."),
        .integer(
            "limits.maximum_request_body_bytes", \.limits.maximumRequestBodyBytes, 1024...67_108_864, unit: .bytes,
            "The largest body of an HTTP request."),
    ]

    private static let retention: [Setting] = [
        .integer(
            "retention.days", \.retention.days, 1...36_500,
            """
            Events older than this many days are removed. The messages of a conversation stay; a client that comes back \
            after longer gets a snapshot. Retries are recognised as long.
            """),
        .integer(
            "retention.events", \.retention.events, 1...1_000_000_000, "Events that are kept of one conversation."),
        .integer(
            "retention.interval_seconds", \.retention.intervalSeconds, 1...86_400, unit: .seconds,
            "Between two passes that remove what is too old."),
    ]

    private static let log: [Setting] = [
        .choice(
            "log.format", \.log.format, flag: "--log-format",
            "The form of log lines; `auto` is `human` on a terminal and `json` elsewhere."),
        .text(
            "log.level", \.log.level, type: .choice(logLevels), flag: "--log-level",
            "Log lines below this level are not written."),
    ]

    private static let logLevels = ["trace", "debug", "info", "notice", "warning", "error", "critical"]
}
