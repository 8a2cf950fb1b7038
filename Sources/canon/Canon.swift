import ArgumentParser
import CanonGateway
import Foundation

@main struct Canon: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "A realtime gateway for AI agents: one manager, one durable event log.",
        version: "canon \(ProductVersion.description)",
        subcommands: [
            ServeCommand.self, ConfigCommand.self, DoctorCommand.self, UsersCommand.self, TokensCommand.self,
            BackupCommand.self, RestoreCommand.self, PythonCommand.self, AuditCommand.self, HooksCommand.self,
            LogsCommand.self,
        ]
    )

    static func main() async {
        let status = await runToStatus()
        Foundation.exit(status.rawValue)
    }
}
