import ArgumentParser
import CanonAudit
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
              canon logs ssot-warnings export.json | canon verify claims.yaml --runtime -
              canon verify claims.yaml --format markdown --since last.json >update.md
            """
    )

    @Argument(help: "The claims (YAML).", completion: .file()) var file: String
    @Option(help: "The repository, or a folder in it.", completion: .directory) var repository = "."
    @Option(help: "The commit that was deployed; default: the last of the file's deployments.") var deployed: String?
    @Option(help: "The name of the deployed revision, by which inventories are told apart.") var revision: String?
    @Option(
        help: "What runs: inventories in JSON, as `canon logs ssot-warnings` prints them; - for standard input.",
        completion: .file())
    var runtime: [String] = []
    @Option(help: "The report (JSON) of the last analysis, to say what changed since.", completion: .file())
    var since: String?
    @Option(help: "How to print the report.") var format = VerificationFormat.terminal
    @Flag(help: "Also show what claims that hold rest on.") var verbose = false
    @OptionGroup var threads: JobOptions

    func run() async throws {
        let claims = try claims()
        let reader = try AuditReader(
            AuditSettings(
                path: repository, config: nil, python: nil, jobs: threads.count, cache: nil,
                progress: Terminal(descriptor: STDERR_FILENO)))
        let history = try RepositoryHistory(reader.requiredRepository())
        let audits = try CommitAudits(reader, manifest: try manifest(reader), progress: Self.progress)
        let report = try Verification(
            claims: claims.claims, deployments: claims.deployments, runtimes: claims.runtimes, history: history,
            analysis: audits
        ).run()
        try write(report)
        guard report.exitStatus == 0 else { throw ExitCode(report.exitStatus) }
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
        for path in runtime { claims.runtimes += try InventoryFile.read(path) }
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
