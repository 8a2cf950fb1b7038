import CanonTestSupport
import Foundation
import Testing

@testable import CanonVerify

@Suite("Reports on claims")
struct ClaimsReportTests {
    private static let first = """
        # Issue #8: cart store

        **Status:** open
        - 90+ files containing cart store | patterns
        - `shop/cart_store.py` and `shop/gone.py`
        - 188 potential violations, $5M of revenue
        ## Plan
        - [ ] move `shop/legacy.py`
        The canonical store is in `shop/cart_store.py`
        """
    private static let second = """
        # Carts
        - ✅ Issue #8 - Cart timeouts (COMPLETED)
        - 70 files containing cart store code
        - 188 risks
        - The canonical cart store is in `shop/legacy.py`
        - on 2025-01-01
        """

    @Test("the JSON is what the published schema says, and comes back as it was")
    func json() throws {
        let schema = try JSONSchema(Self.schema())
        for report in try [InventedProject().report(Self.first, Self.second), InventedProject().report("")] {
            let bytes = Data(report.json)
            #expect(try schema.problems(in: bytes) == [])
            #expect(try JSONDecoder().decode(ClaimsReport.self, from: bytes) == report)
        }
    }

    @Test("the schema refuses another form")
    func schemaRefuses() throws {
        let schema = try JSONSchema(Self.schema())
        let text = String(decoding: try InventedProject().report(Self.first, Self.second).json, as: UTF8.self)
        for (old, new) in [
            ("\"canon.claims/1\"", "\"canon.claims/2\""), ("\"reproduced\" : ", "\"reproduced\" : -"),
            ("\"not checkable\"", "\"maybe\""), ("\"one-number\"", "\"odd\""), ("\"quote\" :", "\"text\" :"),
        ] {
            #expect(text.contains(old), "\(old)")
            #expect(try !schema.problems(in: Data(text.replacing(old, with: new).utf8)).isEmpty, "\(new)")
        }
    }

    /// Beside the tests, however the package that holds them is laid out.
    private static func schema() throws -> Data {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return try Data(contentsOf: root.appendingPathComponent("docs/schemas/claims-report.schema.json"))
    }

    @Test("statements of several documents that cannot all be true are found, each side with its place")
    func contradictions() throws {
        let report = try InventedProject().report(Self.first, Self.second)
        let found = Dictionary(uniqueKeysWithValues: report.contradictions.map { ($0.kind, $0) })
        #expect(found[.completion]?.text == "#8 is open and complete")
        #expect(found[.completion]?.sides.map(\.place.text) == ["0.md:3:1", "1.md:2:11"])
        #expect(found[.numbers]?.text == "cart store files: at least 90 and 70")
        #expect(found[.oneNumber]?.text == "188 counts violations, and risks")
        #expect(found[.canonical]?.sides.map(\.mood) == [.plan, .fact])
        #expect(found.count == 4)
    }

    @Test("numbers that can both be true are no contradiction")
    func agreement() throws {
        let report = try InventedProject().report(
            "13+ cart store factories", "14 cart store factories, about 13 of the cart store classes")
        #expect(report.contradictions == [])
        let sections = try InventedProject().report(
            "## Carts\n- 6 violations\n## Orders\n- 18 violations\n- 2 major cart store classes\n- 3 cart store classes"
        )
        #expect(sections.contradictions == [])
    }

    @Test("the outcome is what the statements about the repository are")
    func outcome() throws {
        let project = try InventedProject()
        #expect(project.report("`shop/cart_store.py`").outcome == .holds)
        #expect(project.report("").outcome == .holds)
        #expect(project.report("`shop/cart_store.py`, and $5M of revenue").outcome == .holds)
        #expect(project.report("`shop/cart_store.py`, and 10 passed").outcome == .unknown)
        #expect(project.report("`shop/gone.py`, and 10 passed").outcome == .contradicted)
        #expect(project.report("## Proposal\n`shop/gone.py`").outcome == .holds)
        #expect(project.report("Issue #8 is closed: carts", "Issue #8 is still open").outcome == .contradicted)
    }

    @Test("the Markdown has each verdict, and no text of a document becomes its markup")
    func markdown() throws {
        let text = try InventedProject().report(Self.first, Self.second).markdown
        for heading in ["## Contradicted", "## Not checkable", "## Reproduced", "## Contradictions between statements"]
        {
            #expect(text.contains(heading), "\(heading)")
        }
        #expect(text.contains("names the day 2025-01-01, and the tree is of 2026-03-01"))
        let table = text.split(separator: "\n").filter { $0.hasPrefix("| `") }
        #expect(!table.isEmpty)
        for row in table { #expect(row.replacing("\\|", with: "").count { $0 == "|" } == 4, "\(row)") }
    }

    @Test("rows for a terminal are the statements in their order")
    func rows() throws {
        let report = try InventedProject().report(Self.first)
        #expect(report.tableRows.map(\.place) == report.statements.map(\.place.text))
        #expect(
            report.summary == "1 reproduced, 2 contradicted, 3 not checkable; 4 plans, goals and examples not judged")
        #expect(report.contradictionLines == [])
    }

    @Test("a file that cannot be read leaves the counts open, and says so")
    func unread() throws {
        struct Blind: ClaimEvidence {
            var base: FolderEvidence
            var basis: EvidenceBasis { base.basis }
            var files: [EvidenceFile] { base.files }
            func bytes(of path: String) -> [UInt8]? { path == "shop/orders.py" ? nil : base.bytes(of: path) }
            func resolve(_ name: String) -> EvidenceAnswer<EvidenceSymbol?> { base.resolve(name) }
            func declarations(in path: String) -> EvidenceAnswer<[EvidenceDeclaration]> { base.declarations(in: path) }
            func definitions(of name: String) -> EvidenceAnswer<[EvidenceDeclaration]> { base.definitions(of: name) }
            func unparsable() -> EvidenceAnswer<[EvidenceGrammar]> { base.unparsable() }
            func concepts() -> EvidenceAnswer<[EvidenceConcept]> { base.concepts() }
            func replay(_ question: ReplayQuestion) -> EvidenceAnswer<[EvidenceName]> { base.replay(question) }
            func commit(_ id: String) -> EvidenceAnswer<EvidenceCommit?> { base.commit(id) }
            func commits(namingIssue number: Int) -> EvidenceAnswer<[EvidenceCommit]> {
                base.commits(namingIssue: number)
            }
        }
        let project = try InventedProject()
        let report = ClaimsReport(
            documents: [(name: "a.md", bytes: Array("4+ files containing cart store code".utf8))],
            evidence: Blind(base: project.evidence))
        #expect(report.incomplete == ["shop/orders.py"])
        #expect(report.outcome == .unknown)
    }
}
