import CanonWire
import GRDB
import Testing

@testable import CanonStore

/// How many callers share few transactions.
@Suite("Group commit", .timeLimit(.minutes(5)))
struct GroupCommitTests {
    private let path: String
    private let folder: TemporaryFolder
    private let key = ThreadKey("ada", "t")

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file("canon.sqlite")
    }

    @Test("writes that gather during a commit share the next one, in the order they came")
    func sharedCommit() async throws {
        let database = try CanonDatabase(path: path)
        defer { try? database.close() }
        let log = SQLiteEventLog(database)
        _ = try await log.createThread(key, title: "")
        let batches = Shared<[[Int64]]>([])
        log.observe { events in batches.change { $0.append(events.map(\.seq)) } }
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await database.whileWriterRests {
                for number in 0..<50 {
                    group.addTask { _ = try await log.append(.note("\(number)", id: "\(number)"), run: nil, to: key) }
                    while log.commits.load.queued <= number { await Task.yield() }
                }
            }
            try await group.waitForAll()
        }
        #expect(batches.value == [Array(1...50)])
        #expect(try await log.allEvents(of: key).map(\.eventID.value) == (0..<50).map { "\($0)" })
    }

    @Test("one transaction holds no more writes, and no more bytes, than the limits say")
    func boundedCommit() async throws {
        let database = try CanonDatabase(path: path)
        defer { try? database.close() }
        var limits = SQLiteEventLog.Limits()
        limits.commit = .init(batchWrites: 4, batchBytes: 2500, queuedWrites: 100)
        let log = SQLiteEventLog(database, limits: limits)
        _ = try await log.createThread(key, title: "")
        let batches = Shared<[Int]>([])
        log.observe { events in batches.change { $0.append(events.count) } }
        let sizes = [10, 10, 10, 10, 10, 1000, 1000, 9000, 10, 10]
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await database.whileWriterRests {
                for (number, size) in sizes.enumerated() {
                    group.addTask {
                        _ = try await log.append(.note(String(repeating: "x", count: size)), run: nil, to: key)
                    }
                    while log.commits.load.queued <= number { await Task.yield() }
                }
            }
            try await group.waitForAll()
        }
        // Four by count, three by bytes, the large one by itself, the rest.
        #expect(batches.value == [4, 3, 1, 2])
    }

    @Test("when the queue is full, callers wait, and all are served")
    func backpressure() async throws {
        let database = try CanonDatabase(path: path)
        defer { try? database.close() }
        var limits = SQLiteEventLog.Limits()
        limits.commit = .init(batchWrites: 3, batchBytes: 1 << 20, queuedWrites: 4)
        let log = SQLiteEventLog(database, limits: limits)
        _ = try await log.createThread(key, title: "")
        try await withThrowingTaskGroup(of: Void.self) { group in
            try await database.whileWriterRests {
                for number in 0..<50 {
                    group.addTask { _ = try await log.append(.note("\(number)"), run: nil, to: key) }
                }
                while log.commits.load.queued + log.commits.load.waiting < 50 { await Task.yield() }
                #expect(log.commits.load == (queued: 4, waiting: 46))
            }
            try await group.waitForAll()
        }
        #expect(log.commits.load == (queued: 0, waiting: 0))
        #expect(try await log.allEvents(of: key).map(\.seq) == Array(1...50))
    }

    @Test("a write that SQLite objects to fails alone, the others of its transaction are stored")
    func faultOfOne() async throws {
        let database = try CanonDatabase(path: path)
        defer { try? database.close() }
        let log = SQLiteEventLog(database)
        _ = try await log.createThread(key, title: "")
        let observation = Observation(of: log)
        try await database.pool.write { db in
            try db.execute(
                sql: """
                    CREATE TRIGGER objection BEFORE INSERT ON events WHEN new.event_id = 'bad'
                    BEGIN SELECT RAISE(ABORT, 'bad event'); END
                    """)
        }
        let outcomes = try await withThrowingTaskGroup(of: (Int, StoreError?).self) { group in
            try await database.whileWriterRests {
                for number in 0..<10 {
                    group.addTask {
                        do {
                            let id = number == 4 ? "bad" : "e\(number)"
                            _ = try await log.append([.note("x"), .note("y", id: id)], run: nil, to: key)
                            return (number, nil)
                        } catch let error as StoreError {
                            return (number, error)
                        }
                    }
                    while log.commits.load.queued <= number { await Task.yield() }
                }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        #expect(Array(outcomes.keys) == [4])
        #expect(outcomes[4]?.kind == .database)
        #expect(outcomes[4]?.description.contains("bad event") == true)
        let events = try await log.allEvents(of: key)
        #expect(events.map(\.seq) == Array(1...18))
        #expect(observation.events == events)
    }

    @Test("the writer keeps a bounded number of threads in memory")
    func boundedCache() {
        var cache = ThreadCache(capacity: 10)
        for number in 0..<1000 {
            let key = ThreadKey("u", "\(number)")
            cache.insert(
                CachedThread(
                    id: Int64(number), key: key, head: 0, updated: .now(), isDeleted: false, openRuns: []))
            _ = cache.find(ThreadKey("u", "0"))
            cache.trim()
            #expect(cache.count <= 22)
        }
        #expect(cache.find(ThreadKey("u", "0"))?.id == 0, "what is used all the time stays")
        #expect(cache.find(ThreadKey("u", "999"))?.id == 999)
        #expect(cache.find(ThreadKey("u", "500")) == nil)
    }
}
