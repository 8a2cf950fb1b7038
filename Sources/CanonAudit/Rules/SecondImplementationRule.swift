import CanonCodeModel
import CanonFacts

/// A class that does what another one does, whatever it is called.
enum SecondImplementationRule: Rule {
    static let identity = RuleIdentity(
        "second-implementation", severity: .high,
        summary: """
            Two classes share at least half of their public methods and own the same kind of state, or 30 lines of one are a \
            copy of the other's. Names play no part.
            """,
        exceptions: "Subclasses, protocols and abstract classes, enums, records, tests, another service.")

    static let languages: Set<SourceLanguage> = [.python, .swift]

    static let rationale = """
        The second implementation begins as a quick variant and stays. From then on each defect has to be mended twice, \
        and is mended once; what one of them holds, the other does not know. A search by name does not find it: it is \
        called `UnifiedX`, `XAdapter` or something else altogether. This rule compares what classes do.
        """
    static let remedy = """
        Move what is missing to the class that stays, let its consumers import that one, and delete the other. When both \
        are needed, give them a common base or protocol that says what differs.
        """

    static let examples = RuleExamples(
        violating: [
            RuleExample(
                "The same methods over the same kind of state, under another name",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File(
                    "shop/cart.py",
                    """
                    class Cart:
                        def __init__(self):
                            self.lines = {}

                        def add(self, product, count):
                            self.lines[product] = count

                        def remove(self, product):
                            del self.lines[product]

                        def total(self, prices):
                            return sum(prices[p] * n for p, n in self.lines.items())

                        def clear(self):
                            self.lines.clear()
                    """),
                RuleExample.File(
                    "shop/quick.py",
                    """
                    ↓
                    class ExpressOrder:
                        def __init__(self, user):
                            self.user = user
                            self._items = dict()

                        def add(self, item, n=1):
                            self._items[item.id] = n

                        def remove(self, item):
                            self._items.pop(item.id, None)

                        def total(self, price_list):
                            return price_list.sum_of(self._items)
                    """),
                RuleExample.File("shop/pages.py", "from shop.cart import Cart\n\ncart = Cart()\n")),
            RuleExample(
                "A copy whose names were changed",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File(
                    "shop/prices.py", PriceExample.text(class: "PriceList", method: "read", "rows", "price")),
                RuleExample.File(
                    "shop/tariffs.py", "↓\n" + PriceExample.text(class: "Tariffs", method: "load", "lines", "amount")),
                RuleExample.File("shop/pages.py", "from shop.prices import PriceList\n\nprices = PriceList()\n")),
        ],
        clean: [
            RuleExample(
                "A subclass, a protocol and a record",
                RuleExample.File(
                    "shop/cart.py",
                    """
                    from dataclasses import dataclass, field
                    from typing import Protocol


                    class Basket(Protocol):
                        def add(self, product, count): ...
                        def remove(self, product): ...
                        def clear(self): ...


                    class Cart:
                        def __init__(self):
                            self.lines = {}

                        def add(self, product, count):
                            self.lines[product] = count

                        def remove(self, product):
                            del self.lines[product]

                        def clear(self):
                            self.lines.clear()


                    class LoggingCart(Cart):
                        def __init__(self):
                            super().__init__()
                            self.lines = {}

                        def add(self, product, count):
                            self.lines[product] = count

                        def remove(self, product):
                            del self.lines[product]

                        def clear(self):
                            self.lines.clear()


                    @dataclass
                    class CartState:
                        lines: dict = field(default_factory=dict)

                        def add(self, product, count):
                            self.lines[product] = count

                        def remove(self, product):
                            del self.lines[product]

                        def clear(self):
                            self.lines.clear()
                    """)),
            RuleExample(
                "The same words over another kind of state, or over none",
                RuleExample.File(
                    "shop/cart.py",
                    """
                    class Cart:
                        def __init__(self):
                            self.lines = {}

                        def add(self, product, count):
                            self.lines[product] = count

                        def remove(self, product):
                            del self.lines[product]

                        def clear(self):
                            self.lines.clear()


                    class Journal:
                        def __init__(self):
                            self.entries = []

                        def add(self, entry):
                            self.entries.append(entry)

                        def remove(self, entry):
                            self.entries.remove(entry)

                        def clear(self):
                            self.entries.clear()


                    class CartClient:
                        def __init__(self, http):
                            self.http = http

                        def add(self, product, count):
                            return self.http.post("/cart", product, count)

                        def remove(self, product):
                            return self.http.delete("/cart", product)

                        def clear(self):
                            return self.http.delete("/cart")
                    """)),
            RuleExample(
                "Short methods of one shape under long descriptions",
                RuleExample.File("shop/cart.py", DocumentedExample.text("Cart", ["cheapest", "dearest", "heaviest"])),
                RuleExample.File("shop/staff.py", DocumentedExample.text("Staff", ["youngest", "oldest", "tallest"]))),
            RuleExample(
                "Another service, and a double in a test",
                RuleExample.File(
                    "canon.yaml",
                    """
                    audit:
                      services:
                        shop: {modules: [shop]}
                        stock: {modules: [stock]}
                    """),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/cart.py", CartExample.text),
                RuleExample.File("stock/__init__.py", ""),
                RuleExample.File("stock/shelf.py", CartExample.text),
                RuleExample.File("tests/doubles.py", CartExample.text)),
        ])

