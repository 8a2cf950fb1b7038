import ArgumentParser
import CanonStore
import Foundation

/// `canon restore`: a backup takes the place of the database.
struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put a backup in the place of the database. The server must not run.",
        discussion: """
            The backup is checked and brought up to date before anything is replaced. The database that was there is \
            kept beside the new one. Clients notice the restored store by its new epoch and load their threads anew.
            """
    )

    @OptionGroup var options: DataOptions
    @Flag(help: "Replace the database that is there; without this flag it is left alone.") var force = false
    @Flag(help: "Say nothing when all went well.") var quiet = false
    @Argument(help: "A file that canon backup made.", completion: .file()) var file: String

    func run() throws {
        let path = try ConfigurationLoader(flags: options.settings).dataDirectory()
        let backup = Paths.absolute(file, in: FileManager.default.currentDirectoryPath, home: nil)
        let database = DataFolderInspection(folder: path).databasePath
        guard force || !FileManager.default.fileExists(atPath: database) else {
            throw CommandFailure("\(database): there is a database already; give --force to replace it (it is kept)")
        }
        guard FileManager.default.fileExists(atPath: backup) else {
            throw CommandFailure("\(backup): there is no such file")
        }
        let restoration = try Store.restore(from: backup, into: DataFolder(path: path))
        guard !quiet else { return }
        Terminal.output.writeLine("\(database): restored, epoch \(restoration.epoch)")
        if let replaced = restoration.replaced {
            Terminal.output.writeLine("The database that was there is kept as \(replaced); delete it when content.")
        }
    }
}
