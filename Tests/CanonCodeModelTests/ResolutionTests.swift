import CanonCodeModel
import Testing

@Suite struct ResolutionTests {
    @Test("an alias, a re-export and a renamed import are one object, and the chain names each statement")
    func aliases() throws {
        let model = try model([
            "pkg/__init__.py": "from .api import Manager as Boss\n",
            "pkg/api.py": "from pkg.core import Impl\nManager = Impl\n",
            "pkg/core.py": "class Impl:\n    def run(self): pass\n",
        ])
        #expect(model.found("pkg.Boss") == "class pkg.core.Impl:1")
        #expect(model.found("pkg.api.Manager.run") == "method pkg.core.Impl.run:2")
        #expect(
            model.chain("pkg.Boss") == [
                "pkg/__init__.py:1 from .api import Manager as Boss", "pkg/api.py:2 Manager = Impl",
                "pkg/api.py:1 from pkg.core import Impl", "pkg/core.py:1 class Impl",
            ])
    }

    @Test("the last statement wins, a fallback stands in when the import fails, and TYPE_CHECKING does not run")
    func rebinding() throws {
        let model = try model([
            "a.py": """
            class C: pass
            class C: pass
            try:
                from gone_in_tree.nothing import X
            except ImportError:
                X = None
            try:
                from b import Real as Y
            except ImportError:
                class Y: pass
            try:
                from b import Absent as Z
            except ImportError:
                class Z: pass
            from typing import TYPE_CHECKING
            if TYPE_CHECKING:
                from b import Real as Typed
            """,
            "b.py": "class Real: pass\n",
        ])
        #expect(model.found("a.C") == "class a.C:2")
        #expect(model.found("a.X") == "external gone_in_tree.nothing.X")
        #expect(model.found("a.Y") == "class b.Real:1")
        #expect(model.found("a.Z") == "class a.Z:14")
        #expect(model.found("a.Typed") == "missing Typed in a")
        #expect(try model.found("Typed", in: "a.py") == "class b.Real:1")
    }

    @Test("star imports give what __all__ names, or what does not begin with an underscore")
    func stars() throws {
        let model = try model([
            "all.py": "__all__ = ['_named']\ndef _named(): pass\ndef other(): pass\n",
            "plain.py": "def _private(): pass\ndef public(): pass\nfrom all import *\n",
            "user.py": "from all import *\nfrom plain import *\n",
        ])
        #expect(model.found("user._named") == "function all._named:2")
        #expect(model.found("user.other") == "missing other in user")
        #expect(model.found("user.public") == "function plain.public:2")
        #expect(model.found("user._private") == "missing _private in user")
    }

    @Test("a folder without __init__.py is a namespace package, and a bare folder hides no installed package")
    func namespaces() throws {
        let model = try model([
            "spaces/inner/mod.py": "class C: pass\n",
            "redis/tool.py": "import redis\nfrom redis import Redis\nfrom redis import tool\n",
            "user.py": "import spaces.inner.mod as m\nfrom spaces.inner import mod, gone\n",
        ])
        #expect(model.found("user.m.C") == "class spaces.inner.mod.C:1")
        #expect(model.found("user.gone") == "missing gone in spaces.inner")
        #expect(model.found("redis.tool.Redis") == "external redis.Redis")
        #expect(model.found("redis.tool.tool") == "module redis.tool")
    }

    @Test("a src folder becomes a search root when imports go through it")
    func sourceLayout() throws {
        let model = try model([
            "src/pkg/__init__.py": "", "src/pkg/a.py": "class A: pass\n", "tests/test_a.py": "from pkg.a import A\n",
        ])
        #expect(model.searchRoots == ["", "src"])
        #expect(model.found("pkg.a.A") == "class pkg.a.A:1")
        #expect(model.found("tests.test_a.A") == "class pkg.a.A:1")
    }

    @Test("names that stand for each other in a circle are unresolved, not a hang")
    func circles() throws {
        let model = try model([
            "a.py": "from b import X\nY = Y\n", "b.py": "from a import X\n",
            "c.py": "from c import *\nfrom d import *\n", "d.py": "from c import *\n",
        ])
        #expect(model.found("a.X") == "unresolved cycle")
        #expect(model.found("a.Y") == "unresolved cycle" || model.found("a.Y").hasPrefix("variable"))
        #expect(model.found("c.nothing") == "missing nothing in c")
    }

    @Test("local names that stand for each other in turns are followed in linear time", .timeLimit(.minutes(1)))
    func localsInTurns() throws {
        let turns = (0..<60).map { _ in "    a = b\n    b = a\n" }.joined()
        let model = try model(["m.py": "def f(a0, b0):\n    a = a0\n    b = b0\n\(turns)    a.x()\n    b.y()\n"])
        let file = try #require(model.file(path: "m.py"))
        #expect(model.references(in: file).isEmpty)
    }
}
