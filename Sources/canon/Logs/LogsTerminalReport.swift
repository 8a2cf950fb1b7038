import CanonLogs

/// A run for people at a terminal: what is new or back first, with what is needed to act.
struct LogsTerminalReport {
    let report: LogReport
    let gate: ProblemPriority?
    let terminal: Terminal
    var isVerbose = false
    var isQuiet = false

    /// Of one state, unless everything is asked for.
    static let maximumPerState = 20

    var text: String {
        var text = ""
        for (title, state, style) in Self.sections {
            let problems = report.problems.filter { $0.state == state }
            guard !problems.isEmpty else { continue }
            text += terminal.styled("\(title) (\(problems.count))", .bold) + "\n"
            let limit = isVerbose ? problems.count : Self.maximumPerState
            for problem in problems.prefix(limit) { text += line(problem, style) }
            if problems.count > limit {
                text += terminal.styled("  \(problems.count - limit) more; --verbose shows all\n", .dim)
            }
            text += "\n"
        }
        for problem in report.incomplete {
            text += terminal.styled("not read", .red) + "  \(problem.description.escapingControls)\n"
        }
        if report.incompleteCount > report.incomplete.count {
            text += terminal.styled("not read", .red) + "  \(report.incompleteCount - report.incomplete.count) more\n"
        }
        for limit in report.limits {
            text += terminal.styled("lower bounds", .yellow) + "  \(limit.escapingControls)\n"
        }
        guard !isQuiet else { return text }
        return text + summary
    }

    private static let sections: [(String, ProblemState, Style?)] = [
        ("Returned", .regressed, .red), ("New", .new, .red), ("Known", .known, nil), ("Cannot be told", .unknown, .dim),
        ("Resolved", .resolved, .green),
    ]

    private func line(_ problem: ProblemReport, _ style: Style?) -> String {
        let count = problem.count > 0 ? "\(ProblemWords.count(problem))×" : "absent"
        var text =
            "  \(terminal.styled(problem.priority, style))  \(problem.title.escapingControls)  \(terminal.styled(count, .dim))\n"
        var facts: [String] = []
        if !problem.service.isEmpty { facts.append(problem.service) }
        if let revision = problem.revisions.first?.name { facts.append("since \(revision)") }
        if let first = problem.first, let last = problem.last {
            facts.append(first == last ? first : "\(first) to \(last)")
        }
        if let code = problem.code { facts.append(code.text) }
        facts.append(problem.fingerprint)
        text += "      " + terminal.styled(facts.joined(separator: "  ").escapingControls, .dim) + "\n"
        if let reason = problem.stateReason { text += "      \(reason.escapingControls)\n" }
        guard isVerbose else { return text }
        for fact in ProblemWords.facts(problem) {
            text +=
                "      " + terminal.styled("\(fact.name.padded(to: 14)) \(fact.value.escapingControls)", .dim) + "\n"
        }
        for sample in problem.samples.prefix(1) {
            for line in sample.text.split(separator: "\n") { text += "      | \(String(line).escapingControls)\n" }
        }
        return text
    }

    private var summary: String {
        var text = terminal.styled(report.verdictText(failOn: gate), .bold) + "\n"
        text += ProblemState.allCases.map { "\(report.count(of: $0)) \($0.rawValue)" }.joined(separator: ", ")
        if !report.hasMemory { text += " (no memory to compare with)" }
        text += "\n"
        var facts =
            "\(report.entries) \(report.entries == 1 ? "entry" : "entries") of \(report.services.count) \(report.services.count == 1 ? "service" : "services")"
        if let interval = report.interval { facts += ", \(interval.text)" }
        if report.repeatedEntries > 0 { facts += ", \(report.repeatedEntries) repeated" }
        if report.filteredEntries > 0 { facts += ", \(report.filteredEntries) filtered out" }
        text += terminal.styled(facts.escapingControls, .dim) + "\n"
        for note in report.notes { text += terminal.styled(note.escapingControls, .dim) + "\n" }
        if let problem = report.problems.first, gate.map({ !report.gating(at: $0).isEmpty }) ?? false, report.hasMemory
        {
            text += "Next: canon logs show \(problem.fingerprint)\n"
        }
        return text
    }
}
