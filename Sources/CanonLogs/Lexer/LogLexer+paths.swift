extension LogLexer {
    /// Lexes a path at a slash, a tilde or a dot, or that byte alone.
    mutating func lexPath(_ start: Int) -> Int {
        if let after = path(start) {
            append(.hole())
            return after
        }
        append(.punctuation(bytes[start]))
        return start + 1
    }

    private func path(_ start: Int) -> Int? {
        if start > 0 {
            switch bytes[start - 1] {
            // What stands behind these goes on with a name or a closed group; it does not begin a path.
            case UInt8(ascii: "."), UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: ">"), UInt8(ascii: "/"),
                UInt8(ascii: "~"), UInt8(ascii: "-"):
                return nil
            default: if has(.name, at: start - 1) { return nil }
            }
        }
        var at = start
        while at < end, at < start + 2, bytes[at] == UInt8(ascii: ".") { at += 1 }
        if at == start, bytes[at] == UInt8(ascii: "~") { at += 1 }
        guard at + 1 < end, bytes[at] == UInt8(ascii: "/"), has(.path, at: at + 1) else { return nil }
        at += 1
        while has(.path, at: at) { at += 1 }
        if at < end, bytes[at] == UInt8(ascii: "/") {
            while at < end, has(.path, at: at) || bytes[at] == UInt8(ascii: "/") || bytes[at] == UInt8(ascii: ":") {
                at += 1
            }
        }
        if at < end, bytes[at] == UInt8(ascii: "?") {
            while at < end, !has(.space, at: at), bytes[at] != UInt8(ascii: "\""), bytes[at] != UInt8(ascii: "'") {
                at += 1
            }
        }
        return withoutTrailingMarks(start + 1, at)
    }

    /// Lexes a share (`\\host\share`), an escape that a program printed (`\n`, `\042`), or the backslash alone.
    mutating func lexBackslash(_ start: Int) -> Int {
        guard start + 1 < end else {
            append(.punctuation(bytes[start]))
            return start + 1
        }
        let next = bytes[start + 1]
        if next == bytes[start], start + 2 < end, !has(.stop, at: start + 2) {
            append(.hole())
            return withoutTrailingMarks(start + 2, untilStop(start + 2))
        }
        if next == UInt8(ascii: "0"), has(.digit, at: start + 2), has(.digit, at: start + 3) {
            if bytes[start + 2] == UInt8(ascii: "4"), bytes[start + 3] == UInt8(ascii: "2") {
                append(.punctuation(UInt8(ascii: "\"")))
            } else {
                leaveGap()
            }
            return start + 4
        }
        let isEscape = next == UInt8(ascii: "n") || next == UInt8(ascii: "r") || next == UInt8(ascii: "t")
        if isEscape, !(start + 2 < end && bytes[start + 2] &- UInt8(ascii: "a") < 26) {
            leaveGap()
            return start + 2
        }
        append(.punctuation(bytes[start]))
        return start + 1
    }

    func untilStop(_ start: Int) -> Int {
        var at = start
        while at < end, !has(.stop, at: at) { at += 1 }
        return at
    }

    /// A dot or a colon at the end of a value belongs to the sentence.
    func withoutTrailingMarks(_ start: Int, _ end: Int) -> Int {
        var end = end
        while end > start, bytes[end - 1] == UInt8(ascii: ".") || bytes[end - 1] == UInt8(ascii: ":") { end -= 1 }
        return end
    }
}
