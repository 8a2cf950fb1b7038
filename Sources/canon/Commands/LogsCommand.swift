import ArgumentParser

/// `canon logs`: which problems service logs tell of.
struct LogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Find the problems in service logs: how bad, since when, new, known or back again.",
        discussion: """
            Reads exports of Cloud Logging, JSON lines, logfmt and plain text, compressed with gzip or not. What was found is \
            remembered, so that the next run can say what is new and what has gone.

            The name of a subcommand wins over a file of the same name: write ./list for the file.
            """,
        subcommands: [
            LogsRunCommand.self, LogsListCommand.self, LogsShowCommand.self, LogsResolveCommand.self,
            LogsReopenCommand.self, LogsForgetCommand.self, LogsClusterCommand.self,
        ],
        defaultSubcommand: LogsRunCommand.self
    )
}
