import CanonGateway
import CanonStore
import Foundation
import Testing

@testable import canon

@Suite("The layers of the configuration")
struct ConfigurationLoaderTests {
    private func problems(_ loader: ConfigurationLoader) -> [String] {
        do throws(ConfigurationError) {
            _ = try loader.load()
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    @Test("flags count over the environment, that over the file, that over the default")
    func precedence() throws {
        let folder = TemporaryFolder()
        let file = folder.write(
            "c.yaml", "serve:\n  port: 1\n  host: 127.0.0.3\n  durability: process\n  limits:\n    ping_seconds: 7\n")
        let loaded = try ConfigurationLoader.isolated(
            flags: ["port": ["3"]], file: file,
            environment: ["CANON_PORT": "2", "CANON_HOST": "127.0.0.2", "CANON_LIMITS_PING_SECONDS": "9"]
        ).load()
        #expect(loaded.configuration.port == 3)
        #expect(loaded.configuration.host == "127.0.0.2")
        #expect(loaded.configuration.limits.pingSeconds == 9)
        #expect(loaded.configuration.durability == .process)
        #expect(loaded.configuration.limits.heartbeatSeconds == 8)
        #expect(loaded.provenance["port"] == .flag("--port"))
        #expect(loaded.provenance["host"] == .environment("CANON_HOST"))
        #expect(loaded.provenance["durability"] == .file(file, line: 4, column: 15))
        #expect(loaded.provenance["limits.heartbeat_seconds"] == .standard)
        #expect(loaded.file == file)
    }

    @Test("a list from a higher layer replaces the lower one whole")
    func lists() throws {
        let folder = TemporaryFolder()
        let file = folder.write(
            "c.yaml", "serve:\n  trusted_proxies: [10.0.0.1]\n  allowed_origins: [https://a.example]\n")
        let loaded = try ConfigurationLoader.isolated(
            flags: ["allowed_origins": ["https://b.example", "https://c.example:8443"]], file: file,
            environment: ["CANON_TRUSTED_PROXIES": "10.1.0.0/16, fd00::/8"]
        ).load()
        #expect(loaded.configuration.trustedProxies == ["10.1.0.0/16", "fd00::/8"])
        #expect(loaded.configuration.allowedOrigins == ["https://b.example", "https://c.example:8443"])
    }

    @Test(
        "a wrong value in the environment names the variable",
        arguments: [
            ("CANON_PORT", "abc", "CANON_PORT: found \"abc\", expected a whole number from 0 to 65535"),
            ("CANON_PORT", " 80", "CANON_PORT: found \" 80\", expected a whole number from 0 to 65535"),
            ("CANON_DEMO", "1", "CANON_DEMO: found \"1\", expected true or false"),
            (
                "CANON_LOG_LEVEL", "warn",
                "CANON_LOG_LEVEL: found \"warn\", expected one of trace, debug, info, notice, "
                    + "warning, error, critical; did you mean \"warning\"?"
            ),
            (
                "CANON_LIMITS_PING_SECONDS", "-1",
                "CANON_LIMITS_PING_SECONDS: found \"-1\", expected a whole number from 1 to "
                    + "3600 (seconds)"
            ),
            (
                "ENVIRONMENT", "prod",
                "ENVIRONMENT: found \"prod\", expected one of unset, development, testing, staging, "
                    + "production; did you mean \"production\"?"
            ),
            ("JWT_SECRET_KEY", "short", "JWT_SECRET_KEY: found 5 bytes, expected text of at least 32 bytes"),
        ])
    func strictEnvironment(_ name: String, _ value: String, _ message: String) {
        #expect(problems(.isolated(environment: [name: value])) == [message])
    }

    @Test("a wrong value of a flag names the flag")
    func strictFlags() {
        #expect(
            problems(.isolated(flags: ["tls.certificate": [""], "port": ["x"]]))
                == [
                    "--port: found \"x\", expected a whole number from 0 to 65535",
                    "--tls-cert: found \"\", expected a path",
                ])
    }

    @Test("an empty variable counts as not set")
    func emptyVariables() throws {
        let loaded = try ConfigurationLoader.isolated(environment: ["CANON_PORT": "", "CANON_AGENT_KEY": ""]).load()
        #expect(loaded.configuration.port == 8080)
        #expect(loaded.provenance["port"] == .standard)
        #expect(loaded.warnings == [])
    }

    @Test("the older names of variables are read when the own ones are not set")
    func aliases() throws {
        let secret = String(repeating: "s", count: 32)
        let other = String(repeating: "t", count: 40)
        let alias = try ConfigurationLoader.isolated(
            environment: ["JWT_SECRET_KEY": secret, "ENVIRONMENT": "staging"]
        ).load()
        #expect(alias.configuration.authentication.secret == secret)
        #expect(alias.configuration.environment == .staging)
        #expect(alias.provenance["authentication.secret"] == .environment("JWT_SECRET_KEY"))
        let both = try ConfigurationLoader.isolated(
            environment: ["JWT_SECRET_KEY": secret, "CANON_AUTHENTICATION_SECRET": other]
        ).load()
        #expect(both.configuration.authentication.secret == other)
    }

    @Test("an unknown CANON_ variable is a warning with the nearest one")
    func unknownVariables() throws {
        let loaded = try ConfigurationLoader.isolated(
            environment: ["CANON_PROT": "1", "CANON_SOMETHING_ELSE": "1", "CANONICAL": "1"]
        ).load()
        #expect(
            loaded.warnings.map(\.description) == [
                "CANON_PROT: is no setting and is ignored; did you mean CANON_PORT?",
                "CANON_SOMETHING_ELSE: is no setting and is ignored",
            ])
    }

