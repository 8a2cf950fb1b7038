import CanonFacts
import CanonSwift
import Testing

@Suite("Facts of Swift")
struct SwiftFactTests {
    private func read(_ text: String) -> FileFacts { SwiftFactReader().read(text) }

    private func events(_ facts: FileFacts, _ kind: Event.Kind) -> [Event] { facts.events.filter { $0.kind == kind } }

    private func names(_ facts: FileFacts, _ kind: Event.Kind) -> [String] {
        events(facts, kind).map { facts.names[$0.name] }
    }

    @Test("imports name their module, whatever stands around it")
    func imports() {
        let facts = read(
            """
            import CanonWire
            @testable import CanonGateway
            public import struct Foundation.URL
            #if canImport(Glibc)
                import Glibc
            #endif
            """)
        #expect(names(facts, .importModule) == ["CanonWire", "CanonGateway", "Foundation", "Glibc"])
        #expect(facts.language == .swift)
        #expect(facts.error == nil)
        #expect(facts.lineCount == 6)
    }

    @Test(
        "types, extensions, functions and computed properties are declarations, with what they inherit and how they are called"
    )
    func declarations() throws {
        let facts = read(
            """
            @MainActor public final class Hub: Base, Sendable {
                struct Inner {}
                private func hide() async throws {}
                public func send(_ text: String, to user: UserID?, extra: [String: Int] = [:]) -> Hub? { nil }
                var count: Int { 1 }
                init() {}
            }
            extension Hub.Inner: Error {}
            protocol Talks { func talk() }
            """)
        #expect(
            facts.declarations.indices.map { facts.qualifiedName(of: $0) } == [
                "Hub", "Hub.Inner", "Hub.hide", "Hub.send", "Hub.count", "Hub.init", "Hub.Inner", "Talks", "Talks.talk",
            ])
        let hub = facts.declarations[0]
        #expect(facts.texts(hub.bases) == ["Base", "Sendable"])
        #expect(facts.texts(hub.decorators).first == "MainActor")
        #expect(facts.texts(hub.keywords).filter { !$0.isEmpty } == ["class", "public", "final"])
        #expect(hub.endLine == 7)
        #expect(facts.declarations[2].flags.contains(.isUnlisted))
        #expect(facts.declarations[2].kind == .asyncFunction)
        let send = facts.declarations[3]
        #expect(facts.texts(send.bases) == ["_", "to", "extra"])
        let parameters = facts.parameters[send.parameters.indices]
        #expect(parameters.map { facts.names[$0.name] } == ["text", "user", "extra"])
        #expect(
            parameters.map { facts.names[$0.annotation] } == ["String", "Optional[UserID]", "Dictionary[String, Int]"])
        #expect(parameters.map(\.hasDefault) == [false, false, true])
        #expect(facts.names[send.returns] == "Optional[Hub]")
        #expect(!send.flags.contains(.isUnlisted))
        #expect(facts.texts(facts.declarations[4].decorators).first == "property")
        #expect(facts.declarations[5].flags.contains(.isUnlisted))
        #expect(facts.declarations[6].flags.contains(.isExtension))
        #expect(facts.declarations[8].flags.contains(.isStub))
    }

    @Test(
        "the kind of a container is told by its type or its value, boxes left aside",
        arguments: [
            ("[ID: Item] = [:]", ContainerKind.dict, "Dictionary[ID, Item]"),
            ("Dictionary<ID, Item>", .dict, "Dictionary[ID, Item]"),
            ("[Item]", .list, "Array[Item]"), ("Set<ID>", .set, "Set[ID]"),
            ("[ID: Int]", .counter, "Dictionary[ID, Int]"),
            ("Mutex<[ID: Item]>", .dict, "Dictionary[ID, Item]"),
            ("[ID: Item]?", .dict, "Optional[Dictionary[ID, Item]]"),
            ("String", .none, "String"),
        ])
    func containers(type: String, kind: ContainerKind, annotation: String) throws {
        let facts = read("final class Hub { var kept: \(type) }")
        let state = try #require(facts.state.first)
        #expect(state.container == kind)
        #expect(facts.names[state.annotation] == annotation)
        #expect(state.owner == .instance)
    }

    @Test(
        "values tell the kind where no type stands",
        arguments: ["[ID: Item]()", "Mutex<[ID: Item]>([:])", "Mutex([ID: Item]())"])
    func inferred(value: String) throws {
        let facts = read("final class Hub { private let kept = \(value) }")
        #expect(facts.state.first?.container == .dict)
    }

    @Test("what a method puts into a property and takes out says self, whether or not the source does")
    func changes() {
        let facts = read(
            """
            final class Hub {
                var items: [Int: String] = [:]
                func change(_ local: Cache) {
                    items[1] = "a"
                    self.items[2] = nil
                    items.removeValue(forKey: 3)
                    items[4, default: ""].append("b")
                    local.items[5] = "c"
                    var other = Cache()
                    other.items.removeAll()
                }
            }
            """)
        #expect(
            names(facts, .bind).filter { $0.hasPrefix("self") || $0.hasPrefix("local") } == [
                "self.items", "local.items",
            ])
        #expect(names(facts, .unbind) == ["self.items"])
        #expect(
            names(facts, .call) == ["self.items.removeValue", "self.items.append", "Cache", "other.items.removeAll"])
    }

    @Test("what a class keeps in a nested struct behind a lock is the class's own")
    func held() throws {
        let facts = read(
            """
            final class Hub {
                private struct State { var items: [Int: String] = [:] }
                private let state = Mutex(State())
                func put() { state.withLock { $0.items[1] = "a" } }
                func drop() { state.withLock { state in state.items.removeValue(forKey: 1) } }
            }
            """)
        let items = try #require(facts.state.first { facts.names[$0.name] == "items" })
        #expect(facts.qualifiedName(of: Int(items.declaration)) == "Hub")
        #expect(names(facts, .bind).contains("self.items"))
        #expect(names(facts, .call).contains("self.items.removeValue"))
    }

    @Test("constructions, aliases, globals and static state")
    func constructions() {
        let facts = read(
            """
            typealias Registry = Hub
            let shared = Hub(limit: 3)
            struct App {
                static var cache: [String: Int] = [:]
                func run() { _ = Hub.init(limit: 1); _ = Box<Hub>(); _ = Canon.Hub() }
            }
            """)
        #expect(names(facts, .call) == ["Hub", "Hub", "Box", "Canon.Hub"])
        let alias = events(facts, .bind)[0]
        #expect(facts.names[alias.name] == "Registry" && facts.names[alias.value] == "Hub")
        #expect(alias.valueKind == .reference)
        #expect(facts.state.map(\.owner) == [.module, .class])
        #expect(facts.state.first?.flags.contains(.isConstant) == true)
    }

    @Test("copies of a body have one shape, whatever their names and layout")
    func hashes() {
        let facts = read(
            """
            func a(x: Int) -> Int { let y = x + 1; /* why */ return y * 2 }
            func b(n: Int) -> Int {
                let m = n + 1;
                return m * 2 // so
            }
            func c(n: Int) -> Int { let m = n - 1; return m * 2 }
            """)
        let shapes = facts.declarations.map(\.shapeHash)
        #expect(shapes[0] == shapes[1] && shapes[0] != shapes[2])
        #expect(facts.declarations[0].bodyHash != facts.declarations[1].bodyHash)
        #expect(facts.declarations[0].tokenCount == 12 + 1)
    }

    @Test("facts of Swift are stored and read like others")
    func storage() {
        let facts = read("public struct A { var b: [Int: A] = [:] }\n")
        var bytes: [UInt8] = []
        facts.encode(into: &bytes)
        #expect(bytes.withUnsafeBytes { FileFacts(stored: $0) } == facts)
    }

    @Test("a file that does not parse has an error with its place, and nothing else")
    func errors() throws {
        let facts = read("struct A {\n    let = 3\n}\n")
        let error = try #require(facts.error)
        #expect(error.line == 2)
        #expect(error.column > 1)
        #expect(!error.message.isEmpty)
        #expect(facts.declarations.isEmpty)
    }

    @Test("bytes that are no text do not stop it")
    func anyBytes() {
        var generator = SystemRandomNumberGenerator()
        let seed = UInt64.random(in: 0 ... .max, using: &generator)
        var state = seed
        for _ in 0..<200 {
            let bytes = (0..<200).map { _ -> UInt8 in
                state = ContentHash.mix(state &+ 1)
                return state & 3 == 0
                    ? UInt8(truncatingIfNeeded: state >> 8)
                    : Array("{}()[]\"\\:.=?!,@#struct".utf8)[Int(state >> 8 & 15)]
            }
            let facts = SwiftFactReader().read(bytes: bytes)
            #expect(facts.byteCount == 200, "seed \(seed)")
        }
    }
}
