public import CanonAudit

/// What a status is put together from. Each part may be missing, with the reason why.
public struct StatusParts {
    public enum Part<Value> {
        case known(Value)
        case absent(StatusReport.Absence)
    }

    public var audit: Audit
    public var report: AuditReport
    public var history: Part<HistoryReport>
    public var claims: Part<(path: String, report: VerificationReport)>
    public var problems: Part<StatusReport.Problems>
    /// The folder that it is about, as a command would name it; nil for the current one.
    public var folder: String?

    public init(
        audit: Audit, report: AuditReport, history: Part<HistoryReport>,
        claims: Part<(path: String, report: VerificationReport)>, problems: Part<StatusReport.Problems>,
        folder: String? = nil
    ) {
        self.audit = audit
        self.report = report
        self.history = history
        self.claims = claims
        self.problems = problems
        self.folder = folder
    }
}

extension StatusReport {
    /// - Parameter gate: the lowest severity that fails.
    public init(_ parts: StatusParts, gate: Severity = .high) {
        let report = parts.report
        tool = report.tool
        python = report.python
        commit = report.commit
        dirty = report.dirty
        score = report.score.overall
        findings = Findings(
            open: report.openBySeverity.values.reduce(0, +), gating: report.gating(at: gate).count, gate: gate,
            incomplete: report.incomplete.count)
        absent = []
        history = Self.value(parts.history, &absent)
        if report.score.concepts.isEmpty {
            // Without concepts there is no trend either, which goes without saying.
            absent = [
                Absence(
                    .concepts, "canon.yaml declares no concept, so nothing is measured",
                    remedy: "canon audit --init writes a manifest to start from")
            ]
        }
        claims = Self.value(parts.claims, &absent).map { Claims(path: $0.path, $0.report) }
        problems = Self.value(parts.problems, &absent)
        concepts = []
        actions = []
        concepts = Self.concepts(parts.audit.measurements(), report.score, history)
        actions = StatusActions(self, report, folder: parts.folder).worst
    }

    private static func value<Value>(_ part: StatusParts.Part<Value>, _ absent: inout [Absence]) -> Value? {
        switch part {
        case .known(let value): return value
        case .absent(let absence):
            absent.append(absence)
            return nil
        }
    }

    /// By score; what was not measured stands at the end.
    private static func concepts(
        _ measured: [ConceptMeasurement], _ score: Score, _ history: HistoryReport?
    ) -> [ConceptStatus] {
        let declared = Dictionary(score.concepts.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let all = measured.map { now in
            let before = history?.samples.lazy.compactMap { $0.measurement(of: now.name) }.first
            let trend = ConceptTrend(now.name, [before, now].compactMap(\.self))
            return ConceptStatus(
                now: now, before: before, direction: trend.direction, owner: declared[now.name]?.owner,
                goldenPath: declared[now.name]?.goldenPath ?? false)
        }
        return all.sorted { a, b in
            let (first, second) = (a.now.score ?? 101, b.now.score ?? 101)
            return first != second ? first < second : a.now.name < b.now.name
        }
    }
}

extension StatusReport.Claims {
    init(path: String, _ report: VerificationReport) {
        self.path = path
        deployed = report.deployment.map { $0.revision }
        let closed = report.verdicts.filter(\.claim.isClosed)
        openIssues = report.verdicts.count - closed.count
        let all = closed.map(StatusReport.ClaimStatus.init)
        verdicts = [.refuted, .unknown, .holds].flatMap { outcome in all.filter { $0.outcome == outcome } }
    }
}

extension StatusReport.ClaimStatus {
    init(_ item: VerificationReport.ClaimVerdict) {
        id = item.claim.id
        title = item.claim.title
        concept = item.claim.concept
        verdict = item.verdict.name
        outcome = item.verdict.holds ? .holds : item.verdict.isUnknown ? .unknown : .refuted
        evidence = item.evidence
        nextAction = item.nextAction
    }
}
