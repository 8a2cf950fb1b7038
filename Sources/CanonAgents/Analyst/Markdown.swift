/// Markdown that shows text from files as it is.
enum Markdown {
    /// Inline code; backticks in the text do not end it (CommonMark 0.31, section 6.1).
    static func code(_ text: String) -> String {
        let fence = String(repeating: "`", count: longestRun(in: text) + 1)
        let needsSpace = text.hasPrefix("`") || text.hasSuffix("`") || text.isEmpty
        return needsSpace ? "\(fence) \(text) \(fence)" : fence + text + fence
    }

    /// A code block, with the language of the file for highlighting.
    static func block(_ text: String, file: String) -> String {
        let fence = String(repeating: "`", count: max(3, longestRun(in: text) + 1))
        return "\(fence)\(fileEnding(of: file))\n\(text)\n\(fence)"
    }

    private static func longestRun(in text: String) -> Int {
        var longest = 0
        var run = 0
        for byte in text.utf8 {
            run = byte == UInt8(ascii: "`") ? run + 1 : 0
            longest = max(longest, run)
        }
        return longest
    }

    /// The text in pieces for streaming: lines, and sentences of long lines. Joined they are the text.
    static func pieces(of text: String) -> [String] {
        var pieces: [String] = []
        var piece = ""
        var previous: Character = " "
        for character in text {
            if character == " ", ".!?".contains(previous), piece.count > 60 {
                pieces.append(piece)
                piece = ""
            }
            piece.append(character)
            if character == "\n" {
                pieces.append(piece)
                piece = ""
            }
            previous = character
        }
        if !piece.isEmpty { pieces.append(piece) }
        return pieces
    }
}
