public import NIOCore

/// A WebSocket connection (RFC 6455) as one channel handler, for either end, once the opening handshake is done.
///
/// It reassembles messages, validates what the protocol asks for, answers pings and the peer's close frame, and runs
/// the closing handshake against a clock. The application sees `WebSocketInbound` and writes `WebSocketOutbound`.
///
/// Writes need no flush: what is written during a turn of the event loop is flushed once at its end. A flush from the
/// application is carried out at once.
public final class WebSocketHandler: ChannelDuplexHandler {
    public typealias InboundIn = ByteBuffer
    public typealias InboundOut = WebSocketInbound
    public typealias OutboundIn = WebSocketOutbound
    public typealias OutboundOut = ByteBuffer

    let role: WebSocketRole
    private let limits: WebSocketLimits
    private let flushesAutomatically: Bool
    private let compression: PermessageDeflate?

    private var context: ChannelHandlerContext?
    private var decoder: WebSocketFrameDecoder
    private(set) var closing = WebSocketClosing.open
    /// How the connection ended, until it has been told.
    private var ending: Ending?
    private var hasToldEnding = false
    private var deadline: Scheduled<Void>?

    private var batch = WebSocketFrameBatch()
    private var maskingKeys: MaskingKeys
    private var needsFlush = false
    private var isFlushScheduled = false
    /// The last ping that could not be answered because the peer does not read. Earlier ones need no answer
    /// (RFC 6455 section 5.5.3), so that a flood of pings costs one of them.
    private var unansweredPing: ByteBuffer?

    private struct Ending {
        var code: WebSocketCloseCode?
        var reason: String
    }

    /// - Parameters:
    ///   - role: which end this is.
    ///   - limits: what the peer may cost.
    ///   - flushesAutomatically: false leaves every flush of data to the application, for one that already flushes its
    ///     connections once a turn. Answers to pings and close frames are flushed all the same.
    ///   - compression: what the opening handshake has agreed on. With it, messages of 64 bytes and more that get
    ///     shorter by it are sent compressed. The application sees nothing of it.
    public convenience init(
        role: WebSocketRole,
        limits: WebSocketLimits = WebSocketLimits(),
        flushesAutomatically: Bool = true,
        compression: PermessageDeflate? = nil
    ) {
        self.init(
            role: role, limits: limits, flushesAutomatically: flushesAutomatically, compression: compression,
            maskingKeys: MaskingKeys()
        )
    }

    init(
        role: WebSocketRole,
        limits: WebSocketLimits,
        flushesAutomatically: Bool,
        compression: PermessageDeflate?,
        maskingKeys: MaskingKeys
    ) {
        self.role = role
        self.limits = limits
        self.flushesAutomatically = flushesAutomatically
        self.compression = compression
        self.maskingKeys = maskingKeys
        decoder = WebSocketFrameDecoder(
            role: role, limits: limits,
            negotiatedReservedBits: compression == nil ? 0 : WebSocketFrameHeader.compressionBit
        )
    }

    public func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    public func handlerRemoved(context: ChannelHandlerContext) {
        closing.channelEnded()
        release()
        self.context = nil
    }
}

// MARK: - What arrives

extension WebSocketHandler {
    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard closing.readsFrames else { return }
        var bytes = unwrapInboundIn(data)
        do throws(WebSocketViolation) {
            // What the application does with an event may end the reading.
            while closing.readsFrames, let event = try decoder.next(from: &bytes) {
                try receive(event, context: context)
            }
        } catch {
            refuse(error, context: context)
        }
    }

    public func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        decoder.releaseMemory()
        if needsFlush, flushesAutomatically { flushNow(context: context) }
    }

    private func receive(
        _ event: WebSocketFrameDecoder.Event,
        context: ChannelHandlerContext
    ) throws(WebSocketViolation) {
        switch event {
        case .message(let isText, let reservedBits, let payload):
            guard closing.isOpen else { return }
            let isCompressed = reservedBits & WebSocketFrameHeader.compressionBit != 0
            let message =
                isCompressed
                ? try Inflater.inflate(payload, isText: isText, limit: limits.enforcedMessageBytes) : payload
            context.fireChannelRead(wrapInboundOut(isText ? .text(message) : .binary(message)))
        case .ping(let payload):
            guard closing.isOpen else { return }
            answerPing(payload, context: context)
            context.fireChannelRead(wrapInboundOut(.ping(payload)))
        case .pong(let payload):
            guard closing.isOpen else { return }
            context.fireChannelRead(wrapInboundOut(.pong(payload)))
        case .close(let code, let reason):
            receiveClose(code, reason: reason, context: context)
        }
    }

    private func answerPing(_ payload: ByteBuffer, context: ChannelHandlerContext) {
        if context.channel.isWritable {
            unansweredPing = nil
            send(.pong, payload, promise: nil, context: context)
            requireFlush(context: context, always: true)
        } else {
            unansweredPing = payload
        }
    }

    public func channelWritabilityChanged(context: ChannelHandlerContext) {
        if closing.isOpen, let payload = unansweredPing, context.channel.isWritable {
            unansweredPing = nil
            send(.pong, payload, promise: nil, context: context)
            requireFlush(context: context, always: true)
        }
        context.fireChannelWritabilityChanged()
    }
}

