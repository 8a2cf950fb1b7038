import ArgumentParser
import CanonAudit
import CanonWire
import Foundation

/// `canon garden update`: boxes and figures from measurements.
struct GardenUpdateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Tick the boxes of tracking files that are so, untick those that are not, and add dated figures.",
        discussion: """
            What is not measured stays as it is: boxes about tests need --tests. A run that collected nothing, only skipped, had errors, \
            or is older than the commit, or does not say when it was, is no pass. Every other line of a file stays as people wrote it.

            Ends with status 0 when the files are up to date; 1 when the run of the tests does not count; 2 for a command line or file \
            that cannot be used, or that is damaged or closed; 3 when something could not be read.

            EXAMPLES
              canon garden update                              every open file
              python -m pytest --junitxml=junit.xml; canon garden update --tests junit.xml
              canon garden update docs/ssot/SSOT-duplicate-rooms.md --format json
            """
    )

    @Argument(help: "A tracking file; default: all that are open.", completion: .file(extensions: ["md"])) var file:
        String?
    @Option(
        help: "A report of the tests in the form of JUnit, from pytest --junitxml, run in the program's folder.",
        completion: .file(extensions: ["xml"]))
    var tests: String?
    @Option(help: "How to answer: terminal or json.") var format = ReportFormat.terminal
    @OptionGroup var options: GardenOptions
    @OptionGroup var source: SourceOptions

    func run() async throws {
        let files = try files()
        guard !files.isEmpty else {
            throw CommandFailure(
                "\(options.files.path.escapingControls) holds no tracking file that is open; canon garden next writes one",
                status: ExitStatus.usage)
        }
        let run = try tests.map { try TestReport.read($0) }
        let reading = try GardenReading(root: options.root, source: source)
        let refusal = run.flatMap { $0.refusal(committed: reading.time(of: reading.report.commit)) }
        var answers: [JSONValue] = []
        // Everything is measured before the first file is written.
        var updates: [Update] = []
        for (path, file) in files {
            let folders = [options.files.path, (path as NSString).deletingLastPathComponent]
            var facts = try reading.survey(file.concept, besides: folders).facts
            facts.run = refusal == nil ? run?.run : nil
            updates.append(Update(path: path, file: file, facts: facts, target: target))
        }
        for update in updates {
            if update.isChanged { try ReportOutput.write(update.file.bytes, to: update.path) }
            switch format {
            case .json: answers.append(update.json)
            case .terminal: if !source.quiet || update.isChanged { Terminal.output.write(update.text) }
            }
        }
        if format == .json { GardenJSON.print(GardenJSON.object(["files": .array(answers)])) }
        if let refusal { throw CommandFailure("\(refusal), so no box about tests was touched") }
        try reading.requireComplete()
    }

    private var target: String {
        (options.root == "." ? "" : " --root \(GardenAction.shell(options.root))")
            + (source.config.map { " --config \(GardenAction.shell($0))" } ?? "")
    }

    private func files() throws -> [(path: String, file: TrackingFile)] {
        if let file {
            let content = try GardenFolder.read(file)
            guard content.state == .open else {
                throw CommandFailure(
                    "\(file.escapingControls) is closed and stays as it is; when it is back, canon garden next opens another one",
                    status: ExitStatus.usage)
            }
            return [(file, content)]
        }
        return try options.files.entries().compactMap { entry in
            switch entry.content {
            case .failure(let problem): throw GardenFolder.damaged(entry.path, problem)
            case .success(let file): file.state == .open ? (entry.path, file) : nil
            }
        }
    }

    /// What becomes of one file.
    private struct Update {
        let path: String
        var file: TrackingFile
        var ticked: [GardenBox] = []
        var unticked: [GardenBox] = []
        var unmeasured: [GardenBox] = []
        var isChanged: Bool
        let missing: [String]

        init(path: String, file: TrackingFile, facts: GardenFacts, target: String) {
            self.path = path
            self.file = file
            missing = facts.missingFromRun
            for box in GardenBox.allCases where file.boxes.contains(box) {
                guard let holds = facts.holds(box) else {
                    unmeasured.append(box)
                    continue
                }
                guard self.file.set(box, holds) else { continue }
                if holds { ticked.append(box) } else { unticked.append(box) }
            }
            isChanged = !ticked.isEmpty || !unticked.isEmpty
            let action = GardenAction.text(self.file.firstOpen, facts, file: path, target: target)
            if self.file.setNextAction(action) { isChanged = true }
            if self.file.add(GardenFigures(day: ManifestFile.today, facts: facts)) { isChanged = true }
        }

        var text: String {
            var text = "\(path.escapingControls): \(file.ticked.count) of \(file.boxes.count) boxes\n"
            for box in ticked { text += "  ticked    \(box.text)\n" }
            for box in unticked { text += "  unticked  \(box.text)\n" }
            if !missing.isEmpty {
                text +=
                    "  the run holds no test of \(AuditFigures.counted(missing.count, "protecting file")), first "
                    + "\(missing[0].escapingControls)\n"
            }
            return text + "  next      \(file.nextAction.escapingControls)\n"
        }

        var json: JSONValue {
            func list(_ boxes: [GardenBox]) -> JSONValue { .array(boxes.map { .string($0.rawValue) }) }
            return [
                "file": .string(path), "concept": .string(file.concept), "changed": .bool(isChanged),
                "ticked": list(ticked), "unticked": list(unticked), "not_measured": list(unmeasured),
                "missing_from_run": .array(missing.map { .string($0) }), "next_action": .string(file.nextAction),
            ]
        }
    }
}

/// A report of tests in a file.
struct TestReport {
    let path: String
    let run: TestRun

    /// - Throws: `CommandFailure` when it cannot be read or is no such report.
    static func read(_ path: String) throws -> TestReport {
        let bytes = try GardenFiles.bytes(path, maximum: 256 << 20)
        do throws(TestRunProblem) {
            return TestReport(path: path, run: try TestRun(junit: bytes))
        } catch let problem {
            throw CommandFailure(
                "\(path.escapingControls):\(problem.line): \(problem.message.escapingControls)",
                status: ExitStatus.usage)
        }
    }

    /// Why the run says nothing of the commit; nil when it does.
    func refusal(committed: Double?) -> String? {
        guard let committed else { return nil }
        guard let text = run.timestamp else {
            return
                "\(path.escapingControls): nothing in it says when the tests ran, which may have been before the commit "
                + "(pytest --junitxml writes a timestamp)"
        }
        guard let time = GardenTime.seconds(text) else {
            return "\(path.escapingControls): the time '\(text.shortened)' cannot be read"
        }
        return time < committed.rounded(.down) ? "\(path.escapingControls) is older than the commit" : nil
    }
}
