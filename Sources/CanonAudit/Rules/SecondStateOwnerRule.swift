import CanonCodeModel
import CanonFacts

/// More than one live class that keeps the same mapping.
enum SecondStateOwnerRule: Rule {
    static let identity = RuleIdentity(
        "second-state-owner", severity: .high,
        summary: "More than one live class owns the same mapping: a container that it fills and empties itself.",
        exceptions: "Pure delegation, a mapping that was handed in, counters, locals, subclasses, another service.")

    static let languages: Set<SourceLanguage> = [.python, .swift]

    static let rationale = """
        What is put into the one mapping is not in the other. A user connects through one class and is looked for in the \
        other; one of them forgets to remove; a count is right in neither. Whatever the classes are called, the state \
        has two owners, and nobody can say what is true.
        """
    static let remedy = """
        Keep the mapping in one class, and let the other ask it. A class that needs another view of the same things \
        should be told, or be given the owner.
        """

    static let examples = RuleExamples(
        violating: [
            RuleExample(
                "The manifest says what the one owner owns",
                RuleExample.File(
                    "canon.yaml",
                    """
                    audit:
                      concepts:
                        stock:
                          canonical: shop.stock.Stock
                          state: shelves
                    """),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/stock.py", StockExample.canonical),
                RuleExample.File(
                    "shop/depot.py",
                    """
                    class Depot:
                        def __init__(self):
                            ↓
                            self._shelves = {}

                        def open(self, place):
                            self._shelves[place] = []

                        def close(self, place):
                            del self._shelves[place]
                    """)),
            RuleExample(
                "The canonical class leaves the mapping to a class that it is made of",
                RuleExample.File(
                    "canon.yaml",
                    """
                    audit:
                      concepts:
                        shop:
                          canonical: shop.front.Shop
                          state: shelves
                    """),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/stock.py", StockExample.canonical),
                RuleExample.File(
                    "shop/front.py",
                    """
                    from shop.stock import Stock


                    class Shop:
                        def __init__(self):
                            self.stock = Stock()
                    """),
                RuleExample.File(
                    "shop/depot.py",
                    """
                    class Depot:
                        def __init__(self):
                            ↓
                            self.shelves = {}

                        def open(self, place):
                            self.shelves[place] = []

                        def close(self, place):
                            del self.shelves[place]
                    """)),
            RuleExample(
                "Without a manifest: the same name, filled and emptied by the same methods with the same things",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/stock.py", StockExample.canonical),
                RuleExample.File("shop/pages.py", "from shop.stock import Stock\n\nstock = Stock()\n"),
                RuleExample.File(
                    "shop/returns.py",
                    """
                    from shop.stock import Shelf


                    class Returns:
                        def __init__(self):
                            ↓
                            self.shelves: dict[str, Shelf] = {}

                        def put(self, place, shelf):
                            self.shelves[place] = shelf

                        def take(self, place):
                            return self.shelves.pop(place)
                    """)),
            RuleExample(
                "Under another name, but it keeps the same things by the same methods",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/stock.py", StockExample.canonical),
                RuleExample.File("shop/pages.py", "from shop.stock import Stock\n\nstock = Stock()\n"),
                RuleExample.File(
                    "shop/market.py",
                    """
                    from shop.stock import Shelf


                    class Market:
                        ↓
                        _places = {}

                        def put(self, place):
                            self._places[place] = Shelf(place)

                        def take(self, place):
                            self._places.pop(place, None)
                    """)),
        ],
        clean: [
            RuleExample(
                "One owner; others ask it, are handed its mapping, or keep a local",
                RuleExample.File(
                    "canon.yaml",
                    """
                    audit:
                      concepts:
                        stock:
                          canonical: shop.stock.Stock
                          state: shelves
                    """),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/stock.py", StockExample.canonical),
                RuleExample.File(
                    "shop/depot.py",
                    """
                    from shop.stock import Stock


                    class Depot:
                        def __init__(self, stock: Stock):
                            self.stock = stock
                            self.shelves = stock.shelves

                        def put(self, place, shelf):
                            self.stock.put(place, shelf)
                            self.stock.shelves[place] = shelf

                        def take(self, place):
                            shelves = {}
                            shelves[place] = self.stock.take(place)
                            shelves.pop(place)
                            return self.shelves.pop(place)
                    """)),
            RuleExample(
                "Counters",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/hits.py", StockExample.counter(class: "Hits")),
                RuleExample.File("shop/misses.py", StockExample.counter(class: "Misses"))),
            RuleExample(
                "One name, different things",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/stock.py", StockExample.canonical),
                RuleExample.File(
                    "shop/library.py",
                    """
                    class Book:
                        pass


                    class Library:
                        def __init__(self):
                            self.shelves: dict[str, Book] = {}

                        def put(self, place, book):
                            self.shelves[place] = book

                        def take(self, place):
                            return self.shelves.pop(place)
                    """)),
            RuleExample(
                "A subclass, a mapping that is only filled, another service, a test",
                RuleExample.File(
                    "canon.yaml",
                    """
                    audit:
                      services:
                        shop: {modules: [shop]}
                        mill: {modules: [mill]}
                    """),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/stock.py", StockExample.canonical),
                RuleExample.File(
                    "shop/cold.py",
                    """
                    from shop.stock import Shelf, Stock


                    class ColdStock(Stock):
                        def __init__(self):
                            self.shelves: dict[str, Shelf] = {}

                        def put(self, place, shelf):
                            self.shelves[place] = shelf

                        def take(self, place):
                            return self.shelves.pop(place)


                    class Report:
                        def __init__(self):
                            self.shelves: dict[str, Shelf] = {}

                        def put(self, place, shelf):
                            self.shelves[place] = shelf
                    """),
                RuleExample.File("mill/__init__.py", ""),
                RuleExample.File("mill/stock.py", StockExample.canonical),
                RuleExample.File("tests/doubles.py", StockExample.canonical)),
        ])

