import ArgumentParser
import CanonLogs

/// `canon logs ssot-warnings`: what running services say about their own duplicates.
struct LogsWarningsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ssot-warnings",
        abstract:
            "Turn \"Found other … classes: […]\" lines, and inventories that were logged, into inventories for canon verify.",
        discussion: """
            Prints JSON (schema \(RuntimeInventories.schemaName)): a list of names for each service, revision and warning, \
            and how often it was said.

            Ends with status 0, with 2 for a command line that cannot be used, and with 3 when something could not be read.

            Example:
              canon logs ssot-warnings export.json > inventory.json
            """
    )

    @Argument(help: "Files, folders, or - for standard input.", completion: .file()) var inputs: [String]
    @Option(
        help: "The configuration whose logs: section maps fields; default: canon.yaml here.",
        completion: .file(extensions: ["yaml"]))
    var config: String?

    func run() async throws {
        var collector = InventoryCollector(mapping: try LogsConfiguration.mapping(path: config))
        for input in LogInput.inputs(inputs).inputs { collector.read(input) }
        Terminal.output.write(LogJSON.bytes(collector.inventories))
        for problem in collector.incomplete {
            Terminal.errors.writeLine("not read: \(problem.description)".escapingControls)
        }
        if !collector.incomplete.isEmpty { throw ExitStatus.unknown }
    }
}
