import CanonWebSocket
import NIOCore

/// One WebSocket of the load: the last handler of its pipeline. Each kind of load has a subclass.
class LoadConnection: ChannelInboundHandler {
    typealias InboundIn = WebSocketInbound
    typealias OutboundOut = WebSocketOutbound

    /// Told once: nil when the server has answered the opening handshake, and has said its welcome where it has one.
    var onReady: ((String?) -> Void)?
    /// Told when the connection ends after it was ready and before `leave`.
    var onEnd: ((String) -> Void)?
    /// Whether the server speaks first.
    var awaitsWelcome = false

    private(set) var context: ChannelHandlerContext?
    private(set) var isOpen = false
    private var isLeaving = false

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    /// A text message after the connection was ready.
    func receive(_ text: ByteBuffer) {}

    final func handshakeEnded(_ failure: String?) {
        if failure != nil || !awaitsWelcome { ready(failure) }
    }

    private func ready(_ failure: String?) {
        guard let onReady else { return }
        self.onReady = nil
        isOpen = failure == nil
        onReady(failure)
    }

    final func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .text(let text):
            if isOpen {
                receive(text)
            } else if text.startsWith("{\"type\":\"connection_established\"") {
                ready(nil)
            }
        case .closed(let code, let reason):
            ended(code.map { "closed with \($0.rawValue) \(reason)" } ?? "cut off: \(reason)")
        case .binary, .ping, .pong:
            break
        }
    }

    final func channelInactive(context: ChannelHandlerContext) {
        ended("cut off")
        context.fireChannelInactive()
    }

    final func errorCaught(context: ChannelHandlerContext, error: any Error) {
        ended("\(error)")
        context.close(promise: nil)
    }

    private func ended(_ why: String) {
        ready(why)
        guard isOpen else { return }
        isOpen = false
        if !isLeaving { onEnd?(why) }
    }

    final func send(_ text: ByteBuffer) {
        guard isOpen, let context else { return }
        context.write(wrapOutboundOut(.text(text)), promise: nil)
    }

    /// Ends the connection without a word. The server's memory for it is free at once.
    final func leave() {
        isLeaving = true
        context?.close(promise: nil)
    }
}

extension ByteBuffer {
    func startsWith(_ text: StaticString) -> Bool {
        guard readableBytes >= text.utf8CodeUnitCount else { return false }
        let start = UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        return withUnsafeReadableBytes { $0.prefix(start.count).elementsEqual(start) }
    }
}
