extension Grammar {
    /// The statements of a file.
    mutating func module() throws(Stop) -> UInt32 {
        var body = List()
        while kind != .end {
            // 3.8 takes the end of a line alone, which is what a backslash before an empty line leaves.
            if kind == .newline && version == .v3_8 { advance() } else { try statement(&body) }
        }
        return body.first
    }

    /// One line of simple statements, or one compound statement.
    mutating func statement(_ body: inout List) throws(Stop) {
        switch kind {
        case .if: append(try ifStatement(), to: &body)
        case .def: append(try function(decorators: 0, from: start, isAsync: false), to: &body)
        case .class: append(try classDefinition(decorators: 0), to: &body)
        case .for: append(try forStatement(from: start, isAsync: false), to: &body)
        case .try: append(try tryStatement(), to: &body)
        case .with: append(try withStatement(from: start, isAsync: false), to: &body)
        case .while: append(try whileStatement(), to: &body)
        case .at: append(try decorated(), to: &body)
        case .async: append(try asyncStatement(), to: &body)
        case .indent: throw fail(at: max(start, 1) - 1, "unexpected indent")
        case .name where tokens[index].flags & NameFlags.match != 0 && startsMatch:
            append(try matchStatement(), to: &body)
        default: try simpleStatements(&body)
        }
    }

    /// Statements on one line, separated by semicolons.
    mutating func simpleStatements(_ body: inout List) throws(Stop) {
        repeat {
            append(try simpleStatement(), to: &body)
        } while accept(.semicolon) && kind != .newline
        guard kind == .newline else { throw unexpected() }
        advance()
    }

    private mutating func simpleStatement() throws(Stop) -> UInt32 {
        let start = self.start
        switch kind {
        case .return:
            advance()
            let value =
                kind == .newline || kind == .semicolon ? 0 : try starExpressions()
            return make(.return, start, previousEnd, a: value)
        case .import: return try importStatement()
        case .from: return try importFrom()
        case .raise: return try raise()
        case .pass: return keyword(.pass)
        case .break: return keyword(.break)
        case .continue: return keyword(.continue)
        case .del: return try deleteStatement()
        case .assert:
            advance()
            let test = try expression()
            let message = accept(.comma) ? try expression() : 0
            return make(.assert, start, previousEnd, a: test, b: message)
        case .global: return try names(.global)
        case .nonlocal: return try names(.nonlocal)
        case .name
        where tokens[index].flags & NameFlags.type != 0 && version >= .v3_12
            && tokens[index + 1].kind == .name:
            return try typeAlias()
        default: return try expressionStatement()
        }
    }

    private mutating func keyword(_ kind: NodeKind) -> UInt32 {
        let token = tokens[index]
        advance()
        return make(kind, token.start, token.end)
    }

    // MARK: Expressions and assignments

    private mutating func expressionStatement() throws(Stop) -> UInt32 {
        let start = self.start
        let isYield = kind == .yield
        let value = isYield ? try yieldExpression() : try starExpressions()
        switch kind {
        case .equal: return try assignment(start, value)
        case .colon: return try annotated(start, value)
        case .plusEqual, .minusEqual, .starEqual, .doubleStarEqual, .slashEqual, .doubleSlashEqual, .percentEqual,
            .leftShiftEqual, .rightShiftEqual, .ampersandEqual, .barEqual, .caretEqual, .atEqual:
            return try augmented(start, value)
        default: return make(.expr, start, previousEnd, a: value)
        }
    }

    private mutating func assignment(_ start: UInt32, _ first: UInt32) throws(Stop) -> UInt32 {
        var targets = List()
        var value = first
        while kind == .equal {
            if node(value).kind == .yield || node(value).kind == .yieldFrom,
                !node(value).flags.contains(.parenthesized)
            {
                throw fail(at: node(value).start, "assignment to yield expression not possible")
            }
            try bind(value, hint: targets.first == 0)
            append(value, to: &targets)
            advance()
            value = kind == .yield ? try yieldExpression() : try starExpressions()
        }
        return make(.assign, start, previousEnd, a: targets.first, b: value)
    }

    private mutating func augmented(_ start: UInt32, _ target: UInt32) throws(Stop) -> UInt32 {
        switch node(target).kind {
        case .name, .attribute, .subscript: try bind(target)
        default:
            throw fail(at: start, "'\(describe(target))' is an illegal expression for augmented assignment")
        }
        let operation = table.operation(kind)
        advance()
        let value =
            kind == .yield
            ? try yieldExpression() : version >= .v3_9 ? try starExpressions() : try plainExpressions()
        return make(.augAssign, start, previousEnd, a: target, b: value, detail: operation.rawValue)
    }

