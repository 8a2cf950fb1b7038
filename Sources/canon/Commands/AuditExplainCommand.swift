import ArgumentParser
import CanonAudit

/// `canon audit explain`: what a rule is for, or all that is known of one finding.
struct AuditExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Explain a rule, or show one finding with all of its evidence."
    )

    @Argument(help: "The name of a rule, or a fingerprint (its first four digits or more).") var subject: String
    @OptionGroup var options: AuditOptions

    func run() async throws {
        let terminal = Terminal.output
        if let rule = RuleList.named(subject) {
            terminal.write(Self.text(of: rule, on: terminal))
            return
        }
        if let rule = IntegrityRules.all.first(where: { $0.name == subject }) {
            let page = ComparisonPage.all.first { $0.identity.name == rule.name }
            terminal.write(
                "\(terminal.styled(rule.name, .bold))  \(rule.severity.rawValue)\n\n\(terminal.paragraph(rule.summary))\n"
                    + (page.map { terminal.paragraph($0.rationale) + "\n" } ?? "")
                    + terminal.paragraph("What to do: \(IntegrityRules.remedy(of: rule.name))"))
            return
        }
        let isFingerprint = subject.utf8.count >= 4 && subject.allSatisfy { $0.isHexDigit && !$0.isUppercase }
        guard isFingerprint else {
            let names = RuleList.all.map { $0.name } + IntegrityRules.all.map(\.name)
            let hint =
                NearestName.of(subject, among: names).map { "did you mean \($0)?" } ?? "canon audit rules lists them"
            throw CommandFailure("there is no rule '\(subject.shortened)'; \(hint)", status: ExitStatus.usage)
        }
        let (finding, report) = try Self.finding(subject, options)
        let details = TerminalReport(report: report, gate: .high, terminal: terminal, isVerbose: true)
        var text =
            "\(terminal.styled(finding.rule, .bold))  \(finding.severity.rawValue) \(finding.priority.rawValue)  "
            + "\(finding.fingerprint)\n\n\(terminal.paragraph(finding.message.escapingControls))\n"
        // Mostly the evidence begins there.
        if finding.evidence.first.map({ $0.path != finding.path || $0.line != finding.line }) ?? true {
            text += "  \(finding.path.escapingControls)" + (finding.line > 0 ? ":\(finding.line)" : "") + "\n"
        }
        text += details.details(finding, indentation: "  ")
        if let rule = RuleList.named(finding.rule) {
            text += "\n" + terminal.paragraph(rule.rationale) + "\n" + terminal.paragraph("What to do: \(rule.remedy)")
            text += "\nExamples of the rule: canon audit explain \(finding.rule)\n"
            if !finding.isIntegrity {
                text += terminal.paragraph(
                    "To excuse it until a day: canon audit accept \(finding.fingerprint)\(options.argument) --reason … --issue … "
                        + "--expires …")
            }
        } else {
            text += "\nWhat to do: \(IntegrityRules.remedy(of: finding.rule))\n"
        }
        terminal.write(text)
    }

    /// Runs the audit and finds the one finding that a beginning of a fingerprint names.
    static func finding(_ prefix: String, _ options: AuditOptions) throws -> (Finding, AuditReport) {
        let reader = try AuditReader(options.settings)
        let report = try reader.report(options.source)
        let found = report.findings.filter { $0.fingerprint.text.hasPrefix(prefix) }
        guard let finding = found.first else {
            throw CommandFailure(
                "no finding of \(reader.root.escapingControls) has the fingerprint \(prefix); it may be resolved",
                status: ExitStatus.usage)
        }
        guard found.count == 1 else {
            let all = found.prefix(5).map(\.fingerprint.text).joined(separator: ", ")
            throw CommandFailure(
                "\(prefix) stands for \(found.count) findings (\(all)); give more digits", status: ExitStatus.usage)
        }
        return (finding, report)
    }

    private static func text(of rule: any Rule.Type, on terminal: Terminal) -> String {
        var text =
            "\(terminal.styled(rule.name, .bold))  \(rule.identity.severity.rawValue)\n\n"
            + terminal.paragraph(rule.identity.summary)
        if !rule.identity.exceptions.isEmpty {
            text += terminal.paragraph("Not counted: \(rule.identity.exceptions)")
        }
        text += "\n" + terminal.paragraph(rule.rationale) + "\n" + terminal.paragraph("What to do: \(rule.remedy)")
        if let example = rule.examples.violating.first {
            text += "\nWrong: \(example.title)\n\n" + source(of: example, terminal)
        }
        if let example = rule.examples.clean.first {
            text += "\nRight: \(example.title)\n\n" + source(of: example, terminal)
        }
        return text
    }

    private static func source(of example: RuleExample, _ terminal: Terminal) -> String {
        var text = ""
        for file in example.files where !file.text.isEmpty {
            text += "  " + terminal.styled("# \(file.path)", .dim) + "\n"
            for line in file.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
                text += line.isEmpty ? "\n" : "  \(line)\n"
            }
        }
        return text
    }
}
