/// What to write into a tracker about a problem: a new issue, or an update of the one that exists. Everything in it comes from the
/// entries; what they do not say is left to whoever posts it.
public struct IssueDraft: Sendable, Hashable {
    /// The file's name in a folder of drafts; the same for the same problem in every run.
    public var fileName: String
    public var title: String
    public var body: String
    public var labels: [String]
    /// The issue to update; nil for a new one.
    public var updates: KnownIssue?

    /// Nil for a problem that nobody needs to write about: one that was not seen, unless an issue can be told that it is gone.
    public init?(_ problem: ProblemReport, in report: LogReport, match: IssueMatcher.Match) {
        guard problem.state != .unknown else { return nil }
        if problem.state == .resolved, match.issue == nil { return nil }
        updates = match.issue
        title =
            "GCP-\(Self.category(problem)) | \(problem.priority) | \(ProblemGroup.shortened(problem.title, to: 120))"
        labels = Self.labels(problem)
        let digits = problem.fingerprint.replacing(":", with: "-")
        if let issue = match.issue {
            let name = String(issue.name.filter { $0.isLetter || $0.isNumber || $0 == "-" }.prefix(40))
            fileName = "update-\(name)-\(digits).md"
            body = Self.update(problem, report, issue, match)
        } else {
            fileName = "new-\(problem.priority)-\(digits).md"
            body = Self.issue(problem, report, match)
        }
    }

    /// The draft as a file: the title as its heading, then the body.
    public var text: String {
        let heading =
            updates.map { "# Update of \(MarkdownText.inline($0.name)): \(MarkdownText.inline(title))" }
            ?? "# \(MarkdownText.inline(title))"
        return heading + "\n\n" + body + "\n## Labels\n\n" + labels.map { "- `\($0)`\n" }.joined()
    }

    // MARK: Parts

    static func category(_ problem: ProblemReport) -> String {
        switch problem.state {
        case .new: "new"
        case .regressed: "regression"
        case .known: "active-dev"
        case .resolved, .unknown: "other"
        }
    }

    private static func labels(_ problem: ProblemReport) -> [String] {
        var labels = ["logs", problem.priority.lowercased(), "state:\(problem.state.rawValue)"]
        if !problem.service.isEmpty { labels.append("service:\(problem.service)") }
        if let environment = problem.environment.environment { labels.append("environment:\(environment)") }
        return labels.map { $0.replacing("`", with: "") }
    }

    private static func issue(_ problem: ProblemReport, _ report: LogReport, _ match: IssueMatcher.Match) -> String {
        var text = ""
        text += section("Environment", environment(problem, report))
        text += section("Impact", impact(problem))
        text += "## Current behaviour\n\n" + MarkdownText.block(problem.samples.first?.text ?? problem.template) + "\n"
        text += section("Expected behaviour", ["The service logs no entry of this kind."])
        text += "## Reproduction steps\n\n" + reproduction(problem, report) + "\n"
        text += section(
            "Technical details", ProblemWords.facts(problem).map { "\($0.name): \(MarkdownText.inline($0.value))" })
        text += section("Success criteria", criteria(problem))
        text += evidence(problem, report)
        text += related(match)
        return text
    }

    private static func update(
        _ problem: ProblemReport, _ report: LogReport, _ issue: KnownIssue, _ match: IssueMatcher.Match
    ) -> String {
        var lines: [String]
        switch problem.state {
        case .resolved:
            lines = [
                "Not seen any more: \(MarkdownText.inline(problem.stateReason ?? "")). \(problem.totalCount) entries in all, the last at \(problem.last ?? "an unknown time")."
            ]
        case .regressed:
            lines = ["**It is back**: \(MarkdownText.inline(problem.stateReason ?? ""))."]
        default: lines = ["Still seen: \(ProblemWords.count(problem)) in this run, \(problem.totalCount) in all."]
        }
        if !issue.isOpen, problem.state != .resolved { lines.append("The issue is closed; it should be opened again.") }
        var text = section("Status", lines)
        text += section("Facts", ProblemWords.facts(problem).map { "\($0.name): \(MarkdownText.inline($0.value))" })
        if problem.state != .resolved { text += evidence(problem, report) }
        text += related(match)
        return text
    }

