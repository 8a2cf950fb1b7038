import CanonWire
import Foundation
public import GRDB

/// When an event counts as stored.
public enum Durability: String, Sendable, CaseIterable {
    /// Survives power loss: each commit waits for the disk.
    case full
    /// Survives the death of the process, not of the machine.
    case process

    var synchronous: String {
        switch self {
        case .full: "FULL"
        case .process: "NORMAL"
        }
    }
}

/// The one SQLite database of a data folder: opened, migrated, and set to the durability that was asked for.
public struct CanonDatabase: Sendable {
    public let pool: DatabasePool
    public let durability: Durability
    /// Made with the database and kept in it, so that a restored or replaced store is told apart.
    public let epoch: String

    /// Opens or creates the database and brings its schema up to date.
    /// - Throws: `DatabaseError` with SQLite's words when the file cannot be opened, is no database, or is of a
    ///   newer schema.
    public init(path: String, durability: Durability = .full) throws {
        var configuration = GRDB.Configuration()
        configuration.label = "canon"
        configuration.busyMode = .timeout(10)
        configuration.foreignKeysEnabled = true
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA cache_size = -65536; PRAGMA mmap_size = 268435456; PRAGMA temp_store = MEMORY")
        }
        pool = try DatabasePool(path: path, configuration: configuration)
        self.durability = durability
        // DatabasePool sets `synchronous` to NORMAL after `prepareDatabase`, so it is set here, and read back.
        try pool.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA synchronous = \(durability.synchronous)")
            let inForce = try Int.fetchOne(db, sql: "PRAGMA synchronous")
            guard inForce == (durability == .full ? 2 : 1) else {
                throw DatabaseError(message: "SQLite did not accept synchronous = \(durability.synchronous)")
            }
        }
        try Self.migrator.migrate(pool)
        epoch = try pool.read { db in
            try String.fetchOne(db, sql: "SELECT value FROM meta WHERE key = 'epoch'")!
        }
    }

    /// Every migration ever shipped, in order. A shipped migration is never edited.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("meta") { db in
            try db.execute(sql: "CREATE TABLE meta (key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT")
            let epoch = Identifier<EventKind>.make("epoch").value
            try db.execute(sql: "INSERT INTO meta (key, value) VALUES ('epoch', ?)", arguments: [epoch])
        }
        EventLogSchema.register(in: &migrator)
        IdentitySchema.register(in: &migrator)
        return migrator
    }
}
