private import CCanonBytes

/// F-strings since PEP 701 (3.12): their expressions are part of the token stream, to any depth.
extension Lexer {
    mutating func openFString(from start: Int, quoteAt: Int, isTriple: Bool, prefix: StringPrefix) throws(Stop) {
        if fstrings.count >= Self.maximumFStrings { throw fail(at: start, "too many nested f-strings") }
        let isRaw = prefix.flags & StringFlags.raw != 0
        let end = quoteAt + (isTriple ? 3 : 1)
        fstrings.append(
            FString(
                start: UInt32(start), quote: text[quoteAt], isTriple: isTriple, isRaw: isRaw,
                isTemplate: prefix.isTemplate, fields: 0, inText: true))
        emit(prefix.isTemplate ? .tstringStart : .fstringStart, start, end, flags: prefix.flags)
        position = end
        try scanFStringText()
    }

    /// Reads text of the innermost f-string, up to an expression, the end of a format specification or the closing quote.
    mutating func scanFStringText() throws(Stop) {
        while fstrings.count > 0 && fstrings[fstrings.count - 1].inText {
            try scanOneText()
        }
    }

    private mutating func scanOneText() throws(Stop) {
        let current = fstrings[fstrings.count - 1]
        let start = position
        let inSpecification = current.fields > 0
        var at = start
        var isNamed = false
        var flags: UInt8 = current.isRaw ? StringFlags.raw : 0
        while true {
            let byte = text[at]
            switch byte {
            case current.quote:
                guard !current.isTriple || (text[at + 1] == byte && text[at + 2] == byte) else {
                    at += 1
                    continue
                }
                try emitText(start, at, flags: flags, current)
                if inSpecification { throw fail(at: at, "f-string: expecting '}'") }
                let end = at + (current.isTriple ? 3 : 1)
                emit(.fstringEnd, at, end)
                position = end
                fstrings.count -= 1
                return
            case 0x0A where !current.isTriple:
                // In a format specification the expression goes on in the next line, where only its brace may follow.
                guard inSpecification else {
                    throw unterminated(Int(current.start), at, isTriple: false, formatted: true)
                }
                try emitText(start, at, flags: flags, current)
                position = at
                fstrings[fstrings.count - 1].inText = false
                return
            case 0:
                guard at >= limit else { throw fail(at: at, "source code cannot contain null bytes") }
                throw unterminated(Int(current.start), at, isTriple: current.isTriple, formatted: true)
            case UInt8(ascii: "{"):
                if isNamed {
                    at += 1
                    continue
                }
                if text[at + 1] == byte && !inSpecification {
                    try emitText(start, at + 1, flags: flags, current)
                    position = at + 2
                    return
                }
                try emitText(start, at, flags: flags, current)
                try openField(at)
                return
            case UInt8(ascii: "}"):
                if isNamed {
                    isNamed = false
                    at += 1
                    continue
                }
                if inSpecification {
                    try emitText(start, at, flags: flags, current)
                    position = at
                    fstrings[fstrings.count - 1].inText = false
                    return
                }
                guard text[at + 1] == byte else { throw fail(at: at, "f-string: single '}' is not allowed") }
                try emitText(start, at + 1, flags: flags, current)
                position = at + 2
                return
            case 0x5C:
                flags |= StringFlags.escaped
                let next = text[at + 1]
                if next == UInt8(ascii: "{") || next == UInt8(ascii: "}") {
                    at += 1
                } else if next == 0 {
                    at += 1
                } else {
                    if next == UInt8(ascii: "N") && text[at + 2] == UInt8(ascii: "{") && !current.isRaw {
                        isNamed = true
                        at += 1
                    }
                    at += 2
                }
            default:
                at += 1
                at += fstringRun(at, current.quote)
            }
        }
    }

    /// The bytes at `at` that mean nothing in the text of an f-string.
    @inline(__always)
    private func fstringRun(_ at: Int, _ quote: UInt8) -> Int {
        var end = at
        while true {
            let byte = text[end]
            if byte == quote || byte == 0x7B || byte == 0x7D || byte == 0x5C || byte == 0x0A || byte == 0 {
                return end - at
            }
            end += 1
        }
    }

    private mutating func openField(_ at: Int) throws(Stop) {
        let index = fstrings.count - 1
        if Int(fstrings[index].fields) >= Self.maximumFields {
            throw fail(at: at, "f-string: expressions nested too deeply")
        }
        if brackets.count - bracketBase >= Self.maximumBrackets {
            throw fail(at: at, "too many nested parentheses")
        }
        fstrings[index].fields += 1
        fstrings[index].inText = false
        brackets.append(Bracket(offset: UInt32(at), opening: UInt8(ascii: "{"), isField: true))
        emit(.leftBrace, at, at + 1)
        position = at + 1
    }

