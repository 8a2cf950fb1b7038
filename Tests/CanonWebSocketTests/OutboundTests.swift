import NIOCore
import NIOEmbedded
import Testing

@testable import CanonWebSocket

@Suite struct OutboundTests {
    @Test("what is written in one turn leaves in one write and one flush at its end")
    func oneFlushPerTurn() throws {
        let connection = try TestConnection()
        let promises = (0..<10).map {
            connection.channel.write(WebSocketOutbound.text(ByteBuffer(string: "message \($0)")))
        }
        #expect(try connection.writes().isEmpty)
        #expect(connection.counter.flushes == 0)
        #expect(try connection.frames().map(\.summary) == (0..<10).map { "text message \($0)" })
        #expect(connection.counter.writes == 1)
        #expect(connection.counter.flushes == 1)
        for promise in promises { try promise.wait() }

        connection.channel.write(WebSocketOutbound.text(ByteBuffer(string: "next turn")), promise: nil)
        #expect(try connection.frames().map(\.summary) == ["text next turn"])
        #expect(connection.counter.flushes == 2)
    }

    @Test("answers to what one read brought leave with the end of that read")
    func oneFlushPerRead() throws {
        final class Echo: ChannelInboundHandler {
            typealias InboundIn = WebSocketInbound
            typealias OutboundOut = WebSocketOutbound
            func channelRead(context: ChannelHandlerContext, data: NIOAny) {
                if case .text(let payload) = unwrapInboundIn(data) {
                    context.write(wrapOutboundOut(.text(payload)), promise: nil)
                }
            }
        }
        let connection = try TestConnection(application: [Echo()])
        let frames = (0..<16).map { RawFrame.text("\($0)").masked() }
        try connection.receive(frames.flatMap(\.bytes))
        #expect(connection.counter.flushes == 1)
        #expect(connection.counter.writes == 1)
        #expect(try connection.frames().map(\.summary) == (0..<16).map { "text \($0)" })
        #expect(connection.counter.flushes == 1)
    }

    @Test("an explicit flush is carried out at once, and not repeated")
    func explicitFlush() throws {
        let connection = try TestConnection()
        connection.channel.writeAndFlush(WebSocketOutbound.text(ByteBuffer(string: "now")), promise: nil)
        #expect(connection.counter.flushes == 1)
        #expect(try connection.writes().count == 1)
        connection.endTurn()
        #expect(connection.counter.flushes == 1)
    }

    @Test("without automatic flushing only the application flushes data, and close frames leave by themselves")
    func manualFlushing() throws {
        let connection = try TestConnection(flushesAutomatically: false)
        connection.channel.write(WebSocketOutbound.text(ByteBuffer(string: "a")), promise: nil)
        #expect(try connection.frames().isEmpty)
        connection.channel.flush()
        #expect(try connection.frames().map(\.summary) == ["text a"])
        try connection.receive(RawFrame.ping(Array("p".utf8)).masked())
        #expect(try connection.frames().map(\.summary) == ["pong p"])
        connection.channel.write(WebSocketOutbound.close(.normal, reason: ""), promise: nil)
        #expect(try connection.frames().map(\.summary) == ["close 1000"])
    }

