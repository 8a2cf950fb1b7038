import Foundation
import NIOCore

/// Sends plain requests on a connection, one after the other, before the handlers behind it hear that it is open.
final class EarlierRequests: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var left: Int
    private var answer = ByteBuffer()

    init(_ count: Int) { left = count }

    func channelActive(context: ChannelHandlerContext) { next(context) }

    private func next(_ context: ChannelHandlerContext) {
        guard left > 0 else { return context.fireChannelActive() }
        let request = ByteBuffer(string: "GET /health/ready HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        context.writeAndFlush(wrapOutboundOut(request), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard left > 0 else { return context.fireChannelRead(data) }
        var bytes = unwrapInboundIn(data)
        answer.writeBuffer(&bytes)
        let text = String(buffer: answer)
        guard let head = text.range(of: "\r\n\r\n"),
            let field = text[..<head.lowerBound].split(separator: "\r\n").first(where: {
                $0.lowercased().hasPrefix("content-length:")
            }), let length = Int(field.drop { $0 != ":" }.dropFirst().filter { $0.isNumber }),
            text[head.upperBound...].utf8.count >= length
        else { return }
        answer.clear()
        left -= 1
        next(context)
    }
}
