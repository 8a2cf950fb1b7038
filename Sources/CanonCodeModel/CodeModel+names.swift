public import CanonFacts

// The names of modules, and what dotted names stand for.
extension CodeModel {
    /// The statements that bind names of a module, in the order of the code. Conditions keep theirs in ``NameBinding/context``.
    public func bindings(in file: FileID) -> [NameBinding] { graph.summaries[Int(file.rawValue)].bindings }

    /// Those of one name.
    public func bindings(of name: String, in file: FileID) -> [NameBinding] {
        let summary = graph.summaries[Int(file.rawValue)]
        guard let slot = summary.slot(TextKey(name)) else { return [] }
        return summary.bindings(of: slot).map { summary.bindings[Int($0)] }
    }

    /// The name that a binding binds.
    public func name(of binding: NameBinding, in file: FileID) -> String {
        let name = facts(of: file).names[binding.name]
        guard binding.kind == .importModule, facts(of: file).events[Int(binding.event)].value == .none else {
            return name
        }
        return String(name.firstPart(before: "."))
    }

    /// The binding that an importer sees when the module has loaded.
    public func effectiveBinding(of name: String, in file: FileID) -> NameBinding? {
        let summary = graph.summaries[Int(file.rawValue)]
        return summary.slot(TextKey(name)).flatMap { slot in
            summary.choice(of: slot, before: .max, typing: false).first.map { summary.bindings[Int($0)] }
        }
    }

    /// Whether of two statements at most one runs: they stand in different arms of one statement.
    public func areExclusive(_ a: NameBinding, _ b: NameBinding, in file: FileID) -> Bool {
        let arms = graph.summaries[Int(file.rawValue)].arms
        func chain(_ arm: UInt32) -> [Arm] {
            var chain: [Arm] = []
            var arm = arm
            while arm != FileFacts.noIndex {
                chain.append(arms[Int(arm)])
                arm = arms[Int(arm)].parent
            }
            return chain
        }
        let others = chain(b.arm)
        return chain(a.arm).contains { own in
            others.contains { $0.statement == own.statement && $0.event != own.event }
        }
    }

    /// What `__all__` names; nil when a file has none.
    public func exports(of file: FileID) -> Exports? {
        let summary = graph.summaries[Int(file.rawValue)]
        return summary.exports.map { names in
            Exports(names: names.map { facts(of: file).names[$0] }, isComplete: summary.exportsAreComplete)
        }
    }

    /// Whether a module has names that its statements do not show: by `__getattr__`, `globals()`, or a star import of something
    /// that is not in the tree.
    public func isDynamic(_ file: FileID) -> Bool {
        let summary = graph.summaries[Int(file.rawValue)]
        if summary.isDynamic { return true }
        return summary.hasStarImport
            && summary.imports.contains { $0.kind == .all && $0.fromRaw == FileFacts.noIndex }
    }

    /// Names of a module that stand for a class when it has loaded, with the class, however the module got it. In the order of
    /// the names' text.
    public func classNames(in file: FileID) -> [(name: String, object: ObjectID)] {
        let summary = graph.summaries[Int(file.rawValue)]
        var found: [(name: String, object: ObjectID)] = []
        for slot in summary.slots {
            var search = Graph.Search()
            guard case .object(let object)? = graph.named(slot.key, inFile: file.rawValue, &search),
                kind(of: object) == .class
            else { continue }
            found.append((name(of: summary.bindings[Int(summary.order[Int(slot.first)])], in: file), object))
        }
        return found.sorted { $0.name < $1.name }
    }

    // MARK: Resolution

    /// What an absolute dotted name stands for: `package.module.Class.method`.
    public func resolve(_ dotted: String) -> Resolution {
        let parts = dotted.parts(at: ".", omittingEmpty: false).map(String.init)
        var best: (node: UInt32, depth: Int)?
        for root in graph.namedRoots {
            var node = root
            var depth = 0
            while depth < parts.count {
                let next = graph.tree.child(of: node, TextKey(parts[depth]))
                guard next != ModuleTree.none else { break }
                node = next
                depth += 1
            }
            if depth > best?.depth ?? 0 { best = (node, depth) }
        }
        guard let best else { return Resolution(target: .external(dotted), hops: []) }
        var search = Graph.Search(traces: true)
        // A name that the package's own code binds comes before a module of that name below it.
        var link = Link.module(best.node)
        if best.depth > 1, best.depth == parts.count {
            let parent = graph.tree.nodes[Int(best.node)].parent
            let file = graph.tree.nodes[Int(parent)].file
            if file != FileFacts.noIndex, let own = graph.named(TextKey(parts[best.depth - 1]), inFile: file, &search),
                case .object = own
            {
                link = own
            } else {
                search.hops.removeAll()
            }
        }
        return finish(link, parts[best.depth...], dotted, &search)
    }

