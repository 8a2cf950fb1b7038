struct TimedOut: Error, CustomStringConvertible {
    let waitedFor: String
    let seen: [String]
    var description: String { "waited for \(waitedFor); saw \(seen)" }
}

/// What a client under test received, for one consumer that waits with a deadline.
actor ArrivalQueue<Arrival: Sendable> {
    private var queue: [Arrival] = []
    private var waiting: (id: Int, continuation: CheckedContinuation<Arrival?, Never>)?
    private var waits = 0

    init(_ arrivals: AsyncStream<Arrival>) {
        Task { for await arrival in arrivals { await self.add(arrival) } }
    }

    private func add(_ arrival: Arrival) {
        if let waiting {
            self.waiting = nil
            waiting.continuation.resume(returning: arrival)
        } else {
            queue.append(arrival)
        }
    }

    func next(within seconds: Double, describing what: String) async throws -> Arrival {
        if !queue.isEmpty { return queue.removeFirst() }
        waits += 1
        let id = waits
        let deadline = LivedClock.deadline(in: seconds)
        let timer = Task {
            try await LivedClock.sleep(until: deadline)
            self.expire(id)
        }
        defer { timer.cancel() }
        let arrival = await withCheckedContinuation { waiting = (id, $0) }
        guard let arrival else { throw TimedOut(waitedFor: what, seen: []) }
        return arrival
    }

    private func expire(_ id: Int) {
        guard let waiting, waiting.id == id else { return }
        self.waiting = nil
        waiting.continuation.resume(returning: nil)
    }
}
