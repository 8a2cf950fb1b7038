import CanonCodeModel
import CanonFacts

/// Code that does nothing but lead to the canonical implementation under another name.
enum CompatibilityLayerRule: Rule {
    static let identity = RuleIdentity(
        "compatibility-layer", severity: .low,
        summary: "A module, function or class only forwards to a canonical one; the finding counts who still uses it.",
        exceptions:
            "Registered import paths, the packages around the canonical module, and what a waiver excuses until a day.")

    static let rationale = """
        A layer that keeps an old name alive is meant for a week and stays for years. While it stands, each new line may \
        choose between two names, the consolidation counts as done, and the number of its users grows. With the number \
        and a day on which it goes, it is a plan; without, it is a second name for ever.
        """
    static let remedy = """
        Move the consumers to the canonical symbol and delete the layer. If it has to stay for now, waive it with the day \
        on which it goes. A layer that more modules use than in the base of a comparison is high, waived or not; and so is one \
        that the base had not, unless it is waived.
        """

    static let examples = RuleExamples(
        violating: [
            RuleExample(
                "A module of the old name, and a module that passes that on",
                RuleExample.File("canon.yaml", LayerExamples.manifest),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/cart.py", LayerExamples.cart),
                RuleExample.File(
                    "shop/basket.py",
                    """
                    ↓
                    \"\"\"Moved to shop.cart.\"\"\"

                    import warnings

                    from shop.cart import Cart, get_cart

                    warnings.warn("moved", DeprecationWarning)

                    Basket = Cart
                    open_basket = get_cart

                    __all__ = ["Basket", "open_basket"]
                    """),
                RuleExample.File("shop/trolley.py", "↓\nfrom shop.basket import *\n"),
                RuleExample.File(
                    "shop/pages.py", "from shop.basket import Basket\n\n\ndef page():\n    return Basket(1)\n")),
            RuleExample(
                "A function, a class of methods that pass on, and an empty subclass",
                RuleExample.File("canon.yaml", LayerExamples.manifest),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/cart.py", LayerExamples.cart),
                RuleExample.File(
                    "shop/legacy.py",
                    """
                    import logging

                    from shop.cart import Cart, get_cart

                    logger = logging.getLogger(__name__)
                    LIMIT = 10


                    ↓
                    def open_cart(user):
                        \"\"\"The old name.\"\"\"
                        logger.warning("use get_cart")
                        return get_cart(user)


                    ↓
                    class CartAdapter:
                        def __init__(self, user):
                            self._cart = get_cart(user)

                        def put(self, product):
                            return self._cart.add(product)

                        def drop(self, product):
                            return self._cart.remove(product)


                    ↓
                    class OldCart(Cart):
                        pass
                    """)),
            RuleExample(
                "It passes on what lies beside the canonical module as well, and a client that is handed the object: somebody has to look",
                RuleExample.File("canon.yaml", LayerExamples.manifest),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/cart.py", LayerExamples.cart),
                RuleExample.File("shop/users.py", "class User:\n    pass\n"),
                RuleExample.File("shop/names.py", "↓\nfrom shop.cart import Cart\nfrom shop.users import User\n"),
                RuleExample.File(
                    "shop/desk.py",
                    """
                    from shop.cart import Cart
                    from shop.users import User

                    LIMIT = 3


                    ↓
                    class Desk:
                        def __init__(self, cart: Cart):
                            self.cart = cart

                        def put(self, product):
                            self.cart.add(product)
                    """)),
            RuleExample(
                "The day on which it should have gone is over",
                RuleExample.File(
                    "canon.yaml",
                    LayerExamples.manifest + """

                          waivers:
                            - rule: compatibility-layer
                              symbol: shop.basket
                              reason: gone with the next release
                              owner: shop
                              issue: "1"
                              expires: 2025-12-31
                        """),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/cart.py", LayerExamples.cart),
                RuleExample.File("shop/basket.py", "↓\nfrom shop.cart import Cart as Basket\n")),
        ],
        clean: [
            RuleExample(
                "A registered path, and the package around the canonical module",
                RuleExample.File(
                    "canon.yaml",
                    """
                    audit:
                      concepts:
                        cart:
                          canonical: shop.cart.Cart
                          import_from: [shop.api]
                    """),
                RuleExample.File("shop/__init__.py", "from shop.cart import Cart\n"),
                RuleExample.File("shop/cart.py", LayerExamples.cart),
                RuleExample.File("shop/api.py", "from shop.cart import Cart\n")),
            RuleExample(
                "Code of its own: a subclass that adds, a function that decides, a module that uses what it imports",
                RuleExample.File("canon.yaml", LayerExamples.manifest),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/cart.py", LayerExamples.cart),
                RuleExample.File("people/users.py", "class User:\n    pass\n"),
                RuleExample.File("shop/names.py", "from shop.cart import Cart\nfrom people.users import User\n"),
                RuleExample.File("shop/main.py", "from shop.cart import get_cart\n\ncart = get_cart(1)\ncart.add(2)\n"),
                RuleExample.File(
                    "shop/pages.py",
                    """
                    from shop.cart import Cart, get_cart


                    class GiftCart(Cart):
                        def wrap(self):
                            return "paper"


                    class Named(Cart):
                        title = "cart"


                    def cart_of(user):
                        if user is None:
                            return None
                        return get_cart(user)


                    def ready(user):
                        cart = get_cart(user)
                        cart.add("card")
                        return cart


                    class Desk:
                        def __init__(self, user):
                            self.cart = get_cart(user)
                            self.notes = []

                        def put(self, product):
                            self.notes.append(product)
                            self.cart.add(product)

                        def total(self):
                            return len(self.notes)
                    """)),
            RuleExample(
                "A test that imports it, and a module that only type checkers read it from",
                RuleExample.File("canon.yaml", LayerExamples.manifest),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/cart.py", LayerExamples.cart),
                RuleExample.File("tests/conftest.py", "from shop.cart import Cart\n"),
                RuleExample.File(
                    "shop/types.py",
                    "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from shop.cart import Cart\n")),
        ])

