/// Statements with a block.
extension Grammar {
    /// `:` and what it introduces: statements on the same line, or an indented block.
    ///
    /// - Parameters:
    ///   - owner: what the block belongs to, for messages: "'if' statement".
    ///   - opening: where the statement starts.
    ///   - forcesColon: nothing but the colon could stand here.
    mutating func block(
        _ owner: StaticString, _ opening: UInt32, forcesColon: Bool = false
    ) throws(Stop) -> UInt32 {
        guard kind == .colon else { throw missingColon(isForced: forcesColon) }
        advance()
        var body = List()
        guard accept(.newline) else {
            try simpleStatements(&body)
            return body.first
        }
        guard kind == .indent else {
            if kind == .error { throw unexpected() }
            let line = (0..<Int(opening)).count { text[$0] == 0x0A } + 1
            throw fail(
                at: start,
                version >= .v3_10
                    ? "expected an indented block after \(owner) on line \(line)" : "expected an indented block")
        }
        try enter(cost.block)
        advance()
        while kind != .dedent && kind != .end { try statement(&body) }
        try expect(.dedent)
        nesting -= cost.block
        return body.first
    }

    mutating func ifStatement() throws(Stop) -> UInt32 {
        // Every `elif` is an `If` in the `orelse` of the one before it: a loop, as there is no end to them.
        let outer = nesting
        defer { nesting = outer }
        var first: UInt32 = 0
        var last: UInt32 = 0
        repeat {
            let start = self.start
            let isFirst = first == 0
            advance()
            let test = try namedExpression()
            let body = try block(isFirst ? "'if' statement" : "'elif' statement", start)
            let id = make(.if, start, previousEnd, a: test, b: body)
            if isFirst { first = id } else { nodes.base[Int(last)].c = id }
            last = id
            if kind == .elif { try enter(cost.elif) }
        } while kind == .elif
        if kind == .else { nodes.base[Int(last)].c = try elseBlock() }
        let end = previousBodyEnd
        var id = first
        while id != last {
            nodes.base[Int(id)].end = end
            id = node(id).c
        }
        nodes.base[Int(last)].end = end
        return first
    }

    /// Where the last statement of the block that has just ended ends: its tokens are followed by newline and dedents.
    var previousBodyEnd: UInt32 {
        mutating get {
            var at = index - 1
            while at > 0 && (tokens[at].kind == .dedent || tokens[at].kind == .newline) { at -= 1 }
            return tokens[at].end
        }
    }

    private mutating func elseBlock() throws(Stop) -> UInt32 {
        let start = self.start
        advance()
        return try block("'else' statement", start, forcesColon: true)
    }

    mutating func whileStatement() throws(Stop) -> UInt32 {
        let start = self.start
        advance()
        let test = try namedExpression()
        let body = try block("'while' statement", start)
        let otherwise = kind == .else ? try elseBlock() : 0
        return make(.while, start, previousBodyEnd, a: test, b: body, c: otherwise)
    }

    mutating func forStatement(from start: UInt32, isAsync: Bool) throws(Stop) -> UInt32 {
        advance()
        let target = try targets()
        try expect(.in)
        let iterable = version >= .v3_9 ? try starExpressions() : try plainExpressions()
        let body = try block("'for' statement", start)
        let otherwise = kind == .else ? try elseBlock() : 0
        return make(
            isAsync ? .asyncFor : .for, start, previousBodyEnd, a: target, b: iterable, c: body, d: otherwise)
    }

    // MARK: with

    mutating func withStatement(from start: UInt32, isAsync: Bool) throws(Stop) -> UInt32 {
        advance()
        var items: UInt32 = 0
        if kind == .leftParen && version >= .v3_9 { items = parenthesizedItems() }
        if items == 0 {
            var list = List()
            repeat { append(try withItem(), to: &list) } while accept(.comma)
            items = list.first
        }
        let body = try block("'with' statement", start)
        return make(isAsync ? .asyncWith : .with, start, previousBodyEnd, a: items, b: body)
    }

    /// The items in parentheses, if what stands there is such a list and a colon follows. Else nothing has been read: the
    /// parenthesis belongs to an expression.
    private mutating func parenthesizedItems() -> UInt32 {
        let savedIndex = index
        let savedCount = nodes.count
        let savedProblem = problem
        let savedNesting = nesting
        do throws(Stop) {
            advance()
            var list = List()
            repeat { append(try withItem(), to: &list) } while accept(.comma) && kind != .rightParen
            try expect(.rightParen)
            guard kind == .colon else { throw unexpected() }
            return list.first
        } catch {
            index = savedIndex
            kind = tokens[index].kind
            nodes.count = savedCount
            problem = savedProblem
            nesting = savedNesting
            return 0
        }
    }

    private mutating func withItem() throws(Stop) -> UInt32 {
        let start = self.start
        let value = try expression()
        var variable: UInt32 = 0
        if accept(.as) {
            variable =
                version >= .v3_9 ? try target() : try binary(TokenTable.Precedence.bitOr)
            try bind(variable)
        }
        return make(.withItem, start, previousEnd, a: value, b: variable)
    }

    // MARK: try

