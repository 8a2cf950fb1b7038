private import CCanonBytes

extension Lexer {
    /// The letters in front of a string.
    struct StringPrefix {
        var flags: UInt8 = 0
        var isFormatted = false
        var isTemplate = false
    }

    /// The prefix that the name of one or two bytes at `start` is, if it is one.
    mutating func stringPrefix(_ start: Int, _ length: Int) -> StringPrefix? {
        var prefix = StringPrefix()
        let first = text[start] | 0x20
        let second = length == 2 ? text[start + 1] | 0x20 : 0
        if length == 2 {
            guard (first == UInt8(ascii: "r")) != (second == UInt8(ascii: "r")) else { return nil }
            prefix.flags |= StringFlags.raw
        }
        switch length == 2 && first == UInt8(ascii: "r") ? second : first {
        case UInt8(ascii: "b"): prefix.flags |= StringFlags.bytes
        case UInt8(ascii: "r") where length == 1: prefix.flags |= StringFlags.raw
        case UInt8(ascii: "u") where length == 1: prefix.flags |= StringFlags.unicodePrefix
        case UInt8(ascii: "f"): prefix.isFormatted = true
        case UInt8(ascii: "t") where version >= .v3_14:
            prefix.isFormatted = true
            prefix.isTemplate = true
        default: return nil
        }
        return prefix
    }

    mutating func scanString(from start: Int, quoteAt: Int, prefix: StringPrefix) throws(Stop) {
        let quote = text[quoteAt]
        let isTriple = text[quoteAt + 1] == quote && text[quoteAt + 2] == quote
        if prefix.isFormatted && version >= .v3_12 {
            return try openFString(from: start, quoteAt: quoteAt, isTriple: isTriple, prefix: prefix)
        }
        var flags = prefix.flags
        let bodyStart = quoteAt + (isTriple ? 3 : 1)
        let bodyEnd: Int
        if isTriple {
            flags |= StringFlags.triple
            bodyEnd = try endOfTripleQuoted(from: bodyStart, quote: quote, tokenStart: start, flags: &flags)
        } else {
            bodyEnd = try endOfQuoted(from: bodyStart, quote: quote, tokenStart: start, flags: &flags)
        }
        let end = bodyEnd + (isTriple ? 3 : 1)
        if prefix.isFormatted {
            try scanOldFString(start, bodyStart, bodyEnd, end, flags: flags)
            return
        }
        if hasWideCharacters {
            try checkCharacters(start, bodyStart, bodyEnd, isBytes: flags & StringFlags.bytes != 0)
        }
        if flags & (StringFlags.escaped | StringFlags.raw) == StringFlags.escaped {
            try checkEscapes(start, bodyStart, bodyEnd, isBytes: flags & StringFlags.bytes != 0)
        }
        emit(.string, start, end, flags: flags)
        position = end
    }

    @inline(__always)
    private mutating func endOfQuoted(
        from bodyStart: Int, quote: UInt8, tokenStart: Int, flags: inout UInt8
    ) throws(Stop) -> Int {
        var at = bodyStart
        while true {
            at += canon_until(UnsafePointer(text + at), quote, 0x5C, 0x0A)
            let byte = text[at]
            if byte == quote { return at }
            guard byte == 0x5C, text[at + 1] != 0 else { throw unterminated(tokenStart, at, isTriple: false) }
            flags |= StringFlags.escaped
            at += 2
        }
    }

    @inline(__always)
    private mutating func endOfTripleQuoted(
        from bodyStart: Int, quote: UInt8, tokenStart: Int, flags: inout UInt8
    ) throws(Stop) -> Int {
        var at = bodyStart
        while true {
            at += canon_until(UnsafePointer(text + at), quote, 0x5C, quote)
            let byte = text[at]
            if byte == quote {
                if text[at + 1] == quote && text[at + 2] == quote { return at }
                at += 1
                continue
            }
            guard byte == 0x5C, text[at + 1] != 0 else { throw unterminated(tokenStart, at, isTriple: true) }
            flags |= StringFlags.escaped
            at += 2
        }
    }

    mutating func unterminated(_ start: Int, _ at: Int, isTriple: Bool, formatted: Bool = false) -> Stop {
        let last = min(at, limit - 1)
        let line = (0..<max(last, 0)).count { text[$0] == 0x0A } + 1
        let what = formatted ? "f-string literal" : "string literal"
        return fail(
            at: start, "unterminated \(isTriple ? "triple-quoted " : "")\(what) (detected at line \(line))")
    }

