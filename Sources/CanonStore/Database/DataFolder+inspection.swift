import Foundation
import GRDB

/// What can be seen of a data folder from outside, for `canon doctor`. Looking makes nothing, mends nothing, migrates
/// nothing and takes no lock, so that it is safe beside a running server and on a broken folder.
public struct DataFolderInspection: Sendable, Equatable {
    public enum Server: Sendable, Equatable {
        case none
        /// A process holds the folder's lock; nil when the system does not tell which one.
        case running(process: Int32?)
    }

    public let databasePath: String
    public let server: Server

    public init(databasePath: String, server: Server) {
        self.databasePath = databasePath
        self.server = server
    }

    /// - Parameter folder: an absolute path; it need not exist.
    public init(folder: String) {
        databasePath = folder + "/" + DataFolder.databaseName
        server = Self.holder(of: folder + "/" + DataFolder.lockName)
    }

    /// The kernel's table of locks says who holds one without our trying to take it, which could make a server that
    /// starts at this moment believe the folder taken.
    private static func holder(of file: String) -> Server {
        var status = stat()
        guard stat(file, &status) == 0 else { return .none }
        let written = (try? String(contentsOfFile: file, encoding: .utf8))
            .flatMap { Int32($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
        guard let table = try? String(contentsOfFile: "/proc/locks", encoding: .utf8) else {
            // No such table on this system: the number in the file counts as long as a process has it.
            guard let written, kill(written, 0) == 0 || errno == EPERM else { return .none }
            return .running(process: written)
        }
        for line in table.split(separator: "\n") {
            // "1: FLOCK  ADVISORY  WRITE 4711 08:01:131077 0 EOF"
            let fields = line.split(separator: " ")
            guard let kind = fields.firstIndex(of: "FLOCK"), fields.count > kind + 4,
                fields[kind + 4].split(separator: ":").last.flatMap({ UInt64($0) }) == UInt64(status.st_ino),
                written != nil
            else { continue }
            let holder = Int32(fields[kind + 3]) ?? 0
            return .running(process: holder > 0 ? holder : written)
        }
        return .none
    }
}

/// What can be seen of a database without changing it.
public struct DatabaseInspection: Sendable, Equatable {
    public enum Schema: Sendable, Equatable {
        case current
        /// The next start brings it up to date; these migrations are missing.
        case older(pending: [String])
        /// The file exists and holds nothing yet.
        case empty
    }

    public let schema: Schema
    /// What SQLite found wrong; empty when the database is whole.
    public let damage: [String]
    public let epoch: String?

    public init(schema: Schema, damage: [String], epoch: String?) {
        self.schema = schema
        self.damage = damage
        self.epoch = epoch
    }

    /// Opens the file for reading only and runs `PRAGMA quick_check`, which reads all of it.
    /// - Throws: `StoreError` when there is no file, it is no database, another program's, or of a newer schema.
    public init(path: String) throws {
        guard File.exists(path) else {
            throw StoreError(
                .fileMissing, place: path, cause: "there is no database", remedy: "The first start makes one.")
        }
        (schema, damage, epoch) = try StoreError.wording(path) {
            var configuration = GRDB.Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(10)
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            defer { try? queue.close() }
            return try queue.read { db in
                let report = try String.fetchAll(db, sql: "PRAGMA quick_check(5)")
                try CanonDatabase.checkSchema(db, path: path)
                let migrator = CanonDatabase.migrator
                let applied = try migrator.appliedIdentifiers(db)
                guard !applied.isEmpty else { return (.empty, report == ["ok"] ? [] : report, nil) }
                let pending = migrator.migrations.filter { !applied.contains($0) }
                let epoch = try String.fetchOne(db, sql: "SELECT value FROM meta WHERE key = 'epoch'")
                return (pending.isEmpty ? .current : .older(pending: pending), report == ["ok"] ? [] : report, epoch)
            }
        }
    }
}
