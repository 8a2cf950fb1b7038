extension AuditReport {
    /// The report beside that of a base: what stood there already is known, what is gone is resolved.
    ///
    /// - Parameters:
    ///   - name: how the base is called: a revision or a file.
    ///   - moved: live files of the base whose code is now in a scope that is not measured; see ``ScopeShrinkage``.
    ///   - detector: what the later manifest makes of the base's code; nil when only the reports are at hand.
    public func compared(
        with base: AuditReport, named name: String, moved: [ScopeShrinkage.Move] = [], detector: DetectorChange? = nil
    ) -> AuditReport {
        var report = self
        let fingerprints = base.findings.comparableFingerprints()
        let before = Dictionary(
            fingerprints.enumerated().lazy.compactMap { place, fingerprint in fingerprint.map { ($0, place) } },
            uniquingKeysWith: { first, _ in first })
        var new: [Fingerprint] = []
        var worse: [Fingerprint] = []
        var known = 0
        for (index, fingerprint) in findings.comparableFingerprints().enumerated() {
            guard let fingerprint else { continue }
            if let place = before[fingerprint] {
                if let finding = worsened(report.findings[index], since: base.findings[place]) {
                    report.findings[index] = finding
                    worse.append(finding.fingerprint)
                    continue
                }
                known += 1
                if report.findings[index].status == .open { report.findings[index].status = .known }
            } else if report.findings[index].status == .open {
                if let finding = worsened(report.findings[index], since: nil) { report.findings[index] = finding }
                new.append(report.findings[index].fingerprint)
            }
        }
        report.findings = Audit.sorted(report.findings)
        let now = Set(report.findings.reading { finding, _ in finding.pointee.fingerprint })
        let integrity =
            Self.integrityFindings(base, report, moved) + (detector ?? DetectorChange(from: base, to: self)).findings
        let gone = fingerprints.enumerated().compactMap { place, fingerprint in
            fingerprint.flatMap { now.contains($0) ? nil : base.findings[place] }
        }
        report.comparison = Comparison(
            base: name, new: new, worse: worse, known: known, resolved: Set(gone.map(\.fingerprint)).sorted(),
            risen: Self.rises(from: base, to: self), scoreBefore: base.score.overall,
            conceptsBefore: base.score.concepts,
            gone: gone.map {
                .init(
                    fingerprint: $0.fingerprint, rule: $0.rule, severity: $0.severity, path: $0.path, line: $0.line,
                    message: $0.message)
            },
            blocked: integrity.filter(\.isIntegrity).map(\.message)
                + base.incomplete.map { "the base is incomplete: \($0.path): \($0.text)" }
        )
        report.findings = integrity + report.findings
        return report
    }

    /// The finding as its rule sees it beside an earlier one, or beside a base without it; nil when that makes it no worse. No
    /// waiver excuses what came after it.
    private func worsened(_ finding: Finding, since earlier: Finding?) -> Finding? {
        guard var worse = RuleList.named(finding.rule)?.worse(finding, than: earlier) else { return nil }
        let concept = score.concepts.first { $0.name == finding.concept }
        worse.status = .open
        worse.priority = .of(
            severity: worse.severity, onGoldenPath: finding.scope == .live && concept?.goldenPath == true,
            consumers: finding.scope == .live ? finding.consumers : 0)
        return worse
    }

    /// Totals of places by rule, in what gates. What is new is told by its fingerprint; this is for findings that grow.
    private static func rises(from base: AuditReport, to report: AuditReport) -> [Comparison.Rise] {
        typealias Counted = (rule: String, fingerprint: Fingerprint, places: Int)
        func counted(_ findings: [Finding]) -> [Counted] {
            findings.reading { finding, _ -> Counted? in
                guard finding.pointee.scope.gates, finding.pointee.severity >= .medium, !finding.pointee.isIntegrity
                else { return nil }
                return (finding.pointee.rule, finding.pointee.fingerprint, finding.pointee.placeCount)
            }.compactMap(\.self)
        }
        func totals(_ findings: [Counted]) -> [String: Int] {
            findings.reduce(into: [:]) { $0[$1.rule, default: 0] += $1.places }
        }
        let (earlier, later) = (counted(base.findings), counted(report.findings))
        let (before, now) = (totals(earlier), totals(later))
        let places = Dictionary(earlier.map { ($0.fingerprint, $0.places) }, uniquingKeysWith: max)
        return now.filter { $0.value > before[$0.key, default: 0] }.map { rule, count in
            let grown = later.filter { $0.rule == rule && $0.places > places[$0.fingerprint, default: 0] }
            return Comparison.Rise(
                rule: rule, before: before[rule, default: 0], now: count, grown: grown.map(\.fingerprint))
        }.sorted { $0.rule < $1.rule }
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
