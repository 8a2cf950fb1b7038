import Testing

@testable import CanonVerify

@Suite("Documents with claims")
struct ClaimDocumentTests {
    private func kinds(_ text: String) -> [ClaimDocument.Kind] {
        ClaimDocument(name: "a.md", bytes: Array(text.utf8)).lines.map(\.kind)
    }

    @Test("headings, items, boxes and rules are told apart")
    func lines() {
        let text = "# Title #\n\ntext\n- item\n  * [x] ticked\n3. [ ] open\n---\n#nothing\n    indented"
        #expect(
            kinds(text) == [
                .heading(level: 1), .blank, .text(indent: 0), .item(indent: 0, box: nil),
                .item(indent: 2, box: .ticked),
                .item(indent: 0, box: .open), .mark, .text(indent: 0), .text(indent: 4),
            ])
        #expect(ClaimDocument(name: "a", bytes: Array(text.utf8)).title == "Title")
    }

    @Test("tables have cells, code blocks a language and an end")
    func blocks() {
        let document = ClaimDocument(
            name: "a.md",
            bytes: Array(
                "| A | B |\n|---|--:|\n| 1 \\| 2 | 3 |\n\n```Python x\n# no heading\n~~~\n```\n- after\n~~~\nopen".utf8)
        )
        #expect(document.lines[0].kind == .row(cells: [2..<3, 6..<7], isHeader: true))
        #expect(document.lines[1].kind == .mark)
        #expect(document.lines[2].kind == .row(cells: [2..<8, 11..<12], isHeader: false))
        #expect(document.codeBlocks.map(\.language) == ["python", ""])
        #expect(document.codeBlocks.map(\.lines) == [5..<7, 10..<11])
        #expect(document.lines[8].kind == .item(indent: 0, box: nil))
    }

    @Test("sections know what they stand in")
    func sections() {
        let document = ClaimDocument(name: "a", bytes: Array("# A\n## B\n### C\n## D\n# E\n### F".utf8))
        func chain(_ section: Int) -> [String] { document.chain(of: section).map(\.title) }
        #expect(chain(3) == ["C", "B", "A", ""])
        #expect(chain(4) == ["D", "A", ""])
        #expect(chain(6) == ["F", "E", ""])
    }

    @Test("line ends of every system count once, and columns are those of the file")
    func places() {
        let document = ClaimDocument(name: "a", bytes: Array("one\r\ntwo\rthree\nâœ… four".utf8))
        #expect(document.lines.map(\.source.text) == ["one", "two", "three", "✅ four"])
        #expect(document.lines.map(\.source.number) == [1, 2, 3, 4])
        #expect(document.lines[3].source.columns == [1, 4, 5, 6, 7, 8])
        #expect(document.repairs == 1)
    }
}
