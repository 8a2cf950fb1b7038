import CanonGateway
import CanonStore
import Foundation

/// Looks at a configuration and the machine it is for. Each check is one method that answers with one finding; none of
/// them changes anything.
struct Doctor {
    let machine: Machine
    let loaded: LoadedConfiguration
    /// Why the configuration cannot be used; what could be read of it is checked nevertheless.
    let configurationError: ConfigurationError?

    private var configuration: GatewayConfiguration { loaded.configuration }
    private var dataDirectory: String { configuration.dataDirectory }

    /// Every check, in the order in which the faults build on each other.
    func examine() async -> DoctorReport {
        let checks: [(String, () async -> CheckResult)] = [
            ("configuration", checkConfiguration),
            ("data folder", checkDataFolder),
            ("secrets", checkSecrets),
            ("disk space", checkDiskSpace),
            ("database", checkDatabase),
            ("server", checkServer),
            ("port", checkPort),
            ("certificate", checkCertificate),
            ("issuer's keys", checkKeys),
            ("workspace", checkWorkspace),
            ("confined reads", checkConfinedReads),
            ("agent", checkAgent),
            ("clock", checkClock),
        ]
        var report = DoctorReport()
        for (name, check) in checks { report.entries.append(.init(name: name, finding: await check())) }
        return report
    }

    private func checkConfiguration() -> CheckResult {
        if let configurationError {
            let problems = configurationError.problems
            return .failed(
                problems[0].description
                    + (problems.count > 1 ? " (and \(problems.count - 1) more: canon config lists them)" : ""),
                remedy: "Correct the place named; docs/configuration.md lists every setting.")
        }
        let origin = loaded.file.map { "read from \($0)" } ?? "no file, defaults and environment"
        guard loaded.warnings.isEmpty else {
            return .warning(
                loaded.warnings.map(\.description).joined(separator: "; "), remedy: "See canon config for each source.")
        }
        return .ok(origin)
    }

    // MARK: The data folder

    private func checkDataFolder() -> CheckResult {
        let path = dataDirectory
        if let workspace = configuration.workspace {
            if Paths.isInside(path, workspace) || Paths.isInside(workspace, path) {
                return .failed(
                    "\(path) and the workspace \(workspace) lie in each other, so agents could read secrets",
                    remedy: "Choose a data folder outside of the workspace with --data-dir.")
            }
        }
        guard let folder = machine.file(path) else {
            let parent = Paths.existingAncestor(of: path)
            guard machine.isWritable(parent) else {
                return .failed(
                    "\(path) does not exist and cannot be made: \(parent) is not writable",
                    remedy: "Choose another folder with --data-dir, or make it for this user.")
            }
            return .ok("\(path) does not exist yet; the first start makes it")
        }
        guard folder.isDirectory else {
            return .failed("\(path) is a file", remedy: "Move it away, or choose another folder with --data-dir.")
        }
        guard folder.owner == machine.userIdentifier else {
            return .failed(
                "\(path) belongs to user \(folder.owner), this is user \(machine.userIdentifier)",
                remedy: "Run as its owner, or: chown -R \(machine.userIdentifier) \(Paths.quoted(path))")
        }
        guard machine.isWritable(path) else {
            return .failed("\(path) is not writable", remedy: "Run: chmod u+rwx \(Paths.quoted(path))")
        }
        guard folder.mode & 0o077 == 0 else {
            return .warning(
                "\(path) is open to other users (mode \(Self.octal(folder.mode)))",
                remedy: "Run: chmod 700 \(Paths.quoted(path))")
        }
        return .ok("\(path), mode \(Self.octal(folder.mode))")
    }

    /// Everything in the folder is secret: keys, password hashes, conversations.
    private func checkSecrets() -> CheckResult {
        guard machine.file(dataDirectory)?.isDirectory == true else { return .skipped("there is no data folder yet") }
        let names: [String]
        switch machine.names(dataDirectory) {
        case .success(let found): names = found
        case .failure(let error):
            return .failed(
                "\(dataDirectory) cannot be listed: \(error.description)",
                remedy: "Run: chmod u+rwx \(Paths.quoted(dataDirectory))")
        }
        let files = names.compactMap { name in
            machine.file("\(dataDirectory)/\(name)").map { (path: "\(dataDirectory)/\(name)", file: $0) }
        }
        let foreign = files.filter { $0.file.owner != machine.userIdentifier }
        if let first = foreign.first {
            return .failed(
                "\(first.path) belongs to user \(first.file.owner)" + Self.more(foreign.count),
                remedy: "Run: chown \(machine.userIdentifier) \(Self.list(foreign.map(\.path)))")
        }
        // The configuration is written by hand, with the mode that editors give; it is looked at where it is read.
        let open = files.filter {
            !$0.file.isDirectory && $0.file.mode & 0o077 != 0 && !$0.path.hasSuffix("/canon.yaml")
        }
        if let first = open.first {
            return .failed(
                "\(first.path) can be read by other users (mode \(Self.octal(first.file.mode)))"
                    + Self.more(open.count),
                remedy: "Run: chmod 600 \(Self.list(open.map(\.path)))")
        }
        return .ok("\(files.count) \(files.count == 1 ? "file" : "files"), readable by their owner only")
    }