    mutating func tryStatement() throws(Stop) -> UInt32 {
        let start = self.start
        advance()
        let body = try block("'try' statement", start, forcesColon: true)
        var handlers = List()
        var isStar = false
        while kind == .except {
            let starred = tokens[index + 1].kind == .star && version >= .v3_11
            if handlers.first == 0 {
                isStar = starred
            } else if isStar != starred {
                throw fail(at: self.start, "cannot have both 'except' and 'except*' on the same 'try'")
            }
            append(try handler(isStar: starred), to: &handlers)
        }
        var otherwise: UInt32 = 0
        if kind == .else && handlers.first != 0 { otherwise = try elseBlock() }
        var final: UInt32 = 0
        if kind == .finally {
            let at = self.start
            advance()
            final = try block("'finally' statement", at, forcesColon: true)
        }
        guard handlers.first != 0 || final != 0 else {
            if kind == .error { throw unexpected() }
            throw fail(at: self.start, "expected 'except' or 'finally' block")
        }
        return make(
            isStar ? .tryStar : .try, start, previousBodyEnd, a: body, b: handlers.first, c: otherwise, d: final)
    }

    private mutating func handler(isStar: Bool) throws(Stop) -> UInt32 {
        let start = self.start
        advance()
        if isStar { advance() }
        var type: UInt32 = 0
        var name: UInt32 = 0
        if kind == .colon {
            if isStar { throw fail(at: self.start, "expected one or more exception types") }
        } else {
            let typeStart = self.start
            type = try expression()
            if kind == .comma { type = try exceptionList(type, typeStart) }
            if accept(.as) { name = try identifier() }
        }
        let body = try block(isStar ? "'except*' statement" : "'except' statement", start)
        return make(.exceptHandler, start, previousBodyEnd, a: type, b: name, c: body)
    }

    /// Several exceptions without parentheses: since 3.14, and only without `as` (PEP 758).
    private mutating func exceptionList(_ first: UInt32, _ start: UInt32) throws(Stop) -> UInt32 {
        guard version >= .v3_14 else {
            throw fail(at: start, "multiple exception types must be parenthesized")
        }
        var list = List()
        append(first, to: &list)
        while accept(.comma) {
            guard kind != .colon else { break }
            append(try expression(), to: &list)
        }
        if kind == .as { throw fail(at: start, "multiple exception types must be parenthesized when using 'as'") }
        return make(.tuple, start, previousEnd, a: list.first)
    }

    // MARK: Functions and classes

    mutating func asyncStatement() throws(Stop) -> UInt32 {
        let start = self.start
        switch tokens[index + 1].kind {
        case .def:
            advance()
            return try function(decorators: 0, from: start, isAsync: true)
        case .for:
            advance()
            return try forStatement(from: start, isAsync: true)
        case .with:
            advance()
            return try withStatement(from: start, isAsync: true)
        default:
            advance()
            throw unexpected()
        }
    }

    mutating func decorated() throws(Stop) -> UInt32 {
        var decorators = List()
        while accept(.at) {
            let value: UInt32
            if version >= .v3_9 {
                value = try namedExpression()
            } else {
                value = try oldDecorator()
            }
            append(value, to: &decorators)
            try expect(.newline)
        }
        switch kind {
        case .def: return try function(decorators: decorators.first, from: start, isAsync: false)
        case .class: return try classDefinition(decorators: decorators.first)
        case .async where tokens[index + 1].kind == .def:
            let start = self.start
            advance()
            return try function(decorators: decorators.first, from: start, isAsync: true)
        default: throw unexpected()
        }
    }

    /// Before 3.9 a decorator is a dotted name, perhaps called.
    private mutating func oldDecorator() throws(Stop) -> UInt32 {
        guard kind == .name else { throw unexpected() }
        let start = self.start
        var value = name(.load)
        while accept(.dot) {
            guard kind == .name else { throw unexpected() }
            let token = tokens[index]
            advance()
            value = make(.attribute, start, token.end, a: value, b: token.start)
        }
        if kind == .leftParen { value = try call(value, start) }
        return value
    }

    mutating func function(decorators: UInt32, from start: UInt32, isAsync: Bool) throws(Stop) -> UInt32 {
        advance()
        let definition = try definition(decorators)
        guard kind == .leftParen else {
            if kind == .error { throw unexpected() }
            throw version >= .v3_10 ? fail(at: self.start, "expected '('") : unexpected()
        }
        advance()
        let parameters = try parameters(until: .rightParen)
        advance()
        let returns = accept(.arrow) ? try expression() : 0
        let body = try block("function definition", start, forcesColon: true)
        return make(
            isAsync ? .asyncFunctionDef : .functionDef, start, previousBodyEnd, a: definition, b: parameters,
            c: returns, d: body)
    }

    /// The name of a function or class with its type parameters.
    private mutating func definition(_ decorators: UInt32) throws(Stop) -> UInt32 {
        guard kind == .name else { throw unexpected() }
        let token = tokens[index]
        try checkBindable(token)
        advance()
        let parameters = try typeParameters()
        return make(
            .definition, token.start, token.end, a: decorators, b: parameters,
            flags: NodeFlags(rawValue: (token.flags & NameFlags.notASCII) << 1))
    }

    mutating func classDefinition(decorators: UInt32) throws(Stop) -> UInt32 {
        let start = self.start
        advance()
        let definition = try definition(decorators)
        var bases: (positional: UInt32, keywords: UInt32) = (0, 0)
        if kind == .leftParen { bases = try arguments(allowsGenerator: false) }
        let body = try block("class definition", start)
        return make(.classDef, start, previousBodyEnd, a: definition, b: bases.positional, c: bases.keywords, d: body)
    }
}
