/// For a pull request or an issue: the score, what changed, and the findings by concept.
struct MarkdownReport {
    let report: AuditReport
    let gate: Severity

    /// More rows are no reading; the JSON has all.
    static let maximumRows = 200

    var text: String {
        var text = "# Audit\n\n"
        text += summary + "\n"
        if !report.score.concepts.isEmpty { text += "\n## Concepts\n\n" + concepts }
        if let comparison = report.comparison {
            text += "\n## Beside \(MarkdownText.escaped(comparison.base))\n\n" + changes(comparison)
        }
        let open = report.findings.filter { $0.status == .open }
        text += "\n## Findings\n\n"
        text += open.isEmpty ? "None that are open.\n" : table(open)
        if !report.incomplete.isEmpty {
            text += "\n## Not looked at\n\n"
            for gap in report.incomplete {
                text += "- `\(MarkdownText.code(gap.path))`: \(MarkdownText.escaped(gap.text))\n"
            }
        }
        text += "\n## Isolation\n\n" + isolation
        return text
    }

    private var summary: String {
        let counts = report.openBySeverity
        let words = Severity.allCases.reversed().compactMap { severity in
            counts[severity].map { "\($0) \(severity.rawValue)" }
        }
        var lines = [
            "**Score \(report.score.overall.map(AuditFigures.percent) ?? "not measured")**"
                + (report.score.cap.map { " (capped at \(AuditFigures.percent($0.limit)): \($0.reason))" } ?? ""),
            words.isEmpty ? "No open findings." : words.joined(separator: ", ") + " open.",
        ]
        lines.append(MarkdownText.escaped(AuditFigures.provenance(of: report)))
        return lines.joined(separator: "  \n") + "\n"
    }

    private var concepts: String {
        var text =
            "| Concept | Canonical | Implementations | Bound | Consumers | Score |\n|---|---|---:|---:|---:|---:|\n"
        for concept in report.score.concepts {
            text +=
                "| \(MarkdownText.escaped(concept.name)) | `\(MarkdownText.code(concept.canonical))` | \(concept.implementations) | "
                + "\(concept.bound) | \(concept.consumers) | \(concept.score.map(AuditFigures.percent) ?? "not measured") |\n"
        }
        return text
    }

    private func changes(_ comparison: AuditReport.Comparison) -> String {
        var text = "\(AuditFigures.changes(comparison)).\n"
        for rise in comparison.risen { text += "- \(rise.rule): \(rise.before) places before, \(rise.now) now\n" }
        for reason in comparison.blocked { text += "- Cannot be compared: \(MarkdownText.escaped(reason))\n" }
        return text
    }

    private func table(_ findings: [Finding]) -> String {
        var text = "| Severity | Rule | Where | What | Fingerprint |\n|---|---|---|---|---|\n"
        for finding in findings.prefix(Self.maximumRows) {
            let place = finding.line > 0 ? "\(finding.path):\(finding.line)" : finding.path
            let more = finding.placeCount > 1 ? " (\(finding.placeCount) places)" : ""
            text +=
                "| \(finding.severity.rawValue) | \(finding.rule) | `\(MarkdownText.code(place))` | "
                + "\(MarkdownText.escaped(finding.message))\(more) | `\(finding.fingerprint)` |\n"
        }
        if findings.count > Self.maximumRows {
            text += "\n\(findings.count - Self.maximumRows) more are in the JSON.\n"
        }
        return text
    }

    private var isolation: String {
        let isolation = report.isolation
        var text =
            "State that users share: \(isolation.confirmed.count) confirmed, \(isolation.review.count) to review, "
            + "\(isolation.refuted.count) refuted. Canary run: \(isolation.canary).\n"
        for item in isolation.refuted.prefix(Self.maximumRows) {
            text +=
                "- refuted: `\(MarkdownText.code("\(item.path):\(item.line)"))` \(MarkdownText.escaped(item.text))\n"
        }
        return text
    }
}

/// Numbers as every report prints them.
public enum AuditFigures {
    /// `87.5`, from 0 to 100, rounded down so that 100 means all.
    public static func percent(_ value: Double) -> String {
        let tenths = Int((value * 10 + 1e-9).rounded(.down))
        return "\(tenths / 10).\(tenths % 10)"
    }

    /// `1 module`, `3 modules`.
    ///
    /// - Parameter many: the plural of a noun that does not take an "s".
    public static func counted(_ number: Int, _ noun: String, _ many: String? = nil) -> String {
        "\(number) \(number == 1 ? noun : many ?? noun + "s")"
    }

    /// `1 new, 2 worse, 10 known, 3 resolved`.
    public static func changes(_ comparison: AuditReport.Comparison) -> String {
        let worse = comparison.worse.isEmpty ? "" : ", \(comparison.worse.count) worse"
        return "\(comparison.new.count) new\(worse), \(comparison.known) known, \(comparison.resolved.count) resolved"
    }

    /// What was measured and with what: `Python 3.11, live 812 files 9,120,000 bytes, …, rule set …, commit …`.
    public static func provenance(of report: AuditReport) -> String {
        var parts = ["Python \(report.python) grammar"]
        for scope in SourceScope.allCases {
            guard let count = report.scopes[scope] else { continue }
            parts.append("\(scope.rawValue) \(counted(count.files, "file")) \(count.bytes) bytes")
        }
        parts.append("rule set \(report.tool.ruleSet)")
        parts.append("manifest \(report.tool.manifest)")
        if let commit = report.commit {
            parts.append("commit \(commit.prefix(12))" + (report.dirty == true ? " with changes" : ""))
        }
        parts.append("\(report.tool.name) \(report.tool.version)")
        return parts.joined(separator: ", ")
    }
}
