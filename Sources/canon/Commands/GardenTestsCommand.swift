import ArgumentParser
import CanonAudit
import Foundation

/// `canon garden tests CONCEPT`: tests that fail until there is one.
struct GardenTestsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tests",
        abstract: "Write a pytest module whose tests fail now, and pass when the consolidation is real.",
        discussion: """
            The tests hold every import path against the one object (a path that is gone is as good), look for a second owner of the \
            state, for consumers that take it from elsewhere, and for implementations and doubles that do not keep its contract. They \
            import modules and read their sources, and do nothing else. The module is made for the program as it is: write it before \
            the consolidation, and keep it.

            Ends with status 0; 1 when another file is in the way; 2 for a command line or manifest that cannot be used; 3 when \
            something could not be read, so that a test may be missing.

            EXAMPLES
              canon garden tests rooms
              canon garden tests rooms --output tests/test_ssot_rooms.py && python -m pytest tests/test_ssot_rooms.py
            """
    )

    @Argument(help: "A concept that the manifest declares.") var concept: String
    @Option(help: "Write it to this file; default: standard output.", completion: .file(extensions: ["py"]))
    var output: String?
    @Option(help: "The folder with the program.", completion: .directory) var root = "."
    @OptionGroup var source: SourceOptions

    func run() async throws {
        let reading = try GardenReading(root: root, source: source)
        let found = try reading.concept(concept)
        guard let module = ProofModule(found, in: reading.audit.context) else {
            throw GardenReading.withoutCanonical(found)
        }
        if let output {
            if case .success(let present) = FileReading.contents(of: output, maximumBytes: TrackingFile.maximumBytes),
                !ProofModule.isOwn(String(decoding: present, as: UTF8.self))
            {
                throw CommandFailure(
                    "\(output.escapingControls): there is another file, which was left alone; name another one with --output"
                )
            }
        }
        try ReportOutput.write(Array(module.source.utf8), to: output)
        if let output, !source.quiet { Terminal.errors.writeLine("wrote \(output.escapingControls)") }
        try reading.requireComplete()
    }
}
