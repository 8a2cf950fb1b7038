import Foundation
import GRDB

/// What is known of problems from run to run: one SQLite file. A run writes everything that it has found in one transaction, so
/// that a run that is killed has counted nothing.
public final class LogMemory: Sendable {
    public let path: String
    private let pool: DatabasePool

    /// Opens or creates the file (mode 0600: it quotes logs), and brings its schema up to date.
    /// - Throws: ``MemoryError``.
    public init(path: String) throws {
        self.path = path
        pool = try MemoryError.wording(path) {
            try Self.createPrivate(path)
            var configuration = GRDB.Configuration()
            configuration.label = "canon.logs"
            configuration.busyMode = .timeout(10)
            let pool = try DatabasePool(path: path, configuration: configuration)
            try pool.read { db in try Self.checkSchema(db, path: path) }
            try MemorySchema.migrator.migrate(pool)
            return pool
        }
    }

    public func close() throws { try MemoryError.wording(path) { try pool.close() } }

    private static func createPrivate(_ path: String) throws {
        let descriptor = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            Foundation.close(descriptor)
        } else if errno != EEXIST {
            throw MemoryError(
                path, "the memory cannot be created (\(String(cString: strerror(errno))))",
                "Create its folder, name another file with --memory, or use --no-memory.")
        }
    }

    private static func checkSchema(_ db: Database, path: String) throws {
        let applied = try MemorySchema.migrator.appliedIdentifiers(db)
        if applied.isEmpty {
            let tables = try String.fetchAll(
                db, sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'grdb_migrations'")
            guard tables.isEmpty else {
                throw MemoryError(
                    path, "the database belongs to another program (it has the table \(tables[0]))",
                    "Name a file of Canon's with --memory, or one that does not exist yet.")
            }
        } else if try MemorySchema.migrator.hasBeenSuperseded(db) {
            throw MemoryError(
                path, "the memory was written by a newer version of canon", "Install that version or a newer one.")
        }
    }

    func read<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try MemoryError.wording(path) { try pool.read(body) }
    }

    func write<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try MemoryError.wording(path) { try pool.write(body) }
    }

    /// Writes the file anew without what was deleted.
    func vacuum() throws {
        try pool.vacuum()
        _ = try pool.writeWithoutTransaction { db in try db.checkpoint(.truncate) }
    }

    // MARK: Reading

    /// What a run needs to know before it begins.
    struct Snapshot {
        /// Runs so far: another run has written since when this has grown.
        var runs = 0
        var known = KnownEntries()
        var identities = ProblemGrouper.Known()
        var problems: [String: StoredProblem] = [:]
    }

    func snapshot() throws -> Snapshot {
        try read { db in
            var snapshot = Snapshot()
            snapshot.runs = try Self.runs(db)
            let ids = try Int64.fetchCursor(db, sql: "SELECT id FROM seen")
            while let id = try ids.next() { snapshot.known.ids.insert(UInt64(bitPattern: id)) }
            for row in try Row.fetchAll(db, sql: "SELECT name, entries, first, last FROM service") {
                snapshot.known.services[row["name"]] = KnownService(
                    entries: row["entries"], first: row["first"], last: row["last"])
            }
            for row in try Row.fetchAll(db, sql: "SELECT service, revision, first FROM service_revision") {
                if let first: Int64 = row["first"] {
                    snapshot.known.services[row["service"]]?.revisions[row["revision"]] = first
                }
            }
            for row in try Row.fetchAll(db, sql: "SELECT shape, logger, service, fingerprint, sample FROM shape") {
                snapshot.identities.shapes.append(
                    KnownShape(
                        shape: row["shape"], logger: row["logger"], service: row["service"],
                        fingerprint: row["fingerprint"],
                        sample: row["sample"]))
            }
            for row in try Row.fetchAll(db, sql: "SELECT fingerprint, target FROM alias") {
                snapshot.identities.aliases[row["fingerprint"]] = row["target"]
            }
            for row in try Row.fetchAll(db, sql: "SELECT * FROM problem") {
                let problem = try StoredProblem(row: row)
                snapshot.problems[problem.fingerprint] = problem
                snapshot.identities.firstSeen[problem.fingerprint] = problem.first ?? .max
            }
            return snapshot
        }
    }

    static func runs(_ db: Database) throws -> Int {
        try Int.fetchOne(db, sql: "SELECT value FROM meta WHERE key = 'runs'") ?? 0
    }

    /// Bytes of the file that earlier runs have counted, whatever its name was then.
    func counted(ofFile path: String) throws -> Int {
        try read { db in
            var best = 0
            for length in try Int.fetchAll(db, sql: "SELECT DISTINCT head_length FROM source") {
                guard let head = SourceIdentity.bytes(of: path, 0..<length) else { continue }
                let rows = try Row.fetchAll(
                    db,
                    sql: "SELECT counted, tail FROM source WHERE head_length = ? AND head = ? ORDER BY counted DESC",
                    arguments: [length, SourceIdentity.hash(head)])
                for row in rows {
                    let counted: Int = row["counted"]
                    guard counted > best, SourceIdentity.tail(of: path, before: counted) == row["tail"] as String else {
                        continue
                    }
                    best = counted
                    break
                }
            }
            return best
        }
    }
}
