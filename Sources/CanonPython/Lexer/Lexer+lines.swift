private import CCanonBytes

// Where lines begin, how far they are indented, and how they go on.
extension Lexer {
    /// A backslash: the line goes on in the next one, which must exist.
    mutating func skipContinuation() throws(Stop) {
        guard text[position + 1] == 0x0A else {
            throw failLayout(at: position + 1, "unexpected character after line continuation character")
        }
        guard position + 2 < limit else { throw failLayout(at: position + 1, "unexpected EOF while parsing") }
        position += 2
    }

    /// Reads the blanks at the start of lines, up to a line that holds more than blanks and a comment.
    @inline(__always)
    mutating func readIndentation() throws(Stop) {
        let text = UnsafePointer(self.text)
        var at = position
        while true {
            let line = at
            if text[at] == 0x20 { at &+= canon_space_length(text + at) }
            switch classes[Int(text[at])] {
            case .newline: at &+= 1
            case .comment: at &+= canon_until(text + at, 0x0A, 0x0A, 0x0A)
            case .blank, .backslash, .end:
                position = line
                try readUnusualIndentation()
                firstOfLine = tokens.count
                return
            default:
                position = at
                let column = at &- line
                let current = indents[indents.count &- 1]
                if column != current.column || column != current.alternative { try indent(to: column, column) }
                firstOfLine = tokens.count
                return
            }
        }
    }

    /// The same where a line begins with tabs, form feeds or a backslash, or the text ends.
    private mutating func readUnusualIndentation() throws(Stop) {
        let text = self.text
        while true {
            var column = 0
            var alternative = 0
            var continued = 0
            var isContinued = false
            var at = position
            scanning: while true {
                switch text[at] {
                case 0x20:
                    let length = canon_space_length(UnsafePointer(text + at))
                    column += length
                    alternative += length
                    at += length
                case 0x09:
                    column = (column / 8 + 1) * 8
                    alternative += 1
                    at += 1
                case 0x0C:
                    column = 0
                    alternative = 0
                    at += 1
                case 0x5C where version >= .v3_9:
                    // The first backslash decides how far the line is indented; in 3.9 such a line has no indentation.
                    if continued == 0 { continued = column }
                    isContinued = true
                    position = at
                    try skipContinuation()
                    at = position
                default:
                    break scanning
                }
            }
            if text[at] == 0x23 { at += canon_until(UnsafePointer(text + at), 0x0A, 0x0A, 0x0A) }
            position = at
            if text[at] == 0x0A {
                position = at + 1
                continue
            }
            if isContinued && version == .v3_9 { return }
            if at < limit {
                try indent(to: continued == 0 ? column : continued, continued == 0 ? alternative : continued)
            }
            return
        }
    }

    private mutating func indent(to column: Int, _ alternative: Int) throws(Stop) {
        let current = indents[indents.count - 1]
        if column == current.column {
            if alternative != current.alternative { throw inconsistentTabs() }
        } else if column > current.column {
            if indents.count >= Self.maximumIndents { throw failLayout(at: position, "too many levels of indentation") }
            if alternative <= current.alternative { throw inconsistentTabs() }
            indents.append(Indent(column: column, alternative: alternative))
            emitLayout(.indent, position, position)
        } else {
            while indents.count > 1 && column < indents[indents.count - 1].column {
                indents.count -= 1
                emitLayout(.dedent, position, position)
                hashes.endBlock(at: UInt32(truncatingIfNeeded: position))
            }
            let outer = indents[indents.count - 1]
            if column != outer.column {
                throw failLayout(at: position, "unindent does not match any outer indentation level")
            }
            if alternative != outer.alternative { throw inconsistentTabs() }
        }
    }

    private mutating func inconsistentTabs() -> Stop {
        failLayout(at: position, "inconsistent use of tabs and spaces in indentation")
    }
}
