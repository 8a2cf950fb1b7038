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

    @Test("a finding, which is written by hand, has the members that the compiler finds, in their order")
    func findings() throws {
        var full = Finding(
            rule: "divergent-name", ruleVersion: 2, symbol: "a.B", related: ["c.D", "e\"F"],
            fingerprint: Fingerprint(rule: "divergent-name", symbols: ["a.B"]), severity: .critical,
            confidence: .likely,
            scope: .test, path: "a/b.py", line: 10_007, message: "two\nlines",
            evidence: [Evidence(path: "a/b.py", line: 0, text: "x"), Evidence(path: "c.py", line: 123, text: "")],
            places: [Finding.Place(path: "a/b.py", line: 7), Finding.Place(path: "c.py", line: 45)], placeCount: 9_999,
            suggestion: "a.C", concept: "cache", consumers: 1_000, isIntegrity: true)
        full.status = .waived
        full.priority = .p0
        full.owner = "team"
        full.escalateTo = ["one", "two"]
        full.escalation = Finding.Escalation(cause: .waiver, days: 30, commit: "abc")
        full.impact = "chat is down"
        var bare = full
        (bare.suggestion, bare.concept, bare.owner, bare.escalation, bare.impact) = (nil, nil, nil, nil, nil)
        (bare.related, bare.evidence, bare.places, bare.escalateTo) = ([], [], [], [])
        (bare.line, bare.placeCount, bare.consumers, bare.isIntegrity) = (-3, 0, 10, false)
        #expect(try text([full, bare]) == expected([full, bare]))
        #expect(try text(full) == expected(full))
        #expect(try text(["first": bare, "second": full]) == expected(["first": bare, "second": full]))
    }

    @Test("what JSON cannot write is an error")
    func infinite() {
        #expect(throws: JSONTextEncoder.NumberNotFinite.self) { try JSONTextEncoder.encode([Double.infinity]) }
    }
}
