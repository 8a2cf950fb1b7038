import CanonCodeModel
import CanonFacts

/// Lines of the manifest that name what is not there. Waivers are added by the audit, which knows what they cover.
enum StaleEntryRule: Rule {
    static let identity = RuleIdentity(
        "stale-entry", severity: .medium,
        summary: "A line of the manifest names what is not there, or a waiver that has expired or covers nothing.",
        isIntegrity: true)

    static let languages: Set<SourceLanguage> = [.python, .swift]

    static let rationale = """
        A manifest is a promise that something is checked. When a canonical class is renamed and its entry is not, nothing is \
        checked any more, and the report looks better than before. So an entry that matches nothing is a finding, which no \
        waiver covers.
        """
    static let remedy = "Correct the name, or delete the line. `canon audit prune` deletes waivers that cover nothing."

    static let examples = RuleExamples(
        violating: [
            RuleExample(
                "A canonical class that was renamed",
                RuleExample.File(
                    "canon.yaml",
                    """
                    audit:
                      entries: [shop.main]
                      concepts:
                        cache:
                          ↓
                          canonical: shop.cache.Cach
                    """),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/main.py", "import shop.cache\n"),
                RuleExample.File("shop/cache.py", "class Cache:\n    pass\n")),
            RuleExample(
                "Paths, factories, state, entries, folders and patterns",
                RuleExample.File(
                    "canon.yaml",
                    """
                    audit:
                      ↓
                      roots: [shop, shops]
                      entries:
                        ↓
                        - shop.start
                      scopes:
                        ↓
                        test: [specs]
                      concepts:
                        cache:
                          canonical: shop.cache.Cache
                          ↓
                          import_from: [shop.caches]
                          ↓
                          factory: shop.cache.get_cache
                          ↓
                          names: ["*Store*"]
                          ↓
                          state: items
                      services:
                        ↓
                        billing: {modules: [billing]}
                      layers:
                        ↓
                        - {name: api, modules: [shop.api]}
                    """),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/cache.py", "class Cache:\n    pass\n")),
            RuleExample(
                "A waiver that has expired",
                RuleExample.File(
                    "canon.yaml",
                    """
                    audit:
                      waivers:
                        ↓
                        - rule: syntax
                          symbol: shop.old
                          reason: removed with the next release
                          owner: platform
                          issue: "12"
                          expires: 2026-01-14
                    """),
                RuleExample.File("shop/__init__.py", "")),
        ],
        clean: [
            RuleExample(
                "Every line names something",
                RuleExample.File(
                    "canon.yaml",
                    """
                    audit:
                      roots: [shop]
                      entries: [shop.main]
                      scopes:
                        fixture: []
                      concepts:
                        cache:
                          canonical: shop.cache.Cache
                          import_from: [shop.cache]
                          factory: shop.cache.get_cache
                          names: ["*Cache*"]
                          state: items
                      services:
                        shop: {modules: [shop]}
                      layers:
                        - {name: start, modules: [shop.main]}
                        - {name: core, modules: ["shop.c*"]}
                    """),
                RuleExample.File("shop/__init__.py", ""),
                RuleExample.File("shop/main.py", "import shop.cache\n"),
                RuleExample.File(
                    "shop/cache.py",
                    """
                    class Cache:
                        def __init__(self):
                            self.items = {}


                    def get_cache():
                        return Cache()
                    """))
        ])

    static func check(_ context: RuleContext, _ findings: inout FindingCollector) {
        var check = StaleEntries(manifest: context.manifest, findings: findings)
        check.places(context)
        for concept in context.concepts { check.concept(concept, context) }
        check.groups(context)
        check.expiredWaivers(on: context.today)
        findings = check.findings
    }
}

/// What the manifest says, held against the program.
struct StaleEntries {
    let manifest: Manifest
    var findings: FindingCollector

    mutating func add(_ key: String, _ value: String, line: Int, _ message: String, suggestion: String? = nil) {
        findings.add(
            ["audit.\(key)", value], at: manifest.path, line: line,
            message: "audit.\(key): " + message + (suggestion.map { "; did you mean \($0)?" } ?? ""),
            suggestion: suggestion)
    }

    fileprivate mutating func places(_ context: RuleContext) {
        let model = context.model
        for root in manifest.roots where !Self.matches(root.value, model) {
            add("roots", root.value, line: root.line, "no file lies in \"\(root.value)\"")
        }
        for path in manifest.searchPaths where path.value != "." && !Self.matches(path.value, model) {
            add("search_paths", path.value, line: path.line, "no file lies in \"\(path.value)\"")
        }
        for entry in manifest.entries where model.module(named: entry.value) == nil {
            let nearest = NearestName.of(entry.value, among: model.modules.lazy.map(\.name))
            add("entries", entry.value, line: entry.line, "there is no module \(entry.value)", suggestion: nearest)
        }
        for scope in SourceScope.allCases {
            for pattern in manifest.scopes[scope] ?? [] {
                var alone = Manifest()
                alone.scopes = Dictionary(uniqueKeysWithValues: SourceScope.allCases.map { ($0, []) })
                alone.scopes[scope == .live ? .test : scope] = [pattern]
                let map = ScopeMap(manifest: alone)
                guard !map.scopes(of: model.files.lazy.map(\.path)).contains(where: { $0 != .live }) else { continue }
                add(
                    "scopes.\(scope.rawValue)", pattern.value, line: pattern.line,
                    "no file matches \"\(pattern.value)\"")
            }
        }
    }

