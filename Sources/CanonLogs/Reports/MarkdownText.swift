/// Text of a log inside of Markdown: it must not become markup, end a fence, mention somebody or close an issue.
enum MarkdownText {
    /// In a line of prose or a cell of a table.
    static func inline(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n", "\r", "\t": result += " "
            case "\\", "`", "*", "_", "[", "]", "<", ">", "|", "#", "!", "~": result += "\\" + String(scalar)
            // A zero-width space keeps a name from being notified and a number from being linked.
            case "@": result += "@\u{200B}"
            default: if scalar.value >= 0x20, scalar.value != 0x7F { result.unicodeScalars.append(scalar) }
            }
        }
        return result
    }

    /// Between backticks; longer ones than any in the text.
    static func code(_ text: String) -> String {
        let line = text.replacing("\n", with: " ")
        let fence = String(repeating: "`", count: longestRun(line) + 1)
        let pad = line.hasPrefix("`") || line.hasSuffix("`") || fence.count > 1 ? " " : ""
        return fence + pad + line + pad + fence
    }

    /// A block of its own.
    static func block(_ text: String, language: String = "") -> String {
        let fence = String(repeating: "`", count: max(3, longestRun(text) + 1))
        let clean = String(
            String.UnicodeScalarView(
                text.unicodeScalars.filter { $0 == "\n" || $0 == "\t" || $0.value >= 0x20 && $0.value != 0x7F }))
        return "\(fence)\(language)\n\(clean)\n\(fence)\n"
    }

    private static func longestRun(_ text: String) -> Int {
        var longest = 0
        var run = 0
        for byte in text.utf8 {
            run = byte == UInt8(ascii: "`") ? run + 1 : 0
            longest = max(longest, run)
        }
        return longest
    }
}
