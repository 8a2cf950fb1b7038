import ArgumentParser
import CanonAudit
import CanonVerify
import Foundation

/// `canon verify claims FILE.md…`: what documents say, held against a repository.
struct VerifyClaimsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "claims",
        abstract: "Hold the statements of issues and reports against a repository, and against each other.",
        discussion: """
            Numbers with units, paths, commands, commits, imports, log lines and ticked boxes are each reproduced, contradicted \
            with what is right, or not checkable. Nothing that a document says is run.

            Ends with status 0 when nothing is contradicted and everything could be checked, 1 when something is contradicted, \
            2 for a command line or file that cannot be used, 3 when something could not be checked.

            Examples:
              canon verify claims issue.md
              canon verify claims --root ../shop issue-*.md
              canon verify claims --format markdown issue.md >update.md
            """
    )

    @Argument(help: "Documents in Markdown.", completion: .file()) var documents: [String]
    @Option(help: "The folder of the repository.", completion: .directory) var root = "."
    @Option(help: "How to print the report.") var format = VerificationFormat.terminal
    @Flag(help: "Also show statements that are reproduced.") var verbose = false
    @OptionGroup var source: SourceOptions

    func run() async throws {
        let texts = try documents.map { path in
            switch FileReading.contents(of: path, maximumBytes: Self.maximumBytes) {
            case .failure(let error): throw CommandFailure("\(path): \(error)", status: ExitStatus.usage)
            case .success(let bytes): return (name: path, bytes: bytes)
            }
        }
        let reader = try AuditReader(source.settings(path: root))
        let input = try source.input(reader)
        try reader.requireSources(input)
        let name = "the folder \(URL(fileURLWithPath: reader.root).standardizedFileURL.lastPathComponent)"
        let evidence = ProgramEvidence(
            Audit(input).context, python: input.python, commit: input.commit, repository: reader.repository, name: name)
        let report = ClaimsReport(documents: texts, evidence: evidence)
        switch format {
        case .json: Terminal.output.write(report.json)
        case .markdown: Terminal.output.write(report.markdown)
        case .terminal: write(report, to: .output)
        }
        let status = ExitCode(Int32(report.outcome.rawValue))
        guard status == ExitStatus.success else { throw status }
    }

    /// More is no report.
    private static let maximumBytes = 16 << 20

    private func write(_ report: ClaimsReport, to terminal: Terminal) {
        var table = TableWriter(["VERDICT", "PLACE", "STATEMENT", "ANSWER"])
        for row in report.tableRows where verbose || row.verdict != .reproduced {
            table.add([
                .init(row.verdict.rawValue, style(of: row.verdict)), .init(row.place), .init(row.quote),
                .init(row.answer),
            ])
        }
        terminal.write(table.render(on: terminal))
        for line in report.contradictionLines { terminal.writeLine(line.escapingControls) }
        terminal.writeLine(report.summary.escapingControls)
    }

    private func style(of verdict: ClaimVerdict) -> Style {
        switch verdict {
        case .reproduced: .green
        case .contradicted: .red
        case .notCheckable: .yellow
        }
    }
}
