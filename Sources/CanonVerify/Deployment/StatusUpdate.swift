import CanonAudit

/// `canon verify --format markdown`: an update for an issue: verdict, evidence, what changed since the last analysis, next action.
struct StatusUpdate {
    let report: VerificationReport
    /// The verdicts of the analysis before, by claim; empty when there was none.
    let before: [String: String]

    var text: String {
        var text = "# Verification\n\n"
        if let deployment = report.deployment {
            text +=
                "Deployed: `\(MarkdownText.code(deployment.revision))`, commit "
                + (deployment.commit.map { "`\(MarkdownText.code($0))`" } ?? "unknown") + ".\n\n"
        }
        text += "| Issue | Verdict | Before | Concept |\n|---|---|---|---|\n"
        for item in report.verdicts {
            text +=
                "| \(MarkdownText.escaped(item.claim.id)) | **\(item.verdict.name)** | \(change(of: item)) | "
                + "\(MarkdownText.escaped(item.claim.concept)) |\n"
        }
        for item in report.verdicts { text += "\n" + section(item) }
        return text
    }

    private func change(of item: VerificationReport.ClaimVerdict) -> String {
        guard let earlier = before[item.claim.id] else { return before.isEmpty ? "" : "not analysed" }
        return earlier == item.verdict.name ? "the same" : earlier
    }

    private func section(_ item: VerificationReport.ClaimVerdict) -> String {
        let title = item.claim.title.isEmpty ? "" : " \(MarkdownText.escaped(item.claim.title))"
        var text = "## \(MarkdownText.escaped(item.claim.id))\(title): \(item.verdict.name)\n\n"
        for line in item.evidence { text += "- \(MarkdownText.escaped(line))\n" }
        if !item.gaps.isEmpty {
            text += "\n| Gap | Symbol | Command |\n|---|---|---|\n"
            for gap in item.gaps {
                text +=
                    "| \(gap.kind.rawValue) | `\(MarkdownText.code(gap.symbol))` | "
                    + (gap.remedy.map { "`\(MarkdownText.code($0))`" } ?? "") + " |\n"
            }
        }
        return text + "\n**Next:** \(MarkdownText.escaped(item.nextAction))\n"
    }
}

extension VerificationReport {
    /// - Parameter before: the verdicts of the last analysis, by claim; see ``earlierVerdicts(in:)``.
    public func markdown(before: [String: String] = [:]) -> String { StatusUpdate(report: self, before: before).text }
}
