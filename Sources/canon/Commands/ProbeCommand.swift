import ArgumentParser
import CanonLogs
import CanonVerify
import CanonWire
import Foundation

/// `canon probe`: the Golden Path of a server, as its clients have it.
struct ProbeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe",
        abstract: "Walk the Golden Path of a running server from outside, and say which step does not hold.",
        discussion: """
            Logs in, opens sockets with each form of a token, asks a question, checks the events and the answer, stops a \
            run, cuts a connection and resumes, tries a second device, a forged token, a message that is too long, bad \
            JSON and another user's conversation. Whatever it made on the server it deletes. No secret is shown.

            EXAMPLES
              canon probe http://127.0.0.1:8080 --demo
              canon probe https://host/prefix --email a@example.org --password-stdin < file
              CANON_TOKEN=… canon probe wss://host/ws --format json
              canon probe https://host --demo --every 60s --for 1h   is it stable?
              canon probe https://host --demo --every 60s --for 1h --logs /var/log/shop --warning 'SSOT WARNING'
              canon probe https://host --profile platform            for old clients?

            EXIT STATUS
              0 every step held; 1 a step failed, or the warning came; 2 the command line cannot be used;
              3 neither, but something could not be judged
            """
    )

    enum Format: String, ExpressibleByArgument, CaseIterable { case table, json }

    @Argument(help: "The server: http, https, ws or wss, with a path when it stands behind a prefix.") var url: String
    @OptionGroup(title: "Credentials") var credentials: ProbeCredentials
    @Option(help: "Whose protocol is asked for: canon or platform.") var profile = ProbeProfile.canon
    @Option(help: "A question that makes the agent think and use a tool.") var message: String?
    @Option(help: "A question that takes the agent a while, for the step that stops it.") var longMessage: String?
    @Option(help: "Leave out a step; may be repeated.") var skip: [String] = []
    @Option(help: "What any one step may take, such as 10s.") var timeout = TimeSpan(argument: "30s")!
    @Option(help: "A PEM file with the certificates to trust instead of the system's.") var caFile: String?
    @Option(help: "table, or json (schema canon.probe/1; with --every a line a round).") var format = Format.table
    @Option(help: "Probe again and again, this often: such as 60s.") var every: TimeSpan?
    @Option(name: .customLong("for"), help: "How long to go on with --every: such as 1h.") var window: TimeSpan?
    @Option(
        help: "With --every: the server's logs, a file or folder each, which must not hold --warning. May be repeated.",
        completion: .file())
    var logs: [String] = []
    @Option(help: "What must not be logged in the window: a part of a message, or 'problem' for any warning or worse.")
    var warning: String?
    @Option(help: "The revision whose log entries count; default: the only one that the window's entries name.")
    var revision: String?
    @Flag(help: "Print only what does not hold.") var quiet = false

    mutating func validate() throws {
        guard (every == nil) == (window == nil) else {
            throw ValidationError("--every and --for belong together: such as --every 60s --for 1h")
        }
        guard logs.isEmpty == (warning == nil) else {
            throw ValidationError(
                "--logs and --warning belong together: such as --logs app.log --warning 'SSOT WARNING'")
        }
        guard logs.isEmpty || every != nil else { throw ValidationError("--logs is for a watch: --every 60s --for 1h") }
        guard revision == nil || !logs.isEmpty else { throw ValidationError("--revision is for --logs") }
        guard !logs.contains("-"), warning != "" else {
            throw ValidationError("--logs takes files or folders, which are read at the end, and --warning a text")
        }
        let known = Probe.steps.map(\.id)
        for name in skip where !known.contains(name) {
            throw ValidationError("there is no step '\(name)'; the steps are \(known.joined(separator: ", "))")
        }
    }

    func run() async throws {
        let probe = try makeProbe()
        if let every, let window {
            try await watch(
                probe, StabilityWatch(every: .seconds(every.seconds), for: .seconds(window.seconds)))
        } else {
            try await runOnce(probe)
        }
    }

    private func makeProbe() throws -> Probe {
        let address: ServerAddress
        do throws(ServerAddress.Invalid) {
            address = try ServerAddress(url)
        } catch {
            throw CommandFailure(error.description, status: ExitStatus.usage)
        }
        var options = Probe.Options()
        options.profile = profile.profile
        options.credentials = try credentials.read()
        options.timeout = .seconds(timeout.seconds)
        options.question = message ?? options.question
        options.longQuestion = longMessage
        options.skipped = Set(skip)
        options.authorities = caFile
        do {
            return try Probe(address, options: options)
        } catch {
            throw CommandFailure("--ca-file \(caFile ?? ""): cannot be used: \(error)", status: ExitStatus.usage)
        }
    }

    // MARK: Once

    private func runOnce(_ probe: Probe) async throws {
        let total = Probe.steps.count { $0.profiles.contains(profile.profile) }
        var bar = ProgressBar("Probe", on: Terminal(descriptor: STDERR_FILENO, quiet: quiet))
        var done = 0
        let report = await probe.run { _ in
            done += 1
            bar.update(done: done, of: total)
        }
        bar.finish()
        let output = Terminal.output
        switch format {
        case .json: output.writeLine(report.json.encodedText)
        case .table:
            if !quiet || report.verdict != .held {
                output.write(ProbeText(terminal: output).table(report, onlyProblems: quiet))
            }
        }
        switch report.verdict {
        case .held: return
        case .failed: throw ExitStatus.failed
        case .unknown: throw ExitStatus.unknown
        }
    }

    // MARK: Watching

    private func watch(_ probe: Probe, _ watch: StabilityWatch) async throws {
        let mapping = try logs.isEmpty ? FieldMapping() : LogsConfiguration.mapping(path: nil)
        var report = try await Interruption.canBeEndedEarly { [format, quiet] in
            let output = Terminal.output
            let text = ProbeText(terminal: output)
            return await watch.run {
                await probe.run()
            } onRound: { report, number in
                switch format {
                case .json: output.writeLine(report.json.encodedText)
                case .table:
                    if !quiet || report.verdict != .held { output.writeLine(text.line(report, number: number)) }
                }
            }
        }
        if let warning { report.logs = look(for: warning, in: report.window, mapping) }
        let output = Terminal.output
        switch format {
        case .json: output.writeLine(report.json.encodedText)
        case .table: output.writeLine(report.summary.escapingControls)
        }
        switch report.verdict {
        case .stable: return
        case .unstable: throw ExitStatus.failed
        case .unknown: throw ExitStatus.unknown
        }
    }
}

extension ProbeCommand {
    /// The log half of the verdict: whether the warning stood in the logs of the window.
    private func look(
        for warning: String, in window: ClosedRange<Int64>, _ mapping: FieldMapping
    ) -> StabilityReport.Logs {
        let sought: WarningSearch.Sought =
            warning == WarningSearch.Sought.anyProblem.name ? .anyProblem : .text(warning)
        var search = WarningSearch(sought, in: window, revision: revision, mapping: mapping)
        for input in LogInput.inputs(logs).inputs { search.read(input) }
        return StabilityReport.Logs(warning: warning, finding: search.finding)
    }
}

/// The profiles as they are written on the command line.
enum ProbeProfile: String, ExpressibleByArgument, CaseIterable {
    case canon, platform

    var profile: ProbeStep.Profile {
        switch self {
        case .canon: .canon
        case .platform: .platform
        }
    }
}
