import CanonCodeModel
import CanonFacts

/// An import that the manifest's layers or services do not allow.
enum ForbiddenImportRule: Rule {
    static let identity = RuleIdentity(
        "forbidden-import", version: 2, severity: .high,
        summary: """
            A module imports one of a higher layer, or of a service that its own may not import, directly or through \
            modules that belong to none.
            """,
        exceptions: "What the manifest excuses until a day.")

    static let languages: Set<SourceLanguage> = [.python, .swift]

    static let rationale = """
        Layers and services are a promise: what lies below can be understood, tested and deployed without what lies above. \
        One import in the wrong direction takes that back, and mostly nobody sees it, because the way leads through a \
        module that looks harmless. The finding shows the whole way. Many modules may get there by one and the same \
        statement in a module that belongs to no layer: that statement is then the one finding, for it is what has to go.
        """
    static let remedy = """
        Move what is needed down to where both may reach it, or hand it in as an argument. If the direction is meant, say \
        so in `audit.layers` or in the service's `may_import`.
        """

    static let examples = RuleExamples(
        violating: [
            RuleExample(
                "A lower layer imports a higher one, directly, and in two modules through one of no layer",
                RuleExample.File("canon.yaml", LayerExample.manifest),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/api/__init__.py", ""),
                RuleExample.File("shop/api/pages.py", "def page():\n    pass\n"),
                RuleExample.File(
                    "shop/helpers.py", "def help():\n    ↓\n    from shop.api.pages import page\n    return page()\n"),
                RuleExample.File("shop/core/__init__.py", ""),
                RuleExample.File(
                    "shop/core/orders.py",
                    """
                    ↓
                    from shop.api import pages


                    def again():
                        ↓
                        import shop.api.pages
                        return shop.api.pages
                    """),
                RuleExample.File("shop/core/mails.py", "↓\nfrom shop import helpers\n"),
                RuleExample.File("shop/core/bills.py", "↓\nfrom shop.helpers import help\n")),
            RuleExample(
                "A service imports another one, for its types only",
                RuleExample.File("canon.yaml", LayerExample.services),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File(
                    "shop/orders.py",
                    """
                    from typing import TYPE_CHECKING

                    if TYPE_CHECKING:
                        ↓
                        from mill.grain import Grain
                    """),
                RuleExample.File("mill/__init__.py", ""),
                RuleExample.File("mill/grain.py", "class Grain:\n    pass\n")),
        ],
        clean: [
            RuleExample(
                "Downwards, within a layer, and through modules of no layer",
                RuleExample.File("canon.yaml", LayerExample.manifest),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/helpers.py", "from shop.core import orders\n"),
                RuleExample.File("shop/main.py", "from shop.api import pages\n"),
                RuleExample.File("shop/api/__init__.py", "from shop.api import pages\n"),
                RuleExample.File("shop/api/pages.py", "from shop import helpers\nfrom shop.core import orders\n"),
                RuleExample.File("shop/core/__init__.py", ""),
                RuleExample.File("shop/core/orders.py", "import json\n"),
                RuleExample.File("shop/core/mails.py", "from shop.core import orders\n"),
                RuleExample.File("tests/test_orders.py", "from shop.api import pages\nfrom shop.core import orders\n")),
            RuleExample(
                "What the contract allows, and what services share",
                RuleExample.File("canon.yaml", LayerExample.services),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/orders.py", "from shared import texts\n"),
                RuleExample.File("shared/__init__.py", ""),
                RuleExample.File("shared/texts.py", "HELLO = \"hello\"\n"),
                RuleExample.File("mill/__init__.py", ""),
                RuleExample.File("mill/grain.py", "from shared import texts\nfrom shop import orders\n")),
            RuleExample(
                "An arm that never runs",
                RuleExample.File("canon.yaml", LayerExample.services),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/orders.py", "if False:\n    from mill import grain\n"),
                RuleExample.File("mill/__init__.py", ""),
                RuleExample.File("mill/grain.py", "")),
        ])

    static func isConfigured(by manifest: Manifest) -> Bool { !manifest.layers.isEmpty || !manifest.services.isEmpty }

    static func check(_ context: RuleContext, _ findings: inout FindingCollector) {
        guard isConfigured(by: context.manifest) else { return }
        let graph = LiveImports(context)
        for contract in [ImportContract(layersOf: context.manifest), ImportContract(servicesOf: context.manifest)] {
            check(contract, graph, context, &findings)
        }
    }

