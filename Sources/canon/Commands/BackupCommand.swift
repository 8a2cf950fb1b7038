import ArgumentParser
import CanonStore
import Foundation

/// `canon backup`: the database as it is now, in one file.
struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the database into one file, also beside a running server.",
        discussion: """
            The copy is checked, and appears under its name only when it is complete. It holds accounts and \
            conversations: only its owner may read it, and it should be kept as carefully as the data folder. The \
            secrets and the configuration file of the data folder are not in it.
            """
    )

    @OptionGroup var options: DataOptions
    @Flag(help: "Replace FILE when it exists.") var force = false
    @Flag(help: "Say nothing when all went well.") var quiet = false
    @Argument(help: "Where the copy goes.", completion: .file()) var file: String

    func run() throws {
        let path = try ConfigurationLoader(flags: options.settings).dataDirectory()
        let source = DataFolderInspection(folder: path).databasePath
        guard FileManager.default.fileExists(atPath: source) else {
            throw CommandFailure("\(source): there is no database to back up; check --data-dir")
        }
        let target = Paths.absolute(file, in: FileManager.default.currentDirectoryPath, home: nil)
        var progress = ProgressBar("Backup", on: Terminal(descriptor: STDERR_FILENO, quiet: quiet))
        defer { progress.finish() }
        let epoch = try CanonDatabase.backup(from: source, to: target, overwrite: force) { done, total in
            progress.update(done: done, of: total)
        }
        progress.finish()
        guard !quiet else { return }
        let size = (try? FileManager.default.attributesOfItem(atPath: target)[.size] as? Int) ?? 0
        Terminal.output.writeLine("\(target): \(ByteCount.text(size)), epoch \(epoch)")
    }
}
