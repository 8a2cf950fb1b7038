public import CanonStore

/// Everything that can be set of a gateway, read once at the top of the program. What `/ws/config` serves, and what is
/// enforced, come from this one value.
public struct GatewayConfiguration: Sendable {
    /// The address to listen on.
    public var host = "127.0.0.1"
    /// 0 asks the system for a free port.
    public var port = 8080
    public var environment = Environment.unset
    public var tls: TLS?
    /// CIDR blocks or addresses whose `X-Forwarded-For`, `X-Forwarded-Proto` and `X-Forwarded-Host` are believed.
    public var trustedProxies: [String] = []
    /// Origins beside the server's own that may open sockets, such as `https://app.example.com`.
    public var allowedOrigins: [String] = []
    public var dataDirectory = ""
    /// The folder the agents' tools may read; nil: no tools on files.
    public var workspace: String?
    /// The file in which `canon logs` remembers problems, for administrators to see; nil: none.
    public var problems: String?
    public var demo = false
    /// Lets `demo` listen off loopback.
    public var demoPublic = false
    public var durability = Durability.full
    public var authentication = Authentication()
    public var agent = Agent()
    public var limits = Limits()
    public var retention = Retention()
    public var log = Log()
    /// Agrees to `permessage-deflate` (RFC 7692, without context takeover) with clients that offer it.
    public var compression = false
    /// Sends `system_message {event: "connection_established"}` after the welcome, which some old clients wait for.
    public var compatibilityWelcome = false

    public init() {}

    /// Where the gateway runs. An unset one counts as production, except on loopback.
    public enum Environment: String, Sendable, CaseIterable {
        case unset, development, testing, staging, production
    }

    public struct TLS: Sendable {
        /// Paths of PEM files.
        public var certificate: String
        public var key: String

        public init(certificate: String, key: String) {
            self.certificate = certificate
            self.key = key
        }
    }

    public struct Authentication: Sendable {
        /// At least 32 bytes; nil: the one in the data folder, made on first run.
        public var secret: String?
        public var issuer = "netra-auth-service"
        public var audience = "netra-platform"
        /// Audiences that are accepted beside `audience`.
        public var acceptedAudiences = ["netra-backend", "netra-auth", "netra-services", "netra-admin"]
        /// A file or an https URL with the public keys (RFC 7517) of another issuer; nil: our own tokens only.
        public var jwks: String?
        /// Between two requests to a URL.
        public var jwksRefreshSeconds = 300
        /// The `iss` of that issuer's tokens.
        public var externalIssuer: String?
        /// One of them must be an `aud` of that issuer's tokens.
        public var externalAudiences: [String] = []
        /// What the user ids of that issuer's subjects begin with.
        public var externalUserPrefix = "ext_"
        public var accessTokenSeconds = 900
        public var refreshTokenSeconds = 7 * 86_400
        public var demoTokenSeconds = 48 * 3600
        public var registration = false
        /// Accepts `?token=<JWT>`, which ends up in access logs of proxies.
        public var queryTokens = false
        /// Login attempts per account and per address in a quarter of an hour.
        public var loginAttempts = 10

        public init() {}
    }

    public struct Agent: Sendable {
        public enum Kind: String, Sendable, CaseIterable {
            case analyst
            case openAI = "openai"
            case agUI = "ag-ui"
            case external
        }

        public var kind = Kind.analyst
        /// The name in `agent_name`; nil: the kind's own.
        public var name: String?
        /// Base URL of an OpenAI-compatible server (`…/v1`), or the URL of an AG-UI agent.
        public var url: String?
        public var model: String?
        /// The secret itself; it comes from the environment (`CANON_AGENT_KEY`) or the configuration file.
        public var key: String?
        /// Lets the contents of workspace files go to a remote model.
        public var sendFiles = false
        public var instructions: String?
        /// Seconds to the first byte of an answer.
        public var connectTimeoutSeconds = 20
        /// Addresses of the servers that the agent's tools may probe; empty: no such tool.
        public var probeServers: [String] = []

        public init() {}
    }

    /// Limits that clients meet; `/ws/config` serves them all.
    public struct Limits: Sendable {
        public var pingSeconds = 25
        public var heartbeatSeconds = 8
        public var handshakeSeconds = 10
        public var earlyFrames = 64
        public var earlyBytes = 256 * 1024
        /// Unsent bytes that a connection may have.
        public var connectionBudgetBytes = 1024 * 1024
        /// A client that leaves its answers unread this long is told to come back later.
        public var slowConsumerSeconds = 30
        public var connectionsPerUser = 10
        public var connections = 20_000
        public var messagesPerSecond = 20
        public var messageBurst = 60
        public var maximumMessageBytes = 1024 * 1024
        public var maximumTextBytes = 32 * 1024
        public var maximumDepth = 64
        public var openRunsPerUser = 8
        /// A run that says nothing this long is ended with an error.
        public var silentRunSeconds = 60
        public var drainSeconds = 20
        public var maximumRequestBodyBytes = 1024 * 1024

        public init() {}
    }

    /// How much of each conversation's events is kept. Its messages stay readable when its events are gone.
    public struct Retention: Sendable {
        public var days = 30
        /// Of one conversation.
        public var events = 10_000
        /// Between two passes.
        public var intervalSeconds = 600

        public init() {}

        var policy: CanonStore.Retention {
            .init(maximumAgeMilliseconds: Int64(days) * 86_400_000, maximumEvents: events)
        }
    }

    public struct Log: Sendable {
        public enum Format: String, Sendable, CaseIterable {
            /// Human on a terminal, JSON elsewhere.
            case automatic = "auto"
            case human, json
        }

        public var format = Format.automatic
        /// trace, debug, info, notice, warning, error, critical
        public var level = "info"

        public init() {}
    }
}
