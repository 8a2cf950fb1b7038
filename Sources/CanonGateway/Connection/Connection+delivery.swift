import CanonStore
import CanonWire
import Logging
import NIOCore

extension Connection {
    /// Events and bytes of one page of a replay: small enough that a page and a full buffer stay within the budget.
    private static let pageEvents = 256

    private var pageBytes: Int { manager.limits.connectionBudgetBytes / 16 }

    // MARK: Live

    func deliver(_ delivery: Delivery) {
        let event = delivery.event
        guard machine.state.mayProcess else { return }
        guard var follow = follows[event.thread] else {
            announce(event)
            return
        }
        let action = follow.state.live(event.seq, writable: canWrite)
        follows[event.thread] = follow
        switch action {
        case .send:
            delivered += 1
            manager.metrics.eventsDelivered.increment()
            write(delivery.frame(style))
        case .skip:
            break
        case .read(let cursor):
            readPage(of: event.thread, after: cursor, generation: follow.generation)
        }
    }

    /// A thread of the user that this connection does not follow has moved.
    private func announce(_ event: LogEvent) {
        if announcedHeads.count >= Self.maximumFollows { announcedHeads.removeAll(keepingCapacity: true) }
        announcedHeads[event.thread] = event.seq
        // Every change stands in the next heartbeat; what a person would notice is said at once.
        guard canWrite, event.type == .userMessage || event.type.isTerminal else { return }
        send(.threadUpdated(event.thread, head: event.seq))
    }

    // MARK: Following

    /// Follows a thread from its next event on, unless it is followed already.
    /// - Returns: false when the connection follows too many.
    func join(_ thread: ThreadID) -> Bool {
        boundThread = thread
        if follows[thread] != nil { return true }
        guard follows.count < Self.maximumFollows else { return false }
        follow(thread, .joining)
        return true
    }

    @discardableResult
    func follow(_ thread: ThreadID, _ phase: FollowState.Phase) -> Int {
        nextGeneration += 1
        follows[thread] = Follow(state: FollowState(phase), generation: nextGeneration)
        announcedHeads[thread] = nil
        return nextGeneration
    }

    // MARK: Replay

    /// Reads the events after `cursor` from the log and sends them, page by page, until the live ones follow.
    func readPage(of thread: ThreadID, after cursor: Int64, generation: Int) {
        let bytes = pageBytes
        perform { [scope] in
            await Result {
                try await scope.events(of: thread, after: cursor, limit: Self.pageEvents, byteLimit: bytes)
            }
        } then: { connection, result in
            connection.send(page: result, of: thread, generation: generation)
        }
    }

    private func send(page: Result<[LogEvent], any Error>, of thread: ThreadID, generation: Int) {
        guard var follow = follows[thread], follow.generation == generation else { return }
        switch page {
        case .failure(let error):
            // A resumable close: the client comes back with its cursor, nothing is skipped.
            logger.error("replay failed", metadata: ["thread_id": "\(thread)", "error": "\(error)"])
            close(.overload)
        case .success(let events):
            let epoch = scope.epoch
            for event in events { write(Delivery(event, epoch: epoch).frame(style)) }
            delivered += Int64(events.count)
            manager.metrics.eventsDelivered.increment(by: events.count)
            manager.metrics.eventsReplayed.increment(by: events.count)
            let isEnd = events.count < Self.pageEvents && events.reduce(0) { $0 + $1.fields.utf8.count } < pageBytes
            let action = follow.state.page(last: events.last?.seq, isEnd: isEnd, writable: canWrite)
            follows[thread] = follow
            if case .read(let cursor) = action { readPage(of: thread, after: cursor, generation: generation) }
        }
    }

    /// The client reads again: every thread that had to wait goes on.
    func catchUp() {
        for (thread, var follow) in follows {
            guard let cursor = follow.state.becameWritable() else { continue }
            follows[thread] = follow
            readPage(of: thread, after: cursor, generation: follow.generation)
        }
    }

    // MARK: Time

    func tick(at now: NIODeadline) {
        guard machine.state.mayProcess else { return }
        for action in timing.due(at: now) {
            switch action {
            case .heartbeat: if canWrite { heartbeat() }
            case .ping: ping()
            case .pingTimeout: close(.pingTimeout)
            case .slowConsumer:
                manager.metrics.slowConsumers.increment()
                close(.slowConsumer)
            case .warnOfExpiry:
                send(
                    .system([
                        "event": "token_expiring",
                        "expires_at": principal.expiresAt.map { .double($0.seconds) } ?? .null,
                    ]))
            case .expired: close(.tokenExpired)
            }
        }
    }

    private func heartbeat() {
        var heads = announcedHeads.map { ($0.key, $0.value) }
        for (thread, follow) in follows {
            if let head = follow.state.head { heads.append((thread, head)) }
        }
        send(.heartbeat(connection: id, heads: heads, received: received, delivered: delivered))
    }
}

extension Result where Failure == any Error {
    init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
