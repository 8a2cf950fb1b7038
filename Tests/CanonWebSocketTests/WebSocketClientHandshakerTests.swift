import CanonTestSupport
import NIOCore
import NIOEmbedded
import Testing

@testable import CanonWebSocket

@Suite struct WebSocketClientHandshakerTests {
    private static let key = "dGhlIHNhbXBsZSBub25jZQ=="
    private static let accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    private static let agreed =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Accept: \(accept)\r\n"

    /// A client in memory whose request is out.
    private final class Client {
        let channel = EmbeddedChannel()
        let result: EventLoopFuture<WebSocketClientHandshake.Response>
        let request: String

        init(
            _ request: WebSocketClientHandshake.Request = .init(host: "example.org:80", target: "/ws"),
            limits: WebSocketClientHandshake.Limits = .init()
        ) throws {
            let promise = channel.eventLoop.makePromise(of: WebSocketClientHandshake.Response.self)
            result = promise.futureResult
            let handshaker = WebSocketClientHandshaker(
                request: request, limits: limits, messageLimits: WebSocketLimits(), promise: promise,
                key: WebSocketClientHandshakerTests.key
            )
            try channel.pipeline.syncOperations.addHandler(handshaker)
            channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
            self.request = try channel.readOutbound(as: ByteBuffer.self).map { String(buffer: $0) } ?? ""
        }

        deinit {
            _ = try? channel.finish(acceptAlreadyClosed: true)
        }

        func receive(_ text: String) throws {
            try channel.writeInbound(ByteBuffer(string: text))
        }

        var failure: WebSocketClientHandshake.Failure? {
            var failure: WebSocketClientHandshake.Failure?
            result.assumeIsolated().whenFailure { failure = $0 as? WebSocketClientHandshake.Failure }
            return failure
        }

        var response: WebSocketClientHandshake.Response? {
            var response: WebSocketClientHandshake.Response?
            result.assumeIsolated().whenSuccess { response = $0 }
            return response
        }
    }

    @Test("the request names the host, the key, the subprotocols and the extra headers, and is one the server accepts")
    func request() throws {
        let client = try Client(
            .init(
                host: "example.org", target: "/ws?x=1", headers: [.init(name: "Authorization", value: "Bearer t")],
                subprotocols: ["jwt-auth", "jwt.abc"]
            )
        )
        #expect(client.request.hasPrefix("GET /ws?x=1 HTTP/1.1\r\nHost: example.org\r\n"))
        #expect(client.request.hasSuffix("\r\n\r\n"))
        #expect(client.request.contains("\r\nAuthorization: Bearer t\r\n"))
        let fields = client.request.split(separator: "\r\n").dropFirst().map { $0.split(separator: ": ", maxSplits: 1) }
        let request = try WebSocketHandshake.validate(method: "GET") { name in
            fields.filter { $0[0].lowercased() == name.lowercased() }.map { String($0[1]) }
        }
        #expect(request == .init(key: Self.key, subprotocols: ["jwt-auth", "jwt.abc"], extensionOffers: []))
    }

    @Test("keys are the base64 of 16 bytes and differ")
    func keys() throws {
        var keys: Set<String> = []
        for _ in 0..<8 {
            let channel = EmbeddedChannel()
            let promise = channel.eventLoop.makePromise(of: WebSocketClientHandshake.Response.self)
            promise.futureResult.whenComplete { _ in }
            try channel.pipeline.syncOperations.addHandler(
                WebSocketClientHandshaker(request: .init(host: "h"), promise: promise))
            channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
            let text = try channel.readOutbound(as: ByteBuffer.self).map { String(buffer: $0) } ?? ""
            let line = text.split(separator: "\r\n").first { $0.hasPrefix("Sec-WebSocket-Key: ") }
            let key = String(line?.dropFirst("Sec-WebSocket-Key: ".count) ?? "")
            #expect(Base64.encodesSixteenBytes(key))
            keys.insert(key)
            _ = try? channel.finish()
        }
        #expect(keys.count == 8)
    }

