extension AuditReport {
    /// The report beside that of a base: what stood there already is known, what is gone is resolved.
    ///
    /// - Parameters:
    ///   - name: how the base is called: a revision or a file.
    ///   - moved: live files of the base whose code is now in a scope that is not measured; see ``ScopeShrinkage``.
    public func compared(with base: AuditReport, named name: String, moved: [ScopeShrinkage.Move] = []) -> AuditReport {
        var report = self
        let before = Set(base.findings.lazy.filter { !$0.isIntegrity }.map(\.fingerprint))
        var new: [Fingerprint] = []
        var known = 0
        for index in report.findings.indices where !report.findings[index].isIntegrity {
            if before.contains(report.findings[index].fingerprint) {
                known += 1
                if report.findings[index].status == .open { report.findings[index].status = .known }
            } else if report.findings[index].status == .open {
                new.append(report.findings[index].fingerprint)
            }
        }
        let now = Set(report.findings.lazy.map(\.fingerprint))
        let integrity = Self.integrityFindings(base, report, moved)
        report.comparison = Comparison(
            base: name, new: new, known: known, resolved: before.subtracting(now).sorted(),
            risen: Self.rises(from: base, to: report), scoreBefore: base.score.overall,
            blocked: integrity.map(\.message) + base.incomplete.map { "the base is incomplete: \($0.path): \($0.text)" }
        )
        report.findings = integrity + report.findings
        return report
    }

    /// Totals of places by rule, in what gates. What is new is told by its fingerprint; this is for findings that grow.
    private static func rises(from base: AuditReport, to report: AuditReport) -> [Comparison.Rise] {
        func totals(_ findings: [Finding]) -> [String: Int] {
            findings.reduce(into: [:]) { totals, finding in
                guard finding.scope.gates, finding.severity >= .medium, !finding.isIntegrity else { return }
                totals[finding.rule, default: 0] += finding.placeCount
            }
        }
        let (before, now) = (totals(base.findings), totals(report.findings))
        return now.filter { $0.value > before[$0.key, default: 0] }
            .map { Comparison.Rise(rule: $0.key, before: before[$0.key, default: 0], now: $0.value) }
            .sorted { $0.rule < $1.rule }
    }

    private static func integrityFindings(
        _ base: AuditReport, _ report: AuditReport, _ moved: [ScopeShrinkage.Move]
    ) -> [Finding] {
        var detector = FindingCollector(rule: IntegrityRules.detectorChanged)
        if base.tool.ruleSet != report.tool.ruleSet {
            detector.add(
                ["canon.rule-set"], at: "canon.yaml", line: 0,
                message:
                    "the rule set or the scopes differ: \(base.tool.ruleSet) in the base, \(report.tool.ruleSet) now")
        }
        if base.tool.manifest != report.tool.manifest {
            detector.add(
                ["canon.manifest"], at: "canon.yaml", line: 0,
                message:
                    "the manifest declares something else: \(base.tool.manifest) in the base, \(report.tool.manifest) now"
            )
        }
        if base.python != report.python {
            detector.add(
                ["canon.python"], at: "canon.yaml", line: 0,
                message: "the grammar differs: Python \(base.python) in the base, \(report.python) now")
        }
        var shrank = FindingCollector(rule: IntegrityRules.scopeShrank)
        for move in moved {
            shrank.add(
                [move.module], at: move.path, line: 0, scope: move.scope,
                message: "\(move.basePath) was live in the base and is now \(move.scope.rawValue)"
                    + (move.path == move.basePath ? "" : ", as \(move.path)"))
        }
        if moved.isEmpty, let suspicion = ScopeShrinkage.suspicion(base.scopes, report.scopes) {
            shrank.add(["canon.scopes"], at: "canon.yaml", line: 0, message: suspicion)
        }
        return detector.findings + shrank.findings
    }
}
