import CanonWebSocket
import CanonWire
import NIOCore

/// A WebSocket for one consumer that waits for each arrival with a deadline.
final class ClientSocket: Sendable {
    enum Arrival: Sendable {
        case frame(JSONObject)
        /// A message that is no JSON object; its beginning.
        case unreadable(String)
        /// The end, and nothing after it. Without a code: the connection was cut.
        case closed(code: UInt16?, reason: String)
    }

    /// What the server answered to the opening handshake.
    let response: WebSocketClientHandshake.Response
    private let channel: any Channel
    private let inbox: NIOLoopBound<Inbox>
    private let address: ServerAddress

    /// What a message of the server may have: a snapshot is longer than any message of a client.
    private static let maximumMessageBytes = 64 << 20

    /// - Parameters:
    ///   - query: the part of the target after `?`, percent-encoded.
    ///   - deadline: by when the handshake must be over.
    static func open(
        over transport: Transport, on loop: any EventLoop, query: String? = nil,
        headers: [WebSocketClientHandshake.Header] = [], subprotocols: [String] = [], before deadline: NIODeadline
    ) async throws(ClientFailure) -> ClientSocket {
        let address = transport.address
        let path = address.path(address.socketPath)
        let request = WebSocketClientHandshake.Request(
            host: address.authority, target: path + (query.map { "?\($0)" } ?? ""), headers: headers,
            subprotocols: subprotocols)
        let left = max(.milliseconds(1), deadline - .now())
        let upgraded = loop.makePromise(of: WebSocketClientHandshake.Response.self)
        let bound = loop.makePromise(of: NIOLoopBound<Inbox>.self)
        do {
            let channel = try await transport.connect(on: loop, timeout: left) { channel in
                let inbox = Inbox(eventLoop: channel.eventLoop)
                let handshaker = WebSocketClientHandshaker(
                    request: request, limits: .init(timeout: .nanoseconds(left.nanoseconds)),
                    messageLimits: WebSocketLimits(maximumMessageBytes: maximumMessageBytes, closeTimeout: .seconds(2)),
                    promise: upgraded)
                try channel.pipeline.syncOperations.addHandlers([handshaker, inbox])
                bound.succeed(NIOLoopBound(inbox, eventLoop: channel.eventLoop))
            }.get()
            let response = try await upgraded.futureResult.get()
            return ClientSocket(
                channel: channel, inbox: try await bound.futureResult.get(), response: response, address: address)
        } catch {
            // What nobody else has kept, because there was no connection; a second failure is ignored.
            upgraded.fail(error)
            bound.fail(error)
            throw ClientFailure(error, at: address, awaiting: "an answer to the WebSocket handshake at \(path)")
        }
    }

    private init(
        channel: any Channel, inbox: NIOLoopBound<Inbox>, response: WebSocketClientHandshake.Response,
        address: ServerAddress
    ) {
        self.channel = channel
        self.inbox = inbox
        self.response = response
        self.address = address
    }

    func send(_ object: JSONObject) { send(text: object.encodedText) }

    /// What is sent after the end is lost: the next arrival says so.
    func send(text: String) {
        channel.writeAndFlush(WebSocketOutbound.text(ByteBuffer(string: text)), promise: nil)
    }

    /// The next arrival, in the order of the wire.
    func next(before deadline: NIODeadline, awaiting what: String) async throws(ClientFailure) -> Arrival {
        do {
            return try await channel.eventLoop.flatSubmit { [inbox] in
                inbox.value.next(before: deadline, awaiting: what)
            }.get()
        } catch {
            throw ClientFailure(error, at: address, awaiting: what)
        }
    }

    /// Ends the connection without a word, as a lost network does.
    func cut() async { try? await channel.close() }

    /// The closing handshake; returns when the connection has ended, a few seconds at most.
    func close() async {
        channel.writeAndFlush(WebSocketOutbound.close(.normal, reason: ""), promise: nil)
        try? await channel.closeFuture.get()
    }
}

/// Keeps what arrived until it is asked for. Lives on its channel's event loop.
private final class Inbox: ChannelInboundHandler {
    typealias InboundIn = WebSocketInbound

    private let eventLoop: any EventLoop
    private var arrivals: [ClientSocket.Arrival] = []
    private var waiting: (promise: EventLoopPromise<ClientSocket.Arrival>, timer: Scheduled<Void>)?
    private var end: ClientSocket.Arrival?

    init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    func next(before deadline: NIODeadline, awaiting what: String) -> EventLoopFuture<ClientSocket.Arrival> {
        if !arrivals.isEmpty { return eventLoop.makeSucceededFuture(arrivals.removeFirst()) }
        if let end { return eventLoop.makeSucceededFuture(end) }
        precondition(waiting == nil, "a socket has one consumer")
        let promise = eventLoop.makePromise(of: ClientSocket.Arrival.self)
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let timer = eventLoop.scheduleTask(deadline: deadline) {
            bound.value.waiting = nil
            promise.fail(ClientFailure.timedOut(what))
        }
        waiting = (promise, timer)
        return promise.futureResult
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .text(let text):
            if let frame = (try? JSONValue.parse(text.readableBytesView))?.object {
                add(.frame(frame))
            } else {
                add(.unreadable(String(String(buffer: text).prefix(200))))
            }
        case .binary(let bytes): add(.unreadable("a binary message of \(bytes.readableBytes) bytes"))
        case .closed(let code, let reason): finish(code: code?.rawValue, reason: reason)
        case .ping, .pong: break
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(code: nil, reason: "the connection ended without a close frame")
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func finish(code: UInt16?, reason: String) {
        guard end == nil else { return }
        end = .closed(code: code, reason: reason)
        if waiting != nil { add(.closed(code: code, reason: reason)) }
    }

    private func add(_ arrival: ClientSocket.Arrival) {
        guard let waiting else {
            arrivals.append(arrival)
            return
        }
        self.waiting = nil
        waiting.timer.cancel()
        waiting.promise.succeed(arrival)
    }
}
