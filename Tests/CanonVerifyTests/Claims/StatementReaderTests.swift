import CanonTestSupport
import Testing

@testable import CanonVerify

@Suite("Statements of documents")
struct StatementReaderTests {
    static let vocabulary = TreeVocabulary(paths: [
        "shop/__init__.py", "shop/cart.py", "shop/orders.py", "tests/test_cart.py", "scripts/check.py", "README.md",
    ])

    private func statements(_ text: String) -> [ClaimStatement] {
        StatementReader.statements(of: ClaimDocument(name: "a.md", bytes: Array(text.utf8)), Self.vocabulary)
    }

    private func kinds(_ text: String) -> [ClaimStatement.Kind] { statements(text).map(\.kind) }
    private func quantity(_ text: String) -> ClaimQuantity? {
        for case .quantity(let quantity) in kinds(text) { return quantity }
        return nil
    }

    // MARK: References

    @Test(
        "paths are what begins like the tree or ends like a file",
        arguments: [
            ("see `shop/cart.py:12`", ClaimStatement.Kind.path("shop/cart.py", line: 12)),
            ("see /shop/cart.py.", .path("/shop/cart.py", line: nil)),
            ("see `shop/old`", .path("shop/old", line: nil)),
            ("see cart.py#L7", .path("cart.py", line: nil)),
            ("(see @NEW_REGISTRY.md)", .path("@NEW_REGISTRY.md", line: nil)),
            ("Removed `shop/cart.py`", .absence("shop/cart.py")),
            ("the class shop.cart.Cart", .symbol("shop.cart.Cart")),
            ("`from shop.cart import Cart, Item`", .importing(module: "shop.cart", name: "Cart")),
            ("in commit 1a2b3c4d", .commit("1a2b3c4d")),
            ("`python scripts/check.py --all`", .command("python scripts/check.py --all")),
            ("`CartStore` is it", .identifier("CartStore", isDenied: false)),
            ("there is no `_cart_store`", .identifier("_cart_store", isDenied: true)),
        ])
    func references(_ text: String, _ kind: ClaimStatement.Kind) {
        #expect(kinds(text) == [kind])
    }

    @Test(
        "what only looks like one is none",
        arguments: [
            "CI/CD and/or Mock/Production", "https://example.org/shop/cart.py", "`GET`", "staging.example.org",
            "`shop/*.py`",
            "version 1.2.3 of 10:30", "Node.js", "`architecture`", "Step 3 of Phase 2", "see Connection 1011 errors",
            "e.g. this",
            "deadbeef", "`1234567`",
        ])
    func noReferences(_ text: String) {
        #expect(kinds(text) == [])
    }

    @Test(
        "a quote has both marks of a code span that it holds, and none of one that it is the inside of",
        arguments: [
            ("we have 3 `Cart` files", "3 `Cart` files"), ("we have 3 files in `shop/`", "3 files in `shop/`"),
            ("we have 3 files in `` shop/ ``", "3 files in `` shop/ ``"),
            ("`shop/cart.py` (Cart_)", "`shop/cart.py` (Cart_)"), ("see `shop/cart.py`", "shop/cart.py"),
            ("| 3 `Cart` files | `x` |", "3 `Cart` files"),
        ])
    func quotes(_ text: String, _ quote: String) {
        #expect(statements(text).map(\.quote).contains(quote), "\(statements(text).map(\.quote))")
        #expect(statements(text).allSatisfy { $0.quote.count(where: { $0 == "`" }).isMultiple(of: 2) })
    }