    static func check(_ context: RuleContext, _ findings: inout FindingCollector) {
        let owners = MappingOwners(context)
        findings.examined += owners.candidates
        var reported: Set<String> = []
        for concept in context.concepts where concept.declared.state != nil {
            checkDeclared(concept, owners, context, &findings, &reported)
        }
        for group in owners.alike(context) { checkAlike(group, context, &findings, &reported) }
    }

    // MARK: Declared

    private static func checkDeclared(
        _ concept: Concept, _ owners: MappingOwners, _ context: RuleContext, _ findings: inout FindingCollector,
        _ reported: inout Set<String>
    ) {
        guard let canonical = concept.canonical, let state = concept.declared.state?.value else { return }
        let stem = state.drop { $0 == "_" }
        let members = Set(concept.implementations)
        let family = Set([canonical] + context.model.classInfo(of: canonical).ancestors)
        var mappings = owners.mappings(named: stem, context)
        // The same state under another name, in a class that does the same.
        for member in members where !mappings.contains(where: { $0.owner == member }) {
            mappings += OwnedMapping.all(of: member, in: context.model)
        }
        mappings = mappings.filter { context.sameService($0.owner.file, canonical.file) }
        let ranked = context.ranked(Set(mappings.map(\.owner)))
        // The canonical class may leave the mapping to one it is made of; then that one is the owner. When neither has it,
        // the manifest is wrong, and nothing can be said beside it.
        let parts = used(by: canonical, context.model)
        guard
            let reference = ranked.first(where: { family.contains($0.object) })
                ?? ranked.first(where: { parts.contains($0.object) })
        else { return }
        let own = mappings.first { $0.owner == reference.object }!
        for owner in ranked where owner.object != reference.object {
            guard !isRelated(owner.object, reference.object, context.model) else { continue }
            for mapping in mappings where mapping.owner == owner.object {
                guard own.value == nil || mapping.value == nil || own.value == mapping.value else { continue }
                let isSame =
                    own.value != nil && own.value == mapping.value || mapping.hasMethods(like: own)
                    || members.contains(owner.object)
                report(
                    mapping, owner, beside: own, reference, confidence: isSame ? .confirmed : .review,
                    concept: concept.name,
                    context, &findings, &reported)
            }
        }
    }

    /// Classes that the body of a class calls or names.
    private static func used(by object: ObjectID, _ model: CodeModel) -> Set<ObjectID> {
        guard let declaration = model.declaration(of: object) else { return [] }
        let end = model.facts(of: object.file).events[Int(declaration.event)].link
        let references = model.references(in: object.file).filter { $0.event > declaration.event && $0.event < end }
        return Set(references.map(\.object))
    }

    // MARK: Found

