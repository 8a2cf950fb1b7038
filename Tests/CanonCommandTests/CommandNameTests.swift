import ArgumentParser
import Testing

@testable import canon

@Suite("Names of commands")
struct CommandNameTests {
    /// Without one it is made from the type's name, of all commands at each start, which takes half of the time that a start takes.
    @Test("each command says its name")
    func given() {
        var commands: [any ParsableCommand.Type] = [Canon.self]
        var names: [String] = []
        while let command = commands.popLast() {
            #expect(command.configuration.commandName != nil, "\(command)")
            names.append(command._commandName)
            commands += command.configuration.subcommands
        }
        #expect(names.first == "canon" && names.contains("import-claims") && names.count > 50)
    }
}
