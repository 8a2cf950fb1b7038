extension Lexer {
    /// The digits that `int` accepts by default (`sys.int_info.default_max_str_digits`).
    static let maximumDigits = 4300

    /// A number. `start` is at a digit, or at a dot before one.
    mutating func scanNumber(from start: Int) throws(Stop) {
        var at = start
        if text[at] == UInt8(ascii: "0") {
            switch text[at + 1] | 0x20 {
            case UInt8(ascii: "x"): return try scanRadix(from: start, "hexadecimal") { isHexadecimal($0) }
            case UInt8(ascii: "o"): return try scanRadix(from: start, "octal") { $0 &- 0x30 < 8 }
            case UInt8(ascii: "b"): return try scanRadix(from: start, "binary") { $0 &- 0x30 < 2 }
            default: break
            }
        }
        var isInteger = true
        if text[at] != UInt8(ascii: ".") { try skipDigits(&at) }
        if text[at] == UInt8(ascii: ".") {
            isInteger = false
            at += 1
            if isDigit(text[at]) { try skipDigits(&at) }
        }
        if text[at] | 0x20 == UInt8(ascii: "e") {
            let sign = text[at + 1] == UInt8(ascii: "+") || text[at + 1] == UInt8(ascii: "-")
            if isDigit(text[at + (sign ? 2 : 1)]) {
                isInteger = false
                at += sign ? 2 : 1
                try skipDigits(&at)
            } else if sign {
                throw fail(at: at, "invalid decimal literal")
            }
        }
        if text[at] | 0x20 == UInt8(ascii: "j") {
            at += 1
            try endNumber(start, at, "imaginary")
            return
        }
        if isInteger { try checkInteger(start, at) }
        try endNumber(start, at, "decimal")
    }

    /// A decimal integer: no zeros in front, and not too many digits.
    private mutating func checkInteger(_ start: Int, _ end: Int) throws(Stop) {
        if text[start] == UInt8(ascii: "0") {
            if (start..<end).contains(where: { text[$0] != UInt8(ascii: "0") && text[$0] != UInt8(ascii: "_") }) {
                throw fail(
                    at: start,
                    "leading zeros in decimal integer literals are not permitted; "
                        + "use an 0o prefix for octal integers")
            }
        } else if end - start > Self.maximumDigits,
            (start..<end).count(where: { text[$0] != UInt8(ascii: "_") }) > Self.maximumDigits
        {
            throw fail(
                at: start,
                "Exceeds the limit (\(Self.maximumDigits) digits) for integer string conversion - "
                    + "Consider hexadecimal for huge integer literals to avoid decimal conversion limits.")
        }
    }

    private mutating func scanRadix(
        from start: Int, _ name: String, isDigit accepts: (UInt8) -> Bool
    ) throws(Stop) {
        var at = start + 2
        repeat {
            if text[at] == UInt8(ascii: "_") { at += 1 }
            guard accepts(text[at]) else { throw invalidDigit(at, name) }
            while accepts(text[at]) { at += 1 }
        } while text[at] == UInt8(ascii: "_")
        if name != "hexadecimal" && isDigit(text[at]) { throw invalidDigit(at, name) }
        try endNumber(start, at, name)
    }

    private mutating func invalidDigit(_ at: Int, _ name: String) -> Stop {
        if name != "hexadecimal" && isDigit(text[at]) {
            return fail(at: at, "invalid digit '\(Character(Unicode.Scalar(text[at])))' in \(name) literal")
        }
        return fail(at: at, "invalid \(name) literal")
    }

    private mutating func skipDigits(_ at: inout Int) throws(Stop) {
        while true {
            while isDigit(text[at]) { at += 1 }
            guard text[at] == UInt8(ascii: "_") else { return }
            at += 1
            guard isDigit(text[at]) else { throw fail(at: at - 1, "invalid decimal literal") }
        }
    }

    /// Emits a number, and refuses a letter right behind it: from 3.10 on, other than that of a keyword that may follow.
    private mutating func endNumber(_ start: Int, _ end: Int, _ name: String) throws(Stop) {
        let next = text[end]
        if version >= .v3_10 && (isLetter(next) || isDigit(next) || next == UInt8(ascii: "_")) {
            var follows = false
            for word in ["and", "else", "for", "if", "in", "is", "or", "not"] as [StaticString] {
                if (0..<word.utf8CodeUnitCount).allSatisfy({ text[end + $0] == word.utf8Start[$0] }) { follows = true }
            }
            if !follows { throw fail(at: end - 1, "invalid \(name) literal") }
        }
        emit(.number, start, end)
        position = end
    }

    @inline(__always)
    func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    @inline(__always)
    func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }
}

@inline(__always)
func isHexadecimal(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 6 }
