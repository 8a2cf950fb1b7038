import CanonFacts

/// Takes names out of the top of a file: definitions, aliases and imports that nothing needs any more.
struct Removal {
    private var file: FileRewriting
    private let names: Set<String>
    private var removedImports: [Int: Set<Int>] = [:]
    private var removedStatements: Set<UInt32> = []
    private(set) var removed: Set<String> = []

    init(of names: Set<String>, from tree: PythonTree, _ order: RewriteOrder) {
        file = FileRewriting(tree: tree, order: order, alsoWanted: names)
        self.names = names
    }

    var edits: SourceEdits { file.edits }
    var left: [Rewriting.Left] { file.left }
    var renamed: [String: String] { file.renamed }

    mutating func run() {
        for name in names.sorted() { remove(name) }
        for (index, places) in removedImports.sorted(by: { $0.key < $1.key }) {
            let statement = file.imports[index]
            if places.count == statement.names.count {
                remove(statement: statement.node)
            } else {
                file.remove(places, from: statement)
            }
        }
        removeExports()
    }

    private mutating func remove(_ name: String) {
        let bindings = file.scopes.bindings(of: name, in: 0)
        guard let first = bindings.first else { return }
        var uses = file.scopes.references(to: name, boundIn: 0)
        if case .definition(let node) = first.kind, bindings.count == 1 {
            let range = file.tree[node].start..<file.tree[node].end
            uses.removeAll { range.contains($0.start) }
            if uses.isEmpty {
                remove(statement: node)
                removed.insert(name)
            } else {
                replace(node, name, uses)
            }
            return
        }
        guard uses.isEmpty, !file.scopes.isDeclared(name) else {
            let use = uses.first
            file.leave(use?.start ?? first.start, use?.end ?? first.end, because: "its own file uses it")
            return
        }
        for binding in bindings {
            switch binding.kind {
            case .imported(let statement, let place): removedImports[statement, default: []].insert(place)
            case .alias, .placeholder: break
            default:
                file.leave(first.start, first.end, because: "it is bound in more than one way")
                return
            }
        }
        for binding in bindings {
            if case .imported = binding.kind { continue }
            remove(statement: binding.statement)
        }
        removed.insert(name)
    }

    /// The file itself uses what goes: an import takes the place of the definition.
    private mutating func replace(_ node: UInt32, _ name: String, _ uses: [NameScopes.Reference]) {
        guard let target = file.order.moves["\(file.order.module).\(name)"], let (module, new) = target.moduleAndName
        else {
            file.leave(uses[0].start, uses[0].end, because: "its own file uses it")
            return
        }
        let isFree = name == new || file.canBind(new, to: target, insteadOf: name, in: 0)
        if isFree, isImported(new, before: node) {
            remove(statement: node)
        } else {
            let range = lines(of: node)
            file.edits.replace(
                range.start, range.code, with: "from \(module) import \(new)" + (isFree ? "" : " as \(name)"))
        }
        if isFree, name != new {
            for use in uses { file.edits.replace(use.start, use.parts[0].end, with: new) }
            file.renamed[name] = new
        }
        removed.insert(name)
    }

    /// Whether the top of the file has imported a name by then, in no block of its own.
    private func isImported(_ name: String, before node: UInt32) -> Bool {
        let top = Set(file.tree.list(file.tree[file.tree.root].a).map(\.index))
        return file.scopes.bindings(of: name, in: 0).contains { binding in
            guard case .imported(let statement, _) = binding.kind else { return false }
            return top.contains(file.imports[statement].node) && binding.start < file.tree[node].start
        }
    }

    // MARK: Statements

    private mutating func remove(statement node: UInt32) {
        guard removedStatements.insert(node).inserted else { return }
        let range = lines(of: node)
        guard !isAloneInBlock(node), let lines = file.wholeLines(range.start, range.code) else {
            file.edits.replace(range.start, range.code, with: "pass")
            return
        }
        var end = lines.end
        // The blank lines behind a definition belong to it.
        let isDefinition = [.classDef, .functionDef, .asyncFunctionDef].contains(file.tree[node].kind)
        while isDefinition, let next = file.blankLine(at: end) { end = next }
        var start = lines.start
        // Nor is a file to end in blank lines.
        if Int(end) >= file.tree.text.count { start = file.startOfBlankLines(before: start) }
        file.edits.remove(start, end)
    }

