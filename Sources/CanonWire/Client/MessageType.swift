/// The types a client may send, after every older spelling has been folded into one.
public enum MessageType: String, Sendable, CaseIterable {
    case userMessage = "user_message"
    case chat
    case agentRequest = "agent_request"
    case startAgent = "start_agent"
    case stopAgent = "stop_agent"
    case resume
    case sessionRestore = "session_restore"
    case connect
    case disconnect
    case ping
    case pong
    case heartbeat
    case heartbeatAck = "heartbeat_ack"
    case userTyping = "user_typing"
    case typingStarted = "typing_started"
    case typingStopped = "typing_stopped"
    case agentTask = "agent_task"
    case auth
    case eventConfirmation = "event_confirmation"
    case createThread = "create_thread"
    case switchThread = "switch_thread"
    case renameThread = "rename_thread"
    case deleteThread = "delete_thread"
    case listThreads = "list_threads"
    case getThreadHistory = "get_thread_history"

    /// Other spellings that clients in the field use.
    public static let aliases: [String: MessageType] = [
        "user": .userMessage, "user_input": .userMessage, "chat_message": .userMessage, "message": .userMessage,
        "agent": .agentRequest, "execute_agent": .startAgent, "EXECUTE_AGENT": .startAgent,
        "connected": .connect, "legacy_heartbeat": .heartbeat, "typing": .userTyping,
        "confirmation": .eventConfirmation,
    ]

    /// Types of large messages in pieces, which the gateway does not take.
    static let chunked: Set<String> = ["chunked_start", "chunked_data", "chunked_end"]

    /// Events that only the server may say: from a client they are refused, never echoed.
    static let serverOnly: Set<String> = Set(EventType.known.map(\.rawValue)).subtracting(["user_message"])
        .union([
            "agent_start", "agent_complete", "tool_execute", "tool_complete", "agent_response", "agent_progress",
            "agent_update", "agent_failed", "agent_fallback", "agent_stopped", "final_report", "partial_result",
            "broadcast", "connection_established", "factory_connection_established",
            "isolated_connection_established", "legacy_connection_established", "server_shutdown", "going_away",
        ])

    /// What a name means.
    enum Meaning: Sendable {
        case type(MessageType)
        case chunked
        case serverOnly
    }

    /// All names in one table, because every message is looked up.
    private static let meanings: [String: Meaning] = {
        var meanings: [String: Meaning] = [:]
        for type in allCases { meanings[type.rawValue] = .type(type) }
        for (alias, type) in aliases { meanings[alias] = .type(type) }
        for name in serverOnly { meanings[name] = .serverOnly }
        for name in chunked { meanings[name] = .chunked }
        return meanings
    }()

    /// Nil when the name is unknown.
    static func meaning(of name: String) -> Meaning? { meanings[name] }

    /// The canonical type for what a client wrote; nil when it is no type that a client may send.
    public init?(wire: String) {
        guard case .type(let type) = Self.meaning(of: wire) else { return nil }
        self = type
    }
}
