import CanonAgents
import CanonAudit
import CanonCodeModel
import CanonWire

/// What the tools of the audit answer: JSON for pages and models, Markdown for people.
enum AuditAnswer {
    private static let listed = 20

    // MARK: The whole audit

    static func overview(_ report: AuditReport) -> String {
        var parts: [String] = []
        let counts = report.openBySeverity
        let words = Severity.allCases.reversed().compactMap { severity in
            counts[severity].map { "\($0) \(severity.rawValue)" }
        }
        let score = report.score.overall.map { "**\(AuditFigures.percent($0))** of 100" } ?? "**not measured**"
        parts.append(
            "The score is \(score). "
                + (words.isEmpty ? "No finding is open." : "Open findings: \(words.joined(separator: ", "))."))
        if let cap = report.score.cap {
            parts.append("It is capped at \(AuditFigures.percent(cap.limit)): \(cap.reason).")
        }
        if report.score.concepts.isEmpty {
            parts.append(
                "No concept is declared: `canon audit --init` writes a manifest to start from. Ask me "
                    + "`how many … are there?` about anything that should exist once.")
        } else {
            parts.append("Concepts:\n" + report.score.concepts.map(line).joined(separator: "\n"))
        }
        let open = report.findings.filter { $0.status == .open }
        if !open.isEmpty {
            parts.append("The worst findings:\n" + open.prefix(10).map(line).joined(separator: "\n"))
            if open.count > 10 { parts.append("\(open.count - 10) more are on the page Audit.") }
        }
        if !report.incomplete.isEmpty {
            parts.append(
                "_Not everything could be looked at:_\n"
                    + report.incomplete.prefix(listed).map(line).joined(separator: "\n"))
        }
        parts.append("Measured: \(AuditFigures.provenance(of: report)).")
        return parts.joined(separator: "\n\n")
    }

    private static func line(_ concept: ConceptScore) -> String {
        let score = concept.score.map(AuditFigures.percent) ?? "not measured"
        return
            "- **\(text(concept.name))**: \(score); \(AuditFigures.counted(concept.implementations, "implementation")) of \(code(concept.canonical)), "
            + "\(concept.bound) of \(AuditFigures.counted(concept.consumers, "consumer")) bound to it"
    }

    private static func line(_ finding: Finding) -> String {
        "- \(finding.severity.rawValue), \(code(finding.rule)): \(text(finding.message)) (\(place(finding.path, finding.line)), "
            + "fingerprint \(code(finding.fingerprint.text.prefix(12))))"
    }

    private static func line(_ evidence: Evidence) -> String {
        "- \(place(evidence.path, evidence.line)): \(code(evidence.text))"
    }

    // MARK: How many there are

    static func text(_ survey: ObjectSurvey, about: String, _ report: AuditReport) -> String {
        let name = "“\(text(about))”"
        guard !survey.members.isEmpty else {
            let rest =
                survey.elsewhere > 0
                ? " Tests and tools have \(AuditFigures.counted(survey.elsewhere, "class", "classes"))." : ""
            return "No class of the live code goes by \(name).\(rest) Try a word of the name alone."
        }
        let count = survey.implementations.count
        let names = survey.members.reduce(0) { $0 + $1.names.count }
        var parts = [
            "**\(AuditFigures.counted(count, "implementation"))** \(count == 1 ? "goes" : "go") by \(name)"
                + (count > 1 ? ", where one should stand." : ".")
                + " In all, \(AuditFigures.counted(names, "name")) \(names == 1 ? "leads" : "lead") to \(AuditFigures.counted(survey.members.count, "object"))."
        ]
        for role in ObjectRole.allCases {
            let members = survey.members.filter { $0.role == role }
            guard !members.isEmpty else { continue }
            parts.append(
                "\(heading(role, members.count)):\n" + members.prefix(listed).map(line).joined(separator: "\n")
                    + (members.count > listed ? "\n- and \(members.count - listed) more" : ""))
        }
        if let concept = survey.concept, let score = report.score.concepts.first(where: { $0.name == concept.name }) {
            parts.append("The manifest declares it:\n" + line(score))
            let open = report.findings.filter { $0.concept == concept.name && $0.status == .open }
            if !open.isEmpty {
                parts.append(
                    "\(AuditFigures.counted(open.count, "finding")) about it, the worst first:\n"
                        + open.prefix(5).map(line).joined(separator: "\n"))
            }
        }
        if survey.elsewhere > 0 {
            parts.append(
                "Tests and tools have \(AuditFigures.counted(survey.elsewhere, "more class", "more classes")) of such a name."
            )
        }
        return parts.joined(separator: "\n\n")
    }

    private static func heading(_ role: ObjectRole, _ count: Int) -> String {
        switch role {
        case .implementation: count == 1 ? "The implementation" : "Implementations"
        case .enumeration: count == 1 ? "An enum" : "Enums"
        case .protocolType: count == 1 ? "A protocol" : "Protocols"
        case .validator: count == 1 ? "A validator" : "Validators"
        case .factory: count == 1 ? "A factory" : "Factories"
        case .adapter: count == 1 ? "An adapter, which only passes on" : "Adapters, which only pass on"
        case .data: "Data"
        case .exception: count == 1 ? "An exception" : "Exceptions"
        case .mock: count == 1 ? "A stand-in for tests in live code" : "Stand-ins for tests in live code"
        case .function, .instance, .alias: "Others"
        }
    }

