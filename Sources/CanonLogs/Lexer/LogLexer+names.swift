extension LogLexer {
    /// Names joined by dots, hyphens and dollar signs, between two slashes.
    private struct Segment {
        var start: Int
        var end: Int
        var hash: UInt64 = 0
        var names = 0
        var hasValue = false
        var hasNumbered = false
        var hasDot = false
        var lastConnector: UInt8 = 0
        var first: Range<Int> = 0..<0
        var last: Range<Int> = 0..<0

        @inline(__always)
        init(at start: Int) { (self.start, end) = (start, start) }
    }

    /// Lexes names and what joins them: `node-17`, `a.b.C$D`, `x/y`, `ns1.example.com`, `user@host.org`, `https://…`, `C:\…`.
    @inline(__always)
    mutating func lexName(_ start: Int) -> Int {
        let name = scanName(start)
        // Most names stand alone.
        if name.end == end || flags[Int(bytes[name.end])].isDisjoint(with: .joint) {
            append(token(start, name.end, name.hash, kind(of: name, start)))
            return name.end
        }
        return lexJoined(start)
    }

    private mutating func lexJoined(_ start: Int) -> Int {
        if has(.hexadecimal, at: start), let after = colonGroups(start) {
            append(.hole())
            return after
        }
        var at = start
        var slashes = 0
        var hasValue = false
        var head = Segment(at: start)
        var segment = Segment(at: start)
        while true {
            at = addName(at, to: &segment)
            guard at < end else { break }
            let connector = bytes[at]
            var next = at + 1
            switch connector {
            case UInt8(ascii: "."), UInt8(ascii: "$"), UInt8(ascii: "/"): break
            case UInt8(ascii: "-"): while next < end, bytes[next] == connector { next += 1 }
            default: next = end
            }
            guard has(.name, at: next) else { break }
            if connector == UInt8(ascii: "/") {
                if slashes == 0 { head = segment }
                slashes += 1
                let kind = kind(of: segment)
                hasValue = hasValue || kind == .hole || kind == .dotted
                segment = Segment(at: next)
            } else {
                segment.hash = mix(segment.hash, UInt64(connector) + UInt64(next - at))
                segment.lastConnector = connector
                if connector == UInt8(ascii: ".") { segment.hasDot = true }
            }
            at = next
        }
        if slashes == 0, at < end, let after = lexMarked(start, at) {
            append(.hole())
            return after
        }
        let kind = kind(of: segment)
        if slashes == 0 {
            append(token(segment.start, segment.end, segment.hash, kind))
        } else if slashes >= 2 || hasValue || kind == .hole || kind == .dotted {
            append(.hole())
        } else {
            append(token(head.start, head.end, head.hash, self.kind(of: head)))
            append(.punctuation(UInt8(ascii: "/")))
            append(token(segment.start, segment.end, segment.hash, kind))
        }
        return at
    }

    /// Letters and digits.
    private struct Name {
        var end: Int
        var hash: UInt64
        /// The flags that all of its bytes have, and that any of them has.
        var all: ByteFlags
        var any: ByteFlags
    }

    @inline(__always)
    private func scanName(_ start: Int) -> Name {
        var name = Name(end: start, hash: 0xCBF2_9CE4_8422_2325, all: ByteFlags(rawValue: .max), any: [])
        while name.end < end {
            let byte = bytes[name.end]
            let flag = flags[Int(byte)]
            if flag.isDisjoint(with: .name) { break }
            name.all.formIntersection(flag)
            name.any.formUnion(flag)
            name.hash = (name.hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
            name.end += 1
        }
        return name
    }

    @inline(__always)
    private func kind(of name: Name, _ start: Int) -> TokenKind {
        let length = name.end - start
        if !name.any.contains(.digit) {
            return (length >= 8 && name.all.contains(.hexadecimal)) || length > Self.wordLimit ? .hole : .word
        }
        return name.any.contains(.letter) ? kindOfMixed(start, name.end) : .hole
    }

    /// A name of letters and digits.
    private func kindOfMixed(_ start: Int, _ end: Int) -> TokenKind {
        let digits = slice(start, end).count(where: { flags[Int($0)].contains(.digit) })
        if digits <= 3, has(.letter, at: start), Vocabulary.namesWithDigits.contains(slice(start, end)) { return .word }
        return digits == 1 && has(.digit, at: end - 1) && lettersOnly(start, end - 1) ? .numbered : .hole
    }

    /// Adds the letters and digits at `start` to the segment. Returns the offset after them.
    @inline(__always)
    private func addName(_ start: Int, to segment: inout Segment) -> Int {
        let name = scanName(start)
        switch kind(of: name, start) {
        case .hole: segment.hasValue = true
        case .numbered: segment.hasNumbered = true
        default: break
        }
        if segment.names == 0 { segment.first = start..<name.end }
        segment.last = start..<name.end
        segment.names += 1
        segment.end = name.end
        segment.hash = segment.names == 1 ? name.hash : mix(segment.hash, name.hash)
        return name.end
    }

    private func lettersOnly(_ start: Int, _ end: Int) -> Bool {
        end - start <= Self.wordLimit
            && slice(start, end).allSatisfy { $0 != UInt8(ascii: "_") && flags[Int($0)].contains(.letter) }
    }

    @inline(__always)
    private func kind(of segment: Segment) -> TokenKind {
        if segment.hasValue { return .hole }
        if segment.names == 1 { return segment.hasNumbered ? .numbered : .word }
        if segment.lastConnector == UInt8(ascii: ".") {
            let last = slice(segment.last.lowerBound, segment.last.upperBound)
            let isHostOrFile = Vocabulary.fileExtensions.contains(last) || Vocabulary.topLevelDomains.contains(last)
            if isHostOrFile, !Vocabulary.rootLabels.contains(slice(segment.first.lowerBound, segment.first.upperBound))
            {
                return .hole
            }
        }
        if segment.end - segment.start > 4 * Self.wordLimit { return .hole }
        return segment.hasDot ? .dotted : segment.hasNumbered ? .numbered : .word
    }

    @inline(__always)
    private func token(_ start: Int, _ end: Int, _ hash: UInt64, _ kind: TokenKind) -> LogToken {
        if kind == .hole { return .hole() }
        return LogToken(
            hash: hash, start: UInt32(truncatingIfNeeded: start), length: UInt32(truncatingIfNeeded: end - start),
            kind: kind, byte: 0)
    }

    /// The offset after groups of hexadecimal digits joined by colons at `start`: a time, a MAC or IPv6 address.
    private func colonGroups(_ start: Int) -> Int? {
        if start > 0, bytes[start - 1] == UInt8(ascii: ":") { return nil }
        var at = start
        var groups = 0
        var accepted: Int?
        while true {
            let group = at
            while at - group < 4, has(.hexadecimal, at: at) { at += 1 }
            if at == group || has(.name, at: at) { break }
            groups += 1
            if groups >= 3 { accepted = at }
            guard at < end, bytes[at] == UInt8(ascii: ":") else { break }
            at += 1
            if at < end, bytes[at] == UInt8(ascii: ":") { at += 1 }
        }
        return accepted
    }

    /// Takes back `name+` in front of an address that goes on with a tag: `name+tag@example.org`.
    private mutating func dropTagged() {
        while count >= 2, tokens[count - 1].kind == .punctuation, tokens[count - 1].byte == UInt8(ascii: "+"),
            tokens[count - 2].kind != .space, tokens[count - 2].kind != .punctuation
        {
            removeLast(2)
        }
    }

    /// The offset after a URL, an e-mail address or a Windows path whose first name is `start..<nameEnd`.
    private mutating func lexMarked(_ start: Int, _ nameEnd: Int) -> Int? {
        switch bytes[nameEnd] {
        case UInt8(ascii: ":"):
            guard nameEnd + 2 < end, has(.letter, at: start) else { return nil }
            if bytes[nameEnd + 1] == UInt8(ascii: "/"), bytes[nameEnd + 2] == UInt8(ascii: "/") {
                return withoutTrailingMarks(nameEnd + 3, untilStop(nameEnd + 3))
            }
            if nameEnd == start + 1, bytes[nameEnd + 1] == UInt8(ascii: "\\") {
                return withoutTrailingMarks(nameEnd + 2, untilStop(nameEnd + 2))
            }
            return nil
        case UInt8(ascii: "@"):
            // A domain has at least one dot.
            var at = nameEnd + 1
            var dotted = false
            guard has(.name, at: at) else { return nil }
            while at < end {
                if has(.name, at: at) || bytes[at] == UInt8(ascii: "-") {
                    at += 1
                } else if bytes[at] == UInt8(ascii: "."), has(.name, at: at + 1) {
                    dotted = true
                    at += 1
                } else {
                    break
                }
            }
            if dotted { dropTagged() }
            return dotted ? at : nil
        default: return nil
        }
    }
}
