import CanonStore
import CanonWire
import Testing

/// What a log should hold, as lists without any index. It keeps all events of a thread, also those behind the floor, so
/// that the conversation is always read out of the whole.
struct LogModel {
    struct Event: Equatable {
        let id: String
        let run: String?
        let type: EventType
        var text = ""
        var message: String?
        var time = Timestamp(milliseconds: 0)

        var isMessage: Bool { type == .userMessage || type.isTerminal }
    }

    struct Run {
        let id: String
        let key: ThreadKey
        let client: String?
        let firstSeq: Int
        let started: Timestamp
        var ended: Timestamp?
        var isOpen: Bool { ended == nil }
    }

    struct Thread {
        let key: ThreadKey
        var title: String
        var updated: Timestamp
        var events: [Event] = []
        var floor = 0
        var isDeleted = false

        var live: ArraySlice<Event> { events[floor...] }

        func deltas(of run: String) -> [Event] { events.filter { $0.run == run && $0.type == .streamChunk } }

        var messages: [(seq: Int, content: String)] {
            events.indices.filter { events[$0].isMessage }.map { index in
                let event = events[index]
                let joined = event.run.map { deltas(of: $0).map(\.text).joined() } ?? ""
                return (index + 1, event.type == .agentCancelled && !joined.isEmpty ? joined : event.text)
            }
        }
    }

    struct Claim {
        let thread: ThreadKey
        let key: String
        let fingerprint: String
        let time: Timestamp
    }

    private var threads: [Thread] = []
    private var runs: [Run] = []
    private var claims: [Claim] = []
    /// The ids of all events in the order of storage, also of threads that were deleted later. A user's message has
    /// an id of the log's making, taken from the outcome.
    private(set) var everStored: [String] = []
}

extension LogModel {
    mutating func apply(_ operation: LogOperation, at now: Timestamp) -> String {
        switch operation {
        case .begin(let key, let run, let client): begin(key, run: run, client: client, now)
        case .append(let key, let run, let drafts):
            drafts.map { append($0, run: run, to: key, now) }.joined(separator: ", ")
        case .create(let key): "created \(create(key, title: "made", now))"
        case .rename(let key, let title): "renamed \(change(key) { $0.title = title })"
        case .delete(let key): "deleted \(delete(key))"
        case .endAll: "ended \(endAll(now))"
        case .prune(let retention): "\(prune(retention, now))"
        case .claim(let thread, let key, let fingerprint): "claimed \(claim(thread, key, fingerprint, now))"
        case .snapshot(let key, let byteLimit): snapshot(key, byteLimit)
        }
    }

    private mutating func begin(_ key: ThreadKey, run: String, client: String?, _ now: Timestamp) -> String {
        if let client, let first = runs.first(where: { $0.key.user == key.user && $0.client == client }) {
            return "duplicate \(first.id) \(first.key.thread) \(first.firstSeq)"
        }
        if threads.contains(where: { $0.key == key && $0.isDeleted }) { return "refused threadDeleted" }
        let created = create(key, title: "text of \(run)", now)
        let message = Event(
            id: "message of \(run)", run: run, type: .userMessage, text: "text of \(run)", message: "msg_\(run)",
            time: now)
        store(message, in: key, now)
        let seq = threads.first { $0.key == key }!.events.count
        runs.append(Run(id: run, key: key, client: client, firstSeq: seq, started: now))
        return "started \(seq) \(created)"
    }

    private mutating func append(_ draft: EventDraft, run: String?, to key: ThreadKey, _ now: Timestamp) -> String {
        guard let thread = threads.first(where: { $0.key == key }) else { return "refused unknownThread" }
        if thread.isDeleted { return "refused threadDeleted" }
        let index = runs.firstIndex { $0.id == run && $0.key == key }
        if run != nil, index == nil { return "refused unknownRun" }
        if let place = thread.live.firstIndex(where: { $0.id == draft.eventID.value }) {
            return "duplicate \(place + 1)"
        }
        if let index, !runs[index].isOpen { return "refused runEnded" }
        let text = ["delta", "final_response", "message"].compactMap { draft.fields[$0]?.string }.first
        let event = Event(
            id: draft.eventID.value, run: run, type: draft.type, text: text ?? "",
            message: draft.fields["message_id"]?.string, time: draft.timestamp)
        store(event, in: key, now)
        if let index, draft.type.isTerminal { runs[index].ended = now }
        return "stored \(thread.events.count + 1)"
    }

    private mutating func endAll(_ now: Timestamp) -> Int {
        let open = runs.filter(\.isOpen)
        for run in open {
            let draft = EventDraft.completed("ended", id: "end \(run.key.user) \(run.id)").at(now)
            _ = append(draft, run: run.id, to: run.key, now)
        }
        return open.count
    }

    private mutating func store(_ event: Event, in key: ThreadKey, _ now: Timestamp) {
        change(key) {
            $0.events.append(event)
            $0.updated = now
        }
        everStored.append(event.id)
    }

    private mutating func create(_ key: ThreadKey, title: String, _ now: Timestamp) -> Bool {
        if threads.contains(where: { $0.key == key }) { return false }
        threads.append(Thread(key: key, title: title, updated: now))
        return true
    }

    private mutating func delete(_ key: ThreadKey) -> Bool {
        guard change(key, { $0.isDeleted = true }) else { return false }
        runs.removeAll { $0.key == key }
        claims.removeAll { $0.thread == key }
        return true
    }

