import CanonCodeModel
import CanonFacts

/// Documents that name what is gone.
enum StaleDocRule: Rule {
    static let identity = RuleIdentity(
        "stale-doc", severity: .low,
        summary: """
            A document, or a comment beside a declared concept, names a module, symbol or file that is gone, or shows an import \
            that is not the registered one.
            """,
        exceptions: "Changelogs, archives, reports and plans; names that do not begin with a package of the tree.")

    static let rationale = """
        People, and programs that write code, take their imports from the documents. One page with the old path brings the old \
        path back, and a second implementation begins with "I could not find it where it should be".
        """
    static let remedy = "Write the name as it is now, or delete the passage."

    static let examples = RuleExamples(
        violating: [
            RuleExample(
                "An import, a dotted name and a file that are gone",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/orders/__init__.py", ""),
                RuleExample.File("shop/orders/cart.py", "class Cart:\n    pass\n"),
                RuleExample.File(
                    "docs/guide.md",
                    """
                    # Orders

                    ↓
                    Use `shop.orders.cart.Basket`.

                    ```python
                    ↓
                    from shop.orders.basket import Basket
                    ↓
                    import shop.bills
                    ```

                    ↓
                    It lives in `shop/orders/basket.py`.
                    """)),
            RuleExample(
                "The class is there, and the document imports it by a path that is not registered",
                RuleExample.File(
                    "canon.yaml", "audit:\n  concepts:\n    cart:\n      canonical: shop.cart.Cart\n"),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/cart.py", "class Cart:\n    pass\n"),
                RuleExample.File("shop/compat.py", "from shop.cart import Cart\n"),
                RuleExample.File("README.md", "↓\nWrite `from shop.compat import Cart` at the top.\n"),
                RuleExample.File("SPEC/cart.xml", "<note>\n↓\nfrom shop.compat import Cart\n</note>\n")),
            RuleExample(
                "A comment beside a declared concept",
                RuleExample.File(
                    "canon.yaml", "audit:\n  concepts:\n    cart:\n      canonical: shop.cart.Cart\n"),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File(
                    "shop/cart.py",
                    """
                    ↓
                    # The old one is in shop/old_cart.py.
                    class Cart:
                        pass
                    """)),
        ],
        clean: [
            RuleExample(
                "What is there, however it is written",
                RuleExample.File("shop/__init__.py", "from shop.orders.cart import Cart\n"),
                RuleExample.File("shop/orders/__init__.py", ""),
                RuleExample.File(
                    "shop/orders/cart.py",
                    """
                    class Cart:
                        limit = 5

                        def __init__(self):
                            self.items = []

                        def put(self, item):
                            pass
                    """),
                RuleExample.File(
                    "docs/guide.md",
                    """
                    See `shop/orders/cart.py`, `orders/cart.py:3` or shop.orders.cart.Cart.put, and `shop.orders.cart.Cart.items`.
                    `from shop import Cart`, `from shop.orders.cart import Cart, nothing_else_is_read` and `import shop.orders`.
                    """)),
            RuleExample(
                "Other people's names, addresses, places to fill in, patterns",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/cart.py", ""),
                RuleExample.File(
                    "docs/guide.md",
                    """
                    `from django.db import models`, numpy.linalg.norm and https://example.org/shop/blob/main/shop/gone.py.
                    Run `path/to/file.py` or `shop/*/gone.py`, see shop/test_….py and shop/.../gone.py, edit `~/shop.toml` and `/etc/shop/gone.py`; see shop.example.org.
                    from shop we import nothing; `from shop.<name> import x`.
                    """)),
            RuleExample(
                "History may name what was, and plans what may come",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("CHANGELOG.md", "`from shop.gone import x` was removed.\n"),
                RuleExample.File("docs/archive/plan.md", "`from shop.gone import x`\n"),
                RuleExample.File("docs/outage-2025-09-16.md", "`from shop.gone import x`\n"),
                RuleExample.File("docs/MIGRATION_PLAN.md", "`from shop.coming import x`\n")),
        ])

    static func check(_ context: borrowing RuleContext, _ findings: inout FindingCollector) {
        var reader = DocumentReader(context)
        let documents = Documents(paths: context.tree.paths, scopes: ScopeMap(manifest: context.manifest))
        findings.examined += documents.paths.count
        let (mentions, tree) = (reader.mentions, context.tree)
        var parts = context.parts.group(mentions.name)
        for path in documents.paths {
            let found = parts.part(tree.identity(of: path)) {
                tree.bytes(of: path).map { DocumentMentions.Found(mentions: mentions.all(in: $0)) }
            }
            guard let found else {
                findings.isIncomplete(at: path, because: "it cannot be read")
                continue
            }
            for mention in found.mentions { report(mention, path, &reader, context, &findings) }
        }
        context.parts.put(parts)
        // Comments, only where a concept is declared: reading all source again would cost more than it tells.
        var files: Set<FileID> = []
        for concept in context.concepts {
            for object in concept.objects where context.scope(of: object) == .live { files.insert(object.file) }
        }
        for file in files.sorted() {
            let path = context.path(of: file)
            guard let bytes = context.tree.bytes(of: path) else { continue }
            for mention in reader.mentions.inComments(of: bytes) { report(mention, path, &reader, context, &findings) }
        }
    }

    private static func report(
        _ mention: DocumentMentions.Mention, _ path: String, _ reader: inout DocumentReader,
        _ context: borrowing RuleContext,
        _ findings: inout FindingCollector
    ) {
        let model = context.model
        switch reader.judge(mention) {
        case .fine: return
        case .gone(let name, let suggestion):
            findings.add(
                [name], at: path, line: mention.line, message: "documents name \(name), which is not there",
                evidence: [Evidence(path: path, line: mention.line, text: mention.text)], suggestion: suggestion)
        case .object(let object, let module, let name):
            // Through which module a canonical object may be imported, the manifest says.
            guard let concept = context.concept(of: object), let canonical = concept.canonical else { return }
            if object == canonical, concept.allows(module) { return }
            let symbol = concept.canonicalSymbol
            guard object == canonical || model.kind(of: object) == .class else { return }
            findings.add(
                [symbol, name], at: path, line: mention.line,
                message: object == canonical
                    ? "documents show \(name), which is no registered path to \(symbol)"
                    : "documents show \(name), which is not the canonical \(symbol)",
                evidence: [Evidence(path: path, line: mention.line, text: mention.text)], suggestion: symbol,
                concept: concept.name)
        }
    }
}
