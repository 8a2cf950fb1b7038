public import NIOCore

/// The client's side of the opening handshake (RFC 6455 section 4.1), over a channel of raw bytes.
///
/// It sends the request once the channel is active. When the server has agreed, a `WebSocketHandler` takes its place in
/// the pipeline and gets the bytes that came behind the response; the application's handler stands behind it from the
/// start, and sees nothing of the handshake. When the server has not agreed, the promise says why and the channel is
/// closed.
public final class WebSocketClientHandshaker: ChannelDuplexHandler, RemovableChannelHandler {
    public typealias InboundIn = ByteBuffer
    public typealias InboundOut = ByteBuffer
    public typealias OutboundIn = WebSocketOutbound
    public typealias OutboundOut = ByteBuffer

    private let request: WebSocketClientHandshake.Request
    private let limits: WebSocketClientHandshake.Limits
    private let messageLimits: WebSocketLimits
    private let promise: EventLoopPromise<WebSocketClientHandshake.Response>
    private let key: String

    private var state = State.idle
    private var deadline: Scheduled<Void>?

    private enum State {
        case idle
        /// The request is out; bytes of the header so far, and those of interim responses that are already forgotten.
        case readingHead(ByteBuffer, forgotten: Int)
        case readingRefusal(HTTPResponseHead, HTTPBodyFraming, body: [UInt8])
        /// The WebSocket handler is in place behind this one, which is about to leave and lets everything pass.
        case upgraded
        case failed
    }

    /// - Parameters:
    ///   - request: what to ask for.
    ///   - limits: what the handshake may cost.
    ///   - messageLimits: what the server may cost afterwards.
    ///   - promise: kept with the server's consent, or fails with `WebSocketClientHandshake.Failure`.
    public convenience init(
        request: WebSocketClientHandshake.Request,
        limits: WebSocketClientHandshake.Limits = .init(),
        messageLimits: WebSocketLimits = WebSocketLimits(),
        promise: EventLoopPromise<WebSocketClientHandshake.Response>
    ) {
        var generator = SystemRandomNumberGenerator()
        let nonce = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        self.init(
            request: request, limits: limits, messageLimits: messageLimits, promise: promise,
            key: Base64.encode(nonce)
        )
    }

    init(
        request: WebSocketClientHandshake.Request,
        limits: WebSocketClientHandshake.Limits,
        messageLimits: WebSocketLimits,
        promise: EventLoopPromise<WebSocketClientHandshake.Response>,
        key: String
    ) {
        self.request = request
        self.limits = limits
        self.messageLimits = messageLimits
        self.promise = promise
        self.key = key
    }

    public func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { start(context: context) }
    }

    public func handlerRemoved(context: ChannelHandlerContext) {
        conclude(.failure(.connectionClosed))
    }

    public func channelActive(context: ChannelHandlerContext) {
        start(context: context)
        context.fireChannelActive()
    }

    public func channelInactive(context: ChannelHandlerContext) {
        end(as: .connectionClosed)
        context.fireChannelInactive()
    }

    public func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed {
            end(as: .connectionClosed)
            context.close(promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }

    public func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end(as: .connectionFailed("\(error)"))
        context.fireErrorCaught(error)
        context.close(promise: nil)
    }

    public func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .upgraded = state {
            context.write(data, promise: promise)
        } else {
            promise?.fail(WebSocketError.handshakePending)
        }
    }

    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch state {
        case .idle, .failed:
            return
        case .upgraded:
            context.fireChannelRead(data)
        case .readingHead(var head, let forgotten):
            var bytes = unwrapInboundIn(data)
            head.writeBuffer(&bytes)
            state = .readingHead(head, forgotten: forgotten)
            readHead(context: context)
        case .readingRefusal(let head, let framing, var body):
            body += unwrapInboundIn(data).readableBytesView
            readRefusal(head, framing, body: body, context: context)
        }
    }
}

extension WebSocketClientHandshaker {
    private func start(context: ChannelHandlerContext) {
        guard case .idle = state else { return }
        do throws(WebSocketClientHandshake.Failure) {
            let text = try request.encoded(key: key)
            state = .readingHead(ByteBuffer(), forgotten: 0)
            startDeadline(context: context)
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
        } catch {
            fail(error, context: context)
        }
    }

