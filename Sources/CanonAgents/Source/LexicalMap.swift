/// Which bytes of a source file are comments or strings.
///
/// It knows each dialect's comments, strings, raw strings and interpolations, not its grammar. An unterminated string
/// ends with its line, so that one mistake never hides the rest of a file.
struct LexicalMap {
    /// Comments and string literals with their delimiters, ascending.
    private(set) var opaque: [Range<Int>] = []

    init(_ bytes: UnsafeRawBufferPointer, dialect: Dialect) {
        var lexer = Lexer(bytes, dialect: dialect)
        while lexer.position < bytes.count {
            let start = lexer.position
            if lexer.skipOpaque(depth: 0) {
                opaque.append(start..<lexer.position)
            } else {
                lexer.position += 1
            }
        }
    }

    /// Whether the byte stands in a comment or a string.
    func isOpaque(_ offset: Int) -> Bool {
        var low = 0
        var high = opaque.count
        while low < high {
            let middle = (low + high) / 2
            if opaque[middle].upperBound <= offset { low = middle + 1 } else { high = middle }
        }
        return low < opaque.count && opaque[low].contains(offset)
    }
}

private struct Lexer {
    let bytes: UnsafeRawBufferPointer
    let dialect: Dialect
    var position = 0
    /// The last byte of code that was no blank: it tells a regular expression from a division.
    private var lastCode: UInt8 = 0

    init(_ bytes: UnsafeRawBufferPointer, dialect: Dialect) {
        self.bytes = bytes
        self.dialect = dialect
    }

    private func byte(_ offset: Int) -> UInt8 { offset < bytes.count ? bytes[offset] : 0 }

    /// Passes over the comment or string that begins here. False when none does.
    mutating func skipOpaque(depth: Int) -> Bool {
        let first = bytes[position]
        switch first {
        case UInt8(ascii: "#"):
            if dialect == .python {
                skipLine()
                return true
            }
            return dialect == .swift && skipSwiftRawString(depth: depth)
        case UInt8(ascii: "/"):
            if dialect != .python, skipSlash() { return true }
        case UInt8(ascii: "\""):
            skipQuoted(depth: depth)
            lastCode = first
            return true
        case UInt8(ascii: "'"):
            if skipApostrophe() {
                lastCode = first
                return true
            }
        case UInt8(ascii: "`"):
            if skipBacktick(depth: depth) {
                lastCode = first
                return true
            }
        case UInt8(ascii: "r"):
            if dialect == .rust, skipRustRawString() { return true }
        default: break
        }
        if first > 0x20 { lastCode = first }
        return false
    }

    private mutating func skipLine() {
        while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
    }

    // MARK: Comments and regular expressions

    private mutating func skipSlash() -> Bool {
        switch byte(position + 1) {
        case UInt8(ascii: "/"):
            skipLine()
            return true
        case UInt8(ascii: "*"):
            skipBlockComment()
            return true
        default:
            guard dialect == .javaScript || dialect == .typeScript, startsExpression else { return false }
            return skipRegularExpression()
        }
    }

    /// Whether an expression may begin here, so that `/` opens a regular expression.
    private var startsExpression: Bool {
        switch lastCode {
        case 0, UInt8(ascii: "("), UInt8(ascii: ","), UInt8(ascii: "="), UInt8(ascii: ":"), UInt8(ascii: "["),
            UInt8(ascii: "!"), UInt8(ascii: "&"), UInt8(ascii: "|"), UInt8(ascii: "?"), UInt8(ascii: "{"),
            UInt8(ascii: ";"), UInt8(ascii: ">"):
            true
        default: false
        }
    }

    private mutating func skipRegularExpression() -> Bool {
        var index = position + 1
        var isInClass = false
        while index < bytes.count, bytes[index] != UInt8(ascii: "\n") {
            switch bytes[index] {
            case UInt8(ascii: "\\"): index += 1
            case UInt8(ascii: "["): isInClass = true
            case UInt8(ascii: "]"): isInClass = false
            case UInt8(ascii: "/") where !isInClass:
                position = index + 1
                lastCode = UInt8(ascii: "/")
                return true
            default: break
            }
            index += 1
        }
        return false
    }

