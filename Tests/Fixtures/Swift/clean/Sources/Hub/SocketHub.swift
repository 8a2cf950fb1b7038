import Synchronization
import Wire

/// The one registry of connections.
public final class SocketHub: Sendable {
    private struct State {
        var connections: [UserID: [Connection]] = [:]
        var sent: [UserID: Int] = [:]
    }

    private let state = Mutex(State())

    init() {}

    public func add(_ connection: Connection) {
        state.withLock { $0.connections[connection.user, default: []].append(connection) }
    }

    public func remove(_ connection: Connection) {
        state.withLock { $0.connections[connection.user] = nil }
    }
}