    private func checkDiskSpace() -> CheckResult {
        guard let free = machine.freeBytes(dataDirectory) else {
            return .warning("the free space is not known", remedy: "Look at the volume of \(dataDirectory) with df.")
        }
        let shown = "\(ByteCount.text(free)) free"
        if free < 100_000_000 {
            return .failed(
                shown, remedy: "Free space on the volume of \(dataDirectory); writes are refused when it is full.")
        }
        if free < 1_000_000_000 {
            return .warning(shown, remedy: "Free space soon, or lower limits.retention_days.")
        }
        return .ok(shown)
    }

    private func checkDatabase() -> CheckResult {
        let path = machine.folder(dataDirectory).databasePath
        guard let file = machine.file(path) else { return .skipped("there is none yet; the first start makes it") }
        guard !file.isDirectory else {
            return .failed("\(path) is a folder", remedy: "Move it away, or choose another data folder.")
        }
        switch machine.database(path) {
        case .failure(let error):
            return .failed("\(error.place): \(error.cause)", remedy: error.remedy)
        case .success(let database):
            guard database.damage.isEmpty else {
                return .failed(
                    "damaged: \(database.damage.joined(separator: "; "))",
                    remedy: "Stop the server, keep a copy of \(path), and restore a backup: canon restore --force FILE")
            }
            switch database.schema {
            case .current: return .ok("whole, schema up to date, epoch \(database.epoch ?? "unknown")")
            case .empty: return .ok("empty; the next start fills it")
            case .older(let pending):
                return .warning(
                    "whole, schema of an earlier version (the next start runs \(pending.joined(separator: ", ")))",
                    remedy: "Make a backup before the next start: canon backup FILE")
            }
        }
    }

    // MARK: The server

    private func checkServer() -> CheckResult {
        switch machine.folder(dataDirectory).server {
        case .none: .ok("no server has the data folder open")
        case .running(let process): .ok("running" + (process.map { " with process id \($0)" } ?? ""))
        }
    }

    private func checkPort() -> CheckResult {
        let host = configuration.host
        let port = configuration.port
        guard port != 0 else { return .ok("the system chooses one") }
        let place = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        switch machine.port(host, port) {
        case .free: return .ok("\(place) is free")
        case .inUse(let holder):
            if case .running(let process) = machine.folder(dataDirectory).server,
                process == nil || holder == nil
                    || holder?.identifier == process
            {
                return .ok("\(place) is held by the running server")
            }
            let who = holder.map { "\($0.name), process id \($0.identifier)" } ?? "another process"
            return .failed("\(place) is held by \(who)", remedy: "Stop that process, or choose another with --port.")
        case .refused(let words):
            return .failed(
                "\(place) cannot be listened on: \(words)",
                remedy: port < 1024
                    ? "Ports below 1024 need a privilege: choose a higher one with --port, or grant "
                        + "CAP_NET_BIND_SERVICE; check that \(host) is an address of this machine."
                    : "Check that \(host) is an address of this machine.")
        }
    }

    private func checkCertificate() -> CheckResult {
        guard let tls = configuration.tls, !tls.certificate.isEmpty, !tls.key.isEmpty else {
            guard !ListenHost.isLoopback(configuration.host), configuration.trustedProxies.isEmpty else {
                return .skipped("TLS is off")
            }
            return .warning(
                "TLS is off and \(configuration.host) is not loopback: passwords travel unencrypted",
                remedy: "Set tls.certificate and tls.key, or put a proxy in front and name it in trusted_proxies.")
        }
        let files: TLSFiles
        do throws(TLSFiles.Problem) {
            files = try TLSFiles(tls)
        } catch {
            return .failed(
                "\(error.key): \(error.message)", remedy: "Name the PEM files of one certificate and its own key.")
        }
        let now = machine.now()
        let ends = Self.date(files.validity.upperBound)
        if now > files.validity.upperBound {
            return .failed("expired on \(ends)", remedy: "Renew the certificate and restart the server.")
        }
        if now < files.validity.lowerBound {
            return .failed(
                "not valid before \(Self.date(files.validity.lowerBound))",
                remedy: "Check the clock of this machine, else use another certificate.")
        }
        let days = Int(files.validity.upperBound.timeIntervalSince(now) / 86_400)
        if days < 14 {
            return .warning("expires in \(days) days, on \(ends)", remedy: "Renew the certificate.")
        }
        return .ok("valid until \(ends), \(days) days")
    }

