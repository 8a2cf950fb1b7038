import CanonStore
import CanonTestSupport
import CanonWire
import Testing

extension EventLogConformance {
    @Test("random operations have the outcomes of a simple model", arguments: LogKind.allCases, 0..<25 as Range<UInt64>)
    func randomOperations(kind: LogKind, seed: UInt64) async throws {
        let fixture = try LogFixture(kind)
        defer { fixture.close() }
        let observation = Observation(of: fixture.log)
        var generator = SeededGenerator(seed: seed)
        var model = LogModel()
        for step in 0..<80 {
            let moment = fixture.clock.advance(Int64.random(in: 0...1, using: &generator))
            let operation = LogModel.Operation.random(using: &generator, step: step)
            let expected = model.apply(operation, at: moment)
            let actual = try await operation.perform(on: fixture.log)
            #expect(actual == expected, "step \(step) of seed \(seed): \(operation)")
        }
        try await model.compare(with: fixture.log)
        #expect(observation.events.map { LogModel.name(of: $0) } == model.everStored)
    }
}

/// What a log should hold, as lists without any index.
struct LogModel {
    struct Event: Equatable {
        let id: String
        let run: String?
        let type: EventType
    }

    struct Run {
        let id: String
        let key: ThreadKey
        let client: String?
        var isOpen = true
    }

    struct Thread {
        let key: ThreadKey
        var title: String
        var updated: Timestamp
        var events: [Event] = []
        var isDeleted = false
    }

    enum Operation {
        case begin(ThreadKey, run: String, client: String?)
        case append(ThreadKey, run: String?, [EventDraft])
        case create(ThreadKey)
        case rename(ThreadKey, String)
        case delete(ThreadKey)
        case endAll
    }

    private var threads: [Thread] = []
    private var runs: [Run] = []
    /// The ids of all events in the order of storage, also of threads that were deleted later. A user's message has
    /// an id of the log's making, taken from the outcome.
    private(set) var everStored: [String] = []
}

extension LogModel.Operation {
    static func random(using generator: inout SeededGenerator, step: Int) -> Self {
        func pick<Element>(_ elements: [Element]) -> Element { elements.randomElement(using: &generator)! }
        let key = ThreadKey(pick(["ada", "bob"]), pick(["t", "u", "v"]))
        switch Int.random(in: 0..<20, using: &generator) {
        case 0..<5: return .begin(key, run: "r\(step)", client: pick([nil, "c1", "c2", "c\(step)"]))
        case 5..<16:
            let drafts = (0..<Int.random(in: 1...4, using: &generator)).map { index -> EventDraft in
                let id = pick(["e\(step).\(index)", "e\(step).\(index)", "e\(step).0", "e\(step - 1).0"])
                return pick([.delta("\(step)", id: id), .note("n", id: id), .completed("answer", id: id)])
            }
            return .append(
                key, run: pick([nil, "r\(step - 1)", "r\(step - 2)", "r\(step - 3)", "r\(step - 5)"]), drafts)
        case 16: return .create(key)
        case 17: return .rename(key, "title \(step)")
        case 18: return .delete(key)
        default: return pick([.endAll, .create(key), .rename(key, "")])
        }
    }

    /// The outcome in words, so that outcomes of all operations can be compared.
    func perform(on log: any EventLog) async throws -> String {
        switch self {
        case .begin(let key, let run, let client):
            switch try await log.begin(run, in: key, "text of \(run)", client: client) {
            case .started(let event, let created): return "started \(event.seq) \(created)"
            case .duplicate(let run, let thread): return "duplicate \(run) \(thread)"
            case .refused(let reason): return "refused \(reason)"
            }
        case .append(let key, let run, let drafts):
            let receipts = try await log.append(drafts, run: run.map { RunID($0) }, to: key)
            return receipts.map { receipt in
                switch receipt {
                case .stored(let seq): "stored \(seq)"
                case .duplicate(let seq): "duplicate \(seq)"
                case .refused(let reason): "refused \(reason)"
                }
            }.joined(separator: ", ")
        case .create(let key): return "created \(try await log.createThread(key, title: "made") != nil)"
        case .rename(let key, let title): return "renamed \(try await log.renameThread(key, title: title))"
        case .delete(let key): return "deleted \(try await log.deleteThread(key))"
        case .endAll:
            let ended = try await log.endOpenRuns { run in
                .completed("ended", id: "end \(run.key.user) \(run.run)")
            }
            return "ended \(ended)"
        }
    }
}

