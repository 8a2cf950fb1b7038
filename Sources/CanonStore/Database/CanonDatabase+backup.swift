import GRDB

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What a restore has done.
public struct Restoration: Sendable, Equatable {
    /// The epoch of the restored store. It is a new one, because numbers given since the backup will be given again.
    public let epoch: String
    /// Where the database that was replaced is kept; nil when there was none.
    public let replaced: String?
}

/// Is told the pages copied so far and the pages in all.
public typealias BackupProgress = (_ done: Int, _ total: Int) -> Void

extension CanonDatabase {
    /// Copies the database as it is at this moment into one file (mode 0600), beside running readers and writers, by
    /// SQLite's online backup. The file appears under its name only when it is complete and has been checked.
    /// Blocks its thread until then.
    /// - Parameters:
    ///   - path: where the copy goes.
    ///   - overwrite: whether a file of that name may be replaced.
    ///   - progress: called between two parts of the copy.
    /// - Throws: `StoreError`; of kind `fileExists` when the name is taken.
    public func backup(to path: String, overwrite: Bool = false, progress: BackupProgress? = nil) throws {
        try Self.backup(pool, of: pool.path, to: path, overwrite: overwrite, progress: progress)
    }

    /// Backs up the database in the file `source` without bringing its schema up to date, so that a new version can
    /// make the backup to fall back on before it first starts. Returns the epoch of the store.
    public static func backup(
        from source: String, to path: String, overwrite: Bool = false, progress: BackupProgress? = nil
    ) throws -> String {
        try StoreError.wording(source) {
            var configuration = Self.configuration
            configuration.readonly = true
            let reader = try DatabaseQueue(path: source, configuration: configuration)
            defer { try? reader.close() }
            let epoch = try reader.read { db in
                try checkSchema(db, path: source)
                guard try !migrator.appliedIdentifiers(db).isEmpty else { return nil as String? }
                return try String.fetchOne(db, sql: "SELECT value FROM meta WHERE key = 'epoch'")
            }
            guard let epoch else {
                throw StoreError(
                    .foreignSchema, place: source, cause: "the database is empty", remedy: "Check the data folder.")
            }
            try backup(reader, of: source, to: path, overwrite: overwrite, progress: progress)
            return epoch
        }
    }

    private static func backup(
        _ reader: any DatabaseReader, of source: String, to path: String, overwrite: Bool, progress: BackupProgress?
    ) throws {
        if !overwrite, File.exists(path) {
            throw StoreError(
                .fileExists, place: path, cause: "the file exists",
                remedy: "Choose another name, or ask for it to be overwritten.")
        }
        let unfinished = try copy(reader, near: path, progress: progress)
        defer { remove(unfinished) }
        try StoreError.wording(path) {
            let copy = try DatabaseQueue(path: unfinished)
            try copy.writeWithoutTransaction { db in
                try makeSelfContained(db)
                try checkIntegrity(db, path: source)
            }
            try copy.close()
        }
        try File.publish(unfinished, as: path, replacing: overwrite)
    }

    /// Puts a backup in the place of a database that nobody has open: hold the folder's lock.
    ///
    /// The backup is copied, checked and migrated before anything is replaced. The database that was there is kept
    /// beside the new one under the name `<path>.replaced-<epoch>`, to be deleted by whoever is content with the result.
    /// - Throws: `StoreError`; the database at `path` is then as it was.
    public static func restore(from backup: String, to path: String) throws -> Restoration {
        guard File.exists(backup) else {
            throw StoreError(.fileMissing, place: backup, cause: "there is no such file", remedy: "Check the path.")
        }
        let unfinished = try copyOfBackup(backup, near: path)
        defer { remove(unfinished) }
        let epoch = newEpoch()
        try StoreError.wording(backup) {
            let copy = try DatabaseQueue(path: unfinished)
            try copy.write { db in
                try checkIntegrity(db, path: backup)
                try checkSchema(db, path: backup)
                guard try !migrator.appliedIdentifiers(db).isEmpty else {
                    throw StoreError(
                        .foreignSchema, place: backup, cause: "the file is an empty database, not a backup",
                        remedy: "Name a file that `canon backup` made.")
                }
            }
            try migrator.migrate(copy)
            try copy.write { db in
                try db.execute(sql: "UPDATE meta SET value = ? WHERE key = 'epoch'", arguments: [epoch])
            }
            try copy.writeWithoutTransaction { db in try makeSelfContained(db) }
            try copy.close()
        }
        let replaced = try setAside(path, as: "\(path).replaced-\(epoch)")
        try File.publish(unfinished, as: path, replacing: true)
        return Restoration(epoch: epoch, replaced: replaced)
    }