    @Test("a name that is said to stand in a file")
    func definitions() {
        #expect(
            kinds("- **cart.py:** Contains CartStoreBase interface").contains(
                .definition(name: "CartStoreBase", path: "cart.py")))
        #expect(kinds("- `shop/cart.py` (Cart_)").contains(.definition(name: "Cart_", path: "shop/cart.py")))
    }

    // MARK: Numbers

    @Test("numbers have a bound, a unit, and words that say what is counted")
    func numbers() {
        #expect(quantity("**Found:** 744+ files containing cart store patterns")?.bound == .atLeast)
        #expect(
            quantity("**Found:** 744+ files containing cart store patterns")?.words == ["cart", "store", "patterns"])
        #expect(quantity("13+ different factory patterns still active")?.unit == .factories)
        #expect(quantity("- **331 syntax errors** detected in test files")?.unit == .syntaxErrors)
        #expect(quantity("- **331 syntax errors** detected in test files")?.location == ["test", "files"])
        #expect(quantity("(991 cart test files)")?.unit == .testFiles)
        #expect(quantity("| A | B |\n|---|---|\n| Modules | 1,154 directories |")?.value == 1154)
        #expect(quantity("| A | B |\n|---|---|\n| Modules | 1,154 directories |")?.label == ["modules"])
        #expect(quantity("at most 3 classes")?.bound == .atMost)
        #expect(quantity("about 40 tests")?.bound == .about)
        #expect(quantity("47% state overlap")?.words == ["state", "overlap"])
        #expect(quantity("**Compliance:** still at 0%")?.label == ["compliance"])
        #expect(quantity("$500K+ of revenue")?.value == 500_000)
        #expect(quantity("`test_cart.py` (4 tests)")?.file == "test_cart.py")
        #expect(quantity("8 major test classes in the cart suite")?.isVague == true)
        #expect(quantity("used by 11 import paths")?.unit == .importPaths)
    }

    @Test("one sentence may hold several numbers")
    func severalNumbers() {
        let found = kinds("Created 3 test files with 15 tests total proving it; 255 fixes across 83 files").compactMap {
            if case .quantity(let quantity) = $0 { "\(Int(quantity.value)) \(quantity.unit.rawValue)" } else { nil }
        }
        #expect(found == ["3 test files", "15 tests", "255 fixes", "83 files"])
    }

    // MARK: Moods

    @Test(
        "plans, goals and examples are told from facts",
        arguments: [
            ("`shop/cart.py` is there", ClaimStatement.Mood.fact),
            ("We will move `shop/cart.py`", .plan),
            ("## Proposed changes\n- `shop/cart.py`", .plan),
            ("## Proposed changes\n### Current state\n- `shop/cart.py`", .fact),
            ("- [ ] move `shop/cart.py`", .plan),
            ("- [x] moved `shop/cart.py`", .fact),
            ("## Expected behavior\n- all is in `shop/cart.py`", .goal),
            ("**Expected:** all in `shop/cart.py`", .goal),
            ("Not to be closed until:\n1. ✅ all is in `shop/cart.py`", .goal),
            ("## Example\n- `shop/cart.py`", .example),
            ("It needs to be in `shop/cart.py`", .plan),
            ("This will be good. `shop/cart.py` is there", .fact),
        ])
    func moods(_ text: String, _ mood: ClaimStatement.Mood) {
        let found = statements(text).filter { if case .path = $0.kind { true } else { false } }
        #expect(found.map(\.mood) == [mood])
    }

    @Test("a command that is listed can be run, under any heading")
    func commands() {
        let text = "## Next steps\n```bash\n# all of it\npython scripts/check.py \\\n  --strict\n```"
        #expect(statements(text).map(\.mood) == [.fact])
        #expect(kinds(text) == [.command("python scripts/check.py")])
    }

    // MARK: Status

    @Test(
        "what is said of an issue",
        arguments: [
            ("- ✅ **Issue #8** - Cart store (COMPLETED)", ClaimStatement.IssueStatus.complete),
            ("- Issue #8: cart store phase 1 (complete)", .partlyComplete),
            ("Issue #8 is not resolved", .open),
            ("- [x] Issue #8 closed", .complete),
            ("## Completed work\n- Issue #8: carts", .complete),
            ("# Issue #8 update\n\n**Status:** still OPEN", .open),
            ("# Carts\n**Issue**: https://example.org/a/b/issues/8\n**Status**: ACTIVE", .open),
        ])
    func issues(_ text: String, _ status: ClaimStatement.IssueStatus) {
        let found = kinds(text).compactMap { kind -> String? in
            if case .issue(let number, _, let status) = kind { "\(number) \(status)" } else { nil }
        }
        #expect(found == ["8 \(status)"])
    }

    @Test("that an issue was created says nothing of its end")
    func created() {
        #expect(kinds("- [x] Issue #8 created") == [.done("Issue #8 created")])
    }

    @Test("what is called the canonical one, as a fact, a goal and a proposal")
    func canonical() {
        #expect(kinds("The canonical store is in `shop/cart.py`").contains(.canonical(name: nil, path: "shop/cart.py")))
        #expect(
            kinds("### Established SSOT\n- **Primary**: `shop/cart.py` (CartStore_)").contains(
                .canonical(name: "CartStore_", path: "shop/cart.py")))
        let proposal = statements(
            "## Proposal\n1. **Establish canonical store**\n   ```python\n   # shop/new.py\n   class Store:\n   ```")
        #expect(proposal.contains { $0.kind == .canonical(name: "Store", path: "shop/new.py") && $0.mood == .plan })
        #expect(
            !kinds("`shop/cart.py` is not the canonical one").contains {
                if case .canonical = $0 { true } else { false }
            })
    }

    @Test("log lines list names, and say where they come from")
    func logs() {
        let text = """
            ```
            WARNING: other stores: [
              'shop.cart.Cart',
              'shop.orders.Cart'
            ]
            ```
            **Module:** shop.cart
            **Function:** check
            **Line:** 45
            """
        #expect(
            kinds(text).contains(
                .names(["shop.cart.Cart", "shop.orders.Cart"], message: "WARNING: other stores: ", isCut: false)))
        #expect(kinds(text).contains(.origin(module: "shop.cart", function: "check", line: 45)))
        let json = "```json\n{\"message\": \"other: ['shop.cart.Cart', ...]\"}\n```"
        #expect(kinds(json) == [.names(["shop.cart.Cart"], message: "other: ", isCut: true)])
    }

    @Test("a day that no calendar has is a statement; the latest other one dates the document")
    func days() {
        #expect(kinds("on 2025-02-30") == [.day("2025-02-30")])
        #expect(kinds("on 2025-02-28") == [])
        let document = ClaimDocument(name: "a", bytes: Array("2025-02-28T10:00 and September 3, 2025".utf8))
        #expect(CalendarDay.latest(in: document) == "2025-09-03")
    }

    // MARK: Properties

    private static let pieces = [
        "# Issue #12 ", "\n", "\n\n", "- [x] ", "- [ ] ", "âœ… ", "\u{F8FF}ü§ñ ", "`shop/cart.py:3` ", "**",
        "12+ files containing carts ",
        "(4 tests)", "47% overlap ", "```python\n", "```\n", "from shop.cart import Cart\n", "| a | b |\n|---|---|\n",
        "| 3 files | 5% |\n",
        "['shop.cart.Cart', ", "]", "$5M+ ", "#", ":", "Phase 1 complete. ", "Module: shop.cart\nLine: 3\n",
        "2025-13-01 ", "…", "\t", ">",
        "canonical in `shop/cart.py` (Cart_x) ", "\\", "\r", "é", "shop.cart.", "1.2.3", "\"message\": \"", "will ",
        "`", "~~~",
    ]

    @Test("no text makes the reader fail, and each statement stands where it says")
    func places() {
        for seed in UInt64(1)...1500 {
            var random = SeededGenerator(seed: seed)
            var text = ""
            for _ in 0..<Int.random(in: 1...30, using: &random) {
                text += Self.pieces.randomElement(using: &random) ?? ""
            }
            expectPlaces(text, seed)
        }
    }

    private func expectPlaces(_ text: String, _ seed: UInt64) {
        var lines: [[Unicode.Scalar]] = [[]]
        let scalars = Array(text.unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            if scalar == "\n" || scalar == "\r" && !(index + 1 < scalars.count && scalars[index + 1] == "\n") {
                lines.append([])
            } else if scalar != "\r" {
                lines[lines.count - 1].append(scalar)
            }
        }
        for statement in statements(text) {
            guard lines.indices.contains(statement.place.line - 1),
                (1...lines[statement.place.line - 1].count).contains(statement.place.column)
            else {
                Issue.record("seed \(seed): \(statement.place) is outside of the text")
                continue
            }
            let rest = Array(lines[statement.place.line - 1][(statement.place.column - 1)...])
            var view = String.UnicodeScalarView()
            view.append(contentsOf: DoubleDecoding.repaired(rest).scalars)
            let there = String(view).replacing("**", with: "")
            #expect(
                there.unicodeScalars.starts(with: statement.quote.unicodeScalars),
                "seed \(seed): \(statement) in \(there)")
            #expect(!statement.quote.isEmpty, "seed \(seed)")
        }
    }

    @Test("bytes of any kind are read to the end")
    func bytes() {
        for seed in UInt64(1)...300 {
            var random = SeededGenerator(seed: seed)
            let bytes = random.bytes(Int.random(in: 0...2000, using: &random))
            let document = ClaimDocument(name: "a", bytes: bytes)
            _ = StatementReader.statements(of: document, Self.vocabulary)
            #expect(document.lines.count >= 1, "seed \(seed)")
        }
    }

    @Test("a document of one long line takes no more than its length")
    func longLine() {
        let text = String(repeating: "`a` 12 files [ ( ** 3 tests: ", count: 4000)
        let clock = ContinuousClock()
        let half = clock.measure { _ = kinds(String(text.prefix(text.count / 2))) }
        let whole = clock.measure { _ = kinds(text) }
        // Quadratic reading would take four times as long; the margin is for other work on the machine.
        #expect(whole < half * 12 + .seconds(2))
    }
}
