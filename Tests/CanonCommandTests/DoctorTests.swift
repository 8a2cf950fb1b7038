import CanonGateway
import CanonStore
import CanonWire
import Foundation
import Testing

@testable import canon

@Suite("canon doctor")
struct DoctorTests {
    /// A machine on which everything is as it should be.
    private static var healthy: Machine {
        let now = Date(timeIntervalSince1970: 1_800_000_000)
        return Machine(
            userIdentifier: 1000,
            now: { now },
            file: { path in
                switch path {
                case "/data", "/project": .init(isDirectory: true, mode: 0o700, owner: 1000, modified: now)
                case "/data/canon.sqlite", "/data/jwt.key":
                    .init(isDirectory: false, mode: 0o600, owner: 1000, modified: now)
                default: nil
                }
            },
            names: { .success($0 == "/data" ? ["canon.sqlite", "jwt.key"] : []) },
            freeBytes: { _ in 50_000_000_000 },
            isWritable: { _ in true },
            folder: { .init(databasePath: $0 + "/canon.sqlite", server: .none) },
            database: { _ in .success(.init(schema: .current, damage: [], epoch: "epoch-1")) },
            port: { _, _ in .free },
            connect: { _, _, _ in nil },
            confinedReads: { nil },
            keys: { _ in .failure(KeySetError("no keys were to be read")) }
        )
    }

    private func examine(
        _ plant: (inout Machine, inout GatewayConfiguration) -> Void = { _, _ in }
    ) async -> [String: CheckResult] {
        var machine = Self.healthy
        var configuration = GatewayConfiguration()
        configuration.dataDirectory = "/data"
        plant(&machine, &configuration)
        let loaded = LoadedConfiguration(
            configuration: configuration, provenance: Provenance(), warnings: [], file: nil)
        let report = await Doctor(machine: machine, loaded: loaded, configurationError: nil).examine()
        return Dictionary(uniqueKeysWithValues: report.entries.map { ($0.name, $0.finding) })
    }

    /// Exactly this check complains, and says how to mend it.
    private func expect(
        _ status: String, of name: String, saying detail: String, remedy: String,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ plant: (inout Machine, inout GatewayConfiguration) -> Void
    ) async {
        let findings = await examine(plant)
        let complaints = findings.filter { ["failed", "warning"].contains($0.value.status) }
        #expect(complaints.keys.sorted() == [name], sourceLocation: sourceLocation)
        #expect(findings[name]?.status == status, sourceLocation: sourceLocation)
        #expect(findings[name]?.detail == detail, sourceLocation: sourceLocation)
        #expect(findings[name]?.remedy == remedy, sourceLocation: sourceLocation)
    }

    @Test("a healthy machine has nothing to mend")
    func health() async {
        let findings = await examine()
        #expect(findings.count == 13)
        #expect(findings.values.allSatisfy { ["ok", "skipped"].contains($0.status) })
        #expect(findings["database"] == .ok("whole, schema up to date, epoch epoch-1"))
        #expect(findings["server"] == .ok("no server has the data folder open"))
        #expect(findings["port"] == .ok("127.0.0.1:8080 is free"))
        #expect(findings["secrets"] == .ok("2 files, readable by their owner only"))
    }

    @Test("a fresh machine has nothing to mend either")
    func freshMachine() async {
        let findings = await examine { machine, _ in
            machine.file = { _ in nil }
            machine.names = { _ in .failure(SystemError(code: ENOENT)) }
        }
        #expect(findings.values.allSatisfy { ["ok", "skipped"].contains($0.status) })
        #expect(findings["data folder"] == .ok("/data does not exist yet; the first start makes it"))
    }

    // MARK: The data folder

    @Test("a data folder that is open to others")
    func openFolder() async {
        await expect(
            "warning", of: "data folder", saying: "/data is open to other users (mode 0755)",
            remedy: "Run: chmod 700 /data"
        ) { machine, _ in machine.change("/data") { $0.mode = 0o755 } }
    }

    @Test("a data folder of somebody else")
    func foreignFolder() async {
        await expect(
            "failed", of: "data folder", saying: "/data belongs to user 0, this is user 1000",
            remedy: "Run as its owner, or: chown -R 1000 /data"
        ) { machine, _ in machine.change("/data") { $0.owner = 0 } }
    }

