/// What an account or a service token may do in general.
public enum Role: String, Sendable, CaseIterable {
    /// A person who talks to agents.
    case user
    /// A program that publishes events for users.
    case service
    /// Everything, broadcasts and figures of all users included.
    case admin
    /// A person without a login, in demo mode only.
    case visitor

    /// The permissions an access token of this role carries. A ticket's are a subset of them.
    public var permissions: Set<String> {
        let conversation: Set<String> = ["read", "write", "chat", "websocket", "agent:execute"]
        return switch self {
        case .user, .visitor: conversation
        case .service: ["read", "events:publish", "manager:read"]
        case .admin: conversation.union(["events:publish", "manager:read", "broadcast", "admin"])
        }
    }
}
