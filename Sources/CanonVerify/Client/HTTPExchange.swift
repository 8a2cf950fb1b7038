import CanonWire
import NIOCore
import NIOHTTP1

/// One request and its answer, on a connection of its own. Redirects are not followed: they could lead a credential
/// away.
struct HTTPExchange: Sendable {
    struct Answer: Sendable {
        let status: Int
        let headers: HTTPHeaders
        /// At most `maximumBodyBytes` of it.
        let body: ByteBuffer

        var json: JSONObject? { (try? JSONValue.parse(body.readableBytesView))?.object }
        var text: String { String(buffer: body) }
        var location: String? { (300..<400).contains(status) ? headers.first(name: "Location") : nil }
    }

    static let maximumBodyBytes = 4 << 20

    var method = HTTPMethod.GET
    var path: String
    var token: String?
    var body: JSONObject?

    /// - Parameter deadline: by when the whole answer must be here.
    func send(over transport: Transport, on loop: any EventLoop, before deadline: NIODeadline)
        async throws(ClientFailure)
        -> Answer
    {
        let what = "an answer to \(method.rawValue) \(transport.address.path(path))"
        let promise = loop.makePromise(of: Answer.self)
        let request = encoded(for: transport.address)
        let timeout = max(.milliseconds(1), deadline - .now())
        do {
            let channel = try await transport.connect(on: loop, timeout: timeout) { channel in
                let pipeline = channel.pipeline.syncOperations
                try pipeline.addHTTPClientHandlers()
                try pipeline.addHandler(AnswerReader(promise: promise, deadline: deadline, awaiting: what))
            }.get()
            channel.write(HTTPClientRequestPart.head(request.head), promise: nil)
            if let body = request.body { channel.write(HTTPClientRequestPart.body(.byteBuffer(body)), promise: nil) }
            channel.writeAndFlush(HTTPClientRequestPart.end(nil), promise: nil)
            return try await promise.futureResult.get()
        } catch {
            // A second failure of a promise is ignored: there was no connection, so nobody else keeps it.
            promise.fail(error)
            throw ClientFailure(error, at: transport.address, awaiting: what)
        }
    }

    private func encoded(for address: ServerAddress) -> (head: HTTPRequestHead, body: ByteBuffer?) {
        var headers: HTTPHeaders = [
            "Host": address.authority, "User-Agent": "canon", "Accept": "application/json", "Connection": "close",
        ]
        if let token { headers.add(name: "Authorization", value: "Bearer \(token)") }
        let bytes = body.map { ByteBuffer(string: $0.encodedText) }
        if bytes != nil { headers.add(name: "Content-Type", value: "application/json") }
        if bytes != nil || method == .POST {
            headers.add(name: "Content-Length", value: "\(bytes?.readableBytes ?? 0)")
        }
        let head = HTTPRequestHead(version: .http1_1, method: method, uri: address.path(path), headers: headers)
        return (head, bytes)
    }
}

/// Collects the parts of an answer, and sees to the time.
private final class AnswerReader: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart

    private let promise: EventLoopPromise<HTTPExchange.Answer>
    private let deadline: NIODeadline
    private let what: String
    private var head: HTTPResponseHead?
    private var body = ByteBuffer()
    private var timer: Scheduled<Void>?
    private var isDone = false

    init(promise: EventLoopPromise<HTTPExchange.Answer>, deadline: NIODeadline, awaiting what: String) {
        self.promise = promise
        self.deadline = deadline
        self.what = what
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleTask(deadline: deadline) {
            let (reader, context) = bound.value
            reader.finish(.failure(.timedOut(reader.what)), context: context)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
        case .body(var bytes):
            body.writeBuffer(&bytes)
            if body.readableBytes > HTTPExchange.maximumBodyBytes {
                finish(.failure(.notHTTP("the body is longer than expected")), context: context)
            }
        case .end:
            guard let head else { return }
            let answer = HTTPExchange.Answer(status: Int(head.status.code), headers: head.headers, body: body)
            finish(.success(answer), context: context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(.failure(.closed(what)), context: context)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !isDone else { return }
        isDone = true
        timer?.cancel()
        promise.fail(error)
        context.close(promise: nil)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        finish(.failure(.closed(what)), context: context)
    }

    private func finish(_ result: Result<HTTPExchange.Answer, ClientFailure>, context: ChannelHandlerContext) {
        guard !isDone else { return }
        isDone = true
        timer?.cancel()
        promise.completeWith(result.mapError { $0 as any Error })
        context.close(promise: nil)
    }
}
