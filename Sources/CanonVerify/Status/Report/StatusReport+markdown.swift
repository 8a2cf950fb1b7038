import CanonAudit

extension StatusReport {
    /// For an issue, a pull request or a channel.
    public var markdown: String {
        var text = "# Status\n\n\(MarkdownText.escaped(summary)).\n"
        if !concepts.isEmpty {
            text +=
                "\n| Concept | Score | Implementations x bound | Before | Trend | Owner |\n|---|---:|---:|---:|---|---|\n"
            for concept in concepts {
                text +=
                    "| \(MarkdownText.escaped(concept.now.name)) | \(concept.now.scoreText) | \(concept.now.fraction) | "
                    + "\(concept.before?.scoreText ?? "") | \(concept.direction.rawValue) | "
                    + "\(MarkdownText.escaped(concept.owner ?? "")) |\n"
            }
        }
        if let claims {
            text += "\n## Closed issues\n\n"
            text +=
                claims.verdicts.isEmpty
                ? "Nothing was claimed.\n" : "| Issue | Verdict | Concept | Next |\n|---|---|---|---|\n"
            for claim in claims.verdicts {
                text +=
                    "| \(MarkdownText.escaped("\(claim.id) \(claim.title)")) | **\(claim.verdict)** | "
                    + "\(MarkdownText.escaped(claim.concept)) | \(MarkdownText.escaped(claim.nextAction)) |\n"
            }
        }
        if let problems {
            text += "\n## Open problems\n\n"
            text +=
                problems.worst.isEmpty
                ? "None.\n" : "| Priority | Problem | Service | Count | Last |\n|---|---|---|---:|---|\n"
            for problem in problems.worst {
                text +=
                    "| \(problem.priority.rawValue)\(problem.isBack ? ", back again" : "") | \(MarkdownText.escaped(problem.title)) | "
                    + "\(MarkdownText.escaped(problem.service)) | \(problem.count) | \(problem.last ?? "") |\n"
            }
        }
        if !actions.isEmpty {
            text += "\n## Next\n\n"
            for (index, action) in actions.enumerated() {
                text += "\(index + 1). **\(action.priority.rawValue)** \(MarkdownText.escaped(action.what))"
                text += action.command.map { " `\(MarkdownText.code($0))`" } ?? ""
                text += "\n"
            }
        }
        if !absent.isEmpty { text += "\n## Not there\n\n" }
        for absence in absent {
            text += "- \(MarkdownText.escaped(absence.reason)): \(MarkdownText.escaped(absence.remedy))\n"
        }
        return text
    }

    /// `Score 25.0 of 100, commit 0123456789ab with changes, 3 findings open, 1 at high or above`.
    public var summary: String {
        var parts = ["Score " + (score.map { "\(AuditFigures.percent($0)) of 100" } ?? "not measured")]
        if let commit { parts.append("commit \(commit.prefix(12))\(dirty == true ? " with changes" : "")") }
        parts.append(
            findings.open == 0
                ? "no finding is open"
                : "\(AuditFigures.counted(findings.open, "finding")) open, \(findings.gating) at \(findings.gate.rawValue) or above"
        )
        if findings.incomplete > 0 {
            parts.append("\(AuditFigures.counted(findings.incomplete, "place")) could not be looked at")
        }
        return parts.joined(separator: ", ")
    }
}
