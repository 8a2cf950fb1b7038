import ArgumentParser
import CanonGateway
import CanonLogs
import Foundation

/// `canon logs FILE…`: one look at some logs, and its report.
struct LogsRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Look through logs and report their problems (the default).",
        discussion: """
            Each entry counts once, however often it is read: entries with an insertId by that, lines of files by their place, \
            also when the file has grown, was renamed or compressed. Personal data is masked everywhere.

            Ends with status 0 when there is no new or returned problem at or above the gate, 1 when there is one, 2 for a \
            command line or configuration that cannot be used, 3 when something could not be read or there was nothing to read. \
            Files that are found in folders and are no logs are passed over. SIGINT ends --watch with the report of all that it \
            has seen.

            Examples:
              canon logs export.json
              gcloud logging read 'severity>=WARNING' --format json | canon logs -
              canon logs --since 24h --service checkout logs/
              canon logs --format html --output problems.html logs/
              canon logs --issues drafts --known-issues issues.json export.json
              canon logs --watch /var/log/shop/
              canon logs --no-memory --fail-on none app.log
            """
    )

    @Argument(help: "Files, folders, or - for standard input.", completion: .file()) var inputs: [String]
    @Option(help: "How to print the report: \(LogsFormat.allCases.map(\.rawValue).joined(separator: ", ")).")
    var format = LogsFormat.terminal
    @Option(help: "Write the report to this file.", completion: .file()) var output: String?
    @Option(
        name: .customLong("fail-on"),
        help: "The lowest priority of a new or returned problem that fails: p0, p1, p2, p3 or none.")
    var gate = LogGate.p2
    @Option(help: "Only entries from then on: 2025-09-16T00:46:21Z, 2025-09-16, or so long ago: 90m, 24h, 7d.")
    var since: LogTimeArgument?
    @Option(help: "Only entries before then.") var until: LogTimeArgument?
    @Option(name: .customLong("service"), help: "Only entries of this service; may be given more than once.")
    var services: [String] = []
    @Option(help: "The least severity that makes an entry a problem.") var minSeverity = LogLevelArgument.warning
    @Option(
        help: "Write a draft of an issue, or of an update, for each problem into this folder, and the worklog.",
        completion: .directory)
    var issues: String?
    @Option(
        help: "The issues that there are: a folder of files, or a JSON dump with number, title, body and state.",
        completion: .file())
    var knownIssues: String?
    @OptionGroup var memoryOptions: LogsMemoryOptions
    @Flag(help: "Remember nothing and compare with nothing: every problem is new.") var noMemory = false
    @Option(
        help: "The configuration whose logs: section maps fields; default: canon.yaml here.",
        completion: .file(extensions: ["yaml"]))
    var config: String?
    @Flag(help: "Go on following the files as they grow and are rotated, and tell of each new or returned problem.")
    var watch = false
    @Option(
        help: "How many files are read at the same time; usually as many as there are cores. The report is the same.")
    var jobs = ProcessInfo.processInfo.activeProcessorCount
    @Flag(help: "Show all that is known of each problem.") var verbose = false
    @Flag(help: "Print problems only: neither progress nor a summary.") var quiet = false

    func validate() throws {
        guard (1...256).contains(jobs) else { throw ValidationError("--jobs is a number from 1 to 256") }
        guard !inputs.isEmpty else { throw ValidationError("name a file or a folder, or - for standard input") }
        if let since, let until, since.time >= until.time { throw ValidationError("--since is not before --until") }
        if knownIssues != nil, issues == nil { throw ValidationError("--known-issues is for --issues") }
        if watch, noMemory {
            throw ValidationError("--watch compares with the memory; it does not go with --no-memory")
        }
        if watch, inputs.contains("-") || output != nil || issues != nil || format != .terminal && format != .json {
            throw ValidationError("--watch follows files, and prints to the terminal or as JSON lines")
        }
        if noMemory, memoryOptions.memory != nil {
            throw ValidationError("--no-memory and --memory exclude each other")
        }
    }

    func run() async throws {
        let options = try runOptions()
        let memory = noMemory ? nil : try memoryOptions.open()
        defer { try? memory?.close() }
        if watch, let memory {
            let watch = LogsWatch(
                options: options, memory: memory, gate: gate.priority, format: format, isQuiet: quiet)
            let total = try await Interruption.canBeEndedEarly { [inputs] in try await watch.follow(inputs) }
            watch.conclude(total)
            guard let total else { throw ExitStatus.unknown }
            try end(total)
            return
        }
        let folder = try issues.map { try IssueFolder(path: $0, known: knownIssues) }
        let report = try withMemory { try look(options, memory) }
        try write(report)
        if let folder, let issues {
            let (new, updates) = try folder.write(report, failOn: gate.priority)
            if !quiet {
                Terminal.errors.writeLine(
                    "\(issues.escapingControls): \(new) drafts of new issues, \(updates) updates, and worklog.md")
            }
        }
        try end(report)
    }

    /// - Throws: the status that says what the report says.
    private func end(_ report: LogReport) throws {
        switch report.verdict(failOn: gate.priority) {
        case .passed: return
        case .failed: throw ExitStatus.failed
        case .incomplete: throw ExitStatus.unknown
        }
    }

    private func runOptions() throws -> LogRun.Options {
        var options = LogRun.Options()
        options.filter.since = since?.time
        options.filter.until = until?.time
        options.filter.services = Set(services)
        options.filter.severity = minSeverity.severity
        options.mapping = try LogsConfiguration.mapping(path: config)
        options.tool = LogReport.Tool(name: "canon", version: ProductVersion.description)
        return options
    }

    private func look(_ options: LogRun.Options, _ memory: LogMemory?) throws -> LogReport {
        let (files, passedOver) = LogInput.inputs(inputs)
        var run = try LogRun(options, memory: memory)
        if passedOver > 0 {
            run.notes.append(
                "\(passedOver) files of the folders have no name of a log and were not read; name them to read them")
        }
        if files.isEmpty {
            throw CommandFailure(
                "the folders hold no log (*.log, *.json, *.jsonl, *.txt, also *.gz)", status: ExitStatus.unknown)
        }
        let total = files.map(Self.size).reduce(0, +)
        var bar = ProgressBar("Reading", on: Terminal(descriptor: STDERR_FILENO, quiet: quiet))
        try run.read(files, jobs: jobs) { bytes in bar.update(done: bytes, of: max(total, bytes)) }
        bar.finish()
        return try run.finish()
    }

    private static func size(_ input: LogInput) -> Int {
        guard let path = input.path else { return 0 }
        return (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
    }

    private func write(_ report: LogReport) throws {
        let bytes: [UInt8]
        if let machine = format.machine {
            bytes = report.rendered(as: machine, failOn: gate.priority)
        } else {
            let terminal = ReportOutput.terminal(for: output)
            bytes = Array(
                LogsTerminalReport(
                    report: report, gate: gate.priority, terminal: terminal, isVerbose: verbose, isQuiet: quiet
                )
                .text.utf8)
        }
        try ReportOutput.write(bytes, to: output)
    }
}
