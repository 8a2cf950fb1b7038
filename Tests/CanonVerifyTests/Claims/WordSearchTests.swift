import CanonTestSupport
import Testing

@testable import CanonVerify

@Suite("Words in texts")
struct WordSearchTests {
    private func found(_ patterns: [SearchPattern], _ text: String) -> Set<Int> {
        WordSearch(patterns).found(in: Array(text.utf8))
    }

    @Test(
        "words are found in any case, with or without one separator",
        arguments: ["cart store", "CartStore", "CART_STORE", "my.cart-store.py", "cartstores", "x/cart/store"])
    func words(_ text: String) {
        #expect(found([.words(["cart", "store"])], text) == [0])
    }

    @Test(
        "what is farther apart is something else",
        arguments: ["cart the store", "cart  store", "car tstore", "cart stor", ""])
    func noWords(_ text: String) {
        #expect(found([.words(["cart", "store"])], text) == [])
    }

    @Test("a literal is found as it is; short patterns are found as well")
    func literals() {
        let patterns: [SearchPattern] = [
            .literal("Found other: "), .literal("found other: "), .words(["ui"]), .words(["a", "bc"]),
        ]
        #expect(found(patterns, "xFound other: y") == [0])
        #expect(found(patterns, "a UI of a_bc") == [2, 3])
    }

    @Test("many patterns at once find what each finds alone")
    func together() {
        for seed in UInt64(1)...300 {
            var random = SeededGenerator(seed: seed)
            let letters = ["a", "b", "A", "_", " "]
            func text(_ length: Int) -> String {
                (0..<length).map { _ in letters.randomElement(using: &random) ?? "a" }.joined()
            }
            let patterns: [SearchPattern] = (0..<5).map { index in
                index % 2 == 0
                    ? .literal(text(3 + index)) : .words([text(2).lowercased().replacing(" ", with: "a"), "ab"])
            }
            let sample = text(120)
            let together = found(patterns, sample)
            for (index, pattern) in patterns.enumerated() {
                #expect(together.contains(index) == (found([pattern], sample) == [0]), "seed \(seed), \(pattern)")
            }
        }
    }
}
