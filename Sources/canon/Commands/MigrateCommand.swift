import ArgumentParser
import CanonAudit
import CanonPython

/// `canon migrate`: plans how every reference comes to lead to the canonical object.
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract:
            "Move every import, alias and call to the canonical object: as a plan with its diff, or with --apply.",
        discussion: """
            Without --apply nothing is changed. With it everything is tried in a copy first (parsed, audited, and run with \
            --verify), and then all of it is moved in or, when anything speaks against it, nothing. Without --from, the manifest's concept says what gives way: every other implementation, and \
            every import path of the canonical object that is not registered.

            Ends with status 0 when the plan is complete, was applied, or there is nothing to do, 1 when call sites do not \
            fit or the plan was not applied, 2 for a command line or manifest that cannot be used, 3 when something could \
            not be read.

            Examples:
              canon migrate --to app.cache.Cache                        what the manifest's concept asks for
              canon migrate --to app.cache.Cache --from app.store.Store
              canon migrate --to app.cache.Cache --only app/api tests   a part of it
              canon migrate --to app.cache.Cache --quiet                the summary alone
              canon migrate --to app.cache.Cache --apply --verify 'python -m pytest -q'
              canon migrate --recover                                   after a power cut; any command does so, too
            """
    )

    @Option(help: "The dotted name of the canonical object.") var to: String?
    @Option(
        parsing: .upToNextOption,
        help: "Dotted names of classes and factories that give way; default: what the manifest's concept says.")
    var from: [String] = []
    @Option(help: "The concept of the manifest; default: the one whose canonical object is named by --to.")
    var concept: String?
    @Option(parsing: .upToNextOption, help: "Change only these files and folders, relative to the folder.")
    var only: [String] = []
    @Flag(help: "Mend mentions in Markdown documents as well.") var docs = false
    @Flag(help: "Leave files with a call that does not fit as they are, instead of stopping.") var skipUnfit = false
    @Option(help: "How to print the plan.") var format = ReportFormat.terminal
    @Option(help: "Write the plan to this file.", completion: .file()) var output: String?
    @OptionGroup var applying: ApplyOptions
    @OptionGroup var options: AuditOptions

    func validate() throws {
        guard !applying.recover else { return }
        guard to != nil else { throw ValidationError("--to is missing: the dotted name of the canonical object") }
        if applying.apply, options.commit != nil {
            throw ValidationError("--apply changes the files on disk; it does not go with --commit")
        }
    }

    func run() async throws {
        for path in ScratchFolder.removeAbandoned() {
            Terminal.errors.writeLine("note: removed \(path.escapingControls), the copy of a migration that was killed")
        }
        let recovered = try recover()
        guard !applying.recover else {
            if recovered == nil { Terminal.output.writeLine("There is no interrupted migration.") }
            return
        }
        let plan = try plan()
        // Whoever applies it looks at it with git diff.
        try MigrationOutput(plan: plan, isQuiet: options.quiet || applying.apply).write(as: format, to: output)
        switch plan.verdict {
        case .nothing: break
        case .ready: if applying.apply { try await apply(plan) }
        case .unfit: throw ExitStatus.failed
        case .incomplete: throw ExitStatus.unknown
        }
    }

    /// Completes or undoes what an interrupted migration left in the folder's work tree.
    private func recover() throws -> String? {
        guard let place = WorkTreePlace(containing: options.path) else {
            guard applying.recover else { return nil }
            throw CommandFailure(
                "\(options.path.escapingControls) is in no git work tree, so there is no migration to recover",
                status: ExitStatus.usage)
        }
        let done = try MigrationRecovery(place: place).run()
        if let done { Terminal.errors.writeLine("note: " + done) }
        return done
    }

    private func apply(_ plan: MigrationPlan) async throws {
        let migration = MigrationApplying(
            plan: plan, settings: options.settings, concept: concept, isPartial: !only.isEmpty || skipUnfit,
            verification: applying.verify.map {
                MigrationApplying.Verification(command: $0, timeout: .seconds(applying.verifyTimeout.seconds))
            })
        // The report of a machine format has the output for itself.
        let summary = try await migration.run().text
        (format == .terminal && output == nil ? Terminal.output : Terminal.errors).write(summary)
    }

    /// Reads the folder and plans.
    func plan() throws -> MigrationPlan {
        let reader = try AuditReader(options.settings)
        let input = try options.input(reader)
        try reader.requireSources(input)
        let request = MigrationRequest(
            target: to ?? "", sources: from, concept: concept, only: only, includesDocuments: docs,
            skipsUnfit: skipUnfit)
        let rewriter = PythonSourceRewriter(version: reader.version(input.manifest))
        let progress = options.settings.progress
        let planner = MigrationPlanner(request, Audit(input), rewriter: rewriter) { stage in
            if progress.isTerminal { progress.write("\r\u{1B}[K\(stage.rawValue)…") }
        }
        defer { if progress.isTerminal { progress.write("\r\u{1B}[K") } }
        do {
            return try planner.plan()
        } catch {
            throw CommandFailure(error.description, status: ExitStatus.usage)
        }
    }
}
