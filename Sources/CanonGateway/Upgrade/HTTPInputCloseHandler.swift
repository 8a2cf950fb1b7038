import NIOCore

/// Says when a client has sent its last byte. Then nobody is there any more to read an endless answer, although the
/// channel stays open in the other direction.
final class HTTPInputCloseHandler: ChannelInboundHandler {
    typealias InboundIn = Any

    private var isClosed = false
    private var onClose: (@Sendable () -> Void)?

    /// Calls `body` once the client of an HTTP channel is gone; at once when it is already. One waits at a time: the
    /// answers of a connection come one after the other.
    static func onClose(of channel: any Channel, _ body: @escaping @Sendable () -> Void) {
        channel.eventLoop.execute {
            guard let handler = try? channel.pipeline.syncOperations.handler(type: Self.self) else { return }
            if handler.isClosed { body() } else { handler.onClose = body }
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed {
            isClosed = true
            onClose?()
            onClose = nil
        }
        context.fireUserInboundEventTriggered(event)
    }
}
