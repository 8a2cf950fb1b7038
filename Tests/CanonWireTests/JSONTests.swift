import CanonTestSupport
import CanonWire
import Testing

@Suite("JSON")
struct JSONTests {
    @Test(
        "a JSON text is read as the value it says",
        arguments: [
            ("null", JSONValue.null), (" true ", true), ("-0", 0), ("12", 12), ("9223372036854775807", .int(.max)),
            ("9223372036854775808", .double(9_223_372_036_854_775_808)), ("1.5e3", 1500.0), ("-2E-2", -0.02),
            ("\"\"", ""), (#""a\"\\\/\b\f\n\r\t""#, "a\"\\/\u{8}\u{c}\n\r\t"), (#""\u00e9\ud83d\ude00""#, "é😀"),
            ("[]", []), ("[1, [2]]", [1, [2]]), ("{}", [:]), (#"{"a":1,"b":{"c":null}}"#, ["a": 1, "b": ["c": nil]]),
            (#"{"a":1,"a":2}"#, ["a": 2]), ("\"日本語\"", "日本語"),
        ] as [(String, JSONValue)])
    func parses(text: String, value: JSONValue) throws {
        #expect(try JSONValue.parse(text.utf8) == value)
        #expect(try JSONValue.parse(value.encoded) == value)
    }

    @Test(
        "what is not JSON is refused at the byte where it stops being JSON",
        arguments: [
            ("", JSONError.Reason.unexpectedEnd, 0), ("{", .unexpectedEnd, 1), ("[1,", .unexpectedEnd, 3),
            ("[1,]", .unexpectedByte(UInt8(ascii: "]"), expected: "a value"), 3),
            ("{\"a\" 1}", .unexpectedByte(UInt8(ascii: "1"), expected: "':'"), 5),
            ("{a:1}", .unexpectedByte(UInt8(ascii: "a"), expected: "a member name in quotes"), 1),
            ("01", .trailingBytes, 1), ("1.", .unexpectedEnd, 2), ("-", .unexpectedEnd, 1),
            ("NaN", .notANumber("NaN"), 0), ("[Infinity]", .notANumber("Infinity"), 1),
            ("-Infinity", .notANumber("-Infinity"), 1), ("1e999", .numberOutOfRange, 0),
            ("\"\\x\"", .invalidEscape, 2), ("\"\\u12\"", .unexpectedEnd, 3), ("\"\\ud800\"", .unpairedSurrogate, 3),
            ("\"\\ud800\\u0041\"", .unpairedSurrogate, 3), ("\"\\udc00\"", .unpairedSurrogate, 3),
            ("\"a\nb\"", .controlCharacter(10), 2), ("\"a", .unexpectedEnd, 2), ("tru", .unexpectedEnd, 0),
            ("nulL", .unexpectedByte(UInt8(ascii: "L"), expected: "'null'"), 0), ("1 2", .trailingBytes, 2),
        ] as [(String, JSONError.Reason, Int)])
    func refuses(text: String, reason: JSONError.Reason, offset: Int) {
        #expect(throws: JSONError(reason: reason, offset: offset)) { try JSONValue.parse(text.utf8) }
    }

    @Test("bytes that are not UTF-8 are refused, also beside an escape")
    func invalidUTF8() {
        for bytes in [[0x22, 0xC3, 0x28, 0x22], [0x22, 0x5C, 0x6E, 0xFF, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22]]
            as [[UInt8]]
        {
            #expect(throws: JSONError(reason: .invalidUTF8, offset: 1)) { try JSONValue.parse(bytes) }
        }
    }

    @Test("nesting is taken to the limit and not one level further")
    func depth() throws {
        let atLimit = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        #expect(throws: Never.self) { try JSONValue.parse(atLimit.utf8) }
        let beyond = String(repeating: "{\"a\":", count: 65)
        #expect(throws: JSONError(reason: .tooDeep(limit: 64), offset: 320)) { try JSONValue.parse(beyond.utf8) }
    }

    @Test("random values survive writing and reading", arguments: 1...200 as ClosedRange<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let value = JSONValue.random(depth: 4, using: &generator)
        #expect(try JSONValue.parse(value.encoded) == value)
    }

    @Test("random bytes are refused or read, never fatal", arguments: 1...200 as ClosedRange<UInt64>)
    func garbage(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let alphabet = Array("{}[]\",:\\u0123456789eE+-.truefalsn \n\u{1}é".utf8) + [0xFF, 0xC0]
        let bytes = (0..<Int.random(in: 0...60, using: &generator)).map { _ in
            alphabet.randomElement(using: &generator)!
        }
        if let value = try? JSONValue.parse(bytes) {
            #expect((try? JSONValue.parse(value.encoded)) == value)
        }
    }
}

extension JSONValue {
    static func random(depth: Int, using generator: inout SeededGenerator) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &generator) {
        case 0: .null
        case 1: .bool(.random(using: &generator))
        case 2: .int(Int64(bitPattern: generator.next()))
        case 3: .double(Double.random(in: -1e300...1e300, using: &generator))
        case 4: .string(randomText(using: &generator))
        case 5:
            .array(
                (0..<Int.random(in: 0...4, using: &generator)).map { _ in random(depth: depth - 1, using: &generator) })
        default:
            .object(
                JSONObject(
                    (0..<Int.random(in: 0...4, using: &generator)).map { _ in
                        (key: randomText(using: &generator), value: random(depth: depth - 1, using: &generator))
                    }))
        }
    }

    private static func randomText(using generator: inout SeededGenerator) -> String {
        let scalars = (0..<Int.random(in: 0...12, using: &generator)).map { _ -> UnicodeScalar in
            UnicodeScalar(UInt32.random(in: 0...0x10FFFF, using: &generator)) ?? "\u{0}"
        }
        return String(String.UnicodeScalarView(scalars))
    }
}