    // MARK: Where the file is

    @Test("the file of the data folder is read, that of the current folder and the workspace is not")
    func fileOfTheDataFolder() throws {
        let data = TemporaryFolder()
        let elsewhere = TemporaryFolder()
        _ = elsewhere.write("canon.yaml", "serve:\n  port: 1\n")
        let flags = ["data_dir": [data.path], "workspace": [elsewhere.path]]
        let loader = ConfigurationLoader.isolated(flags: flags, currentDirectory: elsewhere.path)
        let without = try loader.load()
        #expect(without.configuration.port == 8080)
        #expect(without.file == nil)
        let file = data.write("canon.yaml", "serve:\n  port: 2\n")
        let with = try loader.load()
        #expect(with.configuration.port == 2)
        #expect(with.file == file)
    }

    @Test("a named file is read in place of the data folder's, and may name the data folder")
    func namedFile() throws {
        let data = TemporaryFolder()
        let other = TemporaryFolder()
        _ = data.write("canon.yaml", "serve:\n  port: 2\n")
        let named = other.write("named.yaml", "serve:\n  data_dir: \(data.path)\n")
        let loaded = try ConfigurationLoader.isolated(file: named).load()
        #expect(loaded.configuration.dataDirectory == data.path)
        #expect(loaded.configuration.port == 8080)
        #expect(try ConfigurationLoader.isolated(file: named).dataDirectory() == data.path)
    }

