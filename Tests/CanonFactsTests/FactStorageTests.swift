import Testing

@testable import CanonFacts

@Suite("Stored facts")
struct FactStorageTests {
    private func sample() -> FileFacts {
        var facts = FileFacts.Records()
        var names = NameInterner()
        let name = names.intern("Manager")
        let base = names.intern("Bäse")
        facts.names = names.table
        var declaration = Declaration(
            kind: .class, name: name, parent: FileFacts.noIndex, event: 0, line: 1, column: 0)
        declaration.setLists(start: 0, decorators: 0, bases: 1, keywords: 0)
        declaration.setHashes(shape: 0x1234_5678_9ABC_DEF0, exact: 5)
        facts.declarations = [declaration]
        facts.parameters = [Parameter(kind: .keywordOnly, name: name, annotation: base, hasDefault: true)]
        facts.lists = [base.rawValue]
        var event = Event(.bind, line: 3, column: 70_000, declaration: 0, name: name, value: base)
        event.valueKind = .container
        event.container = .weakValueDictionary
        event.binding = .walrus
        facts.events = [event, Event(.use, line: 4, column: 1, declaration: FileFacts.noIndex)]
        facts.state = [StateFact(owner: .classFromMethod, name: name, declaration: 0, line: 3)]
        facts.fingerprints = [CloneFingerprint(hash: .max, line: 1, endLine: 9)]
        facts.lineCount = 10
        facts.byteCount = 99
        facts.hasDocstring = true
        return FileFacts(facts)
    }

    private func encoded(_ facts: FileFacts) -> [UInt8] {
        var bytes: [UInt8] = []
        facts.encode(into: &bytes)
        return bytes
    }

    private func decoded(_ bytes: [UInt8]) -> FileFacts? { bytes.withUnsafeBytes { FileFacts(stored: $0) } }

    @Test("what was stored is read again, with and without facts, and with an error")
    func roundTrip() {
        #expect(decoded(encoded(sample())) == sample())
        #expect(decoded(encoded(FileFacts())) == FileFacts())
        var records = FileFacts.Records()
        records.error = FactError(line: 3, column: 7, message: "'(' was never closed")
        let broken = FileFacts(records)
        #expect(decoded(encoded(broken)) == broken)
    }

    @Test("a column beyond 65,535 is stored as that, and kinds keep their meaning")
    func fields() throws {
        let facts = try #require(decoded(encoded(sample())))
        #expect(facts.events[0].column == .max)
        #expect(facts.events[0].binding == .walrus)
        #expect(facts.events[0].container == .weakValueDictionary)
        #expect(facts.names[facts.events[0].value] == "Bäse")
        #expect(facts.parameters[0].hasDefault)
        #expect(facts.texts(facts.declarations[0].bases) == ["Bäse"])
    }

    @Test("bytes that were cut off anywhere are not read")
    func truncation() {
        let bytes = encoded(sample())
        for count in 0..<bytes.count { #expect(decoded(Array(bytes.prefix(count))) == nil) }
        #expect(decoded(bytes + [0]) == nil)
    }

    @Test("bytes of which one changed are not read")
    func corruption() {
        let bytes = encoded(sample())
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 0x10
            #expect(decoded(changed) == nil)
        }
    }

    @Test("records have no padding, so that equal facts have equal bytes")
    func layout() {
        #expect(MemoryLayout<EventList.Extra>.size == 16)
        #expect(MemoryLayout<Declaration>.size == 60 && MemoryLayout<Declaration>.stride == 60)
        #expect(MemoryLayout<Parameter>.size == 8)
        #expect(MemoryLayout<StateFact>.size == 24)
        #expect(MemoryLayout<CloneFingerprint>.size == 8)
        #expect(encoded(sample()) == encoded(sample()))
    }

    @Test("a fingerprint keeps its line and the number of lines")
    func fingerprints() {
        let fingerprint = CloneFingerprint(hash: 0x1234_5678_9ABC_DEF0, line: 70_000, endLine: 70_012)
        #expect(fingerprint.line == 70_000 && fingerprint.endLine == 70_012)
        #expect(fingerprint.hash == 0x1_2345_6789)
        let long = CloneFingerprint(hash: 0, line: 2_000_000, endLine: 3_000_000)
        #expect(long.line == 1_048_575 && long.endLine == 1_048_830)
    }

    @Test("a parameter keeps its name, kind and default apart")
    func parameters() {
        for kind in Parameter.Kind.allCases {
            for hasDefault in [false, true] {
                let name = Name(rawValue: 0xFFF_FFFF)
                let parameter = Parameter(kind: kind, name: name, annotation: Name(rawValue: 7), hasDefault: hasDefault)
                #expect(parameter.kind == kind && parameter.hasDefault == hasDefault && parameter.name == name)
            }
        }
    }
}
