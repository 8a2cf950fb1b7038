/// Why a file does not parse: the one error to show.
///
/// CPython's order: an error of the tokenizer, wherever it stands, unless it concerns the layout of lines; a bracket never
/// closed, where the parser got beyond its line; a known mistake of the grammar; "invalid syntax" at the token that does not
/// fit.
extension Grammar {
    func rootCause(_ lexer: borrowing Lexer) -> SyntaxProblem {
        let token = tokens[index]
        // An indentation that nothing asked for goes before everything.
        if kind == .indent, let problem { return problem }
        if let found = lexer.problem, kind == .error || !lexer.isLayoutProblem { return found }
        if lexer.brackets.count > 0 {
            let bracket = lexer.brackets[lexer.brackets.count - 1]
            let isBeyond = (Int(bracket.offset)..<max(Int(token.start), Int(bracket.offset))).contains {
                text[$0] == 0x0A
            }
            if kind == .error || isBeyond {
                let opening = Character(Unicode.Scalar(bracket.opening))
                return SyntaxProblem(offset: Int(bracket.offset), message: "'\(opening)' was never closed")
            }
        }
        if let problem { return problem }
        switch kind {
        case .name, .number, .string, .fstringStart:
            if let hint = pythonTwo() { return hint }
        default: break
        }
        return SyntaxProblem(offset: Int(token.start), message: "invalid syntax")
    }

    /// `print x` and `exec x`: calls since Python 3.
    private func pythonTwo() -> SyntaxProblem? {
        guard index > 0 else { return nil }
        let previous = tokens[index - 1]
        guard previous.kind == .name, previous.flags & NameFlags.statementOnce != 0 else { return nil }
        let name = text[Int(previous.start)] == UInt8(ascii: "p") ? "print" : "exec"
        return SyntaxProblem(
            offset: Int(previous.start), message: "Missing parentheses in call to '\(name)'. Did you mean \(name)(...)?"
        )
    }

    /// A block without its colon.
    ///
    /// `isForced`: after this nothing else could stand, whatever is there.
    mutating func missingColon(isForced: Bool) -> Stop {
        if version < .v3_10 || kind == .error { return unexpected() }
        if isForced { return fail(at: start, "expected ':'") }
        if kind == .equal { return fail(at: start, "invalid syntax. Maybe you meant '==' or ':=' instead of '='?") }
        if kind == .newline || kind == .end { return fail(at: start, "expected ':'") }
        return unexpected()
    }

    /// An element of a bracket is followed neither by a comma nor by the bracket's end.
    mutating func missingComma() -> Stop {
        guard version >= .v3_10 else { return unexpected() }
        switch kind {
        case .equal where tokens[index - 1].kind != .comma:
            return fail(at: tokens[index - 1].start, "invalid syntax. Maybe you meant '==' or ':=' instead of '='?")
        case .name, .number, .string, .fstringStart, .tstringStart, .none, .true, .false:
            switch tokens[index - 1].kind {
            case .name, .number, .string, .fstringEnd, .rightParen, .rightBracket, .rightBrace, .none, .true, .false:
                return fail(at: tokens[index - 1].start, "invalid syntax. Perhaps you forgot a comma?")
            default: return unexpected()
            }
        default: return unexpected()
        }
    }
}
