import Testing

@testable import CanonFacts

@Suite("Parts of a text")
struct TextPartsTests {
    private static let texts = [
        "", ".", "..", "a", "a.b", "a..b", ".a", "a.", ".a.b..c.", "päckage.müdule", "a.b.C.method", "no dots at all",
        "ü.😀.é",
    ]

    @Test("they are those of split(separator:)", arguments: texts)
    func parts(_ text: String) {
        #expect(text.parts(at: ".") == text.split(separator: "."))
        #expect(
            text.parts(at: ".", omittingEmpty: false) == text.split(separator: ".", omittingEmptySubsequences: false))
    }

    @Test("the last one, and what stands in front of the first sign", arguments: texts)
    func ends(_ text: String) {
        #expect(text.lastPart(at: ".") == text.split(separator: ".").last)
        #expect(text.firstPart(before: ".") == text.prefix { $0 != "." })
    }
}