    private mutating func skipBlockComment() {
        let nests = dialect == .swift || dialect == .rust
        var depth = 1
        position += 2
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "*"), byte(position + 1) == UInt8(ascii: "/") {
                position += 2
                depth -= 1
                if depth == 0 { return }
            } else if nests, bytes[position] == UInt8(ascii: "/"), byte(position + 1) == UInt8(ascii: "*") {
                position += 2
                depth += 1
            } else {
                position += 1
            }
        }
    }

    // MARK: Strings

    private mutating func skipQuoted(depth: Int) {
        let quote = UInt8(ascii: "\"")
        if dialect == .c, position > 0, bytes[position - 1] == UInt8(ascii: "R"), skipCRawString() { return }
        let isTriple = byte(position + 1) == quote && byte(position + 2) == quote
        if isTriple, dialect == .python || dialect == .swift || dialect == .java {
            position += 3
            skipString(quote: quote, isTriple: true, hashes: 0, depth: depth)
        } else {
            position += 1
            skipString(quote: quote, isTriple: false, hashes: 0, depth: depth)
        }
    }

    /// The rest of a string whose opening delimiter has been passed.
    private mutating func skipString(quote: UInt8, isTriple: Bool, hashes: Int, depth: Int) {
        // Rust's strings go over line ends.
        let endsWithLine = !isTriple && dialect != .rust
        while position < bytes.count {
            let byte = bytes[position]
            if byte == quote, closes(quote: quote, isTriple: isTriple, hashes: hashes) {
                position += (isTriple ? 3 : 1) + hashes
                return
            }
            if byte == UInt8(ascii: "\n"), endsWithLine { return }
            if byte == UInt8(ascii: "\\"), hasHashes(hashes, at: position + 1) {
                if dialect == .swift, self.byte(position + 1 + hashes) == UInt8(ascii: "(") {
                    position += 2 + hashes
                    skipInterpolation(
                        open: UInt8(ascii: "("), close: UInt8(ascii: ")"), endsWithLine: endsWithLine, depth: depth)
                } else if dialect == .swift || hashes > 0 || self.byte(position + 1) != UInt8(ascii: "\r") {
                    position += 2 + hashes
                } else {
                    position += 3
                }
                continue
            }
            position += 1
        }
        position = bytes.count
    }

    private func closes(quote: UInt8, isTriple: Bool, hashes: Int) -> Bool {
        if isTriple, byte(position + 1) != quote || byte(position + 2) != quote { return false }
        return hasHashes(hashes, at: position + (isTriple ? 3 : 1))
    }

    private func hasHashes(_ count: Int, at offset: Int) -> Bool {
        for index in 0..<count where byte(offset + index) != UInt8(ascii: "#") { return false }
        return true
    }

    /// The code inside `\(…)` or `${…}`, with the strings and comments in it.
    private mutating func skipInterpolation(open: UInt8, close: UInt8, endsWithLine: Bool, depth: Int) {
        var nesting = 1
        while position < bytes.count {
            if endsWithLine, bytes[position] == UInt8(ascii: "\n") { return }
            // Deeper than any real code: the quotes are then taken as they stand.
            if depth < 16, skipOpaque(depth: depth + 1) { continue }
            if bytes[position] == open { nesting += 1 }
            if bytes[position] == close { nesting -= 1 }
            position += 1
            if nesting == 0 { return }
        }
    }

    private mutating func skipApostrophe() -> Bool {
        let quote = UInt8(ascii: "'")
        switch dialect {
        case .swift: return false
        case .python, .javaScript, .typeScript:
            let isTriple = dialect == .python && byte(position + 1) == quote && byte(position + 2) == quote
            position += isTriple ? 3 : 1
            skipString(quote: quote, isTriple: isTriple, hashes: 0, depth: 0)
            return true
        case .go, .rust, .java, .c:
            // A character literal closes within a few bytes; otherwise it is a lifetime or a digit separator.
            var index = position + 1
            if byte(index) == UInt8(ascii: "\\") { index += 1 }
            let limit = min(bytes.count, index + 10)
            index += 1
            while index < limit, bytes[index] != UInt8(ascii: "\n") {
                if bytes[index] == quote {
                    position = index + 1
                    return true
                }
                let isLong = byte(position + 1) == UInt8(ascii: "\\") || byte(position + 1) >= 0x80
                if !isLong { return false }
                index += 1
            }
            return false
        }
    }

    private mutating func skipBacktick(depth: Int) -> Bool {
        switch dialect {
        case .go:
            position += 1
            while position < bytes.count, bytes[position] != UInt8(ascii: "`") { position += 1 }
            position = min(bytes.count, position + 1)
            return true
        case .javaScript, .typeScript:
            position += 1
            while position < bytes.count {
                switch bytes[position] {
                case UInt8(ascii: "`"):
                    position += 1
                    return true
                case UInt8(ascii: "\\"): position += 2
                case UInt8(ascii: "$") where byte(position + 1) == UInt8(ascii: "{"):
                    position += 2
                    skipInterpolation(
                        open: UInt8(ascii: "{"), close: UInt8(ascii: "}"), endsWithLine: false, depth: depth)
                default: position += 1
                }
            }
            position = bytes.count
            return true
        default: return false
        }
    }

    // MARK: Raw strings

    /// `#"…"#`, `##"""…"""##`.
    private mutating func skipSwiftRawString(depth: Int) -> Bool {
        var hashes = 0
        while byte(position + hashes) == UInt8(ascii: "#") { hashes += 1 }
        let quote = UInt8(ascii: "\"")
        guard byte(position + hashes) == quote else { return false }
        position += hashes
        let isTriple = byte(position + 1) == quote && byte(position + 2) == quote
        position += isTriple ? 3 : 1
        skipString(quote: quote, isTriple: isTriple, hashes: hashes, depth: depth)
        return true
    }

    /// `r"…"`, `br#"…"#`.
    private mutating func skipRustRawString() -> Bool {
        if position > 0, isNameByte(bytes[position - 1]), bytes[position - 1] != UInt8(ascii: "b") { return false }
        var hashes = 0
        while byte(position + 1 + hashes) == UInt8(ascii: "#") { hashes += 1 }
        guard byte(position + 1 + hashes) == UInt8(ascii: "\"") else { return false }
        position += 2 + hashes
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "\""), hasHashes(hashes, at: position + 1) {
                position += 1 + hashes
                return true
            }
            position += 1
        }
        return true
    }

    /// `R"delimiter(…)delimiter"`.
    private mutating func skipCRawString() -> Bool {
        var index = position + 1
        while index < bytes.count, index - position <= 17, bytes[index] != UInt8(ascii: "(") { index += 1 }
        guard byte(index) == UInt8(ascii: "(") else { return false }
        let delimiter = Array(bytes[(position + 1)..<index])
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: ")"),
                byte(index + 1 + delimiter.count) == UInt8(ascii: "\""),
                bytes[(index + 1)...].prefix(delimiter.count).elementsEqual(delimiter)
            {
                position = index + 2 + delimiter.count
                return true
            }
            index += 1
        }
        position = bytes.count
        return true
    }
}