    private mutating func annotated(_ start: UInt32, _ target: UInt32) throws(Stop) -> UInt32 {
        switch node(target).kind {
        case .name, .attribute, .subscript: try bind(target)
        case .list: throw fail(at: start, "only single target (not list) can be annotated")
        case .tuple: throw fail(at: start, "only single target (not tuple) can be annotated")
        default:
            guard table.startsExpression(nextKind) else { throw unexpected() }
            throw fail(at: start, "illegal target for annotation")
        }
        let isSimple = node(target).kind == .name && !node(target).flags.contains(.parenthesized)
        advance()
        let annotation = try expression()
        var value: UInt32 = 0
        if accept(.equal) { value = kind == .yield ? try yieldExpression() : try starExpressions() }
        return make(
            .annAssign, start, previousEnd, a: target, b: annotation, c: value, flags: isSimple ? .simple : [])
    }

    private mutating func typeAlias() throws(Stop) -> UInt32 {
        let start = self.start
        advance()
        let name = name(.store)
        let parameters = try typeParameters()
        try expect(.equal)
        let value = try expression()
        return make(.typeAlias, start, previousEnd, a: name, b: parameters, c: value)
    }

    // MARK: Other simple statements

    private mutating func raise() throws(Stop) -> UInt32 {
        let start = self.start
        advance()
        guard kind != .newline && kind != .semicolon else { return make(.raise, start, previousEnd) }
        let exception = try expression()
        let cause = accept(.from) ? try expression() : 0
        return make(.raise, start, previousEnd, a: exception, b: cause)
    }

    private mutating func deleteStatement() throws(Stop) -> UInt32 {
        let start = self.start
        advance()
        var targets = List()
        repeat {
            if kind == .newline || kind == .semicolon, targets.first != 0 { break }
            let id = try target()
            try delete(id)
            append(id, to: &targets)
        } while accept(.comma)
        return make(.delete, start, previousEnd, a: targets.first)
    }

    private mutating func names(_ statement: NodeKind) throws(Stop) -> UInt32 {
        let start = self.start
        advance()
        var names = List()
        repeat { append(try identifier(), to: &names) } while accept(.comma)
        return make(statement, start, previousEnd, a: names.first)
    }

    // MARK: Imports

    private mutating func importStatement() throws(Stop) -> UInt32 {
        let start = self.start
        advance()
        var names = List()
        repeat {
            let from = self.start
            let name = try dottedName()
            var alias: UInt32 = 0
            if accept(.as) { alias = try identifier() }
            append(make(.alias, from, previousEnd, a: name, b: alias), to: &names)
        } while accept(.comma)
        return make(.import, start, previousEnd, a: names.first)
    }

    private mutating func dottedName() throws(Stop) -> UInt32 {
        guard kind == .name else { throw unexpected() }
        let first = tokens[index]
        var wide = first.flags & NameFlags.notASCII
        var length = first.end - first.start
        advance()
        while accept(.dot) {
            guard kind == .name else { throw unexpected() }
            wide |= tokens[index].flags & NameFlags.notASCII
            length += tokens[index].end - tokens[index].start + 1
            advance()
        }
        var flags = NodeFlags(rawValue: wide << 1)
        if previousEnd - first.start != length { flags.insert(.spaced) }
        return make(.identifier, first.start, previousEnd, flags: flags)
    }

    private mutating func importFrom() throws(Stop) -> UInt32 {
        let start = self.start
        advance()
        var level: UInt32 = 0
        while kind == .dot || kind == .ellipsis {
            level += kind == .dot ? 1 : 3
            advance()
        }
        var module: UInt32 = 0
        if kind == .name { module = try dottedName() } else if level == 0 { throw unexpected() }
        try expect(.import)
        var names = List()
        if kind == .star {
            let token = tokens[index]
            advance()
            let star = make(.identifier, token.start, token.end)
            append(make(.alias, token.start, token.end, a: star), to: &names)
        } else if accept(.leftParen) {
            repeat { append(try importedName(), to: &names) } while accept(.comma) && kind != .rightParen
            try expect(.rightParen)
        } else {
            repeat {
                if kind == .newline && names.first != 0 {
                    throw fail(
                        at: tokens[index - 1].start, "trailing comma not allowed without surrounding parentheses")
                }
                if kind == .newline && version >= .v3_13 {
                    throw fail(at: self.start, "Expected one or more names after 'import'")
                }
                append(try importedName(), to: &names)
            } while accept(.comma)
        }
        return make(.importFrom, start, previousEnd, a: module, b: names.first, c: level)
    }

    private mutating func importedName() throws(Stop) -> UInt32 {
        let start = self.start
        let name = try identifier()
        let alias = accept(.as) ? try identifier() : 0
        return make(.alias, start, previousEnd, a: name, b: alias)
    }
}
