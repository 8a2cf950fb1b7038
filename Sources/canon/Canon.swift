import ArgumentParser
import CCanonVersion

@main struct Canon: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "canon", version: String(cString: canon_commit()),
        subcommands: [UsersCommand.self, TokensCommand.self])
}
