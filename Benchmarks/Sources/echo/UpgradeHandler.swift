import CanonWebSocket
import NIOCore

/// Reads one HTTP/1.1 request, upgrades it if it asks for a WebSocket, and refuses it otherwise.
final class UpgradeHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let maximumHeadBytes = 16 * 1024

    private let limits: WebSocketLimits
    private let deflates: Bool
    private let room: Room?
    private var received = ByteBuffer()
    private var isDone = false

    /// - Parameter room: who gets the messages; nil: whoever sent them.
    init(limits: WebSocketLimits, deflates: Bool, room: Room?) {
        self.limits = limits
        self.deflates = deflates
        self.room = room
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        guard !isDone else { return }
        received.writeBuffer(&bytes)
        guard let head = takeHead() else {
            if received.readableBytes > Self.maximumHeadBytes { refuse(status: 431, headers: [], context: context) }
            return
        }
        isDone = true
        do throws(WebSocketHandshake.Refusal) {
            let request = try WebSocketHandshake.validate(method: head.method) { name in
                head.fields.filter { $0.name == name.lowercased() }.map(\.value)
            }
            try upgrade(request, context: context)
        } catch {
            refuse(status: error.status, headers: error.headers, context: context)
        }
    }

    private func upgrade(
        _ request: WebSocketHandshake.Request,
        context: ChannelHandlerContext
    ) throws(WebSocketHandshake.Refusal) {
        let compression = deflates ? PermessageDeflate.negotiate(offers: request.extensionOffers) : nil
        let headers = request.responseHeaders(subprotocol: request.subprotocols.first, compression: compression)
        write(status: "101 Switching Protocols", headers: headers, context: context)
        do {
            let last: any ChannelHandler = if let room { FanHandler(room: room) } else { EchoHandler() }
            try context.pipeline.syncOperations.addHandlers(
                [WebSocketHandler(role: .server, limits: limits, compression: compression), last],
                position: .after(self)
            )
        } catch {
            // Only a channel that has ended takes no handlers.
            context.close(promise: nil)
            return
        }
        if received.readableBytes > 0 {
            context.fireChannelRead(wrapInboundOut(received))
            context.fireChannelReadComplete()
        }
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    private func refuse(status: Int, headers: [(name: String, value: String)], context: ChannelHandlerContext) {
        isDone = true
        let fields = headers + [(name: "Content-Length", value: "0"), (name: "Connection", value: "close")]
        write(status: "\(status) Refused", headers: fields, context: context)
        context.close(promise: nil)
    }

    private func write(status: String, headers: [(name: String, value: String)], context: ChannelHandlerContext) {
        let lines = ["HTTP/1.1 \(status)"] + headers.map { "\($0.name): \($0.value)" }
        let head = lines.joined(separator: "\r\n") + "\r\n\r\n"
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: head)), promise: nil)
    }

    /// The method and the fields, names in lower case, once the empty line has come.
    private func takeHead() -> (method: String, fields: [(name: String, value: String)])? {
        let view = received.readableBytesView
        let end = Array("\r\n\r\n".utf8)
        guard let start = view.indices.first(where: { view[$0...].starts(with: end) }) else { return nil }
        let text = received.readString(length: start - view.startIndex + end.count) ?? ""
        let lines = text.split(separator: "\r\n")
        let method = lines.first.flatMap { $0.split(separator: " ").first } ?? ""
        let fields = lines.dropFirst().compactMap { line -> (name: String, value: String)? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            return (name: line[..<colon].lowercased(), value: String(value))
        }
        return (String(method), fields)
    }
}
