import CanonCodeModel
import CanonFacts

/// Several functions that make one thing, or one name for functions that make different things.
enum ManyFactoriesRule: Rule {
    static let identity = RuleIdentity(
        "many-factories", severity: .medium,
        summary: """
            More than one live function makes and returns one class that keeps state, or functions of one name make \
            different classes (high).
            """,
        exceptions: "Re-exports, overloads, functions that only pass on, constructors of the class itself, records.")

    static let rationale = """
        Each further creator is a further answer to "which instance do I get?": one caches, one makes a new one for each \
        call, one forgets an argument. Where two creators of one name make different things, the import line decides what \
        the code means, and an editor's automatic import picks one of them.
        """
    static let remedy = """
        Keep one creator and call it everywhere. Name it as `factory` of the concept in `canon.yaml`, so that the next one \
        is found at once.
        """

    static let examples = RuleExamples(
        violating: [
            RuleExample(
                "Besides the declared factory, a function and a method make the class",
                RuleExample.File(
                    "canon.yaml",
                    """
                    audit:
                      concepts:
                        cart:
                          canonical: shop.cart.Cart
                          factory: shop.cart.get_cart
                    """),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/cart.py", FactoryExample.cart),
                RuleExample.File(
                    "shop/quick.py",
                    """
                    from shop.cart import Cart


                    ↓
                    def make_cart(user):
                        cart = Cart(user)
                        return cart


                    class Desk:
                        ↓
                        def open(self, user):
                            return Cart(user)
                    """)),
            RuleExample(
                "A view that returns a new one has not the name of a creator: somebody has to look",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/cart.py", FactoryExample.cart),
                RuleExample.File(
                    "shop/views.py",
                    """
                    from shop.cart import Cart


                    ↓
                    def checkout(user):
                        return Cart(user)
                    """)),
            RuleExample(
                "Functions of one name make different things",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/cart.py", FactoryExample.cart),
                RuleExample.File(
                    "shop/express.py",
                    """
                    class ExpressCart:
                        def __init__(self, user):
                            self.user = user


                    ↓
                    def get_cart(user):
                        return ExpressCart(user)
                    """),
                RuleExample.File("shop/pages.py", "from shop.cart import get_cart\n\ncart = get_cart(1)\n")),
        ],
        clean: [
            RuleExample(
                "An attribute that is computed",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/cart.py", FactoryExample.cart),
                RuleExample.File(
                    "shop/desk.py",
                    """
                    from shop.cart import Cart


                    class Desk:
                        @property
                        def empty(self):
                            return Cart(None)
                    """)),
            RuleExample(
                "One creator under several names, an overload, a function that only passes on",
                RuleExample.File(
                    "shop/__init__.py", "from shop.cart import get_cart\n\nopen_cart = get_cart\n"),
                RuleExample.File(
                    "shop/cart.py",
                    """
                    from typing import overload


                    class Cart:
                        def __init__(self, user):
                            self.lines = {}

                        @classmethod
                        def restore(cls, user):
                            return Cart(user)

                        def copy(self):
                            return Cart(self.user)

                        def add(self, product):
                            self.lines[product] = 1


                    @overload
                    def get_cart(user: int) -> Cart: ...
                    @overload
                    def get_cart(user: str) -> Cart: ...
                    def get_cart(user):
                        return Cart(user)


                    def current_cart(user):
                        return get_cart(user)
                    """)),
            RuleExample(
                "Records and errors are made everywhere",
                RuleExample.File(
                    "shop/prices.py",
                    """
                    from dataclasses import dataclass


                    @dataclass
                    class Price:
                        cents: int


                    class Refused(Exception):
                        pass


                    class Money:
                        def __init__(self, cents):
                            self.cents = cents

                        def plus(self, other):
                            return self.cents + other.cents


                    def net(cents):
                        return Price(cents)


                    def gross(cents):
                        return Price(cents * 119 // 100)


                    def refuse():
                        return Refused()


                    def decline():
                        return Refused()


                    def small():
                        return Money(1)


                    def large():
                        return Money(100)
                    """)),
            RuleExample(
                "A test makes its own, and another service has its own",
                RuleExample.File(
                    "canon.yaml",
                    """
                    audit:
                      services:
                        shop: {modules: [shop]}
                        mill: {modules: [mill]}
                    """),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/cart.py", FactoryExample.cart),
                RuleExample.File("mill/__init__.py", ""),
                RuleExample.File("mill/cart.py", FactoryExample.cart),
                RuleExample.File(
                    "tests/test_cart.py",
                    "from shop.cart import Cart\n\n\ndef make_cart(user):\n    return Cart(user)\n")),
        ])

    static func check(_ context: RuleContext, _ findings: inout FindingCollector) {
        let creators = Creators(context)
        findings.examined += creators.count
        for (product, functions) in creators.byProduct { checkProduct(product, functions, context, &findings) }
        for functions in creators.byName { checkName(functions, context, &findings) }
    }

    // MARK: One product

