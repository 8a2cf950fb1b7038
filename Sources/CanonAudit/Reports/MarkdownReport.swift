/// For an issue or a page: the score and the findings, never longer than GitHub takes. Beside a base it is a ``ChangeSummary``.
struct MarkdownReport {
    let report: AuditReport
    let gate: Severity

    /// Shares of ``ChangeSummary/maximumBytes``.
    private enum Share {
        static let concepts = 10_000
        static let findings = 40_000
        static let gaps = 5_000
        static let isolation = 8_000
    }

    var text: String {
        if let comparison = report.comparison {
            return ChangeSummary(report: report, comparison: comparison, gate: gate).text
        }
        var text = "# Audit\n\n"
        text += summary + "\n"
        if !report.score.concepts.isEmpty { text += "\n## Concepts\n\n" + concepts.text(within: Share.concepts) }
        let open = report.findings.filter { $0.status == .open }
        text += "\n## Findings\n\n"
        text += open.isEmpty ? "None that are open.\n" : Self.table(open).text(within: Share.findings)
        if !report.incomplete.isEmpty {
            let gaps = report.incomplete.map { ["`\(MarkdownText.code($0.path))`", MarkdownText.escaped($0.text)] }
            text +=
                "\n## Not looked at\n\n"
                + MarkdownTable(columns: ["Where", "Why"], rows: gaps).text(within: Share.gaps)
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

    private var concepts: MarkdownTable {
        MarkdownTable(
            columns: ["Concept", "Canonical", "Implementations", "Bound", "Consumers", "Score"],
            rows: report.score.concepts.map { concept in
                [
                    MarkdownText.escaped(concept.name), "`\(MarkdownText.code(concept.canonical))`",
                    "\(concept.implementations)", "\(concept.bound)", "\(concept.consumers)",
                    concept.score.map(AuditFigures.percent) ?? "not measured",
                ]
            })
    }

    static func table(_ findings: [Finding]) -> MarkdownTable {
        MarkdownTable(
            columns: ["Severity", "Rule", "Where", "What", "Fingerprint"],
            rows: findings.map { finding in
                let place = finding.line > 0 ? "\(finding.path):\(finding.line)" : finding.path
                let more = finding.placeCount > 1 ? " (\(finding.placeCount) places)" : ""
                return [
                    finding.severity.rawValue, finding.rule, "`\(MarkdownText.code(place))`",
                    MarkdownText.escaped(finding.message) + more, "`\(finding.fingerprint)`",
                ]
            })
    }

    private var isolation: String {
        let isolation = report.isolation
        let text =
            "State that users share: \(isolation.confirmed.count) confirmed, \(isolation.review.count) to review, "
            + "\(isolation.refuted.count) refuted. Canary run: \(isolation.canary).\n"
        guard !isolation.refuted.isEmpty else { return text }
        let rows = isolation.refuted.map {
            ["`\(MarkdownText.code("\($0.path):\($0.line)"))`", MarkdownText.escaped($0.text)]
        }
        return text + "\n" + MarkdownTable(columns: ["Refuted", "Why"], rows: rows).text(within: Share.isolation)
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
