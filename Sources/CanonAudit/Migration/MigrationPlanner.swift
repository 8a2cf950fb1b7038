import CanonCodeModel
import CanonFacts

/// Plans a migration: reads everything, changes nothing.
///
/// In steps: what gives way to what (`MigrationGoal`), by which dotted names (`MigrationPaths`), which calls do not fit
/// (`CallFit`), what the files hold afterwards (`MigrationWork`), what of it nobody needs any more (`LayerRemoval`).
public struct MigrationPlanner: Sendable {
    let request: MigrationRequest
    let input: Audit.Input
    let context: RuleContext
    let rewriter: any SourceRewriter
    private let progress: @Sendable (Stage) -> Void

    /// What the planner does next.
    public enum Stage: String, Sendable {
        case comparing = "Comparing calls"
        case rewriting = "Rewriting"
        case removing = "Looking for what nobody needs any more"
        case documents = "Reading documents"
    }

    /// - Parameter progress: told before each stage.
    public init(
        _ request: MigrationRequest, _ audit: Audit, rewriter: any SourceRewriter,
        progress: @escaping @Sendable (Stage) -> Void = { _ in }
    ) {
        self.request = request
        input = audit.input
        context = audit.context
        self.rewriter = rewriter
        self.progress = progress
    }

    /// - Throws: ``MigrationProblem`` when the request names what is not there.
    public func plan() throws(MigrationProblem) -> MigrationPlan {
        let model = context.model
        try requirePaths()
        let goal = try MigrationGoal(request, context)
        let paths = MigrationPaths(goal, model)
        var plan = MigrationPlan(
            target: goal.targetPath.description, sources: goal.sources.map { model.symbol(of: $0) }.sorted())
        plan.skipsUnfit = request.skipsUnfit
        plan.unread = input.unread
        var work = MigrationWork(request, goal, paths, input, context, rewriter)
        progress(.comparing)
        let misfits = work.compareCalls()
        plan.unfit = misfits.map(\.call).sorted { ($0.path, $0.line, $0.call) < ($1.path, $1.line, $1.call) }
        progress(.rewriting)
        work.rewrite()
        progress(.removing)
        let removal = LayerRemoval(&work)
        plan.layers = removal.layers
        var changes = work.changes()
        if request.includesDocuments {
            progress(.documents)
            changes += DocumentMending(paths).changes(input, request)
        }
        plan.changes = changes.sorted { $0.path < $1.path }
        plan.statements = work.statements
        plan.left = work.left
        plan.remaining = work.remaining
        plan.unread += work.unread
        stopIfUnfit(&plan)
        return plan
    }

    /// Nothing may be applied while a call does not fit: the changes are only counted.
    private func stopIfUnfit(_ plan: inout MigrationPlan) {
        guard !plan.unfit.isEmpty, !request.skipsUnfit else { return }
        plan.fitting = MigrationPlan.Remaining(statements: plan.statements, files: plan.changes.count)
        plan.changes = []
        plan.statements = 0
        plan.layers = []
    }

    private func requirePaths() throws(MigrationProblem) {
        for path in request.only where !context.model.files.contains(where: { request.covers($0.path, by: path) }) {
            throw MigrationProblem("--only \(path): no file that can be read here lies there")
        }
    }
}
