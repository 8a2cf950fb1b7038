import CanonStore
import CanonWire
import NIOConcurrencyHelpers
import NIOCore

/// What the manager knows of one open stream of server-sent events, and the only way in which its writer is woken.
///
/// A writer reads the log itself, so nothing is queued here: a stream that is not read costs what an idle one does.
final class OpenStream: Sendable {
    /// What a stream tells of.
    enum Topic: Hashable, Sendable {
        case thread(ThreadKey)
        /// Runs that began, of all users.
        case openedRuns
    }

    /// Why a stream is over. The client of all but `gone` is told by a comment.
    enum End: Equatable, Sendable {
        /// The server stops; the client comes back with its cursor.
        case draining
        /// Its token expired or was revoked.
        case refused(CloseReason)
        case threadDeleted
        /// The client went away, or did not read for too long.
        case gone
    }

    enum Signal: Equatable, Sendable {
        /// The topic has moved to this mark: the number of the thread's last event, or the count of runs begun.
        case moved(Int64)
        /// Nothing was sent for a while: a comment keeps the proxies between from giving up.
        case quiet
        case ended(End)
    }

    private struct State {
        var mark: Int64 = 0
        var end: End?
        /// The writer has written its last byte.
        var isFinished = false
        var isQuiet = false
        var nextComment: NIODeadline
        var writingSince: NIODeadline?
        var delivered: Int64 = 0
        var waiter: (mark: Int64, continuation: CheckedContinuation<Signal, Never>)?
    }

    /// Seconds without an event after which a comment is due.
    static let commentInterval = TimeAmount.seconds(15)

    let id: ConnectionID = .make("sse_conn")
    let principal: Principal
    let topic: Topic
    let openedAt = Timestamp.now()
    let userAgent: String?
    private let channel: any Channel
    private let state: NIOLockedValueBox<State>

    init(
        _ topic: Topic, principal: Principal, userAgent: String?, channel: any Channel, now: NIODeadline = .now()
    ) {
        self.topic = topic
        self.principal = principal
        self.userAgent = userAgent
        self.channel = channel
        state = NIOLockedValueBox(State(nextComment: now + Self.commentInterval))
    }

    // MARK: The writer's side

    /// Waits until there is something beyond `mark`, a comment is due, or the stream is over.
    func next(after mark: Int64) async -> Signal {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let signal = state.withLockedValue { state -> Signal? in
                    let signal = Self.take(&state, after: mark)
                    if signal == nil { state.waiter = (mark, continuation) }
                    return signal
                }
                if let signal { continuation.resume(returning: signal) }
            }
        } onCancel: {
            end(.gone)
        }
    }

    var end: End? { state.withLockedValue { $0.end } }
    var mark: Int64 { state.withLockedValue { $0.mark } }
    var delivered: Int64 { state.withLockedValue { $0.delivered } }

    /// Whether a write has waited for the client for a second.
    var isStalled: Bool { state.withLockedValue { $0.writingSince.map { .now() - $0 >= .seconds(1) } ?? false } }

    /// Marks a write, so that a client which does not read is noticed.
    func beginWriting() { state.withLockedValue { $0.writingSince = .now() } }

    /// - Parameter events: how many log events were in it.
    func finishWriting(events: Int) {
        state.withLockedValue { state in
            state.writingSince = nil
            state.delivered += Int64(events)
            state.isQuiet = false
            state.nextComment = .now() + Self.commentInterval
        }
    }

    // MARK: The manager's side

    /// The topic has moved.
    func move(to mark: Int64) { signal { $0.mark = max($0.mark, mark) } }

    /// Ends the stream; the first reason counts. Its writer ends it when it is told, and has to be quick about it: a
    /// client that does not read holds nobody up.
    func end(_ end: End) {
        let isFirst = signal { state -> Bool in
            guard state.end == nil else { return false }
            state.end = end
            return true
        }
        guard isFirst else { return }
        if end == .gone {
            channel.close(promise: nil)
        } else {
            channel.eventLoop.scheduleTask(in: Self.grace) { [weak self] in
                if self?.isFinished == false { self?.channel.close(promise: nil) }
            }
        }
    }

    /// The writer has written its last byte.
    func finish() {
        state.withLockedValue { state in
            state.isFinished = true
            state.writingSince = nil
        }
    }

    private var isFinished: Bool { state.withLockedValue { $0.isFinished } }

    /// How long a writer may take to say good-bye.
    private static let grace = TimeAmount.milliseconds(300)

    /// Looks after the stream's deadlines. Called about once a second.
    /// - Returns: whether its client has not read for `stall`.
    func tick(at now: NIODeadline, stall: TimeAmount) -> Bool {
        signal { state in
            if now >= state.nextComment, state.writingSince == nil { state.isQuiet = true }
            return state.writingSince.map { now - $0 >= stall } ?? false
        }
    }

    /// Changes the state and wakes the writer if it waits for that.
    private func signal<Result>(_ change: (inout State) -> Result) -> Result {
        let (result, waiter, signal) = state.withLockedValue { state in
            let result = change(&state)
            guard let waiter = state.waiter, let signal = Self.take(&state, after: waiter.mark) else {
                return (result, nil as CheckedContinuation<Signal, Never>?, nil as Signal?)
            }
            state.waiter = nil
            return (result, waiter.continuation, signal)
        }
        if let waiter, let signal { waiter.resume(returning: signal) }
        return result
    }

    private static func take(_ state: inout State, after mark: Int64) -> Signal? {
        // What was stored before the end was decided is still told, so that a run's last event is not held back.
        if state.end == .draining, state.mark > mark { return .moved(state.mark) }
        if let end = state.end { return .ended(end) }
        if state.mark > mark { return .moved(state.mark) }
        guard state.isQuiet else { return nil }
        state.isQuiet = false
        state.nextComment = .now() + commentInterval
        return .quiet
    }
}
