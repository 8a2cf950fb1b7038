import CanonStore
import CanonWebSocket
import CanonWire
import NIOCore

/// The connections of one event loop. Its state is touched on that loop alone.
final class ConnectionShard: Sendable {
    private struct State {
        var byUser: [UserID: [Connection]] = [:]
        var ticker: RepeatedTask?
    }

    let eventLoop: any EventLoop
    private let mailbox: Mailbox
    private let state: NIOLoopBoundBox<State>

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        mailbox = Mailbox(eventLoop: eventLoop)
        state = NIOLoopBoundBox.makeBoxSendingValue(State(), eventLoop: eventLoop)
    }

    // MARK: On the loop

    func add(_ connection: Connection) {
        state.value.byUser[connection.principal.user, default: []].append(connection)
    }

    func remove(_ connection: Connection) {
        let user = connection.principal.user
        state.value.byUser[user]?.removeAll { $0 === connection }
        if state.value.byUser[user]?.isEmpty == true { state.value.byUser[user] = nil }
    }

    private func deliver(_ deliveries: [Delivery]) {
        for delivery in deliveries {
            for connection in state.value.byUser[delivery.event.user] ?? [] { connection.deliver(delivery) }
        }
    }

    private func tick() {
        let now = NIODeadline.now()
        for connections in state.value.byUser.values {
            for connection in connections { connection.tick(at: now) }
        }
    }

    // MARK: From anywhere

    func post(_ deliveries: [Delivery]) {
        mailbox.post(deliveries) { self.deliver($0) }
    }

    /// Calls `body` on the loop for each connection, of one user or of all.
    func forEach(of user: UserID? = nil, _ body: @escaping @Sendable (Connection) -> Void) {
        eventLoop.execute {
            let connections =
                user.map { self.state.value.byUser[$0] ?? [] } ?? self.state.value.byUser.values.flatMap(\.self)
            for connection in connections { body(connection) }
        }
    }

    func closeAll(_ reason: CloseReason) async {
        let closed = eventLoop.submit {
            for connection in self.state.value.byUser.values.flatMap(\.self) { connection.close(reason) }
        }
        try? await closed.get()
    }

    /// Writes a frame to each connection that takes bytes now. One that does not is not made to hold more.
    /// - Returns: how many connections that were, and whose.
    func broadcast(_ frame: ServerFrame) async -> (connections: Int, users: Set<UserID>) {
        let encoded = WebSocketFrameEncoder.serverText(frame.encoded)
        let written = eventLoop.submit { () -> (connections: Int, users: Set<UserID>) in
            var users: Set<UserID> = []
            var connections = 0
            for connection in self.state.value.byUser.values.flatMap(\.self)
            where connection.machine.state.mayProcess && connection.canWrite {
                connection.write(frame, encoded: encoded)
                connections += 1
                users.insert(connection.user)
            }
            return (connections, users)
        }
        return (try? await written.get()) ?? (0, [])
    }

    func summaries(of user: UserID) async -> [ConnectionSummary] {
        let summaries = eventLoop.submit { (self.state.value.byUser[user] ?? []).map(\.summary) }
        return (try? await summaries.get()) ?? []
    }

    func followers(of key: ThreadKey) async -> Int {
        let count = eventLoop.submit {
            (self.state.value.byUser[key.user] ?? []).count { $0.follows[key.thread] != nil }
        }
        return (try? await count.get()) ?? 0
    }

    func principals() async -> [Principal] {
        let principals = eventLoop.submit { self.state.value.byUser.values.flatMap(\.self).map(\.principal) }
        return (try? await principals.get()) ?? []
    }

    func stopTicking() async {
        let stopped = eventLoop.submit {
            self.state.value.ticker?.cancel()
            self.state.value.ticker = nil
        }
        try? await stopped.get()
    }

    /// One timer per loop looks after the deadlines of all its connections; a timer per connection would cost memory.
    func startTicking() {
        eventLoop.execute {
            self.state.value.ticker = self.eventLoop.scheduleRepeatedTask(
                initialDelay: .seconds(1), delay: .seconds(1)
            ) { _ in self.tick() }
        }
    }
}
