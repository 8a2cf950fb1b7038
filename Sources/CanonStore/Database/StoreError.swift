import GRDB

/// Why the store could not do what it was asked, in words for the person who must repair it.
public struct StoreError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The cause for a program.
    public enum Kind: Equatable, Sendable {
        // The database.
        case diskFull
        case inputOutput
        case readOnly
        case corrupt
        case notADatabase
        case foreignSchema
        case newerSchema
        case cannotOpen
        case busy
        case closed
        case database

        // A request.
        case malformedCursor
        case runExists

        // The files of the data folder.
        case fileMissing
        case fileExists
        case fileFailed
        case noHome
        case notADirectory
        case notWritable
        case foreignOwner
        case insideWorkspace
        case invalidName
        case exposed
        case tooShort
        /// Another server holds the data folder; nil when its process id could not be read.
        case locked(process: Int32?)
    }

    public let kind: Kind
    /// What the error is about: a path, or the member of a request.
    public let place: String
    public let cause: String
    /// What to do about it.
    public let remedy: String

    public init(_ kind: Kind, place: String, cause: String, remedy: String) {
        self.kind = kind
        self.place = place
        self.cause = cause
        self.remedy = remedy
    }

    public var description: String { "\(place): \(cause). \(remedy)" }
}

extension StoreError {
    /// Says what SQLite said, with the remedy that its result code calls for.
    init(_ error: DatabaseError, path: String) {
        // The SQL stays out: it names columns, which help nobody who runs a server.
        let words = error.message ?? error.resultCode.description
        func make(_ kind: Kind, _ cause: String, _ remedy: String) -> StoreError {
            StoreError(kind, place: path, cause: "\(cause) (\(words))", remedy: remedy)
        }
        self =
            switch error.resultCode {
            case .SQLITE_FULL:
                make(
                    .diskFull, "there is no space for the write, nothing of it was stored",
                    "Free space on the volume; the store goes on by itself, no restart is needed.")
            case .SQLITE_IOERR:
                make(
                    .inputOutput, "the disk refused a read or a write, an unfinished write was not stored",
                    "Check the volume and the system log; then try again.")
            case .SQLITE_READONLY, .SQLITE_PERM:
                make(
                    .readOnly, "the database cannot be written, nothing of the write was stored",
                    "Mount the volume writable and give this user the right to write the file and its folder.")
            case .SQLITE_CORRUPT:
                make(
                    .corrupt, "the database is damaged",
                    "Stop the server, keep a copy of the file, and restore a backup with `canon restore`.")
            case .SQLITE_NOTADB:
                make(
                    .notADatabase, "the file is no SQLite database",
                    "Name the right file, move this one away, or restore a backup with `canon restore`.")
            case .SQLITE_CANTOPEN:
                make(
                    .cannotOpen, "the database cannot be opened",
                    "Check that the folder exists and that this user may read and write it.")
            case .SQLITE_BUSY, .SQLITE_LOCKED:
                make(
                    .busy, "another process has kept the database locked for 10 seconds",
                    "Wait for it to end (a long `canon` command, or a tool that has the file open), then try again.")
            case .SQLITE_MISUSE:
                // GRDB's code for a closed connection; SQLite's words for it are misleading.
                StoreError(
                    .closed, place: path, cause: "the store was closed",
                    remedy: "This happens while a server stops; try again when it runs.")
            default:
                make(.database, "SQLite failed with code \(error.extendedResultCode.rawValue)", "Try again.")
            }
    }

    /// Runs `body` and puts SQLite's errors into words. Other errors pass unchanged.
    static func wording<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as DatabaseError {
            throw StoreError(error, path: path)
        }
    }
}
