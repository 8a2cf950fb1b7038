extension Connection {
    /// What `GET /api/connections` says of it. On its event loop.
    var summary: ConnectionSummary {
        ConnectionSummary(
            id: id, transport: .webSocket, connectedAt: connectedAt, delivered: delivered, received: received,
            follows: follows.count, userAgent: userAgent,
            isLagging: !canWrite || follows.values.contains { $0.state.isBehind },
            tokenID: principal.tokenID)
    }
}
