/// The paths that speak WebSocket, and how each greets.
enum SocketPath: Sendable, Equatable {
    case main
    case demo

    /// The paths of `main`: one endpoint, and the names under which older clients dial it.
    static let mainPaths = ["/ws", "/websocket", "/ws/test", "/api/v1/websocket"]
    static let demoPath = "/api/demo/ws"

    /// - Parameters:
    ///   - path: the path of the request, without its query.
    ///   - demo: whether demo mode is on.
    init?(_ path: some StringProtocol, demo: Bool) {
        if Self.mainPaths.contains(where: { $0 == path }) {
            self = .main
        } else if demo, path == Self.demoPath {
            self = .demo
        } else {
            return nil
        }
    }
}
