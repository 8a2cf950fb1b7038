import HummingbirdCore
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// Makes a WebSocket of a connection when a request asks for one, be it the first or, as on connections that a proxy keeps, a
/// later one (RFC 9110, 7.8 allows any). Hummingbird's handlers are added for the first request that is another.
///
/// It stands behind NIO's HTTP codec. A request that asks for another protocol ends what the decoder reads of a connection, so
/// one that is not granted is the last, and is answered. (NIO's own upgrade handlers look at the first request alone, and
/// lose one that nobody takes.)
final class UpgradeHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private enum State {
        /// No request is under way that could become a socket.
        case passing
        /// A request for a socket has begun; what came of it.
        case receiving([HTTPServerRequestPart])
        /// Its credentials are looked at.
        case deciding([HTTPServerRequestPart])
        /// The handlers are exchanged; the bytes that came meanwhile.
        case upgrading([NIOAny])
        /// A request for another protocol was passed on: its answer is the last.
        case last
    }

    private let context: UpgradeContext
    private let makeHTTP: (any Channel) throws -> GatewayChannel.Negotiated
    /// What the first request makes of the connection; nil once it is known.
    private var negotiated: EventLoopPromise<GatewayChannel.Negotiated>?
    private var state = State.passing
    /// Requests that were passed on and have no whole answer yet.
    private var unanswered = 0
    /// The last part of the last answer is with the kernel.
    private var answered: EventLoopFuture<Void>?

    /// - Parameters:
    ///   - negotiated: is told what the connection is, or fails when it ends before that.
    ///   - makeHTTP: adds the handlers of HTTP behind this one.
    init(
        context: UpgradeContext, negotiated: EventLoopPromise<GatewayChannel.Negotiated>,
        makeHTTP: @escaping (any Channel) throws -> GatewayChannel.Negotiated
    ) {
        self.context = context
        self.negotiated = negotiated
        self.makeHTTP = makeHTTP
    }

    func handlerRemoved(context: ChannelHandlerContext) { settle(.failure(ChannelError.eof)) }

    private func settle(_ result: Result<GatewayChannel.Negotiated, any Error>) {
        negotiated?.completeWith(result)
        negotiated = nil
    }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .upgrading(let bytes) = state {
            state = .upgrading(bytes + [data])
            return
        }
        let part = unwrapInboundIn(data)
        switch (state, part) {
        case (.passing, .head(let head)) where Self.endsReading(head):
            // Before the answers to what came earlier are written, the connection cannot change its language.
            if unanswered == 0 { state = .receiving([part]) } else { pass([part], context, next: .last) }
        case (.receiving(let parts), .end):
            state = .deciding(parts + [part])
            decide(context)
        case (.receiving(let parts), _):
            // A handshake has no body.
            pass(parts + [part], context, next: .last)
        default:
            pass([part], context, next: state)
        }
    }

    private func pass(_ parts: [HTTPServerRequestPart], _ context: ChannelHandlerContext, next: State) {
        state = next
        if negotiated != nil {
            do {
                settle(.success(try makeHTTP(context.channel)))
            } catch {
                settle(.failure(error))
                return context.close(promise: nil)
            }
        }
        for part in parts {
            if case .head = part { unanswered += 1 }
            context.fireChannelRead(wrapInboundOut(part))
        }
    }

    /// Whether the decoder reads nothing after a request: it asks for another protocol, or for a tunnel.
    private static func endsReading(_ head: HTTPRequestHead) -> Bool {
        if head.method == .CONNECT { return true }
        return head.headers.contains(name: "Upgrade")
            && head.headers[canonicalForm: "Connection"].contains { $0.lowercased() == "upgrade" }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        let isEnding = event is ChannelShouldQuiesceEvent || event as? ChannelEvent == .inputClosed
        // Nothing behind this handler would hear it.
        if isEnding, negotiated != nil { return context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    // MARK: Deciding

    private func decide(_ context: ChannelHandlerContext) {
        guard case .deciding(let parts) = state, case .head(let head)? = parts.first else { return }
        let upgrader = WebSocketUpgrader(context: self.context)
        upgrader.answer(to: head, on: context.channel).assumeIsolated().whenComplete { result in
            guard case .deciding(let parts) = self.state else { return }
            switch result {
            case .success(let headers):
                self.state = .upgrading([])
                self.exchange(upgrader, headers, context)
            case .failure:
                // The routes say why.
                self.pass(parts, context, next: .last)
                context.fireChannelReadComplete()
            }
        }
    }

    /// Puts the handlers of a socket in the place of those of HTTP. After other requests the end of Hummingbird's own channel
    /// stays behind them; it hears nothing any more but that the connection is closed.
    private func exchange(_ upgrader: WebSocketUpgrader, _ headers: HTTPHeaders, _ context: ChannelHandlerContext) {
        let pipeline = context.pipeline.syncOperations
        let answer = HTTPServerResponsePart.head(
            HTTPResponseHead(version: .http1_1, status: .switchingProtocols, headers: headers))
        let others: [(any RemovableChannelHandler)?] = [
            try? pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self),
            try? pipeline.handler(type: NIOHTTPResponseHeadersValidator.self),
            try? pipeline.handler(type: HTTPServerProtocolErrorHandler.self),
            try? pipeline.handler(type: HTTP1ToHTTPServerCodec.self),
            try? pipeline.handler(type: HTTPConnectionStateHandler.self),
        ]
        EventLoopFuture.andAllSucceed(
            others.compactMap { $0 }.map { pipeline.removeHandler($0) }, on: context.eventLoop
        )
        .assumeIsolated()
        .flatMap { context.writeAndFlush(self.wrapOutboundOut(answer)) }
        .flatMapThrowing { try pipeline.handler(type: HTTPResponseEncoder.self) }
        .flatMap { pipeline.removeHandler($0) }
        .flatMapThrowing { try upgrader.install(on: context.channel, behind: self) }
        .whenComplete { result in
            guard case .success = result, case .upgrading(let bytes) = self.state else {
                return context.close(promise: nil)
            }
            self.settle(.success(.webSocket))
            for data in bytes { context.fireChannelRead(data) }
            context.fireChannelReadComplete()
            pipeline.removeHandler(self, promise: nil)
        }
    }

    // MARK: Answers

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        // The socket's own bytes; this handler is about to leave.
        if case .upgrading = state { return context.write(data, promise: promise) }
        guard case .last = state, unanswered == 1 else {
            if case .end = unwrapOutboundIn(data) { unanswered -= 1 }
            return context.write(data, promise: promise)
        }
        switch unwrapOutboundIn(data) {
        case .head(var head):
            head.headers.replaceOrAdd(name: "Connection", value: "close")
            write(wrapOutboundOut(.head(head)), promise, context)
        case .body:
            write(data, promise, context)
        case .end:
            unanswered -= 1
            context.writeAndFlush(data, promise: promise)
            // The end may be no bytes at all: what counts is what was written before it.
            answered?.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
        }
    }

    private func write(_ data: NIOAny, _ promise: EventLoopPromise<Void>?, _ context: ChannelHandlerContext) {
        let written = promise ?? context.eventLoop.makePromise(of: Void.self)
        answered = written.futureResult
        context.write(data, promise: written)
    }
}
