import ArgumentParser
import CanonAudit
import Foundation

/// `canon audit registry`: how canonical objects are imported, as a page.
struct AuditRegistryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "registry",
        abstract: "Print the import registry as Markdown, write it, or check that it is current.",
        discussion: """
            With --output the page is written to a file; with --check, too, the file is compared instead, and the command ends \
            with status 1 when it differs.
            """
    )

    @Option(help: "The file of the page.", completion: .file(extensions: ["md"])) var output: String?
    @Flag(help: "Compare with the file (default: docs/import-registry.md) instead of writing.") var check = false
    @OptionGroup var options: AuditOptions

    func run() async throws {
        let reader = try AuditReader(options.settings)
        let text = try ImportRegistry(Audit(options.input(reader)).context).markdown
        if check {
            let path = output ?? reader.root + "/docs/import-registry.md"
            guard let current = FileManager.default.contents(atPath: path) else {
                throw CommandFailure("\(path) is not there: write it with canon audit registry --output \(path)")
            }
            guard current == Data(text.utf8) else {
                throw CommandFailure("\(path) is not current: write it anew with canon audit registry --output \(path)")
            }
            return
        }
        guard let output else {
            Terminal.output.write(text)
            return
        }
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: output), options: .atomic)
        } catch {
            throw CommandFailure(
                "\(output): cannot be written: \(error.localizedDescription)", status: ExitStatus.unknown)
        }
    }
}
