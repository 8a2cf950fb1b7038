import ArgumentParser
import CanonAudit
import CanonVerify
import CanonWire
import Foundation

/// `canon garden close FILE`: done, or what is missing.
struct GardenCloseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "close",
        abstract: "Close a tracking file when everything that it needs is there; otherwise say what is missing.",
        discussion: """
            It needs, all of one commit: files without changes, every test file parses and can be collected, one implementation, no \
            wrong path in live code or tests, a probe report in which every step held, a watch of an hour with a round a minute in which \
            every round held, and logs of the deployed revision without the warning. Reports that are older than the commit, of another \
            revision, or shorter than the hour do not count.

            Which revision the commit was deployed as is told by the deployments in canon-claims.yaml, or by --revision.

            Ends with status 0 when the file was closed; 1 when something is missing; 2 for a command line or file that cannot be used.

            EXAMPLES
              canon probe https://host --demo --format json >probe.json
              canon probe https://host --demo --every 60s --for 1h --logs app.log --warning 'SSOT WARNING' --format json >stability.json
              canon garden close docs/ssot/SSOT-duplicate-rooms.md --probe probe.json --stability stability.json --revision shop-00044
              canon garden close … --logs export.json --warning 'SSOT WARNING'    when the watch did not look at logs
            """
    )

    @Argument(help: "The tracking file.", completion: .file(extensions: ["md"])) var file: String
    @Option(help: "What canon probe --format json wrote.", completion: .file(extensions: ["json"])) var probe: String?
    @Option(help: "What canon probe --every 60s --for 1h --format json wrote.", completion: .file(extensions: ["json"]))
    var stability: String?
    @Option(
        help: "Logs of the time of the watch, a file or folder each, which must not hold --warning. May be repeated.",
        completion: .file())
    var logs: [String] = []
    @Option(help: "What must not be logged: a part of a message, or 'problem' for any warning or worse.") var warning:
        String?
    @Option(help: "The revision that the commit was deployed as.") var revision: String?
    @Option(help: "Deployments (YAML); default: canon-claims.yaml in the program's folder.", completion: .file())
    var claims: String?
    @Option(help: "How to answer: terminal or json.") var format = ReportFormat.terminal
    @OptionGroup var options: GardenOptions
    @OptionGroup var source: SourceOptions

    func validate() throws {
        guard logs.isEmpty == (warning == nil) else {
            throw ValidationError(
                "--logs and --warning belong together: such as --logs app.log --warning 'SSOT WARNING'")
        }
        guard warning != "" else { throw ValidationError("--warning takes a text") }
        guard logs.isEmpty || stability != nil else {
            throw ValidationError("--logs are read for the time of a watch: name it with --stability")
        }
    }

    func run() async throws {
        var tracking = try GardenFolder.read(file)
        guard tracking.state == .open else {
            throw CommandFailure("\(file.escapingControls) is closed already", status: ExitStatus.usage)
        }
        let probeEvidence = try probe.map { try ClosingEvidence.probe($0) }
        var stabilityEvidence = try stability.map { try ClosingEvidence.stability($0) }
        let reading = try GardenReading(root: options.root, source: source)
        let folders = [options.files.path, (file as NSString).deletingLastPathComponent]
        let facts = try reading.survey(tracking.concept, besides: folders).facts
        let deployed = try deployed(facts.commit, reading)
        if let warning, let watched = stabilityEvidence {
            stabilityEvidence?.logs = try ClosingEvidence.look(
                for: warning, in: logs, watched, revision: deployed.name ?? watched.logs?.revision)
        }
        let closing = Closing(
            facts, committed: reading.time(of: facts.commit), probe: probeEvidence, stability: stabilityEvidence,
            revision: deployed, now: Date().timeIntervalSince1970, time: GardenTime.text)
        if closing.holds { try close(&tracking, closing, facts) }
        say(closing)
        guard closing.holds else { throw ExitStatus.failed }
    }

    /// As what the commit was deployed: what the command line says, else what the claims file says.
    private func deployed(_ commit: String?, _ reading: GardenReading) throws -> Closing.Revision {
        if let revision { return .init(name: revision, source: "--revision") }
        let unknown = Closing.Revision(name: nil, source: ClaimsFile.name)
        guard let commit, let repository = reading.reader.repository,
            let file = try Precedents.claimsFile(claims, root: options.root)
        else { return unknown }
        // The newest one counts.
        let match = file.deployments.last { deployment in
            deployment.commit.flatMap { try? repository.commit(named: $0) } == commit
        }
        return match.map { .init(name: $0.revision, source: claims ?? ClaimsFile.name) } ?? unknown
    }

    private func close(_ tracking: inout TrackingFile, _ closing: Closing, _ facts: GardenFacts) throws {
        for box in GardenBox.allCases where tracking.boxes.contains(box) {
            switch box {
            case .probed, .stable: tracking.set(box, true)
            default: if let holds = facts.holds(box) { tracking.set(box, holds) }
            }
        }
        tracking.add(GardenFigures(day: ManifestFile.today, facts: facts))
        tracking.setNextAction("none")
        tracking.setState(.closed, note: "\(ManifestFile.today) at \(facts.commit?.prefix(12) ?? "")")
        tracking.append([
            "", "## Closed \(ManifestFile.today)", "", "| Condition | Found | Commit | Time |", "|---|---|---|---|",
        ])
        tracking.append(
            closing.conditions.map { one in
                "| \(one.name) | \(MarkdownText.escaped(one.found)) | `\(one.commit?.prefix(12) ?? "")` | \(one.time ?? "") |"
            })
        try ReportOutput.write(tracking.bytes, to: file)
    }

    private func say(_ closing: Closing) {
        switch format {
        case .json:
            GardenJSON.print(
                GardenJSON.object([
                    "file": .string(file), "closed": .bool(closing.holds),
                    "conditions": .array(
                        closing.conditions.map { one in
                            [
                                "name": .string(one.name), "holds": .bool(one.holds), "found": .string(one.found),
                                "commit": one.commit.map(JSONValue.string) ?? .null,
                                "time": one.time.map(JSONValue.string) ?? .null,
                            ]
                        }),
                ]))
        case .terminal:
            let output = Terminal.output
            var table = TableWriter(["CONDITION", "", "FOUND"])
            for one in closing.conditions where !(source.quiet && one.holds) {
                table.add([
                    .init(one.name), one.holds ? .init("holds", .green) : .init("missing", .red), .init(one.found),
                ])
            }
            if !(source.quiet && closing.holds) { output.write(table.render(on: output)) }
            guard !source.quiet else { return }
            output.writeLine(
                closing.holds
                    ? "\(file.escapingControls) is closed."
                    : "\(file.escapingControls) stays open: \(AuditFigures.counted(closing.missing.count, "condition")) missing."
            )
        }
    }
}
