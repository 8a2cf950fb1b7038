import CanonCodeModel
import CanonFacts
import CanonPython
import Testing

@Suite struct ClassTests {
    private func object(_ symbol: String, _ model: CodeModel) throws -> ObjectID {
        try #require(model.resolve(symbol).object, "\(symbol) is no object")
    }

    @Test("bases are found through imports and aliases, ancestors stand nearest first, and traits are handed down")
    func ancestry() throws {
        let model = try model([
            "base.py": """
            from abc import ABC, abstractmethod
            from typing import Protocol, Generic, TypeVar
            T = TypeVar("T")
            class Root(Generic[T]): pass
            class Left(Root[int]): pass
            class Right(Root[int]): pass
            class Talks(Protocol):
                def talk(self) -> None: ...
            class Shape(ABC):
                @abstractmethod
                def area(self): ...
            """,
            "use.py": """
            import base
            from base import Left as L
            from enum import Enum, IntFlag as Bits
            from dataclasses import dataclass
            Other = base.Right
            class Both(L, Other): pass
            class Kind(str, Enum): A = 1
            class Sub(Kind): pass
            class Flags(Bits): pass
            @dataclass
            class Point: x: int
            class Problem(ValueError): pass
            class Deep(Problem): pass
            """,
        ])
        let both = model.classInfo(of: try object("use.Both", model))
        #expect(both.ancestors.map { model.name(of: $0) } == ["Left", "Right", "Root"])
        #expect(both.externalBases == ["typing.Generic"])
        #expect(model.classInfo(of: try object("use.Sub", model)).traits.contains(.enumeration))
        #expect(model.classInfo(of: try object("use.Flags", model)).traits.contains(.enumeration))
        #expect(model.classInfo(of: try object("use.Point", model)).traits.contains(.dataclass))
        #expect(model.classInfo(of: try object("use.Deep", model)).traits.contains(.exception))
        #expect(model.classInfo(of: try object("base.Talks", model)).traits.contains(.protocolClass))
        #expect(model.classInfo(of: try object("base.Shape", model)).traits.contains(.abstract))
    }

    @Test("who puts into a mapping and who takes out is told by the methods' own statements")
    func state() throws {
        let model = try model([
            "a.py": """
            from typing import Dict
            registry = {}
            class Manager:
                shared: Dict[str, int] = {}
                def __init__(self):
                    self.items = {}
                    self.names = []
                def add(self, key, value):
                    self.items[key] = value
                    self.names.append(key)
                def remove(self, key):
                    del self.items[key]
                def drop(self, key):
                    return self.items.pop(key, None)
                def look(self, key):
                    return self.items.get(key)
            def register(key): registry[key] = 1
            def forget(key): registry.pop(key)
            """
        ])
        let state = model.state(of: try object("a.Manager", model))
        let items = try #require(state.first { $0.name == "items" })
        #expect(items.fact.container == .dict)
        #expect(items.adders.map { model.name(of: $0) } == ["add"])
        #expect(items.removers.map { model.name(of: $0) } == ["remove", "drop"])
        #expect(state.first { $0.name == "names" }?.adders.map { model.name(of: $0) } == ["add"])
        let file = try #require(model.file(path: "a.py"))
        let module = try #require(model.moduleState(of: file).first { $0.name == "registry" })
        #expect(module.adders.map { model.name(of: $0) } == ["register"])
        #expect(module.removers.map { model.name(of: $0) } == ["forget"])
    }

    @Test("what a function gives, and whether it only passes on")
    func functions() throws {
        let model = try model([
            "core.py": "class Manager:\n    def send(self, a, b=1, *rest, flag: bool, **more) -> int: return 1\n",
            "api.py": """
            from core import Manager
            import warnings
            def made(): return Manager()
            def through():
                manager = Manager()
                manager.send(1, flag=True)
                return manager
            def annotated() -> "Manager": ...
            def optional() -> Manager | None: return None
            def passed(*args):
                warnings.warn("old")
                return made(*args)
            def inside():
                from core import Manager as M
                return M()
            def works(x):
                y = x + 1
                return made(y)
            class Facade:
                def send(self): return self.inner.send()
            """,
        ])
        for name in ["made", "through", "annotated", "optional", "passed", "inside"] {
            let products = model.products(of: try object("api." + name, model))
            #expect(products.map { model.symbol(of: $0.object) } == ["core.Manager"], "\(name)")
        }
        #expect(model.forwardTarget(of: try object("api.passed", model))?.object == (try object("api.made", model)))
        #expect(model.forwardTarget(of: try object("api.works", model)) == nil)
        #expect(model.forwardTarget(of: try object("api.Facade.send", model))?.callee == "self.inner.send")
        let signature = try #require(model.signature(of: try object("core.Manager.send", model)))
        #expect(signature.parameters.map(\.name) == ["a", "b", "rest", "flag", "more"])
        #expect(signature.parameters.map(\.hasDefault) == [false, true, false, false, false])
        #expect(signature.returns == "int" && !signature.isAsync)
    }

