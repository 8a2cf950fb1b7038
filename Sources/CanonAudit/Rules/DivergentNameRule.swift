import CanonCodeModel
import CanonFacts

/// One exported name that stands for different classes in modules of one service.
enum DivergentNameRule: Rule {
    static let identity = RuleIdentity(
        "divergent-name", version: 2, severity: .high,
        summary: "One exported name stands for two or more different classes among the live modules of one service.",
        exceptions: "Aliases and re-exports of one class, names that only type checkers see, other services, tests.")

    static let languages: Set<SourceLanguage> = [.python, .swift]

    static let rationale = """
        Two modules export a class under one name, and which of the two somebody gets depends on the line that imports it. \
        An `isinstance` is false for an object that prints the right name, an `except` does not catch, a registry is \
        filled in one class and read in the other. Reviewers see the expected name and look no further. As long as no other \
        module imports one of the two, nobody can get the wrong one: that is severity medium.
        """
    static let remedy =
        "Let one class keep the name and import it everywhere; delete the other, or give it a name that says how it differs."

    static let examples = RuleExamples(
        violating: [
            RuleExample(
                "Two classes of one name, and both are imported",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/cart.py", "class Cart:\n    pass\n"),
                RuleExample.File(
                    "shop/checkout.py",
                    """
                    ↓
                    class Cart:
                        def total(self):
                            return 0
                    """),
                RuleExample.File("shop/pages.py", "from shop.cart import Cart\n\ncart = Cart()\n"),
                RuleExample.File("shop/mails.py", "from shop.cart import Cart\n\ncart = Cart()\n"),
                RuleExample.File("shop/bills.py", "from shop.checkout import Cart\n\ncart = Cart()\n")),
            RuleExample(
                "An alias gives another class the name of the canonical one",
                RuleExample.File(
                    "canon.yaml",
                    """
                    audit:
                      concepts:
                        cart:
                          canonical: shop.cart.Cart
                    """),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/cart.py", "class Cart:\n    pass\n"),
                RuleExample.File(
                    "shop/fast.py",
                    """
                    class FastCart:
                        pass


                    ↓
                    Cart = FastCart
                    """),
                RuleExample.File(
                    "shop/api.py",
                    """
                    ↓
                    from shop.fast import FastCart as Cart
                    """)),
            RuleExample(
                "One of each kind from a common base, under one name: a convention, at which somebody has to look",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/base.py", "class BaseStore:\n    pass\n"),
                RuleExample.File(
                    "shop/disk.py", "from shop.base import BaseStore\n\n\nclass Store(BaseStore):\n    pass\n"),
                RuleExample.File(
                    "shop/memory.py", "from shop.base import BaseStore\n\n\n↓\nclass Store(BaseStore):\n    pass\n"),
                RuleExample.File(
                    "shop/remote.py", "from shop.base import BaseStore\n\n\n↓\nclass Store(BaseStore):\n    pass\n"),
                RuleExample.File(
                    "shop/main.py",
                    "from shop.disk import Store as Disk\nfrom shop.memory import Store as Memory\nfrom shop.remote import Store as Remote\n\nstores = [Disk(), Memory(), Remote()]\n"
                )),
        ],
        clean: [
            RuleExample(
                "Aliases and re-exports of one class",
                RuleExample.File("shop/__init__.py", "from shop.cart import Cart\n"),
                RuleExample.File("shop/cart.py", "class Cart:\n    pass\n\n\nBasket = Cart\n"),
                RuleExample.File("shop/api.py", "from shop.cart import Basket as Cart\n\n__all__ = [\"Cart\"]\n")),
            RuleExample(
                "Only type checkers see the other one",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/cart.py", "class Cart:\n    pass\n"),
                RuleExample.File("shop/wish.py", "class WishList:\n    pass\n"),
                RuleExample.File(
                    "shop/pages.py",
                    """
                    from typing import TYPE_CHECKING

                    if TYPE_CHECKING:
                        from shop.wish import WishList as Cart
                    """)),
            RuleExample(
                "Another service, a test, a private name, a class in a class or in a function",
                RuleExample.File(
                    "canon.yaml",
                    """
                    audit:
                      services:
                        shop: {modules: [shop]}
                        stock: {modules: [stock]}
                    """),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File(
                    "shop/cart.py", "class Cart:\n    class Config:\n        pass\n\n\nclass _Line:\n    pass\n"),
                RuleExample.File(
                    "shop/order.py",
                    """
                    class Order:
                        class Config:
                            pass


                    class _Line:
                        pass


                    def price():
                        class Cart:
                            pass

                        return Cart()
                    """),
                RuleExample.File("stock/__init__.py", ""),
                RuleExample.File("stock/cart.py", "class Cart:\n    pass\n"),
                RuleExample.File("tests/test_cart.py", "class Cart:\n    pass\n")),
            RuleExample(
                "Only one of the arms runs, and nobody can get both",
                RuleExample.File(
                    "shop/clock.py",
                    """
                    import sys

                    if sys.platform == "win32":
                        class Clock:
                            pass
                    else:
                        class Clock:
                            pass
                    """)),
            RuleExample(
                "A name that `__all__` leaves out and nobody imports",
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/cart.py", "class Cart:\n    pass\n"),
                RuleExample.File(
                    "shop/rows.py",
                    "__all__ = [\"rows\"]\n\n\nclass Cart:\n    pass\n\n\ndef rows():\n    return [Cart()]\n")),
        ])

