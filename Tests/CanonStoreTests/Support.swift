import CanonWire
import Foundation
import GRDB
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

extension CanonDatabase {
    /// Runs `body` while the writer does nothing, and lets it go on afterwards.
    func whileWriterRests(_ body: () async throws -> Void) async throws {
        let (rests, goOn) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        pool.asyncWriteWithoutTransaction { _ in
            rests.signal()
            goOn.wait()
        }
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                rests.wait()
                continuation.resume()
            }
        }
        defer { goOn.signal() }
        try await body()
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

    /// An end without a text of its own.
    static func cancelled(id: String? = nil) -> EventDraft {
        EventDraft(
            type: .agentCancelled, eventID: id.map { EventID($0) }, agent: "a", fields: ["message": "Stopped"])
    }

    /// The same event at another time.
    func at(_ moment: Timestamp) -> EventDraft {
        EventDraft(
            type: type, eventID: eventID, timestamp: moment, parentRun: parentRun, agent: agent, fields: fields)
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

    func allMessages(of key: ThreadKey) async throws -> [MessageRecord] {
        try await messages(of: key, after: 0, limit: .max)
    }

    /// Retention by count alone.
    func prune(keeping count: Int) async throws -> PruneReport {
        try await prune(Retention(maximumAgeMilliseconds: .max, maximumEvents: count))
    }

    /// Retention by age alone.
    func prune(olderThan milliseconds: Int64) async throws -> PruneReport {
        try await prune(Retention(maximumAgeMilliseconds: milliseconds, maximumEvents: .max))
    }

    func allEvents(of key: ThreadKey) async throws -> [LogEvent] {
        try await events(of: key, after: 0, limit: .max, byteLimit: .max)
    }
}
