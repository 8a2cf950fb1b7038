import CanonAudit

/// Picks what is worst of everything that a status knows: claims that are not true, problems of what runs, findings in the code.
struct StatusActions {
    /// The three worst.
    let worst: [StatusReport.Action]

    static let maximum = 3

    private struct Candidate {
        var action: StatusReport.Action
        /// What tells of two with one priority and kind which is worse: how much hangs on it.
        var weight: Int
    }

    /// - Parameter folder: as a command would name it; nil for the current one.
    init(_ status: StatusReport, _ report: AuditReport, folder: String?) {
        let all =
            Self.claims(status, folder) + Self.problems(status)
            + Self.findings(report, folder, claimed: Set(Self.refuted(status).map(\.concept)))
        let kinds = StatusReport.Action.Kind.allCases
        worst = all.sorted { a, b in
            if a.action.priority != b.action.priority { return a.action.priority < b.action.priority }
            let (first, second) = (kinds.firstIndex(of: a.action.kind)!, kinds.firstIndex(of: b.action.kind)!)
            if first != second { return first < second }
            if a.weight != b.weight { return a.weight > b.weight }
            return a.action.what < b.action.what
        }.prefix(Self.maximum).map(\.action)
    }

    // MARK: Claims

    private static func refuted(_ status: StatusReport) -> [StatusReport.ClaimStatus] {
        status.claims?.verdicts.filter { $0.outcome == .refuted } ?? []
    }

    private static func claims(_ status: StatusReport, _ folder: String?) -> [Candidate] {
        refuted(status).map { claim in
            let concept = status.concepts.first { $0.now.name == claim.concept }
            // What runs is not what was said; or it is not done yet.
            let isDeceptive = ["regression", "drift", "false-completion"].contains(claim.verdict)
            let priority = Priority.of(
                severity: isDeceptive ? .critical : .high, onGoldenPath: concept?.goldenPath ?? false,
                consumers: concept?.now.consumers ?? 0)
            return Candidate(
                action: .init(
                    priority: priority, kind: .claim,
                    what: "Issue \(claim.id) is closed, and the verdict is \(claim.verdict). \(claim.nextAction)",
                    command: "canon verify \(status.claims?.path ?? "") --verbose"
                        + (folder.map { " --repository \($0)" } ?? "")),
                weight: concept?.now.consumers ?? 0)
        }
    }

    // MARK: Problems

    private static func problems(_ status: StatusReport) -> [Candidate] {
        status.problems?.worst.map { problem in
            let place = problem.service.isEmpty ? "" : " in \(problem.service)"
            return Candidate(
                action: .init(
                    priority: problem.priority, kind: .problem,
                    what: "\(problem.isBack ? "Back again" : "Open")\(place): \(problem.title) "
                        + "(\(AuditFigures.counted(problem.count, "time")))",
                    command: "canon logs show \(problem.fingerprint)"
                        + (status.problems?.isUsual == false ? " --memory \(status.problems?.path ?? "")" : "")),
                weight: problem.count)
        } ?? []
    }

    // MARK: Findings

    /// One of each concept, or of each rule where there is none: three times the same is one thing to do.
    ///
    /// - Parameter claimed: concepts about which a claim says already what to do.
    private static func findings(
        _ report: AuditReport, _ folder: String?, claimed: Set<String>
    ) -> [Candidate] {
        var seen: Set<String> = []
        let open = report.findings.filter { finding in
            finding.status == .open && finding.scope.gates && finding.severity >= .medium
                && finding.confidence != .review && !(finding.concept.map { claimed.contains($0) } ?? false)
        }
        return open.sorted { ($0.priority, $1.severity, $1.consumers) < ($1.priority, $0.severity, $0.consumers) }
            .compactMap { finding in
                guard seen.insert(finding.concept.map { "concept \($0)" } ?? finding.rule).inserted else { return nil }
                let place = finding.line > 0 ? "\(finding.path):\(finding.line)" : finding.path
                return Candidate(
                    action: .init(
                        priority: finding.priority, kind: .finding,
                        what: "\(finding.severity.rawValue), \(finding.rule): \(finding.message) (\(place))",
                        command: "canon audit explain \(finding.fingerprint.text.prefix(12))"
                            + (folder.map { " \($0)" } ?? "")),
                    weight: finding.consumers)
            }
    }
}