    static func check(_ context: RuleContext, _ findings: inout FindingCollector) {
        var exports = ClassExports(context)
        for file in context.liveFiles { exports.gather(file) }
        findings.examined += exports.count
        for group in exports.divergent(in: context) { report(group, context, &findings) }
    }

    private static func report(
        _ group: ClassExports.Group, _ context: RuleContext, _ findings: inout FindingCollector
    ) {
        let model = context.model
        let ranked = context.ranked(group.sites.keys)
        for (index, subject) in ranked.enumerated().dropFirst() {
            let sites = group.sites[subject.object] ?? []
            let together = ranked[..<index].first { other in
                (group.sites[other.object] ?? []).contains { a in
                    sites.contains { context.sameService(a.file, $0.file) }
                }
            }
            guard let reference = together else { continue }
            let concept = context.concept(of: subject.object) ?? context.concept(of: reference.object)
            let places = sites.map { Finding.Place(path: context.path(of: $0.file), line: Int($0.line)) }.sorted()
            var evidence = [context.evidence(subject.object), context.evidence(reference.object)]
            for site in sites where site.isAlias {
                evidence.insert(
                    Evidence(
                        path: context.path(of: site.file), line: Int(site.line),
                        text: "\(group.name) is \(model.qualifiedName(of: subject.object)) here"), at: 0)
            }
            let confidence = confidence(
                subject, reference, isConcept: concept != nil, of: ranked, named: group.name, model)
            let isOwnName = model.name(of: subject.object) == group.name
            findings.add(
                isOwnName ? [subject.symbol] : [subject.symbol, group.name], at: places[0].path, line: places[0].line,
                severity: concept != nil ? .critical : confidence == .confirmed ? nil : .medium, confidence: confidence,
                message: "\(group.name) stands for \(subject.symbol) here and for \(reference.symbol) elsewhere"
                    + (ranked.count > 2 ? " (\(ranked.count) different classes have this name)" : ""),
                evidence: evidence, places: places, suggestion: reference.symbol, concept: concept?.name,
                consumers: subject.consumers)
        }
    }

    /// A name that is imported for both classes is a trap for certain. A subclass may keep its base's name on purpose, and
    /// classes that nobody imports by name (commands or plug-ins, one of a name in each module) may share one by convention.
    private static func confidence(
        _ a: RankedObject, _ b: RankedObject, isConcept: Bool, of group: [RankedObject], named name: String,
        _ model: CodeModel
    ) -> Confidence {
        if isConcept { return .confirmed }
        let (first, second) = (model.classInfo(of: a.object), model.classInfo(of: b.object))
        if first.ancestors.contains(b.object) || second.ancestors.contains(a.object) { return .review }
        let shared = first.ancestors.filter { second.ancestors.contains($0) }
        if shared.contains(where: { isFamily(of: $0, in: group, named: name, model) }) { return .review }
        if a.consumers > 0, b.consumers > 0 { return .confirmed }
        guard a.consumers > 0 || b.consumers > 0 else { return .review }
        return shared.isEmpty ? .likely : .review
    }

