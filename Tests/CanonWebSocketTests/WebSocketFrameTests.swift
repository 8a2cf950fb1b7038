import CanonTestSupport
import NIOCore
import Testing

@testable import CanonWebSocket

@Suite struct WebSocketFrameTests {
    @Test("the examples of RFC 6455 section 5.7 are decoded")
    func examplesAreDecoded() throws {
        let examples: [(role: WebSocketRole, bytes: [UInt8], event: WebSocketInbound)] = [
            (.client, [0x81, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F], .text(ByteBuffer(string: "Hello"))),
            (
                .server, [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58],
                .text(ByteBuffer(string: "Hello"))
            ),
            (.client, [0x01, 0x03, 0x48, 0x65, 0x6C, 0x80, 0x02, 0x6C, 0x6F], .text(ByteBuffer(string: "Hello"))),
            (.client, [0x89, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F], .ping(ByteBuffer(string: "Hello"))),
            (
                .server, [0x8A, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58],
                .pong(ByteBuffer(string: "Hello"))
            ),
            (.client, [0x82, 0x7E, 0x01, 0x00] + [UInt8](0...255), .binary(ByteBuffer(bytes: [UInt8](0...255)))),
            (
                .client, [0x82, 0x7F, 0, 0, 0, 0, 0, 1, 0, 0] + [UInt8](repeating: 7, count: 65536),
                .binary(ByteBuffer(repeating: 7, count: 65536))
            ),
        ]
        for example in examples {
            let connection = try TestConnection(example.role)
            try connection.receive(example.bytes)
            #expect(try connection.events() == [example.event])
        }
    }

    @Test("the server's examples of RFC 6455 section 5.7 are encoded byte for byte")
    func examplesAreEncoded() throws {
        #expect(
            Array(WebSocketFrameEncoder.serverText("Hello".utf8).readableBytesView)
                == [0x81, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F]
        )
        var masked = ByteBuffer()
        WebSocketFrameEncoder.writeFrame(.pong, ByteBuffer(string: "Hello"), maskingKey: 0x3D21_FA37, to: &masked)
        #expect(
            Array(masked.readableBytesView) == [0x8A, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58]
        )
    }

    @Test(
        "a length is written in the shortest form that holds it",
        arguments: [(0, 2), (125, 2), (126, 4), (65535, 4), (65536, 10)]
    )
    func shortestLength(payloadBytes: Int, headerBytes: Int) throws {
        let payload = [UInt8](repeating: 0x61, count: payloadBytes)
        let frame = Array(WebSocketFrameEncoder.serverText(payload).readableBytesView)
        #expect(frame.count == headerBytes + payloadBytes)
        #expect(frame == RawFrame(opcode: 1, payload: payload).bytes)
        #expect(Array(WebSocketFrameEncoder.serverBinary(payload).readableBytesView)[0] == 0x82)
    }

    @Test("a length in a longer form than needed is read all the same")
    func longLengthForms() throws {
        for form in [RawFrame.LengthForm.sixteenBits, .sixtyFourBits] {
            let connection = try TestConnection()
            var frame = RawFrame.text("long").masked()
            frame.lengthForm = form
            try connection.receive(frame)
            #expect(try connection.events() == [.text(ByteBuffer(string: "long"))])
        }
    }

    @Test("masking equals the byte-by-byte definition at every length and offset")
    func maskingMatchesDefinition() {
        var generator = SeededGenerator(seed: 6455)
        for length in 0...100 {
            for offset in 0..<5 {
                let source = generator.bytes(length)
                let key = generator.bytes(4)
                let number = key.enumerated().reduce(UInt32(0)) { $0 | UInt32($1.element) << UInt32(8 * $1.offset) }
                var destination = [UInt8](repeating: 0xEE, count: length + 1)
                let isASCII = source.withUnsafeBytes { from in
                    destination.withUnsafeMutableBytes { to in
                        to.baseAddress.map { WebSocketMask.copy(from, to: $0, key: number, offset: offset) }
                    }
                }
                let expected = source.enumerated().map { $1 ^ key[($0 + offset) % 4] }
                #expect(Array(destination.dropLast()) == expected)
                #expect(destination.last == 0xEE)
                #expect(isASCII == expected.allSatisfy { $0 < 0x80 })
            }
        }
    }

    @Test("one byte above ASCII is noticed wherever it stands")
    func maskingNoticesEveryByte() {
        for position in 0..<75 {
            var source = [UInt8](repeating: 0x20, count: 75)
            source[position] = 0x80
            var destination = [UInt8](repeating: 0, count: 75)
            let isASCII = source.withUnsafeBytes { from in
                destination.withUnsafeMutableBytes { to in
                    to.baseAddress.map { WebSocketMask.copy(from, to: $0, key: 0, offset: 0) }
                }
            }
            #expect(isASCII == false)
        }
    }

    @Test("messages pass the pipeline without being boxed")
    func messagesFitInThreeWords() {
        #expect(MemoryLayout<WebSocketInbound>.size <= 24)
        #expect(MemoryLayout<WebSocketOutbound>.size <= 24)
    }

    @Test(
        "a close code is valid on the wire as the registry says",
        arguments: [
            (UInt16(0), false), (999, false), (1000, true), (1003, true), (1004, false), (1005, false), (1006, false),
            (1007, true), (1011, true), (1014, true), (1015, false), (1016, false), (1100, false), (2000, false),
            (2999, false), (3000, true), (3999, true), (4000, true), (4999, true), (5000, false), (65535, false),
        ]
    )
    func closeCodes(code: UInt16, isValid: Bool) {
        #expect(WebSocketCloseCode(rawValue: code).isValidOnTheWire == isValid)
    }

    @Test("a close reason is cut to 123 bytes at the end of a character")
    func closeReasonsAreCut() {
        let tables: [(reason: String, kept: Int)] = [
            (String(repeating: "a", count: 123), 123), (String(repeating: "a", count: 124), 123),
            (String(repeating: "é", count: 62), 122), (String(repeating: "€", count: 42), 123),
            (String(repeating: "😀", count: 31), 120), ("a" + String(repeating: "😀", count: 31), 121),
        ]
        for (reason, kept) in tables {
            var payload = WebSocketFrameEncoder.closePayload(.normal, reason: reason)
            #expect(payload.readInteger(as: UInt16.self) == 1000)
            #expect(payload.readableBytes == kept)
            #expect(reason.utf8.starts(with: payload.readableBytesView))
            #expect(String(validating: payload.readableBytesView, as: UTF8.self) != nil)
        }
    }

    @Test("a close code that may not be sent becomes 1011, and no code an empty frame")
    func unsendableCloseCodes() {
        #expect(WebSocketFrameEncoder.closePayload(.noStatusReceived, reason: "x").readableBytes == 0)
        for code: UInt16 in [0, 1006, 1015, 2500, 5000] {
            var payload = WebSocketFrameEncoder.closePayload(WebSocketCloseCode(rawValue: code), reason: "x")
            #expect(payload.readInteger(as: UInt16.self) == 1011)
        }
    }
}
