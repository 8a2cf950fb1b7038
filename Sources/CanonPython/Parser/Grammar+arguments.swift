/// Arguments of calls and classes, parameters of functions, type parameters.
extension Grammar {
    mutating func call(_ function: UInt32, _ start: UInt32) throws(Stop) -> UInt32 {
        if tokens[index + 1].kind == .rightParen {
            advance()
            advance()
            return make(.call, start, previousEnd, a: function)
        }
        try enter(cost.call)
        defer { nesting -= cost.call }
        let arguments = try arguments(allowsGenerator: true)
        return make(.call, start, previousEnd, a: function, b: arguments.positional, c: arguments.keywords)
    }

    /// `(`, arguments, `)`.
    mutating func arguments(allowsGenerator: Bool) throws(Stop) -> (positional: UInt32, keywords: UInt32) {
        let open = start
        advance()
        var positional = List()
        var keywords = List()
        var sawKeyword = false
        var sawUnpacking = false
        while kind != .rightParen {
            let start = self.start
            switch kind {
            case .star:
                if sawUnpacking {
                    throw fail(at: start, "iterable argument unpacking follows keyword argument unpacking")
                }
                append(try starred(atLevel: 0), to: &positional)
            case .doubleStar:
                advance()
                let value = try expression()
                sawUnpacking = true
                append(make(.keyword, start, previousEnd, a: value), to: &keywords)
            case .name where tokens[index + 1].kind == .equal:
                let token = tokens[index]
                try checkBindable(token)
                if version == .v3_8 { try checkRepeated(token, keywords.first) }
                advance()
                advance()
                if kind == .comma || kind == .rightParen {
                    throw fail(at: start, "expected argument value expression")
                }
                let value = try expression()
                sawKeyword = true
                append(
                    make(
                        .keyword, start, previousEnd, a: value, b: token.end,
                        flags: NodeFlags(rawValue: (token.flags & NameFlags.notASCII) << 1)),
                    to: &keywords)
            default:
                let value = try positionalArgument(
                    open, isFirst: positional.first == 0 && keywords.first == 0, allowsGenerator: allowsGenerator)
                if sawUnpacking {
                    throw fail(at: start, "positional argument follows keyword argument unpacking")
                }
                if sawKeyword { throw fail(at: start, "positional argument follows keyword argument") }
                append(value, to: &positional)
            }
            guard accept(.comma) else { break }
        }
        try close(.rightParen)
        return (positional.first, keywords.first)
    }

    private mutating func positionalArgument(
        _ open: UInt32, isFirst: Bool, allowsGenerator: Bool
    ) throws(Stop) -> UInt32 {
        let start = self.start
        let isNamed = kind == .name && tokens[index + 1].kind == .colonEqual
        let value = isNamed ? try namedExpression() : try expression()
        switch kind {
        case .for, .async:
            if isNamed && version == .v3_8 { throw unexpected() }
            let generators = try comprehensions()
            let generator = make(.generatorExp, start, previousEnd, a: value, b: generators)
            guard isFirst && kind == .rightParen else {
                throw fail(at: start, "Generator expression must be parenthesized")
            }
            guard allowsGenerator else { throw fail(at: start, "invalid syntax") }
            nodes.base[Int(generator)].start = open
            nodes.base[Int(generator)].end = tokens[index].end
            return generator
        case .equal:
            switch node(value).kind {
            case .constant
            where node(value).constant == .true || node(value).constant == .false
                || node(value).constant == .none:
                throw fail(at: start, "cannot assign to \(describe(value))")
            default:
                throw fail(at: start, "expression cannot contain assignment, perhaps you meant \"==\"?")
            }
        case .colonEqual:
            // 3.8 looks at the tree, where parentheses are gone.
            guard version == .v3_8, node(value).kind == .name else { throw unexpected() }
            advance()
            nodes.base[Int(value)].detail = ExprContext.store.rawValue
            let right = try expression()
            return make(.namedExpr, start, previousEnd, a: value, b: right)
        default:
            return value
        }
    }

    private mutating func checkRepeated(_ token: Token, _ keywords: UInt32) throws(Stop) {
        var keyword = keywords
        while keyword != 0 {
            let other = node(keyword)
            if other.b != 0 && isSame(other.start, other.b, token.start, token.end) {
                throw fail(at: token.start, "keyword argument repeated")
            }
            keyword = other.next.index
        }
    }

    mutating func isSame(_ start: UInt32, _ end: UInt32, _ otherStart: UInt32, _ otherEnd: UInt32) -> Bool {
        guard end - start == otherEnd - otherStart else { return false }
        return (0..<end - start).allSatisfy { text[Int(start + $0)] == text[Int(otherStart + $0)] }
    }

    // MARK: Parameters

