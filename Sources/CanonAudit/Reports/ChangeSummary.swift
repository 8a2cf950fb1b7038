/// For a pull request: the verdict, what is new and what is gone beside the base, the score before and after, and whether both were
/// measured alike. Short first, the rest folded; never longer than GitHub takes.
struct ChangeSummary {
    let report: AuditReport
    let comparison: AuditReport.Comparison
    let gate: Severity

    /// What a comment on GitHub may have (https://github.com/orgs/community/discussions/27190), in characters, of which each has at
    /// least one byte.
    static let maximumBytes = 65_536
    /// Shares of it: the sum leaves room for headings and for what is said about what is left out.
    private enum Share {
        static let first = 9_000
        static let stopping = 14_000
        static let new = 9_000
        static let gone = 12_000
        static let concepts = 10_000
        static let gaps = 4_000
    }
    /// How many findings are shown before anything is unfolded.
    private static let maximumFirst = 8

    var text: String {
        var text = "## Audit: \(verdict)\n\n"
        text += "\(score)  \n\(counts)  \n\(measured)\n"
        let stopping = self.stopping
        if !stopping.isEmpty {
            text += "\n" + findings(Array(stopping.prefix(Self.maximumFirst))).text(within: Share.first)
            if stopping.count > Self.maximumFirst {
                text += "\n\(stopping.count - Self.maximumFirst) more stop it: see below.\n"
            }
        }
        for rise in comparison.risen {
            text +=
                "\n- The total of \(rise.rule) rose: \(AuditFigures.counted(rise.before, "place")) before, \(rise.now) now.\n"
        }
        let new = Set(comparison.new + comparison.worse).subtracting(stopping.map(\.fingerprint))
        let others = report.findings.filter { new.contains($0.fingerprint) && !$0.isIntegrity }
        let rest = Array(stopping.dropFirst(Self.maximumFirst))
        text += fold("What else stops it", rest.count, findings(rest), Share.stopping)
        text += fold("New or worse, and stops nothing", others.count, findings(others), Share.new)
        let gone = comparison.gone ?? []
        text += fold("Gone", gone.count, table(gone), Share.gone)
        text += fold("Concepts", report.score.concepts.count, concepts, Share.concepts)
        let gaps = report.incomplete.map { ["`\(MarkdownText.code($0.path))`", MarkdownText.escaped($0.text)] }
        text += fold(
            "Not looked at", gaps.count, MarkdownTable(columns: ["Where", "Why"], rows: gaps), Share.gaps)
        return text + "\n<sub>\(MarkdownText.escaped(AuditFigures.provenance(of: report)))</sub>\n"
    }

    // MARK: First lines

    private var verdict: String {
        switch report.verdict(failOn: gate) {
        case .passed: comparison.new.isEmpty ? "passed, nothing is new" : "passed"
        case .failed: "failed"
        case .incomplete: "no answer, something could not be read"
        }
    }

    private var score: String {
        func percent(_ value: Double?) -> String { value.map(AuditFigures.percent) ?? "not measured" }
        let cap = report.score.cap.map { ", held at \(AuditFigures.percent($0.limit)) by \($0.reason)" } ?? ""
        return "**Score \(percent(comparison.scoreBefore)) → \(percent(report.score.overall))**\(cap)"
    }

    private var counts: String {
        AuditFigures.changes(comparison) + ", beside \(MarkdownText.escaped(comparison.base))."
    }

    private var measured: String {
        let names = Set(report.findings.lazy.filter(\.isIntegrity).map(\.rule)).sorted()
        if !comparison.blocked.isEmpty {
            return "**Cannot be called better or worse**: \(names.joined(separator: ", "))."
        }
        return "Rules and scopes are those of the base."
    }

    /// What fails the run: findings at the gate, and those that made a total rise.
    private var stopping: [Finding] {
        let grown = Set(comparison.risen.flatMap { $0.grown ?? [] })
        let gating = report.gating(at: gate)
        let known = Set(gating.map(\.fingerprint))
        return gating + report.findings.filter { grown.contains($0.fingerprint) && !known.contains($0.fingerprint) }
    }

    // MARK: Tables

    private func fold(_ title: String, _ count: Int, _ table: MarkdownTable, _ bytes: Int) -> String {
        guard count > 0 else { return "" }
        return "\n<details><summary>\(title) (\(count))</summary>\n\n\(table.text(within: bytes))\n</details>\n"
    }

    private func findings(_ findings: [Finding]) -> MarkdownTable { MarkdownReport.table(findings) }

    private func table(_ gone: [AuditReport.Comparison.Gone]) -> MarkdownTable {
        MarkdownTable(
            columns: ["Severity", "Rule", "Where it was", "What"],
            rows: gone.map { gone in
                let place = gone.line > 0 ? "\(gone.path):\(gone.line)" : gone.path
                return [
                    gone.severity.rawValue, gone.rule, "`\(MarkdownText.code(place))`",
                    MarkdownText.escaped(gone.message),
                ]
            })
    }

    private var concepts: MarkdownTable {
        let before = Dictionary(
            (comparison.conceptsBefore ?? []).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        return MarkdownTable(
            columns: ["Concept", "Before", "Now"],
            rows: report.score.concepts.map { concept in
                [
                    MarkdownText.escaped(concept.name), before[concept.name].map(figures) ?? "not declared",
                    figures(concept),
                ]
            })
    }

    /// `25.0: 1 of 2 implementations, 2 of 4 consumers bound`
    private func figures(_ concept: ConceptScore) -> String {
        "\(concept.score.map(AuditFigures.percent) ?? "not measured"): \(concept.bound) of "
            + "\(AuditFigures.counted(concept.consumers, "consumer")) bound, "
            + AuditFigures.counted(concept.implementations, "implementation")
    }
}
