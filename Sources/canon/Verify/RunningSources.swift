import ArgumentParser
import CanonLogs
import CanonVerify
import Foundation

/// Who says what runs: files with inventories, logs, a server.
struct RunningSources: ParsableArguments {
    @Option(
        help:
            "Inventories in JSON, as `canon logs ssot-warnings` and canon_inventory.py print them; - for standard input.",
        completion: .file())
    var runtime: [String] = []
    @Option(
        help: "Logs, a file or folder or - each: the lists of classes that revisions logged. May be repeated.",
        completion: .file())
    var logs: [String] = []
    @Option(help: "A running gateway, which is asked for its manager and its commit (GET /api/manager).")
    var manager: String?
    @Option(help: "What a request to --manager may take, such as 10s.") var timeout = TimeSpan(argument: "30s")!
    @Option(help: "A PEM file with the certificates to trust for --manager instead of the system's.")
    var caFile: String?

    /// What every source said. It is nobody's guess which revision a list is about: one without it is left out, and told.
    struct Found {
        var inventories: [RuntimeInventory] = []
        var logged: LoggedInventories?
        var manager: RunningManager?
    }

    /// - Parameters:
    ///   - credentials: for ``manager``; read only when there is one.
    ///   - folder: whose canon.yaml says where the fields of log entries stand.
    ///   - concepts: the names of the manifest's concepts.
    func read(_ credentials: ProbeCredentials, folder: String, concepts: [String]) async throws -> Found {
        guard (runtime + logs).count(where: { $0 == "-" }) + (credentials.readsStandardInput ? 1 : 0) <= 1 else {
            throw CommandFailure("standard input can be read once only", status: ExitStatus.usage)
        }
        var found = Found()
        for path in runtime { found.inventories += try InventoryFile.read(path) }
        if !logs.isEmpty {
            let own = folder + "/" + ManifestFile.name
            var collector = InventoryCollector(
                mapping: try LogsConfiguration.mapping(
                    path: FileManager.default.fileExists(atPath: own) ? own : nil))
            let inputs = LogInput.inputs(logs).inputs
            guard !inputs.isEmpty else {
                throw CommandFailure(
                    "the folders hold no log (*.log, *.json, *.jsonl, *.txt, also *.gz)", status: ExitStatus.unknown)
            }
            for input in inputs { collector.read(input) }
            let logged = LoggedInventories(collector, concepts: concepts)
            found.inventories += logged.inventories
            found.logged = logged
        }
        if let manager { found.manager = try await ask(manager, credentials) }
        return found
    }

    private func ask(_ url: String, _ credentials: ProbeCredentials) async throws -> RunningManager {
        let address: ServerAddress
        do throws(ServerAddress.Invalid) {
            address = try ServerAddress(url)
        } catch {
            throw CommandFailure("--manager: \(error.description)", status: ExitStatus.usage)
        }
        var options = Probe.Options()
        options.credentials = try credentials.read()
        options.timeout = .seconds(timeout.seconds)
        options.authorities = caFile
        let inquiry: ManagerInquiry
        do {
            inquiry = try ManagerInquiry(address, options: options)
        } catch {
            throw CommandFailure("--ca-file \(caFile ?? ""): cannot be used: \(error)", status: ExitStatus.usage)
        }
        do throws(ManagerInquiry.Failure) {
            return try await inquiry.ask()
        } catch {
            // Nothing is known of what runs, and the user asked for just that.
            throw CommandFailure(error.description, status: ExitStatus.unknown)
        }
    }
}
