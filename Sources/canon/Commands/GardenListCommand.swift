import ArgumentParser
import CanonAudit
import CanonWire

/// `canon garden list`: the tracking files.
struct GardenListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the tracking files with their state and next action.",
        discussion: """
            Nothing is measured: it shows what the files say. A file that was damaged is named, with the place.

            Ends with status 0, or 2 when a file is damaged or the folder cannot be used.

            EXAMPLES
              canon garden list
              canon garden list --root services/chat --format json
            """
    )

    @OptionGroup var options: GardenOptions
    @Option(help: "How to print the list: terminal or json.") var format = ReportFormat.terminal
    @Flag(help: "List what is open only.") var quiet = false

    func run() throws {
        let entries = try options.files.entries().filter { !quiet || $0.file?.state != .closed }
        switch format {
        case .json: GardenJSON.print(GardenJSON.object(["files": .array(entries.map(Self.json))]))
        case .terminal: Terminal.output.write(text(entries, on: .output))
        }
        let damaged = entries.compactMap { entry -> CommandFailure? in
            if case .failure(let problem) = entry.content { return GardenFolder.damaged(entry.path, problem) }
            return nil
        }
        guard !damaged.isEmpty else { return }
        for failure in damaged { Terminal.errors.writeLine("error: \(failure)") }
        throw ExitStatus.usage
    }

    private static func json(_ entry: GardenFolder.Entry) -> JSONValue {
        switch entry.content {
        case .failure(let problem):
            ["file": .string(entry.path), "problem": .string(problem.message), "line": .int(Int64(problem.line))]
        case .success(let file):
            [
                "file": .string(entry.path), "concept": .string(file.concept), "kind": .string(file.kind.rawValue),
                "state": .string(file.state.rawValue), "ticked": .int(Int64(file.ticked.count)),
                "boxes": .int(Int64(file.boxes.count)), "next_action": .string(file.nextAction),
            ]
        }
    }

    private func text(_ entries: [GardenFolder.Entry], on terminal: Terminal) -> String {
        guard !entries.isEmpty else {
            return
                "\(options.files.path.escapingControls) holds no tracking file\(quiet ? " that is open" : ""): canon garden next writes one\n"
        }
        var table = TableWriter(["FILE", "CONCEPT", "STATE", "BOXES", "NEXT ACTION"])
        for entry in entries {
            switch entry.content {
            case .failure(let problem):
                table.add([.init(entry.path), "-", .init("damaged", .red), "-", .init("\(problem)")])
            case .success(let file):
                let isClosed = file.state == .closed
                table.add([
                    .init(entry.path), .init(file.concept), .init(file.state.rawValue, isClosed ? .green : .yellow),
                    .init("\(file.ticked.count)/\(file.boxes.count)"), .init(isClosed ? "" : file.nextAction),
                ])
            }
        }
        return table.render(on: terminal)
    }
}
