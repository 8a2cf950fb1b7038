import CanonWebSocket
import NIOCore
import NIOEmbedded

/// Something that is repeated and counted.
protocol Workload {
    /// Does a batch.
    ///
    /// - Returns: how many frames it had.
    @discardableResult func run() throws -> Int
}

/// Reads of 64 KiB or one frame, whichever is more, go through the handler, and messages are counted and dropped.
final class Decoding: Workload {
    private final class Sink: ChannelInboundHandler {
        typealias InboundIn = WebSocketInbound
        var messages = 0

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .text, .binary: messages += 1
            case .ping, .pong, .closed: fatalError("the benchmark's own frames were refused")
            }
        }
    }

    private let channel: EmbeddedChannel
    private let sink = Sink()
    private let read: ByteBuffer
    private let framesInRead: Int

    convenience init(role: WebSocketRole, isText: Bool, payloadBytes: Int, character: String = "a") throws {
        let character = Array(character.utf8)
        let payload = ByteBuffer(bytes: (0..<payloadBytes).map { character[$0 % character.count] })
        try self.init(role: role, isText: isText, payload: payload)
    }

    init(
        role: WebSocketRole = .server,
        isText: Bool = true,
        payload: ByteBuffer,
        compression: PermessageDeflate? = nil
    ) throws {
        // The other end makes the frames.
        let other: WebSocketRole = role == .server ? .client : .server
        let peer = EmbeddedChannel(handler: WebSocketHandler(role: other, compression: compression))
        try peer.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        framesInRead = max(1, 65536 / (payload.readableBytes + 8))
        for _ in 0..<framesInRead {
            peer.write(isText ? WebSocketOutbound.text(payload) : .binary(payload), promise: nil)
        }
        peer.flush()
        var read = ByteBuffer()
        while var bytes = try peer.readOutbound(as: ByteBuffer.self) { read.writeBuffer(&bytes) }
        self.read = read
        channel = EmbeddedChannel(handlers: [WebSocketHandler(role: role, compression: compression), sink])
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    func run() throws -> Int {
        let before = sink.messages
        channel.pipeline.syncOperations.fireChannelRead(NIOAny(read))
        channel.pipeline.syncOperations.fireChannelReadComplete()
        guard sink.messages - before == framesInRead else {
            throw FrameBench.Invalid(description: "\(sink.messages - before) messages of \(framesInRead) were read")
        }
        return framesInRead
    }
}

/// A message is compressed and encoded, as it is for all connections of a thread together.
final class Compressing: Workload {
    private let payload: ByteBuffer

    init(payload: ByteBuffer) {
        self.payload = payload
    }

    func run() throws -> Int {
        let frame = WebSocketFrameEncoder.serverTextDeflated(payload.readableBytesView)
        guard frame.readableBytes > 0 else { throw FrameBench.Invalid(description: "nothing was encoded") }
        return 1
    }
}

/// Sixteen messages are written and flushed once; what would go to the socket is dropped.
final class Encoding: Workload {
    private final class Drain: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer
        var bytes = 0

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            bytes += unwrapOutboundIn(data).readableBytes
            promise?.succeed()
        }

        func flush(context: ChannelHandlerContext) {}
    }

    private static let framesInTurn = 16

    private let channel: EmbeddedChannel
    private let drain = Drain()
    private let message: WebSocketOutbound

    init(role: WebSocketRole, message: WebSocketOutbound) throws {
        self.message = message
        let handler = WebSocketHandler(role: role, flushesAutomatically: false)
        channel = EmbeddedChannel(handlers: [drain, handler])
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    func run() throws -> Int {
        let before = drain.bytes
        for _ in 0..<Self.framesInTurn {
            channel.pipeline.syncOperations.write(NIOAny(message), promise: nil)
        }
        channel.pipeline.syncOperations.flush()
        guard drain.bytes > before else { throw FrameBench.Invalid(description: "nothing was written") }
        return Self.framesInTurn
    }
}
