import CanonWire
import GRDB
import Synchronization

/// Puts the writes of many callers into few transactions: while one is being committed, the next ones gather. Nobody
/// waits for a timer, and a lone caller has a transaction of its own.
///
/// A write that was taken is finished whatever becomes of its caller's task: a cancelled run must still be able to
/// store that it was cancelled.
final class GroupCommit: Sendable {
    struct Limits: Sendable {
        /// Writes in one transaction.
        var batchWrites = 512
        /// Bytes in one transaction, unless a single write has more.
        var batchBytes = 4 << 20
        /// Writes in the queue. Further callers wait for a place before they spend memory on theirs.
        var queuedWrites = 4096
    }

    /// What a caller asks for, ready to run.
    struct Write<Result: Sendable>: Sendable {
        let bytes: Int
        /// Runs in a transaction, and again in another one if the first had to be rolled back.
        let perform: @Sendable (LogWriter, Database) throws -> Result
    }

    /// A `Write` without its type. `perform` returns what tells the caller, to be called after the commit.
    private struct Queued: Sendable {
        let bytes: Int
        let perform: @Sendable (LogWriter, Database) throws -> @Sendable () -> Void
        let fail: @Sendable (StoreError) -> Void
    }

    /// In a struct, because a bare closure in a generic container is wrapped once more with each access.
    private struct Observer {
        let see: @Sendable ([LogEvent]) -> Void
    }

    private struct State {
        var queue: [Queued] = []
        /// Places that are taken: by `queue`, and by callers that are about to join it.
        var places = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
        var isScheduled = false
    }

    private let pool: DatabasePool
    private let writer: LogWriter
    private let limits: Limits
    private let clock: @Sendable () -> Timestamp
    private let state = Mutex(State())
    private let observer = Mutex<Observer?>(nil)

    init(pool: DatabasePool, writer: LogWriter, limits: Limits, clock: @escaping @Sendable () -> Timestamp) {
        self.pool = pool
        self.writer = writer
        self.limits = limits
        self.clock = clock
    }

    func observe(_ observer: @escaping @Sendable ([LogEvent]) -> Void) {
        self.observer.withLock { $0 = Observer(see: observer) }
    }

    /// How many writes are in the queue, and how many callers wait for a place in it.
    var load: (queued: Int, waiting: Int) { state.withLock { ($0.queue.count, $0.waiting.count) } }

    /// Returns when the write is durable and the observer has seen its events.
    /// - Parameter prepare: makes the write once there is a place in the queue for it.
    /// - Throws: `StoreError`; nothing of the write was stored then.
    func submit<Result>(_ prepare: () -> Write<Result>) async throws -> Result {
        await takePlace()
        let write = prepare()
        return try await withCheckedThrowingContinuation { continuation in
            enqueue(
                Queued(
                    bytes: write.bytes,
                    perform: { writer, db in
                        do {
                            let result = try write.perform(writer, db)
                            return { continuation.resume(returning: result) }
                        } catch let refusal as StoreError {
                            // Refusals are made before anything is written, so the others go on.
                            return { continuation.resume(throwing: refusal) }
                        }
                    },
                    fail: { continuation.resume(throwing: $0) }))
        }
    }

    // MARK: The queue

    private func takePlace() async {
        let hasPlace = state.withLock { state in
            guard state.places < limits.queuedWrites, state.waiting.isEmpty else { return false }
            state.places += 1
            return true
        }
        if hasPlace { return }
        await withCheckedContinuation { continuation in
            let mayGo = state.withLock { state in
                // Places may have become free in between, with nobody left who would hand one over.
                guard state.places < limits.queuedWrites, state.waiting.isEmpty else {
                    state.waiting.append(continuation)
                    return false
                }
                state.places += 1
                return true
            }
            if mayGo { continuation.resume() }
        }
    }

    private func enqueue(_ write: Queued) {
        let mustSchedule = state.withLock { state in
            state.queue.append(write)
            if state.isScheduled { return false }
            state.isScheduled = true
            return true
        }
        if mustSchedule { schedule() }
    }

    /// One transaction per turn on the database's writer queue, so that other writers get theirs in between.
    private func schedule() {
        pool.asyncWriteWithoutTransaction { [self] db in
            commit(takeBatch(), in: db)
            let hasMore = state.withLock { state in
                state.isScheduled = !state.queue.isEmpty
                return state.isScheduled
            }
            if hasMore { schedule() }
        }
    }

    private func takeBatch() -> [Queued] {
        let (batch, admitted) = state.withLock { state in
            var bytes = 0
            var count = 0
            while count < min(state.queue.count, limits.batchWrites) {
                bytes += state.queue[count].bytes
                if count > 0, bytes > limits.batchBytes { break }
                count += 1
            }
            let batch = Array(state.queue.prefix(count))
            state.queue.removeFirst(count)
            state.places -= count
            let admitted = Array(state.waiting.prefix(limits.queuedWrites - state.places))
            state.waiting.removeFirst(admitted.count)
            state.places += admitted.count
            return (batch, admitted)
        }
        for caller in admitted { caller.resume() }
        return batch
    }

    // MARK: The transaction

    private func commit(_ batch: [Queued], in db: Database) {
        var answers: [@Sendable () -> Void] = []
        answers.reserveCapacity(batch.count)
        do {
            writer.beginBatch(at: clock())
            try db.inTransaction(.immediate) {
                for write in batch { answers.append(try write.perform(writer, db)) }
                try writer.finishBatch(in: db)
                return .commit
            }
        } catch {
            writer.discardBatch()
            fail(batch, with: error, in: db)
            return
        }
        let events = writer.takeStoredEvents()
        if !events.isEmpty { observer.withLock { $0 }?.see(events) }
        for answer in answers { answer() }
    }

    private func fail(_ batch: [Queued], with error: any Error, in db: Database) {
        let error = error as? DatabaseError ?? DatabaseError(message: "\(error)")
        if batch.count > 1, error.isFaultOfOneWrite {
            for write in batch { commit([write], in: db) }
        } else {
            let error = StoreError(error, path: pool.path)
            for write in batch { write.fail(error) }
        }
    }
}

extension DatabaseError {
    /// Whether SQLite objects to what one statement said, and not to the state of the disk or the database: the
    /// other writes of the batch then succeed without that one.
    fileprivate var isFaultOfOneWrite: Bool {
        [.SQLITE_CONSTRAINT, .SQLITE_TOOBIG, .SQLITE_MISMATCH, .SQLITE_RANGE].contains(resultCode)
    }
}
