import CanonTestSupport
import NIOCore
import NIOEmbedded

@testable import CanonWebSocket

/// One end of a connection in memory, with time that stands still until told otherwise.
final class TestConnection {
    let channel: EmbeddedChannel
    let counter = OutboundCounter()
    /// Everything that has been sent.
    private(set) var sent: [UInt8] = []

    init(
        _ role: WebSocketRole = .server,
        limits: WebSocketLimits = WebSocketLimits(),
        flushesAutomatically: Bool = true,
        compression: PermessageDeflate? = nil,
        application: [any ChannelHandler] = []
    ) throws {
        let handler = WebSocketHandler(
            role: role, limits: limits, flushesAutomatically: flushesAutomatically, compression: compression,
            maskingKeys: MaskingKeys(generator: SeededGenerator(seed: 1))
        )
        channel = EmbeddedChannel(handlers: [counter, handler] + application)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    /// A channel and its handlers hold each other until it has ended.
    deinit {
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }

    var isActive: Bool { channel.isActive }

    /// Bytes arrive, in one read.
    func receive(_ bytes: [UInt8]) throws {
        try channel.writeInbound(ByteBuffer(bytes: bytes))
    }

    /// A frame arrives, masked if this end is a server.
    func receive(_ frames: RawFrame...) throws {
        try receive(frames.flatMap(\.bytes))
    }

    /// The rest of the event loop's turn takes place.
    func endTurn() {
        channel.embeddedEventLoop.run()
    }

    /// What the application has been handed since the last call.
    func events() throws -> [WebSocketInbound] {
        var events: [WebSocketInbound] = []
        while let event = try channel.readInbound(as: WebSocketInbound.self) { events.append(event) }
        return events
    }

    /// The bytes handed to the transport since the last call, one element for each write.
    func writes() throws -> [[UInt8]] {
        var writes: [[UInt8]] = []
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) {
            writes.append(Array(buffer.readableBytesView))
        }
        sent += writes.flatMap(\.self)
        return writes
    }

    /// The frames sent since the last call, after the end of the turn.
    func frames() throws -> [RawFrame] {
        endTurn()
        guard let frames = RawFrame.parse(try writes().flatMap(\.self)) else { throw NotFrames() }
        return frames
    }

    struct NotFrames: Error {}
}

/// Stands where the socket would: counts what it is told to do.
final class OutboundCounter: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private(set) var writes = 0
    private(set) var flushes = 0
    private(set) var closes: [CloseMode] = []
    /// Whether something had been written but not flushed when the channel was closed.
    private(set) var closedUnflushed = false
    private var unflushed = 0

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        writes += 1
        unflushed += 1
        context.write(data, promise: promise)
    }

    func flush(context: ChannelHandlerContext) {
        flushes += 1
        unflushed = 0
        context.flush()
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        closes.append(mode)
        if unflushed > 0 { closedUnflushed = true }
        context.close(mode: mode, promise: promise)
    }
}

/// Holds back the promises of writes, as a socket does whose peer does not read.
final class StalledTransport: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private(set) var waiting: [EventLoopPromise<Void>] = []
    private(set) var closes: [CloseMode] = []

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if let promise { waiting.append(promise) }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        closes.append(mode)
        if mode == .output {
            promise?.succeed()
            return
        }
        for promise in waiting { promise.fail(ChannelError.ioOnClosedChannel) }
        waiting = []
        context.close(mode: mode, promise: promise)
    }

    func release() {
        let released = waiting
        waiting = []
        for promise in released { promise.succeed() }
    }
}

extension WebSocketInbound {
    /// Short, for comparing whole conversations.
    var summary: String {
        switch self {
        case .text(let payload): "text \(String(buffer: payload))"
        case .binary(let payload): "binary \(Array(payload.readableBytesView))"
        case .ping(let payload): "ping \(String(buffer: payload))"
        case .pong(let payload): "pong \(String(buffer: payload))"
        case .closed(let code, let reason): "closed \(code.map { "\($0)" } ?? "-") \(reason)"
        }
    }
}

extension [WebSocketInbound] {
    var closeCodes: [WebSocketCloseCode?] {
        compactMap { event in
            if case .closed(let code, _) = event { .some(code) } else { nil }
        }
    }
}
