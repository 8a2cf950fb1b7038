import CanonTestSupport
import NIOCore
import Testing

@testable import CanonWebSocket

/// What a peer sends, and what the application is to see: Autobahn's groups 1, 2, 5 and 6 in small.
struct Conversation: Sendable, CustomTestStringConvertible {
    let name: String
    let frames: [RawFrame]
    let events: [String]

    var testDescription: String { name }

    init(_ name: String, _ frames: [RawFrame], _ events: [String]) {
        self.name = name
        self.frames = frames
        self.events = events
    }

    private static func fragments(of bytes: [UInt8], size: Int) -> [RawFrame] {
        let starts = Array(stride(from: 0, to: bytes.count, by: size))
        return starts.map { start in
            RawFrame(
                isFinal: start == starts.last, opcode: start == 0 ? 1 : 0,
                payload: Array(bytes[start..<min(start + size, bytes.count)])
            )
        }
    }

    static let all: [Conversation] =
        [0, 125, 126, 127, 128, 1023, 1024, 1025, 65535, 65536].map { length in
            let text = String(repeating: "*", count: length)
            return Conversation("text of \(length) bytes", [.text(text)], ["text \(text)"])
        }
        + [0, 125, 126, 65535, 65536].map { length in
            let bytes = [UInt8](repeating: 0xFE, count: length)
            return Conversation("binary of \(length) bytes", [.binary(bytes)], ["binary \(bytes)"])
        }
        + [
            Conversation("an empty ping", [.ping()], ["ping "]),
            Conversation(
                "a ping of 125 bytes", [.ping([UInt8](repeating: 0x61, count: 125))],
                ["ping " + String(repeating: "a", count: 125)]),
            Conversation(
                "pongs that nobody asked for", [.pong(), .pong(Array("x".utf8)), .text("a")],
                ["pong ", "pong x", "text a"]),
            Conversation(
                "two fragments", [.text("ab", isFinal: false), .continuation([0x63], isFinal: true)], ["text abc"]),
            Conversation(
                "fragments with a ping between",
                [
                    .text("ab", isFinal: false), .ping(Array("p".utf8)), .continuation([0x63], isFinal: true),
                ], ["ping p", "text abc"]),
            Conversation(
                "fragments with pings and pongs between, and a second message",
                [
                    .text("1", isFinal: false), .continuation(Array("2".utf8), isFinal: false), .ping(Array("p".utf8)),
                    .continuation(Array("3".utf8), isFinal: false), .pong(Array("q".utf8)),
                    .continuation(Array("4".utf8), isFinal: true), .binary([1], isFinal: false),
                    .continuation([2], isFinal: true), .text("5"),
                ], ["ping p", "pong q", "text 1234", "binary [1, 2]", "text 5"]),
            Conversation(
                "empty fragments",
                [
                    .text("", isFinal: false), .continuation([], isFinal: false), .continuation([], isFinal: true),
                ], ["text "]),
            Conversation(
                "text in the middle of empty fragments",
                [
                    .text("", isFinal: false), .continuation(Array("mid".utf8), isFinal: false),
                    .continuation([], isFinal: true),
                ], ["text mid"]),
            Conversation("a character over three fragments", fragments(of: Array("€".utf8), size: 1), ["text €"]),
            Conversation(
                "UTF-8 in fragments of one byte",
                fragments(of: Array("Hello-µ@ßöäüàá-UTF-8!! 😀 κόσμε".utf8), size: 1),
                ["text Hello-µ@ßöäüàá-UTF-8!! 😀 κόσμε"]),
            Conversation("binary is not validated", [.binary([0xFF, 0xC0])], ["binary [255, 192]"]),
            Conversation(
                "a long message in fragments of 1000 bytes",
                fragments(of: Array(String(repeating: "ä1", count: 30_000).utf8), size: 1000),
                ["text " + String(repeating: "ä1", count: 30_000)]),
        ]
        + UTF8ValidatorTests.sequences.filter(\.isValid).map { bytes, _ in
            Conversation(
                "UTF-8 \(bytes)", [RawFrame(opcode: 1, payload: bytes)],
                ["text \(String(decoding: bytes, as: UTF8.self))"])
        }
}

@Suite struct WebSocketMessageTests {
    @Test("a conversation arrives as it was sent, masked and unmasked", arguments: Conversation.all)
    func conversations(conversation: Conversation) throws {
        for role in [WebSocketRole.server, .client] {
            let connection = try TestConnection(role)
            let frames = role == .server ? conversation.frames.map { $0.masked() } : conversation.frames
            try connection.receive(frames.flatMap(\.bytes))
            #expect(try connection.events().map(\.summary) == conversation.events)
            #expect(connection.isActive)
            let pings = conversation.events.filter { $0.hasPrefix("ping ") }
            #expect(try connection.frames().map(\.summary) == pings.map { "pong " + $0.dropFirst(5) })
        }
    }