    private static func checkAlike(
        _ group: [OwnedMapping], _ context: RuleContext, _ findings: inout FindingCollector,
        _ reported: inout Set<String>
    ) {
        let ranked = context.ranked(Set(group.map(\.owner)))
        for (index, owner) in ranked.enumerated().dropFirst() {
            for mapping in group where mapping.owner == owner.object {
                let better = ranked[..<index].lazy.compactMap { other in
                    group.first { $0.owner == other.object }.flatMap { candidate in
                        confidence(mapping, candidate, context).map { (other, candidate, $0) }
                    }
                }.first
                guard let (reference, own, confidence) = better else { continue }
                report(
                    mapping, owner, beside: own, reference, confidence: confidence,
                    concept: context.concept(of: owner.object)?.name, context, &findings, &reported)
            }
        }
    }

    /// How sure it is that two mappings keep the same; nil when nothing but a name says so.
    private static func confidence(
        _ a: OwnedMapping, _ b: OwnedMapping, _ context: RuleContext
    ) -> Confidence? {
        guard context.sameService(a.owner.file, b.owner.file), !isRelated(a.owner, b.owner, context.model) else {
            return nil
        }
        if let first = a.value, let second = b.value, first != second { return nil }
        let isAlike = context.likenesses.of(a.owner).contains { $0.other(than: a.owner) == b.owner }
        let hasSameMethods = a.hasMethods(like: b)
        // Tasks, connections and weak references of a library are kept in many places: only classes of the tree tell.
        guard case .object(let value) = a.value, a.value == b.value else {
            return a.stem == b.stem && (isAlike || hasSameMethods) ? .review : nil
        }
        if a.stem == b.stem { return isAlike || hasSameMethods ? .confirmed : .likely }
        if isAlike || hasSameMethods { return .likely }
        // Records are kept in many places; something with a behaviour has one place where it lives.
        return context.model.role(of: value) == .implementation ? .review : nil
    }

    private static func isRelated(_ a: ObjectID, _ b: ObjectID, _ model: CodeModel) -> Bool {
        model.classInfo(of: a).ancestors.contains(b) || model.classInfo(of: b).ancestors.contains(a)
    }

    private static func report(
        _ mapping: OwnedMapping, _ owner: RankedObject, beside own: OwnedMapping, _ reference: RankedObject,
        confidence: Confidence, concept: String?, _ context: RuleContext, _ findings: inout FindingCollector,
        _ reported: inout Set<String>
    ) {
        let model = context.model
        let symbol = mapping.symbol(in: model)
        guard reported.insert(symbol).inserted else { return }
        func evidence(_ mapping: OwnedMapping) -> Evidence {
            let methods = (mapping.adders.sorted() + mapping.removers.sorted()).joined(separator: ", ")
            return Evidence(
                path: context.path(of: mapping.owner.file), line: Int(mapping.line),
                text: "\(model.qualifiedName(of: mapping.owner)).\(mapping.attribute)"
                    + (methods.isEmpty ? "" : ", changed by \(methods)"))
        }
        let kept: String
        switch mapping.value == own.value ? mapping.value : nil {
        case .object(let object): kept = " of \(model.name(of: object))"
        case .external(let name): kept = " of \(name)"
        case nil: kept = ""
        }
        findings.add(
            [symbol], at: context.path(of: mapping.owner.file), line: Int(mapping.line), confidence: confidence,
            message:
                "\(model.name(of: mapping.owner)) owns a mapping\(kept) that \(own.symbol(in: model)) owns as well",
            evidence: [evidence(mapping), evidence(own)], suggestion: reference.symbol, concept: concept,
            consumers: owner.consumers)
    }
}

/// Texts that examples share.
private enum StockExample {
    static let canonical = """
        class Shelf:
            def __init__(self, place):
                self.place = place

            def weigh(self):
                return 0


        class Stock:
            def __init__(self):
                self.shelves: dict[str, Shelf] = {}

            def put(self, place, shelf):
                self.shelves[place] = shelf

            def take(self, place):
                return self.shelves.pop(place)
        """

    static func counter(class name: String) -> String {
        """
        from collections import Counter


        class \(name):
            def __init__(self):
                self.seen = {}
                self.total = Counter()

            def count(self, key):
                self.seen[key] = 0
                self.seen[key] += 1
                self.total[key] += 1

            def reset(self, key):
                self.seen.pop(key)
                self.total.clear()
        """
    }
}
