import ArgumentParser

/// `canon audit`: which implementations stand where one should.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Say what a program's names stand for, and where several things stand for one.",
        subcommands: [AuditReplayCommand.self, AuditWhereCommand.self]
    )
}