    @Test("the data folder's own file cannot move the data folder")
    func circularDataFolder() {
        let data = TemporaryFolder()
        let file = data.write("canon.yaml", "serve:\n  data_dir: /elsewhere\n")
        #expect(
            problems(.isolated(flags: ["data_dir": [data.path]]))
                == [
                    "\(file):2:13: serve.data_dir cannot be set in the data folder's own file; give --data-dir or "
                        + "CANON_DATA_DIR, or name the file by --config"
                ])
    }

    @Test("a named file that is not there, a folder or a device is an error")
    func unreadableFile() {
        let folder = TemporaryFolder()
        #expect(
            problems(.isolated(file: "/nonexistent.yaml"))
                == ["/nonexistent.yaml: the configuration file cannot be read: No such file or directory"])
        #expect(
            problems(.isolated(file: folder.path))
                == ["\(folder.path): the configuration file cannot be read: Is a directory"])
        #expect(
            problems(.isolated(file: "/dev/zero"))
                == ["/dev/zero: the configuration file cannot be read: not a regular file"])
    }

    @Test("the default data folder follows the XDG specification, a relative variable ignored")
    func defaultDataFolder() throws {
        func folder(_ environment: [String: String]) throws(ConfigurationError) -> String {
            try ConfigurationLoader.isolated(environment: environment).load().configuration.dataDirectory
        }
        #expect(try folder(["XDG_DATA_HOME": "/data"]) == "/data/canon")
        #expect(try folder(["XDG_DATA_HOME": "data", "HOME": "/h"]) == "/h/.local/share/canon")
        #expect(try folder(["HOME": "/h/"]) == "/h/.local/share/canon")
        let homeless = ConfigurationLoader(flags: FlagSettings(), environment: [:], currentDirectory: "/")
        #expect(throws: ConfigurationError.self) { try homeless.load() }
    }

    @Test("a place of keys is a path that may be relative, or a URL that is left as it is")
    func locations() throws {
        let folder = TemporaryFolder()
        func jwks(_ text: String, inFile: Bool) throws -> String? {
            let file = folder.write("c.yaml", inFile ? "serve: {authentication: {jwks: \"\(text)\"}}\n" : "serve: {}\n")
            return try ConfigurationLoader.isolated(
                file: file, environment: inFile ? [:] : ["CANON_AUTHENTICATION_JWKS": text]
            ).loadUnchecked().configuration.authentication.jwks
        }
        #expect(try jwks("jwks.json", inFile: true) == folder.path + "/jwks.json")
        #expect(try jwks("jwks.json", inFile: false) == "/nowhere/jwks.json")
        for inFile in [true, false] {
            #expect(try jwks("https://issuer.example/jwks", inFile: inFile) == "https://issuer.example/jwks")
        }
    }

    @Test("relative paths start at the file's folder, or at the current one for flags and variables")
    func relativePaths() throws {
        let folder = TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.path + "/project", withIntermediateDirectories: true)
        let file = folder.write("c.yaml", "serve:\n  workspace: ./project/../project\n  data_dir: ~/data\n")
        let fromFile = try ConfigurationLoader.isolated(file: file, environment: ["HOME": "/h"]).load()
        #expect(fromFile.configuration.workspace == folder.path + "/project")
        #expect(fromFile.configuration.dataDirectory == "/h/data")
        let fromFlag = try ConfigurationLoader.isolated(
            flags: ["workspace": ["project"]], currentDirectory: folder.path
        ).load()
        #expect(fromFlag.configuration.workspace == folder.path + "/project")
    }

    @Test("a file with a secret that others may read is a warning that names the command")
    func exposedSecret() throws {
        let folder = TemporaryFolder()
        let yaml = "serve:\n  agent:\n    key: k\n"
        let open = folder.write("open.yaml", yaml, mode: 0o644)
        let closed = folder.write("closed.yaml", yaml, mode: 0o600)
        #expect(
            try ConfigurationLoader.isolated(file: open).load().warnings.map(\.description) == [
                "\(open):3:10: holds serve.agent.key, and other users may read the file; run: chmod 600 \(open)"
            ])
        #expect(try ConfigurationLoader.isolated(file: closed).load().warnings == [])
    }

    @Test("the data folder is found even when other settings are wrong")
    func dataDirectoryAlone() throws {
        let folder = TemporaryFolder()
        let file = folder.write("c.yaml", "serve:\n  port: x\n  data_dir: d\n")
        let loader = ConfigurationLoader.isolated(file: file, environment: ["CANON_PORT": "y"])
        #expect(try loader.dataDirectory() == folder.path + "/d")
    }
}
