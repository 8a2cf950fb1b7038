import CanonStore
import CanonWebSocket
import CanonWire
import Foundation
import NIOCore
import NIOPosix
import Testing

@testable import CanonGateway

@Suite("Opening a socket")
struct HandshakeTests {
    private func base64url(_ text: String) -> String {
        Data(text.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing(
            "=", with: "")
    }

    @Test("every form in which clients present a token logs in")
    func tokenForms() async throws {
        try await RunningGateway.with { gateway in
            let user = try await gateway.user()
            let encoded = base64url(user.token)
            let forms: [(subprotocols: [String], chosen: String?)] = [
                (["jwt-auth", "jwt.\(encoded)"], "jwt-auth"),
                (["jwt-auth", "jwt.\(encoded)", "compression-gzip"], "jwt-auth"),
                (["jwt.\(encoded)"], "jwt.\(encoded)"), (["jwt-auth.\(user.token)"], "jwt-auth.\(user.token)"),
                (["bearer.\(encoded)", "agent_chat"], "agent_chat"),
                (["staging-auth.\(encoded)"], "staging-auth.\(encoded)"),
            ]
            for form in forms {
                let socket = try await TestSocket.open(port: gateway.port, subprotocols: form.subprotocols)
                #expect(socket.subprotocol == form.chosen)
                let welcome = try await socket.next("connection_established")
                #expect(welcome["data"]?["user_id"]?.string == user.id.value)
                await socket.cut()
            }
            let bearer = try await TestSocket.open(port: gateway.port, token: user.token)
            try await bearer.next("connection_established")
            await bearer.cut()
            let ticket = try await gateway.http.post("/api/websocket/ticket", [:], token: user.token)
            let id = try #require(ticket.json["ticket_id"]?.string)
            let byTicket = try await TestSocket.open(port: gateway.port, path: "/ws?ticket=\(id)")
            #expect(try await byTicket.next("connection_established")["data"]?["user_id"]?.string == user.id.value)
            let again = try await TestSocket.open(port: gateway.port, path: "/ws?ticket=\(id)")
            let refused = try await again.closed()
            #expect(refused.code == 1008 && refused.framesBefore == 0 && refused.reason.contains("ticket"))
        }
    }

    @Test("a credential that does not hold is closed with 1008 and no frame before it")
    func refusedTokens() async throws {
        try await RunningGateway.with(configure: { $0.demo = true }) { gateway in
            let user = try await gateway.user()
            let parts = user.token.split(separator: ".").map(String.init)
            let none = base64url(#"{"alg":"none","typ":"JWT"}"#)
            let account = try #require(try await gateway.identity.account(user.id))
            let foreign = TokenIssuer(
                keys: try await .hs256(secret: "another secret of more than 32 bytes"),
                configuration: GatewayConfiguration())
            let now = Timestamp.now()
            let past = now.adding(seconds: -3600)
            let bad: [(token: String, reason: String)] = [
                ("\(none).\(parts[1]).", "authentication_failed"),
                ("\(none).\(parts[1]).\(parts[2])", "authentication_failed"),
                ("\(parts[0]).\(parts[1]).AAAA", "authentication_failed"),
                (
                    try foreign.accessToken(for: account, grant: foreign.grant(for: account, now: now), now: now),
                    "authentication_failed"
                ),
                ("not-a-token", "authentication_failed"), ("mock_token", "authentication_failed"),
                (String(repeating: "x", count: 20_000), "authentication_failed"),
                (try await expiredToken(of: account, at: past), "token_expired"),
            ]
            for (token, reason) in bad {
                let socket = try await TestSocket.open(port: gateway.port, token: token)
                let close = try await socket.closed()
                #expect(close.code == 1008, "\(token.prefix(30))")
                #expect(close.reason == reason, "\(token.prefix(30))")
                #expect(close.framesBefore == 0)
            }
            // A query token is off by default, and in demo mode it is a refused credential, not a visitor.
            let query = try await TestSocket.open(port: gateway.port, path: "/ws?token=\(user.token)")
            #expect(try await query.closed().code == 1008)
        }
    }

    private func expiredToken(of account: Account, at time: Timestamp) async throws -> String {
        let issuer = TokenIssuer(
            keys: try await .hs256(secret: RunningGateway.secret), configuration: GatewayConfiguration())
        return try issuer.accessToken(for: account, grant: issuer.grant(for: account, now: time), now: time)
    }

    @Test("without a credential nobody is let in, and in demo mode each is a visitor of its own")
    func visitors() async throws {
        try await RunningGateway.with { gateway in
            let socket = try await TestSocket.open(port: gateway.port)
            let close = try await socket.closed()
            #expect(close.code == 1008 && close.reason == "authentication_failed" && close.framesBefore == 0)
        }
        try await RunningGateway.with(configure: { $0.demo = true }) { gateway in
            let one = try await TestSocket.open(port: gateway.port).next("connection_established")
            let two = try await TestSocket.open(port: gateway.port).next("connection_established")
            #expect(one["data"]?["user_id"] != two["data"]?["user_id"])
        }
    }

    @Test("an upgrade that cannot be is answered in HTTP with the reason")
    func httpRefusals() async throws {
        try await RunningGateway.with { gateway in
            let user = try await gateway.user()
            await #expect(throws: WebSocketClientHandshake.Failure.self) {
                _ = try await TestSocket.open(port: gateway.port, token: user.token, subprotocols: ["chat.v9"])
            }
            let plain = try await gateway.http.get("/ws")
            #expect(plain.status == 426)
            #expect(plain.json["message"]?.string?.contains("WebSocket") == true)
            #expect(try await gateway.http.get("/api/demo/ws").status == 404)
            #expect(try await gateway.http.get("/api/v1/websocket").json["data"]?["endpoints"]?["websocket"] == "/ws")
        }
    }

    @Test("a page of another origin is refused, the server's own and none are let in")
    func origins() async throws {
        try await RunningGateway.with(configure: { $0.allowedOrigins = ["https://app.example.com"] }) { gateway in
            let user = try await gateway.user()
            for (origin, allowed) in [
                ("http://127.0.0.1:\(gateway.port)", true), ("https://app.example.com", true),
                ("https://evil.example.com", false),
                ("null", false), ("http://127.0.0.1:1", false),
            ] {
                let socket = try await TestSocket.open(
                    port: gateway.port, token: user.token, headers: [("Origin", origin)])
                if allowed {
                    try await socket.next("connection_established")
                } else {
                    let close = try await socket.closed()
                    #expect(close.code == 1008 && close.reason == "origin_not_allowed" && close.framesBefore == 0)
                }
                await socket.cut()
            }
        }
    }

    @Test("frames in the same packet as the upgrade request wait for the welcome and are answered in order")
    func earlyFrames() async throws {
        try await RunningGateway.with { gateway in
            let user = try await gateway.user()
            var bytes = ByteBuffer()
            bytes.writeString(
                "GET /ws HTTP/1.1\r\nHost: 127.0.0.1:\(gateway.port)\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nAuthorization: Bearer \(user.token)\r\n\r\n"
            )
            for number in 1...40 { bytes.writeBytes(Self.maskedText(#"{"type":"ping","payload":{"n":\#(number)}}"#)) }
            let (stream, continuation) = AsyncStream.makeStream(of: ByteBuffer.self)
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(Collector(continuation))
                    }
                }
                .connect(host: "127.0.0.1", port: gateway.port).get()
            try await channel.writeAndFlush(bytes)
            var text = ""
            for await buffer in stream {
                text += String(decoding: buffer.readableBytesView, as: UTF8.self)
                if text.contains("\"n\":40}") { break }
            }
            try await channel.close()
            let welcome = try #require(text.range(of: "connection_established"))
            var last = welcome.upperBound
            for number in 1...40 {
                let pong = try #require(text.range(of: "\"data\":{\"n\":\(number)}", range: last..<text.endIndex))
                last = pong.upperBound
            }
        }
    }

    /// A client's text frame with a zero mask (RFC 6455 §5.2), at most 125 bytes.
    private static func maskedText(_ text: String) -> [UInt8] {
        [0x81, 0x80 | UInt8(text.utf8.count), 0, 0, 0, 0] + Array(text.utf8)
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let continuation: AsyncStream<ByteBuffer>.Continuation
        init(_ continuation: AsyncStream<ByteBuffer>.Continuation) { self.continuation = continuation }
        func channelRead(context: ChannelHandlerContext, data: NIOAny) { continuation.yield(unwrapInboundIn(data)) }
        func channelInactive(context: ChannelHandlerContext) { continuation.finish() }
    }

    @Test("over the limit the newest connection is refused, the oldest are kept")
    func connectionLimit() async throws {
        try await RunningGateway.with(configure: { $0.limits.connectionsPerUser = 3 }) { gateway in
            let user = try await gateway.user()
            var sockets: [TestSocket] = []
            for _ in 0..<3 { sockets.append(try await gateway.socket(user)) }
            let fourth = try await TestSocket.open(port: gateway.port, token: user.token)
            let close = try await fourth.closed()
            #expect(close.code == 1008 && close.reason == "too_many_connections" && close.framesBefore == 0)
            sockets[0].send(["type": "ping", "payload": 1])
            #expect(try await sockets[0].next("pong")["data"] == 1)
            sockets[1].close()
            _ = try await sockets[1].closed()
            _ = try await gateway.socket(user)
            _ = try await gateway.socket(try await gateway.user())
        }
    }
}
