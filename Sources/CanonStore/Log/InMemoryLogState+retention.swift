import CanonWire

extension InMemoryLogState.Thread {
    func deltas(of run: RunID) -> [LogEvent] { events.filter { $0.run == run && $0.type == .streamChunk } }

    /// The conversation in order.
    var messages: [MessageRecord] {
        let live = events.filter { Conversation.types.contains($0.type) && archive[$0.seq] == nil }
        return (archive.values + live.map { message(of: $0) }).sorted { $0.seq < $1.seq }
    }

    private func message(of end: LogEvent) -> MessageRecord {
        Conversation.message(of: end) { end.run.map { deltas(of: $0) } ?? [] }
    }

    /// Removes the oldest events that `retention` does not keep, none of `openRuns` or behind it.
    /// - Returns: how many.
    mutating func prune(_ retention: Retention, cutoff: Timestamp, openRuns: Set<RunID>) -> Int {
        let beyondCount = retention.lastBeyondCount(head: head)
        let removed = events.prefix { event in
            (event.seq <= beyondCount || event.timestamp < cutoff)
                && !(event.run.map { openRuns.contains($0) } ?? false)
        }
        guard let last = removed.last?.seq else { return 0 }
        // An answer behind the last one removed may have its text in front of it.
        let runs = Set(removed.filter { $0.type == .streamChunk }.compactMap(\.run))
        for message in messages where message.seq <= last || message.run.map({ runs.contains($0) }) ?? false {
            archive[message.seq] = message
        }
        messageEnds = messageEnds.filter { $0.value > last }
        events.removeFirst(removed.count)
        floor = last
        return removed.count
    }
}

extension InMemoryLogState {
    mutating func prune(_ retention: Retention, cutoff: Timestamp) -> PruneReport {
        var report = PruneReport()
        for key in threads.keys {
            let open = Set(openRuns(of: key.user).filter { $0.key == key }.map(\.run))
            let removed = threads[key]!.prune(retention, cutoff: cutoff, openRuns: open)
            report.events += removed
            report.threads += removed > 0 ? 1 : 0
        }
        report.runs = removeRuns { [threads] run in
            guard let ended = run.endedAt, max(ended, run.startedAt) < cutoff else { return false }
            return !(threads[run.key]?.events.contains { $0.run == run.run } ?? false)
        }
        let before = claims.count
        claims.removeAll { $0.time < cutoff }
        report.claims = before - claims.count
        return report
    }

    mutating func claim(_ key: IdempotencyKey, fingerprint: String, at now: Timestamp) -> IdempotencyClaim {
        let key = IdempotencyKey(owner: key.owner, thread: key.thread, key: key.key.withoutNUL)
        if let kept = claims.first(where: { $0.key == key }) {
            return kept.fingerprint == fingerprint ? .same : .different
        }
        claims.append(Claim(key: key, fingerprint: fingerprint, time: now))
        return .new
    }

    func snapshot(of key: ThreadKey, byteLimit: Int) -> ThreadSnapshot? {
        guard let thread = threads[key] else { return nil }
        let openRuns = openRuns(of: key.user).filter { $0.key == key }.map { run in
            Conversation.openRun(run, deltas: thread.deltas(of: run.run))
        }
        var room = SnapshotRoom(byteLimit: byteLimit, openRuns: openRuns)
        _ = room.add(olderMessages: thread.messages)
        return room.snapshot(at: thread.head)
    }
}