    /// The keys as a start would read them; a running server keeps those it read before.
    private func checkKeys() async -> CheckResult {
        guard let jwks = configuration.authentication.jwks else {
            return .skipped("no other issuer is set; tokens made here are the only ones")
        }
        let keys: PublicKeySet
        do throws(KeySetError) {
            keys = try await machine.keys(KeySetSource(jwks)).get()
        } catch {
            return .failed(
                error.description,
                remedy: "Check authentication.jwks, and that the issuer publishes its public keys there.")
        }
        let count = "\(jwks): \(keys.count) \(keys.count == 1 ? "key" : "keys")"
        guard keys.skipped.isEmpty else { return .ok("\(count), skipped \(keys.skipped.joined(separator: "; "))") }
        return .ok(count)
    }

    // MARK: Agents

    private func checkWorkspace() -> CheckResult {
        guard let path = configuration.workspace else { return .skipped("none is set; agents get no tools on files") }
        guard let folder = machine.file(path) else {
            return .failed("\(path) does not exist", remedy: "Name a folder with --workspace.")
        }
        guard folder.isDirectory else {
            return .failed("\(path) is no folder", remedy: "Name a folder with --workspace.")
        }
        switch machine.names(path) {
        case .success(let names): return .ok("\(path), \(names.count) entries")
        case .failure(let error):
            return .failed(
                "\(path) cannot be read: \(error.description)",
                remedy: "Give this user the right to read it: chmod u+rx \(Paths.quoted(path))")
        }
    }

    private func checkConfinedReads() -> CheckResult {
        guard let error = machine.confinedReads() else { return .ok("openat2 is available") }
        let detail = "openat2 is not available: \(error.description)"
        let remedy = "Run on Linux 5.6 or later, and let the container's seccomp profile pass openat2."
        guard configuration.workspace != nil else { return .warning(detail, remedy: remedy) }
        return .failed(detail + "; agents cannot read the workspace safely", remedy: remedy)
    }

    private func checkAgent() -> CheckResult {
        let kind = configuration.agent.kind.rawValue
        guard let url = configuration.agent.url else { return .skipped("\(kind) needs no address") }
        guard let (host, port) = WebURL.endpoint(url) else {
            return .failed("agent.url is no absolute URL", remedy: "Set agent.url, such as https://host/v1.")
        }
        guard let failure = machine.connect(host, port, .seconds(5)) else { return .ok("\(host):\(port) answers") }
        return .failed(
            "\(host):\(port) cannot be reached: \(failure)",
            remedy: "Check agent.url, that the agent's server runs, and the firewall between.")
    }

    /// Tokens and retention go by the wall clock. The files of the folder are witnesses: none was written in the future.
    private func checkClock() -> CheckResult {
        let now = machine.now()
        let remedy = "Set the clock of this machine, for example by enabling NTP."
        guard now > Date(timeIntervalSince1970: 1_735_689_600), now < Date(timeIntervalSince1970: 4_102_444_800) else {
            return .failed("it is \(Self.date(now)) here", remedy: remedy)
        }
        let names = (try? machine.names(dataDirectory).get()) ?? []
        let newest = names.compactMap { name in
            machine.file("\(dataDirectory)/\(name)").map { (name: name, modified: $0.modified) }
        }.max { $0.modified < $1.modified }
        if let newest, newest.modified > now + 300 {
            return .failed(
                "\(newest.name) was written on \(Self.date(newest.modified)), which is in the future", remedy: remedy)
        }
        return .ok(Self.date(now))
    }

    // MARK: Words

    private static func octal(_ mode: UInt32) -> String { "0" + String(mode & 0o777, radix: 8) }

    private static func more(_ count: Int) -> String { count > 1 ? " and \(count - 1) more" : "" }

    private static func list(_ paths: [String]) -> String { paths.map(Paths.quoted).joined(separator: " ") }

    private static func date(_ date: Date) -> String {
        date.formatted(.iso8601.year().month().day().dateSeparator(.dash).time(includingFractionalSeconds: false))
    }
}
