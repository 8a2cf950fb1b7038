import CanonWire

/// What must be so of the events of a thread, whoever received them.
enum EventChecks {
    /// The members that clients read of each event (docs/protocol.md, Events).
    private static let required: [EventType: [String]] = [
        .agentStarted: ["agent_name", "status", "message", "task_description"],
        .agentThinking: ["agent_name", "reasoning", "thought", "message", "step_number"],
        .toolExecuting: ["agent_name", "tool_name", "tool_args", "parameters", "execution_id", "status"],
        .toolCompleted: ["agent_name", "tool_name", "results", "success", "execution_id", "duration_ms", "status"],
        .agentCompleted: ["agent_name", "status", "final_response", "result", "message", "duration_ms", "success"],
    ]
    private static let envelope = ["event_id", "seq", "epoch", "timestamp", "user_id", "thread_id", "run_id"]
    /// What the platform's clients cannot do without, wherever it stands.
    private static let platformRequired: [EventType: [String]] = [
        .toolExecuting: ["tool_name"], .toolCompleted: ["tool_name"],
    ]

    /// All five events, each in its place, and exactly one end.
    static func order(of events: [JSONObject]) throws(StepFailure) {
        let wanted = EventType.goldenPath.map(\.rawValue)
        let expected = wanted.joined(separator: ", ")
        let own = events.map(\.type).filter { $0 != EventType.userMessage.rawValue }
        let came = own.joined(separator: ", ")
        guard own.first == wanted.first else { throw StepFailure(expected: "agent_started first", came: came) }
        let ends = own.filter { EventType(rawValue: $0).isTerminal }
        guard ends.count == 1, ends.last == own.last else {
            throw StepFailure(expected: "exactly one terminal event, the last of the run", came: came)
        }
        if let failed = events.last, failed.type != EventType.agentCompleted.rawValue {
            throw StepFailure(
                expected: expected, came: failed.brief,
                remedy: "The agent itself failed: look at its configuration and at the log of the server.")
        }
        var seen: Set<String> = []
        let firsts = own.filter { wanted.contains($0) && seen.insert($0).inserted }
        let missing = wanted.filter { !firsts.contains($0) }
        guard missing.isEmpty else {
            throw StepFailure(
                expected: expected, came: "no \(missing.joined(separator: ", ")) among \(came)",
                remedy:
                    "Ask what makes this agent think and use a tool, with --message; if it does, its events are lost.")
        }
        guard firsts == wanted else { throw StepFailure(expected: expected, came: came) }
        try pairs(of: events)
    }

    /// Each tool that was begun is ended, and none ended that was not begun.
    private static func pairs(of events: [JSONObject]) throws(StepFailure) {
        var open: [String] = []
        for event in events {
            let id = event.anywhere("execution_id")?.string ?? event.anywhere("tool_name")?.string ?? "?"
            switch EventType(rawValue: event.type) {
            case .toolExecuting: open.append(id)
            case .toolCompleted:
                guard let index = open.firstIndex(of: id) else {
                    throw StepFailure(
                        expected: "tool_executing before its tool_completed", came: "tool_completed of \(id) alone")
                }
                open.remove(at: index)
            default: break
            }
        }
        guard open.isEmpty else {
            throw StepFailure(
                expected: "tool_completed for every tool_executing", came: "none for \(open.joined(separator: ", "))")
        }
    }

    /// The members that clients read, at the top level and under `payload` and `data`.
    static func members(of events: [JSONObject], profile: ProbeStep.Profile) throws(StepFailure) {
        for event in events {
            let type = EventType(rawValue: event.type)
            switch profile {
            case .canon:
                guard let names = required[type] else { continue }
                for name in envelope + names where event[name] == nil { throw missing(name, of: event, in: nil) }
                for place in ["payload", "data"] {
                    for name in ["run_id"] + names where event[place]?[name] != event[name] {
                        throw missing(name, of: event, in: place)
                    }
                }
            case .platform:
                for name in platformRequired[type] ?? [] where event.anywhere(name) == nil {
                    throw missing(name, of: event, in: nil)
                }
            }
        }
    }

    private static func missing(_ name: String, of event: JSONObject, in place: String?) -> StepFailure {
        let where_ = place.map { " under \($0), the same as at the top level" } ?? ""
        return StepFailure(expected: "\(name) in \(event.type)\(where_)", came: "it is missing or differs")
    }

    /// Numbered without holes and without repetitions from `first`, in one log, of one user.
    static func sequence(of events: [JSONObject], from first: Int64) throws(StepFailure) {
        var next = first
        var ids: Set<String> = []
        for event in events {
            guard let seq = event.seq else {
                throw StepFailure(expected: "seq \(next)", came: "\(event.type) without a seq")
            }
            let from = event["seq_from"]?.int ?? seq
            guard from == next, seq >= from else {
                let what = from < next ? "again" : "and \(next) was not sent"
                throw StepFailure(
                    expected: "event \(next) of the thread", came: "event \(from) (\(event.type)), \(what)")
            }
            guard let id = event["event_id"]?.string, ids.insert(id).inserted else {
                throw StepFailure(
                    expected: "an event_id of its own in event \(seq)", came: "none, or one that came before")
            }
            next = seq + 1
        }
        for name in ["epoch", "user_id", "thread_id"] {
            let values = Set(events.map { $0[name]?.string ?? "none" })
            guard values.count <= 1 else {
                throw StepFailure(
                    expected: "one \(name) in all events", came: values.sorted().joined(separator: ", "))
            }
        }
    }

    /// Two receivers of a thread have the same log.
    static func same(_ one: [JSONObject], _ other: [JSONObject], names: (String, String)) throws(StepFailure) {
        func ids(_ events: [JSONObject]) -> [Int64: String] {
            // A coalesced event stands for several, under the id of the last.
            let whole = events.filter { $0["seq_from"] == nil }
            return Dictionary(whole.compactMap { event in event.seq.map { ($0, event["event_id"]?.string ?? "") } }) {
                $1
            }
        }
        let (left, right) = (ids(one), ids(other))
        let differing = left.keys.filter { right[$0] != nil && right[$0] != left[$0] }.min()
        if let differing {
            throw StepFailure(
                expected: "the same event \(differing) on \(names.0) and on \(names.1)", came: "two different ones")
        }
        let (leftEnd, rightEnd) = (one.last?.seq ?? 0, other.last?.seq ?? 0)
        guard leftEnd == rightEnd else {
            throw StepFailure(
                expected: "all \(leftEnd) events on \(names.1), as on \(names.0)", came: "\(rightEnd)")
        }
    }
}
