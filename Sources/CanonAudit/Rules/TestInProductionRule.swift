import CanonCodeModel
import CanonFacts

/// Production code that imports tests, or modules that are made of a test library.
enum TestInProductionRule: Rule {
    static let identity = RuleIdentity(
        "test-in-production", version: 2, severity: .high,
        summary:
            "Production code imports a test or mock module, in the image or absent from it, or a library for mocks.",
        exceptions: """
            Imports under TYPE_CHECKING and under `if __name__ == "__main__"`; modules that nobody imports; a package of the product \
            that publishes names by `__all__` and holds no test (`django.test`).
            """)

    static let rationale = """
        A test module is not built, reviewed and released as what the product runs. When the image ships it, a mock can answer \
        a user; when the image leaves it out, the import fails there and nowhere else.
        """
    static let remedy = "Move what production needs into production code; pass a double in from the test instead."

    static let examples = RuleExamples(
        violating: [
            RuleExample(
                "The image leaves the tests out, so the import fails there",
                RuleExample.File("canon.yaml", "audit:\n  roots: [shop]\n"),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File(
                    "shop/orders.py",
                    """
                    ↓
                    from tests.helpers import make_order

                    order = make_order()
                    """),
                RuleExample.File("tests/__init__.py", ""),
                RuleExample.File("tests/helpers.py", "def make_order():\n    return {}\n")),
            RuleExample(
                "The image ships them: a mock can answer a user",
                RuleExample.File("canon.yaml", "audit:\n  roots: [shop]\n"),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/tests/__init__.py", ""),
                RuleExample.File("shop/tests/fake_bank.py", "class Bank:\n    pass\n"),
                RuleExample.File(
                    "shop/orders.py",
                    """
                    def bank():
                        ↓
                        from shop.tests.fake_bank import Bank
                        return Bank()
                    """)),
            RuleExample(
                "A module made of mocks, outside of any folder for tests",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File(
                    "shop/doubles.py", "from unittest.mock import MagicMock\n\n\ndef bank():\n    return MagicMock()\n"),
                RuleExample.File(
                    "shop/orders.py",
                    """
                    ↓
                    from shop import doubles

                    bank = doubles.bank()
                    """)),
            RuleExample(
                "Only its name says that it is a test: pytest collects it all the same",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/test_mode.py", "IS_ON = False\n"),
                RuleExample.File("shop/orders.py", "↓\nfrom shop.test_mode import IS_ON\n")),
            RuleExample(
                "A mock in the middle of production code",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File(
                    "shop/bank.py",
                    """
                    def connect(url):
                        if not url:
                            ↓
                            from unittest.mock import AsyncMock
                            return AsyncMock()
                        return open(url)
                    """)),
        ],
        clean: [
            RuleExample(
                "For a type checker, and by tests themselves",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File(
                    "shop/orders.py",
                    """
                    from typing import TYPE_CHECKING

                    if TYPE_CHECKING:
                        from tests.helpers import Order

                    if __name__ == "__main__":
                        from tests.helpers import Order
                    """),
                RuleExample.File("tests/__init__.py", ""),
                RuleExample.File("tests/helpers.py", "class Order:\n    pass\n"),
                RuleExample.File("tests/test_orders.py", "from tests.helpers import Order\n")),
            RuleExample(
                "A helper within a package that is made for tests",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/testing/__init__.py", "import pytest\n\nmark = pytest.mark.shop\n"),
                RuleExample.File(
                    "shop/testing/clock.py", "from shop import testing\n\n\ndef mark():\n    return testing.mark\n")),
            RuleExample(
                "A package of the product that has a name for tests, publishes its names and holds no test",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File(
                    "shop/test/__init__.py", "from shop.test.client import Client\n\n__all__ = [\"Client\"]\n"),
                RuleExample.File("shop/test/client.py", "class Client:\n    pass\n"),
                RuleExample.File(
                    "shop/orders.py", "from shop.test import Client\nfrom shop.test.client import Client\n")
            ),
            RuleExample(
                "A plugin of a test library that no production code imports",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/plugin.py", "import pytest\n\n\n@pytest.fixture\ndef order():\n    return {}\n")),
            RuleExample(
                "What passes a production class on is no test, whoever uses it",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/contest.py", "class Contest:\n    pass\n"),
                RuleExample.File("shop/latest.py", "from shop.contest import Contest\n")),
        ])

    static func check(_ context: borrowing RuleContext, _ findings: inout FindingCollector) {
        let model = context.model
        let libraries = TestLibraries(context)
        let collection = TestCollection(context)
        let roots = context.manifest.roots.map { GlobPattern($0.value, separator: UInt8(ascii: "/")) }
        for file in context.liveFiles where !libraries.isTestModule(file) {
            let statements = model.imports(in: file)
            findings.examined += statements.count
            // `from tests.helpers import a, b` is one statement.
            var seen: Set<UInt64> = []
            for statement in statements where statement.context.isDisjoint(with: [.typeChecking, .never, .mainGuard]) {
                if let target = target(of: statement, context, libraries) {
                    guard !libraries.isPublished(target, collection) else { continue }
                    // A helper in a package for tests that is none itself belongs to those tests.
                    guard !isWithin(context.moduleName(of: file), context.moduleName(of: target)) else { continue }
                    guard seen.insert(UInt64(target.rawValue) << 32 | UInt64(statement.line)).inserted else { continue }
                    add(
                        statement, of: file, importing: target, roots, libraries.isTestByNameOnly(target), context,
                        &findings)
                } else if libraries.isMockLibrary(statement, in: file), seen.insert(UInt64(statement.line)).inserted {
                    let module = context.moduleName(of: file)
                    findings.add(
                        [module, "unittest.mock"], at: context.path(of: file), line: Int(statement.line),
                        severity: .medium, confidence: .likely,
                        message: "\(module) makes mocks itself: \(model.text(of: statement, in: file))",
                        evidence: context.evidence(reaching: model.module(of: file))
                            + [
                                Evidence(
                                    path: context.path(of: file), line: Int(statement.line),
                                    text: model.text(of: statement, in: file))
                            ])
                }
            }
        }
    }

    /// Whether a module lies in a package.
    private static func isWithin(_ module: String, _ package: String) -> Bool { module.hasPrefix(package + ".") }

    /// The test module that a statement imports.
    private static func target(
        of statement: Import, _ context: borrowing RuleContext, _ libraries: TestLibraries
    ) -> FileID? {
        let model = context.model
        // The module that the statement names, not the one that an object comes from in the end: who passes on is asked there.
        var module = statement.from
        if case .module(let own) = statement.target { module = own }
        guard let module, let file = model.file(of: module) else { return nil }
        return libraries.isTestModule(file) ? file : nil
    }

    private static func add(
        _ statement: Import, of file: FileID, importing target: FileID, _ roots: [GlobPattern], _ isByName: Bool,
        _ context: borrowing RuleContext, _ findings: inout FindingCollector
    ) {
        let model = context.model
        let (importer, imported) = (context.moduleName(of: file), context.moduleName(of: target))
        let path = context.path(of: target)
        let segments = path.utf8.split(separator: UInt8(ascii: "/")).map { Array($0)[...] }
        let shipping: String
        if roots.isEmpty {
            shipping = "whether the image ships it is not declared (audit.roots)"
        } else if roots.contains(where: { $0.matchesBeginning(of: segments) }) {
            shipping = "the image ships it"
        } else {
            shipping = "it is absent from the image, so the import fails there"
        }
        let isCaught = !statement.context.isDisjoint(with: [.importGuard, .importFallback])
        findings.add(
            [importer, imported], at: context.path(of: file), line: Int(statement.line),
            severity: isCaught || isByName ? .medium : nil, confidence: isByName ? .review : .confirmed,
            message: "\(importer) imports \(imported), which "
                + (isByName ? "holds no test but has the name of one" : "is for tests") + "; \(shipping)",
            evidence: context.evidence(reaching: model.module(of: file)) + [
                Evidence(
                    path: context.path(of: file), line: Int(statement.line), text: model.text(of: statement, in: file)),
                Evidence(path: path, line: 1, text: imported),
            ])
    }
}
