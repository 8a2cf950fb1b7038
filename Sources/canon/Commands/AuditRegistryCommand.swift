import ArgumentParser
import CanonAudit
import Foundation

/// `canon audit registry`: how canonical objects are imported, as a page.
struct AuditRegistryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "registry",
        abstract: "Print the import registry as Markdown, write it, or check that it is current.",
        discussion: """
            The page follows from the facts alone: how each canonical object is to be imported, which other paths lead to it, and \
            which live objects have several. Without options it is printed, with --output written. With --check the file is \
            compared instead, and nothing is written: status 1 when it is not there or differs, with the first lines that do.

            EXAMPLES
              canon audit registry --output docs/import-registry.md
              canon audit registry --check                            for CI
            """
    )

    @Option(help: "The file of the page.", completion: .file(extensions: ["md"])) var output: String?
    @Flag(help: "Compare with the file (default: docs/import-registry.md) instead of writing.") var check = false
    @OptionGroup var options: AuditOptions

    func run() async throws {
        let reader = try AuditReader(options.settings)
        let text = try ImportRegistry(Audit(options.input(reader)).context).markdown
        if check {
            try compare(text, with: output ?? reader.root + "/docs/import-registry.md")
            return
        }
        guard let output else {
            Terminal.output.write(text)
            return
        }
        try ReportOutput.write(Array(text.utf8), to: output)
    }

    private func compare(_ text: String, with path: String) throws {
        let remedy = "canon audit registry\(options.argument) --output \(path)"
        guard FileManager.default.fileExists(atPath: path) else {
            throw CommandFailure("\(path) is not there; write it with: \(remedy)")
        }
        let current: [UInt8]
        switch FileReading.contents(of: path, maximumBytes: 1 << 26) {
        case .failure(let error): throw CommandFailure("\(path): \(error)", status: ExitStatus.unknown)
        case .success(let bytes): current = bytes
        }
        guard current != Array(text.utf8) else { return }
        let lines = UnifiedDiff(path: path, before: current, after: Array(text.utf8)).changes(first: Self.shownLines)
        throw CommandFailure(
            "\(path) is not current (-: in the file, +: in the program):\n"
                + lines.map { "  \($0.escapingControls)\n" }.joined() + "Write it anew with: \(remedy)")
    }

    private static let shownLines = 10
}
