import ArgumentParser
import CanonLogs
import Foundation

/// `canon logs list`: what the memory holds.
struct LogsListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the problems that are remembered.",
        discussion: """
            Example:
              canon logs list --open
            """
    )

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case terminal, json
    }

    @OptionGroup var memoryOptions: LogsMemoryOptions
    @Flag(help: "Only those that are not resolved.") var open = false
    @Option(help: "How to print them.") var format = Format.terminal

    func run() async throws {
        let memory = try memoryOptions.open(mustExist: true)
        defer { try? memory.close() }
        let problems = try withMemory { try memory.problems() }.filter { !open || $0.status == .open }
        switch format {
        case .json: Terminal.output.write(LogJSON.bytes(problems.map { StoredProblemReport($0) }))
        case .terminal:
            guard !problems.isEmpty else {
                Terminal.output.writeLine("No problem is remembered.")
                return
            }
            var table = TableWriter(["FINGERPRINT", "STATE", "PRIORITY", "COUNT", "LAST", "SERVICE", "PROBLEM"])
            for problem in problems {
                table.add([
                    .init(problem.fingerprint), .init(problem.state.rawValue), .init(problem.priority.name),
                    .init("\(problem.count)"),
                    .init(problem.last.map { LogTime.text($0) } ?? ""), .init(problem.service), .init(problem.title),
                ])
            }
            Terminal.output.write(table.render(on: .output))
        }
    }
}
