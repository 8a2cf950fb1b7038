import CanonTestSupport
import NIOCore
import Testing

@testable import CanonWebSocket

/// What arrives compressed. The payloads are those of RFC 7692, written out by hand, or made by zlib as the module
/// binds it.
@Suite struct CompressedMessageTests {
    private static let hello: [UInt8] = [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00]

    private func connection(limit: Int = 1 << 20) throws -> TestConnection {
        try TestConnection(
            limits: WebSocketLimits(maximumMessageBytes: limit), compression: PermessageDeflate())
    }

    /// Compressed by zlib, in blocks that end with a flush, so that results can be put together.
    private func compressed(_ message: [UInt8]) throws -> [UInt8] {
        let deflater = try #require(Deflater(windowBits: 15))
        let payload = message.withUnsafeBytes { deflater.compress($0, longest: message.count + 1000) }
        return Array(try #require(payload).readableBytesView)
    }

    @Test(
        "the examples of RFC 7692 section 7.2.3 are read",
        arguments: [
            ("one block", hello, "Hello"),
            (
                "a block without compression", [0x00, 0x05, 0x00, 0xFA, 0xFF, 0x48, 0x65, 0x6C, 0x6C, 0x6F, 0x00],
                "Hello"
            ),
            ("a block marked as the last", [0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00], "Hello"),
            ("two blocks", [0xF2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xCA, 0xC9, 0xC9, 0x07, 0x00], "Hello"),
            ("an empty message", [0x00], ""),
            // Not in the RFC, and sent by some all the same.
            ("no bytes at all", [], ""),
            ("a last block with nothing behind it", [0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00], "Hello"),
            ("a tail that was left in place", hello + [0x00, 0x00, 0xFF, 0xFF], "Hello"),
            (
                "a block after the last one",
                [0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00] + hello, "HelloHello"
            ),
        ] as [(String, [UInt8], String)])
    func examples(name: String, payload: [UInt8], text: String) throws {
        let connection = try connection()
        // Twice, so that nothing is left over from the first.
        for _ in 0..<2 {
            try connection.receive(RawFrame.compressed(payload).masked())
            #expect(try connection.events() == [.text(ByteBuffer(string: text))])
        }
        // The other role takes the way without a copy.
        let client = try TestConnection(.client, compression: PermessageDeflate())
        try client.receive(RawFrame.compressed(payload, opcode: 2))
        #expect(try client.events() == [.binary(ByteBuffer(string: text))])
    }

    @Test("the example of a fragmented message is read, with control frames between its fragments")
    func fragments() throws {
        let connection = try connection()
        try connection.receive(
            RawFrame.compressed(Array(Self.hello[..<3]), isFinal: false).masked(),
            RawFrame.ping(Array("p".utf8)).masked(), RawFrame.continuation([], isFinal: false).masked(),
            RawFrame.pong(Array("q".utf8)).masked(),
            RawFrame.continuation(Array(Self.hello[3...]), isFinal: true).masked())
        #expect(try connection.events().map(\.summary) == ["ping p", "pong q", "text Hello"])
        #expect(try connection.frames().map(\.summary) == ["pong p"])
    }

    @Test("a message that was not compressed is read on a compressed connection, and its text validated")
    func uncompressed() throws {
        let connection = try connection()
        try connection.receive(RawFrame.text("plain").masked(), RawFrame.compressed(Self.hello).masked())
        #expect(try connection.events().map(\.summary) == ["text plain", "text Hello"])
        try connection.receive(RawFrame(opcode: 1, payload: [0xFF]).masked())
        #expect(try connection.events().closeCodes == [.invalidPayload])
    }

    @Test(
        "data that cannot be decompressed, or not without the message before it, is refused with 1007",
        arguments: [
            // The second message of section 7.2.3.2, which refers to the first.
            [0xF2, 0x00, 0x11, 0x00, 0x00],
            // A reserved kind of block, a wrong length of a stored one, garbage.
            [0x06], [0x07, 0xFF], [0x00, 0x05, 0x00, 0xFA, 0xFE, 0x48], [0xFF, 0xFF, 0xFF],
            // Cut off in the middle of a block: the tail must not be taken for data.
            [0xF2, 0x48, 0xCD], [0xF2, 0x48, 0xCD, 0xC9, 0xC9], [0x00, 0x64, 0x00, 0x9B, 0xFF, 0x48, 0x65],
            // Bytes behind the end that are no block.
            hello + [0x00, 0x00, 0xFF, 0xFF, 0x07], [0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x07],
        ] as [[UInt8]])
    func corrupt(payload: [UInt8]) throws {
        for opcode in [UInt8(1), 2] {
            let connection = try connection()
            try connection.receive(RawFrame.compressed(payload, opcode: opcode).masked())
            #expect(try connection.events().closeCodes == [.invalidPayload])
            #expect(try connection.frames().map(\.summary) == ["close 1007"])
            // Whoever is next gets an inflater that has forgotten it.
            let next = try self.connection()
            try next.receive(RawFrame.compressed(Self.hello).masked())
            #expect(try next.events() == [.text(ByteBuffer(string: "Hello"))])
        }
    }

    @Test("text is UTF-8 after it was decompressed, whole characters included; binary is not looked at")
    func text() throws {
        for (bytes, isValid) in UTF8ValidatorTests.sequences {
            let padding = [UInt8](repeating: 0x61, count: 16 * 1024 - 1)
            for before in [[], padding] {
                let payload = try compressed(before + bytes)
                let connection = try connection()
                try connection.receive(RawFrame.compressed(payload, opcode: 2).masked())
                #expect(try connection.events() == [.binary(ByteBuffer(bytes: before + bytes))])
                try connection.receive(RawFrame.compressed(payload).masked())
                let events = try connection.events()
                #expect(
                    isValid
                        ? events == [.text(ByteBuffer(bytes: before + bytes))] : events.closeCodes == [.invalidPayload])
            }
        }
    }