    @discardableResult
    private mutating func change(_ key: ThreadKey, _ change: (inout Thread) -> Void) -> Bool {
        guard let index = threads.firstIndex(where: { $0.key == key && !$0.isDeleted }) else { return false }
        change(&threads[index])
        return true
    }
}

// MARK: Retention

extension LogModel {
    private mutating func prune(_ retention: Retention, _ now: Timestamp) -> PruneReport {
        let cutoff = Timestamp(milliseconds: now.milliseconds - retention.maximumAgeMilliseconds)
        var report = PruneReport()
        for index in threads.indices where !threads[index].isDeleted {
            let before = threads[index].floor
            while let first = threads[index].live.first, !isOpen(first.run, in: threads[index].key),
                threads[index].live.count > retention.maximumEvents || first.time < cutoff
            {
                threads[index].floor += 1
            }
            report.events += threads[index].floor - before
            if threads[index].floor > before { report.threads += 1 }
        }
        let (runCount, claimCount) = (runs.count, claims.count)
        runs.removeAll { run in
            guard let ended = run.ended, ended < cutoff, run.started < cutoff else { return false }
            return !threads.contains { $0.key == run.key && $0.live.contains { $0.run == run.id } }
        }
        claims.removeAll { $0.time < cutoff }
        report.runs = runCount - runs.count
        report.claims = claimCount - claims.count
        return report
    }

    private func isOpen(_ run: String?, in key: ThreadKey) -> Bool {
        runs.contains { $0.id == run && $0.key == key && $0.isOpen }
    }

    private mutating func claim(
        _ thread: ThreadKey, _ key: String, _ fingerprint: String, _ now: Timestamp
    ) -> IdempotencyClaim {
        if let kept = claims.first(where: { $0.thread == thread && $0.key == key }) {
            return kept.fingerprint == fingerprint ? .same : .different
        }
        claims.append(Claim(thread: thread, key: key, fingerprint: fingerprint, time: now))
        return .new
    }

    private func snapshot(_ key: ThreadKey, _ byteLimit: Int) -> String {
        guard let thread = threads.first(where: { $0.key == key && !$0.isDeleted }) else { return "no thread" }
        let open = runs.filter { $0.key == key && $0.isOpen }.map { run in
            let deltas = thread.deltas(of: run.id)
            return (run: run.id, message: deltas.first?.message ?? "-", text: deltas.map(\.text).joined())
        }
        let all = thread.messages
        let texts = open.map(\.text).joined()
        var shown = all
        while shown.count > 1, (shown.map(\.content).joined() + texts).utf8.count > byteLimit { shown.removeFirst() }
        let messages = shown.map { "\($0.seq) \($0.content)" }
        let runs = open.map { "\($0.run) \($0.message) \($0.text)" }
        return "at \(thread.events.count) \(messages) \(shown.count < all.count) \(runs)"
    }
}

// MARK: Comparison

extension LogModel {
    /// Reads everything back from the log.
    func compare(with log: any EventLog) async throws {
        for thread in threads {
            let record = try await log.thread(thread.key)
            let events = try await log.allEvents(of: thread.key)
            guard !thread.isDeleted else {
                #expect(record == nil && events.isEmpty)
                continue
            }
            let open = runs.filter { $0.key == thread.key && $0.isOpen }.map { RunID($0.id) }
            #expect(record?.title == thread.title)
            #expect(record?.updatedAt == thread.updated)
            #expect(record?.head == Int64(thread.events.count))
            #expect(record?.openRuns == open)
            #expect(
                try await log.extent(of: thread.key)
                    == LogExtent(floor: Int64(thread.floor), head: Int64(thread.events.count)))
            #expect(events.map(\.seq) == thread.live.indices.map { Int64($0 + 1) })
            #expect(
                events.map { Event(id: Self.name(of: $0), run: $0.run?.value, type: $0.type) }
                    == thread.live.map { Event(id: $0.id, run: $0.run, type: $0.type) })
            for event in events { #expect(try await log.seq(of: event.eventID.value, in: thread.key) == event.seq) }
            let messages = try await log.allMessages(of: thread.key)
            #expect(messages.map(\.seq) == thread.messages.map { Int64($0.seq) })
            #expect(messages.map(\.content) == thread.messages.map(\.content))
            #expect(
                try await log.messages(of: thread.key, before: Int64(thread.floor) + 2, last: 3)
                    == messages.filter { $0.seq < thread.floor + 2 }.suffix(3))
        }
        for user in [UserID("ada"), UserID("bob")] {
            let listed = try await log.threads(of: user, before: nil, limit: 100).page.map(\.key)
            let alive = threads.filter { $0.key.user == user && !$0.isDeleted }
            let sorted = alive.sorted {
                ($0.updated, $0.key.thread.value) > ($1.updated, $1.key.thread.value)
            }
            #expect(listed == sorted.map(\.key))
            #expect(
                try await log.openRuns(of: user).map(\.run.value)
                    == runs.filter { $0.key.user == user && $0.isOpen }.map(\.id))
        }
    }

    /// The id under which the model knows an event.
    static func name(of event: LogEvent) -> String {
        event.type == .userMessage ? "message of \(event.run?.value ?? "")" : event.eventID.value
    }
}