    private static func section(_ title: String, _ lines: [String]) -> String {
        lines.isEmpty ? "" : "## \(title)\n\n" + lines.map { "- \($0)\n" }.joined() + "\n"
    }

    private static func environment(_ problem: ProblemReport, _ report: LogReport) -> [String] {
        var lines: [String] = []
        let facts: [(String, String?)] = [
            ("Environment", problem.environment.environment), ("Project", problem.environment.project),
            ("Location", problem.environment.location), ("Host", problem.environment.host),
            ("Service", problem.service),
            ("Revisions", problem.revisions.map(\.name).joined(separator: ", ")), ("Looked at", report.interval?.text),
        ]
        for (name, value) in facts {
            if let value, !value.isEmpty { lines.append("\(name): \(MarkdownText.inline(value))") }
        }
        return lines
    }

    private static func impact(_ problem: ProblemReport) -> [String] {
        var lines = ["\(ProblemWords.count(problem)) in the time that was looked at, \(problem.totalCount) in all runs"]
        if problem.isLowerBound { lines[0] += "; the export was capped, so that this is a lower bound" }
        if problem.instances > 0 {
            func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
            lines.append("On " + counted(problem.instances, "instance"))
            if problem.revisions.count > 0 {
                lines[lines.count - 1] += " of " + counted(problem.revisions.count, "revision")
            }
        }
        lines.append("\(problem.priority): \(MarkdownText.inline(problem.priorityEvidence.joined(separator: "; ")))")
        return lines
    }

    /// How to see it again; the entries do not say more.
    private static func reproduction(_ problem: ProblemReport, _ report: LogReport) -> String {
        // The words are pasted into a shell, so that only harmless ones go into them.
        func isPlain(_ text: String) -> Bool {
            !text.isEmpty && text.utf8.allSatisfy { $0.isWord || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
        }
        var filters: [String] = []
        if isPlain(problem.service) { filters.append("resource.labels.service_name=\"\(problem.service)\"") }
        if problem.severity != LogSeverity.unspecified.name { filters.append("severity=\(problem.severity)") }
        if let id = problem.samples.first?.insertId, isPlain(id) { filters.append("insertId=\"\(id)\"") }
        let project = problem.environment.project.flatMap { isPlain($0) ? " --project \($0)" : nil } ?? ""
        let query = "gcloud logging read '\(filters.joined(separator: " AND "))'\(project) --format json"
        return "1. Read the entry, and those around it:\n\n" + MarkdownText.block(query, language: "sh")
            + "2. Look through a newer export: the problem is `\(problem.fingerprint)`.\n\n"
            + MarkdownText.block("canon logs EXPORT && canon logs show \(problem.fingerprint)", language: "sh")
    }

    private static func criteria(_ problem: ProblemReport) -> [String] {
        var lines = [
            "`canon logs` reports `\(problem.fingerprint)` as resolved: absent where its service logged enough to expect it"
        ]
        if let newest = problem.revisions.last?.name {
            lines.append("No entry of it on a revision newer than \(MarkdownText.inline(newest))")
        }
        if let code = problem.code, let function = code.function {
            lines.append(
                "A test shows that \(MarkdownText.inline(function)) in \(MarkdownText.inline(code.file)) no longer fails so"
            )
        }
        return lines
    }

    private static func evidence(_ problem: ProblemReport, _ report: LogReport) -> String {
        guard !problem.samples.isEmpty else { return "" }
        var text = "## Evidence\n"
        for limit in problem.isLowerBound ? report.limits : [] {
            text += "- Lower bound: \(MarkdownText.inline(limit))\n"
        }
        for sample in problem.samples {
            let parts = [
                sample.time, sample.revision.map { "revision \($0)" }, sample.insertId.map { "insertId \($0)" },
                sample.source.map { "\($0), byte \(sample.offset)" },
            ]
            text +=
                "\n" + MarkdownText.inline(parts.compactMap(\.self).joined(separator: ", ")) + "\n\n"
                + MarkdownText.block(sample.text)
        }
        return text + "\n"
    }

    private static func related(_ match: IssueMatcher.Match) -> String {
        section(
            "Related issues",
            match.related.map { "\($0.name) \(MarkdownText.inline($0.title))\($0.isOpen ? "" : " (closed)")" })
    }
}
