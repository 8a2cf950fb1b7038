import Testing

@testable import CanonFacts

@Suite("The table of names")
struct NameTableTests {
    @Test("a text has one name, and the empty text is no name")
    func interning() {
        var table = NameTable()
        let first = table.intern("alpha")
        let second = table.intern("beta")
        #expect(table.intern("alpha") == first)
        #expect(first != second)
        #expect(table.intern("") == .none)
        #expect(table[first] == "alpha")
        #expect(table[second] == "beta")
        #expect(table[.none] == "")
    }

    @Test("thousands of names stay apart, also after the table was emptied and filled again")
    func many() {
        var table = NameTable()
        for round in 0..<3 {
            let texts = (0..<5000).map { "name\(round)_\($0)" }
            let names = texts.map { table.intern($0) }
            #expect(Set(names).count == texts.count)
            #expect(texts.map { table.intern($0) } == names)
            #expect(names.map { table[$0] } == texts)
            table.removeAll()
            #expect(table.count == 1)
        }
    }
}
