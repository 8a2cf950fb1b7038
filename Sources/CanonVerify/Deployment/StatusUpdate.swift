/// `canon verify --format markdown`: an update for an issue: verdict, evidence, what changed since the last analysis, next action.
struct StatusUpdate {
    let report: VerificationReport
    /// The verdicts of the analysis before, by claim; empty when there was none.
    let before: [String: String]

    var text: String {
        var text = "# Verification\n\n"
        if let deployment = report.deployment {
            text +=
                "Deployed: `\(Self.code(deployment.revision))`, commit "
                + (deployment.commit.map { "`\(Self.code($0))`" } ?? "unknown") + ".\n\n"
        }
        text += "| Issue | Verdict | Before | Concept |\n|---|---|---|---|\n"
        for item in report.verdicts {
            text +=
                "| \(Self.escaped(item.claim.id)) | **\(item.verdict.name)** | \(change(of: item)) | "
                + "\(Self.escaped(item.claim.concept)) |\n"
        }
        for item in report.verdicts { text += "\n" + section(item) }
        return text
    }

    private func change(of item: VerificationReport.ClaimVerdict) -> String {
        guard let earlier = before[item.claim.id] else { return before.isEmpty ? "" : "not analysed" }
        return earlier == item.verdict.name ? "the same" : earlier
    }

    private func section(_ item: VerificationReport.ClaimVerdict) -> String {
        let title = item.claim.title.isEmpty ? "" : " \(Self.escaped(item.claim.title))"
        var text = "## \(Self.escaped(item.claim.id))\(title): \(item.verdict.name)\n\n"
        for line in item.evidence { text += "- \(Self.escaped(line))\n" }
        if !item.gaps.isEmpty {
            text += "\n| Gap | Symbol | Command |\n|---|---|---|\n"
            for gap in item.gaps {
                text +=
                    "| \(gap.kind.rawValue) | `\(Self.code(gap.symbol))` | "
                    + (gap.remedy.map { "`\(Self.code($0))`" } ?? "") + " |\n"
            }
        }
        return text + "\n**Next:** \(Self.escaped(item.nextAction))\n"
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            if "\\`*_{}[]<>#|~".contains(character) { result.append("\\") }
            result.append(character.isNewline ? " " : character)
        }
        return result
    }

    /// Within backquotes nothing can be escaped.
    private static func code(_ text: String) -> String {
        String(text.map { $0 == "`" ? "'" : $0 == "|" ? "\u{2502}" : $0.isNewline ? " " : $0 })
    }
}

extension VerificationReport {
    /// - Parameter before: the verdicts of the last analysis, by claim; see ``earlierVerdicts(in:)``.
    public func markdown(before: [String: String] = [:]) -> String { StatusUpdate(report: self, before: before).text }
}