    private static func check(
        _ contract: ImportContract, _ graph: LiveImports, _ context: RuleContext, _ findings: inout FindingCollector
    ) {
        guard contract.groups.count > 1 else { return }
        let groups = graph.modules.map { contract.group(of: context.model.name(of: $0)) }
        // For each group, how modules of no group come to it.
        for target in contract.groups.indices
        where contract.groups.indices.contains(where: { !contract.allows($0, target) }) {
            let ways = graph.ways(to: { groups[$0] == target }, through: { groups[$0] == nil })
            var crossings: [Crossing: [Approach]] = [:]
            for module in groups.indices {
                guard let own = groups[module], own != target else { continue }
                findings.examined += graph.edges[module].count
                guard !contract.allows(own, target) else { continue }
                var statements: [Int: [LiveImports.Edge]] = [:]
                for edge in graph.edges[module] where ways[edge.target] != nil {
                    // Types are knowledge, but what only type checkers read leads no further.
                    if edge.isTypingOnly, groups[edge.target] != target { continue }
                    statements[graph.end(of: edge.target, ways), default: []].append(edge)
                }
                for (end, edges) in statements.sorted(by: { $0.key < $1.key }) {
                    let way = graph.way(from: edges[0].target, ways)
                    let edges = edges.filter { ways[$0.target]?.distance == way.count }
                    if let last = way.last {
                        let crossing = Crossing(
                            group: own, module: last.module, target: last.target, file: last.file, line: last.line)
                        crossings[crossing, default: []].append(Approach(module: module, edges: edges, way: way))
                    } else {
                        report(module, end, edges, contract.verdict(own, target), graph, context, &findings)
                    }
                }
            }
            for (crossing, approaches) in crossings.sorted(by: { $0.key < $1.key }) {
                report(crossing, approaches, contract.verdict(crossing.group, target), graph, context, &findings)
            }
        }
    }

    /// A statement in a module of no group by which modules of a group come to where they may not.
    private struct Crossing: Hashable, Comparable {
        var group: Int
        var module: Int
        var target: Int
        var file: FileID
        var line: UInt32

        static func < (a: Crossing, b: Crossing) -> Bool {
            (a.group, a.module, a.target, a.file.rawValue, a.line) < (
                b.group, b.module, b.target, b.file.rawValue, b.line
            )
        }
    }

    /// How a module comes to such a statement.
    private struct Approach {
        var module: Int
        var edges: [LiveImports.Edge]
        var way: [LiveImports.Step]
    }

    private static func report(
        _ module: Int, _ end: Int, _ edges: [LiveImports.Edge], _ verdict: String, _ graph: LiveImports,
        _ context: RuleContext, _ findings: inout FindingCollector
    ) {
        let (importer, imported) = (graph.name(module, context), graph.name(end, context))
        findings.add(
            [importer, imported], at: context.path(of: edges[0].file), line: Int(edges[0].line),
            message: "\(importer) imports \(imported): \(verdict)",
            evidence: edges.map {
                Evidence(path: context.path(of: $0.file), line: Int($0.line), text: "\(importer) imports \(imported)")
            },
            places: edges.map { Finding.Place(path: context.path(of: $0.file), line: Int($0.line)) })
    }

    private static func report(
        _ crossing: Crossing, _ approaches: [Approach], _ verdict: String, _ graph: LiveImports,
        _ context: RuleContext, _ findings: inout FindingCollector
    ) {
        let (importer, imported) = (graph.name(crossing.module, context), graph.name(crossing.target, context))
        // The shortest way is shown from its beginning to its end, of the others their beginning.
        guard let nearest = approaches.min(by: { $0.way.count < $1.way.count }) else { return }
        func first(_ approach: Approach) -> Evidence {
            let edge = approach.edges[0]
            return Evidence(
                path: context.path(of: edge.file), line: Int(edge.line),
                text: "\(graph.name(approach.module, context)) imports \(graph.name(edge.target, context))")
        }
        var evidence = [first(nearest)]
        for step in nearest.way {
            evidence.append(
                Evidence(
                    path: context.path(of: step.file), line: Int(step.line),
                    text: "\(graph.name(step.module, context)) imports \(graph.name(step.target, context))"))
        }
        evidence += approaches.filter { $0.module != nearest.module }.map(first)
        let path = context.path(of: crossing.file)
        let own = graph.name(nearest.module, context)
        let others = approaches.count == 2 ? "another module" : "\(approaches.count - 1) others"
        let dependents = approaches.count == 1 ? "\(own) depends" : "\(own) and \(others) depend"
        findings.add(
            [importer, imported], at: path, line: Int(crossing.line),
            message: "\(importer) imports \(imported); that way \(dependents) on it: \(verdict)",
            evidence: evidence,
            places: [Finding.Place(path: path, line: Int(crossing.line))]
                + approaches.flatMap { approach in
                    approach.edges.map {
                        Finding.Place(path: context.path(of: $0.file), line: Int($0.line))
                    }
                }, consumers: approaches.count)
    }
}

