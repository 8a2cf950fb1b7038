import CanonFacts

// Import statements as they are written.
extension FileRewriting {
    /// Star imports give names without saying so: those that are used and give way are imported by themselves.
    mutating func rewriteStars() {
        for (index, statement) in imports.enumerated() where statement.isStar {
            guard let module = statement.module, let names = order.moves.byModule[module] else { continue }
            for (name, target) in names.sorted(by: { $0.key < $1.key }) {
                let uses = scopes.references.filter {
                    $0.root == name && scopes.resolve(name, from: $0.scope) == nil
                }
                guard !uses.isEmpty, let (module, new) = target.moduleAndName else { continue }
                let isRenamed =
                    name != new && !order.heldNames.contains(name)
                    && scopes.bindings(of: new, in: 0).isEmpty && !scopes.isDynamic
                    && !scopes.references.contains { $0.root == new }
                    && !scopes.scopes.contains { $0.bound.contains(new) }
                let alias = isRenamed || name == new ? nil : name
                add(ImportedObject(module: module, name: new, alias: alias), behind: index)
                guard isRenamed else { continue }
                for use in uses { edits.replace(use.start, use.parts[0].end, with: new) }
                renamed[name] = new
            }
        }
    }

    /// Writes what ``importChanges``, ``moduleChanges``, ``repeated`` and ``additions`` say.
    mutating func writeImports() {
        for index in imports.indices {
            let statement = imports[index]
            let repeated = repeated[index] ?? []
            if repeated.count == statement.names.count {
                // Never without lines of its own: see findRepetitions.
                if let lines = wholeLines(statement.start, statement.end) { edits.remove(lines.start, lines.end) }
            } else if statement.isFrom {
                write((importChanges[index] ?? [:]).filter { !repeated.contains($0.key) }, without: repeated, index)
            } else {
                for (place, module) in moduleChanges[index] ?? [:] where !repeated.contains(place) {
                    edits.replace(statement.names[place].nameStart, statement.names[place].nameEnd, with: module)
                }
                remove(repeated, from: statement)
            }
            for object in additions[index] ?? [] { insert(object.text, behind: index) }
        }
    }

    private mutating func write(_ changes: [Int: ImportChange], without repeated: Set<Int>, _ index: Int) {
        guard !changes.isEmpty || !repeated.isEmpty else { return }
        let statement = imports[index]
        let home = statement.module ?? ""
        let places = changes.keys.sorted()
        // Names that go to one module go together; the statement itself goes with the first of them when nothing stays.
        let stays = statement.names.indices.contains {
            !repeated.contains($0) && (changes[$0] == nil || changes[$0]?.module == home)
        }
        let first = stays ? home : changes[places[0]]!.module
        if first != home {
            edits.replace(
                statement.moduleStart, statement.moduleEnd, with: naming.written(first, level: statement.level))
        }
        var seen: Set<String> = []
        var removed = repeated
        for place in statement.names.indices {
            guard let change = changes[place], change.module == first else { continue }
            let text = Self.text(change)
            // Two old names may have become one.
            guard seen.insert(text).inserted, !isListed(change, besides: changes, statement) else {
                removed.insert(place)
                continue
            }
            write(change, over: statement.names[place])
        }
        var others: [String: [String]] = [:]
        var order: [String] = []
        for place in places {
            guard let change = changes[place], change.module != first else { continue }
            removed.insert(place)
            if others[change.module] == nil { order.append(change.module) }
            if others[change.module]?.contains(Self.text(change)) != true {
                others[change.module, default: []].append(Self.text(change))
            }
        }
        remove(removed, from: statement)
        for module in order {
            let written = naming.written(module, level: statement.level)
            insert("from \(written) import \(others[module]!.joined(separator: ", "))", behind: index)
        }
    }

    /// Whether the statement imports that very name already.
    private func isListed(_ change: ImportChange, besides changes: [Int: ImportChange], _ statement: ImportStatement)
        -> Bool
    {
        guard change.module == statement.module, change.alias == nil else { return false }
        return statement.names.indices.contains {
            changes[$0] == nil && statement.names[$0].name == change.name && statement.names[$0].alias == nil
        }
    }

    private static func text(_ change: ImportChange) -> String {
        change.name + (change.alias.map { " as \($0)" } ?? "")
    }

    /// Changes only the tokens that differ.
    private mutating func write(_ change: ImportChange, over imported: ImportStatement.Imported) {
        if change.name != imported.name { edits.replace(imported.nameStart, imported.nameEnd, with: change.name) }
        switch (imported.alias, change.alias) {
        case (nil, let alias?): edits.insert(" as \(alias)", at: imported.end)
        case (.some, nil): edits.remove(imported.nameEnd, imported.end)
        default: break
        }
    }

    // MARK: Names that leave a statement

    mutating func remove(_ places: Set<Int>, from statement: ImportStatement) {
        let names = statement.names
        guard !places.isEmpty, places.count < names.count else { return }
        var place = 0
        while place < names.count {
            guard places.contains(place) else {
                place += 1
                continue
            }
            var last = place
            while last + 1 < names.count, places.contains(last + 1) { last += 1 }
            if let lines = ownLines(names[place].start, names[last].end) {
                edits.remove(lines.start, lines.end)
            } else if last + 1 < names.count {
                edits.remove(names[place].start, names[last + 1].start)
            } else {
                edits.remove(names[place - 1].end, names[last].end)
            }
            place = last + 1
        }
    }

    /// The lines of some names, when nothing else stands on them but a comma and a comment.
    func ownLines(_ start: UInt32, _ end: UInt32) -> (start: UInt32, end: UInt32)? {
        var first = start
        while first > 0, tree.text[Int(first) - 1] == 0x20 || tree.text[Int(first) - 1] == 0x09 { first -= 1 }
        guard first > 0, tree.text[Int(first) - 1] == 0x0A else { return nil }
        var last = skipBlanks(end)
        if tree.text[Int(last)] == 0x2C { last = skipBlanks(last + 1) }
        if tree.text[Int(last)] == 0x23 { while tree.text[Int(last)] != 0x0A { last += 1 } }
        guard tree.text[Int(last)] == 0x0A else { return nil }
        return (first, last + 1)
    }

    private func skipBlanks(_ start: UInt32) -> UInt32 {
        var index = start
        while tree.text[Int(index)] == 0x20 || tree.text[Int(index)] == 0x09 { index += 1 }
        return index
    }

    // MARK: Statements that come in

    /// On a line of its own, where the statement has one; else behind a semicolon.
    private mutating func insert(_ text: String, behind index: Int) {
        let statement = imports[index]
        var first = statement.start
        while first > 0, tree.text[Int(first) - 1] == 0x20 || tree.text[Int(first) - 1] == 0x09 { first -= 1 }
        var end = skipBlanks(statement.end)
        if tree.text[Int(end)] == 0x23 { while tree.text[Int(end)] != 0x0A { end += 1 } }
        let isAlone = (first == 0 || tree.text[Int(first) - 1] == 0x0A) && tree.text[Int(end)] == 0x0A
        if isAlone {
            edits.insert("\n" + tree.string(first, statement.start) + text, at: end)
        } else {
            edits.insert("; " + text, at: statement.end)
        }
    }
}
