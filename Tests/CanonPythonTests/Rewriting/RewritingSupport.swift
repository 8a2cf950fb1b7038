import CanonFacts
import CanonPython
import Testing

/// A file before and after.
struct RewritingExample: Sendable, CustomTestStringConvertible {
    let name: String
    let before: String
    let after: String
    var moves = RewritingExample.moves
    var texts: [String: String] = [:]
    var held: Set<String> = []
    /// The parts of lines that stay, in order.
    var left: [String] = []
    var version = PythonVersion.v3_12

    init(
        _ name: String, _ before: String, _ after: String, moves: [String: String] = RewritingExample.moves,
        texts: [String: String] = [:], held: Set<String> = [], left: [String] = [],
        version: PythonVersion = .v3_12
    ) {
        self.name = name
        self.before = before
        self.after = after
        self.moves = moves
        self.texts = texts
        self.held = held
        self.left = left
        self.version = version
    }

    var testDescription: String { name }

    /// `Old` of two modules and a function give way to what is in `shop.cart`.
    static let moves = [
        "shop.old.Old": "shop.cart.Cart", "shop.legacy.carts.OldCart": "shop.cart.Cart",
        "shop.old.get_old": "shop.cart.get_cart", "shop.cart.Alias": "shop.cart.Cart",
        "shop.api.Old": "shop.cart.Cart",
    ]

    func order(module: String = "shop.user") -> RewriteOrder {
        RewriteOrder(module: module, isPackage: false, moves: MovedNames(moves), texts: texts, heldNames: held)
    }

    func rewriting(of bytes: [UInt8]) throws -> Rewriting {
        var rewriter = PythonRewriter(version: version)
        let result = rewriter.rewrite(bytes, order())
        return try #require(result)
    }

    func check() throws {
        let result = try rewriting(of: Array(before.utf8))
        #expect(String(decoding: result.bytes, as: UTF8.self) == after)
        #expect(result.left.map(\.text) == left)
        // What is rewritten has nothing left to rewrite.
        let again = try rewriting(of: result.bytes)
        #expect(again.bytes == result.bytes)
        #expect((result.bytes == Array(before.utf8)) == (result.statements == 0))
    }
}