    private static func checkProduct(
        _ product: ObjectID, _ functions: [Creator], _ context: RuleContext, _ findings: inout FindingCollector
    ) {
        let model = context.model
        let concept = context.concept(of: product)
        var ranked = context.ranked(functions.map(\.function))
        if let factory = concept?.factory {
            ranked = ranked.filter { $0.object == factory } + ranked.filter { $0.object != factory }
            if ranked.first?.object != factory { ranked.insert(contentsOf: context.ranked([factory]), at: 0) }
        } else if concept == nil, !keepsState(product, model) {
            return
        }
        let symbol = model.symbol(of: product)
        for (index, creator) in ranked.enumerated().dropFirst() {
            guard
                let reference = ranked[..<index].first(where: {
                    context.sameService($0.object.file, creator.object.file)
                })
            else { continue }
            // One function in several arms, or a method and its override, is one creator.
            guard !ranked[..<index].contains(where: { $0.symbol == creator.symbol }) else { continue }
            let place = model.place(of: creator.object)
            let line = functions.first { $0.function == creator.object }?.line ?? place.line
            findings.add(
                [creator.symbol, symbol], at: context.path(of: place.file), line: Int(place.line),
                confidence: concept != nil ? .confirmed : isNamedForMaking(creator.object, model) ? .likely : .review,
                message: "\(creator.symbol) makes a \(model.name(of: product)), and so does \(reference.symbol)"
                    + (ranked.count > 2 ? " (\(ranked.count) creators)" : ""),
                evidence: [
                    Evidence(
                        path: context.path(of: place.file), line: Int(line),
                        text: "returns a new \(model.name(of: product))"),
                    context.evidence(reference.object), context.evidence(product),
                ],
                suggestion: reference.symbol, concept: concept?.name, consumers: creator.consumers)
        }
    }

    /// Whether it makes a difference which instance one has: it keeps something that changes.
    private static func keepsState(_ product: ObjectID, _ model: CodeModel) -> Bool {
        guard model.role(of: product) == .implementation else { return false }
        return ([product] + model.classInfo(of: product).ancestors).contains { owner in
            model.state(of: owner).contains { state in
                !StateKinds(state.fact.container).isEmpty && !(state.adders.isEmpty && state.removers.isEmpty)
            }
        }
    }

    /// What only happens to return a new object (a view its response, a method a part) has another name.
    private static func isNamedForMaking(_ function: ObjectID, _ model: CodeModel) -> Bool {
        let words = model.name(of: function).split(separator: "_")
        return words.contains { makingWords.contains($0) }
    }

    private static let makingWords: Set<Substring> = [
        "get", "create", "make", "build", "new", "open", "init", "initialize", "setup", "provide", "acquire", "obtain",
        "factory", "instance", "spawn", "load", "connect", "current", "default",
    ]

    // MARK: One name

    private static func checkName(
        _ functions: [Creator], _ context: RuleContext, _ findings: inout FindingCollector
    ) {
        let model = context.model
        let products = Dictionary(functions.map { ($0.function, $0.products) }, uniquingKeysWith: { $0.union($1) })
        var ranked = context.ranked(functions.map(\.function))
        let declared = Set(context.concepts.compactMap(\.factory))
        ranked = ranked.filter { declared.contains($0.object) } + ranked.filter { !declared.contains($0.object) }
        for (index, creator) in ranked.enumerated().dropFirst() {
            let own = products[creator.object] ?? []
            let other = ranked[..<index].first { other in
                context.sameService(other.object.file, creator.object.file)
                    && areDifferent(own, products[other.object] ?? [], model)
            }
            guard let other else { continue }
            let others = products[other.object] ?? []
            let place = model.place(of: creator.object)
            let concept = own.union(others).lazy.compactMap { context.concept(of: $0) }.first
            let isTrap =
                concept != nil
                || own.contains { product in
                    context.likenesses.of(product).contains { others.contains($0.other(than: product)) }
                        || others.contains { model.name(of: $0) == model.name(of: product) }
                }
            let sure: Confidence
            switch (isTrap, creator.consumers > 0, other.consumers > 0) {
            case (true, true, _), (true, _, true): sure = .confirmed
            case (true, _, _), (_, true, true): sure = .likely
            // Modules of one form (`open`, `main`) that nobody imports by name.
            default: sure = concept == nil ? .review : .confirmed
            }
            findings.add(
                [creator.symbol], at: context.path(of: place.file), line: Int(place.line), severity: .high,
                confidence: sure,
                message: "\(creator.symbol) makes \(names(own, model)), and \(other.symbol) of the same name makes "
                    + names(others, model),
                evidence: [context.evidence(creator.object), context.evidence(other.object)], suggestion: other.symbol,
                concept: concept?.name, consumers: creator.consumers)
        }
    }

    private static func areDifferent(_ a: Set<ObjectID>, _ b: Set<ObjectID>, _ model: CodeModel) -> Bool {
        guard !a.isEmpty, !b.isEmpty, a.isDisjoint(with: b) else { return false }
        // Subclasses of one class are variants of one product.
        return !a.contains { first in
            let line = Set([first] + model.classInfo(of: first).ancestors)
            return b.contains { !line.isDisjoint(with: [$0] + model.classInfo(of: $0).ancestors) }
        }
    }

    private static func names(_ products: Set<ObjectID>, _ model: CodeModel) -> String {
        products.sorted().map { model.symbol(of: $0) }.joined(separator: " or ")
    }
}

private enum FactoryExample {
    static let cart = """
        class Cart:
            def __init__(self, user):
                self.lines = {}

            def add(self, product):
                self.lines[product] = 1


        def get_cart(user):
            return Cart(user)
        """
}
