import CanonCodeModel
import CanonFacts

/// A module that ships and that nothing which runs can import.
enum DeadModuleRule: Rule {
    static let identity = RuleIdentity(
        "dead-module", severity: .low,
        summary: "No entry of the manifest reaches a module of a live folder by imports.",
        exceptions: "Declared entries, plug-ins that code or configuration names by a text, packages without code.")

    static let rationale = """
        Code that nothing runs is still read, searched, migrated and patched, and every search result in it leads somebody \
        astray. Old implementations hide there: they are imported by their own tests only, so that the tests pass and \
        protect nothing.
        """
    static let remedy = """
        Delete the module together with the tests that only it has. If something starts it, name it under `audit.entries`.
        """

    static let examples = RuleExamples(
        violating: [
            RuleExample(
                "Nothing imports it, or only its own test does, or what is dead itself",
                RuleExample.File("canon.yaml", "audit:\n  entries: [shop.main]\n"),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/main.py", "from shop import cart\n"),
                RuleExample.File("shop/cart.py", "def lazily():\n    import shop.bills\n"),
                RuleExample.File("shop/bills.py", "TAX = 19\n"),
                RuleExample.File("shop/old_cart.py", "↓\nfrom shop import old_bills\n"),
                RuleExample.File("shop/old_bills.py", "↓\nTAX = 16\n"),
                RuleExample.File("tests/test_old_cart.py", "from shop import old_cart\n")),
            RuleExample(
                "A module that a package of the same name hides",
                RuleExample.File("canon.yaml", "audit:\n  entries: [shop.main]\n"),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/main.py", "from shop.cart import lines\n"),
                RuleExample.File("shop/cart.py", "↓\nlines = []\n"),
                RuleExample.File("shop/cart/__init__.py", "lines = []\n")),
            RuleExample(
                "It may run by itself, or be loaded by a computed name: somebody has to look",
                RuleExample.File("canon.yaml", "audit:\n  entries: [shop.main]\n"),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File(
                    "shop/main.py",
                    """
                    from importlib import import_module
                    from shop import plugins


                    def load(name):
                        return import_module("shop." + name)
                    """),
                RuleExample.File("shop/plugins/__init__.py", ""),
                RuleExample.File("shop/plugins/mail.py", "↓\nNAME = \"mail\"\n"),
                RuleExample.File("shop/clean.py", "↓\nif __name__ == \"__main__\":\n    print(\"clean\")\n")),
        ],
        clean: [
            RuleExample(
                "Declared entries, imports in functions, literal dynamic imports, empty packages",
                RuleExample.File("canon.yaml", "audit:\n  entries: [shop.main, shop.worker]\n"),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/main.py", "def run():\n    from shop.parts import cart\n"),
                RuleExample.File("shop/worker.py", "import importlib\n\nimportlib.import_module(\"shop.jobs\")\n"),
                RuleExample.File("shop/jobs.py", "JOBS = []\n"),
                RuleExample.File("shop/parts/__init__.py", ""),
                RuleExample.File("shop/parts/cart.py", "LINES = []\n"),
                RuleExample.File("shop/empty/__init__.py", "\"\"\"Nothing yet.\"\"\"\n"),
                RuleExample.File("shop/__main__.py", "from shop.main import run\n\nrun()\n"),
                RuleExample.File("scripts/count.py", "print(1)\n")),
            RuleExample(
                "Plug-ins: a text in code or configuration names them",
                RuleExample.File("canon.yaml", "audit:\n  entries: [shop.main]\n"),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File(
                    "shop/main.py", "import server\n\nserver.run(\"shop.app:app\")\nSTORE = \"shop.stores.Memory\"\n"),
                RuleExample.File("shop/app.py", "app = 1\n"),
                RuleExample.File("shop/stores.py", "class Memory:\n    pass\n"),
                RuleExample.File("shop/cli.py", "def run():\n    pass\n"),
                RuleExample.File("shop/nightly.py", "print(1)\n"),
                RuleExample.File("pyproject.toml", "[project.scripts]\nshop = \"shop.cli:run\"\n"),
                RuleExample.File("Dockerfile", "CMD [\"python\", \"shop/nightly.py\"]\n")),
            RuleExample(
                "Another service, of which no entry is declared",
                RuleExample.File(
                    "canon.yaml",
                    """
                    audit:
                      entries: [shop.main]
                      services:
                        shop: {modules: [shop]}
                        mill: {modules: [mill]}
                    """),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/main.py", "X = 1\n"),
                RuleExample.File("mill/__init__.py", ""),
                RuleExample.File("mill/grain.py", "X = 1\n")),
            RuleExample(
                "No entry is declared", RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/main.py", "X = 1\n")),
        ])

    static func isConfigured(by manifest: Manifest) -> Bool { !manifest.entries.isEmpty }

    static func check(_ context: RuleContext, _ findings: inout FindingCollector) {
        guard let reachability = context.reachability else { return }
        let model = context.model
        let started = Set(
            context.manifest.entries.compactMap { model.module(named: $0.value) }.compactMap { model.file(of: $0) }
                .compactMap { context.service(of: $0) })
        var dead: [FileID] = []
        for file in context.liveFiles {
            findings.examined += 1
            guard !reachability.contains(model.module(of: file)) else { continue }
            if let service = context.service(of: file), !started.contains(service) { continue }
            if isCode(file, context) { dead.append(file) }
        }
        guard !dead.isEmpty else { return }
        let mentions = ModuleMentions(of: dead, reachability, context)
        for file in dead { report(file, mentions, context, &findings) }
    }

    /// A package without code is a folder; one that can be run by its name (`python -m`) is an entry; what does not parse is
    /// told as that.
    private static func isCode(_ file: FileID, _ context: RuleContext) -> Bool {
        let facts = context.model.files[Int(file.rawValue)].facts
        guard facts.error == nil, !facts.events.isEmpty || !facts.declarations.isEmpty else { return false }
        return context.model.modules[Int(context.model.module(of: file).rawValue)].component != "__main__"
    }

    private static func report(
        _ file: FileID, _ mentions: ModuleMentions, _ context: RuleContext, _ findings: inout FindingCollector
    ) {
        let model = context.model
        let path = context.path(of: file)
        let module = context.moduleName(of: file)
        if let clash = model.clashes.first(where: { $0.hidden == file }) {
            findings.add(
                [module, module + ".__init__"], at: path, line: 0,
                message: "no import finds \(path): \(context.path(of: clash.kept)) has the same name and comes first",
                evidence: [Evidence(path: context.path(of: clash.kept), line: 0, text: "what \(module) means")])
            return
        }
        if let mention = mentions.named[file] {
            findings.clear([module], at: path, line: 0, message: "a text names it", evidence: [mention])
            return
        }
        var evidence = [Evidence(path: path, line: 0, text: "not reached from \(entries(context))")]
        var confidence = Confidence.likely
        if let guardLine = mainGuard(of: file, model) {
            confidence = .review
            evidence.append(
                Evidence(path: path, line: guardLine, text: "can be run by itself; if it is, name it as an entry"))
        }
        if let loader = mentions.loader(of: file, model) {
            confidence = .review
            evidence.append(loader)
        }
        let importers = model.importers(of: model.module(of: file))
        var users: [SourceScope: Set<FileID>] = [:]
        for edge in importers {
            users[context.scope(of: edge.from), default: []].insert(edge.from)
            let word = edge.context.contains(.typeChecking) ? "imports it for its types only" : "imports it"
            evidence.append(Evidence(path: context.path(of: edge.from), line: Int(edge.line), text: word))
        }
        var by: [String] = []
        if let live = users[.live]?.count {
            by.append("\(live) \(live == 1 ? "module that is" : "modules that are") not reached either")
        }
        if let tests = users[.test]?.count { by.append(tests == 1 ? "1 test file" : "\(tests) test files") }
        if let tools = users[.tool]?.count { by.append(tools == 1 ? "1 script" : "\(tools) scripts") }
        findings.add(
            [module], at: path, line: 0, confidence: confidence,
            message: "no entry reaches \(module)"
                + (by.isEmpty ? ", and nothing imports it" : "; it is imported by " + by.joined(separator: ", ")),
            evidence: evidence, consumers: users.values.reduce(0) { $0 + $1.count })
    }

    private static func entries(_ context: RuleContext) -> String {
        context.manifest.entries.map(\.value).joined(separator: ", ")
    }

    private static func mainGuard(of file: FileID, _ model: CodeModel) -> Int? {
        let facts = model.files[Int(file.rawValue)].facts
        return facts.events.first { $0.kind == .enter && $0.condition == .mainModule }.map { Int($0.line) }
    }
}
