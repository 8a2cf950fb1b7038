/// A sentence with a gap, such as `where is|are X defined|declared`.
///
/// A word with `|` stands for any of its parts, a word with a final `?` may be missing, and `X` takes one to six words.
struct QuestionTemplate: Sendable {
    private enum Token: Sendable {
        case word([String], isOptional: Bool)
        case gap
    }

    private let tokens: [Token]

    init(_ text: String) {
        tokens = text.split(separator: " ").map { part in
            if part == "X" { return .gap }
            let isOptional = part.hasSuffix("?")
            let words = (isOptional ? part.dropLast() : part).split(separator: "|").map { String($0) }
            return .word(words, isOptional: isOptional)
        }
    }

    /// The words in the gap when the whole sentence fits; an empty list when the template has no gap.
    func match(_ words: [QuestionWord]) -> [QuestionWord]? { match(tokens[...], words[...]) }

    private func match(_ tokens: ArraySlice<Token>, _ words: ArraySlice<QuestionWord>) -> [QuestionWord]? {
        guard let token = tokens.first else { return words.isEmpty ? [] : nil }
        let rest = tokens.dropFirst()
        switch token {
        case .word(let alternatives, let isOptional):
            if let word = words.first, alternatives.contains(word.lower),
                let found = match(rest, words.dropFirst())
            {
                return found
            }
            return isOptional ? match(rest, words) : nil
        case .gap:
            for count in 1...6 where count <= words.count {
                if let found = match(rest, words.dropFirst(count)) { return Array(words.prefix(count)) + found }
            }
            return nil
        }
    }
}