// MARK: - The end

extension WebSocketHandler {
    /// The peer's close frame is answered with its own code (RFC 6455 section 5.5.1). The server then ends the
    /// transport; the client waits for it to do so (section 7.1.1).
    private func receiveClose(_ code: WebSocketCloseCode, reason: String, context: ChannelHandlerContext) {
        let role = role
        finish(
            as: Ending(code: code, reason: reason), answer: (code, ""), context: context
        ) { context in
            if role == .server { context.close(promise: nil) }
        }
    }

    /// The peer is told what it did. Then only our half of the transport is shut, and the rest of what it sends is
    /// thrown away until it shuts its own: ending both at once while bytes are unread would reset the connection, and
    /// the close frame could be lost with it.
    private func refuse(_ violation: WebSocketViolation, context: ChannelHandlerContext) {
        finish(
            as: Ending(code: violation.closeCode, reason: violation.description),
            answer: (violation.closeCode, violation.description),
            context: context
        ) { context in
            let shut = context.eventLoop.makePromise(of: Void.self)
            shut.futureResult.assumeIsolated().whenFailure { _ in context.close(promise: nil) }
            context.close(mode: .output, promise: shut)
        }
    }

    /// - Parameter whenWritten: what is done with the channel once the last frame has left.
    private func finish(
        as ending: Ending,
        answer: (code: WebSocketCloseCode, reason: String),
        context: ChannelHandlerContext,
        whenWritten: @escaping (ChannelHandlerContext) -> Void
    ) {
        let step = closing.readingEnded()
        guard step != .ignore else { return }
        // Before anything is written: a failing write ends the channel, and then this is what has to be told.
        self.ending = ending
        startDeadline(context: context)
        let written = context.eventLoop.makePromise(of: Void.self)
        if step == .send {
            sendClose(answer.code, reason: answer.reason, promise: written, context: context)
            flushNow(context: context)
        } else {
            flushNow(context: context)
            written.succeed()
        }
        tellEnding(context: context)
        written.futureResult.assumeIsolated().whenSuccess { [weak self] in
            guard let context = self?.context else { return }
            whenWritten(context)
        }
    }

    /// Starts the closing handshake.
    private func requestClose(
        _ code: WebSocketCloseCode,
        reason: String,
        promise: EventLoopPromise<Void>?,
        context: ChannelHandlerContext
    ) {
        guard closing.closeRequested() == .send else {
            promise?.succeed()
            return
        }
        startDeadline(context: context)
        sendClose(code, reason: reason, promise: promise, context: context)
        requireFlush(context: context, always: true)
    }

    private func sendClose(
        _ code: WebSocketCloseCode,
        reason: String,
        promise: EventLoopPromise<Void>?,
        context: ChannelHandlerContext
    ) {
        let payload = WebSocketFrameEncoder.closePayload(code, reason: reason)
        send(.close, payload, promise: promise, context: context)
    }

    private func startDeadline(context: ChannelHandlerContext) {
        guard deadline == nil else { return }
        let timeout = limits.closeTimeout
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(timeout)) { [weak self] in
            guard let self, let context = self.context else { return }
            self.ending = self.ending ?? Ending(code: nil, reason: "no close frame came back within \(timeout)")
            context.close(promise: nil)
        }
    }

    private func tellEnding(context: ChannelHandlerContext) {
        guard !hasToldEnding else { return }
        hasToldEnding = true
        let ending = ending ?? Ending(code: nil, reason: "the connection ended without a close frame")
        context.fireChannelRead(wrapInboundOut(.closed(code: ending.code, reason: ending.reason)))
    }

    public func channelInactive(context: ChannelHandlerContext) {
        closing.channelEnded()
        release()
        tellEnding(context: context)
        context.fireChannelInactive()
    }

    public func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Where half-closed channels are allowed, this and not `channelInactive` says that the peer is gone.
        if let event = event as? ChannelEvent, event == .inputClosed {
            closing.channelEnded()
            tellEnding(context: context)
            context.close(promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }

    /// Errors come from the transport or from TLS: the connection is of no use after them.
    public func errorCaught(context: ChannelHandlerContext, error: any Error) {
        ending = ending ?? Ending(code: nil, reason: "the connection failed: \(error)")
        context.fireErrorCaught(error)
        context.close(promise: nil)
    }

    private func release() {
        deadline?.cancel()
        deadline = nil
        unansweredPing = nil
        needsFlush = false
        batch.take()?.promise?.fail(WebSocketError.closed)
    }
}

