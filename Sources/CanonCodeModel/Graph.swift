internal import CanonFacts

/// Files, modules and what their names stand for: what linking makes and every question reads.
struct Graph: Sendable {
    var files: [CodeFile]
    var tree: ModuleTree
    var roots: [UInt32]
    var summaries: [FileSummary]
    /// Nil in a tree without Swift.
    var swift: SwiftLinks?

    /// One question, and what was seen on the way to its answer.
    struct Search {
        /// Names that only type checkers see count as well.
        var typing = false
        /// Notes the statements on the way.
        var traces = false
        var hops: [Hop] = []
        var depth = 0
        /// Lookups so far: ways that part and meet again must not be gone twice for each time they part.
        var steps = 0
        /// Files through whose star imports the search has gone, so that a circle of them ends.
        var starred: [UInt32] = []

        static let deepest = 64
        static let longest = 5_000

        /// Counts a lookup; false when there were too many, or they are nested too deep.
        mutating func goesOn() -> Bool {
            steps += 1
            return steps < Self.longest && depth < Self.deepest
        }
    }

    func facts(_ file: UInt32) -> FileFacts { summaries[Int(file)].facts }

    // MARK: Names of modules

    /// What a module has under a name when it has loaded: one of its names, or a module in it.
    func link(_ key: TextKey, in node: UInt32, _ search: inout Search) -> Link {
        if let swift, let names = swift.names[node] { return link(key, among: names, of: node, &search) }
        let file = tree.nodes[Int(node)].file
        guard file != FileFacts.noIndex else {
            let child = tree.child(of: node, key)
            if child != ModuleTree.none { return .module(child) }
            // Of a bare folder anything may come from an installed package of that name.
            return isBareFolder(node) ? .external(file: FileFacts.noIndex, event: node) : .missing(module: node)
        }
        guard summaries[Int(file)].facts.error == nil else { return .unresolved(.dynamicModule) }
        if let link = named(key, inFile: file, &search) { return link }
        if tree.isCompiled(key, in: node) { return .external(file: FileFacts.noIndex, event: node) }
        let child = tree.child(of: node, key)
        if child != ModuleTree.none { return .module(child) }
        if let link = starred(key, inFile: file, &search) { return link }
        if Known.moduleAttributes.contains(key) { return .builtin }
        return summaries[Int(file)].isDynamic ? .unresolved(.dynamicModule) : .missing(module: node)
    }

    func isBareFolder(_ node: UInt32) -> Bool {
        node == 0 || (tree.isNamespace(node) && roots.contains(tree.nodes[Int(node)].parent))
    }

    /// What code at the top of a file sees under a name.
    func link(_ key: TextKey, inFile file: UInt32, _ search: inout Search) -> Link {
        if let swift, isSwift(file) { return link(key, inSwiftFile: file, swift, &search) }
        if let link = named(key, inFile: file, &search) { return link }
        if let link = starred(key, inFile: file, &search) { return link }
        if Known.moduleAttributes.contains(key) || Known.builtins.contains(key) { return .builtin }
        return .unresolved(summaries[Int(file)].isDynamic ? .dynamicModule : .unknownName)
    }

    /// A name that the file's own statements bind.
    ///
    /// - Parameter limit: only bindings before this one, when there are any: `A = A` means the A before.
    func named(
        _ key: TextKey, inFile file: UInt32, before limit: UInt32 = .max, _ search: inout Search
    ) -> Link? {
        guard search.goesOn() else { return .unresolved(.cycle) }
        let summary = summaries[Int(file)]
        guard let slot = summary.slot(key) else { return nil }
        let choice = summary.choice(of: slot, before: limit, typing: search.typing)
        guard let chosen = choice.first else { return nil }
        let mark = search.hops.count
        let link = link(of: chosen, inFile: file, &search)
        if case .missing = link, let fallback = choice.fallback {
            search.hops.removeSubrange(mark...)
            return self.link(of: fallback, inFile: file, &search)
        }
        return link
    }

