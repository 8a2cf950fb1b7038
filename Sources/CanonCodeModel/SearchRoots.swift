internal import CanonFacts

/// Finds the folders in which absolute imports start.
struct SearchRoots {
    let tree: ModuleTree
    let files: [CodeFile]
    let summaries: [FileSummary]

    struct Root {
        var node: UInt32
        var path: String
    }

    /// - Parameter given: paths; when there are none, the tree itself and the `src` folders that imports go through.
    func find(_ given: [String]) -> [Root] {
        guard given.isEmpty else {
            return given.compactMap { path in node(path).map { Root(node: $0, path: path) } }
        }
        return [Root(node: 0, path: "")] + layouts()
    }

    private func node(_ path: String) -> UInt32? {
        var node: UInt32 = 0
        for part in path.split(separator: "/") where part != "." {
            node = tree.folder(of: node, TextKey(String(part)))
            if node == ModuleTree.none { return nil }
        }
        return node
    }

    /// `src` folders that are no packages, when more imports name what is in them than name `src`.
    private func layouts() -> [Root] {
        let source = TextKey("src" as StaticString)
        let candidates = tree.nodes.indices.filter {
            tree.nodes[$0].component == source && tree.isNamespace(UInt32($0))
        }
        guard !candidates.isEmpty else { return [] }
        var through = [Int](repeating: 0, count: candidates.count)
        var naming = 0
        for (index, summary) in summaries.enumerated() {
            let facts = files[index].facts
            for statement in summary.imports where statement.kind != .dynamic {
                let event = facts.events[Int(statement.event)]
                guard event.kind == .importModule || event.count == 0 else { continue }
                let key = facts.names.rootKey(of: event.kind == .importModule ? event.name : event.linkedName)
                if key == source { naming += 1 }
                guard tree.child(of: 0, key) == ModuleTree.none else { continue }
                for (place, candidate) in candidates.enumerated()
                where tree.child(of: UInt32(candidate), key) != ModuleTree.none {
                    through[place] += 1
                }
            }
        }
        return candidates.indices.filter { through[$0] > naming }.map { place in
            Root(node: UInt32(candidates[place]), path: tree.path(of: UInt32(candidates[place])))
        }
    }
}

extension ModuleTree {
    /// The folder of a node, relative to the tree.
    func path(of node: UInt32) -> String {
        var parts: [String] = []
        var node = node
        while node != 0, node != Self.none {
            parts.append(nodes[Int(node)].text)
            node = nodes[Int(node)].parent
        }
        return parts.reversed().joined(separator: "/")
    }
}