    private static func matches(_ root: String, _ model: CodeModel) -> Bool {
        let glob = GlobPattern(root, separator: UInt8(ascii: "/"))
        return model.files.contains {
            glob.matchesBeginning(of: Array($0.path.utf8).split(separator: UInt8(ascii: "/")))
        }
    }

    fileprivate mutating func concept(_ concept: Concept, _ context: RuleContext) {
        let model = context.model
        let declared = concept.declared
        let key = "concepts.\(concept.name)"
        findings.examined += 1
        if concept.canonical == nil {
            let name = declared.canonical.value
            add(
                "\(key).canonical", name, line: declared.canonical.line, "nothing is named \(name)",
                suggestion: Self.nearestSymbol(to: name, model))
        }
        for path in declared.importFrom where model.module(named: path.value) == nil {
            let nearest = NearestName.of(path.value, among: model.modules.lazy.map(\.name))
            add(
                "\(key).import_from", path.value, line: path.line, "there is no module \(path.value)",
                suggestion: nearest == concept.canonicalSymbol ? nil : nearest)
        }
        if let factory = declared.factory, concept.factory == nil {
            add(
                "\(key).factory", factory.value, line: factory.line, "nothing is named \(factory.value)",
                suggestion: Self.nearestSymbol(to: factory.value, model))
        }
        for pattern in declared.names {
            let glob = Glob(pattern.value, ignoresCase: true)
            let isMet = context.liveFiles.contains { file in
                model.classes(in: file).contains { glob.matches(model.name(of: $0)) }
            }
            if !isMet {
                add("\(key).names", pattern.value, line: pattern.line, "no live class matches \"\(pattern.value)\"")
            }
        }
        if let state = declared.state, let canonical = concept.canonical, model.kind(of: canonical) == .class {
            let owned = [canonical] + model.classInfo(of: canonical).ancestors
            let names = owned.flatMap { model.state(of: $0).map(\.name) }
            if !names.contains(state.value) {
                add(
                    "\(key).state", state.value, line: state.line,
                    "\(concept.canonicalSymbol) has no attribute \(state.value)",
                    suggestion: NearestName.of(state.value, among: names))
            }
        }
    }

    fileprivate mutating func groups(_ context: RuleContext) {
        let names = context.model.modules.map(\.name)
        func isMet(_ pattern: String) -> Bool {
            let pattern = SymbolPattern(pattern)
            return names.contains { pattern.covers($0) }
        }
        for service in manifest.services {
            for pattern in service.modules where !isMet(pattern.value) {
                add(
                    "services.\(service.name).modules", pattern.value, line: pattern.line,
                    "no module matches \(pattern.value)")
            }
        }
        for layer in manifest.layers {
            for pattern in layer.modules where !isMet(pattern.value) {
                add(
                    "layers.\(layer.name).modules", pattern.value, line: pattern.line,
                    "no module matches \(pattern.value)")
            }
        }
    }

    fileprivate mutating func expiredWaivers(on today: CalendarDate) {
        for waiver in manifest.waivers where waiver.expires.value < today {
            add(
                "waivers", Self.subject(of: waiver), line: waiver.line,
                "the waiver of \(waiver.owner) for \(Self.subject(of: waiver)) expired on \(waiver.expires.value) (issue "
                    + "\(waiver.issue)): \(waiver.reason)")
        }
    }

    /// Waivers in force that cover no finding of a rule that has run.
    mutating func unusedWaivers(_ unused: [Manifest.Waiver]) {
        for waiver in unused {
            add(
                "waivers", Self.subject(of: waiver), line: waiver.line,
                "the waiver for \(Self.subject(of: waiver)) covers no finding; `canon audit prune` deletes it")
        }
    }

    static func subject(of waiver: Manifest.Waiver) -> String {
        "\(waiver.rule.value) " + (waiver.symbol?.value ?? waiver.fingerprint?.value.text ?? "")
    }

    /// A class or function of that name elsewhere, or one with nearly that name in the same module.
    private static func nearestSymbol(to symbol: String, _ model: CodeModel) -> String? {
        let name = symbol.split(separator: ".").last.map(String.init) ?? symbol
        let module = symbol.dropLast(name.count + 1)
        if let file = model.module(named: String(module)).flatMap({ model.file(of: $0) }) {
            let names = model.objects(in: file).map { model.qualifiedName(of: $0) }
            if let nearest = NearestName.of(name, among: names) { return "\(module).\(nearest)" }
        }
        var found: String?
        for index in model.files.indices {
            for object in model.objects(in: FileID(rawValue: UInt32(index))) where model.name(of: object) == name {
                let symbol = model.symbol(of: object)
                if found == nil || symbol.count < found!.count { found = symbol }
            }
        }
        return found
    }
}