    /// A name that comes by `from … import *`: the last such statement that has it.
    func starred(_ key: TextKey, inFile file: UInt32, _ search: inout Search) -> Link? {
        let summary = summaries[Int(file)]
        guard summary.hasStarImport, search.depth < Search.deepest, !search.starred.contains(file) else { return nil }
        search.starred.append(file)
        var mayBeExternal = false
        for binding in summary.bindings.reversed()
        where binding.kind == .importAll && !binding.context.isSkippedAtImport {
            let statement = summary.imports[Int(binding.index)]
            guard statement.fromRaw != FileFacts.noIndex else {
                if case .external = statement.link { mayBeExternal = true }
                continue
            }
            let source = tree.nodes[Int(statement.fromRaw)].file
            guard source != FileFacts.noIndex, source != file, exports(key, fromFile: source, depth: search.depth)
            else { continue }
            search.depth += 1
            defer { search.depth -= 1 }
            let mark = search.hops.count
            note(binding, inFile: file, &search)
            let found = link(key, in: statement.fromRaw, &search)
            if case .missing = found {
                search.hops.removeSubrange(mark...)
                continue
            }
            return found
        }
        return mayBeExternal ? .unresolved(.starImport) : nil
    }

    /// Whether `import *` takes a name from a file.
    private func exports(_ key: TextKey, fromFile file: UInt32, depth: Int) -> Bool {
        let summary = summaries[Int(file)]
        guard let names = summary.exports else {
            // Without __all__: what does not begin with an underscore; a name that is not in the file itself may come from a star.
            guard let slot = summary.slot(key) else { return summary.hasStarImport && depth < Search.deepest }
            let binding = summary.bindings[Int(summary.order[Int(slot.first)])]
            return summary.facts.names.withUTF8(of: binding.name) { $0.first != 0x5F }
        }
        return names.contains { summary.facts.names.key(of: $0) == key } || !summary.exportsAreComplete
    }

    // MARK: Bindings

    /// What a binding gives its name.
    func link(of index: UInt32, inFile file: UInt32, _ search: inout Search) -> Link {
        let summary = summaries[Int(file)]
        let binding = summary.bindings[Int(index)]
        note(binding, inFile: file, &search)
        search.depth += 1
        defer { search.depth -= 1 }
        guard search.depth < Search.deepest else { return .unresolved(.cycle) }
        switch binding.kind {
        case .class, .function: return .object(ObjectID(file: FileID(rawValue: file), index: binding.index))
        case .importModule: return module(boundBy: summary.imports[Int(binding.index)], inFile: file)
        case .importName: return name(boundBy: summary.imports[Int(binding.index)], inFile: file, &search)
        case .reference:
            let event = summary.facts.events[Int(binding.event)]
            let found = link(ofDotted: event.value, inFile: file, before: index, &search)
            switch found {
            case .unresolved(.attribute), .unresolved(.unknownName): return .variable(file: file, binding: index)
            default: return found
            }
        case .value:
            guard binding.index != FileFacts.noIndex else { return .variable(file: file, binding: index) }
            return .object(ObjectID(file: FileID(rawValue: file), index: binding.index))
        case .importAll, .deletion: return .variable(file: file, binding: index)
        }
    }

    private func note(_ binding: NameBinding, inFile file: UInt32, _ search: inout Search) {
        guard search.traces else { return }
        search.hops.append(
            Hop(
                file: FileID(rawValue: file), event: binding.event,
                line: summaries[Int(file)].facts.events[Int(binding.event)].line))
    }

    /// `import a.b` binds `a`; `import a.b as c` binds the last.
    func module(boundBy statement: Import, inFile file: UInt32) -> Link {
        guard statement.fromRaw != FileFacts.noIndex else { return statement.link }
        let summary = summaries[Int(file)]
        let event = summary.facts.events[Int(statement.event)]
        guard !event.value.exists else { return .module(statement.fromRaw) }
        var node = statement.fromRaw
        summary.facts.names.withUTF8(of: event.name) { text in
            for byte in text where byte == 0x2E { node = tree.nodes[Int(node)].parent }
        }
        return .module(node)
    }

