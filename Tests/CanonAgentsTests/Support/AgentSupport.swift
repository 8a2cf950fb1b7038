import CanonAgents
import CanonWire
import Logging

/// A logger that says nothing.
let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

func request(_ text: String, history: [AgentMessage] = [], run: String = "run_1") -> AgentRequest {
    AgentRequest(run: RunID(run), thread: ThreadID("thread_1"), text: text, history: history)
}

/// Everything a run said, and how it ended.
struct Transcript {
    var events: [AgentEvent] = []
    /// Nil when the stream ended without an error.
    var failure: (any Error)?

    init(_ stream: AsyncThrowingStream<AgentEvent, any Error>) async {
        do {
            for try await event in stream { events.append(event) }
        } catch {
            failure = error
        }
    }

    /// The kinds of events in order, with repetitions of one kind drawn together.
    var shape: [String] {
        var shape: [String] = []
        for event in events {
            let kind =
                switch event {
                case .thinking: "thinking"
                case .toolExecuting: "executing"
                case .toolCompleted: "completed"
                case .textDelta: "text"
                case .completed: "answer"
                }
            if shape.last != kind { shape.append(kind) }
        }
        return shape
    }

    var deltas: String {
        events.reduce("") { if case .textDelta(let text) = $1 { $0 + text } else { $0 } }
    }

    var answer: String? {
        if case .completed(let answer)? = events.last { answer } else { nil }
    }

    /// The tools that ran, in order.
    var tools: [String] {
        events.compactMap { if case .toolExecuting(_, let tool, _) = $0 { tool } else { nil } }
    }

    /// Results of the tools that ended well or badly.
    func results(success: Bool) -> [JSONValue] {
        events.compactMap {
            if case .toolCompleted(_, _, let results, success, _) = $0 { results } else { nil }
        }
    }

    var agentFailure: AgentFailure? { failure as? AgentFailure }
}
