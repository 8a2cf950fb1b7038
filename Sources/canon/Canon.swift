import ArgumentParser
import CanonGateway
import Foundation

@main struct Canon: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "canon",
        abstract:
            "One of everything where AI agents meet people: a realtime gateway, and an audit that finds the second one.",
        discussion: """
            canon serve runs the gateway: logins, sockets, agent runs, and one durable event log for each conversation. \
            canon audit reads a Python program or a Swift package and names each second implementation, stray import path and shared state, \
            with evidence; canon hooks does so before every commit.
            """,
        version: "canon \(ProductVersion.description)",
        subcommands: [
            ServeCommand.self, ConfigCommand.self, DoctorCommand.self, UsersCommand.self, TokensCommand.self,
            BackupCommand.self, RestoreCommand.self, PythonCommand.self, AuditCommand.self, HooksCommand.self,
            LogsCommand.self, ProbeCommand.self, LoadCommand.self, VerifyCommand.self, StatusCommand.self,
            MigrateCommand.self, GardenCommand.self,
        ]
    )

    static func main() async {
        MigrationRecovery.beforeCommand()
        let status = await runToStatus()
        Foundation.exit(status.rawValue)
    }
}
