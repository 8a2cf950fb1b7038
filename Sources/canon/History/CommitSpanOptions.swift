import ArgumentParser
import Foundation

/// How far back a command looks when nobody says.
protocol CommitSpan {
    /// Where it begins, in words.
    static var usualBeginning: String { get }
    static var usualSamples: Int { get }
}

/// What every command takes that measures the commits of a folder, and writes a report of them.
struct CommitSpanOptions<Span: CommitSpan>: ParsableArguments {
    @Argument(help: "The folder; default: the current one.", completion: .directory) var path = "."
    @Option(
        help: ArgumentHelp(
            "Where to begin: a revision, a day (2025-09-15), or a span before the last commit (90d); default: "
                + "\(Span.usualBeginning)."))
    var since: String?
    @Option(help: "How many commits to measure, 2 to 500.") var samples = Span.usualSamples
    @Option(help: "Write the report to this file.", completion: .file()) var output: String?
    @Option(help: "The manifest; default: canon.yaml in the folder.", completion: .file(extensions: ["yaml"]))
    var config: String?
    @OptionGroup var threads: JobOptions
    @Flag(help: "Show no progress.") var quiet = false

    func validate() throws {
        guard (2...500).contains(samples) else { throw ValidationError("--samples is 2 to 500; \(samples) is not") }
    }

    /// What the report may use where it goes.
    var terminal: Terminal { ReportOutput.terminal(for: output) }

    private var errors: Terminal { Terminal(descriptor: STDERR_FILENO, quiet: quiet) }

    func reader(cache: CacheSettings? = nil) throws -> AuditReader {
        try AuditReader(
            AuditSettings(
                path: path, config: config, python: nil, jobs: threads.count, cache: cache, progress: errors))
    }

    /// Shows how many commits are measured while `body` measures them.
    func measuring<Report>(_ body: ((_ done: Int, _ total: Int) -> Void) throws -> Report) rethrows -> Report {
        var bar = ProgressBar("Commits", on: errors)
        defer { bar.finish() }
        return try body { bar.update(done: $0, of: $1) }
    }

    /// Writes a report and ends with its status.
    func finish(_ bytes: [UInt8], status: Int32) throws {
        try ReportOutput.write(bytes, to: output)
        guard status == 0 else { throw ExitCode(status) }
    }
}
