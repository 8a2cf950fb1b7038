import CanonAudit

/// A report for people: by concept, the worst first, and silent about what is in order.
struct TerminalReport {
    let report: AuditReport
    let gate: Severity
    let terminal: Terminal
    var isVerbose = false
    var isQuiet = false
    /// What to add to a command about the same folder: ` services/chat`; nothing for the current one.
    var argument = ""
    /// The concepts that nobody declared are shown below, so that findings leave room for them.
    var isBesideDiscovery = false

    /// Of one group, unless everything is asked for: a screen is read, a list of thousands is not.
    static let maximumPerGroup = 10
    static let maximumBesideDiscovery = 3
    static let maximumEvidence = 12

    var text: String {
        var text = ""
        for group in groups { text += self.text(of: group) + "\n" }
        for gap in report.incomplete {
            text +=
                "\(terminal.styled("not looked at", .red))  \(gap.path.escapingControls): \(gap.text.escapingControls)\n"
        }
        guard !isQuiet else { return text }
        return text + summary
    }

    // MARK: Groups

    private struct Group {
        var concept: ConceptScore?
        var title: String
        var findings: [Finding]
    }

    /// Integrity first, then concepts by their score, then what belongs to none.
    private var groups: [Group] {
        let shown = report.findings.filter { finding in
            isVerbose || finding.isIntegrity
                || (finding.status == .open && finding.scope.gates && finding.severity > .info)
        }
        .sorted(by: Self.isWorse)
        var groups = [Group(title: "The measurement itself", findings: shown.filter(\.isIntegrity))]
        let concepts = report.score.concepts.sorted { ($0.score ?? 101, $0.name) < ($1.score ?? 101, $1.name) }
        for concept in concepts {
            groups.append(
                Group(
                    concept: concept, title: concept.name,
                    findings: shown.filter { $0.concept == concept.name && !$0.isIntegrity }))
        }
        let rest = shown.filter { $0.concept == nil && !$0.isIntegrity }
        groups.append(
            Group(title: report.score.concepts.isEmpty ? "Findings" : "Outside of any concept", findings: rest))
        return groups.filter { !$0.findings.isEmpty }
    }

    /// By severity, then by when somebody should act, then by how many are concerned.
    private static func isWorse(_ a: Finding, _ b: Finding) -> Bool {
        if a.severity != b.severity { return a.severity > b.severity }
        if a.priority != b.priority { return a.priority < b.priority }
        if a.consumers != b.consumers { return a.consumers > b.consumers }
        if a.placeCount != b.placeCount { return a.placeCount > b.placeCount }
        return a.rule != b.rule ? a.rule < b.rule : a.fingerprint < b.fingerprint
    }

    private func text(of group: Group) -> String {
        var text = terminal.styled(group.title.escapingControls, .bold)
        if let concept = group.concept {
            text += "  " + figures(of: concept)
            if let owner = concept.owner { text += "  owner \(owner.escapingControls)" }
        }
        text += "\n"
        let usual = isBesideDiscovery ? Self.maximumBesideDiscovery : Self.maximumPerGroup
        let limit = isVerbose ? group.findings.count : usual
        for finding in group.findings.prefix(limit) { text += line(finding) }
        if group.findings.count > limit {
            let words = Self.counts(byRule: Array(group.findings.dropFirst(limit))).prefix(6)
            let more = "\(group.findings.count - limit) more (\(words.joined(separator: ", "))); --verbose shows all"
            text += terminal.paragraph(more, indentation: 2, .dim)
        }
        return text
    }