    private mutating func emitText(_ start: Int, _ end: Int, flags: UInt8, _ current: FString) throws(Stop) {
        guard end > start else { return }
        if hasWideCharacters { try checkCharacters(start, start, end, isBytes: false) }
        // 3.12 and 3.13 decode the format specification of a raw f-string as if it were not raw.
        let isRaw = current.isRaw && !(current.fields > 0 && version < .v3_14)
        if flags & StringFlags.escaped != 0 && !isRaw {
            try checkEscapes(start, start, end, isBytes: false)
        }
        emit(.fstringMiddle, start, end, flags: flags)
    }
}

/// F-strings before PEP 701: a string like any other, whose expressions are found in it afterwards.
extension Lexer {
    mutating func scanOldFString(
        _ start: Int, _ bodyStart: Int, _ bodyEnd: Int, _ end: Int, flags: UInt8
    ) throws(Stop) {
        if hasWideCharacters { try checkCharacters(start, bodyStart, bodyEnd, isBytes: false) }
        emit(.fstringStart, start, bodyStart, flags: flags)
        var at = bodyStart
        try scanOldText(&at, bodyEnd, isRaw: flags & StringFlags.raw != 0, level: 0)
        if at < bodyEnd { throw fail(at: at, "f-string: unexpected end of string") }
        emit(.fstringEnd, bodyEnd, end)
        position = end
    }

    /// Text and expressions up to the end, or in a format specification (`level` > 0) up to its brace.
    private mutating func scanOldText(_ at: inout Int, _ end: Int, isRaw: Bool, level: Int) throws(Stop) {
        while true {
            let hasMore = try scanOldLiteral(&at, end, isRaw: isRaw, level: level)
            if hasMore { continue }
            if at >= end || text[at] == UInt8(ascii: "}") { return }
            try scanOldField(&at, end, isRaw: isRaw, level: level)
        }
    }

