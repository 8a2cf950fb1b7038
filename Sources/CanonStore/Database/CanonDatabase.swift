import CanonWire
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
    /// - Throws: `StoreError` when the file cannot be opened, is no database or another program's, or is of a newer
    ///   schema.
    public init(path: String, durability: Durability = .full) throws {
        self.durability = durability
        (pool, epoch) = try StoreError.wording(path) {
            try File.createPrivate(path)
            let pool = try DatabasePool(path: path, configuration: Self.configuration)
            try Self.set(durability, on: pool)
            try pool.read { db in try Self.checkSchema(db, path: path) }
            try Self.migrate(pool)
            let epoch = try pool.read { db in try String.fetchOne(db, sql: "SELECT value FROM meta WHERE key = 'epoch'")
            }
            guard let epoch else {
                throw StoreError(
                    .corrupt, place: path, cause: "the store's epoch is missing",
                    remedy: "Restore a backup with `canon restore`.")
            }
            return (pool, epoch)
        }
    }

    /// Closes the database. The last process to do so leaves one file without a write-ahead log. Later use throws
    /// `StoreError` of kind `closed`.
    public func close() throws {
        // Only the writer can fold the log into the file, and only when it is the last to leave.
        pool.invalidateReadOnlyConnections()
        try StoreError.wording(pool.path) { try pool.close() }
    }

    static var configuration: GRDB.Configuration {
        var configuration = GRDB.Configuration()
        configuration.label = "canon"
        configuration.busyMode = .timeout(10)
        configuration.foreignKeysEnabled = true
        configuration.prepareDatabase { db in
            // Readers see the file itself, mapped; their own cache holds only pages that are still in the write-ahead
            // log, and is void after the next commit.
            let cacheKibibytes = db.configuration.readonly ? 2048 : 65536
            try db.execute(
                sql: """
                    PRAGMA cache_size = -\(cacheKibibytes); PRAGMA mmap_size = 268435456; PRAGMA temp_store = MEMORY
                    """)
        }
        return configuration
    }

    /// DatabasePool sets `synchronous` to NORMAL after `prepareDatabase`, so it is set here, and read back.
    private static func set(_ durability: Durability, on pool: DatabasePool) throws {
        try pool.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA synchronous = \(durability.synchronous)")
            let inForce = try Int.fetchOne(db, sql: "PRAGMA synchronous")
            guard inForce == (durability == .full ? 2 : 1) else {
                throw DatabaseError(message: "SQLite did not accept synchronous = \(durability.synchronous)")
            }
        }
    }

    /// Refuses another program's database, and one that a newer version of this program has migrated.
    static func checkSchema(_ db: Database, path: String) throws {
        let applied = try migrator.appliedIdentifiers(db)
        if applied.isEmpty {
            let tables = try String.fetchAll(
                db, sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'grdb_migrations'")
            guard tables.isEmpty else {
                throw StoreError(
                    .foreignSchema, place: path,
                    cause: "the database belongs to another program (it has the table \(tables[0]))",
                    remedy: "Name a file of Canon's, or one that does not exist yet.")
            }
        } else if try migrator.hasBeenSuperseded(db) {
            let known = Set(migrator.migrations)
            let unknown = applied.subtracting(known).sorted().joined(separator: ", ")
            throw StoreError(
                .newerSchema, place: path, cause: "the database was written by a newer version (migration \(unknown))",
                remedy: "Install that version or a newer one, or restore a backup of before the upgrade.")
        }
    }

    /// Another process that opens the database at the same moment may be one migration ahead. Ours then fails because
    /// its tables exist, which means that one more is done: after as many attempts as migrations, all are.
    private static func migrate(_ pool: DatabasePool) throws {
        for _ in migrator.migrations {
            do {
                return try migrator.migrate(pool)
            } catch let error as DatabaseError where error.resultCode == .SQLITE_ERROR {
                continue
            }
        }
        try migrator.migrate(pool)
    }

    /// Every migration ever shipped, in order. A shipped migration is never edited.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("meta") { db in
            try db.execute(sql: "CREATE TABLE meta (key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) STRICT")
            try db.execute(sql: "INSERT INTO meta (key, value) VALUES ('epoch', ?)", arguments: [newEpoch()])
        }
        EventLogSchema.register(in: &migrator)
        IdentitySchema.register(in: &migrator)
        EventLogSchema.registerRetention(in: &migrator)
        EventLogSchema.registerRunPlaces(in: &migrator)
        return migrator
    }

    static func newEpoch() -> String { Identifier<EventKind>.make("epoch").value }
}
