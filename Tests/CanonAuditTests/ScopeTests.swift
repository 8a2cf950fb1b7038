import CanonCodeModel
import Testing

@testable import CanonAudit

@Suite("Scopes")
struct ScopeTests {
    @Test(
        "ordinary repositories are understood without a manifest",
        arguments: [
            ("app/main.py", SourceScope.live), ("tests/test_a.py", .test), ("app/tests/helpers.py", .test),
            ("app/test_views.py", .test), ("app/views_test.py", .test), ("conftest.py", .test),
            ("app/contest.py", .live),
            ("app/latests/a.py", .live), ("scripts/run.py", .tool), ("app/scripts/run.py", .tool),
            ("tools/x.py", .tool),
            ("app/tools/x.py", .live), ("setup.py", .tool), ("app/setup.py", .live), ("backups/a.py", .backup),
            ("app/a.bak", .backup), ("app_backup/a.py", .backup), ("third_party/x/tests/a.py", .vendored),
            (".venv/lib/a.py", .vendored), ("app/vendor/a.py", .live), ("vendor/a.py", .vendored),
            ("app/a_pb2.py", .generated),
            ("tests/testdata/a.py", .fixture), ("Tests/Fixtures/a.py", .fixture), ("tests/fixtures/a.py", .test),
            ("archive/a.py", .backup), ("app/archive/a.py", .live),
        ])
    func defaults(_ path: String, _ scope: SourceScope) {
        #expect(ScopeMap().scope(of: path) == scope, "\(path)")
    }

    private func map(_ scopes: [SourceScope: [String]], roots: [String] = []) -> ScopeMap {
        var manifest = Manifest()
        for (scope, patterns) in scopes { manifest.scopes[scope] = patterns.map { .init($0, line: 1) } }
        manifest.roots = roots.map { .init($0, line: 1) }
        return ScopeMap(manifest: manifest)
    }

    @Test(
        "a pattern is a segment or a glob from the root, never a substring",
        arguments: [
            ("specs", "specs/a.py", true), ("specs", "app/specs/a.py", true), ("specs", "app/myspecs/a.py", false),
            ("specs", "app/specs.py", false), ("spec*", "app/specs.py", true), ("a?c", "x/abc/d.py", true),
            ("a?c", "x/abbc/d.py", false), ("app/specs", "app/specs/a.py", true),
            ("app/specs", "lib/app/specs/a.py", false),
            ("/specs", "specs/a.py", true), ("/specs", "app/specs/a.py", false), ("**/specs", "a/b/specs/c.py", true),
            ("**/specs", "specs/c.py", true), ("app/**/gen", "app/gen/c.py", true),
            ("app/**/gen", "app/a/b/gen/c.py", true),
            ("app/**/gen", "lib/gen/c.py", false), ("app/*/gen", "app/a/gen/c.py", true),
            ("app/*/gen", "app/a/b/gen/c.py", false),
            ("app/a.py", "app/a.py", true), ("app/a.py", "app/a.pyi", false), ("*_x_*.py", "a/b_x_c.py", true),
        ])
    func patterns(_ pattern: String, _ path: String, _ isMatched: Bool) {
        #expect((map([.backup: [pattern]]).scope(of: path) == .backup) == isMatched)
    }

    @Test("a scope that the manifest names replaces its default patterns, and only those")
    func replaced() {
        let map = map([.test: ["specs"]])
        #expect(map.scope(of: "tests/a.py") == .live)
        #expect(map.scope(of: "specs/a.py") == .test)
        #expect(map.scope(of: "setup.py") == .tool)
    }

    @Test("what the image does not ship is no live code")
    func roots() {
        let map = map([:], roots: ["shop", "shared/lib"])
        #expect(map.scope(of: "shop/a.py") == .live)
        #expect(map.scope(of: "shop/tests/a.py") == .test)
        #expect(map.scope(of: "shared/lib/a.py") == .live)
        #expect(map.scope(of: "shared/a.py") == .tool)
        #expect(map.scope(of: "start.py") == .tool)
    }

    @Test("many paths at a time have the scopes of each alone, in any order")
    func many() {
        let paths = [
            "a.py", "app/a.py", "app/tests/a.py", "tests/x/y.py", "app/b.py", "vendor/a.py", "setup.py", "app/c_pb2.py",
        ]
        let map = ScopeMap()
        for order in [paths, paths.reversed(), paths.sorted()] {
            #expect(map.scopes(of: order) == order.map { map.scope(of: $0) })
        }
    }

    @Test(
        "a glob stands for characters, whatever their bytes are, and can leave capitals aside",
        arguments: [
            ("a?c", "aäc", true), ("a??c", "aäc", false), ("*?", "ä", true), ("??", "ä", false), ("?*", "ää", true),
            ("*Manager*", "websocketmanager", false), ("*Manager*", "WebSocketManagers", true), ("", "", true),
            ("a", "ab", false), ("*", "", true), ("?", "", false),
        ])
    func globs(_ pattern: String, _ text: String, _ fits: Bool) {
        #expect(Glob(pattern).matches(text) == fits)
        #expect(Glob(pattern).matches(Array(text.utf8)[...]) == fits)
        #expect(Glob(pattern.uppercased(), ignoresCase: true).matches(text) == (fits || pattern == "*Manager*"))
    }

    @Test("a glob with many stars comes to an end")
    func manyStars() {
        let glob = Glob(String(repeating: "a*", count: 30) + "b")
        #expect(!glob.matches(String(repeating: "a", count: 5000)))
        #expect(glob.matches(String(repeating: "a", count: 5000) + "b"))
    }

    @Test(
        "a symbol pattern covers what lies in what it names",
        arguments: [
            ("a.b", "a.b", true), ("a.b", "a.b.C.m", true), ("a.b", "a.bc", false), ("a.*", "a.b.c", true),
            ("a.*", "a", false),
            ("a.*.C", "a.b.C", true), ("a.*.C", "a.b.D", false), ("**.C", "a.b.C", true),
            ("a.Old*", "a.OldCache.get", true),
        ])
    func symbols(_ pattern: String, _ symbol: String, _ isCovered: Bool) {
        #expect(SymbolPattern(pattern).covers(symbol) == isCovered)
    }
}