    /// The parameters of a function, up to `)`, or of a lambda, up to `:`, which stays.
    mutating func parameters(until terminator: TokenKind) throws(Stop) -> UInt32 {
        let start = self.start
        let isLambda = terminator == .colon
        var list = List()
        var sawSlash = false
        var sawStar = false
        var sawDefault = false
        /// A bare `*` needs a name behind it.
        var bareStar: UInt32?
        while kind != terminator {
            let at = self.start
            switch kind {
            case .slash:
                if sawSlash { throw fail(at: at, "/ may appear only once") }
                if sawStar { throw fail(at: at, "/ must be ahead of *") }
                if list.first == 0 { throw fail(at: at, "at least one argument must precede /") }
                sawSlash = true
                markPositionalOnly(list.first)
                advance()
            case .star:
                if sawStar { throw fail(at: at, "* argument may appear only once") }
                sawStar = true
                advance()
                if kind == .name {
                    append(try parameter(.variadic, isLambda: isLambda), to: &list)
                    if kind == .equal {
                        throw fail(at: self.start, "var-positional argument cannot have default value")
                    }
                } else {
                    guard kind == .comma else {
                        if kind == terminator { throw fail(at: at, "named arguments must follow bare *") }
                        throw unexpected()
                    }
                    bareStar = at
                }
            case .doubleStar:
                if bareStar != nil { throw fail(at: at, "named arguments must follow bare *") }
                advance()
                append(try parameter(.keywords, isLambda: isLambda), to: &list)
                if kind == .equal { throw fail(at: self.start, "var-keyword argument cannot have default value") }
                if accept(.comma), kind != terminator {
                    throw fail(at: self.start, "arguments cannot follow var-keyword argument")
                }
                guard kind == terminator else { throw unexpected() }
                continue
            default:
                let role: ParameterRole = sawStar ? .keywordOnly : .positional
                let parameter = try parameter(role, isLambda: isLambda)
                if accept(.equal) {
                    if kind == .comma || kind == terminator {
                        throw fail(at: tokens[index - 1].start, "expected default value expression")
                    }
                    sawDefault = true
                    try enter(cost.parameterDefault)
                    let value = try expression()
                    nesting -= cost.parameterDefault
                    nodes.base[Int(parameter)].b = value
                } else if sawDefault && !sawStar {
                    throw fail(
                        at: at,
                        version >= .v3_12
                            ? "parameter without a default follows parameter with a default"
                            : "non-default argument follows default argument")
                }
                append(parameter, to: &list)
                bareStar = nil
            }
            guard accept(.comma) else { break }
        }
        if let bareStar { throw fail(at: bareStar, "named arguments must follow bare *") }
        guard kind == terminator else { throw unexpected() }
        return make(.arguments, start, previousEnd, a: list.first)
    }

    private mutating func markPositionalOnly(_ first: UInt32) {
        var parameter = first
        while parameter != 0 {
            nodes.base[Int(parameter)].detail = ParameterRole.positionalOnly.rawValue
            parameter = node(parameter).next.index
        }
    }

    private mutating func parameter(_ role: ParameterRole, isLambda: Bool) throws(Stop) -> UInt32 {
        guard kind == .name else {
            if kind == .leftParen {
                throw fail(
                    at: start,
                    isLambda
                        ? "Lambda expression parameters cannot be parenthesized"
                        : "Function parameters cannot be parenthesized")
            }
            throw unexpected()
        }
        let token = tokens[index]
        try checkBindable(token)
        advance()
        var annotation: UInt32 = 0
        if !isLambda && accept(.colon) {
            let isStarred = kind == .star && role == .variadic && version >= .v3_11
            annotation = isStarred ? try starExpression() : try expression()
        }
        return make(
            .arg, token.start, previousEnd, a: annotation, c: token.end, detail: role.rawValue,
            flags: NodeFlags(rawValue: (token.flags & NameFlags.notASCII) << 1))
    }

    // MARK: Type parameters

    /// `[T: bound = default, *Ts, **P]` (PEP 695, PEP 696), or nothing.
    mutating func typeParameters() throws(Stop) -> UInt32 {
        guard kind == .leftBracket, version >= .v3_12 else { return 0 }
        advance()
        if kind == .rightBracket { throw fail(at: start, "Type parameter list cannot be empty") }
        var list = List()
        while kind != .rightBracket {
            append(try typeParameter(), to: &list)
            guard accept(.comma) else { break }
        }
        try close(.rightBracket)
        return list.first
    }

    private mutating func typeParameter() throws(Stop) -> UInt32 {
        let start = self.start
        let kind: NodeKind
        switch self.kind {
        case .star: kind = .typeVarTuple
        case .doubleStar: kind = .paramSpec
        default: kind = .typeVar
        }
        if kind != .typeVar { advance() }
        guard self.kind == .name else { throw unexpected() }
        let token = tokens[index]
        advance()
        var bound: UInt32 = 0
        if self.kind == .colon {
            guard kind == .typeVar else {
                let name = kind == .paramSpec ? "ParamSpec" : "TypeVarTuple"
                throw fail(at: self.start, "cannot use bound with \(name)")
            }
            advance()
            bound = try expression()
        }
        var value: UInt32 = 0
        if self.kind == .equal && version >= .v3_13 {
            advance()
            value = kind == .typeVarTuple ? try starExpression() : try expression()
        }
        return make(
            kind, start, previousEnd, a: kind == .typeVar ? bound : 0, b: value, c: token.end, d: token.start,
            flags: NodeFlags(rawValue: (token.flags & NameFlags.notASCII) << 1))
    }
}
