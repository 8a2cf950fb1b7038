import CanonWire
import Foundation
import GRDB
import Testing

@testable import CanonStore

@Suite("Database file", .timeLimit(.minutes(5)))
struct CanonDatabaseTests {
    private let folder: TemporaryFolder
    private let path: String
    private let key = ThreadKey("ada", "t")

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("canon.sqlite")
    }

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? Int)
    }

    private func openingError(_ path: String) -> StoreError? {
        #expect(throws: StoreError.self) { _ = try CanonDatabase(path: path) }
    }

    /// A database with `count` events in one thread, closed.
    private func makeStore(at path: String, events count: Int) async throws {
        let database = try CanonDatabase(path: path, durability: .process)
        let log = SQLiteEventLog(database)
        _ = try await log.createThread(key, title: "")
        _ = try await log.append((0..<count).map { .note("event number \($0)") }, run: nil, to: key)
        try database.close()
    }

    /// The thread's head in the store at `path`.
    private func head(at path: String) async throws -> Int64? {
        let database = try CanonDatabase(path: path)
        defer { try? database.close() }
        return try await SQLiteEventLog(database).head(of: key)
    }

    // MARK: Opening

    @Test("the database and its companions are readable by their owner alone")
    func privateFiles() async throws {
        let database = try CanonDatabase(path: path)
        defer { try? database.close() }
        _ = try await SQLiteEventLog(database).createThread(key, title: "")
        #expect(folder.names == ["canon.sqlite", "canon.sqlite-shm", "canon.sqlite-wal"])
        for name in folder.names { #expect(try mode(folder.file(name)) == 0o600) }
    }

    @Test("a closed database is one file")
    func closing() async throws {
        try await makeStore(at: path, events: 3)
        #expect(folder.names == ["canon.sqlite"])
        #expect(try await head(at: path) == 3)
        #expect(folder.names == ["canon.sqlite"])
    }

    @Test("an epoch is made with the store and stays")
    func epoch() throws {
        let first = try CanonDatabase(path: path)
        try first.close()
        let again = try CanonDatabase(path: path)
        try again.close()
        let other = try CanonDatabase(path: folder.file("other.sqlite"))
        try other.close()
        #expect(first.epoch == again.epoch)
        #expect(first.epoch != other.epoch)
    }

    @Test("processes that open a new store at the same moment agree on it")
    func openingTogether() async throws {
        let epochs = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<8 {
                group.addTask { [path] in
                    let database = try CanonDatabase(path: path)
                    defer { try? database.close() }
                    return database.epoch
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(epochs).count == 1)
    }

    @Test("a file that is no database is named in the error, and left as it is")
    func noDatabase() throws {
        let text = String(repeating: "This is a letter. ", count: 100)
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let error = openingError(path)
        #expect(error?.kind == .notADatabase)
        #expect(error?.place == path)
        #expect(error?.description.contains("canon restore") == true)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
    }

    @Test("a damaged database is an error that says how to go on")
    func damaged() async throws {
        try await makeStore(at: path, events: 500)
        try damage(path)
        let error = await #expect(throws: StoreError.self) {
            let database = try CanonDatabase(path: path)
            defer { try? database.close() }
            _ = try await SQLiteEventLog(database).allEvents(of: key)
        }
        #expect(error?.kind == .corrupt)
        #expect(error?.remedy.contains("canon restore") == true)
    }

    /// Overwrites all pages but the first, which holds the schema.
    private func damage(_ path: String) throws {
        let file = try #require(FileHandle(forUpdatingAtPath: path))
        let size = try file.seekToEnd()
        try file.seek(toOffset: 4096)
        try file.write(contentsOf: Data(repeating: 0xA5, count: Int(size) - 4096))
        try file.close()
    }

    /// Overwrites the first page of an index, which opening does not read.
    private func damageIndex(_ path: String) async throws {
        let database = try DatabaseQueue(path: path)
        let root = try await database.read { db in
            try Int.fetchOne(db, sql: "SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_autoindex_events_2'")
        }
        try database.close()
        let file = try #require(FileHandle(forUpdatingAtPath: path))
        try file.seek(toOffset: UInt64(try #require(root) - 1) * 4096)
        try file.write(contentsOf: Data(repeating: 0xA5, count: 4096))
        try file.close()
    }

    @Test("another program's database is refused and not touched")
    func foreignDatabase() throws {
        let foreign = try DatabaseQueue(path: path)
        try foreign.write { db in try db.execute(sql: "CREATE TABLE recipes (name TEXT)") }
        try foreign.close()
        let error = openingError(path)
        #expect(error?.kind == .foreignSchema)
        #expect(error?.description.contains("recipes") == true)
        let again = try DatabaseQueue(path: path)
        #expect(
            try again.read { db in try String.fetchAll(db, sql: "SELECT name FROM sqlite_master") } == ["recipes"])
    }

    @Test("a database of a newer version is refused")
    func newerSchema() throws {
        try CanonDatabase(path: path).close()
        try addUnknownMigration(to: path)
        let error = openingError(path)
        #expect(error?.kind == .newerSchema)
        #expect(error?.description.contains("from-the-future") == true)
    }

    private func addUnknownMigration(to path: String) throws {
        let database = try DatabaseQueue(path: path)
        try database.write { db in try db.execute(sql: "INSERT INTO grdb_migrations VALUES ('from-the-future')") }
        try database.close()
    }

    @Test("a folder that does not exist is an error that names the path")
    func noFolder() {
        let error = openingError("/nowhere/at/all/canon.sqlite")
        #expect(error?.kind == .fileMissing)
        #expect(error?.place == "/nowhere/at/all/canon.sqlite")
    }

    // MARK: Backup

    @Test("a backup made while the log is written is one whole moment of it")
    func backupDuringWrites() async throws {
        let database = try CanonDatabase(path: path, durability: .process)
        defer { try? database.close() }
        let log = SQLiteEventLog(database)
        _ = try await log.begin("r", in: key)
        let writer = Task {
            while !Task.isCancelled { _ = try await log.append([.delta("x"), .note("y")], run: RunID("r"), to: key) }
        }
        var copies: [(path: String, atLeast: Int64)] = []
        for number in 0..<5 {
            while try await log.head(of: key)! < number * 50 { await Task.yield() }
            let copy = folder.file("backup\(number)")
            let head = try await log.head(of: key)!
            try database.backup(to: copy)
            copies.append((copy, head))
        }
        writer.cancel()
        try await writer.value

        for copy in copies {
            #expect(try mode(copy.path) == 0o600)
            let opened = try CanonDatabase(path: copy.path)
            defer { try? opened.close() }
            #expect(opened.epoch == database.epoch)
            let events = try await SQLiteEventLog(opened).allEvents(of: key)
            #expect(events.count >= Int(copy.atLeast))
            #expect(events.count % 2 == 1, "a write is in it wholly or not at all")
            #expect(events.map(\.seq) == Array(1...Int64(events.count)))
            let original = try await log.events(of: key, after: 0, limit: events.count, byteLimit: .max)
            #expect(events == original)
        }
    }

    @Test("a backup is one file, and nothing else is left")
    func backupFiles() async throws {
        try await makeStore(at: path, events: 3)
        let database = try CanonDatabase(path: path)
        let target = try TemporaryFolder()
        try database.backup(to: target.file("b"))
        try database.close()
        #expect(target.names == ["b"])
        #expect(try await head(at: target.file("b")) == 3)
    }

    @Test("a backup replaces a file only when it is told to")
    func backupOverwrite() async throws {
        try await makeStore(at: path, events: 3)
        let database = try CanonDatabase(path: path)
        defer { try? database.close() }
        let target = try TemporaryFolder()
        try "precious".write(toFile: target.file("b"), atomically: true, encoding: .utf8)
        let error = #expect(throws: StoreError.self) { try database.backup(to: target.file("b")) }
        #expect(error?.kind == .fileExists)
        #expect(try String(contentsOfFile: target.file("b"), encoding: .utf8) == "precious")
        try database.backup(to: target.file("b"), overwrite: true)
        #expect(target.names == ["b"])
        #expect(try mode(target.file("b")) == 0o600)
        #expect(try await head(at: target.file("b")) == 3)
    }

    @Test("a backup that cannot be written is an error in words and leaves nothing")
    func backupNowhere() async throws {
        let database = try CanonDatabase(path: path)
        defer { try? database.close() }
        let error = #expect(throws: StoreError.self) { try database.backup(to: folder.file("none/b")) }
        #expect(error?.kind == .fileMissing)
        #expect(!folder.names.contains("none"))
    }

    @Test("a backup of a damaged database is refused instead of kept")
    func backupOfDamage() async throws {
        try await makeStore(at: path, events: 500)
        try await damageIndex(path)

        let database = try CanonDatabase(path: path)
        defer { try? database.close() }
        let target = try TemporaryFolder()
        let error = #expect(throws: StoreError.self) { try database.backup(to: target.file("b")) }
        #expect(error?.kind == .corrupt)
        #expect(target.names.isEmpty)
    }

    // MARK: Restore

    @Test("a restored store has the backup's events, a new epoch, and keeps what it replaced")
    func restore() async throws {
        let backup = folder.file("backup")
        try await makeStore(at: path, events: 3)
        let database = try CanonDatabase(path: path)
        try database.backup(to: backup)
        _ = try await SQLiteEventLog(database).append([.note("4"), .note("5")], run: nil, to: key)
        try database.close()

        let restoration = try CanonDatabase.restore(from: backup, to: path)
        let restored = try CanonDatabase(path: path)
        #expect(restored.epoch == restoration.epoch)
        #expect(restored.epoch != database.epoch)
        #expect(try await SQLiteEventLog(restored).append(.note("other 4"), run: nil, to: key) == .stored(seq: 4))
        try restored.close()
        #expect(try mode(path) == 0o600)
        let replaced = try #require(restoration.replaced)
        #expect(try await head(at: replaced) == 5)
        #expect(try await head(at: backup) == 3, "the backup stays as it was")
        #expect(!folder.names.contains { $0.hasSuffix(".new") })
    }

    @Test("a restore into an empty place has nothing to keep")
    func restoreIntoEmptyPlace() async throws {
        try await makeStore(at: path, events: 3)
        let place = folder.file("new.sqlite")
        #expect(try CanonDatabase.restore(from: path, to: place).replaced == nil)
        #expect(try await head(at: place) == 3)
    }

    @Test("what a dead server left in its write-ahead log is kept with the old store, and not played into the new one")
    func restoreOverUnfinishedLog() async throws {
        let backup = folder.file("backup")
        try await makeStore(at: backup, events: 2)
        // The files of a running server, copied: that is what kill -9 leaves.
        let running = try CanonDatabase(path: folder.file("running.sqlite"))
        let log = SQLiteEventLog(running)
        _ = try await log.createThread(key, title: "")
        _ = try await log.append((0..<9).map { .note("\($0)") }, run: nil, to: key)
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: running.pool.path + suffix, toPath: path + suffix)
        }
        try running.close()

        let restoration = try CanonDatabase.restore(from: backup, to: path)
        #expect(try await head(at: path) == 2)
        #expect(try await head(at: try #require(restoration.replaced)) == 9)
    }

    @Test("a damaged store is replaced all the same, with its write-ahead log moved away")
    func restoreOverDamage() async throws {
        let backup = folder.file("backup")
        try await makeStore(at: backup, events: 2)
        let damaged = String(repeating: "damaged ", count: 10_000)
        try damaged.write(toFile: path, atomically: true, encoding: .utf8)
        for suffix in ["-wal", "-shm"] {
            try "damaged\(suffix)".write(toFile: path + suffix, atomically: true, encoding: .utf8)
        }
        let replaced = try #require(try CanonDatabase.restore(from: backup, to: path).replaced)
        let name = URL(filePath: replaced).lastPathComponent
        let names = folder.names.filter { $0.hasPrefix("canon") }
        #expect(names == ["canon.sqlite", name, "\(name)-shm", "\(name)-wal"])
        #expect(try await head(at: path) == 2)
        #expect(try String(contentsOfFile: replaced, encoding: .utf8) == damaged)
        #expect(try String(contentsOfFile: replaced + "-wal", encoding: .utf8) == "damaged-wal")
    }

    @Test("a file that is no sound backup replaces nothing", arguments: BadBackup.allCases)
    func badBackup(_ bad: BadBackup) async throws {
        try await makeStore(at: path, events: 3)
        let before = folder.names
        let other = try TemporaryFolder()
        let backup = other.file("backup")
        switch bad {
        case .missing: break
        case .text: try "not a database at all".write(toFile: backup, atomically: true, encoding: .utf8)
        case .empty: try Data().write(to: URL(filePath: backup))
        case .damaged:
            try await makeStore(at: backup, events: 500)
            try damage(backup)
        case .damagedIndex:
            try await makeStore(at: backup, events: 500)
            try await damageIndex(backup)
        case .foreign:
            let queue = try DatabaseQueue(path: backup)
            try await queue.write { db in try db.execute(sql: "CREATE TABLE recipes (name TEXT)") }
            try queue.close()
        case .newer:
            try CanonDatabase(path: backup).close()
            try addUnknownMigration(to: backup)
        }
        let error = #expect(throws: StoreError.self) { try CanonDatabase.restore(from: backup, to: path) }
        #expect(error?.kind == bad.kind)
        #expect(error?.place == backup)
        #expect(folder.names == before)
        #expect(try await head(at: path) == 3)
    }

    enum BadBackup: CaseIterable {
        case missing, text, empty, damaged, damagedIndex, foreign, newer

        var kind: StoreError.Kind {
            switch self {
            case .missing: .fileMissing
            case .text: .notADatabase
            case .empty, .foreign: .foreignSchema
            case .damaged, .damagedIndex: .corrupt
            case .newer: .newerSchema
            }
        }
    }
}