    @Test("a data folder that cannot be made")
    func impossibleFolder() async {
        let findings = await examine { machine, configuration in
            configuration.dataDirectory = "/nonexistent/data"
            machine.isWritable = { _ in false }
        }
        #expect(
            findings["data folder"]?.detail == "/nonexistent/data does not exist and cannot be made: / is not writable")
    }

    @Test(
        "a data folder inside the workspace, or around it",
        arguments: [("/project/data", "/project"), ("/", "/project")])
    func entangledFolders(_ data: String, _ workspace: String) async {
        let findings = await examine { _, configuration in
            configuration.dataDirectory = data
            configuration.workspace = workspace
        }
        #expect(findings["data folder"]?.status == "failed")
        #expect(findings["data folder"]?.remedy == "Choose a data folder outside of the workspace with --data-dir.")
    }

    @Test("a secret that others may read, or that belongs to somebody else")
    func secrets() async {
        await expect(
            "failed", of: "secrets", saying: "/data/jwt.key can be read by other users (mode 0644)",
            remedy: "Run: chmod 600 /data/jwt.key"
        ) { machine, _ in machine.change("/data/jwt.key") { $0.mode = 0o644 } }
        await expect(
            "failed", of: "secrets", saying: "/data/jwt.key belongs to user 0",
            remedy: "Run: chown 1000 /data/jwt.key"
        ) { machine, _ in machine.change("/data/jwt.key") { $0.owner = 0 } }
    }

    @Test(
        "a disk that is full, or soon will be",
        arguments: [
            (99_000_000, "failed", "99 MB free"), (999_000_000, "warning", "999 MB free"),
            (1_000_000_000, "ok", "1.0 GB free"),
        ])
    func disk(_ free: Int, _ status: String, _ detail: String) async {
        let findings = await examine { machine, _ in machine.freeBytes = { _ in free } }
        #expect(findings["disk space"]?.status == status)
        #expect(findings["disk space"]?.detail == detail)
    }

    @Test("a database that is damaged, foreign, or of an earlier version")
    func database() async {
        await expect(
            "failed", of: "database", saying: "damaged: page 7 is never used",
            remedy:
                "Stop the server, keep a copy of /data/canon.sqlite, and restore a backup: canon restore --force FILE"
        ) { machine, _ in
            machine.database = { _ in .success(.init(schema: .current, damage: ["page 7 is never used"], epoch: nil)) }
        }
        await expect("failed", of: "database", saying: "/data/canon.sqlite: no database", remedy: "Look.") {
            machine, _ in
            machine.database = { path in
                .failure(StoreError(.notADatabase, place: path, cause: "no database", remedy: "Look."))
            }
        }
        await expect(
            "warning", of: "database", saying: "whole, schema of an earlier version (the next start runs accounts)",
            remedy: "Make a backup before the next start: canon backup FILE"
        ) { machine, _ in
            machine.database = { _ in .success(.init(schema: .older(pending: ["accounts"]), damage: [], epoch: "e")) }
        }
    }

    // MARK: The server

    @Test("a port that somebody else holds, or that cannot be listened on")
    func port() async {
        await expect(
            "failed", of: "port", saying: "127.0.0.1:8080 is held by nginx, process id 7",
            remedy: "Stop that process, or choose another with --port."
        ) { machine, _ in machine.port = { _, _ in .inUse(by: .init(identifier: 7, name: "nginx")) } }
        await expect(
            "failed", of: "port", saying: "[::5]:8080 cannot be listened on: no such address",
            remedy: "Check that ::5 is an address of this machine."
        ) { machine, configuration in
            configuration.host = "::5"
            configuration.trustedProxies = ["::1"]
            machine.port = { _, _ in .refused("no such address") }
        }
    }

    @Test("a port that the folder's own server holds is as it should be")
    func ownPort() async {
        let findings = await examine { machine, _ in
            machine.folder = { .init(databasePath: $0 + "/canon.sqlite", server: .running(process: 7)) }
            machine.port = { _, _ in .inUse(by: .init(identifier: 7, name: "canon")) }
        }
        #expect(findings["port"] == .ok("127.0.0.1:8080 is held by the running server"))
        #expect(findings["server"] == .ok("running with process id 7"))
        let another = await examine { machine, _ in
            machine.folder = { .init(databasePath: $0 + "/canon.sqlite", server: .running(process: 7)) }
            machine.port = { _, _ in .inUse(by: .init(identifier: 8, name: "canon")) }
        }
        #expect(another["port"]?.status == "failed")
    }

    @Test(
        "a certificate is told by its time",
        arguments: [
            ("2026-01-01T00:00:00Z", "ok", "valid until 2120-01-01"),
            ("2119-12-25T12:00:00Z", "warning", "expires in 6 days, on 2120-01-01"),
            ("2120-01-02T00:00:00Z", "failed", "expired on 2120-01-01"),
            ("2019-12-31T00:00:00Z", "failed", "not valid before 2020-01-01"),
        ])
    func certificate(_ time: String, _ status: String, _ detail: String) async throws {
        let folder = TemporaryFolder()
        let certificate = folder.write("cert.pem", TestCertificate.certificate)
        let key = folder.write("key.pem", TestCertificate.key)
        let now = try Date(time, strategy: .iso8601)
        let findings = await examine { machine, configuration in
            machine.now = { now }
            configuration.tls = .init(certificate: certificate, key: key)
        }
        #expect(findings["certificate"]?.status == status)
        #expect(
            findings["certificate"]?.detail.hasPrefix(detail) == true, "\(String(describing: findings["certificate"]))")
    }

    @Test("plain HTTP off loopback without a proxy in front")
    func plainHTTP() async {
        await expect(
            "warning", of: "certificate",
            saying: "TLS is off and 0.0.0.0 is not loopback: passwords travel unencrypted",
            remedy: "Set tls.certificate and tls.key, or put a proxy in front and name it in trusted_proxies."
        ) { _, configuration in configuration.host = "0.0.0.0" }
    }

    // MARK: Agents

    @Test("a workspace that is missing, a file, or closed")
    func workspace() async {
        await expect(
            "failed", of: "workspace", saying: "/missing does not exist", remedy: "Name a folder with --workspace."
        ) { _, configuration in configuration.workspace = "/missing" }
        await expect(
            "failed", of: "workspace", saying: "/project is no folder", remedy: "Name a folder with --workspace."
        ) { machine, configuration in
            configuration.workspace = "/project"
            machine.change("/project") { $0.isDirectory = false }
        }
        await expect(
            "failed", of: "workspace", saying: "/project cannot be read: Permission denied",
            remedy: "Give this user the right to read it: chmod u+rx /project"
        ) { machine, configuration in
            configuration.workspace = "/project"
            let names = machine.names
            machine.names = { $0 == "/project" ? .failure(SystemError(code: EACCES)) : names($0) }
        }
    }

    @Test("a kernel without openat2 matters once there is a workspace")
    func confinedReads() async {
        let remedy = "Run on Linux 5.6 or later, and let the container's seccomp profile pass openat2."
        await expect(
            "warning", of: "confined reads", saying: "openat2 is not available: Function not implemented",
            remedy: remedy
        ) { machine, _ in machine.confinedReads = { SystemError(code: ENOSYS) } }
        await expect(
            "failed", of: "confined reads",
            saying: "openat2 is not available: Function not implemented; agents cannot read the workspace safely",
            remedy: remedy
        ) { machine, configuration in
            configuration.workspace = "/project"
            machine.confinedReads = { SystemError(code: ENOSYS) }
        }
    }

    @Test("the keys of another issuer: counted, skipped ones named, unreadable ones with the place")
    func issuerKeys() async throws {
        let key = #"{"kty":"OKP","crv":"Ed25519","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#
        let encryption = #"{"kty":"RSA","kid":"b","use":"enc","n":"AQAB","e":"AQAB"}"#
        let set = try PublicKeySet(json: Array(#"{"keys":[\#(key),\#(encryption)]}"#.utf8))
        let findings = await examine { machine, configuration in
            configuration.authentication.jwks = "/etc/jwks.json"
            machine.keys = { $0 == .file("/etc/jwks.json") ? .success(set) : .failure(KeySetError("another place")) }
        }
        #expect(findings["issuer's keys"] == .ok("/etc/jwks.json: 1 key, skipped key 2 (b): its use is not sig"))
        await expect(
            "failed", of: "issuer's keys", saying: "/etc/jwks.json: cannot be read",
            remedy: "Check authentication.jwks, and that the issuer publishes its public keys there."
        ) { machine, configuration in
            configuration.authentication.jwks = "/etc/jwks.json"
            machine.keys = { .failure(KeySetError("\($0.place): cannot be read")) }
        }
    }

    @Test("an agent that does not answer")
    func agent() async {
        await expect(
            "failed", of: "agent", saying: "models.example:443 cannot be reached: Connection refused",
            remedy: "Check agent.url, that the agent's server runs, and the firewall between."
        ) { machine, configuration in
            configuration.agent.kind = .openAI
            configuration.agent.url = "https://models.example/v1"
            machine.connect = { host, port, _ in
                host == "models.example" && port == 443 ? "Connection refused" : nil
            }
        }
    }

    @Test("a clock that is far off, or behind the files it has written")
    func clock() async {
        await expect(
            "failed", of: "clock", saying: "it is 1970-01-01T00:00:00 here",
            remedy: "Set the clock of this machine, for example by enabling NTP."
        ) { machine, _ in machine.now = { Date(timeIntervalSince1970: 0) } }
        await expect(
            "failed", of: "clock", saying: "jwt.key was written on 2030-01-01T00:00:00, which is in the future",
            remedy: "Set the clock of this machine, for example by enabling NTP."
        ) { machine, _ in
            machine.change("/data/jwt.key") { $0.modified = Date(timeIntervalSince1970: 1_893_456_000) }
        }
    }

    // MARK: The command

    @Test("a configuration that cannot be used is one finding among the others")
    func brokenConfiguration() async throws {
        let folder = TemporaryFolder()
        let file = folder.write("canon.yaml", "serve:\n  prot: 1\n  port: x\n")
        let report = try await DoctorCommand.examine(
            .isolated(flags: ["data_dir": [folder.path]]), machine: Self.healthy)
        #expect(report.entries.count == 13)
        #expect(
            report.entries.first?.finding.detail
                == "\(file):2:3: unknown key \"prot\" in serve; did you mean \"port\"? (and 1 more: canon config lists them)"
        )
        let broken = folder.write("broken.yaml", "serve: [")
        let second = try await DoctorCommand.examine(.isolated(file: broken), machine: Self.healthy)
        #expect(second.entries.first?.finding.status == "failed")
        let rules = try await DoctorCommand.examine(
            .isolated(flags: ["data_dir": ["/data"], "demo": ["true"], "environment": ["production"]]),
            machine: Self.healthy)
        #expect(rules.entries.first?.finding.detail == "--demo: demo mode is refused in production")
        #expect(rules.failed == 1)
    }

    @Test("the report counts what is wrong and carries the remedies, also as JSON")
    func report() throws {
        let report = DoctorReport(entries: [
            .init(name: "a", finding: .ok("fine")), .init(name: "b", finding: .failed("bad", remedy: "mend")),
            .init(name: "c", finding: .warning("hm", remedy: "look")), .init(name: "d", finding: .skipped("none")),
        ])
        let text = report.table(on: Terminal(descriptor: -1, isTerminal: false, usesColour: false))
        #expect(
            text == """
                CHECK  STATUS   FOUND
                a      ok       fine
                b      failed   bad
                                → mend
                c      warning  hm
                                → look
                d      skipped  none

                4 checks: 1 failed, 1 to look at

                """)
        #expect(
            report.json == [
                "schema": "canon.doctor/1", "failed": 1, "warnings": 1,
                "checks": [
                    ["name": "a", "status": "ok", "detail": "fine", "remedy": nil],
                    ["name": "b", "status": "failed", "detail": "bad", "remedy": "mend"],
                    ["name": "c", "status": "warning", "detail": "hm", "remedy": "look"],
                    ["name": "d", "status": "skipped", "detail": "none", "remedy": nil],
                ],
            ])
    }
}

extension Machine {
    /// Changes what is seen of one file.
    fileprivate mutating func change(_ path: String, _ change: @escaping @Sendable (inout File) -> Void) {
        let original = file
        file = { asked in
            var found = original(asked)
            if asked == path, var file = found {
                change(&file)
                found = file
            }
            return found
        }
    }
}
