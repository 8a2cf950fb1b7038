/// The name of an event in a thread's log. The list is open: producers and agents add their own.
public struct EventType: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }
    public init(stringLiteral value: String) { rawValue = value }

    public static let userMessage: EventType = "user_message"
    public static let agentStarted: EventType = "agent_started"
    public static let agentThinking: EventType = "agent_thinking"
    public static let toolExecuting: EventType = "tool_executing"
    public static let toolCompleted: EventType = "tool_completed"
    public static let streamChunk: EventType = "stream_chunk"
    public static let agentCompleted: EventType = "agent_completed"
    public static let agentError: EventType = "agent_error"
    public static let agentCancelled: EventType = "agent_cancelled"

    /// The events this program writes itself, in the order of a run.
    public static let known: [EventType] = [
        .userMessage, .agentStarted, .agentThinking, .toolExecuting, .toolCompleted, .streamChunk,
        .agentCompleted, .agentError, .agentCancelled,
    ]

    /// The five events of the Golden Path, in their order.
    public static let goldenPath: [EventType] = [
        .agentStarted, .agentThinking, .toolExecuting, .toolCompleted, .agentCompleted,
    ]

    /// A run has exactly one of these, and it is its last event.
    public static let terminal: Set<EventType> = [.agentCompleted, .agentError, .agentCancelled]

    /// Names that a producer may not use: they are said by the gateway itself.
    public static let reservedForGateway: Set<String> = [
        "user_message", "connection_established", "resumed", "snapshot", "none", "not_found", "heartbeat",
        "going_away", "error_message", "ack", "pong", "thread_updated",
    ]

    public var isTerminal: Bool { Self.terminal.contains(self) }
    public var isCritical: Bool { Self.goldenPath.contains(self) || isTerminal }
}
