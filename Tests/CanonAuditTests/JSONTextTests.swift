import Foundation
import Testing

@testable import CanonAudit

@Suite("JSON text")
struct JSONTextTests {
    private struct Everything: Encodable {
        var zebra = "z"
        var apple = 1
        var placeCount = 3
        var place = "p"
        var places = [Inner(), Inner(list: [1, -2], name: nil)]
        var none: String?
        var flag = true
        var number = 0.5
        var whole = 3.0
        var small = 1e-7
        var empty: [String] = []
        var nothing = Nothing()
        var single = Single(text: "s")
        var optional: [Int?] = [1, nil]
        var table = ["b": 1, "a b": 2, "a": 3]
        var wide: UInt64 = .max
        var texts = [
            "", "\"quoted\"", "back\\slash", "a/b", "ü€😀", (0..<0x30).map { String(UnicodeScalar($0)) }.joined(),
        ]
    }

    private struct Inner: Encodable {
        var list = [0]
        var name: String? = "n"
    }

    private struct Nothing: Encodable {}

    private struct Single: Encodable {
        var text: String

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(text)
        }
    }

    private func expected(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    private func text(_ value: some Encodable) throws -> String {
        String(decoding: try JSONTextEncoder.encode(value), as: UTF8.self)
    }

    @Test("the text is the one of Foundation's encoder, byte for byte")
    func same() throws {
        #expect(try text(Everything()) == expected(Everything()))
        #expect(try text([Everything(), Everything()]) == expected([Everything(), Everything()]))
        #expect(try text([[Int]]()) == expected([[Int]]()))
        #expect(try text("only") == expected("only"))
    }

    @Test("what JSON cannot write is an error")
    func infinite() {
        #expect(throws: JSONTextEncoder.NumberNotFinite.self) { try JSONTextEncoder.encode([Double.infinity]) }
    }
}
