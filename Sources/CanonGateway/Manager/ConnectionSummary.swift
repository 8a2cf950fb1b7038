import CanonWire

/// What the owner of a connection is shown of it.
struct ConnectionSummary: Sendable, Equatable {
    static let maximumUserAgent = 256

    enum Transport: String, Sendable { case webSocket = "websocket", events = "sse" }

    let id: ConnectionID
    let transport: Transport
    let connectedAt: Timestamp
    /// Log events that were written to it.
    let delivered: Int64
    /// Messages that came from it; a stream sends none.
    let received: Int64
    /// How many threads it follows.
    let follows: Int
    /// What the client calls itself (RFC 9110 §10.1.5), cut to `maximumUserAgent` characters; not to be believed.
    let userAgent: String?
    /// Whether its client reads slower than the log grows.
    let isLagging: Bool
    /// The id of the access token it was opened with.
    let tokenID: String?

    /// - Parameter asker: who asks; connections of the same session are marked.
    func json(for asker: Principal) -> JSONValue {
        var object: JSONObject = [
            "connection_id": .string(id.value), "transport": .string(transport.rawValue),
            "connected_at": .double(connectedAt.seconds), "delivered": .int(delivered), "received": .int(received),
            "follows": .int(Int64(follows)), "lagging": .bool(isLagging),
        ]
        if let userAgent { object["user_agent"] = .string(userAgent) }
        if let tokenID { object["current"] = .bool(tokenID == asker.tokenID) }
        return .object(object)
    }
}

extension OpenStream {
    var summary: ConnectionSummary {
        ConnectionSummary(
            id: id, transport: .events, connectedAt: openedAt, delivered: delivered, received: 0,
            follows: topic == .openedRuns ? 0 : 1, userAgent: userAgent, isLagging: isStalled,
            tokenID: principal.tokenID)
    }
}
