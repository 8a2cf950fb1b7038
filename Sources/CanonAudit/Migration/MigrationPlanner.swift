import CanonCodeModel
import CanonFacts
import Dispatch
import Synchronization

/// Plans a migration: reads everything, changes nothing.
public struct MigrationPlanner: Sendable {
    let request: MigrationRequest
    let input: Audit.Input
    let context: RuleContext
    let rewriter: any SourceRewriter

    private var model: CodeModel { context.model }

    public init(_ request: MigrationRequest, _ audit: Audit, rewriter: any SourceRewriter) {
        self.request = request
        input = audit.input
        context = audit.context
        self.rewriter = rewriter
    }

    /// - Throws: ``MigrationProblem`` when the request names what is not there.
    public func plan() throws(MigrationProblem) -> MigrationPlan {
        let goal = try MigrationGoal(request, context)
        let paths = MigrationPaths(goal, model)
        var plan = MigrationPlan(
            target: goal.targetPath.description, sources: goal.sources.map { model.symbol(of: $0) }.sorted())
        plan.skipsUnfit = request.skipsUnfit
        plan.unread = input.unread
        let files = MigrationReaders.files(of: paths, model)
        let rewritten = rewrite(files, paths)
        for (file, before, result) in rewritten {
            let path = context.path(of: file)
            guard let result else { continue }
            guard result.bytes != before else { continue }
            guard request.covers(path) else {
                plan.remaining.statements += result.statements
                plan.remaining.files += 1
                continue
            }
            plan.changes.append(FileChange(path: path, before: before, outcome: .rewritten(result.bytes)))
            plan.statements += result.statements
            plan.left += result.left.map { LeftReference(path: path, line: $0.line, text: $0.text, reason: $0.reason) }
        }
        return plan
    }

    private func rewrite(_ files: [FileID], _ paths: MigrationPaths) -> [(FileID, [UInt8], Rewriting?)] {
        let results = Mutex<[(FileID, [UInt8], Rewriting?)?]>(Array(repeating: nil, count: files.count))
        let next = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: max(1, min(input.jobs, files.count))) { _ in
            while true {
                let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard index < files.count else { return }
                let file = files[index]
                guard let bytes = input.tree.bytes(of: context.path(of: file)) else { continue }
                let module = model.modules[Int(model.module(of: file).rawValue)]
                let order = RewriteOrder(
                    module: module.name, isPackage: module.kind == .package, moves: paths.moves)
                let result = rewriter.rewrite(bytes, order)
                results.withLock { $0[index] = (file, bytes, result) }
            }
        }
        return results.withLock { $0.compactMap(\.self) }
    }
}

/// Files that may name something.
enum MigrationReaders {
    static func files(of paths: MigrationPaths, _ model: CodeModel) -> [FileID] {
        var files: Set<FileID> = []
        for object in Set(paths.objects.values) {
            for consumer in model.consumers(of: object) { files.insert(consumer.file) }
        }
        return files.subtracting(paths.homes).sorted()
    }
}
