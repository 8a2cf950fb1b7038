extension Grammar {
    /// An atom and what follows it: attributes, calls, subscripts.
    mutating func primary() throws(Stop) -> UInt32 {
        let start = self.start
        var value: UInt32
        if kind == .name { value = name(.load) } else { value = try atom() }
        var links = 0
        while true {
            links += 1
            if links == NestingCost.longChain { mayBeDeep = true }
            switch kind {
            case .dot:
                advance()
                guard kind == .name else { throw unexpected() }
                let token = tokens[index]
                advance()
                value = make(
                    .attribute, start, token.end, a: value, b: token.start,
                    flags: NodeFlags(rawValue: (token.flags & NameFlags.notASCII) << 1))
            case .leftParen:
                value = try call(value, start)
            case .leftBracket:
                try enter(cost.subscript)
                defer { nesting -= cost.subscript }
                advance()
                let slice = try slices()
                try close(.rightBracket)
                value = make(.subscript, start, previousEnd, a: value, b: slice)
            default:
                return value
            }
        }
    }

    private mutating func atom() throws(Stop) -> UInt32 {
        switch kind {
        case .string:
            // Most strings stand alone.
            let next = tokens[index &+ 1].kind
            if next == .string || next == .fstringStart || next == .tstringStart { return try strings() }
            return constant()
        case .number, .none, .true, .false, .ellipsis: return constant()
        case .fstringStart, .tstringStart: return try strings()
        case .leftParen: return try group()
        case .leftBracket: return try list()
        case .leftBrace: return try dictionaryOrSet()
        default: throw unexpected()
        }
    }

    /// A constant of one token.
    mutating func constant() -> UInt32 {
        let token = tokens[index]
        var flags = NodeFlags()
        let constant: ConstantKind
        switch kind {
        case .string:
            constant = token.flags & StringFlags.bytes != 0 ? .bytes : .string
            if token.flags & (StringFlags.escaped | StringFlags.raw) == StringFlags.escaped { flags = .escaped }
        case .number: constant = numberKind(token)
        case .none: constant = .none
        case .true: constant = .true
        case .false: constant = .false
        default: constant = .ellipsis
        }
        advance()
        return make(.constant, token.start, token.end, detail: constant.rawValue, flags: flags)
    }

    /// The type of a number, by its letters and dots.
    @inline(__always)
    mutating func numberKind(_ token: Token) -> ConstantKind {
        if token.end &- token.start == 1 { return .int }
        let last = text[Int(token.end) - 1] | 0x20
        // A number of base 16 may end with any of those letters.
        let isRadix =
            token.end - token.start > 2 && text[Int(token.start)] == 0x30 && text[Int(token.start) + 1] >= 0x41
            && text[Int(token.start) + 1] | 0x20 != UInt8(ascii: "e")
            && text[Int(token.start) + 1] | 0x20 != UInt8(ascii: "j")
        if isRadix { return .int }
        if last == UInt8(ascii: "j") { return .complex }
        for index in Int(token.start)..<Int(token.end) {
            let byte = text[index]
            if byte == UInt8(ascii: ".") || byte | 0x20 == UInt8(ascii: "e") { return .float }
        }
        return .int
    }

    // MARK: Brackets

    /// The end of a bracket; what else stands there may be an element without its comma.
    mutating func close(_ closing: TokenKind) throws(Stop) {
        guard kind == closing else { throw missingComma() }
        advance()
    }

    /// `(`: a group, a tuple, a generator or a `yield`.
    private mutating func group() throws(Stop) -> UInt32 {
        let start = self.start
        advance()
        if accept(.rightParen) { return make(.tuple, start, previousEnd, flags: .parenthesized) }
        try enter(cost.group)
        defer { nesting -= cost.group }
        let value = try groupContents(from: start)
        try close(.rightParen)
        // The parentheses belong to a tuple and a generator, unless they have their own.
        let kind = node(value).kind
        if kind == .generatorExp || kind == .tuple, !node(value).flags.contains(.parenthesized) {
            nodes.base[Int(value)].start = start
            nodes.base[Int(value)].end = previousEnd
        }
        nodes.base[Int(value)].flags.insert(.parenthesized)
        return value
    }

    /// What may stand between parentheses, and in the braces of an old f-string.
    mutating func groupContents(from start: UInt32) throws(Stop) -> UInt32 {
        if kind == .yield { return try yieldExpression() }
        let inner = self.start
        let first = try element()
        switch kind {
        case .for, .async:
            if node(first).kind == .starred {
                throw fail(at: inner, "iterable unpacking cannot be used in comprehension")
            }
            let generators = try comprehensions()
            return make(.generatorExp, inner, previousEnd, a: first, b: generators)
        case .comma:
            var elements = List()
            append(first, to: &elements)
            while accept(.comma) {
                guard table.startsExpression(kind) else { break }
                append(try element(), to: &elements)
            }
            return make(.tuple, inner, previousEnd, a: elements.first)
        default:
            if node(first).kind == .starred && version >= .v3_9 {
                guard kind == .rightParen || kind == .rightBrace else { throw unexpected() }
                throw fail(at: inner, "cannot use starred expression here")
            }
            return first
        }
    }

    private mutating func list() throws(Stop) -> UInt32 {
        let start = self.start
        advance()
        if accept(.rightBracket) { return make(.list, start, previousEnd) }
        try enter(cost.list)
        defer { nesting -= cost.list }
        var elements = List()
        let inner = self.start
        let first = try element()
        if kind == .for || kind == .async {
            if node(first).kind == .starred {
                throw fail(at: inner, "iterable unpacking cannot be used in comprehension")
            }
            let generators = try comprehensions()
            try close(.rightBracket)
            return make(.listComp, start, previousEnd, a: first, b: generators)
        }
        append(first, to: &elements)
        while accept(.comma) {
            guard kind != .rightBracket else { break }
            append(try element(), to: &elements)
        }
        try close(.rightBracket)
        return make(.list, start, previousEnd, a: elements.first)
    }

    private mutating func dictionaryOrSet() throws(Stop) -> UInt32 {
        let start = self.start
        advance()
        if accept(.rightBrace) { return make(.dict, start, previousEnd) }
        try enter(cost.dictionary)
        defer { nesting -= cost.dictionary }
        if kind == .doubleStar { return try dictionary(from: start, key: 0) }
        let inner = self.start
        // From 3.9 on a set takes named expressions; before, they need parentheses.
        let first = try element(allowsName: version >= .v3_9)
        if kind == .colon && node(first).kind != .starred {
            guard node(first).kind != .namedExpr || node(first).flags.contains(.parenthesized) else {
                throw unexpected()
            }
            return try dictionary(from: start, key: first)
        }
        if kind == .for || kind == .async {
            if node(first).kind == .starred {
                throw fail(at: inner, "iterable unpacking cannot be used in comprehension")
            }
            let generators = try comprehensions()
            try close(.rightBrace)
            return make(.setComp, start, previousEnd, a: first, b: generators)
        }
        var elements = List()
        append(first, to: &elements)
        while accept(.comma) {
            guard kind != .rightBrace else { break }
            append(try element(allowsName: version >= .v3_9), to: &elements)
            if kind == .colon { throw unexpected() }
        }
        try close(.rightBrace)
        return make(.set, start, previousEnd, a: elements.first)
    }

    /// A dictionary, from its first colon (`key` has been read) or its first `**`.
    private mutating func dictionary(from start: UInt32, key: UInt32) throws(Stop) -> UInt32 {
        var keys = List()
        var values = List()
        var key = key
        while true {
            if key == 0 && kind == .doubleStar {
                let unpacking = self.start
                append(make(.none, unpacking, unpacking + 2), to: &keys)
                advance()
                append(try binary(TokenTable.Precedence.bitOr), to: &values)
                if kind == .for || kind == .async, keys.first == keys.last {
                    throw fail(at: unpacking, "dict unpacking cannot be used in dict comprehension")
                }
            } else {
                if key == 0 { key = try expression() }
                guard kind == .colon else {
                    if kind == .rightBrace || kind == .comma {
                        throw fail(at: previousEnd - 1, "':' expected after dictionary key")
                    }
                    throw unexpected()
                }
                advance()
                if kind == .rightBrace || kind == .comma {
                    throw fail(at: previousEnd - 1, "expression expected after dictionary key and ':'")
                }
                if kind == .star { throw fail(at: self.start, "cannot use a starred expression in a dictionary value") }
                let value = try expression()
                if keys.first == 0 && (kind == .for || kind == .async) {
                    let generators = try comprehensions()
                    try close(.rightBrace)
                    return make(.dictComp, start, previousEnd, a: key, b: value, c: generators)
                }
                append(key, to: &keys)
                append(value, to: &values)
                key = 0
            }
            guard accept(.comma), kind != .rightBrace else { break }
        }
        try close(.rightBrace)
        return make(.dict, start, previousEnd, a: keys.first, b: values.first)
    }

    /// `for ... in ... if ...`, once or more.
    mutating func comprehensions() throws(Stop) -> UInt32 {
        let outer = nesting
        defer { nesting = outer }
        var generators = List()
        while kind == .for || kind == .async {
            try enter(cost.generator)
            let start = self.start
            let isAsync = accept(.async)
            try expect(.for)
            let target = try targets()
            try expect(.in)
            let iterable = try binary(TokenTable.Precedence.or)
            var conditions = List()
            while accept(.if) {
                try enter(cost.condition)
                // 3.8 takes a lambda here; its body is again without a conditional.
                let isLambda = kind == .lambda && version == .v3_8
                append(
                    isLambda ? try lambdaWithoutConditional() : try binary(TokenTable.Precedence.or), to: &conditions)
            }
            append(
                make(
                    .comprehension, start, previousEnd, a: target, b: iterable, c: conditions.first,
                    flags: isAsync ? .isAsync : []),
                to: &generators)
        }
        return generators.first
    }

    private mutating func lambdaWithoutConditional() throws(Stop) -> UInt32 {
        let start = self.start
        try enter(cost.lambda)
        defer { nesting -= cost.lambda }
        advance()
        let parameters = try parameters(until: .colon)
        try expect(.colon)
        let body = kind == .lambda ? try lambdaWithoutConditional() : try binary(TokenTable.Precedence.or)
        return make(.lambda, start, previousEnd, a: parameters, b: body)
    }

    // MARK: Subscripts

    private mutating func slices() throws(Stop) -> UInt32 {
        let start = self.start
        let first = try slice()
        guard kind == .comma || node(first).kind == .starred else { return first }
        var elements = List()
        append(first, to: &elements)
        while accept(.comma) {
            guard kind != .rightBracket else { break }
            append(try slice(), to: &elements)
        }
        return make(.tuple, start, previousEnd, a: elements.first)
    }

    private mutating func slice() throws(Stop) -> UInt32 {
        let start = self.start
        if kind == .star && version >= .v3_11 { return try starred(atLevel: 0) }
        var lower: UInt32 = 0
        if kind != .colon {
            lower = version >= .v3_10 ? try namedExpression() : try expression()
            guard kind == .colon else { return lower }
            if node(lower).kind == .namedExpr && !node(lower).flags.contains(.parenthesized) { throw unexpected() }
        }
        advance()
        let upper = kind == .colon || endsSlice ? 0 : try expression()
        var step: UInt32 = 0
        if accept(.colon) && !endsSlice { step = try expression() }
        return make(.slice, start, previousEnd, a: lower, b: upper, c: step)
    }

    private var endsSlice: Bool { kind == .comma || kind == .rightBracket }
}
