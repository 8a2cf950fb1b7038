import ArgumentParser
import CanonStore
import CanonWire
import Foundation

/// Opens the accounts of a data folder beside a running server, whose lock excludes only a second server.
func openIdentity(dataDirectory: String) throws -> IdentityStore {
    IdentityStore(try CanonDatabase(path: dataDirectory + "/canon.sqlite"))
}

/// What the subcommands on accounts and tokens have in common.
struct IdentityOptions: ParsableArguments {
    @Option(name: .long, help: "The data folder. Default: $XDG_DATA_HOME/canon.", completion: .directory)
    var dataDir: String?

    @Flag(name: .long, help: "Print JSON.")
    var json = false

    @Flag(name: .long, help: "Print nothing on success, except a new secret.")
    var quiet = false

    /// Who is noted in the audit trail.
    var actor: String { "cli:\(NSUserName())" }

    /// Opens the store of the data folder, which must be there already: a mistyped path must not make a new one.
    func open() throws -> IdentityStore {
        let directory = dataDir ?? Self.defaultDataDirectory
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory), isDirectory.boolValue else {
            throw CommandFailure(
                "There is no data folder at \(directory). Start the server once, or give --data-dir.")
        }
        do {
            return try openIdentity(dataDirectory: directory)
        } catch {
            throw CommandFailure("The database in \(directory) cannot be opened: \(error)")
        }
    }

    static var defaultDataDirectory: String {
        let environment = ProcessInfo.processInfo.environment
        if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") { return data + "/canon" }
        return (environment["HOME"] ?? NSHomeDirectory()) + "/.local/share/canon"
    }

    /// Prints JSON or, unless quiet, the text for a person.
    func report(_ json: JSONObject, _ text: @autoclosure () -> String) {
        if self.json {
            print(json.encodedText)
        } else if !quiet {
            print(text())
        }
    }
}

/// A refusal with words for the person at the terminal; the exit code is 1.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Runs what a subcommand does: a refusal is printed on standard error and ends with exit code 1, where
/// swift-argument-parser would print the usage too.
func reporting(_ body: () async throws -> Void) async throws {
    do {
        try await body()
    } catch let error as IdentityError {
        try fail("\(error)")
    } catch let error as CommandFailure {
        try fail("\(error)")
    }
}

private func fail(_ message: String) throws -> Never {
    FileHandle.standardError.write(Data("canon: \(message)\n".utf8))
    throw ExitCode(1)
}

/// Reads an e-mail address from the command line; one that cannot be is a usage error.
func emailArgument(_ text: String) throws -> EmailAddress {
    do { return try EmailAddress(text) } catch { throw ValidationError("\(error)") }
}
