import ArgumentParser
import CanonAudit
import CanonLogs
import CanonVerify
import Foundation

/// `canon verify CLAIMS`: a verdict on each claim.
struct VerifyRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Give a verdict on each claim of a file (the default).",
        discussion: """
            Verdicts: consistent, not-deployed, incomplete-fix, regression (with the commit that brought it back), drift, \
            detector-changed, false-completion, open, unknown. The work tree is never touched.

            Ends with status 0 when all claims hold, 1 when one does not, 2 for a command line or file that cannot be used, \
            3 when something is unknown.

            Examples:
              canon verify claims.yaml --deployed 5c84300 --revision shop-00044 --runtime inventory.json
              canon verify claims.yaml --logs export.json
              CANON_TOKEN=… canon verify claims.yaml --manager https://host
              python -m canon_inventory shop.main --match '*Room*Manager*' | canon verify claims.yaml --runtime -
              canon verify claims.yaml --format markdown --since last.json >update.md
            """
    )

    @Argument(help: "The claims (YAML).", completion: .file()) var file: String
    @Option(help: "The repository, or a folder in it.", completion: .directory) var repository = "."
    @Option(
        help: "The manifest; default: canon.yaml in the repository.", completion: .file(extensions: ["yaml"]))
    var config: String?
    @Option(help: "The commit that was deployed; default: the last of the file's deployments.") var deployed: String?
    @Option(help: "The name of the deployed revision, by which inventories are told apart.") var revision: String?
    @OptionGroup(title: "What runs") var running: RunningSources
    @OptionGroup(title: "Credentials for --manager") var credentials: ProbeCredentials
    @Option(help: "The report (JSON) of the last analysis, to say what changed since.", completion: .file())
    var since: String?
    @Option(help: "How to print the report.") var format = VerificationFormat.terminal
    @Flag(help: "Also show what claims that hold rest on.") var verbose = false
    @OptionGroup var threads: JobOptions

    func run() async throws {
        var claims = try claims()
        let reader = try AuditReader(
            AuditSettings(
                path: repository, config: config, python: nil, jobs: threads.count, cache: nil,
                progress: Terminal(descriptor: STDERR_FILENO)))
        let history = try RepositoryHistory(reader.requiredRepository())
        let manifest = try manifest(reader)
        let isWhole = try await addWhatRuns(to: &claims, manifest, history)
        let audits = try CommitAudits(reader, manifest: manifest, progress: Self.progress)
        let report = try Verification(
            claims: claims.claims, deployments: claims.deployments, runtimes: claims.runtimes, history: history,
            analysis: audits
        ).run()
        try write(report)
        guard report.exitStatus == 0 else { throw ExitCode(report.exitStatus) }
        guard isWhole else { throw ExitStatus.unknown }
    }

    /// - Returns: false when something of it could not be read.
    private func addWhatRuns(
        to claims: inout ClaimsFile, _ manifest: Manifest, _ history: RepositoryHistory
    ) async throws -> Bool {
        let found = try await running.read(credentials, folder: repository, concepts: manifest.concepts.map(\.name))
        claims.runtimes += found.inventories
        if let manager = found.manager { try add(manager, to: &claims, history) }
        guard let logged = found.logged else { return true }
        let notes = logged.notes + [logged.mismatch(with: claims.deployments.last)].compactMap(\.self)
        for note in notes { Terminal.errors.writeLine("note: \(note.escapingControls)") }
        for problem in logged.incomplete {
            Terminal.errors.writeLine("not read: \(problem.description)".escapingControls)
        }
        return logged.incomplete.isEmpty
    }

    /// What a server says of itself counts: it is the deployment.
    private func add(_ manager: RunningManager, to claims: inout ClaimsFile, _ history: RepositoryHistory) throws {
        let told = deployed == nil && revision == nil ? nil : claims.deployments.last
        if let commit = manager.commit, let told, let name = told.commit, try history.commit(named: name) != commit {
            throw CommandFailure(
                "\(manager.url) says that it was built from \(commit.shortened), and --deployed that it is \(name.shortened): "
                    + "leave --deployed out, or correct --manager", status: ExitStatus.usage)
        }
        if manager.isDirty {
            Terminal.errors.writeLine(
                "note: \(manager.url) was built from a tree with changes, so no commit says what it holds")
        }
        let revision = told?.revision ?? manager.url
        if manager.isDirty || told == nil {
            claims.deployments.append(Deployment(revision: revision, commit: manager.commit))
        }
        claims.runtimes.append(manager.inventory(revision: revision))
    }

    private func claims() throws -> ClaimsFile {
        var claims: ClaimsFile
        switch FileReading.contents(of: file, maximumBytes: ClaimsFile.maximumBytes) {
        case .failure(let error): throw CommandFailure("\(file): \(error)", status: ExitStatus.usage)
        case .success(let bytes):
            do {
                claims = try ClaimsFile(yaml: String(decoding: bytes, as: UTF8.self), path: file)
            } catch {
                throw ConfigurationError(
                    error.problems.map { ConfigurationProblem(place: $0.place, message: $0.message) })
            }
        }
        if let deployed {
            claims.deployments.append(Deployment(revision: revision ?? deployed, commit: deployed))
        } else if let revision {
            guard let known = claims.deployments.first(where: { $0.revision == revision }) else {
                throw CommandFailure(
                    "--revision \(revision): \(file) has no such deployment; add it, or give its commit with --deployed",
                    status: ExitStatus.usage)
            }
            claims.deployments = [known]
        }
        return claims
    }

    private func manifest(_ reader: AuditReader) throws -> Manifest {
        let manifest = try reader.manifest()
        guard !manifest.concepts.isEmpty else {
            throw CommandFailure(
                "\(repository)/\(ManifestFile.name) declares no concept to judge by; start with: canon audit --init",
                status: ExitStatus.usage)
        }
        return manifest
    }

    private func write(_ report: VerificationReport) throws {
        switch format {
        case .terminal: VerificationText(report: report, terminal: .output, isVerbose: verbose).write()
        case .json: Terminal.output.write(report.json)
        case .markdown: Terminal.output.write(report.markdown(before: try earlier()))
        }
    }

    private func earlier() throws -> [String: String] {
        guard let since else { return [:] }
        switch FileReading.contents(of: since, maximumBytes: ClaimsFile.maximumBytes) {
        case .failure(let error): throw CommandFailure("\(since): \(error)", status: ExitStatus.usage)
        case .success(let bytes):
            guard let verdicts = VerificationReport.earlierVerdicts(in: bytes) else {
                throw CommandFailure(
                    "\(since): is no report of canon verify --format json", status: ExitStatus.usage)
            }
            return verdicts
        }
    }

    private static func progress(_ commit: String) {
        let terminal = Terminal.errors
        if terminal.isTerminal { terminal.writeLine("reading \(commit.prefix(12))") }
    }
}

enum VerificationFormat: String, CaseIterable, ExpressibleByArgument {
    case terminal, json, markdown
}
