import CanonFacts
import CanonPython
import Testing

@Suite("Removing names from the top of a file")
struct RemovalTests {
    struct Example: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let names: Set<String>
        let before: String
        let after: String
        let removed: Set<String>

        init(_ name: String, _ names: Set<String>, _ before: String, _ after: String, removed: Set<String>? = nil) {
            testDescription = name
            self.names = names
            self.before = before
            self.after = after
            self.removed = removed ?? names
        }
    }

    @Test("takes the statements away and nothing else", arguments: examples)
    func table(_ example: Example) throws {
        var rewriter = PythonRewriter(version: .v3_12)
        let order = RewriteOrder(
            module: "shop.old", isPackage: false, moves: MovedNames(RewritingExample.moves))
        let found = rewriter.remove(example.names, from: Array(example.before.utf8), order)
        let result = try #require(found)
        #expect(String(decoding: result.bytes, as: UTF8.self) == example.after)
        #expect(result.removed == example.removed)
        #expect(result.left.isEmpty == (example.removed == example.names))
    }

    static let examples = [
        Example(
            "a class", ["Old"], "import x\n\n\nclass Old(A):\n    a = 1\n    # end\n\n\ndef f(): pass\n",
            "import x\n\n\n    # end\n\n\ndef f(): pass\n"),
        Example(
            "a decorated class at the end", ["Old"], "def f(): pass\n\n\n@a.b(\n  1)\n@c\nclass Old: pass  # gone\n",
            "def f(): pass\n"),
        Example(
            "a class that its file uses", ["Old"],
            "class Old:\n    me: 'Old'\n\ndef get() -> 'Old':\n    return Old()\n",
            "from shop.cart import Cart\n\ndef get() -> 'Cart':\n    return Cart()\n"),
        Example(
            "a class that its file uses, where the new name is taken", ["Old"],
            "class Old: pass\nclass Cart: pass\nOld()\n",
            "from shop.cart import Cart as Old\nclass Cart: pass\nOld()\n"),
        Example(
            "a class that its file uses beside the new one", ["Old"],
            "from shop.cart import Cart\n\nclass Old: pass\n\nOld(Cart)\n",
            "from shop.cart import Cart\n\nCart(Cart)\n"),
        Example(
            "a class that its file uses, in front of the new one", ["Old"],
            "class Old: pass\n\nOld()\nfrom shop.cart import Cart\n",
            "from shop.cart import Cart\n\nCart()\nfrom shop.cart import Cart\n"),
        Example("an alias", ["Alias"], "class C: pass\nAlias = C  # for callers\nx = 1\n", "class C: pass\nx = 1\n"),
        Example(
            "an alias that its file uses", ["Alias"], "class C: pass\nAlias = C\nAlias()\n",
            "class C: pass\nAlias = C\nAlias()\n", removed: []),
        Example("an import", ["Old"], "from a import Old\nx = 1\n", "x = 1\n"),
        Example("one of several imports", ["Old"], "from a import (b,\n  Old,\n  c)\n", "from a import (b,\n  c)\n"),
        Example(
            "an import with a fallback", ["Old"], "try:\n    from a import Old\nexcept ImportError:\n    Old = None\n",
            "try:\n    pass\nexcept ImportError:\n    pass\n"),
        Example(
            "what the file exports", ["Old", "Other"],
            "from a import Old, Other\n__all__ = ['x', 'Old', \"y\", 'Other']\n", "__all__ = ['x', \"y\"]\n"),
        Example(
            "what the file exports on lines", ["Old"],
            "from a import Old\n__all__ = [\n    'Old',  # the one\n    'x'\n]\n",
            "__all__ = [\n    'x'\n]\n"),
        Example("one of two on a line", ["Alias"], "class C: pass\nAlias = C; x = 1\n", "class C: pass\npass; x = 1\n"),
        Example(
            "what is bound in two ways", ["Old"], "from a import Old\ndef Old(): pass\n",
            "from a import Old\ndef Old(): pass\n", removed: []),
    ]
}
