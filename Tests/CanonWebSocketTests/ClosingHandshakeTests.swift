import NIOCore
import NIOEmbedded
import Testing

@testable import CanonWebSocket

@Suite struct ClosingHandshakeTests {
    @Test("each state answers each request as the closing handshake asks")
    func transitions() {
        let table: [(from: WebSocketClosing, requested: WebSocketClosing.Answer, then: WebSocketClosing)] = [
            (.open, .send, .awaitingPeer), (.awaitingPeer, .alreadySent, .awaitingPeer),
            (.finishing, .ignore, .finishing), (.ended, .ignore, .ended),
        ]
        for (from, answer, then) in table {
            var closing = from
            #expect(closing.closeRequested() == answer)
            #expect(closing == then)
        }
        let readingTable: [(from: WebSocketClosing, ended: WebSocketClosing.Answer, then: WebSocketClosing)] = [
            (.open, .send, .finishing), (.awaitingPeer, .alreadySent, .finishing), (.finishing, .ignore, .finishing),
            (.ended, .ignore, .ended),
        ]
        for (from, answer, then) in readingTable {
            var closing = from
            #expect(closing.readingEnded() == answer)
            #expect(closing == then)
            closing.channelEnded()
            #expect(closing == .ended)
        }
    }

    @Test(
        "a peer's close frame is answered with its own code and told once",
        arguments: [UInt16(1000), 1001, 1003, 1007, 1011, 1013, 1014, 3000, 3999, 4000, 4999]
    )
    func peerCloses(code: UInt16) throws {
        let connection = try TestConnection()
        try connection.receive(RawFrame.text("last").masked(), RawFrame.close(code, "because").masked())
        #expect(try connection.events().map(\.summary) == ["text last", "closed \(code) because"])
        let frames = try connection.frames()
        #expect(frames.map(\.payload) == [[UInt8(code >> 8), UInt8(code & 0xFF)]])
        #expect(!connection.isActive)
        #expect(connection.counter.closes == [.all])
        #expect(!connection.counter.closedUnflushed)
        connection.endTurn()
        #expect(try connection.events().isEmpty)
    }

    @Test("a close frame without a code is told as 1005 and answered without a code")
    func peerClosesWithoutCode() throws {
        let connection = try TestConnection()
        try connection.receive(RawFrame.close(nil).masked())
        #expect(try connection.events() == [.closed(code: .noStatusReceived, reason: "")])
        #expect(try connection.frames().map(\.payload) == [[]])
    }

    @Test("a reason of 123 bytes arrives whole")
    func longestReason() throws {
        let reason = String(repeating: "é", count: 61) + "!"
        let connection = try TestConnection()
        try connection.receive(RawFrame.close(4000, reason).masked())
        #expect(try connection.events().map(\.summary) == ["closed 4000 \(reason)"])
    }

    @Test(
        "what comes after the peer's close frame is not read",
        arguments: [
            RawFrame.text("late"), .ping(), .close(1000), RawFrame(opcode: 7),
        ])
    func afterClose(frame: RawFrame) throws {
        let connection = try TestConnection()
        try connection.receive(RawFrame.close(1000).masked(), frame.masked())
        #expect(try connection.events().map(\.summary) == ["closed 1000 "])
        #expect(try connection.frames().map(\.summary) == ["close 1000"])
    }

    @Test("a client that is closed by the server answers, and leaves the ending of the transport to the server")
    func clientWaitsForServer() throws {
        let connection = try TestConnection(.client, limits: WebSocketLimits(closeTimeout: .seconds(3)))
        try connection.receive(RawFrame.close(1001, "restart"))
        #expect(try connection.events().map(\.summary) == ["closed 1001 restart"])
        #expect(try connection.frames().map(\.summary) == ["close 1001"])
        #expect(connection.isActive)
        connection.channel.embeddedEventLoop.advanceTime(by: .milliseconds(2999))
        #expect(connection.isActive)
        connection.channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
        #expect(!connection.isActive)
        #expect(try connection.events().isEmpty)
    }

