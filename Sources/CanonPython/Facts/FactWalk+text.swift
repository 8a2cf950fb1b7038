private import CCanonBytes
internal import CanonFacts

// Names and texts of the source.
extension FactWalk {
    /// Longer expressions are cut: a text is for people and for comparing, the stream has the facts.
    private static let longestText = 300
    private static let longestLiteral = 300

    /// The name of a range that is an identifier, or a dotted one.
    @inline(__always)
    mutating func name(_ start: UInt32, _ end: UInt32) -> Name {
        guard let plain = plain(start, end) else { return normalizedName(start, end) }
        return names.intern(padded: plain, count: Int(end - start))
    }

    /// The name of a range, when something was called that before.
    @inline(__always)
    mutating func lookUp(_ start: UInt32, _ end: UInt32) -> Name {
        guard let plain = plain(start, end) else { return normalizedName(start, end) }
        return names.find(padded: plain, count: Int(end - start))
    }

    /// The bytes of a range, when they are ASCII. The text has padding behind it.
    @inline(__always)
    private mutating func plain(_ start: UInt32, _ end: UInt32) -> UnsafePointer<UInt8>? {
        guard let base = tree.text.baseAddress else { return nil }
        let bytes = base + Int(start)
        return isASCII || canon_is_ascii(bytes, Int(end - start)) ? bytes : nil
    }

    /// Two spellings may be one name (PEP 3131).
    @inline(never)
    private mutating func normalizedName(_ start: UInt32, _ end: UInt32) -> Name {
        names.intern(tree.identifier(start, end, flags: .notASCII))
    }

    mutating func identifier(_ node: UInt32) -> Name {
        guard node != 0 else { return .none }
        let node = tree[node]
        guard node.flags.contains(.spaced) else { return name(node.start, node.end) }
        return names.intern(tree.identifier(node.start, node.end, flags: [.spaced, .notASCII]))
    }

    /// A range without its blanks, line breaks and comments: `a . b` is `a.b`.
    private mutating func squeezed(_ start: UInt32, _ end: UInt32) -> Name {
        scratch.removeAll(keepingCapacity: true)
        var inComment = false
        for byte in tree.bytes(start, end) {
            switch byte {
            case 0x23: inComment = true
            case 0x0A: inComment = false
            case 0x20, 0x09, 0x0C, 0x5C, 0x28, 0x29: break
            default: if !inComment { scratch.append(byte) }
            }
        }
        return names.intern(scratch)
    }

    /// `a.b.c` as one name, when the expression is a name or attributes of one.
    ///
    /// - Returns: the dotted name, and the node of the `Name` that it starts with.
    @inline(__always)
    mutating func dotted(_ index: UInt32) -> (name: Name, root: UInt32)? {
        let node = tree[index]
        if node.kind == .name { return (name(node.start, node.end), index) }
        guard node.kind == .attribute else { return nil }
        let (root, isPlain) = root(of: index)
        guard tree[root].kind == .name else { return nil }
        return (dottedName(index, root: root, isPlain: isPlain), root)
    }

    /// What attributes are attributes of.
    ///
    /// - Returns: also whether the parts follow each other with nothing but a dot between them.
    mutating func root(of attribute: UInt32) -> (node: UInt32, isPlain: Bool) {
        var root = attribute
        var isPlain = true
        while tree[root].kind == .attribute {
            let outer = tree[root]
            let value = tree[outer.a]
            if value.end + 1 != outer.b || value.start != outer.start { isPlain = false }
            root = outer.a
        }
        return (root, isPlain)
    }

    mutating func dottedName(_ index: UInt32, root: UInt32, isPlain: Bool) -> Name {
        let node = tree[index]
        guard !isPlain else { return name(node.start, node.end) }
        // In parentheses the name may start before the attribute's range does: `(a).b`.
        return squeezed(min(node.start, tree[root].start), node.end)
    }

