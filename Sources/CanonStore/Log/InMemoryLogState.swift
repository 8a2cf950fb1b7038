import CanonWire

/// What an `InMemoryEventLog` holds, and the rules by which it changes.
struct InMemoryLogState {
    struct Thread {
        var title: String
        let created: Timestamp
        var updated: Timestamp
        /// The number of the last event that retention has removed.
        var floor: Int64 = 0
        var events: [LogEvent] = []
        /// Messages of removed events, and answers whose text was in removed events.
        var archive: [Int64: MessageRecord] = [:]
        var messageEnds: [MessageID: Int64] = [:]

        var head: Int64 { floor + Int64(events.count) }
    }

    struct Claim {
        let key: IdempotencyKey
        let fingerprint: String
        let time: Timestamp
    }

    private struct RunKey: Hashable {
        let user: UserID
        let run: RunID
    }

    private struct ClientMessage: Hashable {
        let user: UserID
        let id: String
    }

    var observer: (@Sendable ([LogEvent]) -> Void)?
    var threads: [ThreadKey: Thread] = [:]
    private var deletedThreads: Set<ThreadKey> = []
    /// Oldest first.
    private var runs: [RunRecord] = []
    private var runPlaces: [RunKey: Int] = [:]
    /// The numbers of open runs among all that ever began, and of their messages.
    private var openings: [RunKey: (place: Int64, message: LogEvent)] = [:]
    private var lastPlace: Int64 = 0
    private var clientMessages: [ClientMessage: (run: RunRecord, seq: Int64)] = [:]
    /// Oldest first.
    var claims: [Claim] = []
    private var storedEvents: [LogEvent] = []

    mutating func takeStoredEvents() -> [LogEvent] {
        defer { storedEvents = [] }
        return storedEvents
    }

    // MARK: Runs and events

    mutating func begin(
        _ request: RunRequest, _ draft: StoredDraft, at now: Timestamp
    ) throws(StoreError) -> BeginOutcome {
        let user = request.key.user
        let clientMessage = request.clientMessageID.map { ClientMessage(user: user, id: $0.withoutNUL) }
        if let clientMessage, let first = clientMessages[clientMessage] {
            return .duplicate(run: first.run.run, thread: first.run.key.thread, seq: first.seq)
        }
        if let parent = request.parentRun, run(parent, of: user) == nil { return .refused(.unknownRun) }
        if deletedThreads.contains(request.key) { return .refused(.threadDeleted) }
        guard run(request.run, of: user) == nil else { throw .runExists(request.run) }

        let isNew = threads[request.key] == nil
        if isNew {
            threads[request.key] = Thread(title: ThreadTitle.make(from: request.text), created: now, updated: now)
        }
        let event = store(draft, of: request.run, in: request.key, at: now)
        let record = RunRecord(
            run: request.run, key: request.key, agent: request.agent.withoutNUL, status: .open, startedAt: now,
            endedAt: nil)
        runPlaces[RunKey(user: user, run: request.run)] = runs.count
        runs.append(record)
        lastPlace += 1
        openings[RunKey(user: user, run: request.run)] = (lastPlace, event)
        if let clientMessage { clientMessages[clientMessage] = (record, event.seq) }
        return .started(event: event, createdThread: isNew)
    }

    mutating func append(
        _ drafts: [StoredDraft], run: RunID?, to key: ThreadKey, at now: Timestamp
    ) -> [AppendReceipt] {
        drafts.map { append($0, run: run, to: key, at: now) }
    }

    private mutating func append(
        _ draft: StoredDraft, run: RunID?, to key: ThreadKey, at now: Timestamp
    ) -> AppendReceipt {
        if deletedThreads.contains(key) { return .refused(.threadDeleted) }
        guard let thread = threads[key] else { return .refused(.unknownThread) }
        let record = run.flatMap { self.run($0, of: key.user) }
        if run != nil, record?.key != key { return .refused(.unknownRun) }
        if let stored = thread.events.first(where: { $0.eventID == draft.eventID }) {
            return .duplicate(seq: stored.seq)
        }
        if let record, record.status != .open { return .refused(.runEnded) }
        let event = store(draft, of: run, in: key, at: now)
        if let record, let status = RunStatus(terminal: draft.type) { end(record, status, at: now) }
        return .stored(seq: event.seq)
    }