    /// Bytes may hold ASCII only; the text of other strings must be UTF-8.
    mutating func checkCharacters(_ start: Int, _ from: Int, _ to: Int, isBytes: Bool) throws(Stop) {
        var at = from
        while at < to {
            let byte = text[at]
            if byte < 0x80 {
                at += 1
                continue
            }
            if isBytes { throw fail(at: start, "bytes can only contain ASCII literal characters") }
            let length = UTF8Scan.length(UnsafePointer(text + at), limit: limit - at)
            guard length > 0 else {
                throw fail(
                    at: start,
                    "(unicode error) 'utf-8' codec can't decode byte 0x\(String(byte, radix: 16)) in position \(at - from)"
                )
            }
            at += length
        }
    }

    /// The escapes that CPython refuses: `\x`, `\u`, `\U` with too few digits or no such character, unknown `\N{...}`.
    /// Those that it does not know are only warned of.
    mutating func checkEscapes(_ start: Int, _ from: Int, _ to: Int, isBytes: Bool) throws(Stop) {
        var at = from
        while true {
            at += canon_until(UnsafePointer(text + at), 0x5C, 0x5C, 0x5C)
            guard at < to - 1 else { return }
            let letter = text[at + 1]
            switch letter {
            case UInt8(ascii: "x"):
                let digits = hexadecimalDigits(at + 2, 2, to)
                if digits < 2 {
                    if isBytes {
                        throw fail(at: start, "(value error) invalid \\x escape at position \(at - from)")
                    }
                    throw badEscape(start, at - from, at + 1 + digits - from, "truncated \\xXX escape")
                }
                at += 4
            case UInt8(ascii: "u") where !isBytes:
                let digits = hexadecimalDigits(at + 2, 4, to)
                if digits < 4 {
                    throw badEscape(start, at - from, at + 1 + digits - from, "truncated \\uXXXX escape")
                }
                at += 6
            case UInt8(ascii: "U") where !isBytes:
                let digits = hexadecimalDigits(at + 2, 8, to)
                if digits < 8 {
                    throw badEscape(start, at - from, at + 1 + digits - from, "truncated \\UXXXXXXXX escape")
                }
                let value = (at + 2..<at + 10).reduce(UInt64(0)) { $0 << 4 | UInt64(hexadecimalValue(text[$1])) }
                if value > 0x10FFFF { throw badEscape(start, at - from, at + 9 - from, "illegal Unicode character") }
                at += 10
            case UInt8(ascii: "N") where !isBytes:
                try checkNamedEscape(start, from, to, &at)
            default:
                at += 2
            }
        }
    }

    private mutating func checkNamedEscape(_ start: Int, _ from: Int, _ to: Int, _ at: inout Int) throws(Stop) {
        var end = at + 3
        if at + 2 < to && text[at + 2] == UInt8(ascii: "{") {
            while end < to && text[end] != UInt8(ascii: "}") { end += 1 }
        }
        guard at + 2 < to, text[at + 2] == UInt8(ascii: "{"), end < to, end > at + 3 else {
            throw badEscape(start, at - from, min(end, to) - from, "malformed \\N character escape")
        }
        let name = UnsafeBufferPointer(start: UnsafePointer(text + at + 3), count: end - at - 3)
        guard CharacterNames.scalar(named: name, version: version) != nil else {
            throw badEscape(start, at - from, end - from, "unknown Unicode character name")
        }
        at = end + 1
    }

    private mutating func badEscape(_ start: Int, _ from: Int, _ to: Int, _ what: String) -> Stop {
        fail(
            at: start,
            "(unicode error) 'unicodeescape' codec can't decode bytes in position \(from)-\(max(to, from)): \(what)")
    }

    private mutating func hexadecimalDigits(_ at: Int, _ wanted: Int, _ end: Int) -> Int {
        var found = 0
        while found < wanted && at + found < end && isHexadecimal(text[at + found]) { found += 1 }
        return found
    }
}

func hexadecimalValue(_ byte: UInt8) -> UInt8 { byte < 0x3A ? byte &- 0x30 : (byte | 0x20) &- 0x57 }
