import Testing

@testable import CanonAgents

/// The examples and rules of WHATWG HTML, section 9.2.
@Suite struct ServerSentEventParserTests {
    static let table: [(stream: String, events: [ServerSentEvent])] = [
        ("data: a\n\n", [.init(data: "a")]),
        ("data:a\n\ndata:  b\n\n", [.init(data: "a"), .init(data: " b")]),
        ("data: YHOO\ndata: +2\ndata: 10\n\n", [.init(data: "YHOO\n+2\n10")]),
        (
            ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
            [.init(data: "first event", lastEventID: "1"), .init(data: "second event"), .init(data: " third event")]
        ),
        ("data\n\ndata\ndata\n\ndata:", [.init(data: ""), .init(data: "\n")]),
        ("data:test\n\ndata: test\n\n", [.init(data: "test"), .init(data: "test")]),
        (
            "event: add\ndata: 1\n\nevent: remove\ndata: 2\n\ndata: 3\n\n",
            [.init(type: "add", data: "1"), .init(type: "remove", data: "2"), .init(data: "3")]
        ),
        ("event: only\n\ndata: x\n\n", [.init(data: "x")]),
        ("data: a\rdata: b\r\rdata: c\r\n\r\ndata: d\n\n", [.init(data: "a\nb"), .init(data: "c"), .init(data: "d")]),
        ("\u{FEFF}data: bom\n\n\u{FEFF}data: none\n\n", [.init(data: "bom")]),
        ("data: a\r\ndata: b\r\n\r\n", [.init(data: "a\nb")]),
        (":\n:keep-alive\n\n\n\n", []),
        ("data: cut\n", []), ("data: cut\n\ndata: half", [.init(data: "cut")]),
        (
            "id: 7\ndata: a\n\ndata: b\n\nid: x\u{0}y\ndata: c\n\n",
            [
                .init(data: "a", lastEventID: "7"), .init(data: "b", lastEventID: "7"),
                .init(data: "c", lastEventID: "7"),
            ]
        ),
        ("unknown: x\nDATA: y\n data: z\n\n", []),
        ("data: \u{E4}\u{1F600}: colons: stay\n\n", [.init(data: "\u{E4}\u{1F600}: colons: stay")]),
        ("retry: 10\nretry: x\ndata: a\n\n", [.init(data: "a")]),
    ]

    @Test("streams are taken apart as the standard says, in one piece and byte by byte", arguments: table.indices)
    func parses(index: Int) throws {
        let (stream, expected) = Self.table[index]
        var whole = ServerSentEventParser()
        #expect(try whole.append(stream.utf8) == expected)
        var single = ServerSentEventParser()
        var events: [ServerSentEvent] = []
        for byte in stream.utf8 { events += try single.append(CollectionOfOne(byte)) }
        #expect(events == expected)
    }

    @Test("where the chunks are split makes no difference", arguments: 0..<20)
    func parsesSplits(round: Int) throws {
        let streams = Self.table.map(\.stream).filter { !$0.hasPrefix("\u{FEFF}") }
        let bytes: [UInt8] = streams.flatMap { Array($0.utf8) + [10, 10] }
        var whole = ServerSentEventParser()
        let expected = try whole.append(bytes)
        #expect(expected.count > 15)
        var parser = ServerSentEventParser()
        var events: [ServerSentEvent] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Int.random(in: 0...min(rest.count, 30))
            events += try parser.append(rest.prefix(count))
            rest = rest.dropFirst(count)
        }
        #expect(events == expected)
    }

    @Test("invalid UTF-8 is replaced, not refused")
    func repairs() throws {
        var parser = ServerSentEventParser()
        #expect(try parser.append(Array("data: ".utf8) + [0xFF, 0x41, 10, 10]) == [.init(data: "\u{FFFD}A")])
    }

    @Test("a line or an event over the limit is an error, not memory")
    func isBounded() throws {
        var line = ServerSentEventParser(limit: 100)
        #expect(throws: ServerSentEventError.tooLong(limit: 100)) {
            try line.append(Array(repeating: UInt8(ascii: "x"), count: 101))
        }
        var event = ServerSentEventParser(limit: 100)
        #expect(throws: ServerSentEventError.tooLong(limit: 100)) {
            try event.append(String(repeating: "data: 0123456789\n", count: 20).utf8)
        }
        var comments = ServerSentEventParser(limit: 100)
        #expect(try comments.append(String(repeating: ": 0123456789\n", count: 200).utf8).isEmpty)
    }

    @Test("the reconnection time is kept")
    func retries() throws {
        var parser = ServerSentEventParser()
        _ = try parser.append("retry: 2500\n\nretry: -1\n".utf8)
        #expect(parser.retry == 2500)
    }
}