extension LogModel {
    mutating func apply(_ operation: Operation, at now: Timestamp) -> String {
        switch operation {
        case .begin(let key, let run, let client): begin(key, run: run, client: client, now)
        case .append(let key, let run, let drafts):
            drafts.map { append($0, run: run, to: key, now) }.joined(separator: ", ")
        case .create(let key): "created \(create(key, title: "made", now))"
        case .rename(let key, let title): "renamed \(change(key) { $0.title = title })"
        case .delete(let key): "deleted \(delete(key))"
        case .endAll: "ended \(endAll(now))"
        }
    }

    private mutating func begin(_ key: ThreadKey, run: String, client: String?, _ now: Timestamp) -> String {
        if let client, let first = runs.first(where: { $0.key.user == key.user && $0.client == client }) {
            return "duplicate \(first.id) \(first.key.thread)"
        }
        if threads.contains(where: { $0.key == key && $0.isDeleted }) { return "refused threadDeleted" }
        let created = create(key, title: "text of \(run)", now)
        store(Event(id: "message of \(run)", run: run, type: .userMessage), in: key, now)
        runs.append(Run(id: run, key: key, client: client))
        return "started \(threads.first { $0.key == key }!.events.count) \(created)"
    }

    private mutating func append(_ draft: EventDraft, run: String?, to key: ThreadKey, _ now: Timestamp) -> String {
        guard let thread = threads.first(where: { $0.key == key }) else { return "refused unknownThread" }
        if thread.isDeleted { return "refused threadDeleted" }
        let index = runs.firstIndex { $0.id == run && $0.key == key }
        if run != nil, index == nil { return "refused unknownRun" }
        if let place = thread.events.firstIndex(where: { $0.id == draft.eventID.value }) {
            return "duplicate \(place + 1)"
        }
        if let index, !runs[index].isOpen { return "refused runEnded" }
        store(Event(id: draft.eventID.value, run: run, type: draft.type), in: key, now)
        if let index, draft.type.isTerminal { runs[index].isOpen = false }
        return "stored \(thread.events.count + 1)"
    }

    private mutating func endAll(_ now: Timestamp) -> Int {
        let open = runs.filter(\.isOpen)
        for run in open {
            let draft = EventDraft.completed("ended", id: "end \(run.key.user) \(run.id)")
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
        runs.removeAll { $0.key == key }
        return change(key) { $0.isDeleted = true }
    }

    @discardableResult
    private mutating func change(_ key: ThreadKey, _ change: (inout Thread) -> Void) -> Bool {
        guard let index = threads.firstIndex(where: { $0.key == key && !$0.isDeleted }) else { return false }
        change(&threads[index])
        return true
    }
}

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
            #expect(try await log.head(of: thread.key) == record?.head)
            #expect(events.map(\.seq) == thread.events.indices.map { Int64($0 + 1) })
            #expect(events.map { Event(id: LogModel.name(of: $0), run: $0.run?.value, type: $0.type) } == thread.events)
            for event in events { #expect(try await log.seq(of: event.eventID.value, in: thread.key) == event.seq) }
            let messages = thread.events.indices.filter { Self.isMessage(thread.events[$0]) }.map { Int64($0 + 1) }
            #expect(try await log.messages(of: thread.key, after: 0, limit: .max).map(\.seq) == messages)
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

    private static func isMessage(_ event: Event) -> Bool { event.type == .userMessage || event.type.isTerminal }

    /// The id under which the model knows an event.
    static func name(of event: LogEvent) -> String {
        event.type == .userMessage ? "message of \(event.run?.value ?? "")" : event.eventID.value
    }
}
