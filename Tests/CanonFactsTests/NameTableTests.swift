import Testing

@testable import CanonFacts

@Suite("The table of names")
struct NameTableTests {
    @Test("a text has one name, and the empty text is no name")
    func interning() {
        var names = NameInterner()
        let first = names.intern("alpha")
        let second = names.intern("beta")
        #expect(names.intern("alpha") == first)
        #expect(first != second)
        #expect(names.intern("") == .none)
        let table = names.table
        #expect(table[first] == "alpha")
        #expect(table[second] == "beta")
        #expect(table[.none] == "")
        #expect(table.count == 3)
    }

    @Test("thousands of names stay apart, also after the interner was emptied and filled again")
    func many() {
        var names = NameInterner()
        for round in 0..<3 {
            let texts = (0..<5000).map { "name\(round)_\($0)" }
            let made = texts.map { names.intern($0) }
            #expect(Set(made).count == texts.count)
            #expect(texts.map { names.intern($0) } == made)
            let table = names.table
            #expect(made.map { table[$0] } == texts)
            names.removeAll()
            #expect(names.count == 1)
        }
    }

    @Test("texts of every length are told apart by each of their bytes")
    func lengths() {
        var names = NameInterner()
        var seen: Set<Name> = []
        for length in 1...40 {
            for place in 0..<length {
                var text = [UInt8](repeating: 0x61, count: length)
                text[place] = 0x62
                let name = names.intern(text)
                #expect(seen.insert(name).inserted)
                #expect(names.withUTF8(of: name) { Array($0) } == text)
            }
        }
    }

    @Test("a text is found by what follows it in memory as little as by what it is not")
    func padded() {
        let source =
            Array("self.value self.values self.valu".utf8) + [UInt8](repeating: 0x21, count: NameInterner.padding)
        source.withUnsafeBufferPointer { source in
            var names = NameInterner()
            let first = names.intern(padded: source.baseAddress!, count: 10)
            #expect(names.find(padded: source.baseAddress! + 11, count: 10) == first)
            #expect(names.find(padded: source.baseAddress! + 11, count: 11) == .none)
            #expect(names.find(padded: source.baseAddress! + 23, count: 9) == .none)
            #expect(names.intern("self.value") == first)
            #expect(names.count == 2)
        }
    }

    @Test("more than 65,535 bytes of texts are kept as well")
    func wide() {
        var names = NameInterner()
        let made = (0..<9000).map { names.intern("a_longer_name_\($0)") }
        let table = names.table
        #expect(table.narrowEnds.isEmpty)
        #expect(table[made[8999]] == "a_longer_name_8999")
        #expect(table[made[0]] == "a_longer_name_0")
    }
}