    @Test("UTF-8 that is invalid anywhere in a text is refused with 1007")
    func invalidSequences() throws {
        for (bytes, isValid) in UTF8ValidatorTests.sequences where !isValid {
            for before in ["", "abcdefgh", "€uro"] {
                let connection = try TestConnection()
                try connection.receive(RawFrame(opcode: 1, payload: Array(before.utf8) + bytes).masked())
                #expect(try connection.events().closeCodes == [.invalidPayload], "\(bytes)")
            }
        }
    }

    @Test("any split of a stream of frames gives the same events", arguments: [UInt64(1), 2, 3, 4, 5])
    func splits(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let conversation = Conversation.all.filter { $0.frames.reduce(0) { $0 + $1.payload.count } < 2000 }
            .shuffled(using: &generator)
        for role in [WebSocketRole.server, .client] {
            let frames = conversation.flatMap(\.frames) + [.close(4321, "bye")]
            let bytes = frames.flatMap { frame in
                role == .server ? frame.masked(generator.bytes(4)).bytes : frame.bytes
            }
            let expected = conversation.flatMap(\.events) + ["closed 4321 bye"]
            for longest in [1, 3, 40, 3000] {
                let connection = try TestConnection(role)
                var rest = bytes[...]
                while !rest.isEmpty {
                    let count = Int.random(in: 1...longest, using: &generator)
                    try connection.receive(Array(rest.prefix(count)))
                    rest = rest.dropFirst(count)
                }
                #expect(try connection.events().map(\.summary) == expected)
            }
        }
    }

    @Test("a payload that the application keeps stays as it was")
    func keptPayloads() throws {
        let connection = try TestConnection()
        var kept: [WebSocketInbound] = []
        for number in 0..<100 {
            try connection.receive(RawFrame.text("message \(number)").masked())
            kept += try connection.events()
        }
        #expect(kept.map(\.summary) == (0..<100).map { "text message \($0)" })
    }

    @Test("the memory of a long message is given up, that of a short one reused")
    func memoryIsGivenUp() throws {
        var decoder = WebSocketFrameDecoder(role: .server, limits: WebSocketLimits())
        for length in [100_000, 10] {
            var bytes = ByteBuffer(bytes: RawFrame.binary([UInt8](repeating: 1, count: length)).masked().bytes)
            _ = try decoder.next(from: &bytes)
            decoder.releaseMemory()
            #expect(decoder.bufferedCapacity <= WebSocketFrameDecoder.retainedCapacity)
        }
        #expect(decoder.bufferedCapacity > 0)
    }

    @Test("garbage never traps, and ends in at most one close", arguments: [UInt64(11), 12, 13, 14])
    func garbage(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var ended = 0
        for round in 0..<400 {
            let role: WebSocketRole = round % 2 == 0 ? .server : .client
            let connection = try TestConnection(role, limits: WebSocketLimits(maximumMessageBytes: 5000))
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                // Half plausible frames with one byte changed, half noise.
                if Bool.random(using: &generator) {
                    var frame = RawFrame(
                        isFinal: Bool.random(using: &generator),
                        opcode: [0, 1, 2, 8, 9, 10].randomElement(using: &generator) ?? 0,
                        payload: generator.bytes(Int.random(in: 0...300, using: &generator))
                    )
                    if role == .server { frame = frame.masked(generator.bytes(4)) }
                    var changed = frame.bytes
                    changed[Int.random(in: 0..<changed.count, using: &generator)] ^= UInt8(
                        truncatingIfNeeded: generator.next())
                    bytes += changed
                } else {
                    bytes += generator.bytes(Int.random(in: 1...50, using: &generator))
                }
            }
            while !bytes.isEmpty {
                let count = min(bytes.count, Int.random(in: 1...200, using: &generator))
                try connection.receive(Array(bytes[..<count]))
                bytes.removeFirst(count)
            }
            let events = try connection.events()
            #expect(events.closeCodes.count <= 1)
            if events.closeCodes.count == 1 {
                ended += 1
                #expect(try connection.frames().last?.opcode == 8)
                guard case .closed? = events.last else {
                    Issue.record("something followed the end")
                    continue
                }
            }
        }
        #expect(ended > 200)
    }
}
