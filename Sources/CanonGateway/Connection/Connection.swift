import CanonStore
import CanonWebSocket
import CanonWire
import Logging
import NIOCore

/// One socket of one user: the last handler of its pipeline, and the owner of all the connection's state.
///
/// Everything here runs on the channel's event loop. What takes time (the store) runs in a task for that one operation
/// and comes back to the loop; meanwhile the messages behind it wait in order.
final class Connection: ChannelInboundHandler {
    typealias InboundIn = WebSocketInbound
    typealias OutboundOut = WebSocketOutbound

    let id: ConnectionID = .make("ws_conn")
    let connectedAt = Timestamp.now()
    let userAgent: String?
    let manager: WebSocketManager
    let authenticator: Authenticator
    var presentation: Presentation
    private(set) var scope: UserScope
    let logger: Logger

    var machine = ConnectionStateMachine()
    var inbox = Inbox()
    var follows: [ThreadID: Follow] = [:]
    /// Heads of the user's threads that changed while this connection did not follow them.
    var announcedHeads: [ThreadID: Int64] = [:]
    /// The thread that messages without a thread go to: the one named last.
    var boundThread: ThreadID?
    var received: Int64 = 0
    var delivered: Int64 = 0
    private var context: ChannelHandlerContext?
    private var isAdmitted = false
    var timing: ConnectionTiming
    private var isWritable = true
    /// A write under way lets the socket take what waits: nobody else may write in the middle of it.
    private var isOfferingBuffer = false
    private var hasAnnouncedEnd = false

    /// How one thread is followed. Answers that belong to an earlier following of the thread are recognised by `generation`.
    struct Follow {
        var state: FollowState
        let generation: Int
        /// Whether it stands in `behind`.
        var isQueued = false
    }
    var nextGeneration = 0
    /// Threads that must be read from the log, in the order of their turns.
    var behind = CircularBuffer<ThreadID>()
    var isReadingLog = false
    /// What is left to answer of a `resume`, and whether the log is being asked for the next answer.
    var resuming: Resuming?
    var isAnswering = false

    /// Threads that one connection may follow.
    static let maximumFollows = 1024

    init(
        manager: WebSocketManager, authenticator: Authenticator, scope: UserScope, presentation: Presentation,
        userAgent: String?
    ) {
        self.manager = manager
        self.authenticator = authenticator
        self.scope = scope
        self.presentation = presentation
        self.userAgent = userAgent
        var logger = manager.logger
        logger[metadataKey: "connection_id"] = "\(id)"
        logger[metadataKey: "user_id"] = "\(scope.user.abbreviated)"
        self.logger = logger
        timing = ConnectionTiming(limits: manager.limits, now: .now())
        become(scope)
    }

    /// The same user with a fresh token.
    func become(_ scope: UserScope) {
        self.scope = scope
        timing.expires(
            at: scope.principal.expiresAt.map {
                .now() + .milliseconds($0.milliseconds - Timestamp.now().milliseconds)
            })
    }

    var principal: Principal { scope.principal }
    var user: UserID { scope.user }
    var eventLoop: (any EventLoop)? { context?.eventLoop }

