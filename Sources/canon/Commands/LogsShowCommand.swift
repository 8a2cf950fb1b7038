import ArgumentParser
import CanonLogs

/// `canon logs show`: everything that is known of one problem.
struct LogsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show everything that is remembered of one problem.",
        discussion: """
            Example:
              canon logs show v1:3f0c9b2a
            """
    )

    @Argument(help: "The fingerprint, or a beginning of it.") var fingerprint: String
    @OptionGroup var memoryOptions: LogsMemoryOptions

    func run() async throws {
        let memory = try memoryOptions.open(mustExist: true)
        defer { try? memory.close() }
        let details = try withMemory { try memory.details(fingerprint) }
        Terminal.output.write(Self.text(details, on: .output))
    }

    static func text(_ details: ProblemDetails, on terminal: Terminal) -> String {
        let problem = details.problem
        var facts: [(String, String)] = [("fingerprint", problem.fingerprint), ("state", problem.state.rawValue)]
        if case .resolved(let fix) = problem.status {
            facts.append(("resolved", "by \(fix.source.rawValue)" + (fix.revision.map { ", in \($0)" } ?? "")))
        }
        facts += [
            ("priority", problem.priority.name), ("severity", problem.severity.name), ("count", "\(problem.count)"),
        ]
        if let first = problem.first, let last = problem.last {
            facts.append(("seen", "\(LogTime.text(first)) to \(LogTime.text(last))"))
        }
        facts += [("service", problem.service), ("logger", problem.logger), ("environment", problem.place.text)]
        facts.append(("revisions", details.revisions.map { "\($0.name) (\($0.count))" }.joined(separator: ", ")))
        facts.append(("instances", details.instances > 0 ? "\(details.instances)" : ""))
        facts.append(("code", problem.code?.text ?? ""))
        facts.append(("frames", problem.exception?.frames.joined(separator: " → ") ?? ""))
        facts += problem.echoes.map { ("also", $0.template) }
        facts.append(("formerly", details.aliases.joined(separator: ", ")))
        var text = terminal.styled(problem.title.escapingControls, .bold) + "\n"
        for (name, value) in facts where !value.isEmpty {
            text += "  \(terminal.styled(name.padded(to: 12), .dim)) \(value.escapingControls)\n"
        }
        text += hours(details.hours, on: terminal)
        for sample in problem.samples {
            let place = [
                sample.time.map { LogTime.text($0, milliseconds: true) }, sample.revision,
                sample.insertID.map { "insertId \($0)" },
            ]
            text +=
                "\n  " + terminal.styled(place.compactMap(\.self).joined(separator: "  ").escapingControls, .dim) + "\n"
            for line in sample.text.split(separator: "\n") { text += "  | \(String(line).escapingControls)\n" }
        }
        return text
    }

    /// The last hours in which it was seen.
    private static func hours(_ hours: [ProblemDetails.Hour], on terminal: Terminal) -> String {
        guard let highest = hours.map(\.count).max() else { return "" }
        var text = "\n"
        for hour in hours.suffix(24) {
            let bar = String(repeating: "#", count: max(1, hour.count * 40 / highest))
            text += "  \(terminal.styled(hour.start, .dim))  \(bar) \(hour.count)\n"
        }
        if hours.count > 24 { text += terminal.styled("  \(hours.count - 24) earlier hours\n", .dim) }
        return text
    }
}
