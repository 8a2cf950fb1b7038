import CanonFacts
import CanonPython
import Testing

@Suite("Facts: declarations, state and clones")
struct FactDeclarationTests {
    @Test("declarations are nested as in the source and have their lines")
    func nesting() throws {
        let facts = try facts(
            of: """
                @decorate
                class A(Base, pkg.Other[int], metaclass=Meta, **options):
                    '''Doc.'''
                    async def f(self):
                        def g():
                            yield 1
                """)
        #expect(facts.declarations.indices.map { facts.qualifiedName(of: $0) } == ["A", "A.f", "A.f.g"])
        #expect(facts.declarations.map(\.line) == [2, 4, 5])
        #expect(facts.declarations.map(\.endLine) == [6, 6, 6])
        #expect(facts.declarations.map(\.kind) == [.class, .asyncFunction, .function])
        #expect(facts.declarations.map(\.parent) == [FileFacts.noIndex, 0, 1])
        let a = facts.declarations[0]
        #expect(facts.texts(a.bases) == ["Base", "pkg.Other[int]"])
        #expect(facts.texts(a.keywords) == ["metaclass", "Meta", "", "options"])
        #expect(a.flags == [.hasDocstring, .isUnresolved])
        #expect(facts.declarations[1].flags == [.isMethod])
        #expect(facts.declarations[2].flags == [.isGenerator])
    }

