/// The name of a thread until its user gives it one.
enum ThreadTitle {
    /// Characters of a title, the ellipsis included.
    static let limit = 60

    /// The first line of a message that is not blank, cut at a word when it is longer than the limit.
    static func make(from text: String) -> String {
        let line = text.drop { $0.isSpaceOrControl }.prefix { !$0.isNewline }
        let words = line.split { $0.isSpaceOrControl }
        var title = ""
        for word in words {
            let separator = title.isEmpty ? "" : " "
            // One character is kept free for the ellipsis, unless nothing follows.
            if title.count + separator.count + word.count > limit { return cut(title, before: word) }
            title += separator + word
        }
        return title
    }

    private static func cut(_ title: String, before word: Substring) -> String {
        // A long word such as a link is cut, so that more than a few letters are left.
        if title.count < limit / 2 {
            let start = title.isEmpty ? "" : title + " "
            return start + word.prefix(limit - 1 - start.count) + "…"
        }
        guard title.count >= limit else { return title + "…" }
        let start = title.lastIndex(of: " ")
        return (start.map { title[..<$0] } ?? title.prefix(limit - 1)) + "…"
    }
}

extension Character {
    fileprivate var isSpaceOrControl: Bool {
        isWhitespace || unicodeScalars.allSatisfy { $0.properties.generalCategory == .control }
    }
}