    private static func line(_ member: ObjectSurvey.Member) -> String {
        var line =
            "- \(code(member.symbol)) at \(place(member.evidence.path, member.evidence.line)): \(text(member.because)); "
            + "imported by \(AuditFigures.counted(member.consumers, "module"))"
        let others = member.names.dropFirst()
        if !others.isEmpty {
            line += "; also known as " + others.prefix(8).map { code($0) }.joined(separator: ", ")
            if others.count > 8 { line += " and \(others.count - 8) more" }
        }
        return line
    }

    static func json(_ survey: ObjectSurvey) -> JSONValue {
        [
            "words": .array(survey.words.map { .string($0) }),
            "implementations": .int(Int64(survey.implementations.count)),
            "elsewhere": .int(Int64(survey.elsewhere)),
            "concept": survey.concept.map { .string($0.name) } ?? .null,
            "objects": .array(
                survey.members.map { member in
                    [
                        "object": .string(member.symbol), "role": .string(member.role.rawValue),
                        "because": .string(member.because), "names": .array(member.names.map { .string($0) }),
                        "defined": ["path": .string(member.evidence.path), "line": .int(Int64(member.evidence.line))],
                        "consumers": .int(Int64(member.consumers)),
                    ]
                }),
        ]
    }

    // MARK: Explanations

    static func explanation(of rule: any Rule.Type) -> ToolResult {
        let identity = rule.identity
        var parts = ["**\(identity.name)** (\(identity.severity.rawValue)): \(identity.summary)"]
        if !identity.exceptions.isEmpty { parts.append("Not counted: \(identity.exceptions)") }
        parts.append(rule.rationale)
        parts.append("What to do: \(rule.remedy)")
        if let example = rule.examples.violating.first {
            parts.append("Wrong, \(example.title):"); parts += blocks(of: example)
        }
        if let example = rule.examples.clean.first {
            parts.append("Right, \(example.title):"); parts += blocks(of: example)
        }
        return ToolResult(
            value: [
                "rule": .string(identity.name), "severity": .string(identity.severity.rawValue),
                "summary": .string(identity.summary), "exceptions": .string(identity.exceptions),
                "rationale": .string(rule.rationale), "remedy": .string(rule.remedy),
            ], text: parts.joined(separator: "\n\n"))
    }

    private static func blocks(of example: RuleExample) -> [String] {
        example.files.filter { !$0.text.isEmpty }.map { "\(code($0.path))\n\n```\n\($0.text)```" }
    }

    static func explanation(of finding: Finding) -> ToolResult {
        var parts = [
            "**\(finding.rule)** (\(finding.severity.rawValue), \(finding.priority.rawValue)): \(text(finding.message))."
        ]
        parts.append(
            "At \(place(finding.path, finding.line))"
                + (finding.placeCount > 1 ? " and \(finding.placeCount - 1) more places." : "."))
        if let suggestion = finding.suggestion { parts.append("Use \(code(suggestion)) instead.") }
        if !finding.evidence.isEmpty {
            parts.append("Evidence:\n" + finding.evidence.prefix(listed).map(line).joined(separator: "\n"))
        }
        if let rule = RuleList.named(finding.rule) {
            parts.append(rule.rationale)
            parts.append("What to do: \(rule.remedy)")
        }
        let evidence = finding.evidence.map { item -> JSONValue in
            ["path": .string(item.path), "line": .int(Int64(item.line)), "text": .string(item.text)]
        }
        return ToolResult(
            value: [
                "rule": .string(finding.rule), "severity": .string(finding.severity.rawValue),
                "fingerprint": .string(finding.fingerprint.text), "symbol": .string(finding.symbol),
                "path": .string(finding.path), "line": .int(Int64(finding.line)), "message": .string(finding.message),
                "evidence": .array(evidence),
            ], text: parts.joined(separator: "\n\n"))
    }

    // MARK: Replays

    static func replay(_ report: ReplayReport, entry: String) throws -> ToolResult {
        let names = report.names
        let objects = Set(names.map(\.identity)).count
        let implementations = Set(names.filter { $0.role == .implementation }.map(\.identity)).count
        let stop = report.result.stop.map { " at \(code(report.model.text(of: $0)))" } ?? ""
        var parts = [
            "After the imports of \(code(entry))\(stop), \(AuditFigures.counted(names.count, "name")) \(names.count == 1 ? "leads" : "lead") to "
                + "\(AuditFigures.counted(objects, "object")), \(implementations) of them \(implementations == 1 ? "an implementation" : "implementations")."
        ]
        if !names.isEmpty {
            parts.append(
                names.prefix(50).map { name in
                    "- \(code(name.name)): \(name.role.rawValue), \(code(report.model.symbol(of: name.object))) at "
                        + code(report.model.text(of: name.place))
                }.joined(separator: "\n") + (names.count > 50 ? "\n- and \(names.count - 50) more" : ""))
        }
        if let failure = report.result.failure {
            parts.append("The import fails at \(code(report.model.text(of: failure.place))): \(text(failure.text)).")
        }
        return ToolResult(value: try JSONValue.parse(report.json()), text: parts.joined(separator: "\n\n"))
    }

    // MARK: Words

    private static func place(_ path: String, _ line: Int) -> String { code(line > 0 ? "\(path):\(line)" : path) }

    private static func text(_ content: some StringProtocol) -> String { MarkdownText.escaped(String(content)) }

    private static func code(_ content: some StringProtocol) -> String {
        "`" + MarkdownText.code(String(content)) + "`"
    }
}
