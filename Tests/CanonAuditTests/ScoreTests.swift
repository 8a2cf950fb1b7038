import Testing

@testable import CanonAudit

/// Two implementations, three consumers: one bound, one by another path, one of the duplicate.
private let shop: KeyValuePairs<String, String> = [
    "canon.yaml": """
    audit:
      concepts:
        cache:
          canonical: shop.cache.Cache
          import_from: [shop.cache]
    """,
    "shop/__init__.py": "",
    "shop/cache.py": cacheSource("Cache"),
    "shop/fast.py": cacheSource("FastCache"),
    "shop/compat.py": "from shop.cache import Cache\n",
    "shop/bound.py": "from shop.cache import Cache\n\nstore = Cache()\n",
    "shop/stray.py": "from shop.compat import Cache\n\nstore = Cache()\n",
    "shop/duped.py": "from shop.fast import FastCache\n\nstore = FastCache()\n",
]

private func cacheSource(_ name: String) -> String {
    """
    class \(name):
        def __init__(self):
            self.items = {}

        def get(self, key):
            return self.items.get(key)

        def put(self, key, value):
            self.items[key] = value

        def drop(self, key):
            del self.items[key]

    """
}

@Suite("The score")
struct ScoreTests {
    private let project = ExampleProject(shop)

    private func score(_ project: ExampleProject) throws -> Score { try project.coreReport().score }

    @Test("it is 100 / implementations * bound / consumers, with all of its parts")
    func formula() throws {
        let score = try score(project)
        let concept = try #require(score.concepts.first)
        #expect(concept.implementations == 2 && concept.bound == 1 && concept.consumers == 3)
        #expect(concept.score == 100.0 / 2 * 1 / 3)
        #expect(concept.implementationSymbols == ["shop.cache.Cache", "shop.fast.FastCache"])
        #expect(concept.unbound == ["shop.duped", "shop.stray"])
        #expect(score.overall == concept.score && score.worst == "cache" && score.cap == nil)
    }

    @Test("one implementation that everybody imports as registered is 100")
    func full() throws {
        var project = project
        for path in ["shop/fast.py", "shop/duped.py", "shop/stray.py", "shop/compat.py"] { project.remove(path) }
        #expect(try score(project).overall == 100)
    }

    @Test("no consumer, or no object, is not measured and never 100")
    func notMeasured() throws {
        var lonely = project
        for path in ["shop/bound.py", "shop/stray.py", "shop/duped.py"] { lonely.remove(path) }
        #expect(try score(lonely).overall == nil)
        #expect(try score(lonely).concepts[0].score == nil)
        var gone = project
        gone["shop/cache.py"] = cacheSource("Store")
        #expect(try score(gone).concepts[0].score == nil)
        #expect(try score(gone).concepts[0].implementations == 0)
        #expect(try score(ExampleProject(["a.py": ""])).overall == nil)
    }

    // MARK: What must not change it

    private func expectUnchanged(_ change: (inout ExampleProject) -> Void, _ comment: Comment) throws {
        var changed = project
        change(&changed)
        #expect(try score(changed).concepts == score(project).concepts, comment)
        #expect(try score(changed).overall == score(project).overall, comment)
    }

    @Test("adding and removing aliases and re-exports")
    func aliases() throws {
        try expectUnchanged({ $0["shop/more.py"] = "from shop.cache import Cache\n\nStore = Cache\n" }, "an alias")
        try expectUnchanged({ $0["shop/cache.py"] += "\n\nStore = Cache\n" }, "an alias beside it")
        try expectUnchanged(
            { $0["shop/__init__.py"] = "from shop.fast import FastCache\nfrom shop.cache import Cache\n" }, "re-exports"
        )
        try expectUnchanged(
            { $0["shop/more.py"] = "from shop.cache import *\n__all__ = [\"Cache\"]\n" }, "a star import")
        try expectUnchanged(
            { $0["shop/compat.py"] = "from shop.cache import Cache\nOld = Cache\n__all__ = [\"Cache\", \"Old\"]\n" },
            "in between")
    }

