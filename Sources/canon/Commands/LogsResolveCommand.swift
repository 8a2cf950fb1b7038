import ArgumentParser
import CanonLogs

/// `canon logs resolve`: says that a problem is fixed.
struct LogsResolveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve",
        abstract: "Say that a problem is fixed, and in which revision.",
        discussion: """
            When it is seen on a newer revision than that, it is reported as returned. Entries of the revision itself and of older \
            ones say nothing about the fix.

            Example:
              canon logs resolve v1:3f0c9b2a41d7e865 --revision checkout-00045-xyz
            """
    )

    @Argument(help: "The fingerprint, or a beginning of it.") var fingerprint: String
    @Option(help: "The revision that has the fix; leave it out for a service whose entries name none.") var revision:
        String?
    @OptionGroup var memoryOptions: LogsMemoryOptions

    func run() async throws {
        let memory = try memoryOptions.open(mustExist: true)
        defer { try? memory.close() }
        let problem = try withMemory { try memory.resolve(fingerprint, revision: revision) }
        Terminal.output.writeLine(
            "\(problem.fingerprint) is resolved\(revision.map { " in \($0)" } ?? ""): \(problem.title)".escapingControls
        )
    }
}

/// `canon logs reopen`: takes that back.
struct LogsReopenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reopen",
        abstract: "Take back that a problem is fixed.",
        discussion: """
            Example:
              canon logs reopen v1:3f0c9b2a41d7e865
            """
    )

    @Argument(help: "The fingerprint, or a beginning of it.") var fingerprint: String
    @OptionGroup var memoryOptions: LogsMemoryOptions

    func run() async throws {
        let memory = try memoryOptions.open(mustExist: true)
        defer { try? memory.close() }
        let problem = try withMemory { try memory.reopen(fingerprint) }
        Terminal.output.writeLine("\(problem.fingerprint) is open: \(problem.title)".escapingControls)
    }
}

/// `canon logs forget`: deletes what must not be kept.
struct LogsForgetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget",
        abstract: "Delete problems from the memory, with their samples and counts.",
        discussion: """
            A problem that is forgotten is new when it is seen again. What was deleted is wiped from the file.

            Examples:
              canon logs forget v1:3f0c9b2a41d7e865
              canon logs forget --before 90d
            """
    )

    @Argument(help: "The fingerprint, or a beginning of it.") var fingerprint: String?
    @Option(help: "All that were last seen before then: 2025-09-16, 90d.") var before: LogTimeArgument?
    @OptionGroup var memoryOptions: LogsMemoryOptions

    func validate() throws {
        guard (fingerprint == nil) != (before == nil) else {
            throw ValidationError("name a fingerprint, or a time with --before")
        }
    }

    func run() async throws {
        let memory = try memoryOptions.open(mustExist: true)
        defer { try? memory.close() }
        if let before {
            let gone = try withMemory { try memory.forget(before: before.time) }
            Terminal.output.writeLine("\(gone.count) \(gone.count == 1 ? "problem is" : "problems are") forgotten.")
        } else if let fingerprint {
            let problem = try withMemory { try memory.forget(fingerprint) }
            Terminal.output.writeLine("\(problem.fingerprint) is forgotten: \(problem.title)".escapingControls)
        }
    }
}
