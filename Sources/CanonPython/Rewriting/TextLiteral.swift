/// A string literal that may name something of the program.
struct TextLiteral {
    enum Use {
        /// A positional argument of a call.
        case argument(Call)
        /// The module of `import_module("a.b").X`, with the attribute.
        case module(attribute: String, start: UInt32, end: UInt32)
        case other
    }

    struct Call {
        /// Its dotted text; empty when it has none.
        var callee: String
        var calleeEnd: UInt32
        /// Which argument this is.
        var index: Int
        /// The dotted text of the argument before it, when this is the second.
        var firstArgument: String?
        var firstStart: UInt32
        var firstEnd: UInt32
    }

    var value: String
    /// Without prefix and quotes.
    var start: UInt32
    var end: UInt32
    var scope: Int
    var statement: UInt32
    var use: Use

    /// The text of a literal that is written in one piece and without escapes; nil for others.
    static func plain(_ node: Node, _ tree: PythonTree) -> (value: String, start: UInt32, end: UInt32)? {
        guard node.kind == .constant, node.constant == .string, node.a == 0, !node.flags.contains(.escaped) else {
            return nil
        }
        var start = node.start
        while start < node.end, tree.text[Int(start)] != 0x22, tree.text[Int(start)] != 0x27 { start += 1 }
        guard start < node.end else { return nil }
        let quote = tree.text[Int(start)]
        let isTriple =
            node.end - start >= 6 && tree.text[Int(start) + 1] == quote && tree.text[Int(start) + 2] == quote
        let width: UInt32 = isTriple ? 3 : 1
        guard node.end >= start + 2 * width else { return nil }
        return (tree.string(start + width, node.end - width), start + width, node.end - width)
    }
}

/// Dotted names in a text that is an expression: `List[a.b.X]`.
enum DottedNames {
    static func all(in tree: PythonTree, _ start: UInt32, _ end: UInt32) -> [[NameScopes.Reference.Part]] {
        var names: [[NameScopes.Reference.Part]] = []
        var parts: [NameScopes.Reference.Part] = []
        var index = start
        func byte(_ index: UInt32) -> UInt8 { index < end ? tree.text[Int(index)] : 0 }
        while index < end {
            guard isStart(byte(index)) else {
                // A text in the text, of a `Literal`.
                if byte(index) == 0x22 || byte(index) == 0x27 {
                    let quote = byte(index)
                    index += 1
                    while index < end, byte(index) != quote { index += 1 }
                }
                // `f().x`, `a[0].x`: no name of a scope.
                if byte(index) == 0x2E || (0x30...0x39).contains(byte(index)) {
                    index += 1
                    while index < end, isPart(byte(index)) { index += 1 }
                    continue
                }
                index += 1
                continue
            }
            repeat {
                let first = index
                while index < end, isPart(byte(index)) { index += 1 }
                parts.append(.init(text: tree.string(first, index), start: first, end: index))
                guard byte(index) == 0x2E, isStart(byte(index + 1)) else { break }
                index += 1
            } while true
            names.append(parts)
            parts = []
        }
        return names
    }

    private static func isStart(_ byte: UInt8) -> Bool { isPart(byte) && !(0x30...0x39).contains(byte) }

    static func isPart(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x80...: true
        default: false
        }
    }
}

/// `# type: …` (PEP 484).
struct TypeComments {
    let tree: PythonTree
    let wanted: Set<String>

    func add(to found: inout NameScopes) {
        var end: UInt32 = 0
        for token in tree.tokens {
            if token.start > end { read(end, token.start, &found) }
            end = max(end, token.end)
        }
    }

    /// What lies between two tokens: blanks and comments.
    private func read(_ start: UInt32, _ end: UInt32, _ found: inout NameScopes) {
        var index = start
        while index < end {
            guard tree.text[Int(index)] == 0x23 else {
                index += 1
                continue
            }
            var stop = index
            while stop < end, tree.text[Int(stop)] != 0x0A { stop += 1 }
            var first = index + 1
            while first < stop, tree.text[Int(first)] == 0x20 { first += 1 }
            let mark = Array("type:".utf8)
            if Int(stop - first) > mark.count, tree.bytes(first, first + UInt32(mark.count)).elementsEqual(mark) {
                let names = DottedNames.all(in: tree, first + UInt32(mark.count), stop)
                // `# type: ignore[name]` is for the checker alone.
                if names.first?.first?.text != "ignore" {
                    let scope = found.scope(at: index)
                    for parts in names where wanted.contains(parts[0].text) {
                        found.references.append(
                            NameScopes.Reference(parts: parts, scope: scope, isStore: false, isText: true))
                    }
                }
            }
            index = stop
        }
    }
}
