internal import CanonFacts

// Names as code within classes and functions sees them.
extension Graph {
    /// - Parameters:
    ///   - scope: the declaration whose code reads the name; `FileFacts.noIndex` at the top of the file.
    ///   - limit: what the scope itself binds from this event on does not count (a class sees what was bound before it).
    func link(
        ofParts keys: [TextKey], inFile file: UInt32, scope: UInt32, beforeEvent limit: UInt32 = .max,
        _ search: inout Search
    ) -> Link {
        guard let first = keys.first else { return .unresolved(.unknownName) }
        var link = self.link(first, inFile: file, scope: scope, beforeEvent: limit, &search)
        for key in keys.dropFirst() { link = attribute(key, of: link, &search) }
        return link
    }

    func link(
        _ key: TextKey, inFile file: UInt32, scope: UInt32, beforeEvent limit: UInt32 = .max, _ search: inout Search
    ) -> Link {
        guard search.depth < Search.deepest else { return .unresolved(.cycle) }
        if let swift, isSwift(file) { return link(key, inSwiftFile: file, scope: scope, swift, &search) }
        let facts = facts(file)
        var scope = scope
        var isInner = true
        while scope != FileFacts.noIndex {
            let declaration = facts.declarations[Int(scope)]
            // The names of a class body are seen by the body alone, not by its methods.
            if declaration.kind != .class || isInner {
                if let link = local(key, inFile: file, declaration: scope, beforeEvent: limit, &search) { return link }
            }
            isInner = false
            scope = declaration.parent
        }
        if limit != .max {
            // The last binding in front of the statement, when there is one.
            let summary = summaries[Int(file)]
            if let slot = summary.slot(key) {
                let earlier = summary.bindings(of: slot).last { summary.bindings[Int($0)].event < limit }
                if let earlier, let link = named(key, inFile: file, before: earlier + 1, &search) { return link }
            }
        }
        return link(key, inFile: file, &search)
    }

    /// What a function or class body binds itself.
    func local(
        _ key: TextKey, inFile file: UInt32, declaration scope: UInt32, beforeEvent limit: UInt32,
        _ search: inout Search
    ) -> Link? {
        let facts = facts(file)
        let declaration = facts.declarations[Int(scope)]
        for index in declaration.parameters.indices where facts.names.key(of: facts.parameters[index].name) == key {
            return .unresolved(.local)
        }
        var found: Link?
        /// What the name was bound to last, when that is a name.
        var alias = Name.none
        var isGlobal = false
        var hidden = 0
        var index = Int(declaration.event) + 1
        let end = min(facts.body(of: Int(scope)).upperBound, Int(min(limit, UInt32.max - 1)))
        while index < end, !isGlobal {
            guard Self.binding.contains(facts.events.kind(at: index)) else {
                index += 1
                continue
            }
            let event = facts.events[index]
            switch event.kind {
            case .enter where event.block == .class || event.block == .function:
                if event.declaration != scope, facts.names.key(of: event.name) == key {
                    found = .object(ObjectID(file: FileID(rawValue: file), index: event.declaration))
                    alias = .none
                    noteHop(file, index, event.line, &search)
                }
                if Int(event.link) > index { index = Int(event.link) }
            case .enter where event.block == .lambda || event.block == .comprehension: hidden += 1
            case .leave where event.block == .lambda || event.block == .comprehension: hidden -= 1
            case .declareGlobal where facts.names.key(of: event.name) == key: isGlobal = true
            case .bind where hidden == 0 && (event.form == .name || event.form == .starred):
                guard event.binding != .annotationOnly, facts.names.key(of: event.name) == key else { break }
                // Only the last one counts. Following each would take time that doubles with every `a = b; b = a`.
                alias =
                    event.valueKind == .reference && facts.names.rootKey(of: event.value) != key ? event.value : .none
                found = .unresolved(.local)
            case .importModule, .importName:
                let bound = event.value.exists ? event.value : event.name
                guard
                    (event.kind == .importModule ? facts.names.rootKey(of: bound) : facts.names.key(of: bound)) == key,
                    let statement = summaries[Int(file)].statement(at: UInt32(index))
                else { break }
                noteHop(file, index, event.line, &search)
                alias = .none
                search.depth += 1
                found =
                    event.kind == .importModule
                    ? module(boundBy: statement, inFile: file) : name(boundBy: statement, inFile: file, &search)
                search.depth -= 1
            default: break
            }
            index += 1
        }
        if isGlobal { return nil }
        guard alias.exists else { return found }
        search.depth += 1
        defer { search.depth -= 1 }
        return link(ofParts: facts.names.partKeys(of: alias), inFile: file, scope: scope, &search)
    }

    /// What may bind a name, and where blocks begin and end.
    private static let binding: Event.Kinds = [.enter, .leave, .declareGlobal, .bind, .importModule, .importName]

    private func noteHop(_ file: UInt32, _ event: Int, _ line: UInt32, _ search: inout Search) {
        guard search.traces else { return }
        search.hops.append(Hop(file: FileID(rawValue: file), event: UInt32(event), line: line))
    }
}

extension FileSummary {
    /// The import whose event that is.
    func statement(at event: UInt32) -> Import? {
        var low = 0
        var high = imports.count
        while low < high {
            let middle = (low + high) / 2
            if imports[middle].event < event { low = middle + 1 } else { high = middle }
        }
        return low < imports.count && imports[low].event == event ? imports[low] : nil
    }
}
