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

    enum Span: CommitSpan {
        static let usualBeginning = "the first commit"
        static let usualSamples = 12
    }

    @OptionGroup var commits: CommitSpanOptions<Span>
    @Option(help: "Where to end: a revision.") var until = "HEAD"
    @Option(help: "Only this concept of the manifest.") var concept: String?
    @Option(help: "How to print the report: \(Format.allCases.map(\.rawValue).joined(separator: ", ")).")
    var format = Format.terminal

    func run() async throws {
        let reader = try commits.reader()
        let manifest = try reader.manifest()
        try Self.require(concept, in: manifest, folder: commits.path)
        let report = try commits.measuring { progress in
            try HistoryReading(reader: reader, manifest: manifest).report(
                since: commits.since, until: until, samples: commits.samples, concept: concept, progress: progress)
        }
        try commits.finish(bytes(report), status: report.exitStatus)
    }

    private func bytes(_ report: HistoryReport) -> [UInt8] {
        switch format {
        case .terminal: Array(HistoryText(report: report, terminal: commits.terminal).text.utf8)
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
