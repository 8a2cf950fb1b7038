extension PythonTree {
    /// The tree as `ast.dump` of its version prints it, on one line. (For 3.8 in the shape and format of 3.9.)
    ///
    /// - Parameter attributes: with the positions of nodes, as `ast.dump(tree, include_attributes=True)`.
    public func dump(attributes: Bool = false) -> String {
        print(root.index) { printer, id in printer.dump(id, attributes: attributes) }
    }

    /// The tree as one JSON object: `{"type": "Module", "body": [...]}`, nodes with `lineno`, `col_offset`, `end_lineno`,
    /// `end_col_offset`. Numbers, bytes and `...` are objects with one key (`int`, `float`, `complex`, `bytes`, `ellipsis`).
    public func json() -> String {
        print(root.index) { printer, id in printer.json(id) }
    }

    /// Prints depth first with a stack of its own: a tree may be deeper than the thread's stack.
    private func print(_ id: UInt32, expand: (inout TreePrinter, UInt32) -> Void) -> String {
        var printer = TreePrinter(tree: self)
        printer.pieces = [.node(id)]
        while let piece = printer.pieces.popLast() {
            switch piece {
            case .text(let text): printer.output += text
            case .node(let id):
                printer.expansion.removeAll(keepingCapacity: true)
                expand(&printer, id)
                printer.pieces.append(contentsOf: printer.expansion.reversed())
            }
        }
        return printer.output
    }
}

private struct TreePrinter {
    enum Piece {
        case text(String)
        case node(UInt32)
    }

    let tree: PythonTree
    var output = ""
    var pieces: [Piece] = []
    /// What the node under way is made of, in order.
    var expansion: [Piece] = []

    // MARK: ast.dump

    mutating func dump(_ id: UInt32, attributes: Bool) {
        if id == 0 || tree[id].kind == .none {
            expansion.append(.text("None"))
            return
        }
        let node = tree.printed(id)
        expansion.append(.text(node.name + "("))
        var isFirst = true
        func separate(_ name: String) {
            expansion.append(.text((isFirst ? "" : ", ") + name + "="))
            isFirst = false
        }
        for field in node.fields {
            if omits(field.value) { continue }
            separate(field.name)
            dump(field.value)
        }
        if node.hasPosition && attributes {
            let (start, end) = (tree.position(of: node.start), tree.position(of: node.end))
            separate("lineno")
            expansion.append(
                .text(
                    "\(start.line), col_offset=\(start.column), end_lineno=\(end.line), end_col_offset=\(end.column)"))
        }
        expansion.append(.text(")"))
    }

    /// Absent children are not printed; since 3.13 empty lists are not either.
    private func omits(_ value: PrintedNode.Value) -> Bool {
        switch value {
        case .optional(let id): id == 0
        case .name(let name): name == nil
        case .list(let ids): ids.isEmpty && tree.version >= .v3_13
        case .names(let names): names.isEmpty && tree.version >= .v3_13
        default: false
        }
    }

    private mutating func dump(_ value: PrintedNode.Value) {
        switch value {
        case .node(let id), .optional(let id): expansion.append(.node(id))
        case .list(let ids):
            expansion.append(.text("["))
            for (index, id) in ids.enumerated() {
                if index > 0 { expansion.append(.text(", ")) }
                expansion.append(.node(id))
            }
            expansion.append(.text("]"))
        case .names(let names):
            let reader = LiteralReader(tree: tree)
            let quoted = names.map { reader.repr($0.unicodeScalars.map(\.value)) }
            expansion.append(.text("[" + quoted.joined(separator: ", ") + "]"))
        case .name(let name):
            expansion.append(.text(LiteralReader(tree: tree).repr((name ?? "").unicodeScalars.map(\.value))))
        case .symbol(let name): expansion.append(.text(name + "()"))
        case .symbols(let names):
            expansion.append(.text("[" + names.map { $0 + "()" }.joined(separator: ", ") + "]"))
        case .number(let number): expansion.append(.text("\(number)"))
        case .constant(let python, _): expansion.append(.text(python))
        }
    }

    // MARK: JSON

    mutating func json(_ id: UInt32) {
        if id == 0 || tree[id].kind == .none {
            expansion.append(.text("null"))
            return
        }
        let node = tree.printed(id)
        expansion.append(.text("{\"type\":\"\(node.name)\""))
        for field in node.fields {
            expansion.append(.text(",\"\(field.name)\":"))
            json(field.value)
        }
        if node.hasPosition {
            let (start, end) = (tree.position(of: node.start), tree.position(of: node.end))
            expansion.append(
                .text(
                    ",\"lineno\":\(start.line),\"col_offset\":\(start.column),\"end_lineno\":\(end.line)"
                        + ",\"end_col_offset\":\(end.column)"))
        }
        expansion.append(.text("}"))
    }

    private mutating func json(_ value: PrintedNode.Value) {
        switch value {
        case .node(let id), .optional(let id): expansion.append(.node(id))
        case .list(let ids):
            expansion.append(.text("["))
            for (index, id) in ids.enumerated() {
                if index > 0 { expansion.append(.text(",")) }
                expansion.append(.node(id))
            }
            expansion.append(.text("]"))
        case .names(let names):
            expansion.append(.text("[" + names.map { JSONText.quoted($0) }.joined(separator: ",") + "]"))
        case .name(let name): expansion.append(.text(name.map { JSONText.quoted($0) } ?? "null"))
        case .symbol(let name): expansion.append(.text("\"\(name)\""))
        case .symbols(let names):
            expansion.append(.text("[" + names.map { "\"\($0)\"" }.joined(separator: ",") + "]"))
        case .number(let number): expansion.append(.text("\(number)"))
        case .constant(_, let json): expansion.append(.text(json))
        }
    }
}
