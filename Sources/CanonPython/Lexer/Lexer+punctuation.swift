extension Lexer {
    /// Operators and delimiters that may have more than one character.
    mutating func scanPunctuation(_ byte: UInt8, at start: Int) throws(Stop) {
        let second = text[start + 1]
        let assigns = second == UInt8(ascii: "=")
        let kind: TokenKind
        var length = 1
        func either(_ plain: TokenKind, _ assigning: TokenKind) -> TokenKind {
            if assigns { length = 2 }
            return assigns ? assigning : plain
        }
        func doubled(
            _ plain: TokenKind, _ plainEqual: TokenKind, _ double: TokenKind, _ doubleEqual: TokenKind
        ) -> TokenKind {
            guard second == byte else { return either(plain, plainEqual) }
            let third = text[start + 2] == UInt8(ascii: "=")
            length = third ? 3 : 2
            return third ? doubleEqual : double
        }
        switch byte {
        case UInt8(ascii: "."):
            if second &- 0x30 < 10 { return try scanNumber(from: start) }
            if second == byte && text[start + 2] == byte {
                kind = .ellipsis
                length = 3
            } else {
                kind = .dot
            }
        case UInt8(ascii: "="): kind = either(.equal, .equalEqual)
        case UInt8(ascii: ":"):
            // A colon right in a replacement field starts its format specification, also in `:=`.
            if isInField {
                emit(.colon, start, start + 1)
                position = start + 1
                fstrings[fstrings.count - 1].inText = true
                return try scanFStringText()
            } else {
                kind = either(.colon, .colonEqual)
            }
        case UInt8(ascii: "+"): kind = either(.plus, .plusEqual)
        case UInt8(ascii: "-"):
            if second == UInt8(ascii: ">") {
                kind = .arrow
                length = 2
            } else {
                kind = either(.minus, .minusEqual)
            }
        case UInt8(ascii: "*"): kind = doubled(.star, .starEqual, .doubleStar, .doubleStarEqual)
        case UInt8(ascii: "/"): kind = doubled(.slash, .slashEqual, .doubleSlash, .doubleSlashEqual)
        case UInt8(ascii: "<"):
            if second == UInt8(ascii: ">") {
                kind = .lessGreater
                length = 2
            } else {
                kind = doubled(.less, .lessEqual, .leftShift, .leftShiftEqual)
            }
        case UInt8(ascii: ">"): kind = doubled(.greater, .greaterEqual, .rightShift, .rightShiftEqual)
        case UInt8(ascii: "%"): kind = either(.percent, .percentEqual)
        case UInt8(ascii: "&"): kind = either(.ampersand, .ampersandEqual)
        case UInt8(ascii: "|"): kind = either(.bar, .barEqual)
        case UInt8(ascii: "^"): kind = either(.caret, .caretEqual)
        case UInt8(ascii: "@"): kind = either(.at, .atEqual)
        default:
            if assigns {
                kind = .notEqual
                length = 2
            } else if isInField {
                kind = .exclamation
            } else {
                throw fail(at: start, "invalid syntax")
            }
        }
        emit(kind, start, start + length)
        position = start + length
    }

    /// The innermost open bracket is the brace of an f-string's replacement field.
    var isInField: Bool {
        @inline(__always) mutating get { brackets.count > bracketBase && brackets[brackets.count - 1].isField }
    }
}
