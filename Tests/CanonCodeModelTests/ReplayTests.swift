import CanonCodeModel
import Testing

/// Each program is run by the real interpreter as well: what it says is what the replay must say.
@Suite struct ReplayTests {
    private func compare(
        _ sources: [String: String], entry: String = "main", at stop: StopPoint? = nil,
        expecting expected: [String], _ place: SourceLocation = #_sourceLocation
    ) throws {
        let program = Program(sources: sources)
        #expect(try program.replay(entry, at: stop) == expected, sourceLocation: place)
        guard let python = PythonInterpreter.found else {
            print("no python3 on the PATH: the expectation is not compared with an interpreter")
            return
        }
        let truth = try program.truth(entry, python).map { $0.hasPrefix("failed") ? "failed" : $0 }
        #expect(truth == expected, "the expectation itself is not what the interpreter does", sourceLocation: place)
    }

    @Test("modules stand in sys.modules where they were ready, running ones where their import started")
    func order() throws {
        try compare(
            ["main.py": "import a\nimport b\n", "a.py": "import c\n", "b.py": "", "c.py": ""],
            expecting: ["c", "a", "b", "main"])
        try compare(
            [
                "main.py": "import a\n", "a.py": "import b\n",
                "b.py":
                    "import c\nimport sys\ndef check():\n    sys.modules\n    report()\ncheck()\nclass Later: pass\n",
                "c.py": "class C: pass\n",
            ], at: StopPoint(module: "b"), expecting: ["main", "a", "b", "c C=C#0"])
    }

    @Test("a module of a circle has what it has bound so far, and the import of more fails")
    func circle() throws {
        try compare(
            [
                "main.py": "import a\n",
                "a.py": "class First: pass\nfrom b import B\nclass Second: pass\n",
                "b.py": """
                from a import First
                try:
                    from a import Second
                except ImportError:
                    class Second: pass
                class B: pass
                """,
            ],
            expecting: ["b B=B#0 First=First#1 Second=Second#2", "a B=B#0 First=First#1 Second=Second#3", "main"])
    }

    @Test("a failed import leaves sys.modules, what it imported stays, and the importer goes on in its except")
    func failedImport() throws {
        try compare(
            [
                "main.py": """
                try:
                    from broken import Thing
                except ImportError:
                    class Thing: pass
                try:
                    import broken
                except (ValueError, ImportError) as problem:
                    pass
                class After: pass
                """,
                "broken.py": "import fine\nclass Thing: pass\nimport pkg.missing\n",
                "fine.py": "class Fine: pass\n", "pkg/__init__.py": "class P: pass\n",
            ],
            expecting: ["fine Fine=Fine#0", "pkg P=P#1", "main After=After#2 Thing=Thing#3"])
    }

    @Test("an exception that no except catches fails every importer")
    func uncaught() throws {
        try compare(
            [
                "main.py": "try:\n    import a\nexcept ImportError:\n    pass\nclass Never: pass\n",
                "a.py": "import b\n", "b.py": "class B: pass\nraise ValueError('no')\n",
            ], expecting: ["failed"])
        try compare(
            [
                "main.py":
                    "try:\n    import a\nexcept Problem:\n    pass\nexcept (KeyError, LookupError):\n    class Caught: pass\n",
                "a.py": "raise IndexError\n",
            ].merging([
                "main.py":
                    "from errors import Problem\ntry:\n    import a\nexcept Problem:\n    pass\nexcept (KeyError, LookupError):\n    class Caught: pass\n",
                "errors.py": "class Problem(Exception): pass\n",
            ]) { $1 },
            expecting: ["errors Problem=Problem#0", "main Caught=Caught#1 Problem=Problem#0"])
    }

    @Test("of names that are bound again the last wins, aliases are the same object, and del unbinds")
    func rebinding() throws {
        try compare(
            [
                "main.py": """
                class A: pass
                B = A
                class A: pass
                C = D = A
                del D
                from other import A as E
                if True:
                    F = B
                """,
                "other.py": "class A: pass\n",
            ],
            expecting: ["other A=A#0", "main A=A#1 B=A#2 C=A#1 E=A#0 F=A#2"])
    }

