/// The worklog of a run in Markdown: what was looked at, what was found, and what could not be said.
struct LogWorklog {
    let report: LogReport
    let gate: ProblemPriority?

    var text: String {
        var text = "# Log worklog\n\n"
        text += "**\(report.verdictText(failOn: gate))**\n\n"
        text += summary
        if !report.limits.isEmpty {
            text += "\n## Counts are lower bounds\n\n" + list(report.limits)
        }
        if !report.incomplete.isEmpty {
            text += "\n## Could not be read\n\n" + list(report.incomplete.map(\.description))
            let hidden = report.incompleteCount - report.incomplete.count
            if hidden > 0 { text += "- and \(hidden) more\n" }
        }
        for (title, states) in Self.sections {
            let problems = report.problems.filter { states.contains($0.state) }
            guard !problems.isEmpty else { continue }
            text +=
                "\n## \(title)\n\n| Priority | Problem | Count | Since | Service | Fingerprint |\n|---|---|---|---|---|---|\n"
            for problem in problems { text += row(problem) }
            for problem in problems where states != [.resolved] { text += details(problem) }
        }
        text += "\n---\n\(report.tool.name) \(report.tool.version), schema \(report.schema)\n"
        return text
    }

    private static let sections: [(String, Set<ProblemState>)] = [
        ("Returned", [.regressed]), ("New", [.new]), ("Known", [.known]), ("Cannot be told", [.unknown]),
        ("Resolved", [.resolved]),
    ]

    private var summary: String {
        var text = "- Entries: \(report.entries)"
        if report.repeatedEntries > 0 { text += ", \(report.repeatedEntries) more were repetitions" }
        if report.filteredEntries > 0 { text += ", \(report.filteredEntries) were filtered out" }
        text += "\n- Interval: \(report.interval?.text ?? "no entry has a time")\n"
        text += "- Files: \(report.sources.map { MarkdownText.inline($0.name) }.joined(separator: ", "))\n"
        let services = report.services.map {
            "\(MarkdownText.inline($0.name.isEmpty ? "(unnamed)" : $0.name)) (\($0.entries))"
        }
        text += "- Services: \(services.joined(separator: ", "))\n"
        let states = ProblemState.allCases.map { "\(report.count(of: $0)) \($0.rawValue)" }
        text += "- Problems: \(states.joined(separator: ", "))\n"
        if !report.hasMemory { text += "- There was no memory to compare with: everything counts as new.\n" }
        for note in report.notes { text += "- \(MarkdownText.inline(note))\n" }
        return text
    }

    private func list(_ items: [String]) -> String { items.map { "- \(MarkdownText.inline($0))\n" }.joined() }

    private func row(_ problem: ProblemReport) -> String {
        let count = problem.count > 0 ? ProblemWords.count(problem) : "0"
        return
            "| \(problem.priority) | \(MarkdownText.inline(problem.title, inTable: true)) | \(count) | \(problem.first ?? "") | "
            + "\(MarkdownText.inline(problem.service, inTable: true)) | `\(problem.fingerprint)` |\n"
    }

    private func details(_ problem: ProblemReport) -> String {
        var text = "\n### \(problem.priority) \(MarkdownText.inline(problem.title))\n\n"
        for line in ProblemWords.facts(problem) { text += "- \(line.name): \(MarkdownText.inline(line.value))\n" }
        for sample in problem.samples.prefix(1) { text += "\n" + MarkdownText.block(sample.text) }
        return text
    }
}

/// What is said of a problem, in words that every output uses.
public enum ProblemWords {
    /// `12`, or `12 or more` when it is a lower bound.
    public static func count(_ problem: ProblemReport) -> String {
        problem.isLowerBound ? "\(problem.count) or more" : "\(problem.count)"
    }

    /// Name and value of each fact, those that are known.
    public static func facts(_ problem: ProblemReport) -> [(name: String, value: String)] {
        var facts: [(String, String)] = [
            ("State", problem.state.rawValue + (problem.stateReason.map { ": \($0)" } ?? ""))
        ]
        var count = count(problem)
        if problem.newCount != problem.count { count += ", \(problem.newCount) of them not counted before" }
        if problem.totalCount != problem.newCount { count += ", \(problem.totalCount) in all" }
        facts.append(("Count", count))
        if let first = problem.first, let last = problem.last {
            facts.append(("Seen", first == last ? first : "\(first) to \(last)"))
        }
        let evidence = problem.priorityEvidence.joined(separator: "; ")
        facts.append(("Priority", problem.priority + (evidence.isEmpty ? "" : ": \(evidence)")))
        if !problem.service.isEmpty { facts.append(("Service", problem.service)) }
        if !problem.logger.isEmpty { facts.append(("Logger", problem.logger)) }
        if !problem.environment.text.isEmpty { facts.append(("Environment", problem.environment.text)) }
        if let first = problem.revisions.first {
            let names = problem.revisions.map { "\($0.name) (\($0.count))" }.joined(separator: ", ")
            facts.append(("Revisions", "since \(first.name): \(names)"))
        }
        if problem.instances > 0 {
            facts.append(("Instances", "\(problem.instances)\(problem.instancesAreCapped ? " or more" : "")"))
        }
        if let code = problem.code { facts.append(("Code", code.text)) }
        if let exception = problem.exception { facts.append(("Frames", exception.frames.joined(separator: " → "))) }
        for echo in problem.alsoLoggedAs { facts.append(("Also logged as", "\(echo.template) (\(echo.count))")) }
        if !problem.mergedFingerprints.isEmpty {
            facts.append(("Formerly", problem.mergedFingerprints.joined(separator: ", ")))
        }
        facts.append(("Fingerprint", problem.fingerprint))
        return facts
    }
}
