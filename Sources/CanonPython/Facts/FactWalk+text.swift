internal import CanonFacts

// Names and texts of the source.
extension FactWalk {
    /// Longer expressions are cut: a text is for people and for comparing, the stream has the facts.
    static let longestText = 300
    static let longestLiteral = 300

    /// The name of a range that is an identifier, or a dotted one.
    mutating func name(_ start: UInt32, _ end: UInt32) -> Name {
        let bytes = tree.bytes(start, end)
        guard !isASCII, bytes.contains(where: { $0 >= 0x80 }) else { return facts.names.intern(bytes) }
        // Two spellings may be one name (PEP 3131).
        return facts.names.intern(tree.identifier(start, end, flags: .notASCII))
    }

    mutating func identifier(_ node: UInt32) -> Name {
        guard node != 0 else { return .none }
        let node = tree[node]
        guard node.flags.contains(.spaced) else { return name(node.start, node.end) }
        return facts.names.intern(tree.identifier(node.start, node.end, flags: [.spaced, .notASCII]))
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
        return scratch.withUnsafeBufferPointer { facts.names.intern($0) }
    }

    /// `a.b.c` as one name, when the expression is a name or attributes of one.
    ///
    /// - Returns: the dotted name, and the node of the `Name` that it starts with.
    mutating func dotted(_ index: UInt32) -> (name: Name, root: UInt32)? {
        guard index != 0 else { return nil }
        var root = index
        // Parts that follow each other with nothing but a dot between them are the text itself.
        var isPlain = true
        while tree[root].kind == .attribute {
            let attribute = tree[root]
            let value = tree[attribute.a]
            if value.end + 1 != attribute.b || value.start != attribute.start { isPlain = false }
            root = attribute.a
        }
        guard tree[root].kind == .name else { return nil }
        let node = tree[index]
        guard !isPlain else { return (name(node.start, node.end), root) }
        // In parentheses the name may start before the attribute's range does: `(a).b`.
        return (squeezed(min(node.start, tree[root].start), node.end), root)
    }

    /// The text of an expression, on one line.
    mutating func text(_ index: UInt32) -> Name {
        guard index != 0 else { return .none }
        let node = tree[index]
        let end = min(node.end, node.start + UInt32(Self.longestText))
        let bytes = tree.bytes(node.start, end)
        guard bytes.contains(0x0A) || bytes.last ?? 0 >= 0x80 else { return facts.names.intern(bytes) }
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
        return scratch.withUnsafeBufferPointer { facts.names.intern($0) }
    }

    /// The value of a literal text; nil when the node is none, is too long, or has escapes that would have to be decoded.
    mutating func literal(_ index: UInt32) -> Name? {
        guard index != 0 else { return nil }
        let node = tree[index]
        guard node.kind == .constant, node.constant == .string, !node.flags.contains(.escaped),
            Int(node.end - node.start) <= Self.longestLiteral
        else { return nil }
        guard node.a != 0 else {
            guard let content = Self.content(of: tree.bytes(node.start, node.end)) else { return nil }
            return facts.names.intern(content)
        }
        scratch.removeAll(keepingCapacity: true)
        for part in tree.list(node.a) {
            let part = tree[part]
            guard !part.flags.contains(.escaped), !part.flags.contains(.bare),
                let content = Self.content(of: tree.bytes(part.start, part.end))
            else { return nil }
            scratch.append(contentsOf: content)
        }
        return scratch.withUnsafeBufferPointer { facts.names.intern($0) }
    }

    /// A literal that may name something: short and without blanks, as messages for people are not.
    mutating func mention(_ index: UInt32) -> Name? {
        let node = tree[index]
        guard node.kind == .constant, node.constant == .string, node.end - node.start <= 120,
            !tree.bytes(node.start, node.end).contains(0x20)
        else { return nil }
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
    func lastPart<Result>(of name: Name, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        facts.names.withUTF8(of: name) { text in
            let start = text.lastIndex(of: 0x2E).map { $0 + 1 } ?? 0
            return body(UnsafeBufferPointer(rebasing: text[start...]))
        }
    }

    func isText(_ name: Name, _ text: StaticString) -> Bool {
        facts.names.withUTF8(of: name) {
            $0.elementsEqual(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
        }
    }

    func source(_ index: UInt32, is text: StaticString) -> Bool {
        let node = tree[index]
        return tree.bytes(node.start, node.end)
            .elementsEqual(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Whether all bytes are ASCII, eight at a time.
    static func isASCII(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let raw = UnsafeRawBufferPointer(text)
        var seen: UInt64 = 0
        var offset = 0
        while offset + 8 <= raw.count {
            seen |= raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            offset += 8
        }
        while offset < raw.count {
            seen |= UInt64(raw[offset])
            offset += 1
        }
        return seen & 0x8080_8080_8080_8080 == 0
    }

    /// Whether a body starts with a text of its own.
    func isDocstring(_ body: UInt32) -> Bool {
        guard body != 0, tree[body].kind == .expr else { return false }
        let value = tree[tree[body].a]
        return value.kind == .constant && value.constant == .string
    }
}
