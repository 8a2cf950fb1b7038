/// What a person asks of the built-in analyst.
enum Question: Equatable, Sendable {
    /// Where a name is defined. Several words are tried as one name.
    case definition([String])
    /// Where a name is used.
    case usage([String])
    case search(String)
    /// - Parameters: `from` and `to` are lines, from 1.
    case read(path: String, from: Int?, to: Int?)
    case overview
    case help
    case greeting
    /// How many implementations of something there are, asked in words: `["WebSocket", "manager"]`.
    case implementations([String])
    /// What the logs tell of; all of them without a path.
    case logs(path: String?)
    /// How the workspace stands, and what to do next.
    case status
    /// What became of what was called done: of one issue, or of all that the claims file names.
    case verdicts(issue: String?)
    /// Whether a server keeps its promises; the first that may be probed without an address.
    case probe(url: String?)
    /// A tool that was named.
    case tool(name: String, subject: String?)
    /// A question that needs judgement; the terms are the words of it that could stand in files.
    case open(terms: [String])

    /// The name that a later "it" stands for.
    var symbol: [String]? {
        switch self {
        case .definition(let words), .usage(let words), .implementations(let words): words
        case .search(let text): QuestionWord.isName(text) ? [text] : nil
        default: nil
        }
    }
}

/// A word of a question, or everything between two quotes.
struct QuestionWord: Equatable, Sendable {
    let text: String
    /// In quotes or backticks, so that it is meant literally.
    let isQuoted: Bool
    let lower: String

    init(_ text: String, isQuoted: Bool) {
        self.text = text
        self.isQuoted = isQuoted
        lower = isQuoted ? "" : text.lowercased()
    }

    /// Whether it can only be a name in code: quoted, or written as no word of a language is.
    var isMarked: Bool {
        if isQuoted { return true }
        let name = Self.bareName(text)
        guard Self.isName(text) else { return false }
        let hasInnerCapital = name.dropFirst().contains { $0.isUppercase } && name.contains { $0.isLowercase }
        return hasInnerCapital || text.contains("_") || text.contains("::") || text.hasSuffix("()")
            || text.contains(".")
            || name.contains { $0.isNumber }
    }

    /// Whether it is a path: with a folder, or with the ending of a known kind of file.
    var isPath: Bool {
        guard !text.contains(" "), text != "/" else { return false }
        let name = text.split(separator: "/").last.map { String($0) } ?? text
        if text.contains("/") { return true }
        if ["README", "LICENSE", "CHANGELOG"].contains(name.uppercased()) { return true }
        return languageName(of: name) != nil && (name.contains(".") || name.first?.isUppercase == true)
    }

    /// Whether it is one name of several words, such as `import-path`.
    var isHyphenated: Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        return !isQuoted && parts.count > 1 && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(isNameByte) }
    }

    /// Whether the text can be a name in code, also with `.` or `::` inside and `()` behind.
    static func isName(_ text: String) -> Bool {
        let name = bareName(text)
        guard let first = name.utf8.first, first < UInt8(ascii: "0") || first > UInt8(ascii: "9") else { return false }
        return name.utf8.allSatisfy { isNameByte($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") }
    }

    private static func bareName(_ text: String) -> Substring { text.hasSuffix("()") ? text.dropLast(2) : text[...] }

    /// Takes a question apart: blanks separate words, quotes hold them together, punctuation falls off.
    static func split(_ text: String) -> [QuestionWord] {
        var words: [QuestionWord] = []
        var rest = text.prefix(4000)
        while let start = rest.firstIndex(where: { !$0.isWhitespace }) {
            rest = rest[start...]
            if let closing = quotes[rest[start]] {
                let inner = rest.dropFirst()
                // An apostrophe closes only at the end of a word: 'don't' is one quotation.
                let end = inner.indices.first { index in
                    let next = inner.index(after: index)
                    return inner[index] == closing && index > inner.startIndex
                        && (next == inner.endIndex || !(inner[next].isLetter || inner[next].isNumber))
                }
                if let end {
                    words.append(QuestionWord(String(inner[..<end]), isQuoted: true))
                    rest = inner[inner.index(after: end)...].drop { ",.;:?!)".contains($0) }
                    continue
                }
            }
            let end = rest.firstIndex { $0.isWhitespace } ?? rest.endIndex
            words += plain(rest[..<end])
            rest = rest[end...]
        }
        return Array(words.prefix(300))
    }

    private static let quotes: [Character: Character] = [
        "\"": "\"", "'": "'", "`": "`", "\u{201C}": "\u{201D}", "\u{2018}": "\u{2019}", "\u{AB}": "\u{BB}",
    ]

    private static func plain(_ text: Substring) -> [QuestionWord] {
        var word = text
        while let last = word.last, ",.;:?!\"'`*".contains(last) { word = word.dropLast() }
        while let first = word.first, "([\"'`*".contains(first) { word = word.dropFirst() }
        if word.last == ")" && !word.contains("(") { word = word.dropLast() }
        while let last = word.last, ",.;:?!".contains(last) { word = word.dropLast() }
        guard !word.isEmpty else { return [] }
        // "where's" is two words.
        let lower = word.lowercased().replacing("\u{2019}", with: "'")
        for ending in ["'s", "'re"]
        where lower.hasSuffix(ending) && contracted.contains(String(lower.dropLast(ending.count))) {
            return [
                QuestionWord(String(word.dropLast(ending.count)), isQuoted: false), QuestionWord("is", isQuoted: false),
            ]
        }
        return [QuestionWord(String(word), isQuoted: false)]
    }

    private static let contracted: Set<String> = ["where", "what", "who", "how", "that", "there"]
}
