import Testing

@testable import CanonStore

@Suite("Thread title")
struct ThreadTitleTests {
    @Test(
        "the first line that is not blank, cut at a word when it is too long",
        arguments: [
            ("Hello", "Hello"), ("", ""), (" \n\t ", ""), ("\n\n  What is\tnew?  \nmore", "What is new?"),
            ("nul\u{0}and\u{1B}escape", "nul and escape"),
            (String(repeating: "a", count: 60), String(repeating: "a", count: 60)),
            (String(repeating: "a", count: 61), String(repeating: "a", count: 59) + "…"),
            (
                String(repeating: "abcd ", count: 12) + "tail",
                "abcd abcd abcd abcd abcd abcd abcd abcd abcd abcd abcd abcd…"
            ),
            (
                String(repeating: "a", count: 40) + " " + String(repeating: "b", count: 19),
                String(repeating: "a", count: 40) + " " + String(repeating: "b", count: 19)
            ),
            (
                String(repeating: "a", count: 40) + " " + String(repeating: "b", count: 19) + " c",
                String(repeating: "a", count: 40) + "…"
            ),
            (
                "See https://" + String(repeating: "x", count: 80),
                "See https://" + String(repeating: "x", count: 47) + "…"
            ),
            (String(repeating: "漢", count: 80), String(repeating: "漢", count: 59) + "…"),
            ("👩‍👩‍👧‍👦 family\r\nsecond", "👩‍👩‍👧‍👦 family"),
        ])
    func title(text: String, title: String) {
        #expect(ThreadTitle.make(from: text) == title)
        #expect(ThreadTitle.make(from: text).count <= 60)
    }
}
