import GRDB

/// Why the memory could not do what it was asked, in words for the person who runs the command.
public struct MemoryError: Error, Equatable, Sendable, CustomStringConvertible {
    public let place: String
    public let cause: String
    public let remedy: String

    public let kind: Kind

    public enum Kind: Sendable {
        /// Another run has written since this one began; made again, it may succeed.
        case conflict
        /// There is no problem of this fingerprint, or more than one whose fingerprint begins so.
        case noSuchProblem
        case failure
    }

    public var isConflict: Bool { kind == .conflict }

    public var description: String { "\(place): \(cause). \(remedy)" }

    init(_ place: String, _ cause: String, _ remedy: String, kind: Kind = .failure) {
        self.place = place
        self.cause = cause
        self.remedy = remedy
        self.kind = kind
    }

    static func wording<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as DatabaseError {
            throw MemoryError(error, path)
        }
    }

    private init(_ error: DatabaseError, _ path: String) {
        let words = error.message ?? error.resultCode.description
        switch error.resultCode {
        case .SQLITE_FULL:
            self.init(
                path, "there is no space, nothing of the run was stored (\(words))", "Free space and run it again.")
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN:
            self.init(
                path, "the memory cannot be opened or written (\(words))",
                "Give this user the right to the file and its folder, name another with --memory, or use --no-memory.")
        case .SQLITE_NOTADB, .SQLITE_CORRUPT:
            self.init(
                path, "the file is damaged or no memory of Canon's (\(words))",
                "Move it away, or name another with --memory.")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self.init(path, "another process keeps the memory locked (\(words))", "Wait for it to end, then run again.")
        default:
            self.init(path, "SQLite failed with code \(error.extendedResultCode.rawValue) (\(words))", "Run it again.")
        }
    }
}
