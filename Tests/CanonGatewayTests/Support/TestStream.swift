import CanonWire
import NIOCore
import NIOHTTP1
import NIOPosix

/// A client of server-sent events for tests: one request on a connection of its own, its answer line by line.
final class TestStream: Sendable {
    enum Arrival: Sendable, Equatable {
        /// An event's `id:` and its `data:` as JSON.
        case event(id: String?, JSONObject)
        case comment(String)
        /// The body's end. Not clean: the connection was cut before it.
        case ended(clean: Bool)
    }

    let status: Int
    let headers: [String: String]
    private let channel: any Channel
    private let inbox: ArrivalQueue<Arrival>

    static func open(
        port: Int, path: String, method: HTTPMethod = .GET, token: String? = nil, headers: [(String, String)] = [],
        body: JSONObject? = nil
    ) async throws -> TestStream {
        let (arrivals, continuation) = AsyncStream.makeStream(of: Arrival.self)
        let group = MultiThreadedEventLoopGroup.singleton
        let head = group.any().makePromise(of: HTTPResponseHead.self)
        let channel = try await ClientBootstrap(group: group)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(AnswerHandler(head, continuation))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        var fields = HTTPHeaders([("Host", "127.0.0.1:\(port)")] + headers)
        if let token { fields.add(name: "Authorization", value: "Bearer \(token)") }
        let bytes = body.map { ByteBuffer(string: $0.encodedText) }
        if let bytes {
            fields.add(name: "Content-Type", value: "application/json")
            fields.add(name: "Content-Length", value: "\(bytes.readableBytes)")
        }
        channel.write(
            HTTPClientRequestPart.head(.init(version: .http1_1, method: method, uri: path, headers: fields)),
            promise: nil)
        if let bytes { channel.write(HTTPClientRequestPart.body(.byteBuffer(bytes)), promise: nil) }
        try await channel.writeAndFlush(HTTPClientRequestPart.end(nil))
        return TestStream(try await head.futureResult.get(), channel, arrivals)
    }

    private init(_ head: HTTPResponseHead, _ channel: any Channel, _ arrivals: AsyncStream<Arrival>) {
        status = Int(head.status.code)
        headers = Dictionary(head.headers.map { ($0.name.lowercased(), $0.value) }) { first, _ in first }
        self.channel = channel
        inbox = ArrivalQueue(arrivals)
    }

    func cut() async { try? await channel.close() }

    /// Stops taking bytes from the kernel, as a client does that hangs.
    func stopReading() async throws { try await channel.setOption(.autoRead, value: false).get() }

    func next(within seconds: Double = 10) async throws -> Arrival {
        try await inbox.next(within: seconds, describing: "anything of the stream")
    }

    /// The next event; comments before it are passed over.
    func event(within seconds: Double = 10) async throws -> (id: String?, frame: JSONObject) {
        while true {
            switch try await inbox.next(within: seconds, describing: "an event") {
            case .event(let id, let frame): return (id, frame)
            case .comment: continue
            case .ended: throw TimedOut(waitedFor: "an event", seen: ["the end"])
            }
        }
    }

    /// The next events, up to and with the first of this type.
    func events(until type: String) async throws -> [JSONObject] {
        var frames: [JSONObject] = []
        repeat { frames.append(try await event().frame) } while frames.last?["type"]?.string != type
        return frames
    }

    /// Everything up to the end, and whether the body was finished.
    func rest(within seconds: Double = 10) async throws -> (arrivals: [Arrival], isClean: Bool) {
        var arrivals: [Arrival] = []
        while true {
            let arrival = try await inbox.next(within: seconds, describing: "the end of the stream")
            if case .ended(let clean) = arrival { return (arrivals, clean) }
            arrivals.append(arrival)
        }
    }

    private final class AnswerHandler: ChannelInboundHandler {
        typealias InboundIn = HTTPClientResponsePart

        private let head: EventLoopPromise<HTTPResponseHead>
        private let continuation: AsyncStream<Arrival>.Continuation
        private var line: [UInt8] = []
        private var id: String?
        private var data: JSONObject?
        private var hasHead = false

        init(_ head: EventLoopPromise<HTTPResponseHead>, _ continuation: AsyncStream<Arrival>.Continuation) {
            self.head = head
            self.continuation = continuation
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let response):
                hasHead = true
                head.succeed(response)
            case .body(let buffer):
                for byte in buffer.readableBytesView {
                    if byte == UInt8(ascii: "\n") { endLine() } else { line.append(byte) }
                }
            case .end: finish(clean: true)
            }
        }

        private func endLine() {
            let text = String(decoding: line, as: UTF8.self)
            line = []
            if text.isEmpty {
                if let data { continuation.yield(.event(id: id, data)) }
                (id, data) = (nil, nil)
            } else if text.hasPrefix(": ") {
                continuation.yield(.comment(String(text.dropFirst(2))))
            } else if text.hasPrefix("id: ") {
                id = String(text.dropFirst(4))
            } else if text.hasPrefix("data: ") {
                data = (try? JSONValue.parse(text.dropFirst(6).utf8))?.object ?? ["type": "not JSON"]
            }
        }

        private func finish(clean: Bool) {
            continuation.yield(.ended(clean: clean))
            continuation.finish()
        }

        func channelInactive(context: ChannelHandlerContext) {
            if !hasHead { head.fail(ChannelError.eof) }
            finish(clean: false)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}

extension RunningGateway {
    /// The events of a thread.
    func stream(
        _ thread: String, _ user: User? = nil, query: String = "", lastEventID: String? = nil
    ) async throws -> TestStream {
        try await TestStream.open(
            port: port, path: "/api/threads/\(thread)/events\(query)", token: user?.token,
            headers: lastEventID.map { [("Last-Event-ID", $0)] } ?? [])
    }
}