    @Test("import * takes what __all__ names, modules too, or what does not begin with an underscore")
    func stars() throws {
        try compare(
            [
                "main.py": "from pkg import *\nfrom plain import *\n",
                "pkg/__init__.py":
                    "__all__ = ['sub', '_Hidden']\n__all__ += ['More']\nclass _Hidden: pass\nclass More: pass\nclass Not: pass\n",
                "pkg/sub.py": "class S: pass\n",
                "plain.py": "class Seen: pass\nclass _Unseen: pass\nfrom deep import *\n",
                "deep.py": "class Deep: pass\n",
            ],
            expecting: [
                "pkg More=More#0 Not=Not#1 _Hidden=_Hidden#2", "pkg.sub S=S#3", "deep Deep=Deep#4",
                "plain Deep=Deep#4 Seen=Seen#5 _Unseen=_Unseen#6",
                "main Deep=Deep#4 More=More#0 Seen=Seen#5 _Hidden=_Hidden#2",
            ])
    }

    @Test("a star import of a name that is not there fails")
    func starMissing() throws {
        try compare(
            ["main.py": "from pkg import *\n", "pkg/__init__.py": "__all__ = ['Gone']\n"], expecting: ["failed", "pkg"])
    }

    @Test("folders without __init__.py are namespace packages")
    func namespaces() throws {
        try compare(
            [
                "main.py": "from space.inner import mod\nimport space.other\nX = space.other.O\n",
                "space/inner/mod.py": "class M: pass\n", "space/other.py": "from .inner.mod import M\nclass O: pass\n",
            ],
            expecting: ["space", "space.inner", "space.inner.mod M=M#0", "space.other M=M#0 O=O#1", "main X=O#1"])
    }

    @Test("a submodule becomes an attribute of its package when it has loaded, and not before")
    func submodules() throws {
        try compare(
            [
                "main.py": "import pkg\nA = pkg.sub.S\n", "pkg/__init__.py": "from . import sub\nfrom .sub import S\n",
                "pkg/sub.py": "class S: pass\nimport pkg.user\n",
                "pkg/user.py":
                    "import pkg\ntry:\n    X = pkg.sub.S\nexcept AttributeError:\n    class X: pass\nfrom pkg import sub\nY = sub.S\n",
            ],
            expecting: ["pkg.user X=X#0 Y=S#1", "pkg.sub S=S#1", "pkg S=S#1", "main A=S#1"])
    }

    @Test("calls that a module makes while it loads are followed, in classes and through variables too")
    func calls() throws {
        try compare(
            [
                "main.py": """
                import tools
                from tools import Loader, make
                loader = make()
                loader.load()
                Loader.everything()
                tools.Child().start()
                Kind = tools.pick()
                """,
                "tools.py": """
                class Base:
                    def start(self):
                        import four
                class Child(Base):
                    def start(self):
                        super().start()
                class Loader:
                    def __init__(self):
                        self.inner = Inner()
                    def load(self):
                        import one
                        return self.inner.go()
                    @classmethod
                    def everything(cls):
                        import three
                class Inner:
                    def go(self):
                        import two
                def make():
                    return Loader()
                def pick():
                    import one
                    return one.One
                async def never():
                    import five
                def generator():
                    import five
                    yield 1
                never
                generator()
                """,
                "one.py": "class One: pass\n", "two.py": "", "three.py": "", "four.py": "", "five.py": "",
            ],
            expecting: [
                "tools Base=Base#0 Child=Child#1 Inner=Inner#2 Loader=Loader#3", "one One=One#4", "two", "three",
                "four",
                "main Kind=One#4 Loader=Loader#3",
            ])
    }

    @Test("a literal of import_module is an import, relative ones too")
    func dynamic() throws {
        try compare(
            [
                "main.py": """
                import importlib
                from importlib import import_module
                module = importlib.import_module("pkg.a")
                A = module.A
                import_module(".b", package="pkg")
                __import__("pkg.c")
                """,
                "pkg/__init__.py": "", "pkg/a.py": "class A: pass\n", "pkg/b.py": "", "pkg/c.py": "",
            ],
            expecting: ["pkg", "pkg.a A=A#0", "pkg.b", "pkg.c", "main A=A#0"])
    }

    @Test("TYPE_CHECKING is false, and a condition of the interpreter is decided")
    func conditions() throws {
        try compare(
            [
                "main.py": """
                import sys
                from typing import TYPE_CHECKING
                if TYPE_CHECKING:
                    import a
                else:
                    import b
                if sys.version_info >= (3, 8):
                    class New: pass
                else:
                    class Old: pass
                if __name__ == "__main__":
                    import a
                """,
                "a.py": "", "b.py": "",
            ], expecting: ["b", "main New=New#0"])
    }

