private import CCanonBytes

/// Turns the text of a file into tokens, as CPython's tokenizer does.
///
/// The text ends with NUL bytes and holds no other: every scan stops there. An f-string becomes a sequence of tokens in every
/// version; how its expressions are found differs before and after PEP 701.
struct Lexer: ~Copyable {
    let version: PythonVersion
    var tokens = GrowingBuffer<Token>(capacity: 1 << 12)
    /// The first error, where the tokens end with one of kind `error`.
    var problem: SyntaxProblem?
    /// The error concerns the layout of lines: one of the grammar before it comes first, as in CPython.
    var isLayoutProblem = false
    /// The brackets that were open where the tokens end.
    var brackets = GrowingBuffer<Bracket>(capacity: 256)
    /// Complete where the tokens end with `end`.
    var hashes = LineHashes()
    /// The first token of the logical line under way.
    var firstOfLine = 0

    var text: UnsafeMutablePointer<UInt8>
    /// The number of bytes before the NUL that ends the text.
    var limit = 0
    var position = 0
    /// The text holds bytes beyond ASCII.
    var hasWideCharacters = false
    var fstrings = GrowingBuffer<FString>(capacity: 16)

    private let keywords = KeywordTable()
    let classes: UnsafeMutablePointer<ByteClass>
    private let kinds: UnsafeMutablePointer<TokenKind>
    var indents = GrowingBuffer<Indent>(capacity: 128)
    /// Where the brackets of the text under way start: an old f-string's expression is a text of its own.
    var bracketBase = 0
    /// The text under way is an old f-string's expression.
    var isFragment = false

    struct Bracket: BitwiseCopyable {
        var offset: UInt32
        var opening: UInt8
        /// The brace that opens a replacement field of an f-string.
        var isField: Bool
    }

    /// An f-string that is open (PEP 701).
    struct FString: BitwiseCopyable {
        var start: UInt32
        var quote: UInt8
        var isTriple: Bool
        var isRaw: Bool
        var isTemplate: Bool
        /// How many replacement fields of this string are open, one inside the format specification of another.
        var fields: UInt8
        /// The next bytes are text of the string or of a format specification, not an expression.
        var inText: Bool
    }

    struct Indent: BitwiseCopyable {
        var column: Int
        var alternative: Int
    }

    /// Thrown where scanning cannot go on; the error is in ``problem``.
    struct Stop: Error {}

    static let maximumIndents = 100
    static let maximumBrackets = 200
    static let maximumFStrings = 149
    static let maximumFields = 3

    init(version: PythonVersion) {
        self.version = version
        self.classes = ByteClass.makeTable()
        self.kinds = ByteClass.makeTokenTable()
        self.text = EmptySource.text
    }

    deinit {
        classes.deallocate()
        kinds.deallocate()
    }

    mutating func reset() {
        tokens.count = 0
        hashes.reset()
        firstOfLine = 0
        problem = nil
        isLayoutProblem = false
        brackets.count = 0
        fstrings.count = 0
        indents.count = 0
        position = 0
        limit = 0
        bracketBase = 0
        isFragment = false
    }

    /// Reads the whole text. Afterwards ``tokens`` ends with `end` or `error`.
    mutating func run(over source: inout SourceText) {
        reset()
        text = source.text.base
        limit = source.length
        hasWideCharacters = source.hasWideCharacters
        indents.append(Indent(column: 0, alternative: 0))
        do throws(Stop) {
            try scan()
            while indents.count > 1 {
                indents.count -= 1
                emitLayout(.dedent, limit, limit)
                hashes.endBlock(at: UInt32(truncatingIfNeeded: limit))
            }
            emitLayout(.end, limit, limit)
            hashes.finish()
        } catch {
            emitLayout(.error, position, position)
        }
    }