    @Test("signatures have every kind of parameter")
    func signature() throws {
        let facts = try facts(of: "def f(a, b: int = 1, /, c=2, *d, e: 'E', g=3, **h) -> List[\n  int]: ...\n")
        let function = try facts.declaration("f")
        let parameters = facts.parameters[function.parameters.indices]
        #expect(parameters.map { facts.names[$0.name] } == ["a", "b", "c", "d", "e", "g", "h"])
        #expect(
            parameters.map(\.kind) == [
                .positionalOnly, .positionalOnly, .positionalOrKeyword, .variadicPositional, .keywordOnly, .keywordOnly,
                .variadicKeyword,
            ])
        #expect(parameters.map(\.hasDefault) == [false, true, true, false, false, true, false])
        #expect(parameters.map { facts.names[$0.annotation] } == ["", "int", "", "", "'E'", "", ""])
        #expect(facts.names[function.returns] == "List[int]")
        #expect(function.flags == [.isStub])
    }

    @Test("decorators keep whether they are called, and those that are no name are unresolved")
    func decorators() throws {
        let facts = try facts(of: "@a.b\n@c(1)\n@d[0]\ndef f(): return 1\n")
        let function = try facts.declaration("f")
        let pairs = facts.lists[function.decorators.indices]
        let texts = stride(from: pairs.startIndex, to: pairs.endIndex, by: 2).map {
            facts.names[Name(rawValue: pairs[$0])]
        }
        #expect(texts == ["a.b", "c", "d[0]"])
        #expect(stride(from: pairs.startIndex, to: pairs.endIndex, by: 2).map { pairs[$0 + 1] } == [0, 1, 0])
        #expect(function.flags.contains(.isUnresolved))
    }

    @Test("state belongs to its module, class or instance, whoever binds it")
    func owners() throws {
        let facts = try facts(
            of: """
                registry = {}
                _current = None
                class A:
                    shared: ClassVar[list] = []
                    def __init__(self):
                        self.items = set()
                        local = {}
                    @classmethod
                    def make(cls):
                        global _current
                        _current = cls()
                        cls.shared = deque()
                    @staticmethod
                    def other(a):
                        a.x = {}
                def reset():
                    A.late = WeakSet()
                """)
        #expect(
            facts.stateLines == [
                "module registry: dict", "module _current: none", "class A.shared: list", "instance A.items: set",
                "classFromMethod A.late: weakSet",
            ])
        let current = facts.state[1]
        #expect(current.flags == [.setByFunction, .startsEmpty])
        #expect(facts.names[current.value] == "cls")
        #expect(facts.state[2].flags == [.setByFunction, .isClassVariable])
    }

    @Test(
        "the kind of a container comes from its value or its annotation",
        arguments: [
            ("x = {}", ContainerKind.dict), ("x = {1: 2 for a in b}", .dict), ("x = dict()", .dict), ("x = [1]", .list),
            ("x = {1}", .set), ("x = ()", .tuple), ("x = collections.deque(maxlen=3)", .deque),
            ("x = defaultdict(list)", .defaultDict), ("x = weakref.WeakValueDictionary()", .weakValueDictionary),
            ("x = asyncio.Lock()", .lock), ("x = threading.BoundedSemaphore(2)", .semaphore),
            ("x = asyncio.Queue()", .queue), ("x = ContextVar('x')", .contextVar),
            ("x = OrderedDict[str, int]()", .orderedDict),
            ("x: Dict[str, int] = None", .dict), ("x: Optional[List[int]] = None", .list),
            ("x: 'dict[str, int]'", .dict),
            ("x: set | None = None", .set), ("x: None | set = None", .set), ("x: ClassVar[Final[dict]] = f()", .dict),
            ("x: list = field(default_factory=dict)", .dict), ("x = field(default_factory=lambda: [])", .list),
            ("x = y or {}", .dict), ("x = None", .none), ("x = 'text'", .none), ("x = Manager()", .none),
        ])
    func containers(_ source: String, _ kind: ContainerKind) throws {
        let facts = try facts(of: source + "\n")
        #expect(facts.state.map(\.container) == [kind])
    }

    @Test("bodies are compared without layout, and their shapes without names")
    func hashes() throws {
        let facts = try facts(
            of: """
                def a(x):
                    '''One doc.'''
                    return x + 1
                def b(y):
                    # a comment

                    return (
                        x + 1
                    )
                def c(x):
                    return x + 1
                def d(z):
                    return z + 2
                def e(z):
                    return z - 2
                """)
        let (a, b, c, d, e) = (
            facts.declarations[0], facts.declarations[1], facts.declarations[2], facts.declarations[3],
            facts.declarations[4]
        )
        #expect(a.bodyHash == c.bodyHash && a.shapeHash == c.shapeHash && a.tokenCount == c.tokenCount)
        #expect(a.bodyHash != b.bodyHash)
        #expect(a.bodyHash != d.bodyHash && a.shapeHash == d.shapeHash)
        #expect(d.shapeHash != e.shapeHash)
    }

    @Test("a copy with other names shares fingerprints with its original, wherever it stands")
    func clones() throws {
        // Lines of different shapes: a run of equal ones has few windows that differ.
        func body(_ variable: String) -> String {
            (0..<24)
                .map { number in
                    let arguments = Array(repeating: variable, count: number % 5).joined(separator: ", ")
                    let terms = String(repeating: " + \(variable)[\(number)]", count: number % 3)
                    return "    \(variable)\(number) = call(\(arguments))\(terms)\n"
                }
                .joined()
        }
        let original = try facts(of: "def f(a):\n" + body("a"))
        let copy = try facts(of: "import x\n\nclass A:\n    y = 3\n\ndef g(other, b):\n" + body("b") + "z = 1\n")
        let different = try facts(
            of: (0..<60).map { "x\($0) = {\($0): not y, 'k': -z ** 2} @ w; del q[\($0):]\n" }.joined())
        let hashes = Set(original.fingerprints.map(\.hash))
        #expect(hashes.count >= 3)
        #expect(!hashes.isDisjoint(with: copy.fingerprints.map(\.hash)))
        #expect(hashes.isDisjoint(with: different.fingerprints.map(\.hash)))
        #expect(original.fingerprints.allSatisfy { $0.line >= 1 && $0.line <= $0.endLine && $0.endLine <= 25 })
    }

    @Test("of windows in a row one is kept, so that no long run is without a fingerprint")
    func density() throws {
        let source = (0..<400).map { "name\($0) = call(\($0)) + other[\($0 % 7)]\n" }.joined()
        let facts = try facts(of: source)
        #expect(facts.fingerprints.count > 40)
        for (a, b) in zip(facts.fingerprints, facts.fingerprints.dropFirst()) {
            #expect(b.line - a.line <= CloneFingerprint.keepOneOf)
        }
    }

    @Test("a body behind its colon equals the same body on a line of its own")
    func bodiesOnOneLine() throws {
        let facts = try facts(
            of:
                "def a(): return x + 1\nclass B:\n    def a(self):\n        return x + 1\ndef c(): 'doc'\ndef d():\n    'doc'\n"
        )
        let (a, b) = (facts.declarations[0], facts.declarations[2])
        #expect(a.bodyHash == b.bodyHash && a.shapeHash == b.shapeHash && a.tokenCount == b.tokenCount)
        #expect(facts.declarations[3].tokenCount == 0 && facts.declarations[4].tokenCount == 0)
        #expect(facts.declarations[3].bodyHash == facts.declarations[4].bodyHash)
    }

    @Test("bodies that differ in what belongs to a block differ")
    func blocksInBodies() throws {
        let facts = try facts(
            of: "def a():\n    if x:\n        y()\n    z()\ndef b():\n    if x:\n        y()\n        z()\n")
        #expect(facts.declarations[0].bodyHash != facts.declarations[1].bodyHash)
        #expect(facts.declarations[0].shapeHash != facts.declarations[1].shapeHash)
    }

    @Test("chains of any length and nesting as deep as the parser allows are walked")
    func depth() throws {
        let sum = "x = " + String(repeating: "a + ", count: 20_000) + "b\n"
        #expect(try facts(of: sum, version: .v3_10).lines(.use) == ["use a", "use b"])
        let calls = "x" + String(repeating: ".a(b)[c]", count: 5_000) + "\n"
        #expect(try facts(of: calls, version: .v3_10).lines(.call).count == 5_000)
        let lambdas = String(repeating: "lambda: ", count: 1_000) + "y\n"
        #expect(try facts(of: lambdas).lines(.enter).count == 1_000)
        let chain = "x" + String(repeating: ".a", count: 3000) + "\n"
        #expect(try facts(of: chain).lines(.use).count == 1)
        let nested = "x = " + String(repeating: "[", count: 40) + "y" + String(repeating: "]", count: 40) + "\n"
        #expect(try facts(of: nested).lines(.use) == ["use y"])
        let elifs = "if a: pass\n" + (0..<80).map { "elif b\($0): import m\($0)\n" }.joined()
        #expect(try facts(of: elifs).lines(.importModule).count == 80)
    }
}
