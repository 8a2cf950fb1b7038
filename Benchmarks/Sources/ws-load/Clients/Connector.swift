import CanonWebSocket
import NIOCore
import NIOPosix

/// The server under load. It is on this machine: a load generator is not for anybody else's server.
struct Target: Sendable {
    static let host = "127.0.0.1"

    var port: Int
    var path: String
    /// Whose tokens the connections present, in turn; empty: none.
    var users: [LoadUser]

    /// Canon's sockets say `connection_established` before anything else.
    var awaitsWelcome: Bool { path == "/ws" }

    func request(connection index: Int) -> WebSocketClientHandshake.Request {
        let headers =
            users.isEmpty
            ? [] : [WebSocketClientHandshake.Header(name: "Authorization", value: "Bearer \(user(index).token)")]
        return .init(host: "\(Self.host):\(port)", target: path, headers: headers)
    }

    func user(_ index: Int) -> LoadUser { users[index % users.count] }
}

/// A user of the gateway, from a line `ID TOKEN` of the file of users.
struct LoadUser: Sendable {
    let id: String
    let token: String
}

/// Opens many connections on one event loop, some at a time.
final class Connector {
    private let loop: any EventLoop
    private let target: Target
    private let measurement: Measurement

    /// Handshakes under way at once: enough to keep a server busy, few enough not to overrun its backlog.
    private static let parallel = 64

    init(loop: any EventLoop, target: Target, measurement: Measurement) {
        self.loop = loop
        self.target = target
        self.measurement = measurement
    }

    /// Opens the connections and tells `done` when each has been opened or has failed. What failed was counted.
    func open(_ connections: [LoadConnection], first: Int = 0, done: @escaping () -> Void) {
        var next = 0
        var ended = 0
        func start() {
            guard next < connections.count else { return }
            let index = next
            next += 1
            open(connections[index], index: first + index) {
                ended += 1
                if ended == connections.count { done() } else { start() }
            }
        }
        if connections.isEmpty { done() }
        for _ in 0..<min(Self.parallel, connections.count) { start() }
    }

    private func open(_ connection: LoadConnection, index: Int, ended: @escaping () -> Void) {
        connection.awaitsWelcome = target.awaitsWelcome
        connection.onEnd = { [measurement] why in measurement.connectionEnded(why) }
        connection.onReady = { [measurement] failure in
            if let failure { measurement.connectionFailed(failure) }
            ended()
        }
        let handshake = loop.makePromise(of: WebSocketClientHandshake.Response.self)
        handshake.futureResult.assumeIsolated().whenComplete { result in
            switch result {
            case .success: connection.handshakeEnded(nil)
            case .failure(let error): connection.handshakeEnded("\(error)")
            }
        }
        let bound = NIOLoopBound(connection, eventLoop: loop)
        let request = target.request(connection: index)
        do {
            try ClientBootstrap(group: loop)
                .connectTimeout(.seconds(20))
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                // Several addresses of this machine, so that the ports of one are not used up.
                .bind(to: SocketAddress(ipAddress: "127.0.0.\(2 + index % 8)", port: 0))
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let handshaker = WebSocketClientHandshaker(
                            request: request, limits: .init(timeout: .seconds(60)), promise: handshake)
                        try channel.pipeline.syncOperations.addHandlers([handshaker, bound.value])
                    }
                }
                .connect(host: Target.host, port: target.port)
                .whenFailure { handshake.fail($0) }
        } catch {
            handshake.fail(error)
        }
    }
}
