import Wire

/// What makes the hub.
public struct Server {
    public let hub: SocketHub

    public init() { hub = Server.makeHub() }
}

extension Server {
    static func makeHub() -> SocketHub { SocketHub() }
}
