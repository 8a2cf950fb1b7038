import CanonCodeModel
import Testing

@testable import CanonAudit

@Suite("Concepts")
struct ConceptTests {
    private static func store(_ name: String, _ extra: String = "") -> String {
        """
        class \(name):
            def __init__(self):
                self.items = {}

            def get(self, key, default=None):
                return self.items.get(key, default)

            def put(self, key, value):
                self.items[key] = value

            def drop(self, key):
                del self.items[key]
        \(extra)
        """
    }

    private let project = ExampleProject([
        "canon.yaml": "audit:\n  concepts:\n    cache:\n      canonical: shop.cache.Cache\n",
        "shop/__init__.py": "", "shop/cache.py": store("Cache"),
        "shop/fast.py": store("FastCache", "\n    async def flush(self, *, force=False):\n        self.items.clear()\n")
            .replacing("put(self, key, value)", with: "put(self, value, key)"),
        "shop/a.py":
            "from shop.cache import Cache\n\n\nclass Shop:\n    def __init__(self, cache: Cache):\n        self.cache = cache\n\n    def buy(self):\n        return self.cache.get(1)\n",
        "shop/b.py":
            "from shop.fast import FastCache\n\nstore = FastCache()\nstore.put(1, 2)\nother = store\nother.drop(1)\n",
    ])

