import CanonFacts

// Texts that name something.
extension FileRewriting {
    /// `patch("a.b.X")`, `"a.b.X.method"`, `import_module("a.b").X`
    mutating func rewriteTexts() {
        for literal in texts where !edits.covers(literal.start, literal.end) {
            if case .module(let attribute, let start, let end) = literal.use {
                guard let target = order.moves["\(literal.value).\(attribute)"],
                    let (module, name) = target.moduleAndName
                else { continue }
                edits.replace(literal.start, literal.end, with: module)
                if name != attribute { edits.replace(start, end, with: name) }
                continue
            }
            if let name = attributeOfConsumer(literal) {
                edits.replace(literal.start, literal.end, with: name)
                continue
            }
            guard literal.value.utf8.contains(UInt8(ascii: ".")), isDotted(literal.value),
                let (old, new, rest) = order.moves.beginning(of: literal.value)
            else { continue }
            let target = order.texts[old] ?? new
            guard target != old else { continue }
            edits.replace(literal.start, literal.end, with: target + rest)
        }
    }

    /// `patch.object(consumer, "X")`, where the consumer goes on using it under another name.
    private func attributeOfConsumer(_ literal: TextLiteral) -> String? {
        guard case .argument(let call) = literal.use, call.index == 1, let first = call.firstArgument else {
            return nil
        }
        let parts = first.split(separator: ".", maxSplits: 1).map(String.init)
        guard let scope = scopes.resolve(parts[0], from: literal.scope) else { return nil }
        for binding in scopes.bindings(of: parts[0], in: scope) {
            guard case .imported(let statement, let place) = binding.kind else { continue }
            let imported = imports[statement].names[place]
            let root =
                !imports[statement].isFrom && imported.alias == nil ? imported.local : imports[statement].target(place)
            guard let root else { continue }
            let module = ([root] + parts.dropFirst()).joined(separator: ".")
            guard let target = order.texts["\(module).\(literal.value)"], target.hasPrefix(module + ".") else {
                continue
            }
            let name = String(target.dropFirst(module.count + 1))
            return name == literal.value ? nil : name
        }
        return nil
    }

    private func isDotted(_ text: String) -> Bool {
        text.utf8.allSatisfy { DottedNames.isPart($0) || $0 == 0x2E }
    }

    /// `__all__` names what the file has.
    mutating func rewriteExports() {
        guard !renamed.isEmpty else { return }
        for literal in texts {
            guard let new = renamed[literal.value], isExports(literal.statement) else { continue }
            edits.replace(literal.start, literal.end, with: new)
        }
    }

    /// Whether a statement sets or extends `__all__`.
    func isExports(_ statement: UInt32) -> Bool {
        func isAll(_ node: UInt32) -> Bool { node != 0 && tree.string(tree[node].start, tree[node].end) == "__all__" }
        let node = tree[statement]
        switch node.kind {
        case .assign: return tree.list(node.a).contains { isAll($0.index) }
        case .augAssign, .annAssign: return isAll(node.a)
        case .expr where tree[node.a].kind == .call:
            let callee = tree[tree[node.a].a]
            return callee.kind == .attribute && isAll(callee.a)
        default: return false
        }
    }
}
