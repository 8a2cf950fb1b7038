package import Yams

/// One node of a YAML file, with the key path that messages name it by. Reading it notes what is wrong and goes on.
package struct ManifestNode {
    package let node: Node
    package let key: String
    /// Of the key, where there is one: where messages about the whole entry point.
    package let line: Int

    package init(_ node: Node, key: String, line: Int? = nil) {
        self.node = node
        self.key = key
        self.line = line ?? node.mark?.line ?? 1
    }

    /// A key with nothing behind it.
    package var isNothing: Bool {
        if case .scalar(let scalar) = node {
            scalar.style == .plain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
        } else {
            false
        }
    }

    package var described: String {
        switch node {
        case .scalar(let scalar):
            isNothing ? "nothing" : "\"\(scalar.string.count <= 60 ? scalar.string : scalar.string.prefix(59) + "…")\""
        case .sequence: "a list"
        case .mapping: "a mapping"
        case .alias: "an alias"
        }
    }
}

/// What is wrong with a file, collected while it is read.
package struct ManifestProblems {
    package let path: String
    package private(set) var all: [ManifestProblem] = []

    package init(path: String) { self.path = path }

    package mutating func add(_ node: Node, _ message: String) {
        let place = node.mark.map { "\(path):\($0.line):\($0.column)" } ?? path
        all.append(ManifestProblem(place: place, message: message))
    }

    package mutating func mismatch(_ node: ManifestNode, expected: String, hint: String? = nil) {
        add(node.node, "\(node.key): found \(node.described), expected \(expected)" + (hint.map { "; \($0)" } ?? ""))
    }

    // MARK: Values

    /// The members of a mapping by their key. Unknown keys are told with the nearest known one.
    package mutating func members(of node: ManifestNode, known: [String]) -> [String: ManifestNode] {
        var members: [String: ManifestNode] = [:]
        for (name, member) in freeMembers(of: node) {
            guard known.contains(name) else {
                let hint = NearestName.of(name, among: known).map { "did you mean \"\($0)\"?" }
                add(
                    member.keyNode,
                    "unknown key \"\(name)\" in \(node.key); \(hint ?? "known here: " + known.joined(separator: ", "))")
                continue
            }
            members[name] = member.value
        }
        return members
    }

    /// The members of a mapping whose keys are names of one's own, in the order of the file.
    package mutating func freeMembers(of node: ManifestNode) -> [(name: String, (keyNode: Node, value: ManifestNode))] {
        if node.isNothing { return [] }
        guard case .mapping(let mapping) = node.node else {
            mismatch(node, expected: "a mapping")
            return []
        }
        return mapping.compactMap { key, value in
            guard case .scalar(let scalar) = key, !scalar.string.isEmpty else {
                add(key, "\(node.key): a key must be a name")
                return nil
            }
            let path = node.key.isEmpty ? scalar.string : "\(node.key).\(scalar.string)"
            return (scalar.string, (key, ManifestNode(value, key: path, line: key.mark?.line)))
        }
    }

    package mutating func elements(of node: ManifestNode, expected: String) -> [ManifestNode] {
        if node.isNothing { return [] }
        guard case .sequence(let sequence) = node.node else {
            mismatch(node, expected: expected)
            return []
        }
        return sequence.enumerated().map { ManifestNode($1, key: "\(node.key)[\($0)]") }
    }

    package mutating func text(_ node: ManifestNode?, expected: String) -> Manifest.Entry<String>? {
        guard let node else { return nil }
        guard case .scalar(let scalar) = node.node, !node.isNothing, !scalar.string.isEmpty else {
            mismatch(node, expected: expected)
            return nil
        }
        return Manifest.Entry(scalar.string, line: node.node.mark?.line ?? node.line)
    }

    package mutating func texts(_ node: ManifestNode?, expected: String) -> [Manifest.Entry<String>] {
        guard let node else { return [] }
        return elements(of: node, expected: expected).compactMap { text($0, expected: "text") }
    }

    package mutating func flag(_ node: ManifestNode?) -> Bool {
        guard let node else { return false }
        guard case .scalar(let scalar) = node.node, scalar.style == .plain, ["true", "false"].contains(scalar.string)
        else {
            mismatch(node, expected: "true or false")
            return false
        }
        return scalar.string == "true"
    }

    package mutating func number(_ node: ManifestNode?, in range: ClosedRange<Int>) -> Int? {
        guard let node else { return nil }
        guard case .scalar(let scalar) = node.node, scalar.style == .plain, let number = Int(scalar.string),
            range.contains(number)
        else {
            mismatch(node, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }
}
