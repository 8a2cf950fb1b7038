import ArgumentParser
import CanonStore
import CanonWire
import Foundation

/// Opens the accounts of a data folder beside a running server, whose lock excludes only a second server.
///
/// - Parameter creating: makes the folder and the database when there are none, so that accounts can be made before
///   the first start; otherwise a mistyped path is refused, and makes nothing.
func openIdentity(dataDirectory: String, creating: Bool) throws -> IdentityStore {
    let path = DataFolderInspection(folder: dataDirectory).databasePath
    if creating {
        _ = try DataFolder(path: dataDirectory)
    } else if !FileManager.default.fileExists(atPath: path) {
        throw CommandFailure("\(path): there is no database; start the server once, or check --data-dir")
    }
    return IdentityStore(try CanonDatabase(path: path))
}

/// What the subcommands on accounts and tokens have in common.
struct IdentityOptions: ParsableArguments {
    @OptionGroup var data: DataOptions
    @Flag(help: "Print JSON.") var json = false
    @Flag(help: "Say nothing when all went well.") var quiet = false

    /// Who is noted in the audit trail.
    static var actor: String { "cli:\(NSUserName())" }

    /// Runs what a subcommand does with the accounts. A refusal of the store ends with status 1.
    func withStore(creating: Bool = false, _ body: (IdentityStore) async throws -> Void) async throws {
        do {
            let directory = try ConfigurationLoader(flags: data.settings).dataDirectory()
            try await body(try openIdentity(dataDirectory: directory, creating: creating))
        } catch let error as IdentityError {
            if case .invalidTokenName = error { throw CommandFailure("\(error)", status: ExitStatus.usage) }
            throw CommandFailure("\(error)")
        } catch let error as StoreError {
            throw CommandFailure("\(error)")
        }
    }

    /// Prints JSON or, unless quiet, the text for a person.
    func report(_ json: JSONObject, _ text: @autoclosure () -> String) {
        if self.json {
            Terminal.output.writeLine(json.encodedText)
        } else if !quiet {
            Terminal.output.writeLine(text().trimmingCharacters(in: .newlines))
        }
    }
}

/// Reads an e-mail address from the command line; one that cannot be is a usage error.
func emailArgument(_ text: String) throws -> EmailAddress {
    do { return try EmailAddress(text) } catch { throw ValidationError("\(error)") }
}
