import CanonAudit

/// What to tell somebody whose commit is stopped: for each cause what to do next.
struct CommitRefusal {
    let report: AuditReport
    let manifest: Manifest
    let gate: Severity
    let terminal: Terminal

    /// Who has more to mend begins with these.
    private static let maximum = 5

    var text: String {
        let rises = report.comparison?.risen ?? []
        let grown = Set(rises.flatMap { $0.grown ?? [] })
        let gating = report.gating(at: gate)
        let others = report.findings.filter { finding in
            grown.contains(finding.fingerprint) && !gating.contains { $0.fingerprint == finding.fingerprint }
        }
        var text = terminal.styled("The commit is stopped.", .bold) + " To mend it:\n"
        let advices = Self.grouped(gating + others) { Advice(rule: $0.rule, remedy: remedy(of: $0)) }
        for (advice, findings) in advices.prefix(Self.maximum) { text += self.text(advice, findings) }
        if advices.count > Self.maximum { text += "  and \(advices.count - Self.maximum) causes more\n" }
        for rise in rises {
            text +=
                "  \(rise.rule): \(AuditFigures.counted(rise.before, "place")) before, \(rise.now) now; a total may not rise\n"
        }
        return text + "git commit --no-verify commits once without the audit.\n"
    }

    /// What is mended in one way.
    private struct Advice: Hashable {
        var rule: String
        var remedy: String
    }

    /// In the order in which they come first.
    private static func grouped(_ findings: [Finding], by advice: (Finding) -> Advice) -> [(Advice, [Finding])] {
        var groups: [(Advice, [Finding])] = []
        var places: [Advice: Int] = [:]
        for finding in findings {
            let advice = advice(finding)
            if let place = places[advice] {
                groups[place].1.append(finding)
            } else {
                places[advice] = groups.count
                groups.append((advice, [finding]))
            }
        }
        return groups
    }

    private func text(_ advice: Advice, _ findings: [Finding]) -> String {
        let places = findings.prefix(3).map { $0.line > 0 ? "\($0.path):\($0.line)" : $0.path }
        let more = findings.count > 3 ? " and \(findings.count - 3) more" : ""
        // The finding of a comparison is in no other report; what its rule says is.
        let subject = findings[0].isIntegrity ? advice.rule : findings[0].fingerprint.text
        return "  \(advice.rule)  \(places.joined(separator: ", ").escapingControls)\(more)\n"
            + terminal.paragraph(advice.remedy.escapingControls, indentation: 6)
            + "      why: canon audit explain \(subject)\n"
    }

    private func remedy(of finding: Finding) -> String {
        guard let symbol = finding.suggestion else {
            return RuleList.named(finding.rule)?.remedy ?? IntegrityRules.remedy(of: finding.rule)
        }
        guard let concept = manifest.concepts.first(where: { $0.name == finding.concept }) else {
            return "use \(symbol)"
        }
        let parts = symbol.split(separator: ".")
        let module = concept.importFrom.first?.value ?? parts.dropLast().joined(separator: ".")
        return "use: from \(module) import \(parts.last ?? "")"
    }
}