/// Groups of modules, and which of them may import which.
private struct ImportContract {
    private(set) var groups: [(name: String, patterns: [SymbolPattern])] = []
    private var allowed: [Set<Int>] = []
    private var word = "layer"

    /// A layer may import those below it.
    init(layersOf manifest: Manifest) {
        groups = manifest.layers.map { ($0.name, $0.modules.map { SymbolPattern($0.value) }) }
        allowed = groups.indices.map { Set($0..<groups.count) }
    }

    init(servicesOf manifest: Manifest) {
        word = "service"
        groups = manifest.services.map { ($0.name, $0.modules.map { SymbolPattern($0.value) }) }
        let names = groups.map(\.name)
        allowed = manifest.services.map { service in
            Set(service.mayImport.compactMap { names.firstIndex(of: $0.value) })
        }
    }

    func allows(_ importer: Int, _ imported: Int) -> Bool {
        importer == imported || allowed[importer].contains(imported)
    }

    /// The first that names it.
    func group(of module: String) -> Int? {
        groups.firstIndex { group in group.patterns.contains { $0.covers(module) } }
    }

    func verdict(_ importer: Int, _ imported: Int) -> String {
        let names = (groups[importer].name, groups[imported].name)
        return word == "layer"
            ? "the layer \(names.0) lies below \(names.1)" : "the service \(names.0) may not import \(names.1)"
    }
}

/// Imports between live modules, by number. The module of a Swift target has many files.
private struct LiveImports {
    struct Edge {
        var target: Int
        var file: FileID
        var line: UInt32
        var isTypingOnly: Bool
    }

    struct Step {
        var module: Int
        var target: Int
        var file: FileID
        var line: UInt32
    }

    /// How a module comes to a group: through how many others, and by which import first.
    struct Way {
        var distance: Int
        var next: Step?
    }

    private(set) var modules: [ModuleID] = []
    private(set) var edges: [[Edge]] = []
    private var importers: [[Step]] = []

    init(_ context: RuleContext) {
        let model = context.model
        var numbers: [ModuleID: Int] = [:]
        for file in context.liveFiles {
            let module = model.module(of: file)
            guard numbers[module] == nil else { continue }
            numbers[module] = modules.count
            modules.append(module)
        }
        importers = Array(repeating: [], count: modules.count)
        edges = Array(repeating: [], count: modules.count)
        for file in context.liveFiles {
            guard let number = numbers[model.module(of: file)] else { continue }
            for statement in model.imports(in: file) where !statement.context.contains(.never) {
                var targets: [ModuleID] = []
                switch statement.target {
                // `from package import module` is about the module.
                case .module(let module): targets = [module]
                default: targets = [statement.from].compactMap(\.self)
                }
                for case let target? in targets.map({ numbers[$0] }) where target != number {
                    let isTypingOnly = statement.context.contains(.typeChecking)
                    edges[number].append(
                        Edge(target: target, file: file, line: statement.line, isTypingOnly: isTypingOnly))
                    if !isTypingOnly {
                        importers[target].append(
                            Step(module: number, target: target, file: file, line: statement.line))
                    }
                }
            }
        }
    }

    /// Breadth first from the ends backwards.
    func ways(to isEnd: (Int) -> Bool, through isBetween: (Int) -> Bool) -> [Way?] {
        var ways = [Way?](repeating: nil, count: modules.count)
        var queue = modules.indices.filter(isEnd)
        for end in queue { ways[end] = Way(distance: 0) }
        var next = 0
        while next < queue.count {
            let module = queue[next]
            next += 1
            for step in importers[module] where ways[step.module] == nil && isBetween(step.module) {
                ways[step.module] = Way(distance: ways[module]!.distance + 1, next: step)
                queue.append(step.module)
            }
        }
        return ways
    }

    /// The imports from a module to the end of its way; empty when it is the end.
    func way(from module: Int, _ ways: [Way?]) -> [Step] {
        var steps: [Step] = []
        var module = module
        while let step = ways[module]?.next {
            steps.append(step)
            module = step.target
        }
        return steps
    }

    func name(_ module: Int, _ context: RuleContext) -> String { context.model.name(of: modules[module]) }

    func end(of module: Int, _ ways: [Way?]) -> Int { way(from: module, ways).last?.target ?? module }
}

private enum LayerExample {
    static let manifest = """
        audit:
          layers:
            - {name: api, modules: [shop.api]}
            - {name: core, modules: [shop.core]}
        """
    static let services = """
        audit:
          services:
            shop: {modules: [shop]}
            mill: {modules: [mill], may_import: [shop]}
        """
}
