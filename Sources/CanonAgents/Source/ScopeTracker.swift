/// Knows in which braces an offset of a file stands: in the body of a type, or in code, where variables are local.
struct ScopeTracker {
    enum Scope: Sendable, Equatable {
        /// The body of a class, struct, interface, namespace or the like.
        case type
        /// The body of a function, a closure, a statement or a literal.
        case code
        /// The parentheses of Go's `const (…)`, `var (…)` and `type (…)`.
        case group(String)
        case parentheses
    }

    private let bytes: UnsafeRawBufferPointer
    private let opaque: [Range<Int>]
    private let dialect: Dialect
    private var position = 0
    private var nextOpaque = 0
    /// Where the words before the next brace begin.
    private var headerStart = 0
    private(set) var scopes: [Scope] = []

    init(_ bytes: UnsafeRawBufferPointer, map: LexicalMap, dialect: Dialect) {
        self.bytes = bytes
        opaque = map.opaque
        self.dialect = dialect
    }

    /// Whether a variable here would be local to some code.
    var isInCode: Bool { scopes.contains(.code) }

    /// - Parameter offset: not before the offset of the last call.
    mutating func advance(to offset: Int) {
        while position < offset {
            if nextOpaque < opaque.count, opaque[nextOpaque].lowerBound == position {
                position = opaque[nextOpaque].upperBound
                nextOpaque += 1
                continue
            }
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "{"): open(kind(ofHeader: headerStart..<position))
            case UInt8(ascii: "}"): closeBrace()
            case UInt8(ascii: ";"): headerStart = position + 1
            case UInt8(ascii: "(") where dialect == .go: open(groupKind(ofHeader: headerStart..<position))
            case UInt8(ascii: ")") where dialect == .go: closeParenthesis()
            case UInt8(ascii: "\n") where dialect == .go: headerStart = position + 1
            default: break
            }
            position += 1
        }
    }

    private mutating func open(_ scope: Scope) {
        scopes.append(scope)
        if scope != .parentheses { headerStart = position + 1 }
    }

    private mutating func closeBrace() {
        // Parentheses that were never closed end with the brace around them.
        while let last = scopes.popLast(), last == .parentheses {}
        headerStart = position + 1
    }

    private mutating func closeParenthesis() {
        switch scopes.last {
        case .parentheses: scopes.removeLast()
        case .group:
            scopes.removeLast()
            headerStart = position + 1
        default: break
        }
    }

    private func groupKind(ofHeader header: Range<Int>) -> Scope {
        let words = words(in: header)
        guard words.count == 1, ["const", "var", "type"].contains(words[0]) else { return .parentheses }
        return .group(words[0])
    }

    /// The last word that decides: in `class func make()` it is `func`, in `let x = 1` `struct A` it is `struct`.
    private func kind(ofHeader header: Range<Int>) -> Scope {
        let words = words(in: header)
        switch dialect {
        case .c:
            let isFunction = bytes[header].contains(UInt8(ascii: "("))
            if words.contains("namespace") || words.first == "extern" && !isFunction { return .type }
            return !isFunction && words.contains(where: { ["class", "struct", "union", "enum"].contains($0) })
                ? .type : .code
        case .rust:
            if words.contains("fn") { return .code }
            return words.contains { ["impl", "trait", "struct", "enum", "union", "mod", "extern"].contains($0) }
                ? .type : .code
        case .go:
            return words.first == "type" || words.last == "struct" || words.last == "interface" ? .type : .code
        case .python: return .code
        case .swift, .javaScript, .typeScript, .java:
            for word in words.reversed() {
                if Self.typeWords.contains(word) { return .type }
                if Self.codeWords.contains(word) { return .code }
            }
            return .code
        }
    }

    private static let typeWords: Set<String> = [
        "class", "struct", "enum", "actor", "protocol", "extension", "interface", "record", "namespace", "module",
    ]

    private static let codeWords: Set<String> = [
        "func", "init", "deinit", "subscript", "var", "let", "const", "function", "if", "else", "for", "while", "guard",
        "switch", "do", "catch", "try", "get", "set", "return", "new", "repeat", "defer", "case", "constructor",
    ]

    /// The words of a header, without what stands in comments and strings. Long headers are no headers.
    private func words(in header: Range<Int>) -> [String] {
        let range = max(header.lowerBound, header.upperBound - 600)..<header.upperBound
        var words: [String] = []
        var start: Int?
        var index = range.lowerBound
        // The strings behind `nextOpaque` may lie in the header.
        var passed = nextOpaque
        while passed > 0, opaque[passed - 1].upperBound > range.lowerBound { passed -= 1 }
        while index <= range.upperBound {
            let isEnd = index == range.upperBound
            let isHidden = passed < opaque.count && opaque[passed].contains(index)
            if !isEnd, !isHidden, isNameByte(bytes[index]) {
                if start == nil { start = index }
            } else if let from = start {
                words.append(String(decoding: bytes[from..<index], as: UTF8.self))
                start = nil
            }
            if isHidden {
                index = max(index + 1, min(opaque[passed].upperBound, range.upperBound))
                passed += 1
            } else {
                index += 1
            }
        }
        return words
    }
}
