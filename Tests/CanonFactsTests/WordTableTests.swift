import Testing

@testable import CanonFacts

@Suite("A table of words")
struct WordTableTests {
    private func hash(_ word: String) -> UInt64 { Array(word.utf8).withUnsafeBytes { ContentHash.of($0) } }

    @Test("each word has its meaning, one of two lists both, and any other none")
    func meanings() {
        let table = WordTable([1: "add append", 4: "pop\nremove append"])
        #expect(table[hash("add")] == 1)
        #expect(table[hash("append")] == 5)
        #expect(table[hash("pop")] == 4 && table[hash("remove")] == 4)
        #expect(table[hash("ad")] == 0 && table[hash("")] == 0 && table[0] == 0)
    }

    @Test("many words find their places, and one that is missing is not found")
    func many() {
        let words = (0..<500).map { "word\($0)" }
        let table = WordTable([7: words.joined(separator: " ")])
        #expect(words.allSatisfy { table[hash($0)] == 7 })
        #expect((500..<2_000).allSatisfy { table[hash("word\($0)")] == 0 })
        #expect(WordTable([:])[hash("word")] == 0)
    }
}
