import CanonCodeModel
import CanonFacts

/// Lists of patterns in source files: literals of texts that are bound to a name which says pattern, or which look like patterns.
///
/// A script that prints the length of such a list as its result has counted its own questions.
struct PatternLists {
    /// Shorter ones are of one length by chance too often.
    static let shortest = 3

    private var lists: [Int: Evidence] = [:]

    init(_ context: borrowing RuleContext) {
        for scope in [SourceScope.live, .tool, .test] {
            for file in context.files(in: scope) {
                let path = context.path(of: file)
                guard let bytes = context.tree.bytes(of: path) else { continue }
                var scanner = ListScanner(bytes)
                while let list = scanner.next() {
                    guard list.count >= Self.shortest, lists[list.count] == nil else { continue }
                    lists[list.count] = Evidence(path: path, line: list.line, text: list.name)
                }
            }
        }
    }

    /// The first list of so many patterns.
    func list(ofLength length: Int) -> Evidence? { lists[length] }
}

/// Finds `NAME = [ "…", … ]` in Python source.
private struct ListScanner {
    struct List {
        var name: String
        var line: Int
        var count: Int
    }

    private let bytes: [UInt8]
    private var at = 0
    private var line = 1

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The next list of patterns; lists of other things are passed over.
    mutating func next() -> List? {
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "#"): skipComment()
            case UInt8(ascii: "\""), UInt8(ascii: "'"): _ = skipText()
            case UInt8(ascii: "["), UInt8(ascii: "("), UInt8(ascii: "{"):
                let bracket = at
                if let name = assignedName(before: bracket), let list = list(named: name) { return list }
                if at == bracket { at += 1 }
            default: advance()
            }
        }
        return nil
    }

    private mutating func advance() {
        if bytes[at] == UInt8(ascii: "\n") { line += 1 }
        at += 1
    }

    private mutating func skipComment() {
        while at < bytes.count, bytes[at] != UInt8(ascii: "\n") { at += 1 }
    }

    /// Moves behind a text, and says whether it has signs that patterns have.
    private mutating func skipText() -> Bool {
        let quote = bytes[at]
        let isLong = at + 2 < bytes.count && bytes[at + 1] == quote && bytes[at + 2] == quote
        at += isLong ? 3 : 1
        var hasSign = false
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "\\") {
                hasSign = true
                advance()
                if at < bytes.count { advance() }
                continue
            }
            if bytes[at] == quote, !isLong || (at + 2 < bytes.count && bytes[at + 1] == quote && bytes[at + 2] == quote)
            {
                at += isLong ? 3 : 1
                return hasSign
            }
            // A short text ends with its line.
            if !isLong, bytes[at] == UInt8(ascii: "\n") { return hasSign }
            if "*^$|+?[".utf8.contains(bytes[at]) { hasSign = true }
            advance()
        }
        return hasSign
    }

    /// `NAME` of `NAME = ` or `NAME: annotation = ` on the line of the bracket.
    private func assignedName(before bracket: Int) -> String? {
        var start = bracket
        while start > 0, bytes[start - 1] != UInt8(ascii: "\n") { start -= 1 }
        let text = String(decoding: bytes[start..<bracket], as: UTF8.self)
        guard let equals = text.lastIndex(of: "="), text[text.index(after: equals)...].allSatisfy({ $0 == " " }) else {
            return nil
        }
        let name = text[..<equals].split(separator: ":").first.map { $0.filter { $0 != " " } } ?? ""
        return !name.isEmpty && name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }) ? name : nil
    }

    /// The list that begins here, when it holds nothing but texts and they are patterns; the scanner then stands behind it.
    private mutating func list(named name: String) -> List? {
        let begin = (at, line)
        let first = line
        at += 1
        var count = 0
        var signs = 0
        while at < bytes.count {
            switch bytes[at] {
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                count += 1
                if skipText() { signs += 1 }
            case UInt8(ascii: "#"): skipComment()
            case UInt8(ascii: "]"), UInt8(ascii: ")"), UInt8(ascii: "}"):
                at += 1
                let words = name.lowercased()
                let isNamed = ["pattern", "regex", "forbidden", "keyword", "needle", "signature"].contains {
                    words.contains($0)
                }
                guard count > 0, isNamed || signs * 2 >= count else { return nil }
                return List(name: name, line: first, count: count)
            case UInt8(ascii: ","), UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"),
                UInt8(ascii: "r"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "R"):
                advance()
            default:
                (at, line) = begin
                return nil
            }
        }
        (at, line) = begin
        return nil
    }
}
