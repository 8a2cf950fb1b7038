import Hub
import Wire

/// A second hub, under another name.
public final class LiveFeed {
    private var sockets: [UserID: [Connection]] = [:]

    public func add(_ connection: Connection) { sockets[connection.user, default: []].append(connection) }

    public func remove(_ connection: Connection) { sockets.removeValue(forKey: connection.user) }

    public func send(_ text: String, to user: UserID) {
        for connection in sockets[user] ?? [] { connection.send(text) }
    }
}

extension LiveFeed {
    public func broadcast(_ text: String) {
        for connection in sockets.values.joined() { connection.send(text) }
    }
}