    func name(boundBy statement: Import, inFile file: UInt32, _ search: inout Search) -> Link {
        guard statement.fromRaw != FileFacts.noIndex else { return statement.link }
        let summary = summaries[Int(file)]
        let event = summary.facts.events[Int(statement.event)]
        let key = summary.facts.names.key(of: event.name)
        // `from . import x` in a package's own file: the module x, not the name that is being bound.
        if tree.nodes[Int(statement.fromRaw)].file == file {
            let child = tree.child(of: statement.fromRaw, key)
            if child != ModuleTree.none { return .module(child) }
        }
        let wasTyping = search.typing
        search.typing = statement.context.contains(.typeChecking) || wasTyping
        defer { search.typing = wasTyping }
        let found = link(key, in: statement.fromRaw, &search)
        if case .external(FileFacts.noIndex, _) = found { return .external(file: file, event: statement.event) }
        return found
    }

    // MARK: Dotted names

    /// What a dotted name means at the top of a file.
    func link(ofDotted name: Name, inFile file: UInt32, before limit: UInt32 = .max, _ search: inout Search) -> Link {
        var link: Link?
        summaries[Int(file)].facts.names.forEachPart(of: name) { key in
            if let known = link {
                link = attribute(key, of: known, &search)
            } else {
                link = named(key, inFile: file, before: limit, &search) ?? self.link(key, inFile: file, &search)
            }
            switch link {
            case .external, .missing, .unresolved, .builtin: return false
            default: return true
            }
        }
        return link ?? .unresolved(.unknownName)
    }

    func attribute(_ key: TextKey, of link: Link, _ search: inout Search) -> Link {
        search.depth += 1
        defer { search.depth -= 1 }
        guard search.depth < Search.deepest else { return .unresolved(.cycle) }
        switch link {
        case .module(let node): return self.link(key, in: node, &search)
        case .object(let object): return member(key, of: object, &search)
        case .variable: return .unresolved(.attribute)
        case .external, .missing, .builtin, .unresolved: return link
        }
    }
}

extension FileSummary {
    /// The binding that an importer sees at the end, and the one that stands in when what it imports is not there.
    func choice(of slot: Slot, before limit: UInt32, typing: Bool) -> (first: UInt32?, fallback: UInt32?) {
        let all = bindings(of: slot)
        var candidates = all[...]
        if limit != .max, let end = all.firstIndex(where: { $0 >= limit }), end > all.startIndex {
            candidates = all[..<end]
        }
        var fallback: UInt32?
        var placeholder: UInt32?
        for index in candidates.reversed() {
            let binding = bindings[Int(index)]
            guard binding.context.isDisjoint(with: [.never, .mainGuard]) else { continue }
            if binding.context.contains(.typeChecking), !typing { continue }
            if index == limit, candidates.count == 1 { continue }
            switch binding.kind {
            case .deletion:
                if binding.context.isDisjoint(with: [.conditional, .exceptArm]) {
                    return (fallback ?? placeholder, nil)
                }
            default:
                if !binding.context.isDisjoint(with: [.importFallback, .exceptArm]) {
                    if fallback == nil { fallback = index }
                } else if binding.isPlaceholder, binding.context.contains(.conditional) || all.count > 1,
                    placeholder == nil
                {
                    placeholder = index
                    // An unconditional `X = None` after everything else is what it is.
                    if binding.context.isEmpty, index == all.last { return (index, nil) }
                } else {
                    return (index, fallback)
                }
            }
        }
        return (fallback ?? placeholder, nil)
    }
}

extension FileFacts {
    /// The events of a declaration's body, its `enter` and `leave` left out.
    func body(of declaration: Int) -> Range<Int> {
        let start = Int(declarations[declaration].event) + 1
        guard start <= events.count else { return 0..<0 }
        let end = Int(events[start - 1].link)
        return start..<max(start, min(end, events.count))
    }
}

extension NameTable {
    func partKeys(of name: Name) -> [TextKey] {
        var keys: [TextKey] = []
        forEachPart(of: name) {
            keys.append($0)
            return true
        }
        return keys
    }
}
