/// `match` (PEP 634).
extension Grammar {
    /// The line starts a `match` statement: it ends with a colon, and an indented `case` follows. Else `match` is a name.
    var startsMatch: Bool {
        guard version >= .v3_10 else { return false }
        switch tokens[index + 1].kind {
        case .equal, .dot, .comma, .newline, .rightParen, .colon, .semicolon: return false
        default: break
        }
        var at = index + 1
        while tokens[at].kind != .newline {
            if tokens[at].kind == .end || tokens[at].kind == .error { return false }
            at += 1
        }
        return tokens[at - 1].kind == .colon && tokens[at + 1].kind == .indent
            && tokens[at + 2].flags & NameFlags.case != 0 && tokens[at + 2].kind == .name
    }

    mutating func matchStatement() throws(Stop) -> UInt32 {
        let start = self.start
        advance()
        let subject = try subject()
        guard kind == .colon else { throw missingColon(isForced: false) }
        advance()
        try expect(.newline)
        try expect(.indent)
        var cases = List()
        while kind != .dedent {
            guard kind == .name, tokens[index].flags & NameFlags.case != 0 else { throw unexpected() }
            append(try matchCase(), to: &cases)
        }
        advance()
        return make(.match, start, previousBodyEnd, a: subject, b: cases.first)
    }

    private mutating func subject() throws(Stop) -> UInt32 {
        let start = self.start
        let first = try element()
        guard kind == .comma else {
            if node(first).kind == .starred { throw unexpected() }
            return first
        }
        var elements = List()
        append(first, to: &elements)
        while accept(.comma) {
            guard table.startsExpression(kind) else { break }
            append(try element(), to: &elements)
        }
        return make(.tuple, start, previousEnd, a: elements.first)
    }

    private mutating func matchCase() throws(Stop) -> UInt32 {
        let start = self.start
        advance()
        let pattern = try patterns()
        let guardExpression = accept(.if) ? try namedExpression() : 0
        let body = try block("'case' statement", start)
        return make(.matchCase, start, previousBodyEnd, a: pattern, b: guardExpression, c: body)
    }

    /// A pattern, or a sequence of them without brackets.
    private mutating func patterns() throws(Stop) -> UInt32 {
        let start = self.start
        let first = try maybeStarPattern()
        guard kind == .comma else {
            if node(first).kind == .matchStar { throw unexpected() }
            return first
        }
        let list = try sequence(first, until: .colon)
        return make(.matchSequence, start, previousEnd, a: list)
    }

    /// The rest of a sequence, from its first comma; a trailing comma may stand before `terminator`.
    private mutating func sequence(_ first: UInt32, until terminator: TokenKind) throws(Stop) -> UInt32 {
        var list = List()
        append(first, to: &list)
        while accept(.comma) {
            guard kind != terminator && kind != .if else { break }
            append(try maybeStarPattern(), to: &list)
        }
        return list.first
    }

    private mutating func maybeStarPattern() throws(Stop) -> UInt32 {
        guard kind == .star else { return try pattern() }
        let start = self.start
        advance()
        guard kind == .name else { throw unexpected() }
        let isWildcard = tokens[index].flags & NameFlags.wildcard != 0
        let name = try identifier()
        // What follows would make it a dotted name or a class.
        if kind == .dot || kind == .leftParen || kind == .equal { throw unexpected() }
        return make(.matchStar, start, previousEnd, a: isWildcard ? 0 : name)
    }

    /// `or_pattern`, perhaps with `as name`.
    private mutating func pattern() throws(Stop) -> UInt32 {
        try enter(cost.pattern)
        defer { nesting -= cost.pattern }
        let start = self.start
        var pattern = try closedPattern()
        if kind == .bar {
            var list = List()
            append(pattern, to: &list)
            while accept(.bar) { append(try closedPattern(), to: &list) }
            pattern = make(.matchOr, start, previousEnd, a: list.first)
        }
        guard accept(.as) else { return pattern }
        guard kind == .name else { throw fail(at: self.start, "invalid pattern target") }
        let name = try captureTarget()
        return make(.matchAs, start, previousEnd, a: pattern, b: name)
    }

    private mutating func captureTarget() throws(Stop) -> UInt32 {
        if tokens[index].flags & NameFlags.wildcard != 0 {
            throw fail(at: start, "cannot use '_' as a target")
        }
        let name = try identifier()
        if kind == .dot || kind == .leftParen || kind == .equal {
            throw fail(at: node(name).start, "invalid pattern target")
        }
        return name
    }

    private mutating func closedPattern() throws(Stop) -> UInt32 {
        let start = self.start
        switch kind {
        case .number, .minus, .string, .fstringStart, .tstringStart:
            let value = try literal()
            return make(.matchValue, start, previousEnd, a: value)
        case .none, .true, .false:
            let constant: ConstantKind = kind == .none ? .none : kind == .true ? .true : .false
            advance()
            return make(.matchSingleton, start, previousEnd, detail: constant.rawValue)
        case .name: return try namePattern()
        case .leftParen: return try groupPattern()
        case .leftBracket:
            advance()
            var list: UInt32 = 0
            if kind != .rightBracket {
                let first = try maybeStarPattern()
                list = try sequence(first, until: .rightBracket)
            }
            try close(.rightBracket)
            return make(.matchSequence, start, previousEnd, a: list)
        case .leftBrace: return try mappingPattern()
        default: throw unexpected()
        }
    }