    /// A statement with its decorators.
    private func lines(of node: UInt32) -> (start: UInt32, code: UInt32) {
        let item = file.tree[node]
        var start = item.start
        if [.classDef, .functionDef, .asyncFunctionDef].contains(item.kind) {
            for id in file.tree.list(file.tree[item.a].a) { start = min(start, file.tree[id].start) }
            if start < item.start {
                while start > 0, file.tree.text[Int(start)] != 0x40 { start -= 1 }
            }
        }
        return (start, item.end)
    }

    /// Whether a block would be empty without it.
    private func isAloneInBlock(_ node: UInt32) -> Bool {
        let tree = file.tree
        for (index, parent) in tree.nodes.enumerated() where index != tree.root.index {
            guard parent.kind.isStatement || parent.kind == .exceptHandler || parent.kind == .matchCase else {
                continue
            }
            for (bit, slot) in [parent.a, parent.b, parent.c, parent.d].enumerated()
            where parent.kind.shape.lists >> bit & 1 != 0 {
                let list = tree.list(slot).map(\.index)
                guard list.contains(node) else { continue }
                return list.allSatisfy { $0 == node || removedStatements.contains($0) }
            }
        }
        return false
    }

    // MARK: `__all__`

    private mutating func removeExports() {
        for literal in file.texts where file.isExports(literal.statement) {
            if let new = file.renamed[literal.value] {
                file.edits.replace(literal.start, literal.end, with: new)
            } else if removed.contains(literal.value) {
                file.removeElement(literal.start - 1, literal.end + 1)
            }
        }
    }
}

extension FileRewriting {
    /// The lines of a statement, when nothing else stands on them but a comment.
    func wholeLines(_ start: UInt32, _ end: UInt32) -> (start: UInt32, end: UInt32)? {
        var first = start
        while first > 0, isBlank(first - 1) { first -= 1 }
        guard first == 0 || tree.text[Int(first) - 1] == 0x0A else { return nil }
        var last = end
        while isBlank(last) { last += 1 }
        if tree.text[Int(last)] == 0x23 { while tree.text[Int(last)] != 0x0A { last += 1 } }
        guard tree.text[Int(last)] == 0x0A else { return nil }
        return (first, last + 1)
    }

    private func isBlank(_ index: UInt32) -> Bool {
        tree.text[Int(index)] == 0x20 || tree.text[Int(index)] == 0x09
    }

    /// Where the line behind an empty one starts; nil when the line is not empty.
    func blankLine(at start: UInt32) -> UInt32? {
        var index = start
        while Int(index) < tree.text.count, isBlank(index) { index += 1 }
        guard Int(index) < tree.text.count, tree.text[Int(index)] == 0x0A else { return nil }
        return index + 1
    }

    /// Where the blank lines before a line begin.
    func startOfBlankLines(before start: UInt32) -> UInt32 {
        var index = start
        while index > 1, tree.text[Int(index) - 1] == 0x0A, tree.text[Int(index) - 2] == 0x0A { index -= 1 }
        return index
    }

    /// Takes an element out of a list, with its comma.
    mutating func removeElement(_ start: UInt32, _ end: UInt32) {
        if let lines = ownLines(start, end) {
            edits.remove(lines.start, lines.end)
            return
        }
        var behind = end
        while isBlank(behind) { behind += 1 }
        if tree.text[Int(behind)] == 0x2C {
            behind += 1
            while isBlank(behind) { behind += 1 }
            edits.remove(start, behind)
            return
        }
        var before = start
        while before > 0, isBlank(before - 1) || tree.text[Int(before) - 1] == 0x0A { before -= 1 }
        if before > 0, tree.text[Int(before) - 1] == 0x2C { before -= 1 } else { before = start }
        edits.remove(before, end)
    }
}
