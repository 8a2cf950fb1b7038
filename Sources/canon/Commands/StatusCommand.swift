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

    enum Span: CommitSpan {
        static let usualBeginning = StatusReading.usualSpan
        static let usualSamples = 6
    }

    @OptionGroup var commits: CommitSpanOptions<Span>
    @Option(
        help: "What was claimed of closed issues (YAML); default: \(ClaimsFile.name) in the folder, if it is there.",
        completion: .file(extensions: ["yaml"]))
    var claims: String?
    @Option(
        help: "The memory of canon logs; default: the usual one, if it is there.", completion: .file(extensions: ["db"])
    )
    var problems: String?
    @Option(
        name: .customLong("fail-on"),
        help:
            "The lowest severity of a finding that fails: \(Severity.allCases.map(\.rawValue).joined(separator: ", ")); default: high."
    )
    var gate = Severity.high
    @Option(help: "How to print it: \(Format.allCases.map(\.rawValue).joined(separator: ", ")).")
    var format = Format.terminal
    @OptionGroup var cache: CacheOptions

    func run() async throws {
        var reading = StatusReading(
            reader: try commits.reader(cache: cache.settings()), claims: claims, samples: commits.samples)
        if let since = commits.since {
            reading.since = since
            reading.isSinceGiven = true
        }
        let report = try commits.measuring { progress in
            try reading.report(problems: ProblemSummary.part(problems), gate: gate, progress: progress)
        }
        try commits.finish(bytes(report), status: report.exitStatus)
    }

    private func bytes(_ report: StatusReport) -> [UInt8] {
        switch format {
        case .terminal: Array(StatusText(report: report, terminal: commits.terminal).text.utf8)
        case .json: report.json
        case .markdown: Array(report.markdown.utf8)
        case .html: Array(report.html.utf8)
        }
    }
}
