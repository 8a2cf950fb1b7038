import CanonWire
import Foundation
import Synchronization

@testable import CanonStore

/// A folder that is removed with the object.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        let base = FileManager.default.temporaryDirectory.resolvingSymlinksInPath().path
        path = "\(base)/canon-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? [] }
}

/// A value that several tasks change.
final class Shared<Value: Sendable>: Sendable {
    private let state: Mutex<Value>

    init(_ value: Value) { state = Mutex(value) }

    var value: Value { state.withLock { $0 } }

    /// - Returns: the value after the change.
    @discardableResult
    func change(_ body: (inout Value) -> Void) -> Value {
        state.withLock { value in
            body(&value)
            return value
        }
    }
}

/// A clock that stands still until it is told otherwise.
final class TestClock: Sendable {
    private let milliseconds = Shared<Int64>(1_000_000)

    var now: Timestamp { Timestamp(milliseconds: milliseconds.value) }

    @discardableResult
    func advance(_ by: Int64 = 1) -> Timestamp {
        Timestamp(milliseconds: milliseconds.change { $0 += by })
    }
}

/// Which implementation a test runs against.
enum LogKind: String, CaseIterable, Sendable {
    case inMemory
    case sqlite
    /// With room for almost nothing, so that every limit is met all the time.
    case crampedSQLite
}

/// A log of one kind, and what it needs to live.
final class LogFixture: Sendable {
    let log: any EventLog
    let clock = TestClock()
    private let folder: TemporaryFolder?
    private let database: CanonDatabase?

    init(_ kind: LogKind, durability: Durability = .process) throws {
        let clock = clock
        guard kind != .inMemory else {
            (folder, database) = (nil, nil)
            log = InMemoryEventLog(clock: { clock.now })
            return
        }
        let folder = try TemporaryFolder()
        let database = try CanonDatabase(path: folder.file("canon.sqlite"), durability: durability)
        (self.folder, self.database) = (folder, database)
        var limits = SQLiteEventLog.Limits()
        if kind == .crampedSQLite {
            limits.commit = .init(batchWrites: 3, batchBytes: 400, queuedWrites: 4)
            limits.cachedThreads = 1
            limits.recoveredRuns = 2
        }
        log = SQLiteEventLog(database, limits: limits, clock: { clock.now })
    }

    /// Call it at the end of a test, which also keeps the fixture and its folder until then.
    func close() { try? database?.close() }
}

/// Collects what the observer of a log sees.
final class Observation: Sendable {
    private struct State {
        var events: [LogEvent] = []
        var isInside = false
        var overlapped = false
    }

    private let state = Mutex(State())

    init(of log: any EventLog) {
        log.observe { [self] events in
            let alreadyInside = state.withLock { state in
                defer { state.isInside = true }
                return state.isInside
            }
            // Gives a second call on another thread the time to show itself.
            for _ in 0..<100 { _ = Timestamp.now() }
            state.withLock { state in
                state.events += events
                state.isInside = false
                if alreadyInside { state.overlapped = true }
            }
        }
    }

    var events: [LogEvent] { state.withLock { $0.events } }
    /// Whether two calls ever ran at the same time.
    var overlapped: Bool { state.withLock { $0.overlapped } }

    func contains(_ seq: Int64, of key: ThreadKey) -> Bool {
        state.withLock { $0.events.contains { $0.seq == seq && $0.user == key.user && $0.thread == key.thread } }
    }
}

extension ThreadKey {
    init(_ user: String, _ thread: String) { self.init(user: UserID(user), thread: ThreadID(thread)) }
}

extension EventDraft {
    /// A text delta with an id of the test's choice.
    static func delta(_ text: String, message: String = "m", id: String? = nil) -> EventDraft {
        EventDraft(
            type: .streamChunk, eventID: id.map { EventID($0) }, agent: "a",
            fields: ["message_id": .string(message), "delta": .string(text)])
    }

    static func note(_ text: String, id: String? = nil) -> EventDraft {
        EventDraft(type: "note", eventID: id.map { EventID($0) }, fields: ["message": .string(text)])
    }

    static func completed(_ answer: String, message: String = "m", id: String? = nil) -> EventDraft {
        EventDraft(
            type: .agentCompleted, eventID: id.map { EventID($0) }, agent: "a",
            fields: ["message_id": .string(message), "final_response": .string(answer)])
    }
}

extension EventLog {
    /// Begins a run, with ids made from its name.
    func begin(
        _ run: String, in key: ThreadKey, _ text: String = "hello", client: String? = nil, parent: String? = nil
    ) async throws -> BeginOutcome {
        try await begin(
            RunRequest(
                key: key, text: text, clientMessageID: client, agent: "a", run: RunID(run),
                parentRun: parent.map { RunID($0) }, message: MessageID("msg_\(run)")))
    }

    func append(_ draft: EventDraft, run: String?, to key: ThreadKey) async throws -> AppendReceipt {
        try await append([draft], run: run.map { RunID($0) }, to: key)[0]
    }

    func allEvents(of key: ThreadKey) async throws -> [LogEvent] {
        try await events(of: key, after: 0, limit: .max, byteLimit: .max)
    }
}
