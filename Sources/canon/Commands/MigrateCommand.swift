import ArgumentParser
import CanonAudit
import CanonPython

/// `canon migrate`: plans how every reference comes to lead to the canonical object.
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Plan the move of every import, alias and call to the canonical object, and show it as a diff.",
        discussion: """
            Nothing is changed. Without --from, the manifest's concept says what gives way: every other implementation, and \
            every import path of the canonical object that is not registered.

            Ends with status 0 when the plan is complete or there is nothing to do, 1 when call sites do not fit, 2 for a \
            command line or manifest that cannot be used, 3 when something could not be read.

            Examples:
              canon migrate --to app.cache.Cache                        what the manifest's concept asks for
              canon migrate --to app.cache.Cache --from app.store.Store
              canon migrate --to app.cache.Cache --only app/api tests   a part of it
              canon migrate --to app.cache.Cache --quiet                the summary alone
              canon migrate --to app.cache.Cache | git apply --check
            """
    )

    @Option(help: "The dotted name of the canonical object.") var to: String
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
    @OptionGroup var options: AuditOptions

    func run() async throws {
        let plan = try plan()
        try MigrationOutput(plan: plan, isQuiet: options.quiet).write(as: format, to: output)
        switch plan.verdict {
        case .ready, .nothing: break
        case .unfit: throw ExitStatus.failed
        case .incomplete: throw ExitStatus.unknown
        }
    }

    /// Reads the folder and plans.
    func plan() throws -> MigrationPlan {
        let reader = try AuditReader(options.settings)
        let input = try options.input(reader)
        try reader.requireSources(input)
        let request = MigrationRequest(
            target: to, sources: from, concept: concept, only: only, includesDocuments: docs, skipsUnfit: skipUnfit)
        let rewriter = PythonSourceRewriter(version: reader.version(input.manifest))
        let planner = MigrationPlanner(request, Audit(input), rewriter: rewriter)
        do {
            return try planner.plan()
        } catch {
            throw CommandFailure(error.description, status: ExitStatus.usage)
        }
    }
}