    // MARK: Life

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        machine.move(to: .accepted)
        machine.move(to: .authenticated)
        switch manager.admit(user) {
        case .refused(let reason):
            manager.metrics.connectionsRefused.increment()
            logger.info("connection refused", metadata: ["reason": "\(reason.text)"])
            close(reason)
            return
        case .admitted:
            isAdmitted = true
        }
        manager.metrics.connectionsOpened.increment()
        manager.shard(of: context.eventLoop).add(self)
        machine.move(to: .servicesReady)
        machine.move(to: .processingReady)
        welcome()
        machine.move(to: .idle)
        logger.info("connection established", metadata: ["credential": "\(principal.kind)"])
        processInbox()
    }

    private func welcome() {
        let epoch = scope.epoch
        switch presentation.dialect {
        case .platform(.superset), .agUI:
            send(
                .connectionEstablished(
                    connection: id, user: user, epoch: epoch, version: ProductVersion.version))
            if manager.sendsCompatibilityWelcome { send(.system(["event": "connection_established"])) }
        case .platform(.flat):
            send(.demoConnectionEstablished(connection: id, epoch: epoch))
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end()
        self.context = nil
    }

    /// Gives everything back, once.
    private func end() {
        machine.move(to: .closed)
        guard isAdmitted, let context else { return }
        isAdmitted = false
        manager.shard(of: context.eventLoop).remove(self)
        manager.release(user)
        manager.metrics.connectionsClosed.increment()
        follows = [:]
        behind.removeAll()
        resuming = nil
        inbox = Inbox()
        logger.info("connection closed", metadata: ["received": "\(received)", "delivered": "\(delivered)"])
    }

    /// Starts the close handshake; later calls and sends are without effect.
    func close(_ reason: CloseReason) {
        guard let context, machine.state != .closing, machine.state != .closed else { return }
        if !machine.move(to: .closing) { machine.move(to: .closed) }
        context.writeAndFlush(
            wrapOutboundOut(.close(WebSocketCloseCode(rawValue: reason.code), reason: reason.text)), promise: nil)
    }

    /// Tells the client to come back at a moment of its own, so that they do not all knock at once.
    func announceEnd() {
        guard !hasAnnouncedEnd else { return }
        hasAnnouncedEnd = true
        send(.goingAway(resumeAfterMilliseconds: .random(in: 500...3000)))
    }

    // MARK: Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        timing.heard(at: .now())
        switch unwrapInboundIn(data) {
        case .text(let buffer):
            received += 1
            manager.metrics.messagesReceived.increment()
            inbox.append(buffer)
            processInbox()
        case .binary:
            refuse(WireError(.notSupported, "Binary messages are not supported: send JSON as text."))
        case .ping, .pong:
            break
        case .closed(let code, let reason):
            logger.debug("peer closed", metadata: ["code": "\(code?.rawValue ?? 0)", "reason": "\(reason)"])
            if !machine.move(to: .closing) { machine.move(to: .closed) }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        logger.debug("connection failed", metadata: ["error": "\(error)"])
        context.close(promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent {
            // The server stops: say so before the channel is cut.
            announceEnd()
            close(.goingAway)
            return
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        isWritable = context.channel.isWritable
        timing.writabilityChanged(to: isWritable, at: .now())
        updateReading()
        if isWritable, !isOfferingBuffer {
            answerNextCursor()
            catchUp()
        }
        context.fireChannelWritabilityChanged()
    }

    /// A client that does not read its answers, or sends faster than they are stored, is not read from.
    func updateReading() {
        guard let context else { return }
        let mayRead = isWritable && !inbox.isFull(manager.limits)
        if timing.isReading != mayRead {
            timing.isReading = mayRead
            context.channel.setOption(.autoRead, value: mayRead).whenFailure { _ in }
            if mayRead { context.read() }
        }
    }

    // MARK: Writing

    var canWrite: Bool { isWritable }

    func send(_ frame: ServerFrame) {
        write(presentation.frame(frame))
    }

    /// - Parameter encoded: the frame as most clients get it, so that it is not made for each of them.
    func write(_ frame: ServerFrame, encoded: ByteBuffer) {
        if presentation.dialect == .agUI { send(frame) } else { write(encoded) }
    }

    /// Writes the bytes of complete frames. The codec flushes once per turn of the loop.
    func write(_ frames: ByteBuffer) {
        guard frames.readableBytes > 0, let context, machine.state != .closing, machine.state != .closed
        else { return }
        let wasWritable = isWritable
        context.write(wrapOutboundOut(.encoded(frames)), promise: nil)
        // What is written waits for the end of the turn. A long turn must not look like a slow client: the socket is offered
        // a full buffer before its client is judged by it. When it takes enough, nothing has changed for whoever is writing.
        if wasWritable, !context.channel.isWritable {
            isOfferingBuffer = true
            context.flush()
            isOfferingBuffer = false
        }
        isWritable = context.channel.isWritable
    }

    /// Writes frames of this connection alone. They go as one buffer: what waits in the channel then costs its bytes, not
    /// an allocation and a place in a queue for each frame.
    func write(_ frames: [ByteBuffer]) {
        guard frames.count > 1 else { return frames.first.map(write) ?? () }
        var together = ByteBufferAllocator().buffer(capacity: frames.reduce(0) { $0 + $1.readableBytes })
        for frame in frames { together.writeImmutableBuffer(frame) }
        write(together)
    }

    func ping() {
        guard let context else { return }
        context.writeAndFlush(wrapOutboundOut(.ping(context.channel.allocator.buffer(capacity: 0))), promise: nil)
    }

    /// Tells the client what was wrong with its message.
    func refuse(_ error: WireError) {
        manager.metrics.messagesRefused.increment()
        send(.error(error))
    }

    // MARK: Waiting for the store

    /// Runs `operation` off the loop and `continuation` with its result back on it, unless the connection has ended.
    func perform<Value: Sendable>(
        _ operation: @escaping @Sendable () async -> Value,
        then continuation: @escaping @Sendable (Connection, Value) -> Void
    ) {
        guard let eventLoop else { return }
        let connection = NIOLoopBound(self, eventLoop: eventLoop)
        Task {
            let value = await operation()
            eventLoop.execute {
                guard connection.value.machine.state != .closed else { return }
                continuation(connection.value, value)
            }
        }
    }
}
