import GRDB
import Testing

@testable import CanonStore

@Suite("A backup beside writers")
struct BackupBesideWritersTests {
    /// A database that takes several steps to copy: 8 MiB in pages of 4 KiB.
    private func makeDatabase(_ folder: TemporaryFolder) throws -> CanonDatabase {
        let database = try CanonDatabase(path: folder.file("canon.sqlite"))
        try database.pool.write { db in
            try db.execute(sql: "CREATE TABLE note (text TEXT)")
            try db.execute(
                sql: """
                    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2048)
                    INSERT INTO note SELECT hex(randomblob(2048)) FROM n
                    """)
        }
        return database
    }

    @Test(
        "it goes on where it was when somebody writes, and holds what there was when it began",
        arguments: [true, false])
    func writes(_ isOpen: Bool) throws {
        let folder = try TemporaryFolder()
        let database = try makeDatabase(folder)
        defer { try? database.close() }
        var steps: [Int] = []
        var failure: (any Error)?
        let progress: BackupProgress = { done, _ in
            steps.append(done)
            // A copy that starts anew at each write would else never come to an end.
            guard steps.count < 50 else { return }
            do {
                try database.pool.write { db in try db.execute(sql: "INSERT INTO note VALUES ('late')") }
            } catch {
                failure = error
            }
        }
        if isOpen {
            try database.backup(to: folder.file("copy"), progress: progress)
        } else {
            _ = try CanonDatabase.backup(
                from: folder.file("canon.sqlite"), to: folder.file("copy"), progress: progress)
        }
        #expect(failure == nil)
        #expect(steps.count > 1, "the database is too small to be copied in steps")
        #expect(steps == steps.sorted())
        #expect(steps.count < 10)
        let copy = try DatabaseQueue(path: folder.file("copy"))
        let (all, late) = try copy.read { db in
            (
                try Int.fetchOne(db, sql: "SELECT count(*) FROM note"),
                try Int.fetchOne(db, sql: "SELECT count(*) FROM note WHERE text = 'late'")
            )
        }
        #expect(all == 2048)
        #expect(late == 0)
    }

    @Test("a copy made without opening the store leaves its schema as it was")
    func schema() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("canon.sqlite")
        let database = try CanonDatabase(path: path)
        let last = try #require(CanonDatabase.migrator.migrations.last)
        try database.pool.write { db in
            try db.execute(sql: "DELETE FROM grdb_migrations WHERE identifier = ?", arguments: [last])
        }
        try database.close()
        _ = try CanonDatabase.backup(from: path, to: folder.file("copy"))
        #expect(try DatabaseInspection(path: path).schema == .older(pending: [last]))
        #expect(try DatabaseInspection(path: folder.file("copy")).schema == .older(pending: [last]))
    }
}
