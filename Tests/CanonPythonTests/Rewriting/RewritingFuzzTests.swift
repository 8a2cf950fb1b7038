import CanonFacts
import CanonPython
import Testing

@Suite("Rewriting random modules")
struct RewritingFuzzTests {
    /// Numbers from a seed (SplitMix64), so that a failure can be repeated.
    struct Seeded: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    /// Pieces of modules, in which every style occurs; `N` is replaced by a number.
    static let pieces = [
        "from shop.old import Old\nxN = Old()", "from shop.old import Old as LN, helper\nLN(helper)",
        "from .old import (\n    get_old,  # one\n    helper as hN,\n)\nget_old(hN)",
        "import shop.old\nshop.old.Old(shop.old.x)",
        "import shop.old as oN\noN.Old()", "import shop.old as oN, sys\noN.Old(oN.y)",
        "from shop import old as pN\npN.get_old",
        "from . import old\nold.Old", "from shop.legacy.carts import *\nOldCart()",
        "try:\n    from shop.api import Old\nexcept ImportError:\n    Old = None",
        "if TYPE_CHECKING:\n    from shop.old import Old\ndef fN(a: 'Old') -> \"list[Old]\": ...",
        "def gN():\n    from shop.old import Old, other\n    return Old, other", "class Cart: pass", "Cart = 1",
        "from shop.cart import Cart", "def hN(Cart):\n    return Old", "class CN(Old):\n    Old = Old",
        "@patch('shop.old.Old.send')\ndef tN(): ...", "patch.object(old, 'Old')", "AN = Old", "__all__ = ['Old', 'AN']",
        "yN = []  # type: List[Old]", "print(f'{Old!r:>{wN}} {Old.x}')", "zN = [Old for Old in y if Old]", "global Old",
        "import importlib\nmN = importlib.import_module('shop.old')\nmN.Old()", "del Old",
        "x = 1; from shop.old import a, Old; y = Old",
        "async def kN():\n    global Old\n    Old = await Old()", "with Old() as Old: pass", "lambda Old: Old",
    ]

    @Test("gives what parses, what has nothing left to rewrite, and no byte changes elsewhere", arguments: 0..<12)
    func random(batch: Int) throws {
        var rewriter = PythonRewriter(version: .v3_11)
        for seed in UInt64(batch) * 100..<UInt64(batch) * 100 + 100 {
            var random = Seeded(state: seed)
            var source = "# é\n"
            for number in 0..<Int.random(in: 1...9, using: &random) {
                let piece = Self.pieces.randomElement(using: &random)!
                    .replacing("N", with: "\(number)")
                source += (Bool.random(using: &random) ? piece + "\n" : "\n" + piece + "\n\n")
            }
            if Bool.random(using: &random) { source = source.replacing("\n", with: "\r\n") }
            let order = RewriteOrder(
                module: "shop.user", isPackage: false, moves: MovedNames(RewritingExample.moves),
                heldNames: Bool.random(using: &random) ? ["Old"] : [])
            let bytes = Array(source.utf8)
            guard rewriter.calls(in: bytes) != nil else { continue }
            let first = rewriter.rewrite(bytes, order)
            let result = try #require(first, "seed \(seed):\n\(source)")
            let second = rewriter.rewrite(result.bytes, order)
            #expect(
                second?.bytes == result.bytes,
                "seed \(seed):\n\(source)\n->\n\(String(decoding: result.bytes, as: UTF8.self))")
            // What does not name anything that moves stays where it was, line for line.
            let names = ["Old", "old", "Cart", "get_", "import", "shop"]
            let kept = { (text: String) in
                text.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
                    !names.contains { line.contains($0) }
                }
            }
            #expect(
                kept(String(decoding: result.bytes, as: UTF8.self)) == kept(source), "seed \(seed):\n\(source)")
        }
    }
}
