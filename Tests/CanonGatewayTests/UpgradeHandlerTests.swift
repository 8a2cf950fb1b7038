import CanonWire
import Foundation
import NIOCore
import NIOPosix
import Testing

@testable import CanonGateway

@Suite("Upgrading a connection")
struct UpgradeHandlerTests {
    @Test(
        "a socket after other requests serves the Golden Path, and is closed when the server stops", arguments: [1, 3])
    func golden(earlier: Int) async throws {
        try await RunningGateway.with { gateway in
            let user = try await gateway.user()
            let socket = try await TestSocket.open(
                port: gateway.port, token: user.token, earlierRequests: earlier)
            #expect(try await socket.next("connection_established")["data"]?["user_id"]?.string == user.id.value)
            socket.send(["type": "user_message", "client_msg_id": "m", "data": ["content": "hello"]])
            let events = try await socket.events()
            #expect(events.map { $0["seq"]?.int } == (1...Int64(events.count)).map { $0 })
            #expect(events.last?["type"]?.string == "agent_completed")
            let live = try await gateway.http.get("/api/connections", token: user.token)
            #expect(live.text.contains("ws_conn_"))
            async let stopped: Void = gateway.stop()
            try await socket.next("going_away")
            #expect(try await socket.closed().code == 1001)
            await stopped
        }
    }

    @Test("one that is closed is gone from the manager, and compression is agreed on as on any other")
    func closing() async throws {
        try await RunningGateway.with(configure: { $0.compression = true }) { gateway in
            let user = try await gateway.user()
            for (isPolite, closed) in [(true, 1), (false, 2)] {
                let socket = try await TestSocket.open(
                    port: gateway.port, token: user.token, offersCompression: true, earlierRequests: 1)
                #expect(socket.compression != nil)
                try await socket.next("connection_established")
                if isPolite { socket.close() } else { await socket.cut() }
                try await until("the connection is gone") {
                    try await gateway.http.get("/metrics").text.contains("\ncanon_connections_closed_total \(closed)\n")
                }
            }
        }
    }

    @Test("refused credentials are closed with 1008 there too")
    func refusedCredentials() async throws {
        try await RunningGateway.with { gateway in
            let socket = try await TestSocket.open(port: gateway.port, token: "none", earlierRequests: 1)
            let close = try await socket.closed()
            #expect(close.code == 1008 && close.framesBefore == 0)
        }
    }

    private static let request = "GET /health/ready HTTP/1.1\r\nHost: h\r\n\r\n"
    private static let handshake =
        "GET /ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"

    /// A refused request for another protocol must not leave a connection open on which nothing is read any more.
    @Test(
        "a request for another protocol that is not granted is the connection's last, and is answered",
        arguments: [
            // Not a path of sockets; a protocol that is ignored; a version that is not spoken; a body.
            "GET /health/ready HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
            "GET /health/ready HTTP/1.1\r\nHost: h\r\nUpgrade: h2c\r\nConnection: keep-alive, Upgrade\r\n\r\n",
            "GET /ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 12\r\n\r\n",
            handshake + "Content-Length: 2\r\n\r\nab",
        ],
        [0, 1])
    func refused(upgrade: String, earlier: Int) async throws {
        try await RunningGateway.with { gateway in
            let answers = try await Self.exchange(
                port: gateway.port, String(repeating: Self.request, count: earlier) + upgrade)
            let heads = answers.components(separatedBy: "HTTP/1.1 ").dropFirst()
            #expect(heads.count == earlier + 1)
            #expect(heads.last?.lowercased().contains("\r\nconnection: close\r\n") == true)
            #expect(heads.last?.hasPrefix("101") == false)
        }
    }

    @Test("a handshake that comes before the answer to an earlier request is refused in words")
    func pipelined() async throws {
        try await RunningGateway.with { gateway in
            let token = try await gateway.user().token
            let answers = try await Self.exchange(
                port: gateway.port, Self.request + Self.handshake + "Authorization: Bearer \(token)\r\n\r\n")
            #expect(answers.contains("upgrade_not_alone"))
        }
    }

    @Test("bytes that come with the handshake are the first of the socket")
    func early() async throws {
        try await RunningGateway.with { gateway in
            let token = try await gateway.user().token
            // A masked close frame with code 1000, in one write with the handshake.
            let answers = try await Self.exchange(
                port: gateway.port, Self.request, then: Self.handshake + "Authorization: Bearer \(token)\r\n\r\n",
                bytes: [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xE8])
            #expect(answers.contains("HTTP/1.1 101 Switching Protocols"))
            // The answer to it, behind whatever was sent before.
            #expect(Array(answers.utf8).suffix(2) == Array("\u{3}\u{FFFD}".utf8).suffix(2))
        }
    }

    /// Sends texts on one connection, the second when the first was answered, and reads until the server ends it.
    private static func exchange(
        port: Int, _ first: String, then second: String = "", bytes: [UInt8] = []
    ) async throws -> String {
        let all = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: String.self)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        Collector(then: ByteBuffer(string: second) + bytes, promise: all))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        try await channel.writeAndFlush(ByteBuffer(string: first))
        channel.eventLoop.scheduleTask(in: .seconds(10)) { channel.close(promise: nil) }
        return try await all.futureResult.get()
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private var then: ByteBuffer
        private let promise: EventLoopPromise<String>
        private var read = ByteBuffer()

        init(then: ByteBuffer, promise: EventLoopPromise<String>) {
            self.then = then
            self.promise = promise
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var bytes = unwrapInboundIn(data)
            read.writeBuffer(&bytes)
            guard then.readableBytes > 0 else { return }
            context.writeAndFlush(wrapOutboundOut(then), promise: nil)
            then.clear()
        }

        func channelInactive(context: ChannelHandlerContext) { promise.succeed(String(buffer: read)) }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}

private func + (buffer: ByteBuffer, bytes: [UInt8]) -> ByteBuffer {
    var buffer = buffer
    buffer.writeBytes(bytes)
    return buffer
}
