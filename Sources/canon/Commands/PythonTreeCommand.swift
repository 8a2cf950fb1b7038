import ArgumentParser
import CanonPython
import Foundation

/// `canon python ast`: the tree of one file.
struct PythonTreeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ast",
        abstract: "Print the syntax tree of a Python file.",
        discussion: """
            The names of nodes and fields are those of CPython's ast. Ends with status 1 when the file does not parse.

            Examples:
              canon python ast src/app.py
              canon python ast --format json --python 3.12 src/app.py
            """
    )

    /// How the tree is printed.
    enum Format: String, ExpressibleByArgument, CaseIterable, Sendable {
        /// As `ast.dump` does, on one line.
        case dump
        case json
    }

    @Argument(help: "A file.", completion: .file(extensions: ["py"])) var file: String
    @OptionGroup var options: PythonOptions
    @Option(help: "dump: as ast.dump prints it; json.") var format = Format.dump
    @Flag(help: "With dump: print where each node stands, as ast.dump does with include_attributes=True.")
    var attributes = false

    func run() async throws {
        var reader = SourceReader()
        let source = SourceFile(path: file)
        switch reader.load(source) {
        case .failure(let error): throw CommandFailure("\(file): \(error)", status: ExitStatus.usage)
        case .success(let bytes):
            var parser = PythonParser(version: options.version)
            if let problem = parser.parse(bytes) {
                throw CommandFailure("\(file):\(problem.line):\(problem.column): \(problem.message.escapingControls)")
            }
            switch format {
            case .dump: Terminal.output.writeLine(parser.tree.dump(attributes: attributes))
            case .json: Terminal.output.writeLine(parser.tree.json())
            }
        }
    }
}