    @Test("wrapping a duplicate in an adapter")
    func adapter() throws {
        try expectUnchanged(
            {
                $0["shop/adapter.py"] = """
                    from shop.fast import FastCache


                    class CacheAdapter:
                        def __init__(self):
                            self.inner = FastCache()

                        def get(self, key):
                            return self.inner.get(key)

                        def put(self, key, value):
                            return self.inner.put(key, value)

                        def drop(self, key):
                            return self.inner.drop(key)
                    """
                $0["shop/duped.py"] = "from shop.adapter import CacheAdapter\n\nstore = CacheAdapter()\n"
            }, "the consumer uses the adapter")
    }

    @Test("renaming a duplicate")
    func renamed() throws {
        var changed = project
        changed["shop/fast.py"] = cacheSource("Shelf")
        changed["shop/duped.py"] = "from shop.fast import Shelf\n\nstore = Shelf()\n"
        let (before, after) = try (score(project), score(changed))
        #expect(after.overall == before.overall)
        #expect(after.concepts[0].implementations == before.concepts[0].implementations)
    }

    @Test("adding clean files")
    func cleanFiles() throws {
        try expectUnchanged({ for number in 0..<20 { $0["shop/clean\(number).py"] = "VALUE = \(number)\n" } }, "")
    }

    @Test("copies in tests and backups")
    func copies() throws {
        try expectUnchanged(
            { $0["tests/test_cache.py"] = cacheSource("TestedCache") + "\n\ncache = TestedCache()\n" }, "a test")
        try expectUnchanged({ $0["backups/cache.py"] = cacheSource("Cache") }, "a backup")
        try expectUnchanged(
            { $0["tests/user.py"] = "from shop.compat import Cache\n\nstore = Cache()\n" }, "a consumer in tests")
    }

    @Test("waiving")
    func waiving() throws {
        var waived = project
        waived["canon.yaml"] += """
              waivers:
                - {rule: import-path, symbol: shop.cache.Cache, reason: later, owner: me, issue: "1", expires: 2026-02-01}

            """
        let report = try waived.coreReport()
        #expect(report.findings.contains { $0.rule == "import-path" && $0.status == .waived })
        #expect(try report.score == score(project))
    }

    @Test("cutting the output")
    func truncating() throws {
        let report = try project.coreReport()
        #expect(report.narrowed(rules: ["syntax"], concepts: []).score == report.score)
        #expect(report.narrowed(rules: [], concepts: ["other"]).score == report.score)
        #expect(report.narrowed(rules: ["syntax"], concepts: []).findings.isEmpty)
    }

    // MARK: Caps

    @Test("a critical finding holds it at 50, and a waiver does not lift that")
    func critical() throws {
        var project = project
        for path in ["shop/fast.py", "shop/duped.py", "shop/stray.py", "shop/compat.py"] { project.remove(path) }
        project["shop/broken.py"] = "def (:\n"
        let score = try score(project)
        #expect(score.overall == 50 && score.beforeCap == 100 && score.cap?.limit == 50)
        project["canon.yaml"] += """
              waivers:
                - {rule: syntax, symbol: shop.broken, reason: later, owner: me, issue: "1", expires: 2026-02-01}

            """
        let report = try project.coreReport()
        #expect(report.findings.first { $0.rule == "syntax" }?.status == .waived)
        #expect(report.score.overall == 50)
    }

    @Test("a broken test holds nothing, a broken fixture is no finding")
    func brokenElsewhere() throws {
        var project = project
        project["tests/test_broken.py"] = "def (:\n"
        project["tests/testdata/broken.py"] = "def (:\n"
        #expect(try score(project).cap == nil)
    }

    @Test("the overall score is the mean weighted by consumers")
    func weighted() throws {
        func concept(_ name: String, _ consumers: Int, _ bound: Int) -> ConceptScore {
            ConceptScore(
                name: name, canonical: name, implementations: 1, bound: bound, consumers: consumers,
                score: consumers == 0 ? nil : 100 * Double(bound) / Double(consumers), owner: nil, goldenPath: false,
                implementationSymbols: [], unbound: [], folders: [])
        }
        let score = Score(concepts: [concept("a", 3, 3), concept("b", 1, 0), concept("c", 0, 0)], findings: [])
        #expect(score.overall == 75 && score.worst == "b")
    }

    @Test("what is printed is rounded down, so that 100 means all")
    func rounding() {
        #expect(
            AuditFigures.percent(99.99) == "99.9" && AuditFigures.percent(100) == "100.0"
                && AuditFigures.percent(16.666) == "16.6")
    }
}
