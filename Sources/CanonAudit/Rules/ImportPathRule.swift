import CanonCodeModel

/// Every import of a canonical object through a module that the manifest does not register.
enum ImportPathRule: Rule {
    static let identity = RuleIdentity(
        "import-path", severity: .medium,
        summary: "A canonical object is imported through a path that the manifest does not list.",
        exceptions: "The module that defines it; tests are reported apart.")

    static let rationale = """
        Each further path to one object is a name that somebody searches for in vain, patches in the wrong place, or finds \
        moved. A module that is imported under two paths may even be loaded twice, and then there are two objects. With one \
        path per object, "who uses it?" has one answer.
        """
    static let remedy =
        "Import it from a module that `import_from` lists, or list the path there when it is meant to last."

    static let examples = RuleExamples(
        violating: [
            RuleExample(
                "A package passes the class on, and somebody takes it from there",
                RuleExample.File(
                    "canon.yaml",
                    """
                    audit:
                      concepts:
                        cache:
                          canonical: shop.cache.Cache
                    """),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/cache.py", "class Cache:\n    pass\n"),
                RuleExample.File("shop/compat.py", "from shop.cache import Cache\n"),
                RuleExample.File(
                    "shop/orders.py",
                    """
                    ↓
                    from shop.compat import Cache

                    orders = Cache()
                    """)),
            RuleExample(
                "Every statement counts, within functions too, and tests are told apart",
                RuleExample.File(
                    "canon.yaml",
                    """
                    audit:
                      concepts:
                        cache:
                          canonical: shop.cache.Cache
                          import_from: [shop.cache]
                    """),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/cache.py", "class Cache:\n    pass\n"),
                RuleExample.File("shop/api.py", "from shop.cache import Cache as Store\n"),
                RuleExample.File(
                    "shop/orders.py",
                    """
                    def make():
                        ↓
                        from shop.api import Store
                        return Store()
                    """),
                RuleExample.File(
                    "tests/test_orders.py",
                    """
                    ↓
                    from shop.api import Store


                    def test_store():
                        assert Store()
                    """)),
        ],
        clean: [
            RuleExample(
                "Registered paths only",
                RuleExample.File(
                    "canon.yaml",
                    """
                    audit:
                      concepts:
                        cache:
                          canonical: shop.cache.Cache
                          import_from: [shop]
                    """),
                RuleExample.File("shop/__init__.py", "from shop.cache import Cache\n"),
                RuleExample.File("shop/cache.py", "class Cache:\n    pass\n"),
                RuleExample.File("shop/orders.py", "from shop import Cache\n\norders = Cache()\n"),
                RuleExample.File("shop/bills.py", "from shop.cache import Cache\n\nbills = Cache()\n"))
        ])

    static func check(_ context: RuleContext, _ findings: inout FindingCollector) {
        for concept in context.concepts {
            guard let canonical = concept.canonical else { continue }
            for object in [canonical] + [concept.factory].compactMap(\.self) {
                check(object, of: concept, context, &findings)
            }
        }
    }

    /// Statements that use one path, from files of one scope.
    private struct Path: Hashable {
        var module: ModuleID
        var scope: SourceScope
    }

    private static func check(
        _ object: ObjectID, of concept: Concept, _ context: RuleContext, _ findings: inout FindingCollector
    ) {
        let model = context.model
        var paths: [Path: [Consumer]] = [:]
        for consumer in model.consumers(of: object) {
            findings.examined += 1
            guard !concept.registers(object, through: consumer.module, in: model) else { continue }
            paths[Path(module: consumer.module, scope: context.scope(of: consumer.file)), default: []].append(consumer)
        }
        let symbol = model.symbol(of: object)
        for (path, consumers) in paths.sorted(by: {
            ($0.key.module, $0.key.scope.rawValue) < ($1.key.module, $1.key.scope.rawValue)
        }) {
            let module = model.modules[Int(path.module.rawValue)].name
            let places = consumers.map { Finding.Place(path: context.path(of: $0.file), line: Int($0.line)) }.sorted()
            let files = Set(consumers.map(\.file)).count
            let statements = AuditFigures.counted(consumers.count, "statement")
            let first = consumers.min { ($0.file, $0.line) < ($1.file, $1.line) }!
            var evidence = [context.evidence(first)]
            evidence += context.evidence(model.resolve("\(module).\(model.name(of: object))"))
            findings.add(
                [symbol, module], at: places[0].path, line: places[0].line, scope: path.scope,
                message:
                    "\(symbol) is imported through \(module), which is no registered path (\(statements) in "
                    + "\(AuditFigures.counted(files, "file")))",
                evidence: evidence, places: places, suggestion: symbol, concept: concept.name, consumers: files)
        }
    }
}
