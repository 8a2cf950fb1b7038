/// Finds the import statements of a tree.
enum ImportReading {
    static func statements(of tree: PythonTree, naming: ModuleNaming) -> [ImportStatement] {
        var statements: [ImportStatement] = []
        for (index, node) in tree.nodes.enumerated() where node.kind == .import || node.kind == .importFrom {
            statements.append(statement(UInt32(index), node, tree, naming))
        }
        return statements.sorted { $0.start < $1.start }
    }

    private static func statement(
        _ index: UInt32, _ node: Node, _ tree: PythonTree, _ naming: ModuleNaming
    ) -> ImportStatement {
        let isFrom = node.kind == .importFrom
        var names: [ImportStatement.Imported] = []
        for id in tree.list(isFrom ? node.b : node.a) {
            let alias = tree[id]
            let name = tree[alias.a]
            names.append(
                ImportStatement.Imported(
                    name: tree.identifier(name.start, name.end, flags: name.flags), nameStart: name.start,
                    nameEnd: name.end,
                    alias: alias.b == 0
                        ? nil : tree.identifier(tree[alias.b].start, tree[alias.b].end, flags: tree[alias.b].flags),
                    start: alias.start, end: alias.end))
        }
        var statement = ImportStatement(
            node: index, isFrom: isFrom, isStar: names.first?.name == "*", module: nil, level: Int(node.c),
            moduleStart: 0, moduleEnd: 0, names: names, scope: 0, start: node.start, end: node.end)
        guard isFrom else { return statement }
        var written = ""
        if node.a != 0 { written = tree.identifier(tree[node.a].start, tree[node.a].end, flags: tree[node.a].flags) }
        statement.module = naming.absolute(level: statement.level, name: written)
        // The dots may stand apart from each other and from the name: the range goes from the first one on.
        var start = node.start + 4
        while tree.text[Int(start)] != 0x2E, node.a == 0 || start < tree[node.a].start { start += 1 }
        statement.moduleStart = start
        statement.moduleEnd = node.a != 0 ? tree[node.a].end : lastDot(from: start, count: statement.level, tree)
        return statement
    }

    private static func lastDot(from start: UInt32, count: Int, _ tree: PythonTree) -> UInt32 {
        var index = start
        var left = count
        while left > 0 {
            if tree.text[Int(index)] == 0x2E { left -= 1 }
            index += 1
        }
        return index
    }
}
