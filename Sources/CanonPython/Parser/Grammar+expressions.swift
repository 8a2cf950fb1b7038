extension Grammar {
    // MARK: Lists of expressions

    /// `star_expressions`: one expression, or a tuple without parentheses; starred ones are allowed.
    mutating func starExpressions() throws(Stop) -> UInt32 {
        let start = self.start
        let first = try starExpression()
        guard kind == .comma else { return first }
        return try tuple(from: start, first: first)
    }

    /// The rest of a tuple without parentheses, from its first comma.
    private mutating func tuple(from start: UInt32, first: UInt32) throws(Stop) -> UInt32 {
        var elements = List()
        append(first, to: &elements)
        while accept(.comma) {
            guard table.startsExpression(kind) else { break }
            append(try starExpression(), to: &elements)
        }
        return make(.tuple, start, previousEnd, a: elements.first)
    }

    /// `star_expression`: `*` and an operand of `|`, or an expression.
    mutating func starExpression() throws(Stop) -> UInt32 {
        guard kind == .star else { return try expression() }
        return try starred(atLevel: TokenTable.Precedence.bitOr)
    }

    mutating func starred(atLevel level: UInt8) throws(Stop) -> UInt32 {
        let start = self.start
        advance()
        let value = level == 0 ? try expression() : try binary(level)
        return make(.starred, start, previousEnd, a: value)
    }

    /// An element of a list, set, tuple or group: starred, named (`a := b`) or plain.
    mutating func element(allowsName: Bool = true) throws(Stop) -> UInt32 {
        if kind == .star { return try starred(atLevel: TokenTable.Precedence.bitOr) }
        return allowsName ? try namedExpression() : try expression()
    }

    /// `expressions`: a tuple without starred elements where 3.8 wants a `testlist`.
    mutating func plainExpressions() throws(Stop) -> UInt32 {
        let start = self.start
        let first = try expression()
        guard kind == .comma else { return first }
        var elements = List()
        append(first, to: &elements)
        while accept(.comma) {
            guard table.startsExpression(kind), kind != .star else { break }
            append(try expression(), to: &elements)
        }
        return make(.tuple, start, previousEnd, a: elements.first)
    }

    // MARK: One expression

    /// `named_expression`: `name := value`, or an expression.
    mutating func namedExpression() throws(Stop) -> UInt32 {
        if kind == .name && tokens[index + 1].kind == .colonEqual {
            let start = self.start
            let target = name(.store)
            advance()
            let value = try expression()
            return make(.namedExpr, start, previousEnd, a: target, b: value)
        }
        let start = self.start
        let value = try expression()
        if kind == .colonEqual {
            guard version == .v3_8, node(value).kind == .name else {
                throw fail(at: start, "cannot use assignment expressions with \(describe(value))")
            }
            // 3.8 looks at the tree, where parentheses are gone.
            advance()
            nodes.base[Int(value)].detail = ExprContext.store.rawValue
            let right = try expression()
            return make(.namedExpr, start, previousEnd, a: value, b: right)
        }
        return value
    }

    /// `expression`: a disjunction, a conditional expression or a lambda.
    mutating func expression() throws(Stop) -> UInt32 {
        if isAlone { return leaf() }
        if kind == .lambda { return try lambda() }
        let start = self.start
        let value = try operators(TokenTable.Precedence.or)
        guard kind == .if else { return value }
        return try conditional(value, start)
    }

    /// `a if b else c if d else e`: a loop, as it nests to the right without end.
    private mutating func conditional(_ first: UInt32, _ start: UInt32) throws(Stop) -> UInt32 {
        let outer = nesting
        defer { nesting = outer }
        var value = first
        var start = start
        var head: UInt32 = 0
        var last: UInt32 = 0
        while kind == .if {
            try enter(cost.unary)
            advance()
            let test = try binary(TokenTable.Precedence.or)
            guard accept(.else) else {
                if kind == .colon || kind == .error || kind == .end { throw unexpected() }
                throw fail(at: start, "expected 'else' after 'if' expression")
            }
            let id = make(.ifExp, start, 0, a: test, b: value)
            if head == 0 { head = id } else { nodes.base[Int(last)].c = id }
            last = id
            start = self.start
            value = kind == .lambda ? try lambda() : try binary(TokenTable.Precedence.or)
            if node(value).kind == .lambda && !node(value).flags.contains(.parenthesized) { break }
        }
        nodes.base[Int(last)].c = value
        endChain(head, last) { $0.c }
        return head
    }

    /// Gives the nodes from `first` to `last`, each inside the one before it, their common end.
    private mutating func endChain(_ first: UInt32, _ last: UInt32, inner: (Node) -> UInt32) {
        let end = previousEnd
        var id = first
        while true {
            nodes.base[Int(id)].end = end
            if id == last { return }
            id = inner(node(id))
        }
    }

    /// An operator expression whose operators bind at least as tightly as `level`.
    @inline(__always)
    mutating func binary(_ level: UInt8) throws(Stop) -> UInt32 { isAlone ? leaf() : try operators(level) }

    /// Most expressions and operands are one name or one constant.
    private var isAlone: Bool {
        // A token of such a kind is never the last one.
        @inline(__always) mutating get { table.isLeaf(kind) && !table.continuesExpression(tokens[index &+ 1].kind) }
    }

    @inline(__always)
    private mutating func leaf() -> UInt32 { kind == .name ? name(.load) : constant() }

    /// The same, of which it is known that it is more than one token, or an error.
    private mutating func operators(_ level: UInt8) throws(Stop) -> UInt32 {
        let start = self.start
        var left = try operand(level)
        var links = 0
        while true {
            let found = table.precedence(kind)
            guard found >= level, found != 0 else { return left }
            switch found {
            case TokenTable.Precedence.or, TokenTable.Precedence.and:
                left = try boolean(left, start, found)
            case TokenTable.Precedence.comparison:
                // `not` alone is no operator: `a not in b`.
                if kind == .not && tokens[index + 1].kind != .in { return left }
                left = try comparison(left, start)
            case TokenTable.Precedence.power:
                try enter(cost.power)
                defer { nesting -= cost.power }
                advance()
                let right = try binary(TokenTable.Precedence.unary)
                left = make(.binOp, start, previousEnd, a: left, b: right, detail: Operator.pow.rawValue)
            default:
                let operation = table.operation(kind)
                links += 1
                if links == NestingCost.longChain { mayBeDeep = true }
                advance()
                let right = try binary(found + 1)
                left = make(.binOp, start, previousEnd, a: left, b: right, detail: operation.rawValue)
            }
        }
    }

    private mutating func boolean(_ first: UInt32, _ start: UInt32, _ level: UInt8) throws(Stop) -> UInt32 {
        let separator = kind
        var values = List()
        append(first, to: &values)
        while accept(separator) { append(try binary(level + 1), to: &values) }
        let operation: Operator = separator == .or ? .or : .and
        return make(.boolOp, start, previousEnd, a: values.first, detail: operation.rawValue)
    }

    private mutating func comparison(_ left: UInt32, _ start: UInt32) throws(Stop) -> UInt32 {
        var comparators = List()
        while table.precedence(kind) == TokenTable.Precedence.comparison {
            var operation = table.operation(kind)
            if kind == .not {
                guard tokens[index + 1].kind == .in else { break }
                advance()
            }
            advance()
            if operation == .is && kind == .not {
                operation = .isNot
                advance()
            }
            let right = try binary(TokenTable.Precedence.bitOr)
            nodes.base[Int(right)].comparison = operation
            append(right, to: &comparators)
        }
        return make(.compare, start, previousEnd, a: left, b: comparators.first)
    }

    /// Prefix operators and what they apply to, or a primary.
    @inline(__always)
    private mutating func operand(_ level: UInt8) throws(Stop) -> UInt32 {
        switch kind {
        case .not:
            guard level <= TokenTable.Precedence.not else { throw unexpected() }
            return try prefixed(TokenTable.Precedence.not)
        case .minus, .plus, .tilde:
            return try prefixed(TokenTable.Precedence.unary)
        case .await:
            let start = self.start
            advance()
            let value = try primary()
            return make(.await, start, previousEnd, a: value)
        default:
            return try primary()
        }
    }

    /// `not`s, or signs, in a row: a loop, as they nest to the right without end.
    private mutating func prefixed(_ level: UInt8) throws(Stop) -> UInt32 {
        let outer = nesting
        defer { nesting = outer }
        var head: UInt32 = 0
        var last: UInt32 = 0
        while true {
            let operation: Operator
            switch kind {
            case .not where level == TokenTable.Precedence.not: operation = .not
            case .minus where level == TokenTable.Precedence.unary: operation = .uSub
            case .plus where level == TokenTable.Precedence.unary: operation = .uAdd
            case .tilde where level == TokenTable.Precedence.unary: operation = .invert
            default:
                let value = try binary(level)
                nodes.base[Int(last)].a = value
                endChain(head, last) { $0.a }
                return head
            }
            try enter(cost.unary)
            let id = make(.unaryOp, start, 0, detail: operation.rawValue)
            if head == 0 { head = id } else { nodes.base[Int(last)].a = id }
            last = id
            advance()
        }
    }

    /// `lambda: lambda: a`: a loop, as it nests to the right without end.
    private mutating func lambda() throws(Stop) -> UInt32 {
        let outer = nesting
        defer { nesting = outer }
        var head: UInt32 = 0
        var last: UInt32 = 0
        while kind == .lambda {
            try enter(cost.lambda)
            let start = self.start
            advance()
            let parameters = try parameters(until: .colon)
            try expect(.colon)
            let id = make(.lambda, start, 0, a: parameters)
            if head == 0 { head = id } else { nodes.base[Int(last)].b = id }
            last = id
        }
        let body = try expression()
        nodes.base[Int(last)].b = body
        endChain(head, last) { $0.b }
        return head
    }

    /// `yield`, `yield from` or with values.
    mutating func yieldExpression() throws(Stop) -> UInt32 {
        let start = self.start
        try enter(cost.yield)
        defer { nesting -= cost.yield }
        advance()
        if accept(.from) {
            let value = try expression()
            return make(.yieldFrom, start, previousEnd, a: value)
        }
        let value = table.startsExpression(kind) ? try starExpressions() : 0
        return make(.yield, start, previousEnd, a: value)
    }

    @inline(__always)
    mutating func name(_ context: ExprContext) -> UInt32 {
        let token = tokens[index]
        advance()
        return make(
            .name, token.start, token.end, detail: context.rawValue,
            flags: NodeFlags(rawValue: (token.flags & NameFlags.notASCII) << 1))
    }

    /// A name that is no expression.
    mutating func identifier() throws(Stop) -> UInt32 {
        guard kind == .name else { throw unexpected() }
        let token = tokens[index]
        try checkBindable(token)
        advance()
        return make(
            .identifier, token.start, token.end, flags: NodeFlags(rawValue: (token.flags & NameFlags.notASCII) << 1))
    }
}
