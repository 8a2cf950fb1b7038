import ArgumentParser
import CanonGateway
import CanonWire

/// `canon doctor`: what stands between this machine and a working server.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check this machine, the data folder and the configuration, and say how to mend what is wrong.",
        discussion: "Changes nothing, and may be run beside a server. Ends with status 1 when a check failed."
    )

    @OptionGroup var options: DataOptions
    @Flag(help: "Print JSON (schema canon.doctor/1).") var json = false

    func run() async throws {
        let report = try await Self.examine(ConfigurationLoader(flags: options.settings), machine: .current)
        let output = Terminal.output
        if json {
            output.writeLine(report.json.encodedText)
        } else {
            output.write(report.table(on: output))
        }
        guard report.failed == 0 else { throw ExitStatus.failed }
    }

    /// A configuration that cannot be used is a finding like any other; the checks then go by its readable part.
    /// - Throws: `ConfigurationError` when not even the data folder is known.
    static func examine(
        _ loader: ConfigurationLoader, machine: Machine
    ) async throws(ConfigurationError) -> DoctorReport {
        var loaded: LoadedConfiguration
        var failure: ConfigurationError?
        do throws(ConfigurationError) {
            loaded = try loader.loadUnchecked()
            var rules = ConfigurationRules(configuration: loaded.configuration, provenance: loaded.provenance)
            rules.check()
            loaded.warnings += rules.warnings
            if !rules.problems.isEmpty { failure = ConfigurationError(rules.problems) }
        } catch {
            failure = error
            var configuration = GatewayConfiguration()
            do throws(ConfigurationError) {
                configuration.dataDirectory = try loader.dataDirectory()
            } catch {
                configuration.dataDirectory = try loader.ignoringFile().dataDirectory()
            }
            loaded = LoadedConfiguration(
                configuration: configuration, provenance: Provenance(), warnings: [], file: nil)
        }
        return await Doctor(machine: machine, loaded: loaded, configurationError: failure).examine()
    }
}
