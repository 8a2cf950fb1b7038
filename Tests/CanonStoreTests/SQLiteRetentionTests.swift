import CanonWire
import Foundation
import GRDB
import Testing

@testable import CanonStore

/// What only retention on a disk promises.
@Suite("Retention in SQLite", .timeLimit(.minutes(5)))
struct SQLiteRetentionTests {
    private let path: String
    private let folder: TemporaryFolder
    private let key = ThreadKey("ada", "t")

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("canon.sqlite")
    }

    @Test("a log with nothing to remove is only read")
    func idle() async throws {
        let database = try CanonDatabase(path: path)
        defer { try? database.close() }
        var limits = SQLiteEventLog.Limits()
        limits.prunedRows = 3
        let log = SQLiteEventLog(database, limits: limits)
        for number in 0..<10 {
            let key = ThreadKey("ada", "t\(number)")
            _ = try await log.begin("r\(number)", in: key)
            _ = try await log.claim(IdempotencyKey(owner: UserID("s"), thread: key, key: "k"), fingerprint: "f")
        }
        // Had it asked for the writer, it would not come back.
        try await database.whileWriterRests {
            let month = Retention(maximumAgeMilliseconds: 30 * 86_400_000, maximumEvents: 10_000)
            let byAge = try await log.prune(month)
            // Open runs stand in the way of this.
            let byCount = try await log.prune(keeping: 0)
            #expect(byAge == PruneReport() && byCount == PruneReport())
        }
    }

    @Test("one transaction of a pass removes no more than the limit says")
    func steps() async throws {
        let database = try CanonDatabase(path: path)
        defer { try? database.close() }
        var limits = SQLiteEventLog.Limits()
        limits.prunedRows = 10
        let log = SQLiteEventLog(database, limits: limits)
        _ = try await log.createThread(key, title: "")
        _ = try await log.append((1...40).map { .note("\($0)") }, run: nil, to: key)
        for number in 0..<25 {
            _ = try await log.claim(IdempotencyKey(owner: UserID("s"), thread: key, key: "\(number)"), fingerprint: "f")
        }
        let removed = Shared<[Int]>([])
        let observer = CommitObserver { count in removed.change { $0.append(count) } }
        database.pool.add(transactionObserver: observer, extent: .databaseLifetime)
        #expect(try await log.prune(keeping: 5) == PruneReport(threads: 1, events: 35))
        #expect(removed.value == [10, 10, 10, 5])
        #expect(try await log.prune(olderThan: -86_400_000) == PruneReport(threads: 1, events: 5, claims: 25))
        #expect(removed.value == [10, 10, 10, 5, 5, 10, 10, 5])
    }

    @Test("the writer's memory is right after retention, also in the transaction that it shares with others")
    func sharedTransaction() async throws {
        let database = try CanonDatabase(path: path)
        defer { try? database.close() }
        let log = SQLiteEventLog(database)
        _ = try await log.begin("r", in: key)
        let stored = Shared<[Int64]>([])
        let append: @Sendable ([EventDraft], RunID?) async throws -> Void = { [key] drafts, run in
            for receipt in try await log.append(drafts, run: run, to: key) {
                if case .stored(let seq) = receipt { stored.change { $0.append(seq) } }
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await database.whileWriterRests { [key] in
                group.addTask {
                    let drafts: [EventDraft] = [.delta("a", message: "m"), .delta("b", message: "m"), .cancelled()]
                    try await append(drafts, RunID("r"))
                }
                while log.commits.load.queued < 1 { await Task.yield() }
                group.addTask {
                    let removed = try await log.commits.submit {
                        .init(bytes: 0) { writer, db in
                            let all = Retention(maximumAgeMilliseconds: .max, maximumEvents: 0)
                            let cutoff = Timestamp(milliseconds: .min)
                            return try writer.prune(key, all, cutoff: cutoff, limit: 100, in: db)
                        }
                    }
                    #expect(removed == 4)
                }
                while log.commits.load.queued < 2 { await Task.yield() }
                group.addTask { try await append([.note("x")], nil) }
                while log.commits.load.queued < 3 { await Task.yield() }
            }
            try await group.waitForAll()
        }
        #expect(stored.value.sorted() == [2, 3, 4, 5])
        #expect(try await log.extent(of: key) == LogExtent(floor: 4, head: 5))
        #expect(try await log.allMessages(of: key).map(\.content) == ["hello", "ab"])
        // The end of the message that was stored and removed in one transaction leaves no trace but the archive.
        let ends = try await database.pool.read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM message_ends") }
        #expect(ends == 0)
        #expect(try await log.seq(of: "m", in: key) == 4)
        #expect(try await log.append(.note("y"), run: nil, to: key) == .stored(seq: 6))
    }

    @Test("removed events leave nothing behind in any table but the archive")
    func leftovers() async throws {
        let database = try CanonDatabase(path: path)
        defer { try? database.close() }
        let clock = TestClock()
        let log = SQLiteEventLog(database, limits: SQLiteEventLog.Limits(), clock: { clock.now })
        _ = try await log.begin("r", in: key, client: "c")
        _ = try await log.append([.delta("x").at(clock.now), .cancelled().at(clock.now)], run: RunID("r"), to: key)
        _ = try await log.claim(IdempotencyKey(owner: UserID("s"), thread: key, key: "k"), fingerprint: "f")
        func counts() async throws -> [String: Int] {
            try await database.pool.read { db in
                var counts: [String: Int] = [:]
                for table in ["events", "message_ends", "runs", "claims", "archived_messages", "threads"] {
                    counts[table] = try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)")
                }
                return counts.filter { $0.value > 0 }
            }
        }
        clock.advance(10)
        #expect(try await log.prune(olderThan: 5) == PruneReport(threads: 1, events: 3, runs: 1, claims: 1))
        #expect(try await counts() == ["archived_messages": 2, "threads": 1])
        #expect(try await log.deleteThread(key))
        #expect(try await counts() == ["threads": 1])
    }

    @Test("a log of before retention keeps what it has, and its runs as long as their thread's events")
    func migration() async throws {
        do {
            let pool = try DatabasePool(path: path, configuration: CanonDatabase.configuration)
            try CanonDatabase.migrator.migrate(pool, upTo: "identity")
            try await pool.write { db in
                try db.execute(
                    sql: """
                        INSERT INTO threads (user, thread, title, created, updated, head) VALUES ('ada', 't', '', 0, 0, 4);
                        INSERT INTO events (thread, seq, event_id, type, time, run, fields) VALUES
                            (1, 1, 'e1', 'user_message', 0, 'r', '{"content":"hello"}'),
                            (1, 2, 'e2', 'stream_chunk', 0, 'r', '{"message_id":"m","delta":"x"}'),
                            (1, 3, 'e3', 'agent_cancelled', 0, 'r', '{}'),
                            (1, 4, 'e4', 'user_message', 0, 'open', '{"content":"again"}');
                        INSERT INTO runs (user, run, thread, agent, message, first_seq, status, started, ended) VALUES
                            ('ada', 'r', 1, 'a', 'm', 1, 'cancelled', 0, 0), ('ada', 'open', 1, 'a', 'm', 4, 'open', 0, NULL);
                        """)
            }
            try pool.close()
        }
        let database = try CanonDatabase(path: path)
        defer { try? database.close() }
        let log = SQLiteEventLog(database)
        let before = try await log.allMessages(of: key)
        #expect(before.map(\.content) == ["hello", "x", "again"])
        #expect(try await log.prune(olderThan: 1000) == PruneReport(threads: 1, events: 3))
        #expect(try await log.allMessages(of: key) == before)
        #expect(try await log.run(RunID("r"), of: key.user)?.status == .cancelled)
        let end = EventDraft.cancelled().at(Timestamp(milliseconds: 0))
        #expect(try await log.append(end, run: "open", to: key) == .stored(seq: 5))
        #expect(try await log.prune(olderThan: 1000) == PruneReport(threads: 1, events: 2, runs: 1))
        #expect(try await log.run(RunID("r"), of: key.user) == nil)
        #expect(try await log.run(RunID("open"), of: key.user)?.status == .cancelled)
    }

    @Test(
        "finding what to remove, and reading what was archived, walks an index and sorts nothing",
        arguments: [
            (LogReader.prunableThreadsQuery, [10, 0, 0, 10], "sqlite_autoindex_events_1"),
            (LogReader.prunableThreadsQuery, [10, 0, 0, 10], "runs_open"),
            (LogReader.archivedAfterQuery, ["u", "t", 0, 10], "sqlite_autoindex_archived_messages_1"),
            (LogReader.archivedBeforeQuery, ["u", "t", 0, 10], "sqlite_autoindex_archived_messages_1"),
            (LogReader.archivedMarkerQuery, ["u", "t", "m"], "archived_messages_message"),
            (LogReader.messagesBeforeQuery, ["u", "t", 9, 10], "events_conversation"),
        ] as [(String, StatementArguments, String)])
    func queryPlans(query: String, arguments: StatementArguments, index: String) throws {
        let database = try CanonDatabase(path: path)
        defer { try? database.close() }
        let plan = try database.pool.read { db in
            try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + query, arguments: arguments).map {
                $0["detail"] as String
            }
        }
        #expect(plan.contains { $0.contains(index) }, "\(plan)")
        #expect(!plan.contains { $0.contains("SCAN") || $0.contains("TEMP B-TREE") }, "\(plan)")
    }

    @Test("after kill -9 in the middle of a pass no thread has a hole, and its conversation is whole")
    func killed() async throws {
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let database = try CanonDatabase(path: path, durability: .process)
            var limits = SQLiteEventLog.Limits()
            limits.prunedRows = 7
            let log = SQLiteEventLog(database, limits: limits)
            let key = ThreadKey("ada", "t")
            for number in 0..<50 {
                _ = try await log.begin("r\(number)", in: key, "\(number)")
                let drafts: [EventDraft] = [.delta("\(number)"), .delta("!"), .cancelled()]
                _ = try await log.append(drafts, run: RunID("r\(number)"), to: key)
            }
            let steps = Shared(0)
            database.pool.add(
                transactionObserver: CommitObserver { _ in
                    // In the middle of the pass, with the next transaction on its way.
                    if steps.change({ $0 += 1 }) == 12 { kill(getpid(), SIGKILL) }
                }, extent: .databaseLifetime)
            _ = try await log.prune(keeping: 0)
        }
        let database = try CanonDatabase(path: path)
        defer { try? database.close() }
        let log = SQLiteEventLog(database)
        let extent = try #require(try await log.extent(of: key))
        #expect(extent.head == 200)
        #expect((70...84).contains(extent.floor))
        #expect(try await log.allEvents(of: key).map(\.seq) == Array(extent.floor + 1...200))
        let contents = try await log.allMessages(of: key).map(\.content)
        #expect(contents == (0..<50).flatMap { ["\($0)", "\($0)!"] })
        #expect(try await log.prune(keeping: 0).events == Int(200 - extent.floor))
        #expect(try await log.allMessages(of: key).map(\.content) == contents)
    }
}

/// Tells after each commit how many rows it removed from the tables of events and claims.
private final class CommitObserver: TransactionObserver {
    private let committed: @Sendable (Int) -> Void
    private var removed = 0

    init(_ committed: @escaping @Sendable (Int) -> Void) { self.committed = committed }

    func observes(eventsOfKind kind: DatabaseEventKind) -> Bool {
        guard case .delete(let table) = kind else { return false }
        return ["events", "claims"].contains(table)
    }

    func databaseDidChange(with event: DatabaseEvent) { removed += 1 }

    func databaseDidCommit(_ db: Database) {
        if removed > 0 { committed(removed) }
        removed = 0
    }

    func databaseDidRollback(_ db: Database) { removed = 0 }
}