    @Test("the map shows methods, signatures, state, and what consumers call")
    func map() throws {
        let context = try project.audit().context
        let map = ConceptMap(try #require(context.concepts.first), context)
        #expect(map.implementations.map(\.symbol) == ["shop.cache.Cache", "shop.fast.FastCache"])
        #expect(map.methods == ["drop", "flush", "get", "put"])
        #expect(map.implementations[0].methods["put"] != map.implementations[1].methods["put"])
        #expect(map.implementations[0].methods["get"] == map.implementations[1].methods["get"])
        #expect(map.implementations[0].state == ["items: a mapping"])
        #expect(map.consumers.map(\.module) == ["shop.a", "shop.b"])
        #expect(map.consumers.map(\.isBound) == [true, false])
        #expect(map.consumers[0].methods == ["get"] && map.consumers[1].methods == ["drop", "put"])
        #expect(map.protocolSource.contains("class CacheProtocol(Protocol):"))
        #expect(map.protocolSource.contains("    def get(self, key, default=...) -> Any: ..."))
        #expect(!map.protocolSource.contains("flush"))
    }

    @Test("behind a canonical front stands one implementation, and who takes that directly is not bound")
    func front() throws {
        let project = ExampleProject([
            "canon.yaml": """
            audit:
              concepts:
                cache: {canonical: shop.cache.Cache, factory: shop.cache.get_cache}
            """,
            "shop/__init__.py": "", "shop/store.py": Self.store("Store"),
            "shop/cache.py": """
            from shop.store import Store


            class _Front:
                def __init__(self):
                    raise RuntimeError("use get_cache")


            Cache = _Front


            def get_cache() -> Store:
                return Store()
            """,
            "shop/a.py": "from shop.cache import get_cache\n\nstore = get_cache()\n",
            "shop/b.py": "from shop.store import Store\n\nstore = Store()\n",
        ])
        let context = try project.audit().context
        let concept = try #require(context.concepts.first)
        #expect(concept.implementations.map { context.model.symbol(of: $0) } == ["shop.store.Store"])
        let score = try #require(project.report().score.concepts.first)
        #expect(score.canonical == "shop.cache._Front")
        #expect(score.implementations == 1 && score.bound == 1 && score.consumers == 2 && score.unbound == ["shop.b"])
    }

    @Test(
        "a class that passes on to the concept is an adapter; one that passes on to something else is a client",
        arguments: [
            ("self.inner = Cache()", "self.inner", true), ("self.inner = inner", "self.inner", true),
            ("self.inner = get_cache()", "self.inner", true), ("self.inner: Cache = inner", "self.inner", true),
            ("pass", "shared", true), ("self.inner = Queue()", "self.inner", false), ("pass", "queue", false),
            ("pass", "self", false), ("self.inner = OrderedDict()", "self.inner", false),
        ])
    func clients(_ held: String, _ receiver: String, _ isAdapter: Bool) throws {
        var project = project
        project["shop/queue.py"] = """
            class Queue:
                def push(self, item):
                    return [item]

                def pull(self):
                    return []


            queue = Queue()
            """
        project["shop/front.py"] = """
            from collections import OrderedDict

            from shop.cache import Cache
            from shop.queue import Queue, queue


            def get_cache():
                return Cache()


            shared = Cache()


            class Front:
                def __init__(self, inner):
                    \(held)

                def size(self):
                    cache = Cache()
                    return len([cache, cache])

                def push(self, item):
                    return \(receiver).put(item, 1)

                def pull(self):
                    return \(receiver).drop(1)
            """
        let context = try project.audit().context
        let concept = try #require(context.concepts.first)
        let adapters = concept.adapters.map { context.model.symbol(of: $0) }
        #expect(adapters.contains("shop.front.Front") == isAdapter, "\(adapters)")
    }

    @Test("without a manifest the most fragmented concept is found, with its candidates")
    func discovery() throws {
        var project = project
        project.remove("canon.yaml")
        let context = try project.audit().context
        let concept = try #require(Discovery(context).concepts.first)
        #expect(concept.name == "cache")
        #expect(Set(concept.implementations.map(\.symbol)) == ["shop.cache.Cache", "shop.fast.FastCache"])
        let candidates = CanonicalCandidates(concept, context, cycles: ImportCycles(context))
        #expect(candidates.isClose)
        #expect(candidates.ranked[0].reason.contains("public methods"))
    }

    @Test("classes that share nothing but a word are no concept")
    func noConcept() throws {
        let context = try ExampleProject([
            "a.py": "class OrderQueue:\n    def take(self):\n        return 1\n",
            "b.py": "class BillQueue:\n    def give(self):\n        return 2\n",
        ]).audit().context
        #expect(Discovery(context).concepts.isEmpty)
    }

    @Test(
        "names are read as words",
        arguments: [
            ("UnifiedWebSocketManager", ["unified", "web", "socket", "manager"]),
            ("HTTPServer2Pool", ["http", "server", "pool"]),
            ("_private_name", ["private", "name"]), ("ABC", ["abc"]),
            ("MockCacheFactory", ["mock", "cache", "factory"]),
        ])
    func words(_ name: String, _ words: [String]) { #expect(NameWords.split(name) == words) }

    @Test("modules that import each other are in a cycle, and others are not")
    func cycles() throws {
        let context = try ExampleProject([
            "a.py": "import b\n", "b.py": "import c\n", "c.py": "import a\n", "d.py": "import a\n",
            "e.py": "def f():\n    import g\n", "g.py": "import e\n",
        ]).audit().context
        let cycles = ImportCycles(context)
        let names = context.model.modules.indices.filter { cycles.contains(.init(rawValue: UInt32($0))) }.map {
            context.model.modules[$0].name
        }
        #expect(names.sorted() == ["a", "b", "c"])
    }

    @Test("subclasses, protocols, records and other services are alike on purpose")
    func notAlike() throws {
        let methods =
            "    def get(self, key):\n        return self.items.get(key)\n\n    def put(self, key, value):\n        self.items[key] = value\n\n    def drop(self, key):\n        del self.items[key]\n"
        let sources: [(String, Int)] = [
            ("class B:\n    def __init__(self):\n        self.items = {}\n\n\(methods)", 1),
            (
                "from shop.a import A\n\n\nclass B(A):\n    def __init__(self):\n        self.items = {}\n\n\(methods)",
                0
            ),
            (
                "from typing import Protocol\n\n\nclass B(Protocol):\n    def get(self, key): ...\n    def put(self, key, value): ...\n    def drop(self, key): ...\n",
                0
            ),
            ("from dataclasses import dataclass\n\n\n@dataclass\nclass B:\n    items: dict\n\n\(methods)", 0),
            ("class B:\n    def __init__(self):\n        self.items = []\n\n\(methods)", 0),
        ]
        for (source, count) in sources {
            let project = ExampleProject([
                "shop/__init__.py": "",
                "shop/a.py": "class A:\n    def __init__(self):\n        self.items = {}\n\n\(methods)",
                "shop/b.py": source,
            ])
            #expect(try project.audit().context.likenesses.pairs.count == count, "\(source)")
        }
    }
}
