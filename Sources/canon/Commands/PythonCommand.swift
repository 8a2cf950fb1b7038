import ArgumentParser

/// `canon python`: what Canon's own parser makes of Python files.
struct PythonCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "python",
        abstract: "Read Python source: verdicts, trees and facts. Nothing is executed.",
        subcommands: [PythonCheckCommand.self, PythonTreeCommand.self, PythonFactsCommand.self]
    )
}
