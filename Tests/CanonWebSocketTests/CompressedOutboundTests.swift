import CanonTestSupport
import NIOCore
import Testing

@testable import CanonWebSocket

/// What leaves compressed.
@Suite struct CompressedOutboundTests {
    private static let event = #"{"type":"agent_delta","seq":17,"delta":"the quick brown fox and the quick brown dog"}"#

    private func message(_ frame: RawFrame) throws -> [UInt8] {
        guard frame.reservedBits == 0x40 else { return frame.payload }
        return Array(
            try Inflater.inflate(ByteBuffer(bytes: frame.payload), isText: false, limit: 1 << 24).readableBytesView)
    }

    @Test("a message that gets shorter is compressed, a short or incompressible one is sent as it is")
    func messages() throws {
        for role in [WebSocketRole.server, .client] {
            let connection = try TestConnection(role, compression: PermessageDeflate())
            let random = SeededBytes.random(5000, seed: 61)
            let table: [(message: [UInt8], isCompressed: Bool)] = [
                ([], false), ([UInt8](repeating: 0x61, count: 63), false), ([UInt8](repeating: 0x61, count: 64), true),
                (Array(Self.event.utf8), true), (random, false), ([UInt8](repeating: 0x61, count: 4_000_000), true),
                // Compressed, and still larger than what is copied behind its header.
                (random + random.map { $0 & 1 }, true), (SeededBytes.random(60_000, seed: 62).map { $0 & 15 }, true),
            ]
            for (index, (bytes, _)) in table.enumerated() {
                let payload = ByteBuffer(bytes: bytes)
                connection.channel.write(
                    index % 2 == 0 ? WebSocketOutbound.text(payload) : .binary(payload), promise: nil)
            }
            let frames = try connection.frames()
            #expect(frames.map { $0.reservedBits == 0x40 } == table.map(\.isCompressed))
            #expect(frames.map(\.opcode) == table.indices.map { $0 % 2 == 0 ? 1 : 2 })
            for (frame, (bytes, isCompressed)) in zip(frames, table) {
                #expect(try message(frame) == bytes)
                #expect(!isCompressed || frame.payload.count < bytes.count)
            }
        }
    }

    @Test("control frames are never compressed, and without an agreement nothing is")
    func neverCompressed() throws {
        let connection = try TestConnection(compression: PermessageDeflate())
        connection.channel.write(WebSocketOutbound.ping(ByteBuffer(repeating: 0x61, count: 125)), promise: nil)
        connection.channel.write(WebSocketOutbound.pong(ByteBuffer(repeating: 0x61, count: 125)), promise: nil)
        try connection.receive(RawFrame.ping([UInt8](repeating: 0x62, count: 125)).masked())
        connection.channel.write(
            WebSocketOutbound.close(.normal, reason: String(repeating: "a", count: 100)), promise: nil)
        let frames = try connection.frames()
        #expect(frames.count == 4)
        #expect(frames.allSatisfy { $0.reservedBits == 0 })

        let plain = try TestConnection()
        plain.channel.write(WebSocketOutbound.text(ByteBuffer(string: Self.event)), promise: nil)
        #expect(try plain.frames().map(\.reservedBits) == [0])
    }

    /// Every distance that the window allows is used: the message repeats what is just far enough back, and more.
    @Test("no window is larger than what was agreed on", arguments: 9...15)
    func windows(bits: Int) throws {
        let compression = PermessageDeflate(serverMaxWindowBits: bits)
        let connection = try TestConnection(compression: compression)
        for distance in [200, 500, 600, 1100, 2100, 4000, 4200, 9000, 33_000] {
            let unit = SeededBytes.random(distance, seed: UInt64(distance)).map { $0 & 63 }
            connection.channel.write(WebSocketOutbound.binary(ByteBuffer(bytes: unit + unit + unit)), promise: nil)
            let frame = try #require(try connection.frames().first)
            #expect(frame.reservedBits == 0x40)
            let read = try BoundedInflater.inflate(frame.payload, windowBits: bits)
            #expect(read == unit + unit + unit)
        }
        #expect(compression.acceptsSharedFrames == (bits >= 12))
    }

