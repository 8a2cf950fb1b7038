@testable import CanonStore

/// Which implementation a test runs against.
///
/// To hold a further one (another process, a broker) to the promises of `EventLog`, add a case and say in `open(clock:)`
/// how an empty log of it is made and put away: each test of `EventLogConformance` then runs against it, and none of
/// them knows which it has. Such a log must take the time from `clock`, because retention and the order of threads are
/// tested by moving it; one that lives in another process needs a way to be told the time. What one implementation
/// promises beyond the protocol has a suite of its own, as `SQLiteEventLogTests`.
enum LogKind: String, CaseIterable, Sendable {
    case inMemory
    case sqlite
    /// With room for almost nothing, so that every limit is met all the time.
    case crampedSQLite

    /// An empty log.
    func open(clock: TestClock) throws -> OpenLog {
        switch self {
        case .inMemory:
            return OpenLog(log: InMemoryEventLog(clock: { clock.now })) {}
        case .sqlite:
            return try .sqlite(SQLiteEventLog.Limits(), clock: clock)
        case .crampedSQLite:
            var limits = SQLiteEventLog.Limits()
            limits.commit = .init(batchWrites: 3, batchBytes: 400, queuedWrites: 4)
            limits.cachedThreads = 1
            limits.recoveredRuns = 2
            limits.prunedRows = 2
            return try .sqlite(limits, clock: clock)
        }
    }
}

/// A log and how to put it away.
struct OpenLog: Sendable {
    let log: any EventLog
    let close: @Sendable () -> Void

    fileprivate static func sqlite(_ limits: SQLiteEventLog.Limits, clock: TestClock) throws -> OpenLog {
        let folder = try TemporaryFolder()
        let database = try CanonDatabase(path: folder.file("canon.sqlite"), durability: .process)
        return OpenLog(log: SQLiteEventLog(database, limits: limits, clock: { clock.now })) {
            // The folder lives as long as what closes the database in it.
            withExtendedLifetime(folder) { try? database.close() }
        }
    }
}

/// A log of one kind, and the clock that it goes by.
final class LogFixture: Sendable {
    let clock = TestClock()
    private let opened: OpenLog

    init(_ kind: LogKind) throws { opened = try kind.open(clock: clock) }

    var log: any EventLog { opened.log }

    /// Call it at the end of a test, which also keeps the fixture and its files until then.
    func close() { opened.close() }
}
