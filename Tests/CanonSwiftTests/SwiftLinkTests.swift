import CanonCodeModel
import Testing

@Suite("Linking Swift")
struct SwiftLinkTests {
    private let project = SwiftProject([
        "Package.swift": "let package = 1\n",
        "Sources/Wire/Item.swift": "public struct Item {}\nfileprivate struct Hidden {}\n",
        "Sources/Shop/Cart.swift": """
        import Wire
        public final class Cart {
            struct Line {}
            var lines: [Int: Item] = [:]
            func add(_ item: Item) { lines[1] = item; helper() }
        }
        typealias Basket = Cart
        """,
        "Sources/Shop/Cart+taking.swift": """
        extension Cart: Emptying {
            func take() { lines.removeValue(forKey: 1) }
            func line() -> Line { Line() }
        }
        extension Cart.Line { func price() {} }
        func helper() {}
        protocol Emptying { func take() }
        """,
        "Tools/Sources/canon-swift/main.swift": "import Shop\nlet cart = Basket()\n",
        "Tools/Package.swift": "let package = 2\n",
    ])

    private func object(_ symbol: String, _ model: CodeModel) throws -> ObjectID {
        try #require(model.resolve(symbol).object, "\(symbol) is no object")
    }

    @Test("a target's folder is a module whose files see each other, and names come through imports")
    func modules() throws {
        let model = project.model
        #expect(
            Set(model.files.map { model.name(of: model.module(of: model.file(path: $0.path)!)) }) == [
                "Package", "Wire", "Shop", "canon_swift",
            ])
        let cart = try object("Shop.Cart", model)
        #expect(model.symbol(of: cart) == "Shop.Cart")
        #expect(try object("Shop.Basket", model) == cart)
        #expect(model.resolve("Wire.Hidden").object == nil)
        let file = try #require(model.file(path: "Sources/Shop/Cart+taking.swift"))
        #expect(model.resolve("Cart", in: file).object == cart)
        #expect(model.resolve("Item", in: file).object == nil, "an import counts for its own file only")
        let main = try #require(model.file(path: "Tools/Sources/canon-swift/main.swift"))
        #expect(model.resolve("Basket", in: main).object == cart, "of another package, when its own has none")
    }

    @Test("extensions in any file add methods, conformances and changes of state to their type")
    func extensions() throws {
        let model = project.model
        let cart = try object("Shop.Cart", model)
        #expect(model.methods(of: cart).map { model.name(of: $0) } == ["add", "take", "line"])
        #expect(model.classInfo(of: cart).ancestors.map { model.symbol(of: $0) } == ["Shop.Emptying"])
        let lines = try #require(model.state(of: cart).first { $0.name == "lines" })
        #expect(lines.adders.map { model.name(of: $0) } == ["add"])
        #expect(lines.removers.map { model.symbol(of: $0) } == ["Shop.Cart.take"])
        #expect(model.methods(of: try object("Shop.Cart.Line", model)).map { model.name(of: $0) } == ["price"])
        let names = model.files.indices.flatMap { model.classes(in: FileID(rawValue: UInt32($0))) }
        #expect(names.filter { model.name(of: $0) == "Cart" } == [cart], "an extension is no type of its own")
    }

    @Test("files that name a type are its consumers, in its own module too")
    func consumers() throws {
        let model = project.model
        let cart = try object("Shop.Cart", model)
        #expect(
            model.consumers(of: cart).map { model.path(of: $0.file) } == ["Tools/Sources/canon-swift/main.swift"])
        let line = try object("Shop.Cart.Line", model)
        let references = model.references(to: [line])[line] ?? []
        #expect(references.contains { $0.reference.kind == .call }, "a nested type is seen in the methods of its own")
    }

    @Test("Python beside Swift finds no module of Swift")
    func otherLanguage() {
        let model = project.model
        #expect(model.module(named: "Shop") != nil)
        #expect(model.modules.allSatisfy { !$0.isSearchRoot || $0.name.isEmpty })
    }
}