    static func check(_ context: RuleContext, _ findings: inout FindingCollector) {
        let pairs = context.likenesses.pairs.filter { pair in
            pair.isSecondImplementation && context.sameService(pair.first.file, pair.second.file)
        }
        findings.examined += context.likenesses.pairs.count
        guard !pairs.isEmpty else { return }
        let ranked = context.ranked(Set(pairs.flatMap { [$0.first, $0.second] }))
        let ranks = Dictionary(uniqueKeysWithValues: ranked.enumerated().map { ($1.object, $0) })
        var betters: [ObjectID: Likeness] = [:]
        for pair in pairs {
            guard let first = ranks[pair.first], let second = ranks[pair.second] else { continue }
            let subject = first < second ? pair.second : pair.first
            // Beside the class that one would keep.
            if let known = betters[subject].map({ $0.other(than: subject) }), ranks[known]! < min(first, second) {
                continue
            }
            betters[subject] = pair
        }
        let interfaces = Interfaces(context)
        for subject in ranked {
            guard let likeness = betters[subject.object] else { continue }
            let reference = ranked[ranks[likeness.other(than: subject.object)]!]
            report(subject, beside: reference, likeness, interfaces, context, &findings)
        }
    }

    private static func report(
        _ subject: RankedObject, beside reference: RankedObject, _ likeness: Likeness, _ interfaces: Interfaces,
        _ context: RuleContext, _ findings: inout FindingCollector
    ) {
        let model = context.model
        let copy = CopiedLines(likeness, model)
        var evidence = [context.evidence(subject.object), context.evidence(reference.object)]
        var reasons: [String] = []
        if likeness.methodOverlap >= Likeness.leastOverlap, !likeness.stateKinds.isEmpty {
            let all = Int((Double(likeness.sharedMethods.count) / likeness.methodOverlap).rounded())
            reasons.append(
                "\(likeness.sharedMethods.count) of \(all) public methods (\(list(likeness.sharedMethods))) over "
                    + likeness.stateKinds.words)
        }
        if likeness.clonedLines > 0 {
            let word = copy.exact >= likeness.clonedLines ? "copied lines" : "lines that are the same but for names"
            reasons.append("\(likeness.clonedLines) \(word)")
        }
        var confidence = confidence(likeness, copy)
        if copy.exact < Likeness.leastClonedLines, let interface = interfaces.common(to: likeness, in: model) {
            confidence = .review
            evidence.append(interface)
        }
        let place = model.place(of: subject.object)
        let concept = context.concept(of: subject.object)
        let isAlmostTheSame = likeness.methodOverlap >= 0.75 || copy.sure >= 2 * Likeness.leastClonedLines
        findings.add(
            [subject.symbol], at: context.path(of: place.file), line: Int(place.line),
            severity: isAlmostTheSame ? .high : .medium, confidence: confidence,
            message: "\(subject.symbol) does what \(reference.symbol) does: " + reasons.joined(separator: "; "),
            evidence: evidence, suggestion: reference.symbol, concept: concept?.name, consumers: subject.consumers)
    }

    private static func confidence(_ likeness: Likeness, _ copy: CopiedLines) -> Confidence {
        if copy.sure >= Likeness.leastClonedLines || likeness.methodOverlap >= 0.75 { return .confirmed }
        if likeness.methodOverlap >= Likeness.leastOverlap && !likeness.stateKinds.isEmpty { return .likely }
        return copy.sure >= Likeness.leastClonedLines / 2 ? .likely : .review
    }

    private static func list(_ names: [String]) -> String {
        names.prefix(6).joined(separator: ", ") + (names.count > 6 ? ", …" : "")
    }
}

/// Texts that two examples share.
private enum CartExample {
    static let text = """
        class Cart:
            def __init__(self):
                self.lines = {}

            def add(self, product, count):
                self.lines[product] = count

            def remove(self, product):
                del self.lines[product]

            def clear(self):
                self.lines.clear()
        """
}

private enum PriceExample {
    /// A class of 34 lines of one method.
    static func text(class name: String, method: String, _ rows: String, _ price: String) -> String {
        var lines = [
            "class \(name):",
            "    def \(method)(self, \(rows)):",
            "        found = []",
            "        for row in \(rows):",
        ]
        for step in 0..<7 {
            lines += [
                "            if row.kind == \(step):",
                "                \(price) = row.value * \(step + 2)",
                "                if \(price) > row.limit:",
                "                    found.append((row.name, \(price)))",
            ]
        }
        lines += ["        return found"]
        return lines.joined(separator: "\n")
    }
}

private enum DocumentedExample {
    static func text(_ name: String, _ methods: [String]) -> String {
        "class \(name):\n"
            + methods.map { method in
                """
                    def \(method)(self, of, least, most):
                        \"""The \(method) of some.

                        Of: which of them are looked at. What is not there is passed over without a word.

                        Least: what is smaller than this is left out, and so is what cannot be measured, such as a
                        thing that is on its way.

                        Most: what is larger than this is left out.

                        Nothing is changed. What is found is the same for the same arguments until something is added.
                        \"""
                        found = [one for one in of if least <= one.size() <= most and one.is_there(self)]
                        return min(found, key=lambda one: one.size() + one.weight(self), default=None)

                """
            }.joined(separator: "\n")
    }
}
