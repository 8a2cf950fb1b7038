public import CanonWire

/// What answers a user's message. One backend serves many runs at once; cancelling the task that reads the stream
/// cancels the run.
public protocol AgentBackend: Sendable {
    /// The name that events carry as `agent_name`.
    var name: String { get }

    /// Starts answering. The stream ends after `.completed`, or throws (`AgentFailure` says it in words for the user).
    /// A stream that ends without `.completed` is a failure too.
    func run(_ request: AgentRequest) -> AsyncThrowingStream<AgentEvent, any Error>

    /// Whether the backend can serve now; nil when it can, else why not (for `/health/ready`).
    func unavailability() async -> String?
}

extension AgentBackend {
    public func unavailability() async -> String? { nil }
}

/// One question to a backend.
public struct AgentRequest: Sendable {
    public let run: RunID
    public let thread: ThreadID
    /// The message to answer.
    public let text: String
    /// The messages before it, oldest first.
    public let history: [AgentMessage]

    public init(run: RunID, thread: ThreadID, text: String, history: [AgentMessage]) {
        self.run = run
        self.thread = thread
        self.text = text
        self.history = history
    }
}

public struct AgentMessage: Sendable, Equatable {
    public enum Role: String, Sendable { case user, assistant }

    public let role: Role
    public let text: String

    public init(role: Role, text: String) {
        self.role = role
        self.text = text
    }
}

/// What a backend reports while it works. The gateway adds `agent_started` in front and the terminal event at the end.
public enum AgentEvent: Sendable, Equatable {
    /// - Parameters: `step` counts from 1; `totalSteps` when it is known.
    case thinking(String, step: Int, totalSteps: Int?)
    case toolExecuting(execution: String, tool: String, arguments: JSONObject)
    case toolCompleted(execution: String, tool: String, results: JSONValue, success: Bool, milliseconds: Int64)
    /// A piece of the answer's text.
    case textDelta(String)
    /// The whole answer. The last event.
    case completed(answer: String)
}

/// Why a run could not be finished, in words for the person who asked.
public struct AgentFailure: Error, Sendable, Equatable {
    /// A stable word for programs: `timeout`, `backend_unavailable`, `backend_rate_limited`, `backend_refused`,
    /// `backend_protocol`, `stream_cut`, `orphaned`, `internal`.
    public let reason: String
    /// What happened and what to do.
    public let message: String

    public init(reason: String, message: String) {
        self.reason = reason
        self.message = message
    }
}