    private mutating func store(
        _ draft: StoredDraft, of run: RunID?, in key: ThreadKey, at now: Timestamp
    ) -> LogEvent {
        let event = draft.event(threads[key]!.head + 1, of: run, in: key)
        threads[key]!.events.append(event)
        threads[key]!.updated = max(threads[key]!.updated, now)
        if let message = draft.message { threads[key]!.messageEnds[message] = event.seq }
        storedEvents.append(event)
        return event
    }

    private mutating func end(_ run: RunRecord, _ status: RunStatus, at now: Timestamp) {
        openings[RunKey(user: run.key.user, run: run.run)] = nil
        runs[runPlaces[RunKey(user: run.key.user, run: run.run)]!] = RunRecord(
            run: run.run, key: run.key, agent: run.agent, status: status, startedAt: run.startedAt, endedAt: now)
    }

    func run(_ run: RunID, of user: UserID) -> RunRecord? {
        runPlaces[RunKey(user: user, run: run)].map { runs[$0] }
    }

    /// - Parameter user: nil means every user.
    func openRuns(of user: UserID?) -> [RunRecord] {
        runs.filter { $0.status == .open && (user == nil || $0.key.user == user) }
    }

    func openedRuns(after place: Int64, limit: Int) -> [OpenedRun] {
        let open = openRuns(of: nil).compactMap { record -> OpenedRun? in
            guard let opening = openings[RunKey(user: record.key.user, run: record.run)], opening.place > place
            else { return nil }
            return OpenedRun(
                place: opening.place, record: record, text: Conversation.userText(fields: opening.message.fields),
                seq: opening.message.seq)
        }
        return Array(open.sorted { $0.place < $1.place }.prefix(max(0, limit)))
    }

    // MARK: Threads

    mutating func createThread(_ key: ThreadKey, title: String, at now: Timestamp) -> ThreadRecord? {
        guard threads[key] == nil, !deletedThreads.contains(key) else { return nil }
        threads[key] = Thread(title: title, created: now, updated: now)
        return thread(key)
    }

    mutating func renameThread(_ key: ThreadKey, title: String) -> Bool {
        guard threads[key] != nil else { return false }
        threads[key]!.title = title
        return true
    }

    mutating func deleteThread(_ key: ThreadKey) -> Bool {
        guard threads.removeValue(forKey: key) != nil else { return false }
        deletedThreads.insert(key)
        removeRuns { $0.key == key }
        claims.removeAll { $0.key.thread == key }
        return true
    }

    /// - Returns: how many were removed.
    @discardableResult
    mutating func removeRuns(_ isRemoved: (RunRecord) -> Bool) -> Int {
        let before = runs.count
        runs.removeAll(where: isRemoved)
        runPlaces = [:]
        for (place, run) in runs.enumerated() { runPlaces[RunKey(user: run.key.user, run: run.run)] = place }
        openings = openings.filter { runPlaces[$0.key] != nil }
        clientMessages = clientMessages.filter { runPlaces[RunKey(user: $0.key.user, run: $0.value.run.run)] != nil }
        return before - runs.count
    }

    func thread(_ key: ThreadKey) -> ThreadRecord? {
        threads[key].map { thread in
            ThreadRecord(
                key: key, title: thread.title, createdAt: thread.created, updatedAt: thread.updated,
                head: thread.head, openRuns: openRuns(of: key.user).filter { $0.key == key }.map(\.run))
        }
    }

    func threads(of user: UserID) -> [ThreadRecord] {
        threads.keys.filter { $0.user == user }.compactMap { thread($0) }
    }

    /// Nil when there is no such thread.
    func events(of key: ThreadKey) -> [LogEvent]? { threads[key]?.events }

    func seq(of marker: String, in key: ThreadKey) -> Int64? {
        guard let thread = threads[key] else { return nil }
        return thread.events.first { $0.eventID.value == marker }?.seq ?? thread.messageEnds[MessageID(marker)]
            ?? thread.archive.values.filter { $0.message.value == marker }.map(\.seq).max()
    }
}