    @Test("the limit counts decompressed bytes: exactly as many pass, one more is refused with 1009")
    func limit() throws {
        for limit in [0, 1, 1000, 16 * 1024, 16 * 1024 + 1, 100_000] {
            for message in [
                [UInt8](repeating: 0x61, count: limit), SeededBytes.random(limit, seed: 41),
            ] {
                let payload = try compressed(message)
                let connection = try connection(limit: limit)
                try connection.receive(RawFrame.compressed(payload, opcode: 2).masked())
                #expect(try connection.events() == [.binary(ByteBuffer(bytes: message))])
                try connection.receive(RawFrame.compressed(try compressed(message + [0x61]), opcode: 2).masked())
                #expect(try connection.events().closeCodes == [.messageTooBig])
                #expect(try connection.frames().map(\.summary) == ["close 1009"])
            }
        }
    }

    @Test("compressed bytes are limited as well, from the header on")
    func compressedLimit() throws {
        let connection = try connection(limit: 1000)
        var frame = RawFrame.compressed([], opcode: 2).masked()
        frame.announcedLength = 1000 + 125 + 65
        try connection.receive(frame.header)
        #expect(try connection.events().closeCodes == [.messageTooBig])
        // Blocks that hold nothing.
        let blocks = try self.connection(limit: 1000)
        let nothing: [UInt8] = [0x00, 0x00, 0x00, 0xFF, 0xFF]
        for number in 0..<300 {
            let frame =
                number == 0 ? RawFrame.compressed(nothing, isFinal: false) : .continuation(nothing, isFinal: false)
            try blocks.receive(frame.masked())
        }
        #expect(try blocks.events().closeCodes == [.messageTooBig])
    }

    @Test("a bomb is refused without being unpacked")
    func bomb() throws {
        let megabyte = try compressed([UInt8](repeating: 0, count: 1 << 20)) + [0x00, 0x00, 0xFF, 0xFF]
        let bomb = [[UInt8]](repeating: megabyte, count: 500).flatMap(\.self)
        let connection = try connection(limit: 4 << 20)
        let frame = RawFrame.compressed(bomb, opcode: 2).masked().bytes
        let before = ProcessMemory.peakBytes()
        try connection.receive(frame)
        #expect(try connection.events().closeCodes == [.messageTooBig])
        if let before, let after = ProcessMemory.peakBytes() {
            #expect(after - before < 64 << 20)
        }
    }

    @Test(
        "the bit of compression stands on first frames of messages alone, and only if it was agreed on",
        arguments: [
            ([RawFrame.text("a", isFinal: false), RawFrame(reservedBits: 0x40, opcode: 0)], true),
            ([RawFrame.compressed(hello, isFinal: false), RawFrame(reservedBits: 0x40, opcode: 0)], true),
            ([RawFrame(reservedBits: 0x40, opcode: 8)], true), ([RawFrame(reservedBits: 0x40, opcode: 9)], true),
            ([RawFrame(reservedBits: 0x40, opcode: 10)], true), ([RawFrame(reservedBits: 0x20, opcode: 1)], true),
            ([RawFrame(reservedBits: 0x50, opcode: 1)], true), ([RawFrame.compressed(hello)], false),
        ] as [([RawFrame], Bool)])
    func reservedBits(frames: [RawFrame], isAgreed: Bool) throws {
        let connection = try TestConnection(compression: isAgreed ? PermessageDeflate() : nil)
        try connection.receive(frames.flatMap { $0.masked().bytes })
        #expect(try connection.events().closeCodes == [.protocolError])
    }

    @Test("what follows our close frame is not decompressed")
    func closing() throws {
        let connection = try connection()
        connection.channel.write(WebSocketOutbound.close(.normal, reason: ""), promise: nil)
        try connection.receive(RawFrame.compressed([0xFF, 0xFF]).masked(), RawFrame.close(1000).masked())
        #expect(try connection.events().closeCodes == [.normal])
    }

    @Test("garbage as compressed data never traps or passes the limit", arguments: [UInt64(51), 52, 53])
    func garbage(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var (delivered, refused) = (0, 0)
        for round in 0..<2000 {
            var payload: [UInt8]
            if round % 2 == 0 {
                payload = generator.bytes(Int.random(in: 1...300, using: &generator))
            } else {
                // Almost right, so that it comes further.
                payload = try compressed(
                    (0..<Int.random(in: 1...3000, using: &generator)).map { UInt8(truncatingIfNeeded: $0 / 7) })
                for _ in 0..<Int.random(in: 0...2, using: &generator) {
                    payload[Int.random(in: 0..<payload.count, using: &generator)] ^= UInt8(
                        truncatingIfNeeded: generator.next())
                }
            }
            let connection = try connection(limit: 2000)
            try connection.receive(RawFrame.compressed(payload, opcode: 2).masked())
            for event in try connection.events() {
                switch event {
                case .binary(let message):
                    delivered += 1
                    #expect(message.readableBytes <= 2000)
                case .closed(let code, _):
                    refused += 1
                    #expect(code == .invalidPayload || code == .messageTooBig)
                default: Issue.record("\(event) with seed \(seed)")
                }
            }
        }
        #expect(delivered + refused == 2000)
        #expect(delivered > 100 && refused > 500)
    }
}
