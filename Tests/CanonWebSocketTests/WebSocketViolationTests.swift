import NIOCore
import Testing

@testable import CanonWebSocket

/// Each refused form, the code it is refused with, and what of it was still delivered.
struct RefusedForm: Sendable, CustomTestStringConvertible {
    let name: String
    var role = WebSocketRole.server
    let bytes: [UInt8]
    let code: WebSocketCloseCode
    var delivered: [String] = []

    var testDescription: String { name }

    static func frames(
        _ name: String,
        _ frames: [RawFrame],
        _ code: WebSocketCloseCode = .protocolError,
        delivered: [String] = []
    ) -> RefusedForm {
        RefusedForm(name: name, bytes: frames.flatMap { $0.masked().bytes }, code: code, delivered: delivered)
    }

    static let all: [RefusedForm] =
        [UInt8(0x10), 0x20, 0x40, 0x70].map { bits in
            frames("reserved bits \(bits)", [RawFrame(reservedBits: bits, opcode: 1, payload: [0x61])])
        }
        + [UInt8(3), 4, 5, 6, 7, 11, 12, 13, 14, 15].map { opcode in
            frames("opcode \(opcode)", [.text("ok"), RawFrame(opcode: opcode)], delivered: ["text ok"])
        }
        + [
            RefusedForm(name: "a client's unmasked frame", bytes: RawFrame.text("a").bytes, code: .protocolError),
            RefusedForm(name: "a client's unmasked ping", bytes: RawFrame.ping().bytes, code: .protocolError),
            RefusedForm(
                name: "a server's masked frame", role: .client, bytes: RawFrame.text("a").masked().bytes,
                code: .protocolError
            ),
            frames("reserved bit on a ping", [RawFrame(reservedBits: 0x40, opcode: 9)]),
            frames(
                "reserved bit on a continuation",
                [
                    .text("a", isFinal: false), RawFrame(reservedBits: 0x40, opcode: 0),
                ]),
            frames("a fragmented ping", [RawFrame(isFinal: false, opcode: 9)]),
            frames("a fragmented pong", [RawFrame(isFinal: false, opcode: 10)]),
            frames("a fragmented close", [RawFrame(isFinal: false, opcode: 8)]),
            frames("a ping of 126 bytes", [.ping([UInt8](repeating: 0, count: 126))]),
            frames("a pong of 126 bytes", [.pong([UInt8](repeating: 0, count: 126))]),
            frames("a close frame of 126 bytes", [.close(1000, String(repeating: "a", count: 124))]),
            frames("a ping with a long length form", [RawFrame(opcode: 9, lengthForm: .sixteenBits)]),
            frames("a length of 64 bits", [RawFrame(opcode: 2, announcedLength: 1 << 63)]),
            frames("the greatest length", [RawFrame(opcode: 2, announcedLength: .max)]),
            frames("the greatest 63-bit length", [RawFrame(opcode: 2, announcedLength: 1 << 63 - 1)], .messageTooBig),
            frames("a continuation of nothing", [.continuation([0x61], isFinal: true)]),
            frames("an unfinished continuation of nothing", [.continuation([0x61], isFinal: false)]),
            frames(
                "a continuation after a whole message", [.text("a"), .continuation([], isFinal: true)],
                delivered: ["text a"]),
            frames("text inside text", [.text("a", isFinal: false), .text("b")]),
            frames("binary inside text", [.text("a", isFinal: false), .binary([1])]),
            frames("a close frame of one byte", [RawFrame(opcode: 8, payload: [3])]),
            frames(
                "a close reason that is not UTF-8",
                [RawFrame(opcode: 8, payload: [3, 0xE8, 0xCE, 0xBA, 0xED, 0xA0, 0x80])], .invalidPayload),
            frames(
                "a close reason that ends in a character",
                [RawFrame(opcode: 8, payload: [3, 0xE8, 0xE2, 0x82])], .invalidPayload),
            frames("text that is not UTF-8", [RawFrame(opcode: 1, payload: [0xFF])], .invalidPayload),
            frames(
                "text that ends in a character", [RawFrame(opcode: 1, payload: [0x61, 0xE2, 0x82])], .invalidPayload),
            frames(
                "text that is wrong over a fragment's end",
                [
                    RawFrame(isFinal: false, opcode: 1, payload: [0xE2, 0x82]), .continuation([0x41], isFinal: true),
                ], .invalidPayload),
            frames(
                "fragments that end in a character",
                [
                    .text("a", isFinal: false), .continuation([0xC3], isFinal: true),
                ], .invalidPayload),
            frames(
                "a wrong first fragment, before the last one",
                [
                    RawFrame(isFinal: false, opcode: 1, payload: [0x61, 0xC0])
                ], .invalidPayload),
        ]
        + [UInt16(0), 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535].map { (code: UInt16) in
            frames("close code \(code)", [.close(code, "reason")])
        }
}

@Suite struct WebSocketViolationTests {
    @Test(
        "a refused form is answered with its close code, told once, and the channel ends after the frame is out",
        arguments: RefusedForm.all)
    func refused(form: RefusedForm) throws {
        let connection = try TestConnection(form.role)
        // More follows, as it would from a peer that does not know yet.
        try connection.receive(form.bytes + form.bytes)
        let events = try connection.events()
        #expect(events.dropLast().map(\.summary) == form.delivered)
        #expect(events.closeCodes == [form.code])
        guard case .closed(_, let reason)? = events.last else {
            Issue.record("the end was not told")
            return
        }
        #expect(!reason.isEmpty)

        let frames = try connection.frames()
        #expect(frames.map(\.summary) == ["close \(form.code)"])
        #expect(frames.first?.payload.dropFirst(2).elementsEqual(reason.utf8) == true)
        #expect((frames.first?.maskingKey != nil) == (form.role == .client))
        #expect(connection.isActive == false)
        #expect(connection.counter.closes.first == .output)
        #expect(connection.counter.closedUnflushed == false)

        connection.endTurn()
        #expect(try connection.events().isEmpty)
    }

