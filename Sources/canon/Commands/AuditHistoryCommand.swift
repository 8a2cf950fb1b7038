import ArgumentParser
import CanonAudit
import CanonVerify
import Foundation

/// `canon audit history`: what became of the concepts, commit by commit.
struct AuditHistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract:
            "Show what became of the concepts over the commits: implementations, paths, consumers, score and size.",
        discussion: """
            Evenly spaced commits of the line of first parents are audited, both ends always, and all of them by the rules and \
            concepts of today (canon.yaml, or --config). Commits that changed the manifest are named. The work tree is never \
            touched.

            Ends with status 0, with 2 for a command line or manifest that cannot be used, and with 3 when a commit or a file of \
            one could not be read; the others are shown all the same.

            Examples:
              canon audit history --since 2025-09-01              twelve samples from that day on
              canon audit history --since v1.4 --samples 40 --concept rooms
              canon audit history --since 90d --format html --output history.html
            """
    )

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case terminal, json, markdown, html, csv
    }

    @Argument(help: "The folder to audit; default: the current one.", completion: .directory) var path = "."
    @Option(
        help:
            "Where to begin: a revision, a day (2025-09-15), or a span before the last commit (30d); default: the first commit."
    )
    var since: String?
    @Option(help: "Where to end: a revision.") var until = "HEAD"
    @Option(help: "How many commits to audit, 2 to 500.") var samples = 12
    @Option(help: "Only this concept of the manifest.") var concept: String?
    @Option(help: "How to print the report: \(Format.allCases.map(\.rawValue).joined(separator: ", ")).")
    var format = Format.terminal
    @Option(help: "Write the report to this file.", completion: .file()) var output: String?
    @Option(help: "The manifest; default: canon.yaml in the audited folder.", completion: .file(extensions: ["yaml"]))
    var config: String?
    @OptionGroup var threads: JobOptions
    @Flag(help: "Show no progress.") var quiet = false

    func validate() throws {
        guard (2...500).contains(samples) else { throw ValidationError("--samples is 2 to 500; \(samples) is not") }
    }

    func run() async throws {
        let errors = Terminal(descriptor: STDERR_FILENO, quiet: quiet)
        let reader = try AuditReader(
            AuditSettings(path: path, config: config, python: nil, jobs: threads.count, cache: nil, progress: errors))
        let manifest = try reader.manifest()
        try Self.require(concept, in: manifest, folder: path)
        var bar = ProgressBar("Commits", on: errors)
        let report = try HistoryReading(reader: reader, manifest: manifest).report(
            since: since, until: until, samples: samples, concept: concept
        ) { bar.update(done: $0, of: $1) }
        bar.finish()
        try ReportOutput.write(bytes(report), to: output)
        guard report.exitStatus == 0 else { throw ExitCode(report.exitStatus) }
    }

    private func bytes(_ report: HistoryReport) -> [UInt8] {
        switch format {
        case .terminal: Array(HistoryText(report: report, terminal: ReportOutput.terminal(for: output)).text.utf8)
        case .json: report.json
        case .markdown: Array(report.markdown.utf8)
        case .html: Array(report.html.utf8)
        case .csv: Array(report.csv.utf8)
        }
    }

    private static func require(_ concept: String?, in manifest: Manifest, folder: String) throws {
        let names = manifest.concepts.map(\.name)
        guard !names.isEmpty else {
            throw CommandFailure(
                "\(folder.escapingControls)/\(ManifestFile.name) declares no concept to measure; start with: canon audit --init",
                status: ExitStatus.usage)
        }
        guard let concept, !names.contains(concept) else { return }
        let hint = NearestName.of(concept, among: names).map { "did you mean \($0)?" }
        throw CommandFailure(
            "there is no concept '\(concept.shortened)'; \(hint ?? "there are: \(names.sorted().joined(separator: ", "))")",
            status: ExitStatus.usage)
    }
}