// MARK: - What leaves

extension WebSocketHandler {
    public func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let message = unwrapOutboundIn(data)
        if case .close(let code, let reason) = message {
            requestClose(code, reason: reason, promise: promise, context: context)
            return
        }
        guard closing.isOpen else {
            promise?.fail(WebSocketError.closed)
            return
        }
        switch message {
        case .text(let payload):
            sendMessage(.text, payload, promise: promise, context: context)
        case .binary(let payload):
            sendMessage(.binary, payload, promise: promise, context: context)
        case .encoded(let frames):
            guard role == .server else {
                promise?.fail(WebSocketError.encodedFrameFromClient)
                return
            }
            guard isReadable(frames) else {
                promise?.fail(WebSocketError.compressedFrameNotAgreed)
                return
            }
            writeBatch(context: context)
            context.write(wrapOutboundOut(frames), promise: promise)
        case .ping(let payload):
            guard sendControl(.ping, payload, promise: promise, context: context) else { return }
        case .pong(let payload):
            guard sendControl(.pong, payload, promise: promise, context: context) else { return }
        case .close:
            return
        }
        requireFlush(context: context, always: false)
    }

    private func sendControl(
        _ opcode: WebSocketOpcode,
        _ payload: ByteBuffer,
        promise: EventLoopPromise<Void>?,
        context: ChannelHandlerContext
    ) -> Bool {
        guard payload.readableBytes <= WebSocketFrameHeader.maximumControlPayload else {
            promise?.fail(WebSocketError.controlPayloadTooLong(bytes: payload.readableBytes))
            return false
        }
        send(opcode, payload, promise: promise, context: context)
        return true
    }

    /// Whether the client can read encoded frames; the first one is looked at.
    private func isReadable(_ frames: ByteBuffer) -> Bool {
        guard let first: UInt8 = frames.getInteger(at: frames.readerIndex) else { return true }
        guard first & WebSocketFrameHeader.compressionBit != 0 else { return true }
        return compression?.acceptsSharedFrames ?? false
    }

    private func sendMessage(
        _ opcode: WebSocketOpcode,
        _ payload: ByteBuffer,
        promise: EventLoopPromise<Void>?,
        context: ChannelHandlerContext
    ) {
        let compressed = compression.flatMap { compression in
            payload.withUnsafeReadableBytes { Deflater.compress($0, windowBits: compression.windowBits(of: role)) }
        }
        send(
            opcode, compressed ?? payload, isCompressed: compressed != nil, promise: promise, context: context
        )
    }

    private func send(
        _ opcode: WebSocketOpcode,
        _ payload: ByteBuffer,
        isCompressed: Bool = false,
        promise: EventLoopPromise<Void>?,
        context: ChannelHandlerContext
    ) {
        switch role {
        case .server where payload.readableBytes > WebSocketFrameBatch.copyLimit:
            batch.appendHeader(opcode, payloadBytes: payload.readableBytes, isCompressed: isCompressed)
            writeBatch(context: context)
            context.write(wrapOutboundOut(payload), promise: promise)
        case .server:
            batch.append(opcode, payload, isCompressed: isCompressed, maskingKey: nil, promise: promise)
        case .client:
            batch.append(
                opcode, payload, isCompressed: isCompressed, maskingKey: maskingKeys.next(), promise: promise
            )
        }
        if batch.isFull { writeBatch(context: context) }
    }

    private func writeBatch(context: ChannelHandlerContext) {
        guard let (frames, promise) = batch.take() else { return }
        context.write(wrapOutboundOut(frames), promise: promise)
    }

    /// Sees to it that what has been written leaves at the end of this turn of the event loop at the latest.
    private func requireFlush(context: ChannelHandlerContext, always: Bool) {
        needsFlush = true
        guard always || flushesAutomatically, !isFlushScheduled else { return }
        isFlushScheduled = true
        context.eventLoop.assumeIsolated().execute { [self] in
            isFlushScheduled = false
            if needsFlush, let context = self.context { flushNow(context: context) }
        }
    }

    private func flushNow(context: ChannelHandlerContext) {
        needsFlush = false
        writeBatch(context: context)
        context.flush()
    }

    public func flush(context: ChannelHandlerContext) {
        flushNow(context: context)
    }

    /// The application ends the transport itself: what it wrote before is given to the operating system first.
    public func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if needsFlush { flushNow(context: context) }
        context.close(mode: mode, promise: promise)
    }
}
