/// What may be assigned to, bound or deleted.
extension Grammar {
    /// The targets of a `for`: operands of `in`, perhaps starred, perhaps a tuple.
    mutating func targets() throws(Stop) -> UInt32 {
        let start = self.start
        let first = try target()
        guard kind == .comma else {
            try bind(first)
            return first
        }
        var elements = List()
        append(first, to: &elements)
        while accept(.comma) {
            guard table.startsExpression(kind) else { break }
            append(try target(), to: &elements)
        }
        let tuple = make(.tuple, start, previousEnd, a: elements.first)
        try bind(tuple)
        return tuple
    }

    /// One target, not yet checked.
    mutating func target() throws(Stop) -> UInt32 {
        kind == .star
            ? try starred(atLevel: TokenTable.Precedence.bitOr) : try binary(TokenTable.Precedence.bitOr)
    }

    /// Makes an expression the target of an assignment.
    mutating func bind(_ id: UInt32, hint: Bool = false) throws(Stop) {
        let node = node(id)
        switch node.kind {
        case .name:
            try checkBindable(Token(.name, node.start, node.end))
        case .attribute:
            try checkBindable(Token(.name, node.b, node.end))
        case .subscript:
            break
        case .starred:
            guard self.node(node.a).kind != .starred else { throw fail(at: node.start, "invalid syntax") }
            try bind(node.a)
        case .tuple, .list:
            var element = node.a
            while element != 0 {
                try bind(element)
                element = self.node(element).next.index
            }
        default:
            throw fail(at: node.start, cannotAssign(id, hint: hint))
        }
        nodes.base[Int(id)].detail = ExprContext.store.rawValue
    }

    /// Makes an expression the target of `del`.
    mutating func delete(_ id: UInt32) throws(Stop) {
        let node = node(id)
        switch node.kind {
        case .name:
            try checkBindable(Token(.name, node.start, node.end))
        case .attribute:
            try checkBindable(Token(.name, node.b, node.end))
        case .subscript:
            break
        case .starred where version == .v3_8:
            try delete(node.a)
        case .tuple, .list:
            var element = node.a
            while element != 0 {
                try delete(element)
                element = self.node(element).next.index
            }
        default:
            throw fail(at: node.start, "cannot delete \(describe(id))")
        }
        nodes.base[Int(id)].detail = ExprContext.del.rawValue
    }

    /// 3.8 refuses `__debug__` as a name to bind while it parses; later versions do when they compile.
    @inline(__always)
    mutating func checkBindable(_ token: Token) throws(Stop) {
        guard version == .v3_8 else { return }
        if token.end - token.start == 9 && text[Int(token.start)] == 0x5F && isDebug(token) {
            throw fail(at: token.start, "cannot assign to __debug__")
        }
    }

    private mutating func isDebug(_ token: Token) -> Bool {
        let debug: StaticString = "__debug__"
        return (0..<9).allSatisfy { text[Int(token.start) + $0] == debug.utf8Start[$0] }
    }

    private func cannotAssign(_ id: UInt32, hint: Bool) -> String {
        let what = describe(id)
        let node = node(id)
        guard hint, version >= .v3_10, node.kind != .generatorExp, node.kind != .yield, node.kind != .yieldFrom,
            !(node.kind == .constant && [.none, .true, .false].contains(node.constant))
        else { return "cannot assign to \(what)" }
        return "cannot assign to \(what) here. Maybe you meant '==' instead of '='?"
    }

    /// An expression by its kind, as CPython's messages call it.
    func describe(_ id: UInt32) -> String {
        let node = node(id)
        switch node.kind {
        case .attribute: return "attribute"
        case .subscript: return "subscript"
        case .starred: return "starred"
        case .name: return "name"
        case .list: return "list"
        case .tuple: return "tuple"
        case .lambda: return "lambda"
        case .call: return "function call"
        case .boolOp, .binOp, .unaryOp: return "expression"
        case .generatorExp: return "generator expression"
        case .yield, .yieldFrom: return "yield expression"
        case .await: return "await expression"
        case .listComp: return "list comprehension"
        case .setComp: return "set comprehension"
        case .dictComp: return "dict comprehension"
        case .dict: return version >= .v3_10 ? "dict literal" : "dict display"
        case .set: return "set display"
        case .joinedStr, .formattedValue: return "f-string expression"
        case .templateStr, .interpolation: return "t-string expression"
        case .compare: return "comparison"
        case .ifExp: return "conditional expression"
        case .namedExpr: return "named expression"
        case .constant:
            switch node.constant {
            case .none: return "None"
            case .true: return "True"
            case .false: return "False"
            case .ellipsis: return version >= .v3_12 ? "ellipsis" : "Ellipsis"
            default: return "literal"
            }
        default: return "expression"
        }
    }
}