    private func startDeadline(context: ChannelHandlerContext) {
        deadline?.cancel()
        let timeout = limits.timeout
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(timeout)) { [weak self] in
            guard let self else { return }
            self.end(as: .timedOut(after: timeout))
            context.close(promise: nil)
        }
    }

    private func readHead(context: ChannelHandlerContext) {
        while case .readingHead(var bytes, let forgotten) = state {
            guard let length = headLength(in: bytes) else {
                if forgotten + bytes.readableBytes > limits.maximumHeaderBytes {
                    fail(.headerTooLong(limit: limits.maximumHeaderBytes), context: context)
                }
                return
            }
            guard forgotten + length <= limits.maximumHeaderBytes else {
                fail(.headerTooLong(limit: limits.maximumHeaderBytes), context: context)
                return
            }
            // The empty line stays out of what is parsed, the end of the last field too.
            let headBytes = bytes.readSlice(length: length).map { trimmedLineEnds($0) } ?? []
            do throws(HTTPResponseHead.Malformed) {
                let head = try HTTPResponseHead(parsing: headBytes)
                switch head.status {
                case 101:
                    upgrade(head, leftover: bytes, context: context)
                case 100..<200:
                    state = .readingHead(bytes, forgotten: forgotten + length)
                default:
                    startDeadline(context: context)
                    let body = Array(bytes.readableBytesView)
                    readRefusal(head, HTTPBodyFraming(head), body: body, context: context)
                }
            } catch {
                fail(.malformedResponse(error.what), context: context)
            }
        }
    }

    /// Bytes up to and with the empty line; nil if it has not come.
    private func headLength(in bytes: ByteBuffer) -> Int? {
        let view = bytes.readableBytesView
        var lineStart = view.startIndex
        while let lineEnd = view[lineStart...].firstIndex(of: UInt8(ascii: "\n")) {
            let line = view[lineStart..<lineEnd]
            if line.isEmpty || line.elementsEqual([UInt8(ascii: "\r")]) { return lineEnd + 1 - view.startIndex }
            lineStart = lineEnd + 1
        }
        return nil
    }

    private func trimmedLineEnds(_ bytes: ByteBuffer) -> [UInt8] {
        var bytes = Array(bytes.readableBytesView)
        while let last = bytes.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { bytes.removeLast() }
        return bytes
    }

    private func readRefusal(
        _ head: HTTPResponseHead,
        _ framing: HTTPBodyFraming,
        body raw: [UInt8],
        context: ChannelHandlerContext
    ) {
        state = .readingRefusal(head, framing, body: raw)
        let (body, isComplete) = framing.body(in: raw)
        // What is not body, the sizes of chunks, is bounded too.
        let isEnough =
            body.count >= limits.maximumBodyBytes
            || raw.count >= limits.maximumBodyBytes + limits.maximumHeaderBytes
        if isComplete || isEnough {
            fail(refusal(head, body), context: context)
        }
    }

    private func refusal(_ head: HTTPResponseHead, _ body: [UInt8]) -> WebSocketClientHandshake.Failure {
        .refused(
            status: head.status, phrase: head.phrase, headers: head.headers,
            body: Array(body.prefix(limits.maximumBodyBytes))
        )
    }

    private func upgrade(_ head: HTTPResponseHead, leftover: ByteBuffer, context: ChannelHandlerContext) {
        do throws(WebSocketClientHandshake.Failure) {
            let response = try request.accept(head, key: key)
            try install(compression: response.compression, context: context)
            conclude(.success(response))
            if leftover.readableBytes > 0 {
                context.fireChannelRead(wrapInboundOut(leftover))
                context.fireChannelReadComplete()
            }
            context.pipeline.syncOperations.removeHandler(self, promise: nil)
        } catch {
            fail(error, context: context)
        }
    }

    private func install(
        compression: PermessageDeflate?,
        context: ChannelHandlerContext
    ) throws(WebSocketClientHandshake.Failure) {
        do {
            let handler = WebSocketHandler(role: .client, limits: messageLimits, compression: compression)
            try context.pipeline.syncOperations.addHandler(handler, position: .after(self))
        } catch {
            throw .connectionFailed("\(error)")
        }
    }

    /// The response has ended with the connection, or because of it.
    private func end(as failure: WebSocketClientHandshake.Failure) {
        if case .readingRefusal(let head, let framing, let body) = state {
            conclude(.failure(refusal(head, framing.body(in: body).body)))
        } else {
            conclude(.failure(failure))
        }
    }

    private func fail(_ failure: WebSocketClientHandshake.Failure, context: ChannelHandlerContext) {
        conclude(.failure(failure))
        context.close(promise: nil)
    }

    private func conclude(_ result: Result<WebSocketClientHandshake.Response, WebSocketClientHandshake.Failure>) {
        switch state {
        case .upgraded, .failed: return
        case .idle, .readingHead, .readingRefusal: break
        }
        state = if case .success = result { .upgraded } else { .failed }
        deadline?.cancel()
        deadline = nil
        promise.completeWith(result.mapError { $0 as any Error })
    }
}
