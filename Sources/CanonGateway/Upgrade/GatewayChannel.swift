import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// An accepted TCP connection: it becomes a WebSocket by a request that asks for it, and speaks HTTP with Hummingbird
/// until then.
///
/// A WebSocket is served by channel handlers alone: no task lives for it. (Only after other requests on its connection the
/// task that served them waits for its end.)
struct GatewayChannel: ServerChildChannel, HTTPChannelHandler {
    struct Value: ServerChildChannelValue {
        let channel: any Channel
        let negotiated: EventLoopFuture<Negotiated>
    }

    enum Negotiated: Sendable {
        case webSocket
        case http(NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>)
    }

    let responder: Responder
    let upgrade: UpgradeContext
    /// Seconds for the first request to arrive whole.
    let handshakeTimeout: TimeAmount

    /// A client that keeps an idle HTTP connection is let go after this.
    private static let idleTimeout = Duration.seconds(75)

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let negotiated = channel.eventLoop.makePromise(of: Negotiated.self)
            let pipeline = channel.pipeline.syncOperations
            // NIO's own configuration has a decoder that drops what came behind a handshake.
            let decoder = HTTPRequestDecoder(
                leftOverBytesStrategy: .forwardBytes, limitConfiguration: Self.decoderLimits)
            try pipeline.addHandler(HTTPResponseEncoder())
            try pipeline.addHandler(ByteToMessageHandler(decoder))
            try pipeline.addHandler(NIOHTTPResponseHeadersValidator())
            try pipeline.addHandler(HTTPServerProtocolErrorHandler())
            try pipeline.addHandler(
                UpgradeHandler(context: upgrade, negotiated: negotiated) {
                    .http(try Self.makeHTTP($0, logger: logger))
                })
            let deadline = channel.eventLoop.scheduleTask(in: handshakeTimeout) { channel.close(promise: nil) }
            negotiated.futureResult.whenComplete { _ in deadline.cancel() }
            return Value(channel: channel, negotiated: negotiated.futureResult)
        }
    }

    private static var decoderLimits: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 32 * 1024
        limits.maxHeaderListSize = 64 * 1024
        limits.maxHeaderFieldCount = 200
        return limits
    }

    private static func makeHTTP(
        _ channel: any Channel, logger: Logger
    ) throws -> NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart> {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
        try pipeline.addHandler(HTTPConnectionStateHandler(idleTimeout: idleTimeout, logger: logger))
        try pipeline.addHandler(HTTPInputCloseHandler())
        return try NIOAsyncChannel(
            wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
    }

    func handle(value: Value, logger: Logger) async {
        // A connection that was cut before it said anything has nothing to handle.
        guard case .http(let channel)? = try? await value.negotiated.get() else { return }
        await handleHTTP(asyncChannel: channel, logger: logger)
    }
}
