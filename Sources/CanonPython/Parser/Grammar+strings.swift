/// String literals, their implicit concatenation, and the parts of f-strings and t-strings.
extension Grammar {
    /// One or more literals in a row.
    mutating func strings() throws(Stop) -> UInt32 {
        let start = self.start
        var sawBytes = false
        var sawText = false
        var sawTemplate = false
        var sawFormatted = false
        /// The values of the f-string, once there is one, and the run of plain pieces at its end.
        var values = List()
        var pieces = List()
        while true {
            switch kind {
            case .string:
                let token = tokens[index]
                if token.flags & StringFlags.bytes != 0 { sawBytes = true } else { sawText = true }
                advance()
                append(
                    make(
                        .stringPart, token.start, token.end,
                        flags: token.flags & (StringFlags.escaped | StringFlags.raw) == StringFlags.escaped
                            ? .escaped : []), to: &pieces)
            case .fstringStart, .tstringStart:
                if kind == .tstringStart { sawTemplate = true } else { sawText = true }
                sawFormatted = true
                try formattedString(&values, &pieces)
            default:
                return try joined(
                    start, values, pieces, sawBytes: sawBytes, sawText: sawText, sawTemplate: sawTemplate,
                    sawFormatted: sawFormatted)
            }
        }
    }

    private mutating func joined(
        _ start: UInt32, _ values: List, _ pieces: List, sawBytes: Bool, sawText: Bool, sawTemplate: Bool,
        sawFormatted: Bool
    ) throws(Stop) -> UInt32 {
        if sawTemplate && (sawBytes || sawText) {
            throw fail(at: start, "cannot mix t-string literals with string or bytes literals")
        }
        if sawBytes && sawText { throw fail(at: start, "cannot mix bytes and nonbytes literals") }
        guard sawFormatted else {
            let constant: ConstantKind = sawBytes ? .bytes : .string
            return make(.constant, start, previousEnd, a: pieces.first, detail: constant.rawValue)
        }
        var values = values
        var pieces = pieces
        flush(&pieces, into: &values)
        if version < .v3_12 { spread(start, previousEnd, over: values.first) }
        return make(sawTemplate ? .templateStr : .joinedStr, start, previousEnd, a: values.first)
    }

    /// Before PEP 701 every part of an f-string has the position of the whole.
    private mutating func spread(_ start: UInt32, _ end: UInt32, over values: UInt32) {
        var id = values
        while id != 0 {
            nodes.base[Int(id)].start = start
            nodes.base[Int(id)].end = end
            let specification = node(id).kind == .formattedValue ? node(id).b : 0
            if specification != 0 {
                nodes.base[Int(specification)].start = start
                nodes.base[Int(specification)].end = end
                spread(start, end, over: node(specification).a)
            }
            id = node(id).next.index
        }
    }

    /// Makes one constant of the plain pieces so far.
    private mutating func flush(_ pieces: inout List, into values: inout List) {
        guard pieces.first != 0 else { return }
        var end = node(pieces.last).end
        // From 3.13 on the range includes both braces of a doubled one at its end.
        if version >= .v3_13 && node(pieces.last).flags.contains(.bare) {
            let last = text[Int(end) - 1]
            if (last == UInt8(ascii: "{") || last == UInt8(ascii: "}")) && text[Int(end)] == last { end += 1 }
        }
        let constant = make(
            .constant, node(pieces.first).start, end, a: pieces.first,
            detail: ConstantKind.string.rawValue)
        append(constant, to: &values)
        pieces = List()
    }

    /// One f-string or t-string.
    private mutating func formattedString(_ values: inout List, _ pieces: inout List) throws(Stop) {
        try enter(cost.formatted)
        defer { nesting -= cost.formatted }
        let isTemplate = kind == .tstringStart
        advance()
        while kind != .fstringEnd {
            try part(&values, &pieces, isTemplate: isTemplate)
        }
        advance()
    }

