import NIOCore
import NIOHTTP1
import NIOPosix

/// A kept-alive HTTP/1.1 connection to the server under load, with one request at a time.
final class HTTPConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    struct Answer {
        /// 0: there was none, and `body` says why.
        var status: Int
        var body: ByteBuffer

        static func none(_ why: String) -> Answer { Answer(status: 0, body: ByteBuffer(string: why)) }
        var text: String { String(buffer: body) }
    }

    private static let maximumBodyBytes = 1 << 20

    private var context: ChannelHandlerContext?
    private var waiting: ((Answer) -> Void)?
    private var answer = Answer(status: 0, body: ByteBuffer())

    /// Connects and tells `done` the connection, or nil when there is none.
    static func open(_ loop: any EventLoop, port: Int, done: @escaping (HTTPConnection?) -> Void) {
        let connection = HTTPConnection()
        let bound = NIOLoopBound(connection, eventLoop: loop)
        ClientBootstrap(group: loop)
            .connectTimeout(.seconds(20))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(bound.value)
                }
            }
            .connect(host: Target.host, port: port)
            .assumeIsolated()
            .whenComplete { result in
                if case .success = result { done(connection) } else { done(nil) }
            }
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func post(_ path: String, token: String, body: ByteBuffer, done: @escaping (Answer) -> Void) {
        guard let context, waiting == nil else { return done(.none("the HTTP connection is closed")) }
        waiting = done
        let headers: HTTPHeaders = [
            "Host": Target.host, "Authorization": "Bearer \(token)", "Content-Type": "application/json",
            "Content-Length": "\(body.readableBytes)",
        ]
        let head = HTTPRequestHead(version: .http1_1, method: .POST, uri: path, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func close() { context?.close(promise: nil) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            answer = Answer(status: Int(head.status.code), body: ByteBuffer())
        case .body(var bytes):
            if answer.body.readableBytes < Self.maximumBodyBytes { answer.body.writeBuffer(&bytes) }
        case .end:
            finish(answer)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(.none("the server closed the HTTP connection"))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        finish(.none("\(error)"))
        context.close(promise: nil)
    }

    private func finish(_ answer: Answer) {
        let done = waiting
        waiting = nil
        done?(answer)
    }
}
