import CanonStore
import CanonWire
import Logging
import NIOCore

extension Connection {
    /// Events of one page of a replay.
    private static let pageEvents = 256

    /// Bytes of one page: so small that a page and a full buffer stay within the budget.
    private var pageBytes: Int { manager.limits.connectionBudgetBytes / 16 }

    /// Bytes of text in a snapshot, which JSON may nearly double.
    var snapshotBytes: Int { manager.limits.connectionBudgetBytes / 4 }

    // MARK: Live

    func deliver(_ delivery: Delivery) {
        let event = delivery.event
        guard machine.state.mayProcess else { return }
        guard var follow = follows[event.thread] else {
            announce(event)
            return
        }
        let action = follow.state.live(event.seq, bytes: delivery.frame.readableBytes, writable: canWrite)
        follows[event.thread] = follow
        switch action {
        case .send:
            countDelivered(1)
            if let frame = presentation.sharedFrame(of: delivery) {
                write(frame)
            } else {
                write(presentation.frames(of: event, from: event.seq, epoch: delivery.epoch))
            }
        case .skip: break
        case .fallBehind: catchUp(on: event.thread)
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

    private func countDelivered(_ events: Int) {
        delivered += Int64(events)
        manager.metrics.eventsDelivered.increment(by: events)
    }

    // MARK: Following

    /// Follows a thread from its next event on, unless it is followed already.
    /// - Returns: false when the connection follows too many.
    func join(_ thread: ThreadID) -> Bool {
        boundThread = thread
        if follows[thread] != nil { return true }
        guard follows.count < Self.maximumFollows else { return false }
        follow(thread, FollowState(.joining))
        return true
    }

    /// Follows a thread anew: what is still under way for an earlier following of it is void.
    func follow(_ thread: ThreadID, _ state: FollowState) {
        nextGeneration += 1
        follows[thread] = Follow(state: state, generation: nextGeneration)
        announcedHeads[thread] = nil
        if state.isBehind { catchUp(on: thread) }
    }

    func unfollow(_ thread: ThreadID) {
        follows[thread] = nil
        write(presentation.interrupt(thread))
    }

    // MARK: Catching up

    /// The thread has to be read from the log, as soon as its turn comes.
    private func catchUp(on thread: ThreadID) {
        guard follows[thread]?.isQueued == false else { return }
        follows[thread]?.isQueued = true
        behind.append(thread)
        catchUp()
    }

    /// Reads the log for the next thread that is behind: one read at a time and only while the client takes bytes, so
    /// that a connection holds one page, whatever it has to catch up with. The threads take turns.
    func catchUp() {
        while canWrite, !isReadingLog, let thread = behind.popFirst() {
            guard var follow = follows[thread] else { continue }
            follow.isQueued = false
            let read = follow.state.beginRead(budget: manager.limits.connectionBudgetBytes)
            follows[thread] = follow
            switch read {
            case .page(let cursor, let joined):
                readPage(of: thread, after: cursor, joined: joined, generation: follow.generation)
            case .snapshot(let reason): readSnapshot(of: thread, reason, generation: follow.generation)
            case nil: break
            }
        }
    }

    private func readPage(of thread: ThreadID, after cursor: Int64, joined: Bool, generation: Int) {
        let bytes = pageBytes
        readLog { [scope] in
            try await scope.events(of: thread, after: cursor, limit: Self.pageEvents, byteLimit: bytes)
        } then: { connection, events in
            guard var follow = connection.follows[thread], follow.generation == generation else { return }
            let count = follow.state.contiguous(events.lazy.map(\.seq))
            let bytes = connection.send(page: events.prefix(count), joined: joined)
            let progress = follow.state.sent(
                last: events.prefix(count).last?.seq, bytes: bytes, gap: count < events.count)
            connection.follows[thread] = follow
            if progress == .behind { connection.catchUp(on: thread) }
        }
    }

    /// - Returns: the bytes of the frames.
    private func send(page: ArraySlice<LogEvent>, joined: Bool) -> Int {
        let epoch = scope.epoch
        let pieces = joined ? CoalescedEvent.join(Array(page)) : page.map { CoalescedEvent(event: $0, from: $0.seq) }
        let frames = pieces.flatMap { presentation.frames(of: $0.event, from: $0.from, epoch: epoch) }
        write(frames)
        countDelivered(page.count)
        manager.metrics.eventsReplayed.increment(by: page.count)
        manager.metrics.eventsCoalesced.increment(by: page.count - pieces.count)
        return frames.reduce(0) { $0 + $1.readableBytes }
    }

    private func readSnapshot(of thread: ThreadID, _ reason: FollowState.SnapshotReason, generation: Int) {
        let bytes = snapshotBytes
        readLog { [scope] in
            // The floor first: it only rises, so it explains every gap that was seen before.
            let extent = try await scope.extent(of: thread)
            return (extent, try await scope.snapshot(of: thread, byteLimit: bytes))
        } then: { connection, found in
            guard var follow = connection.follows[thread], follow.generation == generation else { return }
            guard let extent = found.0, let snapshot = found.1 else {
                // It was deleted meanwhile.
                connection.unfollow(thread)
                connection.send(.threadDeleted(thread))
                return
            }
            if reason == .gap { connection.explain(gapAfter: follow.state.cursor ?? 0, extent, thread) }
            connection.send(snapshot: snapshot, of: thread)
            let progress = follow.state.sentSnapshot(at: snapshot.at)
            connection.follows[thread] = follow
            if progress == .behind { connection.catchUp(on: thread) }
        }
    }

    func send(snapshot: ThreadSnapshot, of thread: ThreadID) {
        manager.metrics.snapshotsSent.increment()
        write(presentation.interrupt(thread, openRuns: Set(snapshot.openRuns.map(\.run))))
        send(snapshot.frame(of: thread, epoch: scope.epoch))
    }

    /// A gap below the floor is the work of retention. Any other is a loss, which must never happen; the snapshot
    /// mends it for the client, and the counter tells the operator.
    private func explain(gapAfter cursor: Int64, _ extent: LogExtent, _ thread: ThreadID) {
        guard cursor >= extent.floor else { return }
        manager.metrics.eventsDropped.increment(by: Int(max(1, extent.head - cursor)))
        logger.error("events are missing in the log", metadata: ["thread_id": "\(thread)", "after": "\(cursor)"])
    }

    private func readLog<Value: Sendable>(
        _ operation: @escaping @Sendable () async throws -> Value,
        then continuation: @escaping @Sendable (Connection, Value) -> Void
    ) {
        isReadingLog = true
        perform {
            await Result(operation)
        } then: { connection, result in
            connection.isReadingLog = false
            switch result {
            case .success(let value):
                continuation(connection, value)
                connection.catchUp()
            case .failure(let error):
                // A resumable close: the client comes back with its cursor, nothing is skipped.
                connection.logger.error("replay failed", metadata: ["error": "\(error)"])
                connection.close(.overload)
            }
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
