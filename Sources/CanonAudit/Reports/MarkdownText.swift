/// Text on its way into Markdown, so that nothing of an audited file or a document becomes markup.
package enum MarkdownText {
    package static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            if "\\`*_{}[]<>#|~".contains(character) { result.append("\\") }
            result.append(character.isNewline ? " " : character)
        }
        return result
    }

    /// Within backquotes nothing can be escaped.
    package static func code(_ text: String) -> String {
        String(text.map { $0 == "`" ? "'" : $0 == "|" ? "\u{2502}" : $0.isNewline ? " " : $0 })
    }
}
