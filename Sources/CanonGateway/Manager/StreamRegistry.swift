import CanonStore
import CanonWire
import NIOConcurrencyHelpers
import NIOCore

/// The manager's open streams, by what they tell of.
final class StreamRegistry: Sendable {
    private struct State {
        var byTopic: [OpenStream.Topic: [ConnectionID: OpenStream]] = [:]
        /// How many runs have begun since the server started: the mark of `.openedRuns`.
        var openedRuns: Int64 = 0
        var ticker: RepeatedTask?
    }

    private let state = NIOLockedValueBox(State())
    /// How long a client may leave a write waiting.
    private let stall: TimeAmount

    init(stall: TimeAmount) { self.stall = stall }

    func add(_ stream: OpenStream) {
        state.withLockedValue { $0.byTopic[stream.topic, default: [:]][stream.id] = stream }
    }

    /// - Returns: whether it was there.
    func remove(_ stream: OpenStream) -> Bool {
        state.withLockedValue { state in
            guard state.byTopic[stream.topic]?.removeValue(forKey: stream.id) != nil else { return false }
            if state.byTopic[stream.topic]?.isEmpty == true { state.byTopic[stream.topic] = nil }
            return true
        }
    }

    /// Wakes the streams that stored events concern. Called by the log, so it only marks.
    func wake(_ events: [LogEvent]) {
        let woken = state.withLockedValue { state -> [(OpenStream, Int64)] in
            guard !state.byTopic.isEmpty else { return [] }
            var marks: [OpenStream.Topic: Int64] = [:]
            for event in events {
                marks[.thread(ThreadKey(user: event.user, thread: event.thread))] = event.seq
                if event.type == .userMessage { state.openedRuns += 1 }
            }
            if events.contains(where: { $0.type == .userMessage }) { marks[.openedRuns] = state.openedRuns }
            return marks.flatMap { topic, mark in (state.byTopic[topic] ?? [:]).values.map { ($0, mark) } }
        }
        for (stream, mark) in woken { stream.move(to: mark) }
    }

    func end(_ topic: OpenStream.Topic, _ end: OpenStream.End) {
        for stream in state.withLockedValue({ Array(($0.byTopic[topic] ?? [:]).values) }) { stream.end(end) }
    }

    func endAll(_ end: OpenStream.End) { for stream in all() { stream.end(end) } }

    func count(of topic: OpenStream.Topic) -> Int { state.withLockedValue { $0.byTopic[topic]?.count ?? 0 } }

    func all() -> [OpenStream] { state.withLockedValue { $0.byTopic.values.flatMap(\.values) } }

    // MARK: Time

    /// - Parameter onStall: called for each stream that is ended because its client does not read.
    func startTicking(on eventLoop: any EventLoop, onStall: @escaping @Sendable () -> Void) {
        let ticker = eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { [weak self] _ in
            self?.tick(onStall: onStall)
        }
        state.withLockedValue { $0.ticker = ticker }
    }

    func stopTicking() {
        state.withLockedValue { state in
            state.ticker?.cancel()
            state.ticker = nil
        }
    }

    private func tick(onStall: () -> Void) {
        let now = NIODeadline.now()
        let wallClock = Timestamp.now()
        for stream in all() {
            if let expiry = stream.principal.expiresAt, expiry <= wallClock {
                stream.end(.refused(.tokenExpired))
            } else if stream.tick(at: now, stall: stall) {
                onStall()
                stream.end(.gone)
            }
        }
    }
}
