import ArgumentParser
import CanonFacts
import CanonPython
import CanonWire
import Foundation

/// `canon python facts`: what files declare, import, bind, own and call.
struct PythonFactsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "facts",
        abstract: "Print what Python files declare, import, bind, own and call.",
        discussion: """
            The JSON (schema canon.python-facts/1) has a file a line. A file that does not parse has its error and no facts. \
            The exit status is that of canon python check.

            Examples:
              canon python facts src/app.py
              canon python facts --format json --only declarations,imports src > facts.json
            """
    )

    @Argument(help: "Files and folders.", completion: .file()) var paths: [String]
    @OptionGroup var options: PythonOptions
    @OptionGroup var threads: JobOptions
    @OptionGroup var cache: CacheOptions
    @Option(help: "How to print the facts.") var format = ReportFormat.terminal
    @Option(
        help: "Which parts of the JSON, with commas: declarations, imports, events, state, fingerprints.",
        transform: parts)
    var only = Set(FactsReport.Part.allCases)

    private static func parts(_ text: String) throws -> Set<FactsReport.Part> {
        try Set(
            text.split(separator: ",").map { word in
                guard let part = FactsReport.Part(rawValue: String(word)) else {
                    let known = FactsReport.Part.allCases.map(\.rawValue).joined(separator: ", ")
                    throw ValidationError("there is no part '\(word)'; there are \(known)")
                }
                return part
            })
    }

    func run() async throws {
        let run = try PythonRun(paths: paths, options: options, jobs: threads.count, cache: cache)
        let isJSON = format == .json
        if isJSON {
            Terminal.output.write("{\"schema\":\"canon.python-facts/1\",\"python\":\"\(options.version)\",\"files\":[")
        }
        let report = FactsReport(parts: only)
        let outline = FactsOutline(terminal: .output)
        var status = ExitStatus.success
        var isFirst = true
        // A batch at a time: all of a large tree's facts are more than one wants to keep in memory.
        for batch in run.batches(of: 256) {
            let texts = run.map(batch) { file, outcome -> Printed in
                switch outcome {
                case .failure(let error):
                    Printed(
                        text: isJSON ? Self.unread(file, error) : [], status: ExitStatus.unknown, file: file,
                        error: error)
                case .success(let facts):
                    Printed(
                        text: isJSON
                            ? report.line(facts, path: file.name)
                            : Array(outline.text(of: facts, path: file.name).utf8),
                        status: facts.error == nil ? ExitStatus.success : ExitStatus.failed)
                }
            }
            for printed in texts {
                if isJSON { Terminal.output.write(isFirst ? "\n" : ",\n") }
                isFirst = false
                Terminal.output.write(printed.text)
                if let file = printed.file, let error = printed.error {
                    Terminal.errors.writeLine("error: \(file.name.escapingControls): cannot be read: \(error)")
                }
                if printed.status.rawValue > status.rawValue { status = printed.status }
            }
        }
        if isJSON { Terminal.output.write("\n]}\n") }
        run.finish()
        try run.reportUnlisted()
        guard status == ExitStatus.success else { throw status }
    }

    /// What is printed of one file.
    private struct Printed: Sendable {
        var text: [UInt8]
        var status: ExitCode
        var file: SourceFile?
        var error: SourceFailure?
    }

    private static func unread(_ file: SourceFile, _ error: SourceFailure) -> [UInt8] {
        JSONValue.object([
            "path": .string(file.name), "ok": false, "error": PythonVerdicts.Problem.unread(error).json,
        ]).encoded
    }
}
