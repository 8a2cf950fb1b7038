import CanonFacts

/// Reads the calls of a tree with the names of their arguments.
struct CallReading {
    let tree: PythonTree

    func calls() -> [CallShape] {
        var awaited: Set<UInt32> = []
        for node in tree.nodes where node.kind == .await { awaited.insert(node.a) }
        var calls: [CallShape] = []
        for (index, node) in tree.nodes.enumerated() where node.kind == .call {
            guard let callee = callee(node.a) else { continue }
            let place = tree.position(of: node.start)
            var shape = CallShape(line: place.line, column: place.column, callee: callee)
            shape.isAwaited = awaited.contains(UInt32(index))
            for (place, id) in tree.list(node.b).enumerated() {
                let argument = tree[id]
                if argument.kind == .starred { shape.spreadsPositional = true } else { shape.positional += 1 }
                if place == 0 { shape.firstReference = self.callee(id.index) }
                if place == 1 { shape.secondText = TextLiteral.plain(argument, tree)?.value }
            }
            for id in tree.list(node.c) {
                let keyword = tree[id]
                if keyword.b == 0 {
                    shape.spreadsKeywords = true
                } else {
                    shape.keywords.append(tree.string(keyword.start, keyword.b))
                }
            }
            shape.text = text(node)
            calls.append(shape)
        }
        return calls
    }

    /// `a.b.c` or `super().c`
    private func callee(_ node: UInt32) -> String? {
        var parts: [String] = []
        var current = tree[node]
        while current.kind == .attribute {
            parts.append(tree.string(current.b, current.end))
            current = tree[current.a]
        }
        if current.kind == .name {
            parts.append(tree.string(current.start, current.end))
        } else if current.kind == .call, tree[current.a].kind == .name,
            tree.string(tree[current.a].start, tree[current.a].end) == "super"
        {
            parts.append("super()")
        } else {
            return nil
        }
        return parts.reversed().joined(separator: ".")
    }

    private static let longestText = 100

    private func text(_ node: Node) -> String {
        let words = tree.string(node.start, min(node.end, node.start + 400)).split {
            $0 == " " || $0 == "\n" || $0 == "\t"
        }
        let text = words.joined(separator: " ")
        return text.count <= Self.longestText ? text : text.prefix(Self.longestText - 1) + "…"
    }
}
