import CanonCodeModel
import CanonFacts

/// Test files and classes that pytest cannot collect, by their root cause.
enum UncollectableTestRule: Rule {
    static let identity = RuleIdentity(
        "uncollectable-test", severity: .high,
        summary: """
            pytest could not collect a test file: it does not parse, imports what is not there, shares its module name, or its \
            class has an `__init__`. Grouped by root cause.
            """,
        exceptions: "Optional packages that are not in the tree, imports behind an `except`.")

    static let rationale = """
        A test that is not collected fails nobody. One broken helper can take hundreds of test files out of a run, and the \
        count of failures falls. What cannot be collected proves nothing about the code that it names.
        """
    static let remedy = "Mend the root cause: it is named with the way from the first test file to it."

    static let examples = RuleExamples(
        violating: [
            RuleExample(
                "One missing helper, two test files: one finding",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/cache.py", "class Cache:\n    pass\n"),
                RuleExample.File("tests/__init__.py", ""),
                RuleExample.File("tests/support.py", "from shop.helpers import order\n"),
                RuleExample.File(
                    "tests/test_bills.py",
                    "↓\nfrom tests.support import order\n\n\ndef test_bill():\n    assert order\n"),
                RuleExample.File(
                    "tests/test_orders.py",
                    "import shop\n↓\nimport tests.support\n\n\ndef test_order():\n    assert shop\n")),
            RuleExample(
                "It does not parse",
                RuleExample.File("tests/test_orders.py", "def test_order():\n↓\nassert True\n")),
            RuleExample(
                "Two files, one module name: pytest imports only one of them",
                RuleExample.File("tests/api/test_orders.py", "↓\ndef test_a():\n    assert 1 + 1 == 2\n"),
                RuleExample.File("tests/unit/test_orders.py", "↓\ndef test_b():\n    assert 1 + 1 == 2\n")),
            RuleExample(
                "A class that pytest leaves out because it has an __init__",
                RuleExample.File(
                    "tests/test_orders.py",
                    """
                    ↓
                    class TestOrders:
                        def __init__(self):
                            self.orders = []

                        def test_empty(self):
                            assert not self.orders
                    """)),
        ],
        clean: [
            RuleExample(
                "A package that is not in the tree, and an import that may fail",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File(
                    "tests/test_orders.py",
                    """
                    import pytest
                    import httpx

                    try:
                        from shop.fast import price
                    except ImportError:
                        price = None


                    def test_price():
                        assert price is None
                    """)),
            RuleExample(
                "Equal names in packages, and with the import mode that allows them",
                RuleExample.File("tests/__init__.py", ""),
                RuleExample.File("tests/api/__init__.py", ""),
                RuleExample.File("tests/api/test_orders.py", "def test_a():\n    assert 1 + 1 == 2\n"),
                RuleExample.File("tests/unit/__init__.py", ""),
                RuleExample.File("tests/unit/test_orders.py", "def test_b():\n    assert 1 + 1 == 2\n")),
            RuleExample(
                "importlib mode",
                RuleExample.File(
                    "pyproject.toml", "[tool.pytest.ini_options]\naddopts = [\n  \"--import-mode=importlib\",\n]\n"),
                RuleExample.File("tests/api/test_orders.py", "def test_a():\n    assert 1 + 1 == 2\n"),
                RuleExample.File("tests/unit/test_orders.py", "def test_b():\n    assert 1 + 1 == 2\n")),
            RuleExample(
                "unittest makes its instances itself; a helper without tests is none",
                RuleExample.File(
                    "tests/test_orders.py",
                    """
                    import unittest


                    class TestOrders(unittest.TestCase):
                        def __init__(self, name):
                            super().__init__(name)

                        def test_empty(self):
                            self.assertTrue(True)


                    class TestData:
                        def __init__(self, orders):
                            self.orders = orders


                    class TestClient:
                        __test__ = False

                        def __init__(self):
                            self.orders = []

                        def test_connection(self):
                            return True
                    """)),
        ])

    static func check(_ context: borrowing RuleContext, _ findings: inout FindingCollector) {
        let collection = TestCollection(context)
        let model = context.model
        var tests: [FileID] = []
        var conftests: [FileID] = []
        for file in context.files(in: .test) {
            let path = context.path(of: file)
            if collection.collects(path) {
                tests.append(file)
            } else if TestCollection.isConftest(path) {
                conftests.append(file)
            }
        }
        findings.examined += tests.count + conftests.count
        // Folders whose conftest.py leaves files out in a way that only running it would tell.
        let choosy = conftests.filter { file in
            !model.bindings(of: "collect_ignore", in: file).isEmpty
                || !model.bindings(of: "collect_ignore_glob", in: file).isEmpty
        }.map { String(model.path(of: $0).dropLast("conftest.py".count)) }

        imports(of: conftests + tests, conftests: conftests.count, choosy, context, &findings)
        if !collection.importsByPath { clashes(of: tests, choosy, context, &findings) }
        for file in tests { classes(in: file, context, &findings) }
    }

    // MARK: Imports