    // MARK: Copies

    private static func copy(
        _ source: any DatabaseReader, near path: String, progress: BackupProgress? = nil
    ) throws -> String {
        let unfinished = "\(path).\(getpid()).\(UInt32.random(in: .min ... .max)).new"
        try File.createPrivate(unfinished)
        do {
            try StoreError.wording(path) {
                let copy = try DatabaseQueue(path: unfinished)
                try source.unsafeRead { from in
                    // SQLite lets go of its snapshot after each step, and starts anew when somebody has written
                    // meanwhile: beside a busy server it would never end. A transaction that has read keeps it.
                    try from.inTransaction(.deferred) {
                        _ = try Int.fetchOne(from, sql: "SELECT count(*) FROM sqlite_master")
                        try copy.writeWithoutTransaction { to in
                            try from.backup(to: to, pagesPerStep: 1024) { step in
                                progress?(step.completedPageCount, step.totalPageCount)
                            }
                        }
                        return .commit
                    }
                }
                try copy.close()
            }
        } catch {
            remove(unfinished)
            throw error
        }
        return unfinished
    }

    private static func copyOfBackup(_ backup: String, near path: String) throws -> String {
        try StoreError.wording(backup) {
            var configuration = GRDB.Configuration()
            configuration.readonly = true
            let source = try DatabaseQueue(path: backup, configuration: configuration)
            return try copy(source, near: path)
        }
    }

    /// Leaves WAL mode, so that the file is complete without a companion.
    private static func makeSelfContained(_ db: Database) throws {
        try db.execute(sql: "PRAGMA journal_mode = DELETE")
    }

    private static func checkIntegrity(_ db: Database, path: String) throws {
        let report = try String.fetchAll(db, sql: "PRAGMA integrity_check(3)")
        guard report == ["ok"] else {
            throw StoreError(
                .corrupt, place: path, cause: "the database is damaged (\(report.joined(separator: "; ")))",
                remedy: "Use an older backup.")
        }
    }

    // MARK: Names

    private static let companions = ["-wal", "-shm"]

    /// Gives the database a second name. Its own name stays in use until the new file takes it over in one step, so
    /// that no server can find the place empty and start anew.
    private static func setAside(_ path: String, as aside: String) throws -> String? {
        guard File.exists(path) else { return nil }
        for suffix in [""] + companions where File.exists(path + suffix) {
            guard link(path + suffix, aside + suffix) == 0 else {
                throw StoreError.file(aside + suffix, "the old database cannot be kept")
            }
        }
        // What is in the write-ahead log goes into the file. A damaged database cannot do that, and keeps its log.
        let isWhole = (try? foldLog(of: path)) != nil
        for suffix in companions {
            if isWhole { unlink(aside + suffix) }
            // A log left under the old name would be played into the new file.
            unlink(path + suffix)
        }
        return aside
    }

    private static func foldLog(of path: String) throws {
        let database = try DatabaseQueue(path: path)
        _ = try database.writeWithoutTransaction { db in try db.checkpoint(.truncate) }
        try database.close()
    }

    private static func remove(_ path: String) {
        for suffix in ["", "-journal"] + companions { unlink(path + suffix) }
    }
}
