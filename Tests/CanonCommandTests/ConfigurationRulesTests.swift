import CanonGateway
import Testing

@testable import canon

@Suite("Settings that must fit each other")
struct ConfigurationRulesTests {
    private func check(_ change: (inout GatewayConfiguration) -> Void) -> ConfigurationRules {
        var configuration = GatewayConfiguration()
        configuration.dataDirectory = "/nonexistent/data"
        change(&configuration)
        var rules = ConfigurationRules(configuration: configuration, provenance: Provenance())
        rules.check()
        return rules
    }

    private func problems(_ change: (inout GatewayConfiguration) -> Void) -> [String] {
        check(change).problems.map(\.description)
    }

    @Test("the defaults fit each other")
    func defaults() {
        #expect(check { _ in }.problems == [])
        #expect(check { _ in }.warnings == [])
    }

    @Test("the place of a problem is the setting that has to change")
    func places() throws {
        let folder = TemporaryFolder()
        let file = folder.write("c.yaml", "serve:\n  allowed_origins: [a.example]\n  demo: true\n")
        let loader = ConfigurationLoader.isolated(
            flags: ["workspace": ["/nonexistent"]], file: file,
            environment: ["CANON_TRUSTED_PROXIES": "10.0.0.0/33", "CANON_ENVIRONMENT": "production"])
        let error = try #require(throws: ConfigurationError.self) { try loader.load() }
        #expect(
            error.problems.map(\.description) == [
                "CANON_TRUSTED_PROXIES: '10.0.0.0/33' is no address block: the prefix must be a number from 0 to 32. Write an "
                    + "address or a CIDR block, such as 10.0.0.0/8 or fd00::/8.",
                "\(file):2:20: serve.allowed_origins: 'a.example' is no origin: write scheme, host and port as a browser sends "
                    + "them, such as https://app.example.com, https://*.example.com for all its subdomains, or "
                    + "http://localhost:3000",
                "\(file):3:9: serve.demo: demo mode is refused in production",
                "--workspace: /nonexistent does not exist",
            ])
    }

    @Test(
        "demo mode is for loopback or for the asking, and never for production",
        arguments: [
            ("127.0.0.1", "unset", false, true), ("::1", "unset", false, true), ("localhost", "unset", false, true),
            ("127.9.9.9", "development", false, true), ("127.0.0.1", "production", false, false),
            ("0.0.0.0", "unset", false, false), ("0.0.0.0", "development", false, false),
            ("0.0.0.0", "development", true, true), ("::", "staging", true, true),
            ("0.0.0.0", "unset", true, false), ("10.0.0.1", "production", true, false),
            ("example.com", "unset", true, false), ("127.0.0.1.example.com", "testing", false, false),
        ])
    func demo(_ host: String, _ environment: String, _ isPublic: Bool, _ isAllowed: Bool) throws {
        let environment = try #require(GatewayConfiguration.Environment(rawValue: environment))
        let found = problems {
            $0.demo = true
            $0.host = host
            $0.environment = environment
            $0.demoPublic = isPublic
        }
        #expect(found.isEmpty == isAllowed, "\(found)")
    }

    @Test(
        "a host is an address or a name",
        arguments: [
            ("0.0.0.0", true), ("::", true), ("gateway.example", true), ("my-host", true), ("[::1]", false),
            ("127.0.0.1:80", false), ("127.0.0", false), ("10.0.0.0/8", false), ("a b", false), ("-a", false),
            ("http://a", false), ("a..b", false),
        ])
    func hosts(_ host: String, _ isValid: Bool) {
        #expect(problems { $0.host = host }.isEmpty == isValid)
    }

    @Test(
        "trusted proxies are addresses or CIDR blocks",
        arguments: [
            ("10.0.0.0/8", true), ("10.1.2.3", true), ("10.1.2.3/8", false), ("fd00::/8", true), ("::1", true),
            ("0.0.0.0/0", true),
            ("10.0.0.0/33", false), ("fd00::/129", false), ("10.0.0.0/", false), ("10.0.0.0/-1", false),
            ("10.0.0.0/8/8", false), ("proxy.example", false), ("", false), ("10.0.0.256", false),
        ])
    func proxies(_ proxy: String, _ isValid: Bool) {
        #expect(problems { $0.trustedProxies = [proxy] }.isEmpty == isValid)
    }

    @Test(
        "origins are scheme, host and port",
        arguments: [
            ("https://app.example.com", true), ("http://localhost:3000", true), ("https://[::1]:8443", true),
            ("https://*.example.com", true), ("https://app.example.com/path", false), ("*", false), ("null", false),
            ("app.example.com", false),
            ("ftp://a.example", false), ("https://u@a.example", false), ("https://a.example?x", false),
            ("https://a.example:99999", false),
        ])
    func origins(_ origin: String, _ isValid: Bool) {
        #expect(problems { $0.allowedOrigins = [origin] }.isEmpty == isValid)
    }

    @Test("TLS needs a certificate and its own key, both readable")
    func tls() {
        let folder = TemporaryFolder()
        let certificate = folder.write("cert.pem", TestCertificate.certificate)
        let key = folder.write("key.pem", TestCertificate.key)
        let other = folder.write("other.pem", TestCertificate.otherKey)
        let junk = folder.write("junk.pem", "junk")
        let missing = folder.path + "/missing.pem"
        func found(_ certificate: String, _ key: String) -> [String] {
            problems { $0.tls = .init(certificate: certificate, key: key) }
        }
        #expect(found(certificate, key) == [])
        #expect(
            found(certificate, other)
                == ["serve.tls.key (default): \(other): does not belong to the certificate \(certificate)"])
        #expect(
            found(missing, key)
                == ["serve.tls.certificate (default): \(missing): cannot be read: No such file or directory"])
        #expect(found(junk, key) == ["serve.tls.certificate (default): \(junk): holds no PEM certificate"])
        #expect(found(certificate, junk) == ["serve.tls.key (default): \(junk): holds no PEM private key"])
        #expect(
            found(certificate, "") == ["serve.tls.certificate (default): a certificate without a key; set tls.key too"])
        #expect(found("", key) == ["serve.tls.key (default): a key without a certificate; set tls.certificate too"])
    }

    @Test("the data folder and the workspace lie apart, links followed")
    func folders() throws {
        let workspace = TemporaryFolder()
        let file = workspace.write("file", "")
        #expect(problems { $0.workspace = workspace.path } == [])
        #expect(problems { $0.workspace = file } == ["serve.workspace (default): \(file) is not a folder"])
        let inside = problems {
            $0.workspace = workspace.path
            $0.dataDirectory = workspace.path + "/a/b"
        }
        #expect(inside.count == 1)
        #expect(inside.first?.contains("lies inside the workspace") == true)
        let around = problems {
            $0.workspace = workspace.path
            $0.dataDirectory = Paths.parent(of: workspace.path)
        }
        #expect(around.first?.contains("lies inside the data folder") == true)
    }

    @Test("the memory of problems is a file that no agent reads, and may come later")
    func problemMemory() {
        let workspace = TemporaryFolder()
        let elsewhere = TemporaryFolder()
        #expect(problems { $0.problems = elsewhere.path + "/logs.db" } == [])
        #expect(problems { $0.problems = elsewhere.path }.first?.contains("is a folder") == true)
        let inside = problems {
            $0.workspace = workspace.path
            $0.problems = workspace.path + "/logs.db"
        }
        #expect(inside.count == 1)
        #expect(inside.first?.contains("lies inside the workspace") == true)
    }

    @Test("a remote agent needs what it is called by")
    func agents() {
        #expect(
            problems { $0.agent.kind = .openAI } == [
                "serve.agent.kind (default): the kind openai needs agent.url",
                "serve.agent.kind (default): the kind openai needs agent.model",
            ])
        #expect(problems { $0.agent.kind = .agUI } == ["serve.agent.kind (default): the kind ag-ui needs agent.url"])
        #expect(
            problems { $0.agent.url = "host/v1" }
                == ["serve.agent.url (default): is no absolute URL, such as https://host/v1"])
        #expect(
            problems { $0.agent.url = "https://u:p@host/v1" }
                == ["serve.agent.url (default): has a user in it; keys go into agent.key"])
        let plain = check {
            $0.agent.kind = .openAI
            $0.agent.url = "http://models.example/v1"
            $0.agent.model = "m"
            $0.agent.key = "k"
        }
        #expect(plain.problems == [])
        #expect(
            plain.warnings.map(\.description) == [
                "serve.agent.url (default): the agent's key travels unencrypted to models.example; use https"
            ])
    }

    @Test("limits fit into each other")
    func limits() {
        #expect(
            problems { $0.limits.maximumTextBytes = 2_000_000 }
                == [
                    "serve.limits.maximum_message_bytes (default): a text of 2000000 bytes does not fit into a message "
                        + "of 1048576"
                ])
        #expect(problems { $0.limits.connections = 5 }.count == 1)
        #expect(check { $0.limits.messageBurst = 5 }.warnings.count == 1)
    }

    @Test("another issuer's keys need its name and an audience, and the name is not our own")
    func externalIssuer() {
        func problems(_ change: (inout GatewayConfiguration.Authentication) -> Void) -> [String] {
            self.problems {
                $0.authentication.jwks = "https://issuer.example/jwks"
                $0.authentication.externalIssuer = "https://issuer.example"
                $0.authentication.externalAudiences = ["chat"]
                change(&$0.authentication)
            }
        }
        #expect(problems { _ in } == [])
        #expect(problems { $0.jwks = "/etc/jwks.json" } == [])
        let cases: [(String, (inout GatewayConfiguration.Authentication) -> Void)] = [
            ("set authentication.jwks too", { $0.jwks = nil }),
            ("set authentication.external_issuer to the iss claim", { $0.externalIssuer = nil }),
            ("set authentication.external_audiences", { $0.externalAudiences = [] }),
            ("the two must differ", { $0.externalIssuer = $0.issuer }),
            ("use https", { $0.jwks = "http://issuer.example/jwks" }),
            ("has the scheme ftp", { $0.jwks = "ftp://issuer.example/jwks" }),
            ("ids like those of this server", { $0.externalUserPrefix = "user_" }),
            ("printable ASCII", { $0.externalUserPrefix = "a b" }),
        ]
        for (words, change) in cases {
            let found = problems(change)
            #expect(found.count == 1 && found[0].contains(words), "\(words): \(found)")
        }
    }
}
