import CanonWire
import Foundation
import GRDB
import Testing

@testable import CanonStore

/// What only the log on a disk promises.
@Suite("Event log in SQLite", .timeLimit(.minutes(5)))
struct SQLiteEventLogTests {
    private let folder: TemporaryFolder
    private let path: String
    private let key = ThreadKey("ada", "t")

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("canon.sqlite")
    }

    @Test("a log that is opened again knows everything it knew")
    func reopening() async throws {
        let deleted = ThreadKey("ada", "deleted")
        let (events, epoch, runs) = try await {
            let database = try CanonDatabase(path: path)
            let log = SQLiteEventLog(database)
            _ = try await log.begin("r1", in: key, "one", client: "c1")
            _ = try await log.append([.delta("x", id: "e"), .completed("done")], run: RunID("r1"), to: key)
            _ = try await log.begin("r2", in: key)
            _ = try await log.begin("gone", in: deleted)
            _ = try await log.deleteThread(deleted)
            defer { try? database.close() }
            return (try await log.allEvents(of: key), log.epoch, try await log.openRuns(of: key.user))
        }()

        let database = try CanonDatabase(path: path)
        defer { try? database.close() }
        let log = SQLiteEventLog(database)
        #expect(log.epoch == epoch)
        #expect(try await log.allEvents(of: key) == events)
        #expect(try await log.openRuns(of: key.user) == runs)
        #expect(
            try await log.begin("r3", in: key, client: "c1") == .duplicate(run: RunID("r1"), thread: key.thread, seq: 1)
        )
        #expect(try await log.append(.delta("x", id: "e"), run: "r1", to: key) == .duplicate(seq: 2))
        #expect(try await log.append(.delta("y"), run: "r1", to: key) == .refused(.runEnded))
        #expect(try await log.append(.delta("y"), run: "r2", to: key) == .stored(seq: 5))
        #expect(try await log.begin("r4", in: deleted) == .refused(.threadDeleted))
    }

    @Test("each commit waits for the disk under full durability, and not under process durability")
    func durability() throws {
        for (durability, synchronous) in [(Durability.full, 2), (.process, 1)] {
            let database = try CanonDatabase(path: path, durability: durability)
            defer { try? database.close() }
            let inForce = try database.pool.writeWithoutTransaction { db in
                try Int.fetchOne(db, sql: "PRAGMA synchronous")
            }
            let journal = try database.pool.writeWithoutTransaction { db in
                try String.fetchOne(db, sql: "PRAGMA journal_mode")
            }
            #expect(inForce == synchronous)
            #expect(journal == "wal")
        }
        let database = try CanonDatabase(path: path)
        defer { try? database.close() }
        #expect(database.durability == .full, "the default survives power loss")
    }

    @Test("a closed log says that it was closed")
    func closed() async throws {
        let database = try CanonDatabase(path: path)
        let log = SQLiteEventLog(database)
        try database.close()
        let write = await #expect(throws: StoreError.self) { try await log.createThread(key, title: "") }
        #expect(write?.kind == .closed)
        let read = await #expect(throws: StoreError.self) { try await log.head(of: key) }
        #expect(read?.kind == .closed)
    }

    @Test(
        "reading a long thread walks an index and sorts nothing",
        arguments: [
            (LogReader.eventsQuery, ["u", "t", 0, 10], "sqlite_autoindex_events_1"),
            (LogReader.markerQuery, ["u", "t", "marker"], "sqlite_autoindex_events_2"),
            (LogReader.messagesQuery, ["u", "t", 0, 10], "events_conversation"),
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
}

// MARK: Death of the process

extension SQLiteEventLogTests {
    @Test("after kill -9 in the middle of appends every acknowledged event is there, and no thread has a hole")
    func killed() async throws {
        let acknowledgements = folder.file("acknowledged")
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [path = path as String, acknowledgements = acknowledgements as String] in
            let log = SQLiteEventLog(try CanonDatabase(path: path, durability: .process))
            let file = open(acknowledgements, O_CREAT | O_WRONLY | O_APPEND, 0o600)
            let count = Shared(0)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<8 {
                    group.addTask {
                        let key = ThreadKey("ada", "t\(writer)")
                        _ = try await log.begin("r\(writer)", in: key)
                        for number in 0... {
                            let receipt = try await log.append(
                                .delta("\(number)", id: "e\(number)"), run: "r\(writer)", to: key)
                            guard case .stored(let seq) = receipt else { exit(1) }
                            let line = Array("t\(writer) \(seq) e\(number)\n".utf8)
                            guard write(file, line, line.count) == line.count else { exit(1) }
                            // The others are in the middle of theirs.
                            if count.change({ $0 += 1 }) == 400 {
                                kill(getpid(), SIGKILL)
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }

        let database = try CanonDatabase(path: path)
        defer { try? database.close() }
        let log = SQLiteEventLog(database)
        let lines = try String(contentsOfFile: acknowledgements, encoding: .utf8).split(separator: "\n")
        #expect(lines.count >= 400)
        for line in lines {
            let parts = line.split(separator: " ").map(String.init)
            #expect(try await log.seq(of: parts[2], in: ThreadKey("ada", parts[0])) == Int64(parts[1]))
        }
        for writer in 0..<8 {
            let key = ThreadKey("ada", "t\(writer)")
            let events = try await log.allEvents(of: key)
            #expect(events.map(\.seq) == Array(1...Int64(events.count)))
            #expect(try await log.head(of: key) == Int64(events.count))
        }
        #expect(try await log.endOpenRuns { .agentError(agent: $0.agent, reason: "orphaned", message: "") } == 8)
    }

    @Test("the files as they are at any moment hold every event acknowledged before")
    func filesDuringWrites() async throws {
        let database = try CanonDatabase(path: path)
        defer { try? database.close() }
        // A checkpoint between the copies of the two files would make a state that no crash leaves.
        try await database.pool.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA wal_autocheckpoint = 0") }
        let log = SQLiteEventLog(database)
        let threads = (0..<4).map { ThreadKey("ada", "t\($0)") }
        for key in threads { _ = try await log.createThread(key, title: "") }
        let heads = Shared<[ThreadKey: Int64]>([:])
        let writers = Task {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for key in threads {
                    group.addTask {
                        while !Task.isCancelled {
                            guard case .stored(let seq) = try await log.append(.note("x"), run: nil, to: key) else {
                                return
                            }
                            heads.change { $0[key] = seq }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        for round in 1...5 {
            while heads.value[threads[0], default: 0] < Int64(round) * 20 { await Task.yield() }
            let acknowledged = heads.value
            let copy = folder.file("copy\(round).sqlite")
            for suffix in ["", "-wal"] {
                try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
            }
            let copied = try CanonDatabase(path: copy)
            let copiedLog = SQLiteEventLog(copied)
            for key in threads {
                let events = try await copiedLog.allEvents(of: key)
                #expect(events.count >= Int(acknowledged[key] ?? 0))
                #expect(events.map(\.seq) == (0..<events.count).map { Int64($0 + 1) })
                #expect(try await copiedLog.head(of: key) == Int64(events.count))
            }
            try copied.close()
        }
        writers.cancel()
        try await writers.value
    }
}

// MARK: A full or broken disk

extension SQLiteEventLogTests {
    @Test("a full disk is an error in words that loses nothing, and the log goes on when there is space again")
    func diskFull() async throws {
        let database = try CanonDatabase(path: path)
        defer { try? database.close() }
        let log = SQLiteEventLog(database)
        let observation = Observation(of: log)
        let keys = (0..<8).map { ThreadKey("ada", "t\($0)") }
        for key in keys { _ = try await log.createThread(key, title: "") }
        try await limitPages(of: database, beyondPresent: 40)

        let outcomes = await withTaskGroup(of: (stored: Int, error: StoreError?).self) { group in
            for key in keys {
                group.addTask {
                    var stored = 0
                    do {
                        while true {
                            _ = try await log.append(.note(String(repeating: "x", count: 2000)), run: nil, to: key)
                            stored += 1
                        }
                    } catch {
                        return (stored, error as? StoreError)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        for outcome in outcomes {
            #expect(outcome.error?.kind == .diskFull)
            #expect(outcome.error?.place == path)
            #expect(outcome.error?.remedy.contains("Free space") == true)
        }
        var stored = 0
        for key in keys {
            let events = try await log.allEvents(of: key)
            #expect(events.map(\.seq) == (0..<events.count).map { Int64($0 + 1) })
            stored += events.count
        }
        #expect(stored == outcomes.reduce(0) { $0 + $1.stored })
        #expect(stored > 0)
        #expect(observation.events.count == stored)

        try await limitPages(of: database, beyondPresent: 1_000_000)
        for key in keys {
            let head = try #require(try await log.head(of: key))
            #expect(try await log.append(.note("again"), run: nil, to: key) == .stored(seq: head + 1))
        }
        #expect(observation.events.count == stored + keys.count)
    }

    private func limitPages(of database: CanonDatabase, beyondPresent count: Int) async throws {
        try await database.pool.writeWithoutTransaction { db in
            let present = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            try db.execute(sql: "PRAGMA max_page_count = \(present + count)")
        }
    }

    @Test("a database that cannot be written is an error in words, and the log goes on when it can")
    func readOnly() async throws {
        let database = try CanonDatabase(path: path)
        defer { try? database.close() }
        let log = SQLiteEventLog(database)
        _ = try await log.createThread(key, title: "")
        _ = try await log.append(.note("1"), run: nil, to: key)
        try await database.pool.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA query_only = 1") }
        let error = await #expect(throws: StoreError.self) { try await log.append(.note("2"), run: nil, to: key) }
        #expect(error?.kind == .readOnly)
        #expect(try await log.head(of: key) == 1)
        try await database.pool.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA query_only = 0") }
        #expect(try await log.append(.note("2"), run: nil, to: key) == .stored(seq: 2))
    }
}
