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

/// A problem of the memory as JSON.
struct StoredProblemReport: Encodable {
    var fingerprint: String
    var state: String
    var resolvedIn: String?
    var priority: String
    var severity: String
    var title: String
    var template: String
    var service: String
    var logger: String
    var count: Int
    var first: String?
    var last: String?
    var code: Code?

    init(_ problem: StoredProblem) {
        fingerprint = problem.fingerprint
        state = problem.state.rawValue
        if case .resolved(let fix) = problem.status { resolvedIn = fix.revision }
        priority = problem.priority.name
        severity = problem.severity.name
        title = problem.title
        template = problem.template
        service = problem.service
        logger = problem.logger
        count = problem.count
        first = problem.first.map { LogTime.text($0) }
        last = problem.last.map { LogTime.text($0) }
        code = problem.code
    }
}