    /// A new layer, and new users of one, are the opposite of moving away from it.
    static func worse(_ finding: Finding, than before: Finding?) -> Finding? {
        guard before.map({ finding.consumers > $0.consumers }) ?? (finding.scope == .live) else { return nil }
        var finding = finding
        finding.severity = .high
        finding.message += before.map { "; \($0.consumers) did before" } ?? "; the layer is new"
        return finding
    }

    static func check(_ context: RuleContext, _ findings: inout FindingCollector) {
        for concept in context.concepts {
            guard let layers = ForwardingLayers(of: concept, in: context) else { continue }
            findings.examined += layers.examined
            for layer in layers.all { report(layer, concept, context, &findings) }
        }
    }

    private static func report(
        _ layer: ForwardingLayer, _ concept: Concept, _ context: RuleContext, _ findings: inout FindingCollector
    ) {
        let path = context.path(of: layer.file)
        let fanIn = layer.consumers.count
        let expired = context.manifest.waivers.first { waiver in
            waiver.rule.value == identity.name && waiver.expires.value < context.today
                && waiver.symbol.map { SymbolPattern($0.value).covers(layer.symbol) } == true
        }
        var evidence = [Evidence(path: path, line: Int(layer.evidenceLine), text: layer.text)]
        if let expired {
            evidence.append(
                Evidence(
                    path: context.manifest.path, line: expired.line,
                    text: "waived until \(expired.expires.value): \(expired.reason)"))
        }
        evidence += layer.consumers.prefix(20).map {
            Evidence(path: context.path(of: $0.file), line: Int($0.line), text: "uses \(layer.symbol)")
        }
        findings.add(
            [layer.symbol], at: path, line: Int(layer.line), severity: expired == nil ? nil : .medium,
            confidence: layer.confidence,
            message: "\(layer.symbol) only forwards to \(layer.target); "
                + (fanIn == 0
                    ? "no live module uses it" : fanIn == 1 ? "1 live module uses it" : "\(fanIn) live modules use it")
                + (expired.map { ", and its waiver ended on \($0.expires.value)" } ?? ""),
            evidence: evidence, suggestion: concept.canonicalSymbol, concept: concept.name, consumers: fanIn)
    }
}

private enum LayerExamples {
    static let manifest = """
        audit:
          concepts:
            cart:
              canonical: shop.cart.Cart
              factory: shop.cart.get_cart
        """
    static let cart = """
        class Cart:
            def __init__(self, user):
                self.lines = {}

            def add(self, product):
                self.lines[product] = 1

            def remove(self, product):
                del self.lines[product]


        def get_cart(user):
            return Cart(user)
        """
}
