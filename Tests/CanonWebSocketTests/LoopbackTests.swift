import CanonWebSocket
import NIOCore
import NIOEmbedded
import NIOWebSocket
import Testing

@Suite struct LoopbackTests {
    private func connected(_ handlers: [any ChannelHandler]) throws -> EmbeddedChannel {
        let channel = EmbeddedChannel(handlers: handlers)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return channel
    }

    /// Carries bytes both ways until there are none.
    private func exchange(_ one: EmbeddedChannel, _ other: EmbeddedChannel) throws {
        var moved = true
        while moved {
            moved = false
            for (from, to) in [(one, other), (other, one)] {
                from.embeddedEventLoop.run()
                while let bytes = try from.readOutbound(as: ByteBuffer.self) {
                    try to.writeInbound(bytes)
                    moved = true
                }
            }
        }
    }

    private func events(_ channel: EmbeddedChannel) throws -> [WebSocketInbound] {
        var events: [WebSocketInbound] = []
        while let event = try channel.readInbound(as: WebSocketInbound.self) { events.append(event) }
        return events
    }

    @Test("a server and a client understand each other, from the handshake to the last frame")
    func serverAndClient() throws {
        let client = try connected([WebSocketHandler(role: .client)])
        defer { _ = try? client.finish(acceptAlreadyClosed: true) }
        let server = try connected([WebSocketHandler(role: .server)])
        defer { _ = try? server.finish(acceptAlreadyClosed: true) }
        let lengths = [0, 1, 125, 126, 4095, 4096, 4097, 65535, 65536, 200_000]
        for (sender, receiver) in [(client, server), (server, client)] {
            for length in lengths {
                sender.write(WebSocketOutbound.text(ByteBuffer(repeating: 0x61, count: length)), promise: nil)
                sender.write(WebSocketOutbound.binary(ByteBuffer(repeating: 0xFF, count: length)), promise: nil)
            }
            sender.write(WebSocketOutbound.ping(ByteBuffer(string: "there?")), promise: nil)
            try exchange(client, server)
            #expect(
                try events(receiver)
                    == lengths.flatMap { length in
                        [
                            .text(ByteBuffer(repeating: 0x61, count: length)),
                            .binary(ByteBuffer(repeating: 0xFF, count: length)),
                        ]
                    } + [.ping(ByteBuffer(string: "there?"))]
            )
            #expect(try events(sender) == [.pong(ByteBuffer(string: "there?"))])
        }
        client.write(WebSocketOutbound.close(.normal, reason: "done"), promise: nil)
        try exchange(client, server)
        #expect(try events(server) == [.closed(code: .normal, reason: "done")])
        #expect(try events(client) == [.closed(code: .normal, reason: "")])
        #expect(!server.isActive)
    }

    @Test("both ends may close at once")
    func simultaneousClose() throws {
        let client = try connected([WebSocketHandler(role: .client)])
        defer { _ = try? client.finish(acceptAlreadyClosed: true) }
        let server = try connected([WebSocketHandler(role: .server)])
        defer { _ = try? server.finish(acceptAlreadyClosed: true) }
        client.write(WebSocketOutbound.close(.normal, reason: "c"), promise: nil)
        server.write(WebSocketOutbound.close(.goingAway, reason: "s"), promise: nil)
        try exchange(client, server)
        #expect(try events(server) == [.closed(code: .normal, reason: "c")])
        #expect(try events(client) == [.closed(code: .goingAway, reason: "s")])
    }

    @Test("another implementation reads what a server sends, and is read by it")
    func otherImplementation() throws {
        let server = try connected([WebSocketHandler(role: .server)])
        defer { _ = try? server.finish(acceptAlreadyClosed: true) }
        let peer = try connected([
            NIOWebSocket.WebSocketFrameEncoder(), ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: 1 << 20)),
        ])
        defer { _ = try? peer.finish(acceptAlreadyClosed: true) }
        let lengths = [0, 125, 126, 65535, 65536, 100_000]
        for length in lengths {
            let payload = ByteBuffer(repeating: 0x62, count: length)
            peer.write(WebSocketFrame(fin: true, opcode: .binary, maskKey: .random(), data: payload), promise: nil)
            server.write(WebSocketOutbound.text(payload), promise: nil)
        }
        peer.flush()
        server.write(WebSocketOutbound.close(.normal, reason: "bye"), promise: nil)
        server.embeddedEventLoop.run()
        while let bytes = try peer.readOutbound(as: ByteBuffer.self) { server.pipeline.fireChannelRead(bytes) }
        while let bytes = try server.readOutbound(as: ByteBuffer.self) { try peer.writeInbound(bytes) }

        for length in lengths {
            let frame = try #require(try peer.readInbound(as: WebSocketFrame.self))
            #expect(frame.fin && frame.opcode == .text)
            #expect(frame.unmaskedData == ByteBuffer(repeating: 0x62, count: length))
        }
        var close = try #require(try peer.readInbound(as: WebSocketFrame.self)).unmaskedData
        #expect(close.readWebSocketErrorCode() == .normalClosure)
        #expect(String(buffer: close) == "bye")
        // The server has asked for the end before it read: data is not delivered any more.
        #expect(try events(server).isEmpty)
    }

    @Test("another implementation's masked frames are read")
    func otherImplementationMasks() throws {
        let server = try connected([WebSocketHandler(role: .server)])
        defer { _ = try? server.finish(acceptAlreadyClosed: true) }
        let peer = try connected([NIOWebSocket.WebSocketFrameEncoder()])
        defer { _ = try? peer.finish(acceptAlreadyClosed: true) }
        let lengths = [0, 1, 7, 8, 31, 32, 33, 125, 126, 65535, 65536, 100_000]
        for length in lengths {
            let payload = ByteBuffer(repeating: 0x62, count: length)
            peer.write(WebSocketFrame(fin: true, opcode: .text, maskKey: .random(), data: payload), promise: nil)
        }
        peer.flush()
        while let bytes = try peer.readOutbound(as: ByteBuffer.self) { server.pipeline.fireChannelRead(bytes) }
        #expect(try events(server) == lengths.map { .text(ByteBuffer(repeating: 0x62, count: $0)) })
    }
}
