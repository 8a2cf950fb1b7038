import CanonStore
import CanonWebSocket
import CanonWire
import Hummingbird
import Logging
import NIOConcurrencyHelpers
import NIOCore

/// The one WebSocket manager: the only owner of connections and the only code that writes to a socket.
///
/// Each event loop has a shard that holds the loop's connections, so nothing on the way of a message takes a lock that
/// another loop could hold. Only `Gateway` can make a manager, and it makes one.
public final class WebSocketManager: Sendable {
    let limits: GatewayConfiguration.Limits
    private let log: any EventLog
    private let runs: RunSupervisor
    let metrics: GatewayMetrics
    let logger: Logger
    let node: String
    let decoder: ClientMessageDecoder
    let buckets: TokenBuckets
    /// See `GatewayConfiguration.compatibilityWelcome`.
    let sendsCompatibilityWelcome: Bool

    private let shards: [ObjectIdentifier: ConnectionShard]
    private let streams: StreamRegistry
    private let presence = NIOLockedValueBox(Presence())

    init(
        log: any EventLog, runs: RunSupervisor, limits: GatewayConfiguration.Limits, metrics: GatewayMetrics,
        eventLoops: [any EventLoop], node: String, sendsCompatibilityWelcome: Bool, logger: Logger
    ) {
        self.sendsCompatibilityWelcome = sendsCompatibilityWelcome
        self.log = log
        self.runs = runs
        self.limits = limits
        self.metrics = metrics
        self.logger = logger
        self.node = node
        decoder = ClientMessageDecoder(maximumTextBytes: limits.maximumTextBytes, maximumDepth: limits.maximumDepth)
        buckets = TokenBuckets(perSecond: limits.messagesPerSecond, burst: limits.messageBurst)
        shards = Dictionary(
            uniqueKeysWithValues: eventLoops.map { (ObjectIdentifier($0), ConnectionShard(eventLoop: $0)) })
        streams = StreamRegistry(stall: .seconds(Int64(limits.slowConsumerSeconds)))
        log.observe { [weak self] events in self?.deliver(events) }
    }

    /// The shard of an event loop of the group that the manager was made for.
    func shard(of eventLoop: any EventLoop) -> ConnectionShard {
        guard let shard = shards[ObjectIdentifier(eventLoop)] else {
            preconditionFailure("the event loop is not one of the gateway's")
        }
        return shard
    }

    /// The store and the runs, narrowed to a verified user.
    func scope(_ principal: Principal) -> UserScope {
        UserScope(principal, log: log, runs: runs) { [streams] key in streams.end(.thread(key), .threadDeleted) }
    }

    // MARK: Admission

    enum Admission: Sendable {
        case admitted
        case refused(CloseReason)
    }

    /// Takes a place for one more connection of the user; `release` gives it back.
    func admit(_ user: UserID) -> Admission {
        presence.withLockedValue { presence in
            if presence.isDraining { return .refused(.goingAway) }
            if presence.connections >= limits.connections { return .refused(.overload) }
            if presence.byUser[user, default: 0] >= limits.connectionsPerUser {
                return .refused(.tooManyConnections)
            }
            presence.connections += 1
            presence.byUser[user, default: 0] += 1
            return .admitted
        }
    }

    func release(_ user: UserID) {
        presence.withLockedValue { presence in
            presence.connections -= 1
            let left = presence.byUser[user, default: 1] - 1
            presence.byUser[user] = left > 0 ? left : nil
        }
    }

    // MARK: Streams

    /// Opens a stream of server-sent events: a connection like any other, with a place of its own. From now on it is
    /// woken when its topic moves, so the log is read after this. `close` gives the place back.
    func openStream(
        _ topic: OpenStream.Topic, for principal: Principal, userAgent: String?, on channel: any Channel
    ) -> Result<OpenStream, RefusedStream> {
        if case .refused(let reason) = admit(principal.user) {
            metrics.connectionsRefused.increment()
            return .failure(RefusedStream(reason: reason))
        }
        metrics.connectionsOpened.increment()
        let stream = OpenStream(topic, principal: principal, userAgent: userAgent, channel: channel)
        streams.add(stream)
        HTTPInputCloseHandler.onClose(of: channel) { [weak stream] in stream?.end(.gone) }
        channel.closeFuture.whenComplete { [weak self] _ in
            stream.end(.gone)
            self?.close(stream)
        }
        return .success(stream)
    }

    /// The runs of all users that wait for an answer. The caller has checked the role.
    func feed(_ stream: OpenStream, after cursor: StreamCursor?) -> Response {
        response(stream, RunFeed(log: log, after: cursor))
    }