    /// `12 import-path`, the most first.
    private static func counts(byRule findings: [Finding]) -> [String] {
        var counts: [String: Int] = [:]
        for finding in findings { counts[finding.rule, default: 0] += 1 }
        return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.value) \($0.key)" }
    }

    private func figures(of concept: ConceptScore) -> String {
        let score = concept.score.map(AuditFigures.percent) ?? "not measured"
        let noun = concept.implementations == 1 ? "implementation" : "implementations"
        return
            "score \(score)  \(concept.implementations) \(noun), \(concept.bound) of \(concept.consumers) consumers bound to "
            + concept.canonical.escapingControls
    }

    private func line(_ finding: Finding) -> String {
        let severity = finding.severity.rawValue.padded(to: 8)
        let place = finding.line > 0 ? "\(finding.path):\(finding.line)" : finding.path
        var text =
            "  \(terminal.styled(severity, style(finding.severity))) \(finding.rule)  \(place.escapingControls)\n"
        var message = finding.message.escapingControls
        if finding.placeCount > 1 { message += " (\(finding.placeCount) places)" }
        if finding.scope != .live { message += " [\(finding.scope.rawValue)]" }
        if finding.status != .open { message += " [\(finding.status.rawValue)]" }
        if finding.confidence == .review { message += " [to review]" }
        if finding.escalation != nil {
            message += " [tell \(finding.escalateTo.joined(separator: ", ").escapingControls)]"
        }
        message += "  \(finding.fingerprint) \(finding.priority.rawValue)"
        text += terminal.paragraph(message, indentation: 11)
        guard isVerbose else { return text }
        return text + details(finding, indentation: "             ")
    }

    /// Evidence, owner and what to use instead.
    func details(_ finding: Finding, indentation: String) -> String {
        var lines: [String] = []
        for item in finding.evidence.prefix(Self.maximumEvidence) {
            lines.append("\(item.path):\(item.line): \(item.text)")
        }
        if finding.evidence.count > Self.maximumEvidence {
            lines.append("… \(finding.evidence.count - Self.maximumEvidence) more lines of evidence")
        }
        let shown = Set(finding.evidence.map { Finding.Place(path: $0.path, line: $0.line) })
        let others = finding.places.filter {
            !shown.contains($0) && $0 != Finding.Place(path: finding.path, line: finding.line)
        }
        for place in others.prefix(Self.maximumEvidence) { lines.append("\(place.path):\(place.line)") }
        let hidden = finding.placeCount - 1 - min(others.count, Self.maximumEvidence) - max(0, shown.count - 1)
        if others.count > Self.maximumEvidence, hidden > 0 { lines.append("… \(hidden) more places") }
        if let suggestion = finding.suggestion { lines.append("use \(suggestion)") }
        if let impact = finding.impact { lines.append("impact: \(impact)") }
        if let owner = finding.owner {
            lines.append(
                "owner: \(owner)"
                    + (finding.escalateTo.isEmpty ? "" : ", then \(finding.escalateTo.joined(separator: ", "))"))
        }
        if let escalation = finding.escalation {
            lines.append(
                "\(escalation.cause == .finding ? "it" : "its waiver") is older than \(escalation.days) days: it stood in "
                    + "\(escalation.commit.prefix(12)), so tell \(finding.escalateTo.joined(separator: ", "))")
        }
        return lines.map { indentation + terminal.styled($0.escapingControls, .dim) + "\n" }.joined()
    }

    private func style(_ severity: Severity) -> Style? {
        switch severity {
        case .critical, .high: .red
        case .medium: .yellow
        case .low, .info: .dim
        }
    }

    // MARK: Summary

    private var summary: String {
        var lines: [String] = []
        if let comparison = report.comparison { lines += changes(comparison) }
        var score =
            "Score "
            + (report.score.overall.map(AuditFigures.percent)
                ?? (report.score.concepts.isEmpty
                    ? "not measured: no concept is declared" : "not measured: no declared concept has a consumer"))
        if let cap = report.score.cap, let mean = report.score.beforeCap {
            score +=
                ", held at \(AuditFigures.percent(cap.limit)) instead of \(AuditFigures.percent(mean)) by \(cap.reason)"
        }
        if let worst = report.score.worst { score += "; worst: \(worst.escapingControls)" }
        lines.append(terminal.styled(score, .bold))
        let open = report.openBySeverity
        let counts = Severity.allCases.reversed().compactMap { severity in
            open[severity].map { "\($0) \(severity.rawValue)" }
        }
        let waived = report.findings.count { $0.status == .waived }
        let known = report.findings.count { $0.status == .known }
        var findings = counts.isEmpty ? "No open findings" : counts.joined(separator: ", ") + " open"
        if waived > 0 { findings += ", \(waived) waived" }
        if known > 0 { findings += ", \(known) known" }
        let apart = report.reportedApart.map { "\($0.count) in \($0.scope.rawValue)" }
        if !apart.isEmpty { findings += "; reported apart: \(apart.joined(separator: ", "))" }
        lines.append(findings)
        lines.append(
            String(terminal.paragraph(AuditFigures.provenance(of: report).escapingControls, .dim).dropLast()))
        let gating = report.gating(at: gate)
        if let first = gating.first, !isBesideDiscovery {
            lines.append("Next: canon audit explain \(first.fingerprint)\(argument)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func changes(_ comparison: AuditReport.Comparison) -> [String] {
        var lines = [
            "Beside \(comparison.base.escapingControls): \(AuditFigures.changes(comparison))"
        ]
        if let before = comparison.scoreBefore {
            lines[0] += ", score \(AuditFigures.percent(before)) before"
        }
        for rise in comparison.risen {
            lines.append(terminal.styled("  \(rise.rule): \(rise.before) places before, \(rise.now) now", .red))
        }
        for reason in comparison.blocked {
            lines.append(terminal.styled("  cannot be called better or worse: \(reason.escapingControls)", .red))
        }
        return lines
    }
}

extension String {
    /// With blanks to a width.
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - displayWidth)) }
}
