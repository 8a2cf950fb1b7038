/// A token: its kind and its range in the text, in bytes. 12 bytes.
public struct Token: Sendable, BitwiseCopyable {
    public var start: UInt32
    public var end: UInt32
    public var kind: TokenKind
    /// What the parser wants to know of the kind: the prefix of a string, a soft keyword, characters beyond ASCII.
    public var flags: UInt8

    @inlinable
    public init(_ kind: TokenKind, _ start: UInt32, _ end: UInt32, flags: UInt8 = 0) {
        self.start = start
        self.end = end
        self.kind = kind
        self.flags = flags
    }
}

/// The kinds of tokens. Keywords and operators have a kind each.
public enum TokenKind: UInt8, Sendable, BitwiseCopyable {
    case end, newline, indent, dedent
    /// Where the text cannot be read on; the last token.
    case error
    case name, number, string
    /// The parts of an f-string or t-string: prefix and quote, text, the closing quote.
    case fstringStart, tstringStart, fstringMiddle, fstringEnd

    // Keywords
    case `false`, none, `true`, and, `as`, assert, async, await, `break`, `class`, `continue`, def, del, elif, `else`,
        except
    case finally, `for`, from, global, `if`, `import`, `in`, `is`, lambda, nonlocal, not, or, pass, raise, `return`,
        `try`
    case `while`, with, yield

    // Delimiters
    case leftParen, rightParen, leftBracket, rightBracket, leftBrace, rightBrace
    case comma, colon, semicolon, dot, ellipsis, arrow, at, exclamation, colonEqual

    // Operators
    case plus, minus, star, doubleStar, slash, doubleSlash, percent, leftShift, rightShift, ampersand, bar, caret, tilde
    case less, lessEqual, greater, greaterEqual, equalEqual, notEqual, lessGreater

    // Assignment; the compound ones in the order of their operators above
    case equal
    case plusEqual, minusEqual, starEqual, doubleStarEqual, slashEqual, doubleSlashEqual, percentEqual, leftShiftEqual
    case rightShiftEqual, ampersandEqual, barEqual, caretEqual, atEqual
}