    /// What a dotted name stands for where it is written.
    ///
    /// - Parameter scope: the declaration whose code has it; `FileFacts.noIndex` at the top of the file.
    public func resolve(_ dotted: String, in file: FileID, scope: UInt32 = FileFacts.noIndex) -> Resolution {
        let parts = dotted.parts(at: ".", omittingEmpty: false).map(String.init)
        var search = Graph.Search(typing: true, traces: true)
        let link = graph.link(TextKey(parts[0]), inFile: file.rawValue, scope: scope, &search)
        return finish(link, parts.dropFirst(), dotted, &search)
    }

    /// What an import statement's name stands for, with the statements on the way.
    public func resolve(_ statement: Import, in file: FileID) -> Resolution {
        var search = Graph.Search(traces: true)
        search.hops.append(Hop(file: file, event: statement.event, line: statement.line))
        let facts = facts(of: file)
        let link =
            statement.kind == .name ? graph.name(boundBy: statement, inFile: file.rawValue, &search) : statement.link
        return finish(link, [], facts.names[facts.events[Int(statement.event)].name], &search)
    }

    private func finish(
        _ link: Link, _ rest: ArraySlice<String>, _ dotted: String, _ search: inout Graph.Search
    ) -> Resolution {
        var link = link
        for (offset, part) in zip(rest.indices, rest) {
            switch link {
            case .external(let file, let event):
                let name = externalName(file, event)
                return Resolution(
                    target: .external(([name] + rest[offset...]).joined(separator: ".")), hops: search.hops)
            case .builtin: return Resolution(target: .external("builtins." + dotted), hops: search.hops)
            case .missing(let node):
                // What is missing is the part before, which need not be one of the rest.
                let missed = dotted.parts(at: ".", omittingEmpty: false)[offset - 1]
                return Resolution(target: .missing(missing(node, String(missed))), hops: search.hops)
            case .unresolved(let reason): return Resolution(target: .unresolved(reason), hops: search.hops)
            case .object, .module, .variable: link = graph.attribute(TextKey(part), of: link, &search)
            }
        }
        return Resolution(target: target(link, last: rest.last ?? dotted, dotted), hops: search.hops)
    }

    private func missing(_ node: UInt32, _ part: String) -> Missing {
        Missing(module: node == ModuleTree.none ? nil : ModuleID(rawValue: node), part: part)
    }

    func target(_ link: Link, last: String, _ dotted: String) -> Resolution.Target {
        switch link {
        case .object(let object): return .object(object)
        case .module(let node): return .module(ModuleID(rawValue: node))
        case .variable(let file, let index):
            let id = FileID(rawValue: file)
            let event = graph.summaries[Int(file)].bindings[Int(index)].event
            return .variable(Place(file: id, line: facts(of: id).events[Int(event)].line))
        case .external(let file, let event):
            return .external(externalName(file, event))
        case .builtin: return .external("builtins." + dotted)
        case .missing(let node): return .missing(missing(node, last))
        case .unresolved(let reason): return .unresolved(reason)
        }
    }

    /// What an import of something outside of the tree names.
    func externalName(_ file: UInt32, _ event: UInt32) -> String {
        guard file != FileFacts.noIndex else { return modules[Int(event)].name }
        let facts = graph.files[Int(file)].facts
        let statement = facts.events[Int(event)]
        switch statement.kind {
        case .importName: return facts.names[statement.linkedName] + "." + facts.names[statement.name]
        case .importAll: return facts.names[statement.linkedName]
        case .importModule where !statement.value.exists:
            return String(facts.names[statement.name].firstPart(before: "."))
        default: return facts.names[statement.name]
        }
    }

    /// A statement on the way, as it would be written: `from a.b import C as D`.
    public func text(of hop: Hop) -> String {
        let facts = facts(of: hop.file)
        return facts.text(of: facts.events[Int(hop.event)])
    }
}
