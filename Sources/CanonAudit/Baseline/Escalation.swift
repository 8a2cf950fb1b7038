/// What stood in the program some days ago: the measure of a finding's and of a waiver's age.
public struct PastState: Sendable {
    /// How many days ago.
    public var days: Int
    /// The commit that was the newest then.
    public var commit: String
    public var findings: Set<Fingerprint>
    /// What the manifest of that commit excused.
    public var waivers: [Manifest.Waiver]

    public init(days: Int, commit: String, findings: Set<Fingerprint>, waivers: [Manifest.Waiver]) {
        self.days = days
        self.commit = commit
        self.findings = findings
        self.waivers = waivers
    }
}

extension Manifest {
    /// The numbers of days after which some concept goes to somebody else as well, each once.
    public var escalationDays: [Int] {
        Set(concepts.compactMap { $0.escalateTo.isEmpty ? nil : $0.escalateAfter }).sorted()
    }
}

extension AuditReport {
    /// The report in which findings of concepts with a deadline name who is to be told next, when they, or the waiver that
    /// covers them, are older than it.
    ///
    /// - Parameter past: one state for each of ``Manifest/escalationDays``; where one is missing, nothing is that old.
    public func escalated(_ past: [PastState], by manifest: Manifest) -> AuditReport {
        var report = self
        for index in report.findings.indices {
            let finding = report.findings[index]
            guard let concept = manifest.concepts.first(where: { $0.name == finding.concept }),
                let state = past.first(where: { $0.days == concept.escalateAfter })
            else { continue }
            let cause: Finding.Escalation.Cause
            if state.findings.contains(finding.fingerprint) {
                cause = .finding
            } else if manifest.waivers.contains(where: { waiver in
                waiver.covers(finding) && state.waivers.contains { $0.excusesSame(as: waiver) }
            }) {
                cause = .waiver
            } else {
                continue
            }
            report.findings[index].escalateTo = concept.escalateTo
            report.findings[index].escalation = Finding.Escalation(
                cause: cause, days: state.days, commit: state.commit)
        }
        return report
    }
}

extension Manifest.Waiver {
    /// Whether it is meant for a finding, in force or not.
    func covers(_ finding: Finding) -> Bool {
        guard !finding.isIntegrity, rule.value == finding.rule else { return false }
        if let fingerprint, fingerprint.value != finding.fingerprint { return false }
        guard let symbol else { return true }
        let pattern = SymbolPattern(symbol.value)
        return finding.symbols.contains { pattern.covers($0) }
    }

    /// Whether another one excuses the same: a new date or reason makes no new waiver.
    fileprivate func excusesSame(as other: Self) -> Bool {
        rule.value == other.rule.value && symbol?.value == other.symbol?.value
            && fingerprint?.value == other.fingerprint?.value
    }
}
