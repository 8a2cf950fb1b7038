/// Everything a server remembers: one data folder, its database, and the event log in it.
public struct Store: Sendable {
    /// Who opens the store.
    public enum Access: Sendable {
        /// The one server of the folder; it holds the folder's lock until it closes the store.
        case server
        /// A command beside a running server, or without one.
        case tool
    }

    public let folder: DataFolder
    public let database: CanonDatabase
    public let log: SQLiteEventLog
    private let lock: FolderLock?

    /// - Throws: `StoreError`; of kind `locked` when another server has the folder.
    public init(folder: DataFolder, durability: Durability = .full, access: Access = .server) throws {
        self.folder = folder
        lock = access == .server ? try folder.lock() : nil
        database = try CanonDatabase(path: folder.databasePath, durability: durability)
        log = SQLiteEventLog(database)
    }

    /// Finishes what was begun, closes the database, and gives the folder free.
    public func close() throws {
        try database.close()
        lock?.release()
    }

    /// Puts a backup in the place of the folder's database. See `CanonDatabase.restore(from:to:)`.
    /// - Throws: `StoreError`; of kind `locked` when a server is running.
    public static func restore(from backup: String, into folder: DataFolder) throws -> Restoration {
        let lock = try folder.lock()
        defer { lock.release() }
        return try CanonDatabase.restore(from: backup, to: folder.databasePath)
    }
}
