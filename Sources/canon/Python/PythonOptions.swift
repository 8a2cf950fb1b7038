public import ArgumentParser
public import CanonPython
import Foundation

/// What every command that reads Python takes.
struct PythonOptions: ParsableArguments {
    @Option(name: .customLong("python"), help: "The version whose grammar counts: 3.8 to 3.14.")
    var version = PythonVersion.v3_13

    @Flag(help: "Print neither progress nor a summary.") var quiet = false

    /// Where progress goes.
    var progressTerminal: Terminal { Terminal(descriptor: STDERR_FILENO, quiet: quiet) }
}

/// How many threads work.
struct JobOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: "How many files are read at the same time; default: one for each core.")
    var jobs: Int?

    func validate() throws {
        guard jobs ?? 1 >= 1 else { throw ValidationError("--jobs must be at least 1") }
    }

    var count: Int { jobs ?? ProcessInfo.processInfo.activeProcessorCount }
}

extension PythonVersion: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
    public static var allValueStrings: [String] { allCases.map(\.description) }
    public var defaultValueDescription: String { description }
}
