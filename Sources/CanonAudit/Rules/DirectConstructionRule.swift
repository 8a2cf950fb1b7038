import CanonCodeModel
import CanonFacts

/// A canonical class made by somebody else than its factory.
enum DirectConstructionRule: Rule {
    static let identity = RuleIdentity(
        "direct-construction", severity: .high,
        summary:
            "The canonical class is constructed outside of the factory, or composition point, that the manifest declares.",
        exceptions: "Tests, the factory itself, the class's own methods.")

    static let languages: Set<SourceLanguage> = [.python, .swift]

    static let rationale = """
        The factory knows what an instance needs and how many there may be. Who calls the class directly gets a second \
        instance with a state of its own: it works in a test, and in production half of what was registered is missing.
        """
    static let remedy = "Call the factory, or take the instance as an argument from whoever composes the program."

    static let examples = RuleExamples(
        violating: [
            RuleExample(
                "A second instance at the top of a module, and one for each call; every place is listed",
                RuleExample.File("canon.yaml", ConstructionExample.manifest),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/stock.py", ConstructionExample.stock),
                RuleExample.File(
                    "shop/pages.py",
                    """
                    from shop import stock

                    ↓
                    cellar = stock.Stock()


                    def page(kind):
                        from shop.stock import Stock as Shelf

                        if kind:
                            ↓
                            return Shelf()
                        ↓
                        return Shelf(kind)
                    """)),
            RuleExample(
                "In the module of the factory, but not for it; a script",
                RuleExample.File("canon.yaml", ConstructionExample.manifest),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File(
                    "shop/stock.py",
                    """
                    class Stock:
                        pass


                    def get_stock():
                        return Stock()


                    ↓
                    spare = Stock()
                    """),
                RuleExample.File(
                    "scripts/count.py",
                    """
                    from shop.stock import Stock

                    ↓
                    print(Stock())
                    """)),
        ],
        clean: [
            RuleExample(
                "The factory, what it hands out, the class itself, a test, and who only names the class",
                RuleExample.File("canon.yaml", ConstructionExample.manifest),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File(
                    "shop/stock.py",
                    """
                    class Stock:
                        @classmethod
                        def empty(cls):
                            return cls()

                        def copy(self):
                            return Stock()


                    _stock = Stock()


                    def get_stock():
                        return _stock
                    """),
                RuleExample.File(
                    "shop/pages.py",
                    """
                    from shop.stock import Stock, get_stock


                    class Cold(Stock):
                        pass


                    def page(stock: Stock) -> Stock:
                        assert isinstance(stock, Stock)
                        return get_stock()
                    """),
                RuleExample.File(
                    "tests/test_stock.py", "from shop.stock import Stock\n\n\ndef test_stock():\n    assert Stock()\n")),
            RuleExample(
                "A module, or a class, that composes the program",
                RuleExample.File(
                    "canon.yaml",
                    """
                    audit:
                      concepts:
                        stock:
                          canonical: shop.stock.Stock
                          factory: shop.wiring
                        till:
                          canonical: shop.till.Till
                          factory: shop.till.Tills
                    """),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/stock.py", "class Stock:\n    pass\n"),
                RuleExample.File("shop/wiring.py", "from shop.stock import Stock\n\nstock = Stock()\n"),
                RuleExample.File(
                    "shop/till.py",
                    """
                    class Till:
                        pass


                    class Tills:
                        def open(self):
                            return Till()
                    """)),
            RuleExample(
                "No factory is declared",
                RuleExample.File(
                    "canon.yaml", "audit:\n  concepts:\n    stock:\n      canonical: shop.stock.Stock\n"),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/stock.py", "class Stock:\n    pass\n\n\nstock = Stock()\n")),
        ])

    static func isConfigured(by manifest: Manifest) -> Bool { manifest.concepts.contains { $0.factory != nil } }

    static func check(_ context: RuleContext, _ findings: inout FindingCollector) {
        for concept in context.concepts {
            guard let canonical = concept.canonical, let declared = concept.declared.factory?.value else { continue }
            let point: CompositionPoint
            switch context.model.resolve(declared).target {
            case .object(let object): point = .object(object)
            case .module(let module): point = .module(module)
            case .variable, .external, .missing, .unresolved: continue
            }
            check(canonical, of: concept, point, declared, context, &findings)
        }
    }

    /// Where instances may be made.
    private enum CompositionPoint {
        /// A function, or a class whose methods make them.
        case object(ObjectID)
        case module(ModuleID)
    }

    /// Calls in one declaration, or at the top of one module, of one scope.
    private struct Caller: Hashable {
        var object: ObjectID?
        var file: FileID
    }

    private static func check(
        _ canonical: ObjectID, of concept: Concept, _ point: CompositionPoint, _ factory: String,
        _ context: RuleContext, _ findings: inout FindingCollector
    ) {
        let model = context.model
        var callers: [Caller: [Reference]] = [:]
        for (file, reference) in model.references(to: [canonical])[canonical] ?? [] {
            findings.examined += 1
            guard reference.kind == .call, [.live, .tool].contains(context.scope(of: file)) else { continue }
            let around = Around(file: file, scope: reference.scope, model)
            guard !around.declarations.contains(canonical), !isAllowed(reference, around, point, model) else {
                continue
            }
            callers[Caller(object: around.declarations.first, file: file), default: []].append(reference)
        }
        let symbol = model.symbol(of: canonical)
        for (caller, calls) in callers.sorted(by: {
            ($0.key.file, $0.key.object?.index ?? 0) < ($1.key.file, $1.key.object?.index ?? 0)
        }) {
            let path = context.path(of: caller.file)
            let callerSymbol = caller.object.map { model.symbol(of: $0) } ?? context.moduleName(of: caller.file)
            let lines = calls.map { Int($0.line) }.sorted()
            let statements = lines.count == 1 ? "" : " (\(lines.count) calls)"
            findings.add(
                [symbol, callerSymbol], at: path, line: lines[0], scope: context.scope(of: caller.file),
                message: "\(callerSymbol) constructs \(symbol) itself instead of asking \(factory)" + statements,
                evidence: lines.map { Evidence(path: path, line: $0, text: "\(model.name(of: canonical))(…)") },
                places: lines.map { Finding.Place(path: path, line: $0) }, suggestion: factory, concept: concept.name,
                consumers: caller.object.map { context.liveConsumers(of: $0) } ?? 0)
        }
    }

    private static func isAllowed(
        _ call: Reference, _ around: Around, _ point: CompositionPoint, _ model: CodeModel
    ) -> Bool {
        switch point {
        case .module(let module): return model.module(of: around.file) == module
        case .object(let factory):
            if around.declarations.contains(factory) { return true }
            return around.declarations.isEmpty && around.file == factory.file && isHandedOut(call, by: factory, model)
        }
    }

    /// Whether a call at the top of the factory's module makes what the factory returns: `_stock = Stock()`.
    private static func isHandedOut(_ call: Reference, by factory: ObjectID, _ model: CodeModel) -> Bool {
        let facts = model.facts(of: factory.file)
        guard let declaration = model.declaration(of: factory) else { return false }
        let name = facts.events[Int(call.event)].name
        let variable = facts.events.first { event in
            event.kind == .bind && event.line == call.line && event.declaration == FileFacts.noIndex
                && event.valueKind == .call && event.value == name
        }
        guard let variable else { return false }
        let start = Int(declaration.event)
        return facts.events[start..<max(start, Int(facts.events[start].link))].contains {
            ($0.kind == .use && $0.name == variable.name) || ($0.kind == .return && $0.value == variable.name)
        }
    }
}

/// The declarations around a piece of code, the innermost first.
private struct Around {
    var file: FileID
    var declarations: [ObjectID] = []

    init(file: FileID, scope: UInt32, _ model: CodeModel) {
        self.file = file
        let facts = model.facts(of: file)
        var scope = scope
        while scope != FileFacts.noIndex {
            declarations.append(model.extendedType(of: ObjectID(file: file, index: scope)))
            scope = facts.declarations[Int(scope)].parent
        }
    }
}

private enum ConstructionExample {
    static let manifest = """
        audit:
          concepts:
            stock:
              canonical: shop.stock.Stock
              factory: shop.stock.get_stock
        """
    static let stock = """
        class Stock:
            pass


        def get_stock():
            return Stock()
        """
}
