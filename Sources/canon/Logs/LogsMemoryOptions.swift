import ArgumentParser
import CanonLogs
import Foundation

/// Which memory a command uses.
struct LogsMemoryOptions: ParsableArguments {
    @Option(
        help:
            "The file that remembers problems from run to run; default: $XDG_STATE_HOME/canon/logs.db or ~/.local/state/canon/logs.db.",
        completion: .file(extensions: ["db"]))
    var memory: String?

    /// Opens the memory, and makes its folder when it is the usual one.
    /// - Parameter mustExist: a memory that does not exist yet is no use to the command.
    func open(mustExist: Bool = false, environment: [String: String] = ProcessInfo.processInfo.environment) throws
        -> LogMemory
    {
        guard let path = memory ?? Self.usualPath(environment) else {
            throw CommandFailure(
                "neither XDG_STATE_HOME nor HOME says where the memory is; name it with --memory, or use --no-memory",
                status: ExitStatus.usage)
        }
        if mustExist, !FileManager.default.fileExists(atPath: path) {
            throw CommandFailure(
                "\(path.escapingControls): there is no memory yet. canon logs FILE makes one; --memory names another.",
                status: ExitStatus.usage)
        }
        if memory == nil {
            try? FileManager.default.createDirectory(
                atPath: Paths.parent(of: path), withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        }
        do {
            return try LogMemory(path: path)
        } catch let error as MemoryError {
            throw CommandFailure(error.description, status: ExitStatus.unknown)
        }
    }

    /// Nil when the environment does not say where it would be.
    static func usualPath(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> String? {
        if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") { return state + "/canon/logs.db" }
        guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
        return home + "/.local/state/canon/logs.db"
    }
}

/// An error of the memory as the end of a command.
func withMemory<Result>(_ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch let error as MemoryError {
        throw CommandFailure(error.description)
    }
}