    @Test("an encoded frame is written as it is, in its place among the others")
    func encodedFrames() throws {
        let connection = try TestConnection()
        let shared = WebSocketFrameEncoder.serverText("shared".utf8)
        for message in [
            WebSocketOutbound.text(ByteBuffer(string: "1")), .encoded(shared), .encoded(shared),
            .binary(ByteBuffer(bytes: [2])),
        ] {
            connection.channel.write(message, promise: nil)
        }
        connection.endTurn()
        let writes = try connection.writes()
        #expect(writes.count == 4)
        #expect(writes[1] == Array(shared.readableBytesView))
        #expect(
            RawFrame.parse(writes.flatMap(\.self))?.map(\.summary)
                == ["text 1", "text shared", "text shared", "binary 1"]
        )
        #expect(connection.counter.flushes == 1)
    }

    @Test("an encoded server frame is refused from a client")
    func encodedFromClient() throws {
        let connection = try TestConnection(.client)
        #expect(throws: WebSocketError.encodedFrameFromClient) {
            try connection.channel.write(WebSocketOutbound.encoded(WebSocketFrameEncoder.serverText([]))).wait()
        }
        #expect(try connection.frames().isEmpty)
    }

    @Test("a ping or pong of 125 bytes is sent, and a longer one fails with a typed error")
    func controlPayloads() throws {
        let connection = try TestConnection()
        connection.channel.write(WebSocketOutbound.ping(ByteBuffer(repeating: 0x61, count: 125)), promise: nil)
        connection.channel.write(WebSocketOutbound.pong(ByteBuffer(repeating: 0x62, count: 125)), promise: nil)
        #expect(try connection.frames().map(\.payload.count) == [125, 125])
        for message in [
            WebSocketOutbound.ping(ByteBuffer(repeating: 0, count: 126)), .pong(ByteBuffer(repeating: 0, count: 126)),
        ] {
            #expect(throws: WebSocketError.controlPayloadTooLong(bytes: 126)) {
                try connection.channel.write(message).wait()
            }
        }
        #expect(try connection.frames().isEmpty)
    }

    @Test("a client masks every frame, each with a key of its own", arguments: [0, 5, 126, 5000, 70_000])
    func clientMasks(length: Int) throws {
        let connection = try TestConnection(.client)
        let payload = ByteBuffer(repeating: 0x7A, count: length)
        for _ in 0..<4 { connection.channel.write(WebSocketOutbound.binary(payload), promise: nil) }
        let frames = try connection.frames()
        #expect(frames.map(\.payload) == Array(repeating: Array(payload.readableBytesView), count: 4))
        #expect(Set(frames.map { $0.maskingKey ?? [] }).count == 4)
        #expect(frames.allSatisfy { $0.maskingKey?.count == 4 })
    }

    @Test(
        "a long payload is not copied behind its header",
        arguments: [
            WebSocketFrameBatch.copyLimit, WebSocketFrameBatch.copyLimit + 1, 65536,
        ])
    func longPayloads(length: Int) throws {
        let connection = try TestConnection()
        let payload = ByteBuffer(repeating: 0x7A, count: length)
        let promises = (0..<3).map { _ in connection.channel.write(WebSocketOutbound.text(payload)) }
        let frames = try connection.frames()
        #expect(frames.map(\.payload.count) == [length, length, length])
        #expect((connection.counter.writes == 1) == (length <= WebSocketFrameBatch.copyLimit))
        for promise in promises { try promise.wait() }
    }

    @Test("a batch is passed to the channel when it is full, so that its watermarks count it")
    func fullBatches() throws {
        let connection = try TestConnection()
        for _ in 0..<20 {
            connection.channel.write(WebSocketOutbound.text(ByteBuffer(repeating: 0x61, count: 4000)), promise: nil)
        }
        #expect(connection.counter.writes == 4)
        #expect(connection.counter.flushes == 0)
        #expect(try connection.frames().count == 20)
    }

    @Test("the memory of a large batch is given up, that of a small one reused")
    func batchMemory() throws {
        var batch = WebSocketFrameBatch()
        batch.append(.text, ByteBuffer(repeating: 0, count: 100), maskingKey: nil, promise: nil)
        #expect(batch.take()?.frames.readableBytes == 102)
        #expect(batch.take() == nil)
        #expect((1...WebSocketFrameBatch.retainedCapacity).contains(batch.bufferedCapacity))
        batch.append(.text, ByteBuffer(repeating: 0, count: 4000), maskingKey: nil, promise: nil)
        #expect(batch.take()?.frames.readableBytes == 4004)
        #expect(batch.bufferedCapacity == 0)
    }

    @Test("each ping is answered with its payload while the peer reads")
    func pingsAreAnswered() throws {
        let connection = try TestConnection()
        try connection.receive((0..<10).flatMap { RawFrame.ping(Array("\($0)".utf8)).masked().bytes })
        #expect(try connection.events().map(\.summary) == (0..<10).map { "ping \($0)" })
        #expect(try connection.frames().map(\.summary) == (0..<10).map { "pong \($0)" })
    }

    @Test("a flood of pings to a peer that does not read costs one answer, to the last ping")
    func pingFlood() throws {
        let connection = try TestConnection()
        connection.channel.isWritable = false
        for number in 0..<10_000 {
            try connection.receive(RawFrame.ping(Array("\(number)".utf8)).masked())
        }
        #expect(try connection.frames().isEmpty)
        connection.channel.isWritable = true
        connection.channel.pipeline.fireChannelWritabilityChanged()
        #expect(try connection.frames().map(\.summary) == ["pong 9999"])
        connection.channel.pipeline.fireChannelWritabilityChanged()
        #expect(try connection.frames().isEmpty)
    }

    @Test("a ping that could not be answered is forgotten once a later one has been, or the connection is closing")
    func staleAnswers() throws {
        let connection = try TestConnection()
        connection.channel.isWritable = false
        try connection.receive(RawFrame.ping(Array("old".utf8)).masked())
        connection.channel.isWritable = true
        try connection.receive(RawFrame.ping(Array("new".utf8)).masked())
        connection.channel.pipeline.fireChannelWritabilityChanged()
        #expect(try connection.frames().map(\.summary) == ["pong new"])

        connection.channel.isWritable = false
        try connection.receive(RawFrame.ping(Array("late".utf8)).masked())
        connection.channel.write(WebSocketOutbound.close(.normal, reason: ""), promise: nil)
        connection.channel.isWritable = true
        connection.channel.pipeline.fireChannelWritabilityChanged()
        #expect(try connection.frames().map(\.summary) == ["close 1000"])
    }
}
