import Testing

@testable import canon

@Suite("Output on a terminal")
struct TerminalTests {
    private let plain = Terminal(descriptor: -1, isTerminal: false, usesColour: false)

    @Test(
        "text is as wide as the cells it takes",
        arguments: [
            ("", 0), ("abc", 3), ("äöü", 3), ("a\u{308}", 1), ("日本語", 6), ("한국어", 6), ("ｆｕｌｌ", 8), ("ｱｲｳ", 3),
            ("👍", 2), ("👍🏽", 2), ("👩‍👩‍👧‍👦", 2), ("🇯🇵", 2), ("❤️", 2), ("❤", 1), ("1️⃣", 2), ("☎", 1), ("⌚", 2),
            ("a\u{200B}b", 2), ("\u{1100}\u{1161}", 2), ("नि", 1), ("…", 1), ("•", 1), ("—", 1), ("𠀀", 2),
        ])
    func width(_ text: String, _ cells: Int) {
        #expect(text.displayWidth == cells)
    }

    @Test(
        "truncated text never takes more cells than there are",
        arguments: [
            ("abc", 3, "abc"), ("abcd", 3, "ab…"), ("日本語", 6, "日本語"), ("日本語", 5, "日本…"), ("日本語", 4, "日…"),
            ("👍👍", 3, "👍…"), ("abc", 1, "…"), ("abc", 0, ""),
        ])
    func truncation(_ text: String, _ width: Int, _ expected: String) {
        #expect(text.truncated(toWidth: width) == expected)
    }

    @Test("columns line up below characters of any width")
    func table() {
        var table = TableWriter(["NAME", "N", "NOTE"])
        table.add(["日本語", "1", "wide"])
        table.add(["👍🏽", "22", "emoji"])
        table.add(["e\u{301}te\u{301}", "3", "combining"])
        table.add(["plain text", "4", ""])
        #expect(
            table.render(on: plain) == """
                NAME        N   NOTE
                日本語      1   wide
                👍🏽          22  emoji
                e\u{301}te\u{301}         3   combining
                plain text  4

                """)
    }

    @Test("text from outside cannot steer the terminal")
    func controls() {
        var table = TableWriter(["A", "B"])
        table.add(["\u{1B}[2J", "line\nbreak\t\u{9B}1m\u{202E}"])
        let text = table.render(on: plain)
        #expect(text == "A          B\n\\u{1b}[2J  line\\nbreak\\t\\u{9b}1m\\u{202e}\n")
    }

    @Test("a narrow terminal folds the last column below itself")
    func folding() {
        var table = TableWriter(["A", "NOTE"])
        table.add(["1", "one two three four five six seven"])
        let narrow = Terminal(descriptor: -1, isTerminal: true, usesColour: false, width: 24)
        #expect(
            table.render(on: narrow) == """
                A  NOTE
                1  one two three four
                   five six seven

                """)
        #expect("abcdefgh".folded(toWidth: 3) == ["abc", "def", "gh"])
        #expect("日本語 x".folded(toWidth: 5) == ["日本", "語 x"])
        #expect("".folded(toWidth: 5) == [""])
    }

    @Test(
        "colour is for a terminal whose user has not said no",
        arguments: [
            (true, [:], true), (false, [:], false), (true, ["NO_COLOR": "1"], false), (true, ["NO_COLOR": ""], true),
            (true, ["TERM": "dumb"], false),
        ] as [(Bool, [String: String], Bool)])
    func colour(_ isTerminal: Bool, _ environment: [String: String], _ expected: Bool) {
        #expect(Terminal.wantsColour(isTerminal: isTerminal, environment: environment) == expected)
    }

    @Test("colour changes no width")
    func styledTable() {
        var table = TableWriter(["A", "B"])
        table.add([.init("x", .red), .init("y", .dim)])
        let colourful = Terminal(descriptor: -1, isTerminal: true, usesColour: true, width: 80)
        #expect(
            table.render(on: colourful)
                == "\u{1B}[1mA\u{1B}[0m  \u{1B}[1mB\u{1B}[0m\n\u{1B}[31mx\u{1B}[0m  \u{1B}[2my\u{1B}[0m\n")
    }

    @Test("the bar fits the terminal and ends full")
    func progress() {
        #expect(
            ProgressBar.line(label: "Backup", done: 0, total: 4, width: 40) == "Backup  ["
                + String(repeating: ".", count: 23) + "]    0 %")
        #expect(
            ProgressBar.line(label: "Backup", done: 2, total: 4, width: 40).contains("###########............]   50 %"))
        #expect(ProgressBar.line(label: "Backup", done: 9, total: 4, width: 40).hasSuffix("#]  100 %"))
        #expect(ProgressBar.line(label: "B", done: 1, total: 0, width: 40).hasSuffix(".]    0 %"))
        for width in 1...60 {
            #expect(ProgressBar.line(label: "備份", done: 1, total: 3, width: width).displayWidth <= width)
        }
    }

    @Test(
        "sizes are in units of 1000",
        arguments: [
            (0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1.0 kB"), (1549, "1.5 kB"), (9_960, "10 kB"),
            (999_499, "999 kB"), (999_500, "1.0 MB"), (79_300_000_000, "79 GB"),
        ])
    func bytes(_ count: Int, _ text: String) {
        #expect(ByteCount.text(count) == text)
    }
}
