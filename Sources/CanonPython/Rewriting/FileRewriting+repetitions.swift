import CanonFacts

/// A name that an import statement binds, as an order leaves it.
struct ImportedObject: Hashable {
    /// nil: `import name`.
    var module: String?
    var name: String
    /// Behind `as`; nil: the name itself is bound.
    var alias: String?

    /// `import a.b`, which binds `a`.
    var isPlain: Bool { module == nil && alias == nil }

    /// The name that it binds.
    var local: String { alias ?? (module == nil ? String(name.prefix { $0 != "." }) : name) }

    /// The statement.
    var text: String { (module.map { "from \($0) " } ?? "") + "import \(name)" + (alias.map { " as \($0)" } ?? "") }
}

// Two statements of a file may come to say the same.
extension FileRewriting {
    /// An imported name as it is afterwards, in the order of the file.
    private struct Item {
        var object: ImportedObject
        var statement: Int
        /// Its place in the statement; nil: it is added behind that.
        var place: Int?
        var isChanged: Bool
    }

    /// Finds names that a statement imports although one before it, in the same block, has done so: they go when the order made one of
    /// the two what it is, and nothing binds the name to anything else between them.
    mutating func findRepetitions() {
        guard !importChanges.isEmpty || !moduleChanges.isEmpty || !additions.isEmpty, !scopes.isDynamic else { return }
        var groups: [ImportedObject: [Item]] = [:]
        for index in imports.indices {
            for item in items(of: index) { groups[item.object, default: []].append(item) }
        }
        groups = groups.filter { $0.value.count > 1 && $0.value.contains(where: \.isChanged) }
        guard !groups.isEmpty else { return }
        let blocks = importBlocks()
        for (object, items) in groups.sorted(by: { $0.key.text < $1.key.text }) where !scopes.isDeclared(object.local) {
            let byBlock = Dictionary(grouping: items) { blocks[imports[$0.statement].node] ?? 0 }
            for (_, items) in byBlock.sorted(by: { $0.key < $1.key }) { removeRepetitions(of: object, items) }
        }
    }

    private func items(of index: Int) -> [Item] {
        let statement = imports[index]
        var items: [Item] = []
        for (place, imported) in statement.names.enumerated() where !statement.isStar {
            if let change = importChanges[index]?[place] {
                let object = ImportedObject(module: change.module, name: change.name, alias: change.alias)
                items.append(Item(object: object, statement: index, place: place, isChanged: true))
            } else if !statement.isFrom || statement.module != nil {
                let module = statement.isFrom ? statement.module : nil
                let new = moduleChanges[index]?[place]
                let object = ImportedObject(module: module, name: new ?? imported.name, alias: imported.alias)
                items.append(Item(object: object, statement: index, place: place, isChanged: new != nil))
            }
        }
        for object in additions[index] ?? [] {
            items.append(Item(object: object, statement: index, place: nil, isChanged: true))
        }
        return items
    }

    private mutating func removeRepetitions(of object: ImportedObject, _ items: [Item]) {
        var first = items[0]
        for next in items.dropFirst() {
            // Within a statement, whoever writes it sees to that.
            guard first.statement != next.statement || next.place == nil, first.isChanged || next.isChanged else {
                first = next
                continue
            }
            if !isRebound(object, between: first, next) {
                if !drop(next) { first = next }
                continue
            }
            // What stands between may be a star, which gives names without saying so. What was added before it is not needed yet.
            if first.place == nil, isFollowedByImports(first.statement, until: next.statement) { _ = drop(first) }
            first = next
        }
    }

    /// Whether a name may mean something else between two statements.
    private func isRebound(_ object: ImportedObject, between first: Item, _ next: Item) -> Bool {
        let scope = imports[first.statement].scope
        let range = imports[first.statement].end..<max(imports[first.statement].end, imports[next.statement].start)
        let isStarred = imports.indices.contains {
            imports[$0].isStar && imports[$0].scope == scope
                && (range.contains(imports[$0].start) || ($0 == next.statement && next.place == nil))
        }
        return isStarred
            || scopes.bindings(of: object.local, in: scope).contains { binding in
                range.contains(binding.start) && !(object.isPlain && isPlainImport(binding))
            }
    }

    /// Whether nothing but import statements stands between two of them, so that no code of the file runs there.
    private func isFollowedByImports(_ first: Int, until last: Int) -> Bool {
        var end = imports[first].end
        for index in (first + 1)...last {
            guard tree.isBlankOrComment(end, imports[index].start) else { return false }
            end = imports[index].end
        }
        return true
    }

    /// Takes an imported name out; false when it shares its lines with other code.
    private mutating func drop(_ item: Item) -> Bool {
        guard let place = item.place else {
            additions[item.statement]?.removeAll { $0 == item.object }
            return true
        }
        let statement = imports[item.statement]
        let count = (repeated[item.statement]?.count ?? 0) + 1
        if count == statement.names.count, wholeLines(statement.start, statement.end) == nil { return false }
        // What is added stands behind something.
        if count == statement.names.count, additions[item.statement]?.isEmpty == false { return false }
        repeated[item.statement, default: []].insert(place)
        return true
    }

    /// The block that each import statement is part of, by their nodes.
    private func importBlocks() -> [UInt32: UInt64] {
        var blocks: [UInt32: UInt64] = [:]
        for (index, parent) in tree.nodes.enumerated() {
            for (bit, slot) in [parent.a, parent.b, parent.c, parent.d].enumerated()
            where parent.kind.shape.lists >> bit & 1 != 0 {
                for id in tree.list(slot) where [.import, .importFrom].contains(tree[id].kind) {
                    blocks[id.index] = UInt64(index) << 2 | UInt64(bit)
                }
            }
        }
        return blocks
    }
}

extension PythonTree {
    /// Whether a stretch of the text between statements holds no code.
    fileprivate func isBlankOrComment(_ start: UInt32, _ end: UInt32) -> Bool {
        var index = Int(start)
        while index < Int(end) {
            switch text[index] {
            case 0x23: while index < Int(end), text[index] != 0x0A { index += 1 }
            case 0x20, 0x09, 0x0A, 0x0C, 0x3B: index += 1
            default: return false
            }
        }
        return true
    }
}
