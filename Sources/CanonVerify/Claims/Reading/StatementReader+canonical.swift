extension StatementReader {
    private static let callings: Set<String> = ["canonical", "authoritative"]

    /// "The canonical implementation is in `shop/cart.py`", and an item below "Established SSOT".
    mutating func readCanonical(_ passage: Passage) {
        let tokens = passage.tokens
        guard let target = tokens.indices.first(where: { isTarget(tokens[$0]) }) else { return }
        let isDenied = tokens[..<target].contains { ClaimWords.denial.contains($0.lower) || $0.lower.hasPrefix("non-") }
        guard !isDenied else { return }
        var isCalled = false
        if let calling = tokens[..<target].lastIndex(where: { Self.callings.contains($0.lower) }) {
            isCalled = tokens[calling..<target].contains {
                ["in", "is", "at", "as", "=", ":", "("].contains($0.lower)
            }
        }
        if !isCalled, case .item = document.lines[passage.line].kind {
            let heading = Set(ClaimWords.words(of: document.sections[document.lines[passage.line].section].title))
            isCalled =
                !heading.isDisjoint(with: ["established", "canonical", "authoritative"])
                && !heading.isDisjoint(with: ["ssot", "implementation", "source", "canonical", "class"])
                && heading.isDisjoint(with: ["duplicate", "duplicates", "violation", "violations", "non"])
        }
        guard isCalled else { return }
        var mood = mood(passage, at: target)
        if mood == .fact, isBelowExpectation(passage.line) { mood = .goal }
        let path = path(of: tokens[target])
        var name = path == nil ? targetName(tokens[target]) : nil
        if path != nil, target + 2 < tokens.count, tokens[target + 1].isMark("(") {
            name = Self.identifier(tokens[target + 2])
        }
        add(.canonical(name: name, path: path), passage.line, passage.range, mood: mood)
    }

    private func isBelowExpectation(_ line: Int) -> Bool { sectionMood(document.lines[line].section) == .goal }

    private func isTarget(_ token: ClaimToken) -> Bool { path(of: token) != nil || targetName(token) != nil }

    private func targetName(_ token: ClaimToken) -> String? {
        switch token.kind {
        case .code: symbol(token.text) ?? Self.identifier(named: token.text, isCode: true)
        case .term: symbol(token.text)
        case .word: Self.identifier(named: token.text, isCode: false)
        case .number, .date, .link, .mark: nil
        }
    }

    /// A code block below "Establish the canonical class" that names a file and a class.
    mutating func readCanonical(
        block: ClaimDocument.CodeBlock, path: String?, name: String?, line: Int, mood: ClaimStatement.Mood
    ) {
        guard path != nil || name != nil else { return }
        var above = block.lines.lowerBound - 2
        while above >= 0, document.lines[above].kind == .blank { above -= 1 }
        guard above >= 0 else { return }
        let words = ClaimWords.words(of: document.lines[above].source.text)
        guard words.contains(where: Self.callings.contains), !words.contains("non"), !words.contains("not") else {
            return
        }
        add(
            .canonical(name: name, path: path), line, document.lines[line].source.textRange, mood: mood)
    }
}

extension DocumentLine {
    /// Without the space at both ends.
    var textRange: Range<Int> {
        var range = 0..<scalars.count
        while !range.isEmpty, scalars[range.lowerBound] == " " || scalars[range.lowerBound] == "\t" {
            range = range.dropFirst()
        }
        while !range.isEmpty, scalars[range.upperBound - 1] == " " || scalars[range.upperBound - 1] == "\t" {
            range = range.dropLast()
        }
        return range
    }
}