    @Test("an invalid byte of text is refused before its frame is complete")
    func failsInsideFrame() throws {
        let connection = try TestConnection()
        let frame = RawFrame(opcode: 1, payload: Array("κόσμε".utf8) + [0xF4, 0x90, 0x80, 0x80] + [0x61]).masked()
        let valid = frame.header.count + "κόσμε".utf8.count + 1
        try connection.receive(Array(frame.bytes[..<valid]))
        #expect(try connection.events().isEmpty)
        try connection.receive([frame.bytes[valid]])
        #expect(try connection.events().closeCodes == [.invalidPayload])
    }

    @Test("a frame is refused from its first two bytes where they suffice")
    func failsInsideHeader() throws {
        let connection = try TestConnection()
        try connection.receive([0x89])
        #expect(try connection.events().isEmpty)
        try connection.receive([0xFE])
        #expect(try connection.events().closeCodes == [.protocolError])
    }

    @Test(
        "a message of exactly the limit passes, and one byte more is refused from its header",
        arguments: [0, 1, 125, 126, 1000, 65536])
    func limitOfOneFrame(limit: Int) throws {
        for role in [WebSocketRole.server, .client] {
            let connection = try TestConnection(role, limits: WebSocketLimits(maximumMessageBytes: limit))
            var whole = RawFrame.binary([UInt8](repeating: 9, count: limit))
            var tooLong = RawFrame(opcode: 2, announcedLength: UInt64(limit) + 1)
            if role == .server { (whole, tooLong) = (whole.masked(), tooLong.masked()) }
            try connection.receive(whole)
            #expect(try connection.events() == [.binary(ByteBuffer(repeating: 9, count: limit))])
            try connection.receive(tooLong.header)
            #expect(try connection.events().closeCodes == [.messageTooBig])
            #expect(try connection.frames().map(\.summary) == ["close 1009"])
        }
    }

    @Test("the limit counts all fragments of a message, and starts anew with the next")
    func limitOfFragments() throws {
        let limits = WebSocketLimits(maximumMessageBytes: 10)
        let connection = try TestConnection(limits: limits)
        let fragments = [
            RawFrame.text("12345", isFinal: false), .ping(), .continuation([], isFinal: false),
            .continuation(Array("67890".utf8), isFinal: true),
        ].map { $0.masked() }
        try connection.receive(fragments.flatMap(\.bytes) + fragments.flatMap(\.bytes))
        #expect(try connection.events().map(\.summary) == ["ping ", "text 1234567890", "ping ", "text 1234567890"])
        try connection.receive(RawFrame.text("12345", isFinal: false).masked())
        try connection.receive(RawFrame(opcode: 0, announcedLength: 6).masked().header)
        #expect(try connection.events().closeCodes == [.messageTooBig])
    }

    @Test("a length that is only announced costs no memory")
    func announcedLengthCostsNothing() throws {
        var decoder = WebSocketFrameDecoder(role: .server, limits: WebSocketLimits(maximumMessageBytes: 1 << 30))
        var header = ByteBuffer(bytes: RawFrame(opcode: 2, announcedLength: 1 << 30).masked().header + [0, 0, 0, 0])
        #expect(try decoder.next(from: &header) == nil)
        #expect(decoder.bufferedCapacity < 4096)
    }

    @Test("limits outside the possible are taken as the nearest possible")
    func limitsAreClamped() {
        #expect(WebSocketLimits(maximumMessageBytes: -1).enforcedMessageBytes == 0)
        #expect(WebSocketLimits(maximumMessageBytes: .max).enforcedMessageBytes == 1 << 30)
    }

    @Test("a reserved bit passes once an extension has negotiated it, on the first frame of a message only")
    func negotiatedReservedBits() throws {
        var decoder = WebSocketFrameDecoder(role: .server, limits: WebSocketLimits(), negotiatedReservedBits: 0x40)
        // Not UTF-8: an extension's bytes are not the text.
        let frames = [
            RawFrame(isFinal: false, reservedBits: 0x40, opcode: 1, payload: [0xFF, 0xFE]).masked(),
            RawFrame.continuation([0xFD], isFinal: true).masked(), RawFrame.text("plain").masked(),
        ]
        var bytes = ByteBuffer(bytes: frames.flatMap(\.bytes))
        #expect(
            try decoder.next(from: &bytes)
                == .message(isText: true, reservedBits: 0x40, ByteBuffer(bytes: [0xFF, 0xFE, 0xFD]))
        )
        #expect(
            try decoder.next(from: &bytes) == .message(isText: true, reservedBits: 0, ByteBuffer(string: "plain"))
        )
        for wrong in [
            RawFrame(reservedBits: 0x20, opcode: 1), RawFrame(reservedBits: 0x40, opcode: 9),
            RawFrame(reservedBits: 0x60, opcode: 1),
        ] {
            var decoder = decoder
            var bytes = ByteBuffer(bytes: wrong.masked().bytes)
            #expect(throws: WebSocketViolation.self) { try decoder.next(from: &bytes) }
        }
    }
}
