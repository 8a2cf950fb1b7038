import CanonCodeModel
import CanonFacts

/// Imports that fail, loudly or behind an `except`.
enum BrokenImportRule: Rule {
    static let identity = RuleIdentity(
        "broken-import", severity: .high,
        summary:
            "An import names a module or name that is not in the tree, or fails in an import cycle behind an `except`.",
        exceptions:
            "Packages that are not in the tree (optional ones too), compiled modules, files that a build writes.")

    static let rationale = """
        Loud ones stop the program at its start, or in the middle of a request when they stand in a function. Silent ones are \
        worse: behind `except ImportError` the program goes on with a fallback for ever, and nobody learns that the real thing \
        was moved. In a cycle it even depends on which module somebody imports first.
        """
    static let remedy = """
        Import it from where it is now, or delete the import. Break a cycle by moving what both need into a third module.
        """

    static let examples = RuleExamples(
        violating: [
            RuleExample(
                "A name and a module that were moved",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/cache.py", "class Cache:\n    pass\n"),
                RuleExample.File(
                    "shop/orders.py",
                    """
                    ↓
                    from shop.cache import Store


                    def bill():
                        ↓
                        from .bills import Bill
                        return Bill()
                    """)),
            RuleExample(
                "Swallowed: the fallback has been used since the module was renamed",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File(
                    "shop/orders.py",
                    """
                    try:
                        ↓
                        from shop.fast_prices import price
                    except ImportError:
                        def price(item):
                            return 0
                    """)),
            RuleExample(
                "A cycle: whoever imports shop.users first gets the fallback in shop.orders",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File(
                    "shop/orders.py",
                    """
                    try:
                        ↓
                        from shop.users import User
                    except ImportError:
                        User = None
                    """),
                RuleExample.File(
                    "shop/users.py",
                    """
                    from shop import bills


                    class User:
                        pass
                    """),
                RuleExample.File("shop/bills.py", "import shop.orders\n")),
            RuleExample(
                "A module that computes names may have it: a person has to look",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/codes.py", "def make(names):\n    globals().update(names)\n"),
                RuleExample.File("shop/orders.py", "↓\nfrom shop.codes import OPEN\n")),
            RuleExample(
                "What several modules lack is one finding",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/a.py", "↓\nimport shop.old\n"),
                RuleExample.File("shop/b.py", "↓\nfrom shop.old import thing\n")),
        ],
        clean: [
            RuleExample(
                "Optional packages that are not in the tree",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File(
                    "shop/orders.py",
                    """
                    import requests

                    try:
                        import orjson as json
                    except ImportError:
                        import json
                    """)),
            RuleExample(
                "Compiled modules and files that a build writes",
                RuleExample.File("setup.cfg", "[tool:release]\nwrite_to = shop/_version.py\n"),
                RuleExample.File("shop/__init__.py", "from ._version import version\n"),
                RuleExample.File("shop/_speed.pyx", "def add(a, b):\n    return a + b\n"),
                RuleExample.File("shop/orders.py", "from shop._speed import add\nfrom shop import orders_pb2\n")),
            RuleExample(
                "Names that a package has from a compiled module",
                RuleExample.File("shop/__init__.py", "from ._core import Cart\n\nfrom ._more import *\n"),
                RuleExample.File("shop/_core.pyi", "class Cart: ...\n"),
                RuleExample.File("shop/_more.cpython-313-x86_64-linux-gnu.so", ""),
                RuleExample.File("shop/fast.py", "from shop import _core as core\n\nCart = core.Cart\n"),
                RuleExample.File("shop/bills.py", "from shop.fast import Cart\n"),
                RuleExample.File("shop/orders.py", "from shop import Cart\n")),
            RuleExample(
                "Modules that another one registers",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File(
                    "shop/paths.py", "import sys\n\nimport posixpath\n\nsys.modules[\"shop.paths.posix\"] = posixpath\n"
                ),
                RuleExample.File("shop/orders.py", "from shop.paths.posix import join\nimport shop.__init__\n")),
            RuleExample(
                "Names that a module computes",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/lazy.py", "def __getattr__(name):\n    return name\n"),
                RuleExample.File("shop/orders.py", "from shop.lazy import anything\n")),
            RuleExample(
                "A cycle in which the name is bound before the import that leads back",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File(
                    "shop/orders.py",
                    """
                    try:
                        from shop.users import User
                    except ImportError:
                        User = None
                    """),
                RuleExample.File(
                    "shop/users.py",
                    """
                    class User:
                        pass


                    from shop import orders
                    """)),
            RuleExample(
                "A relative name below a package that is computed",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File(
                    "shop/load.py",
                    """
                    from importlib import import_module


                    def load(packages):
                        for package in packages:
                            import_module(".handlers", package.name)
                    """)),
            RuleExample(
                "An arm that never runs",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/orders.py", "if False:\n    from shop.nothing import x\n")),
        ])

    static func check(_ context: borrowing RuleContext, _ findings: inout FindingCollector) {
        var broken = BrokenImports(context)
        var found: [(file: FileID, scope: SourceScope, item: BrokenImport)] = []
        for scope in [SourceScope.live, .tool, .test] {
            for file in context.files(in: scope) {
                findings.examined += 1
                for item in broken.imports(of: file) {
                    // A test file that cannot be imported is told by uncollectable-test.
                    if scope == .test, item.statement.context.isCertain { continue }
                    found.append((file, scope, item))
                }
            }
        }
        let homes = Homes(of: Set(found.map(\.item.symbol)), context)
        var last: (symbol: String, file: FileID, line: UInt32)?
        for (file, scope, item) in found {
            let statement = item.statement
            // `from missing import a, b` is one statement.
            if let last, last == (item.symbol, file, statement.line) { continue }
            last = (item.symbol, file, statement.line)
            var (severity, confidence, consequence) = judge(statement.context, scope)
            if item.mayBeComputed {
                (severity, confidence) = (min(severity, .medium), .review)
                consequence = "unless the module makes it while it runs"
            }
            let text = context.model.text(of: statement, in: file)
            let path = context.path(of: file)
            findings.add(
                [item.symbol], at: path, line: Int(statement.line), severity: severity, confidence: confidence,
                scope: scope,
                message: "there is no \(item.symbol); \(consequence)",
                evidence: [Evidence(path: path, line: Int(statement.line), text: text)],
                suggestion: homes.only(for: item.symbol))
        }
        HalfLoadedImports(context).check(context, &findings)
    }

    private static func judge(_ arm: ArmContext, _ scope: SourceScope) -> (Severity, Confidence, String) {
        var severity = Severity.high
        var confidence = Confidence.confirmed
        var consequence = "importing the module fails"
        if arm.contains(.typeChecking) {
            return (.low, .confirmed, "only type checkers read the statement")
        } else if arm.contains(.importGuard) {
            (severity, consequence) = (.medium, "the fallback behind the `except` is what always runs")
        } else if arm.contains(.importFallback) {
            (severity, confidence, consequence) = (.medium, .likely, "the fallback fails when it is needed")
        } else if arm.contains(.mainGuard) {
            (severity, consequence) = (.low, "running the module as a program fails")
        } else if arm.contains(.function) {
            consequence = "calling the function fails"
        }
        if !arm.isDisjoint(with: [.conditional, .platform, .exceptArm]) { confidence = .likely }
        if scope != .live { severity = min(severity, .medium) }
        return (severity, confidence, consequence)
    }
}

/// Where things of a missing symbol's name are defined in live code, for suggestions.
private struct Homes {
    private var found: [UInt64: [ObjectID]] = [:]
    private let model: CodeModel

    init(of symbols: Set<String>, _ context: borrowing RuleContext) {
        model = context.model
        guard !symbols.isEmpty else { return }
        let wanted = Set(symbols.map { Self.hash($0.lastPart(at: ".").map(String.init) ?? $0) })
        for file in context.liveFiles {
            let facts = model.facts(of: file)
            for (index, declaration) in facts.declarations.enumerated() where declaration.parent == FileFacts.noIndex {
                let hash = facts.names.withUTF8(of: declaration.name) { ContentHash.of(UnsafeRawBufferPointer($0)) }
                guard wanted.contains(hash) else { continue }
                found[hash, default: []].append(ObjectID(file: file, index: UInt32(index)))
            }
        }
    }

    private static func hash(_ text: String) -> UInt64 {
        var text = text
        return text.withUTF8 { ContentHash.of(UnsafeRawBufferPointer($0)) }
    }

    /// The one object of that name, if there is only one.
    func only(for symbol: String) -> String? {
        let name = symbol.lastPart(at: ".").map(String.init) ?? symbol
        guard let objects = found[Self.hash(name)], objects.count == 1 else { return nil }
        return model.symbol(of: objects[0])
    }
}