    @Test("a module that does not parse fails with SyntaxError, which ImportError does not catch")
    func syntax() throws {
        try compare(
            [
                "main.py":
                    "try:\n    import bad\nexcept ImportError:\n    class Wrong: pass\nexcept SyntaxError:\n    class Right: pass\n",
                "bad.py": "def (:\n",
            ], expecting: ["main Right=Right#0"])
    }

    @Test("a module under two names is two modules with two classes")
    func twoNames() throws {
        try compare(
            [
                "main.py": "import pkg.mod\nimport sys\nsys.modules['alias'] = pkg.mod\nimport alias\nX = alias.C\n",
                "pkg/__init__.py": "", "pkg/mod.py": "class C: pass\n", "alias.py": "class Other: pass\n",
            ],
            expecting: ["pkg", "pkg.mod C=C#0", "alias C=C#0", "main X=C#0"])
    }

    @Test("finally and else of a try run as they should, with suppress swallows")
    func tryArms() throws {
        try compare(
            [
                "main.py": """
                from contextlib import suppress
                try:
                    import good
                except ImportError:
                    class Bad: pass
                else:
                    class Else: pass
                finally:
                    class Finally: pass
                with suppress(ImportError):
                    import pkg.gone
                    class Never: pass
                def guard():
                    try:
                        import pkg.gone
                    except ImportError:
                        return 1
                guard()
                """,
                "good.py": "", "pkg/__init__.py": "",
            ], expecting: ["good", "pkg", "main Else=Else#0 Finally=Finally#1"])
    }

    @Test("the replay stops where the module's own code has a check, at a function, at a line")
    func stops() throws {
        let sources = [
            "main.py": "import a\n",
            "a.py": """
            import b
            class One: pass
            def helper(): pass
            def check():
                import c
                import sys
                return dict(sys.modules.items())
            helper()
            class Two: pass
            check()
            class Three: pass
            """, "b.py": "", "c.py": "",
        ]
        let program = Program(sources: sources)
        #expect(try program.replay("main", at: StopPoint("a")) == ["main", "a One=One#0 Two=Two#1", "b", "c"])
        #expect(try program.replay("main", at: StopPoint("a:check")) == ["main", "a One=One#0 Two=Two#1", "b"])
        #expect(try program.replay("main", at: StopPoint("a:helper")) == ["main", "a One=One#0", "b"])
        #expect(try program.replay("main", at: StopPoint("a:9")) == ["main", "a One=One#0", "b"])
        // A module without such a function: when its body ends.
        #expect(try program.replay("main", at: StopPoint("b")) == ["main", "a", "b"])
        #expect(throws: ReplayError.noFunction("a", "nothing")) {
            try program.replay("main", at: StopPoint("a:nothing"))
        }
        #expect(throws: ReplayError.noLine("a", 99, count: 11)) { try program.replay("main", at: StopPoint("a:99")) }
        #expect(throws: ReplayError.noModule("gone")) { try program.replay("main", at: StopPoint("gone")) }
        #expect(throws: ReplayError.noEntry("gone")) { try program.replay("gone") }
    }

    @Test(
        "of a condition of which nothing is known both arms run, and a return in one of them does not end the function")
    func unknownConditions() throws {
        let program = Program(sources: [
            "main.py": """
            def setup(flag):
                if flag:
                    import a
                    return None
                if not flag:
                    raise ValueError
                import b
            setup(input())
            for name in names:
                import c
            class Last: pass
            """, "a.py": "", "b.py": "", "c.py": "",
        ])
        #expect(try program.replay("main") == ["a", "b", "c", "main Last=Last#0"])
    }

    @Test("the answer is the same for any number of threads")
    func threads() throws {
        var sources = ["main.py": (0..<200).map { "from m\($0) import C as C\($0)" }.joined(separator: "\n") + "\n"]
        for index in 0..<200 { sources["m\(index).py"] = "class C: pass\n" }
        let program = Program(sources: sources)
        let one = try program.replay("main")
        #expect(try program.replay("main", jobs: 4) == one)
        #expect(one.count == 201)
    }
}