    /// Scans an expression in the middle of the text, as if it stood alone in parentheses: from `start` up to `end`.
    mutating func scanExpression(from start: Int, to end: Int) throws(Stop) {
        let saved = (position, limit, bracketBase, text[end], isFragment)
        let depth = brackets.count
        bracketBase = depth
        isFragment = true
        brackets.append(Bracket(offset: UInt32(start), opening: UInt8(ascii: "("), isField: false))
        position = start
        limit = end
        text[end] = 0
        defer {
            text[end] = saved.3
            (position, limit, bracketBase, isFragment) = (saved.0, saved.1, saved.2, saved.4)
        }
        try scan()
        if brackets.count != depth + 1 {
            throw fail(at: Int(brackets[brackets.count - 1].offset), "f-string: expecting '}'")
        }
        brackets.count = depth
    }

    @inline(__always)
    mutating func emit(_ kind: TokenKind, _ start: Int, _ end: Int, flags: UInt8 = 0) {
        hashes.add(kind, text + start, end &- start)
        emitLayout(kind, start, end, flags: flags)
    }

    /// A token that says how the text is laid out, or where it ends.
    @inline(__always)
    mutating func emitLayout(_ kind: TokenKind, _ start: Int, _ end: Int, flags: UInt8 = 0) {
        tokens.append(
            Token(kind, UInt32(truncatingIfNeeded: start), UInt32(truncatingIfNeeded: end), flags: flags))
    }

    /// The line feed that ends a logical line.
    private mutating func emitNewline(at start: Int) {
        emitLayout(.newline, start, start + 1)
        let first = tokens[firstOfLine]
        let count = tokens.count - firstOfLine
        hashes.endLine(
            from: first.start, to: UInt32(truncatingIfNeeded: start),
            count: count == 2 && first.kind == .string ? 0 : count)
    }

    @inline(never)
    mutating func fail(at offset: Int, _ message: String) -> Stop {
        if problem == nil { problem = SyntaxProblem(offset: offset, message: message) }
        return Stop()
    }

    mutating func failLayout(at offset: Int, _ message: String) -> Stop {
        isLayoutProblem = true
        return fail(at: offset, message)
    }

    // MARK: The loop

    private mutating func scan() throws(Stop) {
        let text = UnsafePointer(self.text)
        if !isFragment { try readIndentation() }
        var start = position
        while true {
            // One blank, and then a name, is what most often comes: tested apart, it spares the jump below.
            var byte = text[start]
            if byte == 0x20 {
                start &+= 1
                byte = text[start]
            }
            if isLetter(byte) || byte == UInt8(ascii: "_") {
                let length = canon_name_length(text + start)
                let following = text[start &+ length]
                if following >= 0x80 {
                    try scanWideName(from: start)
                } else if following == UInt8(ascii: "\"") || following == UInt8(ascii: "'"), length <= 2,
                    let prefix = stringPrefix(start, length)
                {
                    try scanString(from: start, quoteAt: start &+ length, prefix: prefix)
                } else {
                    let word = keywords.classify(text + start, length: length)
                    emit(word.kind, start, start &+ length, flags: word.flags)
                    start &+= length
                    continue
                }
                start = position
                continue
            }
            switch classes[Int(byte)] {
            case .name: break
            case .space:
                start &+= canon_space_length(text + start)
                continue
            case .blank:
                start &+= 1
                continue
            case .digit:
                let length = digits(at: start)
                if length > 0 {
                    emit(.number, start, start &+ length)
                    start &+= length
                    continue
                }
                try scanNumber(from: start)
            case .newline:
                position = start &+ 1
                if brackets.count == bracketBase {
                    emitNewline(at: start)
                    try readIndentation()
                }
            case .comment:
                start &+= canon_until(text + start, 0x0A, 0x0A, 0x0A)
                continue
            case .quote:
                try scanString(from: start, quoteAt: start, prefix: StringPrefix())
            case .opening:
                try open(byte, at: start)
                start &+= 1
                continue
            case .closing:
                try close(byte, at: start)
            case .single:
                emit(kinds[Int(byte)], start, start &+ 1)
                start &+= 1
                continue
            case .dot, .equal, .punctuation:
                if standsAlone(byte, at: start) {
                    emit(kinds[Int(byte)], start, start &+ 1)
                    start &+= 1
                    continue
                }
                try scanPunctuation(byte, at: start)
            case .backslash:
                position = start
                try skipContinuation()
            case .wide:
                try scanWideName(from: start)
            case .end:
                position = start
                guard start >= limit else { throw fail(at: start, "source code cannot contain null bytes") }
                guard brackets.count == bracketBase || isFragment else { throw Stop() }
                return
            case .invalid:
                throw invalidCharacter(at: start)
            }
            start = position
        }
    }