    /// Three classes or more whose name is that of a common base, or a part of it (`Store` or `store` from `BaseStore`, one in
    /// each backend), are its variants by convention.
    private static func isFamily(
        of base: ObjectID, in group: [RankedObject], named name: String, _ model: CodeModel
    ) -> Bool {
        guard model.name(of: base).lowercased().contains(name.lowercased()) else { return false }
        return group.count { model.classInfo(of: $0.object).ancestors.contains(base) } >= 3
    }
}

/// Names that modules give to classes: by class statements, aliases and imports under another name. Plain imports give a
/// class the name that it has already.
private struct ClassExports {
    struct Site {
        var file: FileID
        var line: UInt32
        var isAlias: Bool
    }

    struct Group {
        var name: String
        var sites: [ObjectID: [Site]]
    }

    private struct Entry {
        var key: UInt64
        var file: FileID
        var binding: UInt32
    }

    private let model: CodeModel
    /// The names of what the manifest calls canonical: nobody is to take those, not even for himself.
    private let canonical: Set<String>
    private var entries: [Entry] = []

    init(_ context: RuleContext) {
        model = context.model
        canonical = Set(context.concepts.compactMap { $0.canonical.map { context.model.name(of: $0) } })
    }

    var count: Int { entries.count }

    mutating func gather(_ file: FileID) {
        let facts = model.files[Int(file.rawValue)].facts
        for (index, binding) in model.bindings(in: file).enumerated() {
            switch binding.kind {
            case .class:
                // Another module of Swift sees what is public only.
                if facts.language == .swift, !isPublic(binding, in: file),
                    !canonical.contains(facts.names[binding.name])
                {
                    continue
                }
            case .reference: break
            case .importName: guard facts.events[Int(binding.event)].value.exists else { continue }
            case .function, .importModule, .importAll, .value, .deletion: continue
            }
            guard !binding.context.isSkippedAtImport else { continue }
            let key = facts.names.withUTF8(of: binding.name) { text in
                text.first == UInt8(ascii: "_") ? nil : ContentHash.of(UnsafeRawBufferPointer(text))
            }
            if let key { entries.append(Entry(key: key, file: file, binding: UInt32(index))) }
        }
    }

    private func isPublic(_ binding: NameBinding, in file: FileID) -> Bool {
        let words = model.modifiers(of: ObjectID(file: file, index: binding.index))
        return words.contains { $0 == "public" || $0 == "open" || $0 == "package" }
    }

    /// Names that stand for more than one class, in the order of their text.
    func divergent(in context: RuleContext) -> [Group] {
        // Most names stand in one place; only of the others the texts are looked at.
        var counts: [UInt64: Int32] = [:]
        counts.reserveCapacity(entries.count)
        for entry in entries { counts[entry.key, default: 0] += 1 }
        var groups: [UInt64: [Entry]] = [:]
        for entry in entries where counts[entry.key, default: 0] > 1 { groups[entry.key, default: []].append(entry) }
        return groups.values.compactMap { group(of: $0, context) }.sorted { $0.name < $1.name }
    }

    private func group(of entries: [Entry], _ context: RuleContext) -> Group? {
        var name = ""
        var sites: [ObjectID: [Site]] = [:]
        for entry in entries {
            let binding = model.bindings(in: entry.file)[Int(entry.binding)]
            name = model.name(of: binding, in: entry.file)
            // Of several statements for one name, that which an importer gets.
            guard model.effectiveBinding(of: name, in: entry.file)?.event == binding.event,
                let object = model.resolve(name, in: entry.file).object, model.kind(of: object) == .class,
                context.scope(of: object) == .live,
                isExported(name, object, from: entry.file, context)
            else { continue }
            let line = model.files[Int(entry.file.rawValue)].facts.events[Int(binding.event)].line
            sites[object, default: []].append(Site(file: entry.file, line: line, isAlias: binding.kind != .class))
        }
        return sites.count > 1 ? Group(name: name, sites: sites) : nil
    }

    /// Whether others may take the name from a file: it is listed in `__all__`, there is none, or somebody does so anyway.
    private func isExported(_ name: String, _ object: ObjectID, from file: FileID, _ context: RuleContext) -> Bool {
        guard let exports = model.exports(of: file), exports.isComplete, !exports.names.contains(name) else {
            return true
        }
        let module = model.module(of: file)
        return model.consumers(of: object).contains { $0.module == module }
    }
}
