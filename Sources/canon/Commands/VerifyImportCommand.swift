import ArgumentParser
import CanonAudit
import CanonVerify
import Foundation

/// `canon verify import-claims ISSUES.json`: claims, drafted from issues that were closed.
struct VerifyImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import-claims",
        abstract: "Draft a claims file from closed issues and the commits that are linked with them.",
        discussion: """
            Reads what `gh issue list --json` or the REST interface of GitHub gives. A commit counts when the tracker says that it \
            closed the issue, when its message does ("Fixes #12"), when it merged the pull request that closed it, or when it is the \
            only one that the issue names; always only if the repository has it. A concept counts when the issue names it. \
            Everything else stays unknown, with a comment that says what there is to go by. Nothing is posted or fetched.

            Ends with status 0 when the file was drafted, 2 for a command line or dump that cannot be used, 3 when the history is cut \
            short (a shallow clone).

            Examples:
              gh issue list --state all --limit 1000 \\
                --json number,title,body,state,stateReason,closedAt,labels,comments,url,closedByPullRequestsReferences >issues.json
              canon verify import-claims issues.json --output claims.yaml
              gh api --paginate --slurp 'repos/OWNER/NAME/issues?state=all' | canon verify import-claims - --repository ../shop
            """
    )

    @Argument(help: "The issues (JSON); - for standard input.", completion: .file()) var issues: String
    @Option(help: "Write the draft to this file, which must not exist.", completion: .file()) var output: String?
    @Option(help: "The repository, or a folder in it.", completion: .directory) var repository = "."
    @Option(
        help: "The manifest; default: canon.yaml in the repository.", completion: .file(extensions: ["yaml"]))
    var config: String?

    func run() async throws {
        let reader = try AuditReader(
            AuditSettings(
                path: repository, config: config, python: nil, jobs: 1, cache: nil,
                progress: Terminal(descriptor: STDERR_FILENO)))
        let git = try reader.requiredRepository()
        let history = try RepositoryHistory(git)
        let contents = try bytes()
        let dump: IssueDump
        do throws(IssueDump.Malformed) {
            dump = try IssueDump(contents)
        } catch {
            throw CommandFailure(
                "\(issues.escapingControls): \(error.description.escapingControls)", status: ExitStatus.usage)
        }
        let concepts = ConceptNames(try reader.manifest().concepts.map { ($0.name, $0.canonical.value) })
        let name = issues == "-" ? "standard input" : URL(fileURLWithPath: issues).lastPathComponent
        let draft = try ClaimsDraftFile(dump, source: name, concepts: concepts) { try history.index(of: $0) }
        try write(draft.yaml)
        Terminal.errors.writeLine(draft.summary)
        if concepts.names.isEmpty {
            Terminal.errors.writeLine(
                "note: \(ManifestFile.name) declares no concept, and canon verify needs one; start with: canon audit --init"
            )
        }
    }

    private func bytes() throws(CommandFailure) -> [UInt8] {
        if issues == "-" {
            do {
                return Array(try FileHandle.standardInput.read(upToCount: IssueDump.maximumBytes) ?? Data())
            } catch {
                throw CommandFailure("standard input cannot be read: \(error)", status: ExitStatus.usage)
            }
        }
        switch FileReading.contents(of: issues, maximumBytes: IssueDump.maximumBytes) {
        case .success(let bytes): return bytes
        case .failure(let error):
            throw CommandFailure("\(issues.escapingControls): \(error)", status: ExitStatus.usage)
        }
    }

    /// A file that is there may hold what somebody added to an earlier draft.
    private func write(_ text: String) throws {
        guard let output else {
            Terminal.output.write(text)
            return
        }
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: output), options: .withoutOverwriting)
        } catch CocoaError.fileWriteFileExists {
            throw CommandFailure(
                "\(output.escapingControls): is there already, and may hold your corrections; name another file",
                status: ExitStatus.usage)
        } catch {
            throw CommandFailure(
                "\(output.escapingControls): cannot be written: \(error.localizedDescription)", status: ExitStatus.usage
            )
        }
    }
}
