import CanonStore
import CanonWire
import Logging
import NIOCore

/// A `resume` or `session_restore` that is being answered.
struct Resuming {
    /// What the client says it has of a thread.
    struct Cursor: Sendable {
        enum Place: Sendable {
            /// The number of its last event, given under this server's epoch.
            case seq(Int64)
            /// A number of another epoch, which means nothing here.
            case foreign
            /// The id of an event or message; nil: nothing.
            case marker(String?)
        }

        let thread: ThreadID
        let place: Place
    }

    let type: MessageType
    var cursors: CircularBuffer<Cursor>

    init(_ resume: ClientMessage.Resume, epoch: String) {
        type = .resume
        let isForeign = resume.epoch.map { $0 != epoch } ?? false
        cursors = CircularBuffer(
            resume.cursors.map { Cursor(thread: $0.thread, place: isForeign ? .foreign : .seq($0.seq)) })
    }

    init(_ thread: ThreadID, marker: String?) {
        type = .sessionRestore
        cursors = [Cursor(thread: thread, place: .marker(marker))]
    }
}

/// One frame for each thread, before any event of it. The threads are answered one after the other and only while the
/// client takes bytes, because each answer may be a snapshot.
extension Connection {
    private enum Answer: Sendable {
        case notFound
        case replay(from: Int64, to: Int64)
        case nothing(at: Int64)
        case snapshot(ThreadSnapshot)
    }

    func answer(_ resuming: Resuming) {
        inbox.isBusy = true
        // A resume is where a connection that was revoked meanwhile would get what it missed: look again.
        perform { [authenticator, principal] in
            await authenticator.check(principal)
        } then: { connection, failure in
            if let failure, failure != .unavailable {
                connection.close(CloseReason(code: failure.closeCode, text: failure.closeReason))
                return
            }
            connection.resuming = resuming
            connection.answerNextCursor()
        }
    }

    func answerNextCursor() {
        guard canWrite, var resuming, !isAnswering else { return }
        guard let cursor = resuming.cursors.popFirst() else {
            self.resuming = nil
            goOn()
            return
        }
        self.resuming = resuming
        isAnswering = true
        let bytes = snapshotBytes
        let type = resuming.type.rawValue
        perform { [scope] in
            await Result { try await Self.find(cursor, in: scope, snapshotBytes: bytes) }
        } then: { connection, result in
            connection.isAnswering = false
            switch result {
            case .success(let answer): connection.send(answer, for: cursor.thread)
            case .failure(let error):
                connection.logger.error("resume failed", metadata: ["error": "\(error)"])
                connection.refuse(
                    WireError(
                        .unavailable, "The log cannot be read now: \(error). Resume again.",
                        requestType: type))
                connection.resuming?.cursors.removeAll()
            }
            connection.answerNextCursor()
        }
    }

    private static func find(
        _ cursor: Resuming.Cursor, in scope: UserScope, snapshotBytes: Int
    ) async throws -> Answer {
        guard let extent = try await scope.extent(of: cursor.thread) else { return .notFound }
        var seq: Int64 = 0
        var isForeign = false
        switch cursor.place {
        case .seq(let given): seq = given
        case .foreign: isForeign = true
        // With a marker that is unknown, the client cannot be trusted to have anything.
        case .marker(let marker?): seq = try await scope.seq(of: marker, in: cursor.thread) ?? 0
        case .marker(nil): break
        }
        switch ResumeAnswer(cursor: seq, isForeign: isForeign, extent: extent) {
        case .replay(let from, let to): return .replay(from: from, to: to)
        case .nothing(let at): return .nothing(at: at)
        case .snapshot:
            let snapshot = try await scope.snapshot(of: cursor.thread, byteLimit: snapshotBytes)
            return snapshot.map { .snapshot($0) } ?? .notFound
        }
    }

    private func send(_ answer: Answer, for thread: ThreadID) {
        if case .notFound = answer {
            send(.notFound(thread))
            return
        }
        guard follows[thread] != nil || follows.count < Self.maximumFollows else {
            refuse(
                WireError(.tooLong, "This connection follows \(Self.maximumFollows) conversations: open another one."))
            return
        }
        boundThread = thread
        let epoch = scope.epoch
        // What is known of a thread that was followed before counts: its announcements do not come again.
        let known = follows[thread]?.state.head ?? 0
        switch answer {
        case .notFound: break
        case .replay(let from, let to):
            send(.resumed(thread, from: from, to: to, epoch: epoch))
            write(presentation.interrupt(thread))
            follow(thread, .replaying(after: from - 1, head: max(to, known)))
        case .nothing(let at):
            send(.nothingMissed(thread, at: at, epoch: epoch))
            // Already followed at least so far: the live events simply go on.
            if let cursor = follows[thread]?.state.cursor, cursor >= at { return }
            write(presentation.interrupt(thread))
            follow(thread, .replaying(after: at, head: max(at, known)))
        case .snapshot(let snapshot):
            send(snapshot: snapshot, of: thread)
            follow(thread, .replaying(after: snapshot.at, head: max(snapshot.at, known)))
        }
    }
}