    private mutating func part(
        _ values: inout List, _ pieces: inout List, isTemplate: Bool, isNested: Bool = false
    ) throws(Stop) {
        if kind == .fstringMiddle {
            let token = tokens[index]
            advance()
            var flags = NodeFlags.bare
            // The format specification of a raw f-string is decoded in 3.12 and 3.13: the lexer says which part is.
            if token.flags & (StringFlags.escaped | StringFlags.raw) == StringFlags.escaped { flags.insert(.escaped) }
            append(make(.stringPart, token.start, token.end, flags: flags), to: &pieces)
            return
        }
        guard kind == .leftBrace else { throw unexpected() }
        try field(&values, &pieces, isTemplate: isTemplate, isNested: isNested)
    }

    /// `{expression[=][!conversion][:specification]}`
    ///
    /// `isNested`: in a format specification, where CPython 3.12.1 fails on `=` by mistake.
    private mutating func field(
        _ values: inout List, _ pieces: inout List, isTemplate: Bool, isNested: Bool
    ) throws(Stop) {
        let start = self.start
        advance()
        let expressionStart = tokens[index - 1].end
        let value = try fieldExpression()
        var expressionEnd = previousEnd
        var flags = NodeFlags()
        if accept(.equal) {
            if isNested && version == .v3_12 {
                throw fail(at: start, "field 'value' is required for Constant")
            }
            flags.insert(.selfDocumenting)
            expressionEnd = tokens[index].start
        }
        var conversion: UInt8 = 0
        if kind == .exclamation { conversion = try self.conversion() }
        var specification: UInt32 = 0
        if kind == .colon {
            let specificationStart = self.start
            advance()
            var parts = List()
            var text = List()
            while kind == .fstringMiddle || kind == .leftBrace {
                try part(&parts, &text, isTemplate: false, isNested: true)
            }
            // 3.12 has an empty text after an expression at the end.
            if version == .v3_12 && parts.first != 0 && text.first == 0 {
                append(make(.stringPart, self.start, self.start, flags: .bare), to: &text)
            }
            flush(&text, into: &parts)
            specification = make(.joinedStr, specificationStart, previousEnd, a: parts.first)
        }
        guard kind == .rightBrace else {
            throw fieldError(flags, conversion, specification)
        }
        advance()
        if flags.contains(.selfDocumenting) && !isTemplate {
            append(make(.stringPart, expressionStart, expressionEnd, flags: .bare), to: &pieces)
        }
        flush(&pieces, into: &values)
        append(
            make(
                isTemplate ? .interpolation : .formattedValue, start, previousEnd, a: value, b: specification,
                c: expressionStart, d: expressionEnd, detail: conversion, flags: flags),
            to: &values)
    }

    private mutating func fieldError(_ flags: NodeFlags, _ conversion: UInt8, _ specification: UInt32) -> Stop {
        if kind == .error || kind == .end || version < .v3_12 { return unexpected() }
        let expected =
            specification != 0
            ? "'}'"
            : conversion != 0
                ? "':' or '}'"
                : flags.contains(.selfDocumenting) ? "'!', or ':', or '}'" : "'=', or '!', or ':', or '}'"
        return fail(at: start, "f-string: expecting \(expected)")
    }

    private mutating func fieldExpression() throws(Stop) -> UInt32 {
        // Before PEP 701 the text between the braces was parsed in parentheses.
        if version < .v3_12 { return try groupContents(from: start) }
        switch kind {
        case .rightBrace, .exclamation, .colon, .equal:
            let found: Character = kind == .rightBrace ? "}" : kind == .exclamation ? "!" : kind == .colon ? ":" : "="
            throw fail(at: start, "f-string: valid expression required before '\(found)'")
        case .yield: return try yieldExpression()
        default: return try starExpressions()
        }
    }

    private mutating func conversion() throws(Stop) -> UInt8 {
        let mark = tokens[index]
        advance()
        guard kind == .name else {
            throw fail(
                at: mark.start,
                kind == .colon || kind == .rightBrace
                    ? "f-string: missing conversion character" : "f-string: invalid conversion character")
        }
        let name = tokens[index]
        if name.start != mark.end {
            throw fail(at: name.start, "f-string: conversion type must come right after the exclamation mark")
        }
        let letter = text[Int(name.start)]
        guard name.end == name.start + 1,
            letter == UInt8(ascii: "s") || letter == UInt8(ascii: "r") || letter == UInt8(ascii: "a")
        else {
            throw fail(at: name.start, "f-string: invalid conversion character: expected 's', 'r', or 'a'")
        }
        advance()
        return letter
    }
}
