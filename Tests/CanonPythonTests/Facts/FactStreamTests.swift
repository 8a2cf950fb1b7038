import CanonFacts
import CanonPython
import Testing

@Suite("Facts: the stream")
struct FactStreamTests {
    @Test("imports have every form, in the order of the source")
    func imports() throws {
        let facts = try facts(
            of: """
                import a.b, c as d
                from . import e
                from ..f.g import h as i, j
                from k import *
                def late():
                    import l . m
                """)
        #expect(
            facts.lines(.importModule, .importName, .importAll) == [
                "import a.b", "import c as d", "from . import e", "from ..f.g import h as i", "from ..f.g import j",
                "from k import *", "import l.m",
            ])
        let imports = facts.events.filter { [.importModule, .importName, .importAll].contains($0.kind) }
        #expect(imports.map { $0.flags.contains(.continues) } == [false, true, false, false, true, false, false])
        #expect(imports.last?.declaration == 0)
    }

    @Test("arms of conditions and of try hold what runs in them")
    func arms() throws {
        let facts = try facts(
            of: """
                try:
                    import a
                except (ImportError, KeyError) as problem:
                    a = None
                else:
                    import b
                finally:
                    import c
                if x:
                    import d
                elif y:
                    import e
                else:
                    import f
                """)
        #expect(
            facts.lines(.enter, .leave, .importModule, .bind, .unbind) == [
                "tryStatement {", "body {", "import a", "}", "except {", "exceptionTarget problem = none",
                "assignment a = null", "del problem", "}", "otherwise {", "import b", "}", "finally {", "import c", "}",
                "}", "ifStatement {", "then {", "import d", "}", "otherwise {", "ifStatement {", "then {", "import e",
                "}",
                "otherwise {", "import f", "}", "}", "}", "}",
            ])
        let except = try #require(facts.events.first { $0.kind == .enter && $0.block == .except })
        #expect(except.flags.contains(.catchesImportError))
        #expect(facts.names[except.name] == "(ImportError, KeyError)")
        #expect(facts.names[except.value] == "problem")
    }

    @Test("each end of a block knows the other, and a body can be skipped")
    func blocks() throws {
        let facts = try facts(
            of: "class A:\n    def f(self):\n        for x in y: pass\n    b = [z for z in w]\nc = lambda: 1\n")
        var open: [Int] = []
        for (index, event) in facts.events.enumerated() {
            if event.kind == .enter { open.append(index) }
            if event.kind == .leave {
                let last = open.popLast()
                let begin = try #require(last)
                #expect(Int(event.link) == begin)
                #expect(Int(facts.events[begin].link) == index)
            }
        }
        #expect(open.isEmpty)
        let method = try facts.declaration("A.f")
        let end = facts.events[Int(method.event)].link
        #expect(facts.names[facts.events[Int(end)].name] == "f")
    }

    @Test("a block in which nothing happens is left out, but for what it says by being there")
    func emptyBlocks() throws {
        let silent = """
            def f(a, b):
                if a: pass
                elif b: 1
                else: ...
                for x.y in a: pass
                while a: pass
                with a: pass
                [c for c in b if c]
                lambda d, *e: d
                try: pass
                finally: pass
                match a:
                    case 1: pass
            """
        #expect(
            try facts(of: silent).lines(.enter, .leave, .bind) == [
                "function {", "forStatement {", "body {", "loopTarget attribute x.y = element a", "}", "}", "}",
            ])
        let telling = """
            if TYPE_CHECKING: pass
            else: import a
            try: pass
            except ImportError: pass
            [g() for c in b]
            """
        #expect(
            try facts(of: telling).lines(.enter, .leave, .bind, .importModule) == [
                "ifStatement {", "then {", "}", "otherwise {", "import a", "}", "}", "tryStatement {", "body {", "}",
                "except {", "}", "}", "comprehension {", "loopTarget c = element b", "}",
            ])
    }

    @Test(
        "conditions that say something are recognised",
        arguments: [
            ("TYPE_CHECKING", Condition.typeChecking), ("typing.TYPE_CHECKING", .typeChecking),
            ("not TYPE_CHECKING", .notTypeChecking), ("__name__ == '__main__'", .mainModule),
            ("__name__ != '__main__'", .unknown), ("True", .alwaysTrue), ("0", .alwaysFalse), ("not 0", .alwaysTrue),
            ("sys.version_info >= (3, 9)", .platform), ("sys.version_info[0] == 2", .platform),
            ("sys.platform.startswith('win')", .platform), ("os.name == 'nt'", .platform), ("DEBUG", .unknown),
            ("x and TYPE_CHECKING", .unknown),
        ])
    func conditions(_ test: String, _ expected: Condition) throws {
        let facts = try facts(of: "if \(test):\n    import a\n")
        let arm = try #require(facts.events.first { $0.kind == .enter && $0.block == .then })
        #expect(arm.condition == expected)
        if expected != .unknown, expected != .alwaysTrue, expected != .alwaysFalse {
            #expect(facts.names[arm.name] == test)
        }
    }

    @Test("dynamic imports are literal or unresolved, never left out")
    func dynamicImports() throws {
        let facts = try facts(
            of: """
                importlib.import_module("a.b")
                import_module(".c", "pkg")
                import_module(".d", package=here)
                import_module(".d", __package__)
                __import__("e")
                importlib.import_module(f"plugins.{name}")
                importlib.import_module(name="f")
                import_module("g\\x2eh" "\\u0069")
                """)
        #expect(
            facts.lines(.dynamicImport) == [
                "importlib.import_module a.b ", "import_module .c pkg", "import_module .d  ?", "import_module .d ",
                "__import__ e ",
                "importlib.import_module   ?", "importlib.import_module f ",
                "import_module g.hi ",
            ])
    }

    @Test("what __all__ holds is known as far as it is literal")
    func exports() throws {
        let facts = try facts(
            of: """
                __all__ = ["a", 'b']
                __all__ += ("c",)
                __all__.append("d")
                __all__.extend(["e", name])
                __all__.remove("a")
                __all__ += sub.__all__
                __all__ = ["\\x61b" 'c', "\\N{LATIN SMALL LETTER D}", "\\udc00"]
                """)
        #expect(
            facts.lines(.exports) == [
                #"replace ["a", "b"]"#, #"add ["c"]"#, #"add ["d"]"#, #"add ["e"] ?"#, #"remove ["a"]"#, "add [] ?",
                #"replace ["abc", "d"] ?"#,
            ])
    }

    @Test("targets of every form are bound, with what they are bound to")
    func bindings() throws {
        let facts = try facts(
            of: """
                a = b = {}
                c.d = C()
                e["k"] = f
                g, (h, *i) = pair()
                j, k = 1, []
                l: int
                m: Dict[str, int] = make()
                n += 1
                f().o = 2
                (p := 3)
                for q in r: pass
                with s as t: pass
                del u, v[0], w.x
                y = z if a else Fallback()
                type T = int
                """)
        #expect(
            facts.lines(.bind, .unbind) == [
                "assignment a = container dict", "assignment b = container dict", "assignment attribute c.d = call C",
                "assignment subscript e[k] = reference f", "assignment g = element pair", "assignment h = element pair",
                "assignment starred i = element pair", "assignment j = constant", "assignment k = container list",
                "annotationOnly l = none int", "annotated m = call dict make", "augmented n = constant",
                "assignment attribute o = constant ?", "walrus p = constant", "loopTarget q = element r",
                "contextTarget t = reference s", "del u", "del v", "del w.x", "assignment y = reference z",
                "typeAlias T = reference int",
            ])
    }

    @Test("patterns bind what they capture and use the classes they name")
    func patterns() throws {
        let facts = try facts(
            of: """
                match x:
                    case Point(a, y=b) | [a, *b] if a: pass
                    case {"k": c, **d}: pass
                    case mod.CONST as e: pass
                """)
        #expect(
            facts.lines(.bind, .use) == [
                "use x", "use Point", "capture a = none", "capture b = none", "capture a = none", "capture b = none",
                "use a", "capture c = none", "capture d = none", "use mod.CONST", "capture e = none",
            ])
    }

    @Test("calls have their callee, their first text, and how they are made")
    func calls() throws {
        let facts = try facts(
            of: """
                patch("a.b.C", new=x)
                f(1, *rest)(2)
                async def g():
                    await self.h("t")
                getattr(mod, "Name")
                """)
        #expect(
            facts.lines(.call) == [
                "patch(1) 'a.b.C'", "f(2)", "(1) ?", "self.h(1) 't'", "getattr(2) 'Name'",
            ])
        let calls = facts.events.filter { $0.kind == .call }
        #expect(calls[0].flags.contains(.keywords))
        #expect(calls[1].flags.contains(.spread))
        #expect(calls[3].flags.contains(.awaited))
    }

    @Test("what functions return and raise is known")
    func results() throws {
        let facts = try facts(
            of:
                "def f():\n    if a: return Manager()\n    if b: raise errors.Missing('x')\n    return None\ndef g(): return await h()\n"
        )
        #expect(
            facts.lines(.return, .raise) == [
                "return call Manager", "raise errors.Missing", "return null", "return awaitedCall h",
            ])
    }

    @Test("reads of local variables are no facts; those of other names are, once for each scope")
    func uses() throws {
        let facts = try facts(
            of: """
                def f(self, a):
                    local = a + outer + outer
                    def inner():
                        return local + outer + module.part
                    return [x for x in items if x > limit]
                """)
        #expect(
            facts.lines(.use) == ["use outer", "use outer", "use module.part", "use items", "use limit"])
    }

    @Test("names in quoted annotations are used")
    func forwardReferences() throws {
        let facts = try facts(of: "def f(a: 'pkg.Manager', b: \"Dict[str, Later]\") -> 'None': pass\n")
        #expect(facts.lines(.use) == ["use pkg.Manager", "use Dict", "use str", "use Later", "use None"])
        #expect(facts.events.allSatisfy { $0.kind != .use || $0.flags.contains(.annotation) })
    }

    @Test("global and nonlocal names are declared")
    func scopeStatements() throws {
        let facts = try facts(of: "def f():\n    global a, b\n    def g():\n        nonlocal c\n    c = 1\n")
        #expect(facts.lines(.declareGlobal, .declareNonlocal) == ["global a", "global b", "nonlocal c"])
    }

    @Test("a reader gives the same facts for a file whatever it read before")
    func reuse() throws {
        let sources = [
            "class A:\n    x = {}\n", "import a\n", "x = (\n", "def f(a, b=1): return a\n", "class A:\n    x = {}\n",
        ]
        var reader = PythonFactReader(version: .v3_13)
        for source in sources {
            var fresh = PythonFactReader(version: .v3_13)
            var source = source
            source.withUTF8 { bytes in
                reader.read(UnsafeRawBufferPointer(bytes))
                fresh.read(UnsafeRawBufferPointer(bytes))
            }
            #expect(reader.facts == fresh.facts)
        }
    }

    @Test("a file that does not parse has its error and nothing else")
    func broken() {
        var reader = PythonFactReader(version: .v3_11)
        var source = "import a\nx = (1\n"
        source.withUTF8 { _ = reader.read(UnsafeRawBufferPointer($0)) }
        #expect(reader.facts.error != nil)
        #expect(reader.facts.events.isEmpty)
    }
}