    @Test("the part that a class plays is told from its facts")
    func roles() throws {
        let model = try model([
            "a.py": """
            from enum import Enum
            from typing import Protocol
            class Manager:
                def __init__(self): self.items = {}
                def add(self, k): self.items[k] = 1
                def remove(self, k): del self.items[k]
            class Mode(Enum): A = 1
            class Port(Protocol):
                def add(self, k): ...
            class Port:
                def add(self, k): self.k = k
            class Checks:
                @staticmethod
                def validate_it(x): return [x]
                @staticmethod
                def require_it(x): return {x}
            class Maker:
                def create(self): return Manager()
            class Thin:
                def __init__(self, inner): self.inner = inner
                def add(self, k): return self.inner.add(k)
                def remove(self, k): return self.inner.remove(k)
            class Blocked:
                def __new__(cls): raise RuntimeError("use make()")
            class MockManager:
                def add(self, k): pass
            class Failure(Exception): pass
            def make(): return Manager()
            manager = Manager()
            """
        ])
        let expected = [
            "Manager": "implementation", "Mode": "enum", "Port": "protocol", "Checks": "validator", "Maker": "factory",
            "Thin": "adapter", "Blocked": "adapter", "MockManager": "mock", "Failure": "exception", "make": "factory",
            "manager": "instance",
        ]
        for (name, role) in expected.sorted(by: { $0.key < $1.key }) {
            #expect(model.role(of: try object("a." + name, model)).rawValue == role, "\(name)")
        }
    }