    @Test("what one end compresses the other reads, at every length up to some blocks", arguments: [UInt64(71), 72])
    func roundTrips(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let server = try TestConnection(.server, compression: PermessageDeflate())
        let client = try TestConnection(.client, compression: PermessageDeflate())
        for round in 0..<400 {
            let alphabet = UInt8.random(in: 1...255, using: &generator)
            let message = generator.bytes(Int.random(in: 0...(round % 20 == 0 ? 200_000 : 5000), using: &generator))
                .map { $0 % alphabet }
            for (sender, receiver) in [(server, client), (client, server)] {
                sender.channel.writeAndFlush(WebSocketOutbound.binary(ByteBuffer(bytes: message)), promise: nil)
                for bytes in try sender.writes() { try receiver.receive(bytes) }
                #expect(try receiver.events() == [.binary(ByteBuffer(bytes: message))], "seed \(seed), round \(round)")
            }
        }
    }

    @Test("a frame compressed once is read by every client that has agreed")
    func sharedFrame() throws {
        let frame = WebSocketFrameEncoder.serverTextDeflated(Self.event.utf8)
        let header = try #require(RawFrame.parse(Array(frame.readableBytesView))).first
        #expect(header?.reservedBits == 0x40 && header?.isFinal == true && header?.opcode == 1)
        #expect(frame.readableBytes < Self.event.utf8.count)
        #expect(frame == WebSocketFrameEncoder.serverTextDeflated(Array(Self.event.utf8)))
        for _ in 0..<3 {
            let server = try TestConnection(compression: PermessageDeflate(serverMaxWindowBits: 12))
            let client = try TestConnection(.client, compression: PermessageDeflate(serverMaxWindowBits: 12))
            for _ in 0..<2 {
                server.channel.writeAndFlush(WebSocketOutbound.encoded(frame), promise: nil)
                for bytes in try server.writes() { try client.receive(bytes) }
                #expect(try client.events() == [.text(ByteBuffer(string: Self.event))])
            }
        }
        let long = [UInt8](repeating: 0x61, count: 300_000)
        let frames = try #require(
            RawFrame.parse(Array(WebSocketFrameEncoder.serverTextDeflated(long).readableBytesView)))
        #expect(try frames.map { try message($0) } == [long])
    }

    @Test("a short message becomes the frame it would be without compression")
    func sharedShortFrame() {
        for text in ["", "Hello", String(repeating: "a", count: 63)] {
            #expect(WebSocketFrameEncoder.serverTextDeflated(text.utf8) == WebSocketFrameEncoder.serverText(text.utf8))
        }
    }

    @Test("a compressed frame is not written to a client that cannot read it", arguments: [nil, 9, 11])
    func unreadable(bits: Int?) throws {
        let compression = bits.map { PermessageDeflate(serverMaxWindowBits: $0) }
        let connection = try TestConnection(compression: compression)
        #expect(throws: WebSocketError.compressedFrameNotAgreed) {
            try connection.channel.writeAndFlush(
                WebSocketOutbound.encoded(WebSocketFrameEncoder.serverTextDeflated(Self.event.utf8))
            ).wait()
        }
        connection.channel.write(WebSocketOutbound.encoded(WebSocketFrameEncoder.serverText("a".utf8)), promise: nil)
        #expect(try connection.frames().map(\.summary) == ["text a"])
    }

    @Test("frames are compressed on several threads at once")
    func threads() async {
        let texts = (0..<8).map { String(repeating: "\(Self.event)\($0)", count: 20) }
        let expected = texts.map { WebSocketFrameEncoder.serverTextDeflated($0.utf8) }
        await withTaskGroup(of: Bool.self) { group in
            for (text, frame) in zip(texts, expected) {
                group.addTask {
                    (0..<200).allSatisfy { _ in WebSocketFrameEncoder.serverTextDeflated(text.utf8) == frame }
                }
            }
            for await isSame in group { #expect(isSame) }
        }
    }

    @Test("a pool lends each thing to one borrower, and keeps no more than its limit")
    func pool() {
        final class Thing: Sendable {}
        let pool = IdlePool<Thing>()
        func borrow(_ depth: Int, _ others: [Thing]) {
            pool.with({ Thing() }) { thing in
                guard let thing else { return }
                #expect(!others.contains { $0 === thing })
                if depth > 1 { borrow(depth - 1, others + [thing]) }
            }
        }
        borrow(40, [])
        #expect(pool.idleCount == IdlePool<Thing>.limit)
        #expect(pool.with({ nil }) { $0 != nil })
        borrow(3, [])
        #expect(pool.idleCount == IdlePool<Thing>.limit)
    }
}