    /// Why a stream was not opened.
    struct RefusedStream: Error { let reason: CloseReason }

    /// Takes back the place of a stream that is over; more than once is no harm.
    func close(_ stream: OpenStream) {
        stream.finish()
        guard streams.remove(stream) else { return }
        release(stream.principal.user)
        metrics.connectionsClosed.increment()
    }

    /// Streams that are open.
    var openStreams: Int { streams.all().count }

    // MARK: Delivery

    /// Hands stored events to the connections of their users. Called by the log, in the order of storage.
    private func deliver(_ events: [LogEvent]) {
        metrics.eventsStored.increment(by: events.count)
        streams.wake(events)
        let online = presence.withLockedValue { presence in events.filter { presence.byUser[$0.user] != nil } }
        guard !online.isEmpty else { return }
        let epoch = log.epoch
        let deliveries = online.map { Delivery($0, epoch: epoch) }
        for shard in shards.values { shard.post(deliveries) }
    }

    // MARK: Broadcast

    /// Sends one frame to every live socket: a privileged act with a reason, which no client message leads to. The caller
    /// has checked the right of `sender` and put the reason on record.
    /// - Returns: how many connections and users it was written for.
    func broadcast(
        _ event: JSONObject, reason: String, by sender: Principal
    ) async -> (connections: Int, users: Int) {
        let frame = ServerFrame.broadcast(event)
        var connections = 0
        var users: Set<UserID> = []
        for shard in shards.values {
            let written = await shard.broadcast(frame)
            connections += written.connections
            users.formUnion(written.users)
        }
        logger.notice(
            "broadcast",
            metadata: [
                "actor": "\(sender.user)", "reason": "\(reason)", "connections": "\(connections)",
                "users": "\(users.count)",
            ])
        return (connections, users.count)
    }

    /// The live connections of one user, the oldest first.
    func connections(of user: UserID) async -> [ConnectionSummary] {
        var summaries = streams.all().filter { $0.principal.user == user }.map(\.summary)
        for shard in shards.values { summaries += await shard.summaries(of: user) }
        return summaries.sorted { ($0.connectedAt, $0.id.value) < ($1.connectedAt, $1.id.value) }
    }

    // MARK: Ending connections

    /// Asks `judge` about the principal of each connection and closes those that are no longer valid.
    func review(_ judge: @escaping @Sendable (Principal) async -> CloseReason?) async {
        for shard in shards.values {
            for principal in await shard.principals() {
                guard let reason = await judge(principal) else { continue }
                shard.forEach(of: principal.user) { connection in
                    if connection.principal.tokenID == principal.tokenID { connection.close(reason) }
                }
            }
        }
        for stream in streams.all() {
            if let reason = await judge(stream.principal) { stream.end(.refused(reason)) }
        }
    }

    /// Takes no more connections, and tells every client that the end is near and when to come back.
    func announceEnd() {
        presence.withLockedValue { $0.isDraining = true }
        for shard in shards.values { shard.forEach { $0.announceEnd() } }
    }

    /// Closes every connection. Returns when each has been told.
    func closeAll(_ reason: CloseReason) async {
        streams.endAll(.draining)
        for shard in shards.values { await shard.closeAll(reason) }
    }

    /// How many connections follow a thread.
    func followers(of key: ThreadKey) async -> Int {
        var count = streams.count(of: .thread(key))
        for shard in shards.values { count += await shard.followers(of: key) }
        return count
    }

    // MARK: What it is

    /// What `GET /api/manager` and the start-up log line say.
    func inventory() -> ManagerInventory {
        let (connections, users) = presence.withLockedValue { ($0.connections, $0.byUser.count) }
        return ManagerInventory(
            type: String(describing: Self.self), module: "CanonGateway", instances: 1, version: ProductVersion.version,
            commit: ProductVersion.commit, vocabulary: Vocabulary.hash, node: node, epoch: log.epoch,
            connections: connections, users: users)
    }

    func startTicking() {
        for shard in shards.values { shard.startTicking() }
        if let loop = shards.values.first?.eventLoop {
            streams.startTicking(on: loop) { [metrics] in metrics.slowConsumers.increment() }
        }
    }

    /// Lets go of the event loops, which live on: no timer and no delivery of this manager reaches them any more.
    func detach() async {
        presence.withLockedValue { $0.byUser = [:] }
        streams.stopTicking()
        for shard in shards.values { await shard.stopTicking() }
    }

    private struct Presence {
        var connections = 0
        var byUser: [UserID: Int] = [:]
        var isDraining = false
    }
}