    /// A run of text. Returns whether it ended with a doubled brace.
    private mutating func scanOldLiteral(
        _ at: inout Int, _ end: Int, isRaw: Bool, level: Int
    ) throws(Stop) -> Bool {
        let start = at
        var flags: UInt8 = isRaw ? StringFlags.raw : 0
        var literalEnd = end
        var hasMore = false
        scanning: while true {
            // What means nothing here is passed wide; a scan ends at a NUL, which may lie behind the end.
            at = min(at &+ canon_until(UnsafePointer(text + at), 0x7B, 0x7D, 0x5C), end)
            guard at < end else { break }
            var byte = text[at]
            at += 1
            if byte == 0x5C {
                flags |= StringFlags.escaped
                if !isRaw && at < end {
                    byte = text[at]
                    at += 1
                    if byte == UInt8(ascii: "N") {
                        if at < end {
                            at += 1
                            if text[at - 1] == UInt8(ascii: "{") {
                                while at < end {
                                    at += 1
                                    if text[at - 1] == UInt8(ascii: "}") { break }
                                }
                            }
                        }
                        continue
                    }
                }
            }
            if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}") {
                if level == 0 {
                    if at < end && text[at] == byte {
                        literalEnd = at
                        at += 1
                        hasMore = true
                        break scanning
                    }
                    if byte == UInt8(ascii: "}") {
                        throw fail(at: at - 1, "f-string: single '}' is not allowed")
                    }
                }
                at -= 1
                literalEnd = at
                break scanning
            }
        }
        if literalEnd > start {
            if flags & StringFlags.escaped != 0 && !isRaw {
                try checkEscapes(start, start, literalEnd, isBytes: false)
            }
            emit(.fstringMiddle, start, literalEnd, flags: flags)
        }
        return hasMore
    }

    /// `{expression[=][!conversion][:specification]}`
    private mutating func scanOldField(_ at: inout Int, _ end: Int, isRaw: Bool, level: Int) throws(Stop) {
        let brace = at
        if level >= 2 { throw fail(at: brace, "f-string: expressions nested too deeply") }
        emit(.leftBrace, brace, brace + 1)
        at += 1
        let expressionStart = at
        try skipOldExpression(&at, end)
        let expressionEnd = at
        let isBlank = (expressionStart..<expressionEnd).allSatisfy {
            [0x20, 0x09, 0x0A, 0x0C, 0x0D].contains(text[$0])
        }
        if isBlank { throw fail(at: brace, "f-string: empty expression not allowed") }
        try scanExpression(from: expressionStart, to: expressionEnd)

        func missingBrace(_ lexer: inout Lexer) -> Stop { lexer.fail(at: brace, "f-string: expecting '}'") }
        if text[at] == UInt8(ascii: "=") {
            emit(.equal, at, at + 1)
            at += 1
            while at < end && (text[at] == 0x20 || text[at] &- 0x09 < 5) { at += 1 }
            if at >= end { throw missingBrace(&self) }
        }
        if text[at] == UInt8(ascii: "!") {
            emit(.exclamation, at, at + 1)
            at += 1
            guard at < end else { throw missingBrace(&self) }
            let conversion = text[at]
            guard [UInt8(ascii: "s"), UInt8(ascii: "r"), UInt8(ascii: "a")].contains(conversion) else {
                throw fail(at: at, "f-string: invalid conversion character: expected 's', 'r', or 'a'")
            }
            emit(.name, at, at + 1)
            at += 1
        }
        guard at < end else { throw missingBrace(&self) }
        if text[at] == UInt8(ascii: ":") {
            emit(.colon, at, at + 1)
            at += 1
            guard at < end else { throw missingBrace(&self) }
            try scanOldText(&at, end, isRaw: isRaw, level: level + 1)
        }
        guard at < end, text[at] == UInt8(ascii: "}") else { throw missingBrace(&self) }
        emit(.rightBrace, at, at + 1)
        at += 1
    }

    /// Moves to the character that ends an expression: `=`, `!`, `:` or `}` outside of brackets and strings.
    private mutating func skipOldExpression(_ at: inout Int, _ end: Int) throws(Stop) {
        let start = at
        var quote: UInt8 = 0
        var isTriple = false
        let depth = brackets.count
        defer { brackets.count = depth }
        scanning: while at < end {
            let byte = text[at]
            // Letters, digits, blanks and dots mean nothing, here and in a string.
            switch classes[Int(byte)] {
            case .name, .digit, .space, .dot:
                at += 1
                continue
            default: break
            }
            let next = at + 1 < end ? text[at + 1] : 0
            let tripled = next == byte && at + 2 < end && text[at + 2] == byte
            if byte == 0x5C { throw fail(at: at, "f-string expression part cannot include a backslash") }
            if quote != 0 {
                if byte == quote && (!isTriple || tripled) {
                    if isTriple { at += 2 }
                    quote = 0
                }
                at += 1
                continue
            }
            switch byte {
            case UInt8(ascii: "'"), UInt8(ascii: "\""):
                quote = byte
                isTriple = tripled
                if isTriple { at += 2 }
            case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"):
                if brackets.count - depth >= Self.maximumBrackets {
                    throw fail(at: at, "f-string: too many nested parenthesis")
                }
                brackets.append(Bracket(offset: UInt32(at), opening: byte, isField: false))
            case UInt8(ascii: "#"):
                throw fail(at: at, "f-string expression part cannot include '#'")
            case UInt8(ascii: "!"), UInt8(ascii: ":"), UInt8(ascii: "}"), UInt8(ascii: "="), UInt8(ascii: "<"),
                UInt8(ascii: ">"):
                guard brackets.count == depth else {
                    if byte == UInt8(ascii: "}") { try closeOld(byte, at, depth) }
                    break
                }
                if next == UInt8(ascii: "=") && byte != UInt8(ascii: ":") && byte != UInt8(ascii: "}") {
                    at += 1
                } else if byte != UInt8(ascii: "<") && byte != UInt8(ascii: ">") {
                    break scanning
                }
            case UInt8(ascii: ")"), UInt8(ascii: "]"):
                try closeOld(byte, at, depth)
            default:
                break
            }
            at += 1
        }
        if quote != 0 { throw fail(at: start, "f-string: unterminated string") }
        if brackets.count > depth {
            let opening = Character(Unicode.Scalar(brackets[brackets.count - 1].opening))
            throw fail(at: start, "f-string: unmatched '\(opening)'")
        }
        if at >= end { throw fail(at: start, "f-string: expecting '}'") }
    }

    private mutating func closeOld(_ byte: UInt8, _ at: Int, _ depth: Int) throws(Stop) {
        let closing = Character(Unicode.Scalar(byte))
        guard brackets.count > depth else { throw fail(at: at, "f-string: unmatched '\(closing)'") }
        let opening = brackets[brackets.count - 1].opening
        guard byte &- opening == (byte == 0x29 ? 1 : 2) else {
            throw fail(
                at: at,
                "f-string: closing parenthesis '\(closing)' does not match opening parenthesis "
                    + "'\(Character(Unicode.Scalar(opening)))'")
        }
        brackets.count -= 1
    }
}