    @Test("our close frame waits for the peer's, then the channel ends and the peer's code is told")
    func closeAnswered() throws {
        let connection = try TestConnection()
        let written = connection.channel.write(WebSocketOutbound.close(.goingAway, reason: "restart"))
        let frames = try connection.frames()
        #expect(frames.map(\.summary) == ["close 1001"])
        #expect(frames[0].payload.dropFirst(2).elementsEqual("restart".utf8))
        try written.wait()
        #expect(connection.isActive)
        #expect(try connection.events().isEmpty)
        try connection.receive(RawFrame.close(1001).masked())
        #expect(try connection.events().map(\.summary) == ["closed 1001 "])
        #expect(try connection.frames().isEmpty)
        #expect(!connection.isActive)
    }

    @Test("data that arrives while our close frame is unanswered is not delivered, and pings are not answered")
    func dataWhileClosing() throws {
        let connection = try TestConnection()
        connection.channel.write(WebSocketOutbound.close(.policyViolation, reason: ""), promise: nil)
        _ = try connection.frames()
        try connection.receive(
            RawFrame.text("late").masked(), RawFrame.ping().masked(), RawFrame.pong().masked(),
            RawFrame.close(1008).masked()
        )
        #expect(try connection.events().map(\.summary) == ["closed 1008 "])
        #expect(try connection.frames().isEmpty)
    }

    @Test("a peer that does not answer is cut after the time-out, and the end is told once")
    func unansweredClose() throws {
        let connection = try TestConnection(limits: WebSocketLimits(closeTimeout: .seconds(2)))
        connection.channel.write(WebSocketOutbound.close(.normal, reason: ""), promise: nil)
        _ = try connection.frames()
        // Data is no answer.
        connection.channel.embeddedEventLoop.advanceTime(by: .milliseconds(1500))
        try connection.receive(RawFrame.text("still here").masked())
        connection.channel.embeddedEventLoop.advanceTime(by: .milliseconds(499))
        #expect(connection.isActive)
        #expect(try connection.events().isEmpty)
        connection.channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
        #expect(!connection.isActive)
        let events = try connection.events()
        #expect(events.closeCodes == [nil])
        #expect(events.first?.summary.contains("2.0 seconds") == true)
    }

    @Test("a second close succeeds and sends nothing")
    func closeIsIdempotent() throws {
        let connection = try TestConnection()
        let first = connection.channel.write(WebSocketOutbound.close(.normal, reason: "1"))
        let second = connection.channel.write(WebSocketOutbound.close(.internalError, reason: "2"))
        #expect(try connection.frames().map(\.summary) == ["close 1000"])
        try first.wait()
        try second.wait()
        try connection.receive(RawFrame.close(1000).masked())
        #expect(!connection.isActive)
    }

    @Test(
        "whatever is sent after a close fails with a typed error",
        arguments: [
            WebSocketOutbound.text(ByteBuffer(string: "a")), .binary(ByteBuffer()), .ping(ByteBuffer()),
            .pong(ByteBuffer()), .encoded(WebSocketFrameEncoder.serverText("a".utf8)),
        ])
    func sendsAfterClose(message: WebSocketOutbound) throws {
        let ours = try TestConnection()
        ours.channel.write(WebSocketOutbound.close(.normal, reason: ""), promise: nil)
        #expect(throws: WebSocketError.closed) { try ours.channel.write(message).wait() }
        #expect(try ours.frames().map(\.summary) == ["close 1000"])

        let stalled = StalledTransport()
        let channel = EmbeddedChannel(handlers: [stalled, WebSocketHandler(role: .server)])
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        try channel.writeInbound(ByteBuffer(bytes: RawFrame.close(1000).masked().bytes))
        #expect(throws: WebSocketError.closed) { try channel.write(message).wait() }
        // The answer has not left yet, so the channel has not ended.
        #expect(stalled.closes.isEmpty)
        stalled.release()
        #expect(stalled.closes == [.all])
    }

    @Test("a message that was written before the close frame leaves before it")
    func closeKeepsOrder() throws {
        let connection = try TestConnection()
        connection.channel.write(WebSocketOutbound.text(ByteBuffer(string: "a")), promise: nil)
        connection.channel.write(
            WebSocketOutbound.encoded(WebSocketFrameEncoder.serverText("b".utf8)), promise: nil)
        connection.channel.write(WebSocketOutbound.close(.normal, reason: ""), promise: nil)
        #expect(try connection.frames().map(\.summary) == ["text a", "text b", "close 1000"])
    }