    /// The text of an expression, on one line.
    mutating func text(_ index: UInt32) -> Name {
        guard index != 0 else { return .none }
        let node = tree[index]
        let end = min(node.end, node.start + UInt32(Self.longestText))
        let bytes = tree.bytes(node.start, end)
        guard let base = bytes.baseAddress, let last = bytes.last else { return .none }
        guard last >= 0x80 || bytes.contains(0x0A) else { return names.intern(padded: base, count: bytes.count) }
        scratch.removeAll(keepingCapacity: true)
        var isBlank = false
        for byte in bytes {
            if byte == 0x0A || byte == 0x20 || byte == 0x09 {
                isBlank = true
                continue
            }
            if isBlank, !scratch.isEmpty, scratch.last != 0x28, scratch.last != 0x5B { scratch.append(0x20) }
            isBlank = false
            scratch.append(byte)
        }
        // Not in the middle of a character.
        if end < node.end {
            while let last = scratch.last, last & 0xC0 == 0x80 { scratch.removeLast() }
            if let last = scratch.last, last >= 0xC0 { scratch.removeLast() }
        }
        return names.intern(scratch)
    }

    /// The value of a literal text; nil when the node is none, is too long, or holds a surrogate.
    mutating func literal(_ index: UInt32) -> Name? {
        guard index != 0 else { return nil }
        let node = tree[index]
        guard node.kind == .constant, node.constant == .string, Int(node.end - node.start) <= Self.longestLiteral
        else { return nil }
        guard !node.flags.contains(.escaped), node.a == 0 else { return decodedLiteral(node) }
        guard let content = Self.content(of: tree.bytes(node.start, node.end)) else { return nil }
        guard let base = content.baseAddress else { return Name.none }
        return names.intern(padded: base, count: content.count)
    }

    /// A text of several literals, or with escapes.
    private mutating func decodedLiteral(_ node: Node) -> Name? {
        // A piece of an f-string is no literal.
        if node.a != 0, tree[node.a].flags.contains(.bare) { return nil }
        var result = ""
        for scalar in LiteralReader(tree: tree).characters(of: node) {
            guard let scalar = Unicode.Scalar(scalar) else { return nil }
            result.unicodeScalars.append(scalar)
        }
        return names.intern(result)
    }

    /// A literal that may name something: short, without blanks and backslashes, as messages and patterns are not.
    @inline(__always)
    mutating func mention(_ index: UInt32) -> Name? {
        let node = tree[index]
        guard node.kind == .constant, node.constant == .string, node.end - node.start <= 120 else { return nil }
        return shortLiteral(index, node)
    }

    private mutating func shortLiteral(_ index: UInt32, _ node: Node) -> Name? {
        guard !tree.bytes(node.start, node.end).contains(where: { $0 == 0x20 || $0 == 0x5C }) else { return nil }
        return literal(index)
    }

    /// What is between the quotes of a literal.
    private static func content(of literal: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8>? {
        guard let quote = literal.firstIndex(where: { $0 == 0x22 || $0 == 0x27 }) else { return nil }
        let isTriple =
            literal.count >= quote + 6 && literal[quote + 1] == literal[quote] && literal[quote + 2] == literal[quote]
        let length = isTriple ? 3 : 1
        guard literal.count >= quote + 2 * length else { return nil }
        return UnsafeBufferPointer(rebasing: literal[(quote + length)..<(literal.count - length)])
    }

    /// The last part of a dotted name: `deque` of `collections.deque`.
    mutating func lastPart<Result>(of name: Name, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        names.withUTF8(of: name) { text in
            var start = text.count
            while start > 0, text[start - 1] != 0x2E { start -= 1 }
            return body(UnsafeBufferPointer(rebasing: text[start...]))
        }
    }

    mutating func isText(_ name: Name, _ text: StaticString) -> Bool {
        names.withUTF8(of: name) { Self.equals($0, text) }
    }

    mutating func source(_ index: UInt32, is text: StaticString) -> Bool {
        let node = tree[index]
        return Self.equals(tree.bytes(node.start, node.end), text)
    }

    @inline(__always)
    static func equals(_ bytes: UnsafeBufferPointer<UInt8>, _ text: StaticString) -> Bool {
        bytes.count == text.utf8CodeUnitCount
            && bytes.elementsEqual(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Whether a body starts with a text of its own.
    mutating func isDocstring(_ body: UInt32) -> Bool {
        guard body != 0, tree[body].kind == .expr else { return false }
        let value = tree[tree[body].a]
        return value.kind == .constant && value.constant == .string
    }
}