    @Test("consumers name the path that they used, by import and by attribute")
    func consumers() throws {
        let model = try model([
            "pkg/__init__.py": "from .core import Manager\n", "pkg/core.py": "class Manager: pass\n",
            "pkg/old.py": "from pkg.core import Manager as Legacy\n", "one.py": "from pkg import Manager\n",
            "two.py": "def f():\n    from pkg.old import Legacy\n",
            "three.py": "import pkg.core\nx = pkg.core.Manager()\n",
            "four.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from pkg.core import Manager\n",
        ])
        let consumers = model.consumers(of: try object("pkg.core.Manager", model))
        #expect(
            consumers.map { "\(model.path(of: $0.file)) \(model.name(of: $0.module))" } == [
                "four.py pkg.core", "one.py pkg", "pkg/__init__.py pkg.core", "pkg/old.py pkg.core", "two.py pkg.old",
                "three.py pkg.core",
            ])
        #expect(consumers.first { model.path(of: $0.file) == "two.py" }?.context.contains(.function) == true)
        #expect(consumers.first { model.path(of: $0.file) == "four.py" }?.context.contains(.typeChecking) == true)
    }

    @Test("references are resolved in their scope: a local variable is none, a method of a known class is one")
    func references() throws {
        let model = try model([
            "core.py": "class Manager:\n    def send(self): pass\ndef make(): return Manager()\n",
            "use.py": """
            from core import Manager, make
            import core
            def a(): return Manager()
            def b(make): return make()
            def c():
                core.make()
                Manager.send(None)
            def d() -> Manager: ...
            """,
        ])
        let file = try #require(model.file(path: "use.py"))
        let found = model.references(in: file).map { "\($0.line) \($0.kind) \(model.symbol(of: $0.object))" }
        #expect(
            found == [
                "3 call core.Manager", "6 call core.make", "7 call core.Manager.send", "8 annotation core.Manager",
            ])
        let manager = try object("core.Manager", model)
        #expect(model.references(to: [manager])[manager]?.map(\.reference.line) == [3, 3, 8])
    }

    @Test("a name that a function binds means the same there each time, and something else in the next function")
    func localReferences() throws {
        let model = try model([
            "core.py": "class Manager:\n    def send(self): pass\nclass Other:\n    def send(self): pass\n",
            "use.py": """
            import core
            def a():
                from core import Manager as M
                M.send(None); M.send(None)
                core.Other()
            def b():
                from core import Other as M
                M.send(None); M()
            def c():
                Alias = core.Manager
                Alias.send(None); Alias()
                def inner():
                    Alias.send(None)
            def d(M):
                M.send(None); M()
            """,
        ])
        let file = try #require(model.file(path: "use.py"))
        let found = model.references(in: file).map { "\($0.line) \(model.symbol(of: $0.object))" }
        #expect(
            found == [
                "4 core.Manager.send", "4 core.Manager.send", "5 core.Other", "8 core.Other.send", "8 core.Other",
                "10 core.Manager", "11 core.Manager.send", "11 core.Manager", "13 core.Manager.send",
            ])
    }

    @Test("what entries reach, and by which imports")
    func reachability() throws {
        let model = try model([
            "main.py": "import a\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import typed\n",
            "a.py": "def f():\n    from pkg import deep\nimport importlib\nimportlib.import_module('plugin')\n",
            "pkg/__init__.py": "", "pkg/deep.py": "", "plugin.py": "", "typed.py": "", "dead.py": "import a\n",
        ])
        let main = try #require(model.module(named: "main"))
        let reach = model.reach(from: [main])
        #expect(reach.modules.map { model.name(of: $0) }.sorted() == ["a", "main", "pkg", "pkg.deep", "plugin"])
        let deep = try #require(model.module(named: "pkg.deep"))
        #expect(
            reach.chain(to: deep).map { "\(model.name(of: $0.importer)):\($0.line) \(model.name(of: $0.imported))" }
                == ["main:1 a", "a:2 pkg.deep"])
        let atImport = model.reach(from: [main], Reachability.Options(functions: false))
        #expect(!atImport.contains(deep))
    }

    @Test("bindings keep their arms: those of different arms of one statement exclude each other")
    func arms() throws {
        let model = try model([
            "a.py": """
            if x:
                class C: pass
            else:
                class C: pass
            class C: pass
            try:
                import json
            except ImportError:
                json = None
            """
        ])
        let file = try #require(model.file(path: "a.py"))
        let classes = model.bindings(of: "C", in: file)
        #expect(classes.count == 3)
        #expect(model.areExclusive(classes[0], classes[1], in: file))
        #expect(!model.areExclusive(classes[0], classes[2], in: file))
        let json = model.bindings(of: "json", in: file)
        #expect(json[0].context.contains(.importGuard) && json[1].context.contains(.importFallback))
        #expect(model.areExclusive(json[0], json[1], in: file))
    }

    @Test("x.py beside x/__init__.py is reported, and the package wins")
    func clashes() throws {
        let model = try model([
            "x.py": "class Hidden: pass\n", "x/__init__.py": "class Kept: pass\n", "x/y.py": "",
        ])
        #expect(
            model.clashes.map { [$0.name, model.path(of: $0.kept), model.path(of: $0.hidden)] } == [
                ["x", "x/__init__.py", "x.py"]
            ])
        #expect(model.found("x.Kept") == "class x.Kept:1")
        #expect(model.found("x.Hidden") == "missing Hidden in x")
    }

    @Test("a file that does not parse is there, and what is imported from it is unresolved")
    func broken() throws {
        let model = try model(["bad.py": "def (:\n", "use.py": "from bad import X\nfrom gone_pkg import Y\n"])
        #expect(model.found("use.X") == "unresolved dynamicModule")
    }

    @Test("conditions of the interpreter and the machine are decided")
    func environment() {
        let environment = RuntimeEnvironment(version: [3, 11, 7])
        #expect(environment.decides("sys.version_info >= (3, 11)") == true)
        #expect(environment.decides("sys.version_info[:2] == (3, 11)") == true)
        #expect(environment.decides("sys.version_info < (3,)") == false)
        #expect(environment.decides("sys.version_info[0] == 2") == false)
        #expect(environment.decides("sys.version_info.minor >= 12") == false)
        #expect(environment.decides("sys.platform == 'win32'") == false)
        #expect(environment.decides("sys.platform.startswith(\"lin\")") == true)
        #expect(environment.decides("os.name in ('nt', 'posix')") == true)
        #expect(environment.decides("sys.platform not in ['linux']") == false)
        #expect(environment.decides("sys.platform == other") == nil)
        #expect(environment.decides("sys.version_info >= MINIMUM") == nil)
    }

    @Test("ways that part and meet again cost no more with each time they part", .timeLimit(.minutes(1)))
    func diamonds() throws {
        var classes = "class L0: pass\nclass R0: pass\n"
        var modules: [String: String] = ["m60.py": ""]
        for level in 1...60 {
            classes +=
                "class L\(level)(L\(level - 1), R\(level - 1)): pass\nclass R\(level)(L\(level - 1), R\(level - 1)): pass\n"
            let next = min(level + 1, 60)
            modules["m\(level - 1).py"] =
                "try:\n    from m\(level) import X\nexcept ImportError:\n    from m\(next) import X\n"
        }
        modules["classes.py"] = classes + "L60().nothing()\nL60.nothing()\n"
        let program = Program(sources: modules)
        #expect(try program.replay("classes").count == 1)
        var reader = PythonFactReader(version: .v3_13)
        let files = modules.map { path, source in
            var source = source
            source.withUTF8 { _ = reader.read(UnsafeRawBufferPointer($0)) }
            return CodeFile(path: path, facts: reader.facts)
        }
        let model = CodeModel(files: files)
        #expect(model.found("m0.X").hasPrefix("unresolved") || model.found("m0.X").hasPrefix("missing"))
        #expect(
            model.found("classes.L60.nothing") == "unresolved attribute"
                || model.found("classes.L60.nothing") == "unresolved cycle")
        #expect(model.classInfo(of: try object("classes.L60", model)).ancestors.count == 120)
    }
}