    @Test("a connection that is cut tells its end once, without a code")
    func cut() throws {
        let connection = try TestConnection()
        try connection.receive(Array(RawFrame.text("half").masked().bytes.dropLast()))
        try connection.channel.close().wait()
        let events = try connection.events()
        #expect(events.closeCodes == [nil])
        #expect(events.count == 1)
        connection.endTurn()
        #expect(try connection.events().isEmpty)
    }

    @Test("a peer that shuts its half of the connection without a close frame has ended it")
    func halfClosed() throws {
        let connection = try TestConnection()
        connection.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(try connection.events().closeCodes == [nil])
        #expect(!connection.isActive)
        #expect(try connection.events().isEmpty)
    }

    @Test("an error of the transport ends the connection, and its description is the reason")
    func transportError() throws {
        struct Broken: Error {}
        let connection = try TestConnection()
        connection.channel.pipeline.fireErrorCaught(Broken())
        #expect(throws: Broken.self) { try connection.channel.throwIfErrorCaught() }
        let events = try connection.events()
        #expect(events.closeCodes == [nil])
        #expect(events.first?.summary.contains("Broken") == true)
        #expect(!connection.isActive)
    }

    @Test("what was written but not flushed fails when the connection is cut")
    func cutFailsWrites() throws {
        let stalled = StalledTransport()
        let channel = EmbeddedChannel(handlers: [stalled, WebSocketHandler(role: .server)])
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        let first = channel.write(WebSocketOutbound.text(ByteBuffer(string: "a")))
        let second = channel.write(WebSocketOutbound.text(ByteBuffer(string: "b")))
        channel.pipeline.fireChannelInactive()
        #expect(throws: WebSocketError.closed) { try first.wait() }
        #expect(throws: WebSocketError.closed) { try second.wait() }
        #expect(throws: WebSocketError.closed) {
            try channel.write(WebSocketOutbound.text(ByteBuffer(string: "c"))).wait()
        }
    }

    @Test("after a violation the close frame is written before the channel ends, and the rest of the input is ignored")
    func violationLingers() throws {
        let stalled = StalledTransport()
        let limits = WebSocketLimits(closeTimeout: .seconds(1))
        let channel = EmbeddedChannel(handlers: [stalled, WebSocketHandler(role: .server, limits: limits)])
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        try channel.writeInbound(ByteBuffer(bytes: RawFrame.text("unmasked").bytes))
        #expect(stalled.closes.isEmpty)
        stalled.release()
        #expect(stalled.closes == [.output])
        try channel.writeInbound(ByteBuffer(bytes: RawFrame.text("more").masked().bytes))
        #expect(try channel.readInbound(as: WebSocketInbound.self).map { [$0] }?.closeCodes == [.protocolError])
        #expect(try channel.readInbound(as: WebSocketInbound.self) == nil)
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(stalled.closes == [.output, .all])
        #expect(!channel.isActive)
    }

    @Test("a violation while our close frame is unanswered sends no second one")
    func violationWhileClosing() throws {
        let connection = try TestConnection()
        connection.channel.write(WebSocketOutbound.close(.normal, reason: ""), promise: nil)
        #expect(try connection.frames().map(\.summary) == ["close 1000"])
        try connection.receive(RawFrame(opcode: 5).masked())
        #expect(try connection.events().closeCodes == [.protocolError])
        #expect(try connection.frames().isEmpty)
        #expect(!connection.isActive)
    }

    @Test("an application that ends the channel in answer to the end does no harm")
    func reentrantClose() throws {
        final class Closer: ChannelInboundHandler {
            typealias InboundIn = WebSocketInbound
            typealias InboundOut = WebSocketInbound
            func channelRead(context: ChannelHandlerContext, data: NIOAny) {
                context.write(NIOAny(WebSocketOutbound.text(ByteBuffer(string: "re"))), promise: nil)
                context.write(NIOAny(WebSocketOutbound.close(.normal, reason: "")), promise: nil)
                context.fireChannelRead(data)
                context.close(promise: nil)
            }
        }
        for frame in [RawFrame.text("a"), .close(1000), RawFrame(opcode: 5), .ping()] {
            let connection = try TestConnection(application: [Closer()])
            try connection.receive(frame.masked(), RawFrame.text("b").masked())
            #expect(!connection.isActive)
            #expect(try connection.events().closeCodes.count == 1)
            // What was written before the application ended the channel has left.
            #expect(try connection.frames().last?.opcode == 8)
        }
    }
}
