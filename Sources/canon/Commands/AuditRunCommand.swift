import ArgumentParser
import CanonAudit

/// `canon audit [PATH]`: one run and its report.
struct AuditRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Audit a folder or a commit (the default).",
        discussion: """
            Ends with status 0 when nothing at or above the gate is open, 1 when something is, 2 for a command line or \
            manifest that cannot be used, 3 when something could not be read.

            Examples:
              canon audit                              this folder
              canon audit --base origin/main           fail on new findings only
              canon audit --format sarif --output audit.sarif
              canon audit --concept cache --verbose    one concept, with its evidence
            """
    )

    @OptionGroup var options: AuditOptions
    @Option(help: "How to print the report: \(AuditFormat.allCases.map(\.rawValue).joined(separator: ", ")).")
    var format = AuditFormat.terminal
    @Option(help: "Write the report to this file.", completion: .file()) var output: String?
    @Option(
        help: "Append the report as Markdown to this file as well: $GITHUB_STEP_SUMMARY, say.", completion: .file())
    var summary: String?
    @Option(name: .customLong("rule"), parsing: .upToNextOption, help: "Show only what these rules found.")
    var rules: [String] = []
    @Option(name: .customLong("concept"), parsing: .upToNextOption, help: "Show only what belongs to these concepts.")
    var concepts: [String] = []
    @Option(help: "Compare with where HEAD and this revision parted: only new findings fail.") var base: String?
    @Flag(
        name: .customLong("since-last"),
        help: "Compare with the run before that had this flag, and keep this one for the next (for a schedule).")
    var sinceLast = false
    @Option(
        help:
            "With --since-last: the file that the result is kept in; default: one for each folder in $XDG_STATE_HOME/canon.",
        completion: .file(extensions: ["json"]))
    var last: String?
    @Flag(help: "Audit what is staged: only what that adds fails (for a hook).") var staged = false
    @Option(
        name: .customLong("fail-on"),
        help:
            "The lowest severity that fails: \(Severity.allCases.map(\.rawValue).joined(separator: ", ")); default: high."
    )
    var gate = Severity.high
    @Flag(help: "Show the evidence of each finding.") var verbose = false
    @Flag(name: .customLong("init"), help: "Write a manifest to start from, when there is none.") var initialises =
        false

    @Flag(help: "With --rule mock-drift: each double beside its class, as canon audit doubles.") var explain = false
    @Flag(help: "With --rule mock-drift: show what would be added to doubles that lack methods.") var fix = false
    @Flag(help: "With --fix: write it.") var apply = false

    func validate() throws {
        if explain || fix, rules != [DoublesRun.rule] {
            throw ValidationError(
                "--explain and --fix go with --rule \(DoublesRun.rule) alone; "
                    + "canon audit explain RULE|FINGERPRINT explains any other")
        }
        if apply, !fix { throw ValidationError("--apply goes with --fix") }
        if fix, staged || options.commit != nil {
            throw ValidationError("--fix works on files on disk, not on a commit or the index")
        }
        if staged, base != nil || options.commit != nil {
            throw ValidationError("--staged compares the index with HEAD; it goes with neither --base nor --commit")
        }
        if sinceLast, staged || base != nil || options.commit != nil {
            throw ValidationError(
                "--since-last compares the folder with its last run; it goes with none of --base, --staged, --commit")
        }
        if last != nil, !sinceLast { throw ValidationError("--last names the file of --since-last") }
        for name in rules where RuleList.named(name) == nil && !IntegrityRules.all.contains(where: { $0.name == name })
        {
            throw ValidationError(Self.unknown("rule", name, among: RuleList.all.map { $0.name }))
        }
    }

    func run() async throws {
        if explain || fix {
            return try DoublesRun(options: options, double: nil, fix: fix, apply: apply).run()
        }
        let reader = try AuditReader(options.settings)
        if initialises {
            try ManifestProposal(reader: reader).write()
            return
        }
        if staged { return try run(StagedAudit(reader)) }
        guard options.commit == nil else { return try run(reader, on: Audit(options.input(reader))) }
        let folder = try FoundFolder(reader)
        try requireConcepts(of: folder.manifest)
        // What is beside the report asks the program itself.
        if base == nil, !discovers(folder.manifest), let report = folder.keptReport {
            return try finish(narrowed(besideLast(report, reader)), audit: nil)
        }
        let (audit, report) = try reader.audit(folder)
        try finish(narrowed(besideLast(compared(report, of: audit, reader), reader)), audit: audit)
    }

    /// Beside the last run, when that is asked for; then this one takes its place. An incomplete one does not.
    private func besideLast(_ report: AuditReport, _ reader: AuditReader) throws -> AuditReport {
        guard sinceLast else { return report }
        let last = try LastAudit(file: last, folder: reader.root)
        let earlier = last.read()
        if report.incomplete.isEmpty { try last.keep(report) }
        switch earlier {
        case .none:
            Terminal.errors.writeLine(
                "This is the first run: there is nothing to compare with. It is kept in \(last.path)")
        case .damaged(let reason):
            Terminal.errors.writeLine(
                "warning: \(last.path) \(reason.escapingControls); it was replaced, and nothing compared")
        case .report(let earlier, let name): return report.compared(with: earlier, named: name)
        }
        return report
    }

    /// Of the index.
    private func run(_ staged: StagedAudit) throws {
        // Nothing would be said.
        if options.quiet, format == .terminal, try staged.isNothingButDocuments(below: gate) { return }
        let report = narrowed(try staged.report())
        // As in finish: what it linked is left to the system to take back.
        _ = Unmanaged.passRetained(staged)
        // What is excused is no progress, and people who look at a hook's output see nothing else of it.
        if let excuse = report.findings.first(where: {
            $0.rule == IntegrityRules.detectorChanged.name && !$0.isIntegrity
        }) {
            Terminal.errors.writeLine("note: \(excuse.message.escapingControls)")
        }
        defer {
            if format == .terminal, report.verdict(failOn: gate) == .failed {
                Terminal.errors.write(
                    CommitRefusal(report: report, manifest: staged.manifest, gate: gate, terminal: .errors).text)
            }
        }
        try finish(report, audit: nil)
    }

    /// Of a commit.
    private func run(_ reader: AuditReader, on audit: Audit) throws {
        try reader.requireSources(audit.input)
        try requireConcepts(of: audit.input.manifest)
        let report = try reader.report(of: audit)
        try finish(narrowed(compared(report, of: audit, reader)), audit: audit)
    }

    private func requireConcepts(of manifest: Manifest) throws {
        for name in concepts where !manifest.concepts.contains(where: { $0.name == name }) {
            throw CommandFailure(
                Self.unknown("concept", name, among: manifest.concepts.map(\.name)), status: ExitStatus.usage)
        }
    }

    private func narrowed(_ report: AuditReport) -> AuditReport { report.narrowed(rules: rules, concepts: concepts) }

    /// Whether concepts that nobody declared are shown as well.
    private func discovers(_ manifest: Manifest) -> Bool {
        format.machine == nil && manifest.concepts.isEmpty && rules.isEmpty && !options.quiet
    }

    /// Prints the report and ends with its status.
    private func finish(_ report: AuditReport, audit: Audit?) throws {
        try write(report, of: audit)
        // The process ends: taking a large program apart piece by piece would take as long as a rule does.
        if let audit { _ = Unmanaged.passRetained(Kept(audit: audit, report: report)) }
        switch report.verdict(failOn: gate) {
        case .passed: break
        case .failed: throw ExitStatus.failed
        case .incomplete: throw ExitStatus.unknown
        }
    }

    /// What is left to the system to take back.
    private final class Kept {
        private let audit: Audit
        private let report: AuditReport

        init(audit: Audit, report: AuditReport) {
            self.audit = audit
            self.report = report
        }
    }

    private static func unknown(_ what: String, _ name: String, among known: [String]) -> String {
        guard !known.isEmpty else { return "the manifest declares no \(what), so there is no '\(name.shortened)'" }
        let hint = NearestName.of(name, among: known).map { "did you mean \($0)?" }
        return
            "there is no \(what) '\(name.shortened)'; \(hint ?? "there are: \(known.sorted().joined(separator: ", "))")"
    }

    // MARK: Base

    /// Against the base, when there is one.
    private func compared(_ report: AuditReport, of audit: Audit, _ reader: AuditReader) throws -> AuditReport {
        guard let base else { return report }
        let repository = try reader.requiredRepository()
        let tip = try repository.commit(named: base)
        let commit = options.commit == nil ? try repository.mergeBase(with: tip) : tip
        let known = options.commit == nil ? try reader.knownFacts(of: audit.input) : KnownFacts()
        let input = try reader.commit(commit, manifest: audit.input.manifest, known: known)
        let before = Audit(input)
        let moves = reader.moves(from: before, to: audit)
        let earlier = before.run()
        return report.compared(
            with: earlier, named: "\(base) (\(commit.prefix(12)))", moved: moves,
            detector: reader.detectorChange(of: before, earlier))
    }

    // MARK: Output

    private func write(_ report: AuditReport, of audit: Audit?) throws {
        let terminal = ReportOutput.terminal(for: output)
        let bytes: [UInt8]
        if let machine = format.machine {
            bytes = report.rendered(as: machine, failOn: gate)
        } else {
            let discovers = audit.map { self.discovers($0.input.manifest) } ?? false
            var text = TerminalReport(
                report: report, gate: gate, terminal: terminal, isVerbose: verbose, isQuiet: options.quiet,
                argument: options.argument, isBesideDiscovery: discovers
            ).text
            if discovers, let audit {
                text +=
                    DiscoveryReport(
                        discovery: Discovery(audit.context), terminal: terminal, argument: options.argument,
                        hasManifest: !audit.input.manifest.path.isEmpty,
                        worst: report.gating(at: gate).first?.fingerprint
                    ).text
            }
            bytes = Array(text.utf8)
        }
        try ReportOutput.write(bytes, to: output)
        if let summary { try ReportOutput.append(report.rendered(as: .markdown, failOn: gate), to: summary) }
    }
}
