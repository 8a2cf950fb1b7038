import CanonAudit
import CanonVerify

/// What `canon status` prints for people: one screen.
struct StatusText {
    let report: StatusReport
    let terminal: Terminal

    static let maximumConcepts = 6
    static let maximumClaims = 6

    var text: String {
        var text = head
        if !report.concepts.isEmpty { text += "\n" + concepts }
        if let claims = report.claims { text += "\n" + verdicts(claims) }
        if let problems = report.problems { text += "\n" + self.problems(problems) }
        if !report.actions.isEmpty { text += "\n" + actions }
        if !report.absent.isEmpty { text += "\n" + absent }
        return text
    }

    private var head: String { terminal.paragraph(report.summary, .bold) }

    private var concepts: String {
        let first = report.history?.samples.first.map { "SINCE \($0.commit.day) (\($0.commit.shortID))" } ?? "TREND"
        var table = TableWriter(["CONCEPT", "SCORE", "IMPL x BOUND", "LINES", first])
        for concept in report.concepts.prefix(Self.maximumConcepts) {
            let now = concept.now
            table.add([
                .init(now.name), .init(now.scoreText, style(of: now)),
                .init(now.standing == .noCanonical ? "-" : now.fraction),
                .init(now.standing == .noCanonical ? "-" : "\(now.lines)"), trend(concept),
            ])
        }
        return table.render(on: terminal) + rest(report.concepts.count - Self.maximumConcepts, "concept", "canon audit")
    }

    private func style(of one: ConceptMeasurement) -> Style? {
        one.score.map { $0 == 100 ? .green : .red } ?? .yellow
    }

    private func trend(_ concept: StatusReport.ConceptStatus) -> TableWriter.Cell {
        guard let before = concept.before else { return .init("not known") }
        let was = before.score == nil ? before.scoreText : "\(before.scoreText) (\(before.fraction))"
        switch concept.direction {
        case .better: return .init("better: was \(was)", .green)
        case .worse: return .init("worse: was \(was)", .red)
        case .same:
            return .init(before.fraction == concept.now.fraction ? "still the same, measured" : "the same: was \(was)")
        case .unknown: return .init("was \(was)")
        }
    }

    private func verdicts(_ claims: StatusReport.Claims) -> String {
        guard !claims.verdicts.isEmpty else {
            return "\(claims.path.escapingControls) claims nothing of a closed issue.\n"
        }
        var table = TableWriter(["ISSUE", "VERDICT", "CONCEPT", "TITLE"])
        for claim in claims.verdicts.prefix(Self.maximumClaims) {
            let style: Style =
                switch claim.outcome {
                case .holds: .green
                case .unknown: .yellow
                case .refuted: .red
                }
            table.add([.init(claim.id), .init(claim.verdict, style), .init(claim.concept), .init(claim.title)])
        }
        return table.render(on: terminal)
            + rest(claims.verdicts.count - Self.maximumClaims, "issue", "canon verify \(claims.path)")
    }

    private func problems(_ problems: StatusReport.Problems) -> String {
        let counts = problems.open.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        guard !counts.isEmpty else { return "No problem of the logs is open.\n" }
        var table = TableWriter(["PROBLEMS: \(counts.joined(separator: ", "))", "COUNT", "LAST", "SERVICE", "WHAT"])
        for problem in problems.worst {
            table.add([
                .init(
                    problem.priority.rawValue + (problem.isBack ? " back again" : ""),
                    problem.priority == .p0 ? .red : nil),
                .init("\(problem.count)"), .init(problem.last.map { String($0.prefix(10)) } ?? ""),
                .init(problem.service),
                .init(problem.title.truncated(toWidth: 100)),
            ])
        }
        return table.render(on: terminal)
    }

    private var actions: String {
        var text = terminal.styled("Next:", .bold) + "\n"
        for (index, action) in report.actions.enumerated() {
            text += terminal.paragraph(
                "\(index + 1). \(action.priority.rawValue)  \(action.what.escapingControls)", indentation: 2)
            if let command = action.command { text += "         \(command.escapingControls)\n" }
        }
        return text
    }

    private var absent: String {
        report.absent.map { absence in
            terminal.paragraph(
                "\(absence.reason.escapingControls): \(absence.remedy.escapingControls)",
                absence.isFailure ? .yellow : .dim)
        }.joined()
    }

    private func rest(_ count: Int, _ noun: String, _ command: String) -> String {
        count > 0 ? "and \(AuditFigures.counted(count, "more " + noun)): \(command.escapingControls)\n" : ""
    }
}
