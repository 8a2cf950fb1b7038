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
        for step in 0..<100 {
            let moment = fixture.clock.advance(Int64.random(in: 0...1, using: &generator))
            let operation = LogOperation.random(using: &generator, step: step, at: moment)
            let expected = model.apply(operation, at: moment)
            let actual = try await operation.perform(on: fixture.log, at: moment)
            #expect(actual == expected, "step \(step) of seed \(seed): \(operation)")
        }
        try await model.compare(with: fixture.log)
        #expect(observation.events.map { LogModel.name(of: $0) } == model.everStored, "seed \(seed)")
    }
}

/// What a log can be asked to do, with an outcome in words, so that outcomes of all operations can be compared.
enum LogOperation {
    case begin(ThreadKey, run: String, client: String?)
    case append(ThreadKey, run: String?, [EventDraft])
    case create(ThreadKey)
    case rename(ThreadKey, String)
    case delete(ThreadKey)
    case endAll
    case prune(Retention)
    case claim(ThreadKey, key: String, fingerprint: String)
    case snapshot(ThreadKey, byteLimit: Int)

    static func random(using generator: inout SeededGenerator, step: Int, at now: Timestamp) -> Self {
        func pick<Element>(_ elements: [Element]) -> Element { elements.randomElement(using: &generator)! }
        let key = ThreadKey(pick(["ada", "bob"]), pick(["t", "u", "v"]))
        switch Int.random(in: 0..<26, using: &generator) {
        case 0..<6: return .begin(key, run: "r\(step)", client: pick([nil, "c1", "c2", "c\(step)"]))
        case 6..<17:
            let drafts = (0..<Int.random(in: 1...4, using: &generator)).map { index -> EventDraft in
                let id = pick(["e\(step).\(index)", "e\(step).\(index)", "e\(step).0", "e\(step - 1).0"])
                let drafts: [EventDraft] = [
                    .delta("\(step)", id: id), .delta("\(index)", message: "m\(step)", id: id), .note("n", id: id),
                    .completed("answer", id: id), .cancelled(id: id),
                ]
                return pick(drafts).at(now)
            }
            return .append(
                key, run: pick([nil, "r\(step - 1)", "r\(step - 2)", "r\(step - 3)", "r\(step - 5)"]), drafts)
        case 17: return .create(key)
        case 18: return .rename(key, "title \(step)")
        case 19: return .delete(key)
        case 20, 21:
            return .prune(
                Retention(maximumAgeMilliseconds: pick([1, 5, 20, 1000]), maximumEvents: pick([0, 1, 4, 100])))
        case 22: return .claim(key, key: pick(["a", "b"]), fingerprint: pick(["f", "g"]))
        case 23, 24: return .snapshot(key, byteLimit: pick([0, 10, 40, .max]))
        default: return pick([.endAll, .create(key), .rename(key, "")])
        }
    }

    func perform(on log: any EventLog, at now: Timestamp) async throws -> String {
        switch self {
        case .begin(let key, let run, let client):
            switch try await log.begin(run, in: key, "text of \(run)", client: client) {
            case .started(let event, let created): return "started \(event.seq) \(created)"
            case .duplicate(let run, let thread, let seq): return "duplicate \(run) \(thread) \(seq)"
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
                .completed("ended", id: "end \(run.key.user) \(run.run)").at(now)
            }
            return "ended \(ended)"
        case .prune(let retention): return "\(try await log.prune(retention))"
        case .claim(let thread, let key, let fingerprint):
            let key = IdempotencyKey(owner: UserID("service"), thread: thread, key: key)
            return "claimed \(try await log.claim(key, fingerprint: fingerprint))"
        case .snapshot(let key, let byteLimit):
            guard let snapshot = try await log.snapshot(of: key, byteLimit: byteLimit) else { return "no thread" }
            let messages = snapshot.messages.map { "\($0.seq) \($0.content)" }
            let runs = snapshot.openRuns.map { "\($0.run) \($0.message?.value ?? "-") \($0.text)" }
            return "at \(snapshot.at) \(messages) \(snapshot.isTruncated) \(runs)"
        }
    }
}
