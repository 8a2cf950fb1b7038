import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// An accepted TCP connection: it becomes a WebSocket by its first request, or speaks HTTP with Hummingbird.
///
/// A WebSocket is served by channel handlers alone: no task lives for it.
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
            let upgrader = WebSocketUpgrader(context: upgrade)
            let configuration = NIOTypedHTTPServerUpgradeConfiguration<Negotiated>(
                upgraders: [upgrader],
                notUpgradingCompletionHandler: { channel in
                    channel.eventLoop.makeCompletedFuture { .http(try Self.makeHTTP(channel, logger: logger)) }
                })
            var pipeline = NIOUpgradableHTTPServerPipelineConfiguration(upgradeConfiguration: configuration)
            pipeline.enablePipelining = false
            pipeline.enableErrorHandling = true
            pipeline.decoderConfiguration.maxHeaderFieldSize = 32 * 1024
            pipeline.decoderConfiguration.maxHeaderListSize = 64 * 1024
            pipeline.decoderConfiguration.maxHeaderFieldCount = 200
            let negotiated = try channel.pipeline.syncOperations.configureUpgradableHTTPServerPipeline(
                configuration: pipeline)
            let deadline = channel.eventLoop.scheduleTask(in: handshakeTimeout) { channel.close(promise: nil) }
            negotiated.whenComplete { _ in deadline.cancel() }
            return Value(channel: channel, negotiated: negotiated)
        }
    }

    private static func makeHTTP(
        _ channel: any Channel, logger: Logger
    ) throws -> NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart> {
        try channel.pipeline.syncOperations.addHandler(HTTP1ToHTTPServerCodec(secure: false))
        try channel.pipeline.syncOperations.addHandler(
            HTTPConnectionStateHandler(idleTimeout: idleTimeout, logger: logger))
        try channel.pipeline.syncOperations.addHandler(HTTPInputCloseHandler())
        return try NIOAsyncChannel(
            wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
    }

    func handle(value: Value, logger: Logger) async {
        // A connection that was cut before it said anything has nothing to handle.
        guard case .http(let channel)? = try? await value.negotiated.get() else { return }
        await handleHTTP(asyncChannel: channel, logger: logger)
    }
}
