/// An event of the AG-UI protocol 1.0 (https://ag-ui.com/spec/1.0/schema.json), as far as a reader of an agent's run
/// needs it. Events of before 1.0 (`THINKING_*`) are read as their successors.
public enum AGUIEvent: Sendable, Equatable {
    case runStarted(thread: String?, run: String?)
    case runFinished(outcome: Outcome, result: JSONValue?)
    case runError(message: String, code: String?)
    case stepStarted(name: String)
    case stepFinished(name: String)

    /// - Parameter role: `assistant` when the event says none.
    case textStart(message: String, role: String, subagent: String?)
    case textContent(message: String, delta: String, subagent: String?)
    case textEnd(message: String)
    /// Start, content and end in one; what is nil has not changed since the chunk before it.
    case textChunk(message: String?, role: String?, delta: String?, subagent: String?)

    case toolCallStart(call: String, name: String)
    case toolCallArguments(call: String, delta: String)
    case toolCallEnd(call: String)
    case toolCallChunk(call: String?, name: String?, delta: String?)
    case toolCallResult(call: String, content: String)

    /// A piece of the agent's reasoning.
    case reasoning(delta: String)
    /// The reasoning, or one message of it, is complete.
    case reasoningEnd
    case subagentStarted(id: String, name: String)
    case subagentFinished(id: String)
    case subagentError(id: String, message: String)

    /// The whole conversation as the agent has it.
    case messagesSnapshot([Message])
    /// State, activity, custom and raw events, and types that this program does not know.
    case other(type: String)

    /// How a finished run ended.
    public enum Outcome: Sendable, Equatable {
        case success
        /// The agent waits for somebody's decision; the messages say for what.
        case interrupt(messages: [String])
        case cancelled
    }

    /// One message of a snapshot.
    public struct Message: Sendable, Equatable {
        public let role: String
        public let text: String

        public init(role: String, text: String) {
            self.role = role
            self.text = text
        }
    }
}

/// Why a JSON value is no AG-UI event.
public struct AGUIEventError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The event's `type`, nil when it has none.
    public let type: String?
    public let problem: String

    public var description: String { type.map { "\($0): \(problem)" } ?? problem }
}