    /// The length of a number of decimal digits alone that is right as it stands; 0 for any other.
    @inline(__always)
    private mutating func digits(at start: Int) -> Int {
        var end = start &+ 1
        while isDigit(text[end]) { end &+= 1 }
        switch classes[Int(text[end])] {
        case .name, .dot: return 0
        default: break
        }
        let length = end &- start
        return length == 1 || text[start] != UInt8(ascii: "0") && length <= Self.maximumDigits ? length : 0
    }

    /// Whether an operator certainly is the byte alone: what follows could not make it longer, and it means nothing in an f-string.
    @inline(__always)
    private mutating func standsAlone(_ byte: UInt8, at start: Int) -> Bool {
        switch classes[Int(text[start &+ 1])] {
        case .equal, .punctuation, .dot, .digit: return false
        default: break
        }
        switch byte {
        case UInt8(ascii: "!"): return false
        case UInt8(ascii: ":"): return !isInField
        default: return true
        }
    }

    @inline(__always)
    private mutating func open(_ byte: UInt8, at start: Int) throws(Stop) {
        if brackets.count &- bracketBase >= Self.maximumBrackets {
            throw fail(at: start, "too many nested parentheses")
        }
        brackets.append(Bracket(offset: UInt32(truncatingIfNeeded: start), opening: byte, isField: false))
        emit(kinds[Int(byte)], start, start &+ 1)
    }

    private mutating func close(_ byte: UInt8, at start: Int) throws(Stop) {
        guard brackets.count > bracketBase else {
            throw fail(at: start, "unmatched '\(Character(Unicode.Scalar(byte)))'")
        }
        let bracket = brackets[brackets.count &- 1]
        // ( and ) are neighbours in ASCII, [ ] and { } have one character between them.
        guard byte &- bracket.opening == (byte == 0x29 ? 1 : 2) else { throw mismatch(byte, bracket, at: start) }
        brackets.count &-= 1
        emit(kinds[Int(byte)], start, start &+ 1)
        position = start &+ 1
        if bracket.isField {
            fstrings[fstrings.count - 1].fields -= 1
            fstrings[fstrings.count - 1].inText = true
            try scanFStringText()
        } else if isFragment && brackets.count == bracketBase {
            throw fail(at: start, "f-string: unmatched '\(Character(Unicode.Scalar(byte)))'")
        }
    }

    private mutating func mismatch(_ byte: UInt8, _ bracket: Bracket, at start: Int) -> Stop {
        let closing = Character(Unicode.Scalar(byte))
        if bracket.isField { return fail(at: start, "f-string: unmatched '\(closing)'") }
        let opening = Character(Unicode.Scalar(bracket.opening))
        let lines = (Int(bracket.offset)..<start).count { text[$0] == 0x0A }
        if lines == 0 {
            return fail(at: start, "closing parenthesis '\(closing)' does not match opening parenthesis '\(opening)'")
        }
        let line = (0..<Int(bracket.offset)).count { text[$0] == 0x0A } + 1
        return fail(
            at: start,
            "closing parenthesis '\(closing)' does not match opening parenthesis '\(opening)' on line \(line)")
    }

    private mutating func invalidCharacter(at start: Int) -> Stop {
        let byte = text[start]
        if byte < 0x20 || byte == 0x7F {
            return fail(at: start, "invalid non-printable character U+\(hexadecimal(UInt32(byte)))")
        }
        return fail(at: start, "invalid syntax")
    }
}

/// A code point as CPython's messages write it: four digits at least.
func hexadecimal(_ scalar: UInt32) -> String {
    let digits = String(scalar, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
}