    @Test("after the server's consent frames go both ways, those right behind the response too, at any split")
    func agreed() throws {
        let response = Self.agreed + "Server: test\r\n\r\n"
        let bytes = Array(response.utf8) + RawFrame.text("first").bytes + RawFrame.ping(Array("p".utf8)).bytes
        for split in 0...bytes.count {
            let client = try Client()
            for part in [bytes[..<split], bytes[split...]] where !part.isEmpty {
                try client.channel.writeInbound(ByteBuffer(bytes: part))
            }
            #expect(client.response?.subprotocol == nil)
            #expect(client.response?.headers.last == .init(name: "Server", value: "test"))
            #expect(try client.channel.readInbound(as: WebSocketInbound.self) == .text(ByteBuffer(string: "first")))
            #expect(try client.channel.readInbound(as: WebSocketInbound.self) == .ping(ByteBuffer(string: "p")))
            client.channel.write(WebSocketOutbound.text(ByteBuffer(string: "hello")), promise: nil)
            client.channel.embeddedEventLoop.run()
            var sent: [UInt8] = []
            while let bytes = try client.channel.readOutbound(as: ByteBuffer.self) { sent += bytes.readableBytesView }
            #expect(RawFrame.parse(sent)?.map(\.summary) == ["pong p", "text hello"])
            #expect(throws: (any Error).self) {
                try client.channel.pipeline.syncOperations.handler(type: WebSocketClientHandshaker.self)
            }
            // The handshake's clock has been stopped.
            client.channel.embeddedEventLoop.advanceTime(by: .hours(1))
            #expect(client.channel.isActive)
        }
    }

    @Test("what is written in answer to the consent, before the leftover is read, is sent")
    func writeFromCallback() throws {
        let client = try Client()
        let channel = client.channel
        client.result.assumeIsolated().whenSuccess { _ in
            channel.writeAndFlush(WebSocketOutbound.text(ByteBuffer(string: "at once")), promise: nil)
        }
        try client.receive(Self.agreed + "\r\n")
        let sent = try channel.readOutbound(as: ByteBuffer.self)
        #expect(sent.flatMap { RawFrame.parse(Array($0.readableBytesView)) }?.map(\.summary) == ["text at once"])
    }

    @Test("a chosen subprotocol is reported")
    func subprotocol() throws {
        let client = try Client(.init(host: "h", subprotocols: ["a", "b"]))
        try client.receive(Self.agreed + "sec-websocket-protocol: b\r\n\r\n")
        #expect(client.response?.subprotocol == "b")
    }

    @Test("interim responses are passed over")
    func interimResponses() throws {
        let client = try Client()
        try client.receive("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + Self.agreed + "\r\n")
        #expect(client.response != nil)
    }

    @Test(
        "a 101 that breaks the handshake is refused",
        arguments: [
            "Connection: Upgrade\r\nSec-WebSocket-Accept: \(accept)\r\n",
            "Upgrade: websocket\r\nSec-WebSocket-Accept: \(accept)\r\n",
            "Upgrade: websocket\r\nConnection: Upgrade\r\n",
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n",
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: \(accept)\r\nSec-WebSocket-Accept: \(accept)\r\n",
            "Upgrade: h2c\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: \(accept)\r\n",
            "Upgrade: websocket\r\nConnection: close\r\nSec-WebSocket-Accept: \(accept)\r\n",
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: \(accept)\r\nSec-WebSocket-Protocol: c\r\n",
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: \(accept)\r\nSec-WebSocket-Extensions: x\r\n",
        ])
    func invalidUpgrade(fields: String) throws {
        let client = try Client()
        try client.receive("HTTP/1.1 101 Switching Protocols\r\n\(fields)\r\n")
        guard case .invalidUpgrade? = client.failure else {
            Issue.record("\(String(describing: client.failure))")
            return
        }
        #expect(!client.channel.isActive)
    }

    @Test("a client that offers compression takes what fits the offer, and compresses then")
    func compression() throws {
        let answer = "permessage-deflate; server_no_context_takeover; server_max_window_bits=10"
        let client = try Client(.init(host: "h", offersCompression: true))
        #expect(client.request.contains("\r\nSec-WebSocket-Extensions: \(PermessageDeflate.offer)\r\n"))
        try client.receive(Self.agreed + "Sec-WebSocket-Extensions: \(answer)\r\n\r\n")
        #expect(client.response?.compression == PermessageDeflate(serverMaxWindowBits: 10))
        try client.channel.writeInbound(
            ByteBuffer(bytes: RawFrame.compressed([0xF2, 0x48, 0xCD, 0xC9, 0xC9, 7, 0]).bytes))
        #expect(try client.channel.readInbound(as: WebSocketInbound.self) == .text(ByteBuffer(string: "Hello")))
        client.channel.writeAndFlush(WebSocketOutbound.text(ByteBuffer(repeating: 0x61, count: 200)), promise: nil)
        let sent = try #require(try client.channel.readOutbound(as: ByteBuffer.self))
        #expect(RawFrame.parse(Array(sent.readableBytesView))?.first?.reservedBits == 0x40)

        let declined = try Client(.init(host: "h", offersCompression: true))
        try declined.receive(Self.agreed + "\r\n")
        #expect(declined.response != nil && declined.response?.compression == nil)

        let wrong = try Client(.init(host: "h", offersCompression: true))
        try wrong.receive(Self.agreed + "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n")
        guard case .invalidUpgrade? = wrong.failure else {
            Issue.record("\(String(describing: wrong.failure))")
            return
        }
    }

    @Test("another status is reported with its headers and the beginning of its body")
    func refused() throws {
        let client = try Client()
        try client.receive("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer\r\nContent-Length: 11\r\n\r\nno t")
        #expect(client.failure == nil)
        try client.receive("oken yetEXTRA")
        #expect(
            client.failure
                == .refused(
                    status: 401, phrase: "Unauthorized",
                    headers: [
                        .init(name: "WWW-Authenticate", value: "Bearer"), .init(name: "Content-Length", value: "11"),
                    ],
                    body: Array("no token ye".utf8)
                )
        )
        #expect(!client.channel.isActive)
        #expect(client.failure.map { "\($0)" } == "the server answered 401 Unauthorized: no token ye")
    }

    @Test("a chunked body is put together, however it is split")
    func chunkedBody() throws {
        let response =
            "HTTP/1.1 503 Service Unavailable\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "4\r\nnot \r\n5;x=y\r\nready\r\n0\r\n\r\n"
        for length in [1, 7, 1000] {
            let client = try Client()
            var rest = Array(response.utf8)[...]
            while !rest.isEmpty, client.channel.isActive {
                try client.channel.writeInbound(ByteBuffer(bytes: rest.prefix(length)))
                rest = rest.dropFirst(length)
            }
            guard case .refused(503, _, _, let body)? = client.failure else {
                Issue.record("\(String(describing: client.failure))")
                continue
            }
            #expect(String(decoding: body, as: UTF8.self) == "not ready")
        }
    }

    @Test("a body without an end is kept up to the limit, and what came is reported when the connection ends")
    func unboundedBody() throws {
        let limits = WebSocketClientHandshake.Limits(maximumBodyBytes: 10)
        let endless = try Client(limits: limits)
        try endless.receive("HTTP/1.1 500 Oops\r\n\r\n0123456789abcdef")
        guard case .refused(500, "Oops", _, let body)? = endless.failure else {
            Issue.record("\(String(describing: endless.failure))")
            return
        }
        #expect(body == Array("0123456789".utf8))

        let cut = try Client(limits: limits)
        try cut.receive("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 8\r\n\r\nabc")
        try cut.channel.close().wait()
        guard case .refused(502, _, _, let part)? = cut.failure else {
            Issue.record("\(String(describing: cut.failure))")
            return
        }
        #expect(part == Array("abc".utf8))

        let chunks = try Client(limits: .init(maximumHeaderBytes: 100, maximumBodyBytes: 10))
        try chunks.receive("HTTP/1.1 500 Oops\r\nTransfer-Encoding: chunked\r\n\r\n")
        try chunks.receive(String(repeating: "0", count: 200))
        #expect(chunks.failure != nil)
    }

    @Test("a header longer than the limit is refused, whole or not", arguments: [true, false])
    func longHeader(isWhole: Bool) throws {
        let client = try Client(limits: .init(maximumHeaderBytes: 200))
        try client.receive(
            "HTTP/1.1 101 Switching Protocols\r\nX: \(String(repeating: "x", count: 200))" + (isWhole ? "\r\n\r\n" : "")
        )
        #expect(client.failure == .headerTooLong(limit: 200))
        let interim = try Client(limits: .init(maximumHeaderBytes: 200))
        for _ in 0..<20 where interim.channel.isActive { try interim.receive("HTTP/1.1 100 Continue\r\n\r\n") }
        #expect(interim.failure == .headerTooLong(limit: 200))
    }

    @Test(
        "an answer that is not HTTP is refused",
        arguments: [
            "SSH-2.0-OpenSSH\r\n\r\n", "HTTP/2 101 x\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1\r\n\r\n", "\r\n\r\n",
            "HTTP/1.1 101 x\r\nno colon\r\n\r\n", "HTTP/1.1 101 x\r\n: empty\r\n\r\n",
            "HTTP/1.1 101 x\r\n folded: y\r\n\r\n",
        ])
    func malformed(text: String) throws {
        let client = try Client()
        try client.receive(text)
        guard case .malformedResponse? = client.failure else {
            Issue.record("\(String(describing: client.failure))")
            return
        }
        #expect(!client.channel.isActive)
    }

    @Test("a connection that ends first, fails, or stays silent is told apart")
    func noResponse() throws {
        let ended = try Client()
        try ended.receive("HTTP/1.1 101 Switch")
        try ended.channel.close().wait()
        #expect(ended.failure == .connectionClosed)

        let halfClosed = try Client()
        halfClosed.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(halfClosed.failure == .connectionClosed)
        #expect(!halfClosed.channel.isActive)

        struct Broken: Error {}
        let failed = try Client()
        failed.channel.pipeline.fireErrorCaught(Broken())
        #expect(failed.failure == .connectionFailed("Broken()"))

        let silent = try Client(limits: .init(timeout: .seconds(4)))
        silent.channel.embeddedEventLoop.advanceTime(by: .milliseconds(3999))
        #expect(silent.failure == nil)
        silent.channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
        #expect(silent.failure == .timedOut(after: .seconds(4)))
        #expect(!silent.channel.isActive)
    }

    @Test(
        "a request that would break the header is not sent",
        arguments: [
            WebSocketClientHandshake.Request(host: "h\r\nX: y"), .init(host: ""), .init(host: "h", target: "ws"),
            .init(host: "h", target: "/a b"), .init(host: "h", target: "/\r\n"), .init(host: "h", target: ""),
            .init(host: "h", headers: [.init(name: "X Y", value: "z")]),
            .init(host: "h", headers: [.init(name: "X", value: "a\r\nb")]), .init(host: "h", subprotocols: ["a b"]),
            .init(host: "h", subprotocols: [""]), .init(host: "h", subprotocols: ["a,b"]),
        ])
    func invalidRequest(request: WebSocketClientHandshake.Request) throws {
        let client = try Client(request)
        #expect(client.request == "")
        guard case .invalidRequest? = client.failure else {
            Issue.record("\(String(describing: client.failure))")
            return
        }
        #expect(!client.channel.isActive)
    }

    @Test("a message written before the server has agreed fails with a typed error")
    func earlyWrite() throws {
        let client = try Client()
        #expect(throws: WebSocketError.handshakePending) {
            try client.channel.write(WebSocketOutbound.text(ByteBuffer())).wait()
        }
    }

    @Test("garbage in answer to the request never traps", arguments: [UInt64(21), 22])
    func garbage(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            let client = try Client(limits: .init(maximumHeaderBytes: 300, maximumBodyBytes: 50))
            var bytes = Array((Self.agreed + "Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n").utf8)
            if Bool.random(using: &generator) { bytes.replaceSubrange(9..<12, with: "503".utf8) }
            for _ in 0..<3 {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8(truncatingIfNeeded: generator.next())
            }
            var rest = bytes[...]
            while !rest.isEmpty, client.channel.isActive {
                let count = Int.random(in: 1...60, using: &generator)
                try client.channel.writeInbound(ByteBuffer(bytes: rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
            if client.channel.isActive { try client.channel.close().wait() }
            #expect((client.failure == nil) != (client.response == nil))
        }
    }
}
