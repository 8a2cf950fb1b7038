import CanonCodeModel

/// What the names of a concept hold when an entry has loaded.
enum RuntimeNamespaceRule: Rule {
    static let identity = RuleIdentity(
        "runtime-namespace", severity: .info,
        summary: """
            When an entry has loaded, names of a concept hold another class than the canonical one: grouped by object, with \
            the part that it plays.
            """,
        exceptions: "Names of the canonical object, concepts of a program without entries.")

    static let rationale = """
        A program that looks at its own modules while it runs (`sys.modules`) sees names, and counts each as an \
        implementation: an enum, a protocol and three aliases of one class are five warnings in its log. The replay of the \
        imports tells the same names without running anything, and says which of them are one object, and what that is.
        """
    static let remedy = """
        Nothing has to be done because of this finding alone: it explains what a check at run time reports. `canon audit \
        replay ENTRY` shows every name with its chain.
        """

    static let examples = RuleExamples(
        violating: [
            RuleExample(
                "An enum and an implementation under two names, seen in three modules",
                RuleExample.File("canon.yaml", RuntimeExample.manifest),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/main.py", "from shop import quick\nfrom shop.cart import Cart\n"),
                RuleExample.File("shop/cart.py", "class Cart:\n    def add(self, product):\n        pass\n"),
                RuleExample.File(
                    "shop/quick.py",
                    """
                    from enum import Enum
                    from shop.cart import Cart


                    ↓
                    class CartMode(Enum):
                        FAST = 1


                    ↓
                    class QuickCart:
                        def add(self, product):
                            return product


                    ↓
                    ExpressCart = QuickCart
                    """))
        ],
        clean: [
            RuleExample(
                "Every name holds the canonical object",
                RuleExample.File("canon.yaml", RuntimeExample.manifest),
                RuleExample.File("shop/__init__.py", "from shop.cart import Cart\n"),
                RuleExample.File("shop/main.py", "from shop.cart import Cart as QuickCart\n"),
                RuleExample.File("shop/cart.py", "class Cart:\n    pass\n\n\nOldCart = Cart\n")),
            RuleExample(
                "Not loaded: a module that nobody imports, an arm for type checkers, a function that nobody calls",
                RuleExample.File("canon.yaml", RuntimeExample.manifest),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File(
                    "shop/main.py",
                    """
                    from typing import TYPE_CHECKING
                    from shop.cart import Cart

                    if TYPE_CHECKING:
                        from shop.quick import QuickCart


                    def later():
                        from shop.quick import QuickCart
                    """),
                RuleExample.File("shop/cart.py", "class Cart:\n    pass\n"),
                RuleExample.File("shop/quick.py", "class QuickCart:\n    pass\n")),
            RuleExample(
                "No entry is declared",
                RuleExample.File(
                    "canon.yaml",
                    "audit:\n  concepts:\n    cart:\n      canonical: shop.cart.Cart\n      names: [\"*Cart*\"]\n"),
                RuleExample.File("shop/cart.py", "class Cart:\n    pass\n\n\nclass QuickCart:\n    pass\n")),
        ])

    static func check(_ context: RuleContext, _ findings: inout FindingCollector) {
        let concepts = context.concepts.filter { $0.canonical != nil }
        guard !concepts.isEmpty else { return }
        let replay = ImportReplay(model: context.model)
        for entry in context.manifest.entries {
            // An entry that is not there is told as a stale entry.
            guard let result = try? replay.run(entry: entry.value) else { continue }
            findings.examined += result.modules.count
            for concept in concepts { check(concept, result, entry.value, context, &findings) }
        }
    }

    private static func check(
        _ concept: Concept, _ result: ReplayResult, _ entry: String, _ context: RuleContext,
        _ findings: inout FindingCollector
    ) {
        let model = context.model
        let everything = Glob("*")
        let hints = concept.declared.names.map { Glob($0.value, ignoresCase: true) }
        let objects = Set(concept.objects)
        var groups: [ObjectID: [RuntimeName]] = [:]
        var seen: Set<String> = []
        for pattern in hints.isEmpty ? [everything] : hints {
            for name in result.names(matching: pattern, modules: everything, except: concept.canonical, in: model) {
                guard !hints.isEmpty || objects.contains(name.object), seen.insert(name.name).inserted else { continue }
                groups[name.object, default: []].append(name)
            }
        }
        for (object, names) in groups.sorted(by: { $0.key < $1.key }) {
            report(object, names, concept, result, entry, context, &findings)
        }
    }

    private static func report(
        _ object: ObjectID, _ names: [RuntimeName], _ concept: Concept, _ result: ReplayResult, _ entry: String,
        _ context: RuleContext, _ findings: inout FindingCollector
    ) {
        let model = context.model
        let symbol = model.symbol(of: object)
        let role = model.explainedRole(of: object)
        let bound = Set(names.map { String($0.name.split(separator: ".").last ?? "") }).sorted()
        let evidence = names.map { name in
            let hop = name.chain.first
            return Evidence(
                path: context.path(of: hop?.file ?? name.place.file), line: Int(hop?.line ?? name.place.line),
                text: name.name)
        }
        let places = evidence.map { Finding.Place(path: $0.path, line: $0.line) }
        let place = model.place(of: object)
        findings.add(
            [symbol, concept.name], at: context.path(of: place.file), line: Int(place.line),
            message:
                "after \(entry) has loaded, \(names.count == 1 ? "1 name" : "\(names.count) names") of \(concept.name) "
                + "(\(bound.prefix(4).joined(separator: ", "))\(bound.count > 4 ? ", …" : "")) "
                + "\(names.count == 1 ? "holds" : "hold") \(symbol), \(role.role.rawValue): \(role.because)",
            evidence: evidence, places: Array(Set(places)).sorted(), suggestion: concept.canonicalSymbol,
            concept: concept.name, consumers: context.liveConsumers(of: object))
    }
}

private enum RuntimeExample {
    static let manifest = """
        audit:
          entries: [shop.main]
          concepts:
            cart:
              canonical: shop.cart.Cart
              names: ["*cart*"]
        """
}
