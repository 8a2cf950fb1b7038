import CanonWebSocket
import CanonWire
import NIOCore
import NIOPosix

/// A WebSocket client for tests: a real socket to a real gateway.
///
/// Frames arrive in one ordered stream; every wait has a deadline, and fails with what did arrive.
final class TestSocket: Sendable {
    enum Arrival: Sendable, Equatable {
        case frame(JSONObject)
        case closed(code: UInt16?, reason: String)
    }

    let subprotocol: String?
    /// What was agreed about compression; nil: nothing is compressed.
    let compression: PermessageDeflate?
    private let channel: any Channel
    private let arrivals: AsyncStream<Arrival>
    private let inbox: ArrivalQueue<Arrival>

    /// Opens a socket.
    /// - Parameters:
    ///   - receiveBuffer: bytes that the kernel may hold for it, so that a reader that stalls is soon felt.
    ///   - earlierRequests: plain requests that the connection carries first, as one of a proxy does.
    /// - Throws: `WebSocketClientHandshake.Failure` when the server refuses the upgrade.
    static func open(
        port: Int, path: String = "/ws", token: String? = nil, subprotocols: [String] = [],
        headers: [(String, String)] = [], receiveBuffer: Int? = nil, offersCompression: Bool = false,
        earlierRequests: Int = 0
    ) async throws -> TestSocket {
        var fields = headers.map { WebSocketClientHandshake.Header(name: $0.0, value: $0.1) }
        if let token { fields.append(.init(name: "Authorization", value: "Bearer \(token)")) }
        let request = WebSocketClientHandshake.Request(
            host: "127.0.0.1:\(port)", target: path, headers: fields, subprotocols: subprotocols,
            offersCompression: offersCompression)
        let (stream, continuation) = AsyncStream.makeStream(of: Arrival.self)
        let group = MultiThreadedEventLoopGroup.singleton
        let upgraded = group.any().makePromise(of: WebSocketClientHandshake.Response.self)
        var bootstrap = ClientBootstrap(group: group)
        if let receiveBuffer {
            bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: .init(receiveBuffer))
        }
        let channel =
            try await bootstrap
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if earlierRequests > 0 {
                        try channel.pipeline.syncOperations.addHandler(EarlierRequests(earlierRequests))
                    }
                    try channel.pipeline.syncOperations.addHandler(
                        WebSocketClientHandshaker(
                            request: request, messageLimits: WebSocketLimits(maximumMessageBytes: 16 << 20),
                            promise: upgraded))
                    try channel.pipeline.syncOperations.addHandler(ArrivalHandler(continuation))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        let response = try await upgraded.futureResult.get()
        return TestSocket(channel: channel, arrivals: stream, response: response)
    }

    private init(channel: any Channel, arrivals: AsyncStream<Arrival>, response: WebSocketClientHandshake.Response) {
        self.channel = channel
        self.arrivals = arrivals
        subprotocol = response.subprotocol
        compression = response.compression
        inbox = ArrivalQueue(arrivals)
    }

    // MARK: Sending

    func send(_ object: JSONObject) { send(text: object.encodedText) }

    func send(text: String) {
        channel.writeAndFlush(WebSocketOutbound.text(ByteBuffer(string: text)), promise: nil)
    }

    func send(binary bytes: [UInt8]) {
        channel.writeAndFlush(WebSocketOutbound.binary(ByteBuffer(bytes: bytes)), promise: nil)
    }

    func close() { channel.writeAndFlush(WebSocketOutbound.close(.normal, reason: ""), promise: nil) }

    /// Ends the TCP connection without a word.
    func cut() async { try? await channel.close() }

    /// Stops taking bytes from the kernel, as a client does that hangs.
    func stopReading() async throws { try await channel.setOption(.autoRead, value: false).get() }
    func startReading() async throws {
        try await channel.setOption(.autoRead, value: true).get()
        channel.read()
    }

    // MARK: Receiving

    func next(within seconds: Double = 10) async throws -> Arrival {
        try await inbox.next(within: seconds, describing: "anything")
    }

    /// The next frame of this type; others before it are passed over.
    @discardableResult
    func next(_ type: String, within seconds: Double = 10) async throws -> JSONObject {
        var seen: [String] = []
        // Of the whole wait: heartbeats, which come again and again, must not prolong it.
        let deadline = LivedClock.deadline(in: seconds)
        while true {
            let arrival: Arrival
            do {
                let left = (deadline - LivedClock.now) / .seconds(1)
                arrival = try await inbox.next(within: max(0.001, left), describing: type)
            } catch {
                throw TimedOut(waitedFor: type, seen: seen)
            }
            switch arrival {
            case .frame(let frame):
                if frame["type"]?.string == type { return frame }
                seen.append(frame["type"]?.string ?? "?")
            case .closed(let code, let reason):
                throw TimedOut(waitedFor: type, seen: seen + ["close \(code ?? 0) \(reason)"])
            }
        }
    }

    /// All log events up to and with a terminal one. Frames that are no events, heartbeats too, do not extend the time.
    func events(untilTerminal count: Int = 1, within seconds: Double = 20) async throws -> [JSONObject] {
        var events: [JSONObject] = []
        var terminals = 0
        let deadline = LivedClock.deadline(in: seconds)
        while terminals < count {
            guard LivedClock.now < deadline, case .frame(let frame) = try await next() else {
                throw TimedOut(waitedFor: "a terminal event", seen: events.map { $0["type"]?.string ?? "?" })
            }
            guard frame["seq"] != nil, frame["event_id"] != nil else { continue }
            events.append(frame)
            if EventType(rawValue: frame["type"]?.string ?? "").isTerminal { terminals += 1 }
        }
        return events
    }

    /// The close that ends the connection; frames before it are counted.
    func closed(within seconds: Double = 10) async throws -> (code: UInt16?, reason: String, framesBefore: Int) {
        var frames = 0
        while true {
            switch try await inbox.next(within: seconds, describing: "the close") {
            case .frame: frames += 1
            case .closed(let code, let reason): return (code, reason, frames)
            }
        }
    }

    private final class ArrivalHandler: ChannelInboundHandler {
        typealias InboundIn = WebSocketInbound

        private let continuation: AsyncStream<Arrival>.Continuation

        init(_ continuation: AsyncStream<Arrival>.Continuation) { self.continuation = continuation }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .text(let buffer):
                let frame = (try? JSONValue.parse(buffer.readableBytesView))?.object
                continuation.yield(.frame(frame ?? ["type": "not JSON"]))
            case .closed(let code, let reason):
                continuation.yield(.closed(code: code?.rawValue, reason: reason))
                continuation.finish()
            case .binary, .ping, .pong: break
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
