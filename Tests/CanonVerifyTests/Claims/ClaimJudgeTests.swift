import Testing

@testable import CanonVerify

@Suite("Judging statements")
struct ClaimJudgeTests {
    /// The rows of one document, without those of boxes.
    private func rows(_ text: String) throws -> [ClaimsReport.Row] {
        try InventedProject().report(text).statements
    }

    private func row(_ text: String) throws -> ClaimsReport.Row {
        let rows = try rows(text)
        return try #require(rows.first, "nothing was read from \(text)")
    }

    @Test(
        "what is there is reproduced",
        arguments: [
            "`shop/cart_store.py:2` is there", "/shop/legacy.py", "cart_store.py", "the folder `shop/`",
            "`from shop.legacy import CartStore`",
            "the class shop.cart_store.CartStore", "`shop/cart_store.py` (CartStore)", "`legacy.py` (LegacyCartStore)",
            "in commit 1a2b3c4d", "`python scripts/check.py --strict`", "`pytest tests/test_cart_store.py::test_make`",
            "Removed `shop/old.py`", "`make_cart_store()` makes it",
            "**Warning:** `CART WARNING: other cart stores: 12`",
        ])
    func reproduced(_ text: String) throws {
        let row = try row(text)
        #expect(row.verdict == .reproduced, "\(row.reason)")
    }

    @Test(
        "what is not there is contradicted, with what is near",
        arguments: [
            ("`shop/cart_stores.py`", "there is no shop/cart_stores.py"),
            ("`shop/orders.py:90`", "shop/orders.py has no line 90"),
            ("`app/legacy.py`", "there is no app/legacy.py; what is near: shop/legacy.py"),
            ("`from shop.legacy import Cart`", "there is no shop.legacy.Cart"),
            ("`shop/orders.py` (LegacyCartStore)", "shop/orders.py has no LegacyCartStore; it is in shop/legacy.py"),
            ("in commit 9f8e7d6c", "the history has no commit 9f8e7d6c"),
            ("`python scripts/validate.py`", "cannot be run: there is no scripts/validate.py"),
            ("`pytest tests/test_cart_store.py::test_gone`", "tests/test_cart_store.py has no test_gone"),
            ("Removed `shop/legacy.py`", "shop/legacy.py is there"),
            ("`remake_cart_store()`", "no source file has the name remake_cart_store"),
            ("**Error:** `Found 3 separate cart stores in use`", "no source file holds"),
            ("on 2026-02-30", "no calendar has the day 2026-02-30"),
        ])
    func contradicted(_ text: String, _ reason: String) throws {
        // A path and the name in it are two statements.
        let row = try #require(rows(text).first { $0.verdict == .contradicted })
        #expect(row.reason.hasPrefix(reason), "\(row.reason)")
    }

    @Test("an option that its script does not hold leaves the command open")
    func option() throws {
        let row = try row("`python scripts/check.py --fast`")
        #expect(row.verdict == .notCheckable)
        #expect(row.reason.contains("--fast"))
    }

    // MARK: Numbers

