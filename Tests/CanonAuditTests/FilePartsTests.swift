import CanonFacts
import CanonTestSupport
import Testing

@testable import CanonAudit

@Suite("What rules keep of single files")
struct FilePartsTests {
    private struct Word: FilePart, Equatable {
        var text: String
        init(_ text: String) { self.text = text }
        init?(stored reader: inout RecordReader) { text = reader.text() }
        func store(in writer: inout RecordWriter) { writer.write(text) }
    }

    private func identity(_ number: UInt64) -> FileIdentity {
        FileIdentity(bytes: number, changed: 1, touched: 2, inode: 3, device: 4)
    }

    /// What a run keeps that asks for these files.
    private func run(_ parts: FileParts, _ files: [UInt64], group name: String = "words") -> [UInt64] {
        var made: [UInt64] = []
        var group = parts.group(name)
        for file in files {
            let word = group.part(identity(file)) {
                made.append(file)
                return Word("file \(file)")
            }
            #expect(word == Word("file \(file)"))
        }
        parts.put(group)
        return made
    }

    @Test("a part is made once for each state of a file, and again under another name or when nothing tells the state")
    func reuse() throws {
        let first = FileParts()
        #expect(run(first, [1, 2, 3]) == [1, 2, 3])
        let bytes = try #require(first.stored())
        let second = FileParts(stored: bytes)
        #expect(run(second, [3, 1, 2]) == [])
        #expect(second.stored() == nil)
        #expect(run(FileParts(stored: bytes), [1], group: "others") == [1])
        var group = FileParts(stored: bytes).group("words")
        var count = 0
        for _ in 0..<2 {
            _ = group.part(nil) {
                count += 1
                return Word("x")
            }
        }
        #expect(count == 2)
    }

    @Test("what this run did not need is forgotten, what is new is added")
    func changes() throws {
        let first = FileParts()
        _ = run(first, [1, 2, 3])
        let second = FileParts(stored: try #require(first.stored()))
        #expect(run(second, [1, 3, 4]) == [4])
        let third = FileParts(stored: try #require(second.stored()))
        #expect(run(third, [1, 2, 3, 4]) == [2])
        let fourth = FileParts(stored: try #require(second.stored()))
        _ = run(fourth, [1])
        #expect(fourth.stored() != nil)
        #expect(FileParts(stored: try #require(second.stored())).stored() != nil, "a rule that no longer runs")
    }

    @Test("of bytes that were cut off nothing is taken, and changed ones never crash")
    func damage() throws {
        let first = FileParts()
        _ = run(first, Array(0..<20))
        let bytes = try #require(first.stored())
        for count in 0..<bytes.count {
            #expect(run(FileParts(stored: Array(bytes.prefix(count))), [1]) == [1])
        }
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            var changed = bytes
            changed[.random(in: changed.indices, using: &random)] = .random(in: 0...255, using: &random)
            var group = FileParts(stored: changed).group("words")
            _ = group.part(identity(1)) { Word("x") }
        }
    }

    @Test("what a document names and which tests are empty are the same when they are read again")
    func stored() throws {
        let kinds: [DocumentMentions.Mention.Kind] = [
            .importName(module: "a.b", name: "C"), .importModule("a.b"), .dotted("a.b.c"), .file("a/b.py"),
        ]
        let mentions = kinds.enumerated().map {
            DocumentMentions.Mention(kind: $1, line: $0, text: "text \($0)")
        }
        var writer = RecordWriter()
        DocumentMentions.Found(mentions: mentions).store(in: &writer)
        var reader = RecordReader(writer.bytes[...])
        #expect(DocumentMentions.Found(stored: &reader)?.mentions == mentions && reader.isAtEnd)

        let verdict = TestReader.Verdict(
            reason: "r", confidence: .review, line: 7, text: "t", returnsVerdict: true, assertsNothing: true)
        var tests = RecordWriter()
        EmptyTests.Test(name: "test_x", line: 3, verdict: verdict).store(in: &tests)
        var again = RecordReader(tests.bytes[...])
        let test = try #require(EmptyTests.Test(stored: &again))
        #expect(test.name == "test_x" && test.line == 3 && test.verdict == verdict && again.isAtEnd)
        #expect(Mirror(reflecting: verdict).children.count == 6)
    }
}
