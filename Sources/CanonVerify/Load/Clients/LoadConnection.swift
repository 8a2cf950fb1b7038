import CanonWebSocket
import CanonWire
import NIOCore

/// One connection of a device: the last handler of its pipeline.
final class LoadConnection: ChannelInboundHandler {
    typealias InboundIn = WebSocketInbound
    typealias OutboundOut = WebSocketOutbound

    private let device: LoadDevice
    private var context: ChannelHandlerContext?
    private var hasEnded = false
    private var readsSlowly = false
    /// Whether this side ended it.
    private(set) var isCut = false

    init(device: LoadDevice) { self.device = device }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        end("it was removed")
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .text(let text): device.receive(text, on: self)
        case .closed(let code, let reason): end(code.map { "close \($0.rawValue) \(reason)" } ?? "cut off")
        case .binary, .ping, .pong: break
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end("cut off")
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end("\(error)")
        context.close(promise: nil)
    }

    /// There is no connection, and why.
    func fail(_ why: String) { end(why) }

    private func end(_ why: String) {
        guard !hasEnded else { return }
        hasEnded = true
        device.ended(self, why)
    }

    func send(_ object: JSONObject) {
        guard let context else { return }
        context.writeAndFlush(wrapOutboundOut(.text(ByteBuffer(string: object.encodedText))), promise: nil)
    }

    func cut() {
        isCut = true
        context?.close(promise: nil)
    }

    // MARK: Slow reading

    /// From now on it reads once, and then not for a while.
    func readSlowly(every pause: TimeAmount) {
        readsSlowly = true
        context?.channel.setOption(.autoRead, value: false).whenFailure { _ in }
        readOnce(every: pause)
    }

    private func readOnce(every pause: TimeAmount) {
        guard readsSlowly, !hasEnded, let context else { return }
        context.read()
        context.eventLoop.assumeIsolated().scheduleTask(in: pause) { [weak self] in self?.readOnce(every: pause) }
    }

    /// Reads all there is again.
    func readOn() {
        guard readsSlowly else { return }
        readsSlowly = false
        context?.channel.setOption(.autoRead, value: true).whenFailure { _ in }
        context?.read()
    }
}
