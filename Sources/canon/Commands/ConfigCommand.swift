import ArgumentParser
import CanonWire

/// `canon config`: the settings in force and where each came from.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Print each setting in force and where it came from.",
        discussion: """
            Settings come from flags, environment variables (CANON_…), the configuration file and defaults, in this \
            order. Secrets are shown by their length. Ends with status 2 when the configuration cannot be used.
            """
    )

    @OptionGroup var options: DataOptions
    @Flag(help: "Print JSON (schema canon.config/1).") var json = false
    @Flag(help: ArgumentHelp("Print the reference page of all settings.", visibility: .hidden)) var reference = false

    func run() throws {
        let output = Terminal.output
        if reference {
            output.write(ConfigurationReference.markdown)
            return
        }
        let loaded = try ConfigurationLoader(flags: options.settings).load()
        let report = ConfigurationReport(loaded: loaded)
        if json {
            output.writeLine(report.json.encodedText)
        } else {
            output.write(report.table(on: output))
            Terminal.errors.writeWarnings(loaded.warnings)
        }
    }
}

extension Terminal {
    /// One line for each warning about the configuration.
    func writeWarnings(_ warnings: [ConfigurationProblem]) {
        for warning in warnings { writeLine(styled("warning:", .yellow) + " " + warning.description) }
    }
}