    private static func imports(
        of files: [FileID], conftests: Int, _ choosy: [String], _ context: borrowing RuleContext,
        _ findings: inout FindingCollector
    ) {
        let model = context.model
        let failing = FailingImports(context, BrokenImports(context))
        guard !failing.causes.isEmpty else { return }
        /// By what is missing: several modules may lack one thing.
        var groups: [String: [(file: FileID, line: Int, cause: Int)]] = [:]
        for file in files {
            guard let failure = failing.failure(of: file) else { continue }
            groups[failing.causes[failure.cause].symbol, default: []].append((file, failure.line, failure.cause))
        }
        let conftestFiles = Set(files.prefix(conftests))
        for (symbol, members) in groups.sorted(by: { $0.key < $1.key }) {
            let first = members[0]
            let cause = failing.causes[first.cause]
            let places = members.map { Finding.Place(path: model.path(of: $0.file), line: $0.line) }
            let isLeftToConftest = members.allSatisfy { member in
                choosy.contains { model.path(of: member.file).hasPrefix($0) }
            }
            var message = members.count == 1 ? "1 test file" : "\(members.count) test files"
            message += " cannot be collected: "
            message += cause.isSyntax ? "\(symbol) \(cause.text)" : "there is no \(symbol)"
            if members.contains(where: { conftestFiles.contains($0.file) }) {
                message += "; a conftest.py is among them, which takes every test below it along"
            }
            findings.add(
                [symbol], at: places[0].path, line: places[0].line, confidence: isLeftToConftest ? .review : .confirmed,
                scope: .test, message: message,
                evidence: failing.chain(from: first.file).map {
                    Evidence(path: model.path(of: $0.file), line: $0.line, text: $0.text)
                }, places: places, consumers: members.count)
        }
    }

    // MARK: Names

    private static func clashes(
        of tests: [FileID], _ choosy: [String], _ context: borrowing RuleContext, _ findings: inout FindingCollector
    ) {
        let model = context.model
        let packages = Set(
            model.files.lazy.map(\.path).filter { $0.hasSuffix("/__init__.py") }.map {
                $0.dropLast("/__init__.py".count)
            })
        var byName: [Substring: [FileID]] = [:]
        for file in tests {
            let path = model.path(of: file)
            var start = path.lastIndex(of: "/")
            while let slash = start, packages.contains(path[..<slash]) { start = path[..<slash].lastIndex(of: "/") }
            let name = start.map { path[path.index(after: $0)...] } ?? path[...]
            byName[name, default: []].append(file)
        }
        for (name, files) in byName.sorted(by: { $0.key < $1.key }) where files.count > 1 {
            let places = files.map { Finding.Place(path: model.path(of: $0), line: 1) }
            let isLeftToConftest = places.dropFirst().allSatisfy { place in choosy.contains { place.path.hasPrefix($0) }
            }
            let module = name.dropLast(3).split(separator: "/").joined(separator: ".")
            findings.add(
                ["\(module) (module name)"], at: places[0].path, line: 1,
                confidence: isLeftToConftest ? .review : .likely, scope: .test,
                message:
                    "\(files.count) test files are the module \(module), of which one run of pytest imports only the first",
                places: places, suggestion: nil)
        }
    }

    // MARK: Classes

    private static func classes(
        in file: FileID, _ context: borrowing RuleContext, _ findings: inout FindingCollector
    ) {
        let model = context.model
        let facts = model.facts(of: file)
        for (index, declaration) in facts.declarations.enumerated()
        where declaration.parent == FileFacts.noIndex && TestCollection.isTestClass(declaration, facts) {
            let members = facts.declarations[(index + 1)...].prefix {
                $0.event < facts.events[Int(declaration.event)].link
            }
            let own = members.filter { $0.parent == UInt32(index) }
            guard own.contains(where: { TestCollection.isTestFunction($0, facts) }),
                let maker = own.first(where: { $0.kind != .class && isInit($0.name, facts) })
            else { continue }
            let object = ObjectID(file: file, index: UInt32(index))
            let info = model.classInfo(of: object)
            let isUnittest =
                TestCollection.isUnittestClass(declaration, facts)
                || info.externalBases.contains { $0.hasSuffix("TestCase") }
            // A base of which nothing is known may be a TestCase.
            guard !isUnittest, !hasOptedOut(UInt32(index), facts) else { continue }
            let name = facts.names[declaration.name]
            findings.add(
                [model.symbol(of: object)], at: context.path(of: file), line: Int(declaration.line),
                confidence: info.externalBases.isEmpty ? .confirmed : .review, scope: .test,
                message: "pytest leaves \(name) out because it has an \(facts.names[maker.name])",
                evidence: [
                    Evidence(
                        path: context.path(of: file), line: Int(maker.line), text: "def \(facts.names[maker.name])")
                ])
        }
    }

    private static func isInit(_ name: Name, _ facts: FileFacts) -> Bool {
        facts.names.withUTF8(of: name) { $0.elementsEqual("__init__".utf8) || $0.elementsEqual("__new__".utf8) }
    }

    /// `__test__ = False`
    private static func hasOptedOut(_ declaration: UInt32, _ facts: FileFacts) -> Bool {
        facts.state.contains {
            $0.declaration == declaration && $0.owner == .class && facts.names[$0.name] == "__test__"
        }
    }
}
