import CanonFacts

/// `from a import X` where all names of the statement move to one module.
struct ImportEdits {
    let tree: PythonTree
    let order: RewriteOrder

    func add(to edits: inout SourceEdits) {
        for node in tree.nodes where node.kind == .importFrom && node.c == 0 && node.a != 0 {
            let module = tree.string(tree[node.a].start, tree[node.a].end)
            var targets: [(Node, String)] = []
            for id in tree.list(node.b) {
                let alias = tree[id]
                guard let target = order.moves["\(module).\(tree.string(tree[alias.a].start, tree[alias.a].end))"]
                else {
                    targets = []
                    break
                }
                targets.append((alias, target))
            }
            let modules = Set(targets.map { $0.1.split(separator: ".").dropLast().joined(separator: ".") })
            guard modules.count == 1, let only = modules.first else { continue }
            edits.replace(tree[node.a].start, tree[node.a].end, with: only)
            for (alias, target) in targets {
                let name = tree[alias.a]
                let old = tree.string(name.start, name.end)
                let new = String(target.split(separator: ".").last ?? "")
                guard new != old else { continue }
                edits.replace(name.start, name.end, with: alias.b == 0 ? "\(new) as \(old)" : new)
            }
        }
    }
}