    /// A number with its sign, a complex number, or strings.
    private mutating func literal() throws(Stop) -> UInt32 {
        let start = self.start
        if kind == .string || kind == .fstringStart || kind == .tstringStart { return try strings() }
        let real = try signedNumber()
        guard kind == .plus || kind == .minus else { return real }
        let number = node(real).kind == .unaryOp ? node(node(real).a) : node(real)
        if number.constant == .complex {
            throw fail(at: start, "real number required in complex literal")
        }
        let operation: Operator = kind == .plus ? .add : .sub
        advance()
        guard kind == .number else { throw unexpected() }
        let token = tokens[index]
        guard numberKind(token) == .complex else {
            throw fail(at: token.start, "imaginary number required in complex literal")
        }
        advance()
        let imaginary = make(.constant, token.start, token.end, detail: ConstantKind.complex.rawValue)
        return make(.binOp, start, previousEnd, a: real, b: imaginary, detail: operation.rawValue)
    }

    private mutating func signedNumber() throws(Stop) -> UInt32 {
        let start = self.start
        let isNegative = accept(.minus)
        guard kind == .number else { throw unexpected() }
        let token = tokens[index]
        advance()
        let number = make(.constant, token.start, token.end, detail: numberKind(token).rawValue)
        return isNegative ? make(.unaryOp, start, previousEnd, a: number, detail: Operator.uSub.rawValue) : number
    }

    /// A capture, the wildcard, a dotted name or a class.
    private mutating func namePattern() throws(Stop) -> UInt32 {
        let start = self.start
        let token = tokens[index]
        let next = tokens[index + 1].kind
        guard next == .dot || next == .leftParen || next == .equal else {
            if token.flags & NameFlags.wildcard != 0 {
                advance()
                return make(.matchAs, start, previousEnd)
            }
            let name = try identifier()
            return make(.matchAs, start, previousEnd, b: name)
        }
        if next == .equal {
            advance()
            throw unexpected()
        }
        let value = try dottedValue()
        if kind == .leftParen { return try classPattern(value, start) }
        if kind == .equal { throw unexpected() }
        return make(.matchValue, start, previousEnd, a: value)
    }

    private mutating func dottedValue() throws(Stop) -> UInt32 {
        let start = self.start
        var value = name(.load)
        while accept(.dot) {
            guard kind == .name else { throw unexpected() }
            let token = tokens[index]
            advance()
            value = make(
                .attribute, start, token.end, a: value, b: token.start,
                flags: NodeFlags(rawValue: (token.flags & NameFlags.notASCII) << 1))
        }
        return value
    }

    /// `(`: a pattern in parentheses, or a sequence.
    private mutating func groupPattern() throws(Stop) -> UInt32 {
        let start = self.start
        advance()
        if accept(.rightParen) { return make(.matchSequence, start, previousEnd) }
        let first = try maybeStarPattern()
        guard kind == .comma else {
            if node(first).kind == .matchStar { throw unexpected() }
            try close(.rightParen)
            return first
        }
        let list = try sequence(first, until: .rightParen)
        try close(.rightParen)
        return make(.matchSequence, start, previousEnd, a: list)
    }

    private mutating func mappingPattern() throws(Stop) -> UInt32 {
        let start = self.start
        advance()
        var keys = List()
        var patterns = List()
        var rest: UInt32 = 0
        while kind != .rightBrace {
            if accept(.doubleStar) {
                guard kind == .name else { throw unexpected() }
                rest = try captureTarget()
                _ = accept(.comma)
                if kind != .rightBrace {
                    throw fail(
                        at: node(rest).start, "double star pattern must be the last (right-most) subpattern in mapping")
                }
                break
            }
            append(try mappingKey(), to: &keys)
            try expect(.colon)
            append(try pattern(), to: &patterns)
            guard accept(.comma) else { break }
        }
        try close(.rightBrace)
        return make(.matchMapping, start, previousEnd, a: keys.first, b: patterns.first, c: rest)
    }

    private mutating func mappingKey() throws(Stop) -> UInt32 {
        let start = self.start
        switch kind {
        case .none, .true, .false:
            let constant: ConstantKind = kind == .none ? .none : kind == .true ? .true : .false
            advance()
            return make(.constant, start, previousEnd, detail: constant.rawValue)
        case .name:
            let value = try dottedValue()
            if node(value).kind == .name { throw unexpected() }
            return value
        case .number, .minus, .string, .fstringStart, .tstringStart: return try literal()
        default: throw unexpected()
        }
    }

    private mutating func classPattern(_ value: UInt32, _ start: UInt32) throws(Stop) -> UInt32 {
        advance()
        var positional = List()
        var keywords = List()
        while kind != .rightParen {
            let at = self.start
            if kind == .name && tokens[index + 1].kind == .equal {
                let token = tokens[index]
                advance()
                advance()
                let pattern = try pattern()
                append(
                    make(
                        .keywordPattern, at, previousEnd, a: pattern, b: token.end,
                        flags: NodeFlags(rawValue: (token.flags & NameFlags.notASCII) << 1)),
                    to: &keywords)
            } else {
                let pattern = try pattern()
                if keywords.first != 0 {
                    throw fail(at: at, "positional patterns follow keyword patterns")
                }
                append(pattern, to: &positional)
            }
            guard accept(.comma) else { break }
        }
        try close(.rightParen)
        return make(.matchClass, start, previousEnd, a: value, b: positional.first, c: keywords.first)
    }
}
