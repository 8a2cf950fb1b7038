import ArgumentParser
import CanonAudit
import CanonVerify
import Foundation

/// `canon status`: how things stand, on one screen.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract:
            "Show on one screen how things stand: concepts and their trend, verdicts, open problems, what to do next.",
        discussion: """
            Puts together what canon audit, canon audit history, canon verify and canon logs know. What is not there is said, \
            with what would make it there. The work tree is never touched.

            Ends with status 0 when no claim is refuted and no finding is at or above the gate, 1 when one is, 2 for a command line \
            or file that cannot be used, 3 when something could not be found out. Problems of logs decide nothing.

            Examples:
              canon status
              canon status services/chat --since 2025-09-01 --claims claims.yaml
              canon status --format html --output status.html
            """
    )

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case terminal, markdown, html, json
    }

    @Argument(help: "The folder; default: the current one.", completion: .directory) var path = "."
    @Option(
        help: "What was claimed of closed issues (YAML); default: \(ClaimsFile.name) in the folder, if it is there.",
        completion: .file(extensions: ["yaml"]))
    var claims: String?
    @Option(
        help: "The memory of canon logs; default: the usual one, if it is there.", completion: .file(extensions: ["db"])
    )
    var problems: String?
    @Option(
        help: "Where the trend begins: a revision, a day (2025-09-15), or a span before the last commit; default: 30d.")
    var since: String?
    @Option(help: "How many commits the trend is measured at, 2 to 500.") var samples = 6
    @Option(
        name: .customLong("fail-on"),
        help:
            "The lowest severity of a finding that fails: \(Severity.allCases.map(\.rawValue).joined(separator: ", ")); default: high."
    )
    var gate = Severity.high
    @Option(help: "How to print it: \(Format.allCases.map(\.rawValue).joined(separator: ", ")).")
    var format = Format.terminal
    @Option(help: "Write it to this file.", completion: .file()) var output: String?
    @Option(help: "The manifest; default: canon.yaml in the folder.", completion: .file(extensions: ["yaml"]))
    var config: String?
    @OptionGroup var threads: JobOptions
    @OptionGroup var cache: CacheOptions
    @Flag(help: "Show no progress.") var quiet = false

    func validate() throws {
        guard (2...500).contains(samples) else { throw ValidationError("--samples is 2 to 500; \(samples) is not") }
    }

    func run() async throws {
        let errors = Terminal(descriptor: STDERR_FILENO, quiet: quiet)
        let reader = try AuditReader(
            AuditSettings(
                path: path, config: config, python: nil, jobs: threads.count, cache: cache.settings(), progress: errors)
        )
        var reading = StatusReading(reader: reader, claims: claims, samples: samples)
        if let since {
            reading.since = since
            reading.isSinceGiven = true
        }
        var bar = ProgressBar("Commits", on: errors)
        let report = try reading.report(problems: ProblemSummary.part(problems), gate: gate) {
            bar.update(done: $0, of: $1)
        }
        bar.finish()
        try ReportOutput.write(bytes(report), to: output)
        guard report.exitStatus == 0 else { throw ExitCode(report.exitStatus) }
    }

    private func bytes(_ report: StatusReport) -> [UInt8] {
        switch format {
        case .terminal: Array(StatusText(report: report, terminal: ReportOutput.terminal(for: output)).text.utf8)
        case .json: report.json
        case .markdown: Array(report.markdown.utf8)
        case .html: Array(report.html.utf8)
        }
    }
}