    @Test(
        "a number is reproduced when one way to count gives it",
        arguments: [
            ("5+ files containing cart store patterns", "5 files of any kind"),
            ("1 syntax error in test files", "1 files in the scope test"),
            ("2 different cart store implementations", "2 distinct objects that implement cart-store"),
            ("at most 2 import paths of the cart store", "2 modules"),
            ("`test_cart_store.py` (3 tests)", "3 tests in tests/test_cart_store.py"),
            ("2 test files", "2 files named as files of tests"),
            ("3 directories with source", "3 folders with source files"),
            ("25% cart store compliance", "25 % is the score of cart-store"),
            ("**Issue #8:** 2 files", "2 files changed by the commits that name #8"),
        ])
    func numbers(_ text: String, _ reason: String) throws {
        let row = try #require(rows(text).first { ["number", "percentage"].contains($0.kind) }, "no number in \(text)")
        #expect(row.verdict == .reproduced, "\(row.reason)")
        #expect(
            row.reason.hasPrefix(reason) || row.figures.contains { "\($0.text) \($0.definition)".hasPrefix(reason) },
            "\(row.reason)")
    }

    @Test(
        "a wrong number is contradicted with the right one",
        arguments: [
            ("50+ files containing cart store patterns", 5.0), ("331 syntax errors in test files", 1),
            ("`test_cart_store.py` (4 tests)", 3), ("90% cart store compliance", 25),
            ("9 cart store implementations", 2),
            ("**Issue #8:** 83 files", 2), ("13 different cart store factories", 1),
        ])
    func wrongNumbers(_ text: String, _ right: Double) throws {
        let row = try #require(rows(text).first { ["number", "percentage"].contains($0.kind) })
        #expect(row.verdict == .contradicted, "\(row.reason)")
        #expect(row.figures.contains { $0.value == right }, "\(row.reason)")
    }

    @Test(
        "what nobody can count is not checkable, and why",
        arguments: [
            ("188 potential violations", ClaimGap.definition), ("$500K of revenue", .outside), ("10 passed", .evidence),
            ("12+ occurrences in the last hour", .evidence), ("47% state overlap", .definition),
            ("80% coverage", .evidence),
            ("1 major test file", .definition), ("**Issue #9:** 3 files", .evidence),
            ("90% of customer value", .outside),
        ])
    func notCheckable(_ text: String, _ gap: ClaimGap) throws {
        let row = try #require(rows(text).first { ["number", "percentage"].contains($0.kind) }, "no number in \(text)")
        #expect(row.verdict == .notCheckable, "\(row.reason)")
        #expect(row.gap == gap, "\(row.reason)")
        #expect(!row.reason.isEmpty)
    }

    @Test(
        "words that choose without saying how, and labels, leave a number open",
        arguments: [
            "1 dedicated test file", "9+ test files with inconsistent cart store imports", "77 files",
            "| Area | Count |\n|---|---|\n| Cart store | 2+ files with logic |", "4 files containing wobbling carts",
        ])
    func undefined(_ text: String) throws {
        let row = try #require(rows(text).first { $0.kind == "number" }, "no number in \(text)")
        if text.contains("9+") {
            // Fewer than that have the words at all.
            #expect(row.verdict == .contradicted, "\(row.reason)")
        } else {
            #expect(row.verdict == .notCheckable && row.gap == .definition, "\(row.reason)")
        }
    }

    @Test("the path of another machine is that of the tree when it ends so; a runner's options are its own")
    func elsewhere() throws {
        #expect(try row("`/home/somebody/work/shop/orders.py:1`").verdict == .reproduced)
        #expect(try row("`python -m pytest tests/test_cart_store.py --collect-only`").verdict == .reproduced)
    }

    @Test("files that a document names are counted where it counts them")
    func namedTests() throws {
        let rows = try rows(
            """
            - [x] Created 2 test files with 5 tests
            #### Results
            1. `test_cart_store.py` (3 tests)
            2. `test_lost.py` (2 tests)
            """)
        let answers = rows.map { "\($0.quote): \($0.verdict.rawValue)" }
        #expect(answers.contains("2 test files: contradicted"))
        #expect(answers.contains("5 tests: contradicted"))
        #expect(rows.first { $0.quote == "5 tests" }?.figures.map(\.value) == [3])
        #expect(rows.first { $0.kind == "done" }?.verdict == .contradicted)
    }

    // MARK: Logs

    private func log(_ names: String...) -> String {
        "```\nCART WARNING: other cart stores: ['" + names.joined(separator: "', '") + "']\n```"
    }

    @Test("a list of names is reproduced by the replay, in its order")
    func names() throws {
        let row = try row(log("shop.legacy.CartStore", "shop.legacy.LegacyCartStore"))
        #expect(row.verdict == .reproduced, "\(row.reason)")
        #expect(row.reason.contains("exactly these 2 names, in this order: 1 object"), "\(row.reason)")
        #expect(row.evidence.map { "\($0.path):\($0.line)" } == ["shop/cart_store.py:6"])
        #expect(row.figures.map(\.value) == [2, 1, 1])
    }

    @Test("a list with a name too many or too few is contradicted; a cut one need not be whole")
    func otherNames() throws {
        #expect(try row(log("shop.legacy.CartStore", "shop.orders.CartStore")).verdict == .contradicted)
        #expect(try row(log("shop.legacy.CartStore")).verdict == .contradicted)
        #expect(try row(log("shop.legacy.CartStore").replacing("']", with: "', ...]")).verdict == .reproduced)
    }

    @Test("without a replay the names are looked up at least")
    func namesWithoutReplay() throws {
        var project = try InventedProject()
        project.evidence.replayed = .unknown(reason: "no entry was given", remedy: "name one")
        let there = project.report(log("shop.legacy.CartStore")).statements[0]
        #expect(there.verdict == .notCheckable && there.gap == .evidence && there.remedy == "name one")
        #expect(project.report(log("shop.legacy.Gone")).statements[0].verdict == .contradicted)
    }

    @Test("the question to a replay has the words that all names share with the message")
    func question() {
        let question = ClaimJudge.question(
            names: ["a.pool_core.x.BigPoolServer", "a.pool_core.y.PoolServerMode"],
            message: "Found other Pool Server classes: ",
            module: "a.check")
        #expect(question == ReplayQuestion(match: "*pool*server*", moduleMatch: "*pool*", module: "a.check"))
    }

    @Test("where a log line is said to come from is held against where its words stand")
    func origin() throws {
        let text =
            log("shop.legacy.CartStore", "shop.legacy.LegacyCartStore")
            + "\nModule: shop.orders\nFunction: check\nLine: 3\n"
        let row = try #require(rows(text).first { $0.kind == "log-origin" })
        #expect(row.verdict == .contradicted)
        #expect(row.reason == "shop/orders.py has no function check; the message stands in shop/cart_store.py:6")
        let right = text.replacing("shop.orders", with: "shop.cart_store").replacing("Line: 3", with: "")
        #expect(try rows(right).first { $0.kind == "log-origin" }?.verdict == .reproduced)
    }

    // MARK: Status

    @Test("an issue about making a concept one is not complete while it is two")
    func falseCompletion() throws {
        let row = try row("- ✅ Issue #8 - Cart Store consolidation (COMPLETED)")
        #expect(row.verdict == .contradicted)
        #expect(row.reason == "it is not complete: cart-store has 2 implementations and the score 25")
        #expect(try self.row("- ✅ Issue #8 - Cart Store timeout (COMPLETED)").verdict == .notCheckable)
        #expect(try self.row("- ✅ Issue #8 - Cart Store consolidation phase 1 (COMPLETED)").verdict == .notCheckable)
    }

    @Test("what is called canonical is held against the manifest")
    func canonical() throws {
        func verdict(_ text: String) throws -> ClaimVerdict? {
            try rows("# Cart store\n" + text).first { $0.kind == "canonical" }?.verdict
        }
        #expect(try verdict("The canonical store is in `shop/cart_store.py`") == .reproduced)
        #expect(try verdict("The canonical store is in `shop/legacy.py`") == .contradicted)
        #expect(try verdict("The canonical store is in `shop/gone.py`") == .contradicted)
    }

    @Test("a ticked box holds as much as what stands in it")
    func boxes() throws {
        func verdict(_ text: String) throws -> ClaimVerdict? { try rows(text).first { $0.kind == "done" }?.verdict }
        #expect(try verdict("- [x] moved it to `shop/cart_store.py`") == .reproduced)
        #expect(try verdict("- [x] moved it to `shop/carts.py`") == .contradicted)
        #expect(try verdict("- [x] thought about it") == .notCheckable)
    }
}
