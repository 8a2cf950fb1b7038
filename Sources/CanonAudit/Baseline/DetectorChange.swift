/// What another rule set, scope or allow list makes of the same code.
///
/// A comparison measures both sides with the manifest of the later one, so that they can be compared at all. What that manifest does
/// not look at any more, or excuses, is then missing on both sides and would pass for progress. So the code of the base is asked what
/// its own manifest would have said of it: the difference was made by the detector and by nobody's work.
public struct DetectorChange: Sendable, Equatable {
    /// Findings of the base that its own rules and scopes give, and the later ones do not.
    public var lost: [Finding] = []
    /// Findings of the base that the later manifest excuses, and its own did not.
    public var excused: [Finding] = []

    public init() {}

    /// - Parameters:
    ///   - base: the code of the base, with the manifest of the later side.
    ///   - report: what that gave.
    ///   - own: the manifest that stands in the base.
    public init(base: Audit, report: AuditReport, own: Manifest) {
        let present = base.input.manifest
        excused = report.findings.filter { finding in
            finding.status == .waived && !own.waivers.contains { $0.covers(finding) }
        }
        var then = present
        then.scopes = own.scopes
        then.roots = own.roots
        then.languages = own.languages
        then.limits = own.limits
        then.rulesOff = own.rulesOff
        guard RuleSetHash.rules(RuleList.all, then) != RuleSetHash.rules(RuleList.all, present) else { return }
        var input = base.input
        input.manifest = then
        let known = Set(report.findings.map(\.fingerprint))
        lost = Audit(input).run().findings.filter { finding in
            !finding.isIntegrity && finding.status == .open && finding.scope.gates
                && !known.contains(finding.fingerprint)
        }
    }

    /// Between two reports, of which nothing but the findings is at hand: those that the later one excuses and the earlier one had open.
    init(from base: AuditReport, to report: AuditReport) {
        let open = Set(base.findings.lazy.filter { $0.status == .open }.map(\.fingerprint))
        excused = report.findings.filter { $0.status == .waived && open.contains($0.fingerprint) }
    }

    /// As findings of the comparison. What is lost blocks it. What is excused does not, because a waiver names its owner and its end,
    /// but it stands there as what it is: no progress.
    var findings: [Finding] {
        var collector = FindingCollector(rule: IntegrityRules.detectorChanged)
        if !lost.isEmpty {
            collector.add(
                ["canon.scopes"], at: "canon.yaml", line: 0,
                message:
                    "the rules or scopes of now do not give \(Self.counted(lost)) that those of the base give for the same code: "
                    + Self.listed(lost), evidence: Self.evidence(lost))
        }
        if !excused.isEmpty {
            collector.add(
                [Self.allowList], at: "canon.yaml", line: 0,
                message:
                    "the allow list of now excuses \(Self.counted(excused)) that stood open in the base, which is no progress: "
                    + Self.listed(excused), evidence: Self.evidence(excused))
        }
        return collector.findings.map { finding in
            guard finding.symbol == Self.allowList else { return finding }
            var finding = finding
            finding.isIntegrity = false
            finding.status = .known
            return finding
        }
    }

    private static let allowList = "canon.waivers"

    private static func counted(_ findings: [Finding]) -> String {
        "\(findings.count) finding\(findings.count == 1 ? "" : "s")"
    }

    private static func listed(_ findings: [Finding]) -> String {
        findings.prefix(3).map { "\($0.rule) \($0.symbol)" }.joined(separator: ", ")
            + (findings.count > 3 ? " and others" : "")
    }

    private static func evidence(_ findings: [Finding]) -> [Evidence] {
        findings.map { Evidence(path: $0.path, line: $0.line, text: $0.message) }
    }
}
