import CanonAudit

/// What was done, in the end.
struct ApplySummary: Sendable {
    private let rewritten: Int
    private let deleted: Int
    private let before: ScratchAudit.Standing
    private let after: ScratchAudit.Standing
    private let risen: [AuditReport.Comparison.Rise]
    private let verified: Duration?
    private let command: String?
    private let remaining: Int

    init(plan: MigrationPlan, result: ScratchAudit.Result, verified: Duration?, command: String?) {
        rewritten = plan.rewrittenFiles
        deleted = plan.deletedFiles
        before = result.before
        after = result.after
        risen = result.comparison.comparison?.risen ?? []
        self.verified = verified
        self.command = command
        remaining = plan.remaining.statements
    }

    var text: String {
        var lines = [
            "\(Self.files(rewritten)) rewritten, \(deleted) deleted.",
            "\(before.concept): implementations \(before.implementations) → \(after.implementations), modules on another path "
                + "\(before.strays) → \(after.strays).",
        ]
        if let verified, let command {
            lines.append("Verified in a copy by \(command.shortened) (status 0, \(Int(verified / .seconds(1))) s).")
        }
        for rise in risen { lines.append("Look at \(rise.rule): \(rise.before) places before, \(rise.now) now.") }
        if remaining > 0 { lines.append("\(remaining) statements outside of --only are as they were.") }
        lines.append("Nothing is staged. Next: git diff shows the changes, git add and git commit keep them.")
        return lines.joined(separator: "\n") + "\n"
    }

    private static func files(_ count: Int) -> String { "\(count) file\(count == 1 ? "" : "s")" }
}
