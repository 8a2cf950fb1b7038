internal import CanonFacts

// What files import, and who imports what.
extension CodeModel {
    /// The imports of a file, those within functions too, in the order of the source.
    public func imports(in file: FileID) -> [Import] { graph.summaries[Int(file.rawValue)].imports }

    /// `from a.b import C as D`
    public func text(of statement: Import, in file: FileID) -> String {
        let facts = facts(of: file)
        return facts.text(of: facts.events[Int(statement.event)])
    }

    /// What a statement names that is not there; nil when it is there, or outside of the tree.
    public func missing(of statement: Import, in file: FileID) -> Missing? {
        guard case .missing(let node) = statement.link else { return nil }
        let facts = facts(of: file)
        let event = facts.events[Int(statement.event)]
        let module = node == ModuleTree.none ? nil : ModuleID(rawValue: node)
        guard statement.fromRaw == FileFacts.noIndex else {
            return Missing(module: module, part: facts.names[event.name])
        }
        // The first part of the dotted name behind the module that was found.
        let dotted = facts.names[
            statement.kind == .module || statement.kind == .dynamic ? event.name : event.linkedName]
        let parts = dotted.parts(at: ".").map(String.init)
        guard let module else { return Missing(module: nil, part: dotted) }
        let known = modules[Int(module.rawValue)].component
        let position = parts.firstIndex(of: known).map { $0 + 1 } ?? 0
        return Missing(module: module, part: position < parts.count ? parts[position] : dotted)
    }

    /// The statements, anywhere in the tree, that import a module or a name of it.
    public func importers(of module: ModuleID) -> [ImportEdge] {
        edges.importers(of: module.rawValue).map { entry in
            let statement = graph.summaries[Int(entry.file)].imports[Int(entry.statement)]
            return ImportEdge(
                from: FileID(rawValue: entry.file), index: entry.statement, line: statement.line,
                context: statement.context)
        }
    }

    /// The places where other files get an object: import statements, and uses of `module.Name`.
    public func consumers(of object: ObjectID) -> [Consumer] {
        var consumers: [Consumer] = []
        for entry in edges.consumers(of: object) where entry.file != object.file.rawValue {
            let statement = graph.summaries[Int(entry.file)].imports[Int(entry.statement)]
            guard statement.fromRaw != FileFacts.noIndex else { continue }
            let event = graph.facts(entry.file).events[Int(statement.event)]
            consumers.append(
                Consumer(
                    file: FileID(rawValue: entry.file), line: statement.line, event: statement.event,
                    module: ModuleID(rawValue: statement.fromRaw), name: event.name, context: statement.context))
        }
        return consumers + attributeConsumers(of: object)
    }
}

extension FileFacts {
    /// A statement as it would be written.
    func text(of event: Event) -> String {
        let name = names[event.name]
        let alias = event.value.exists ? " as \(names[event.value])" : ""
        let module = String(repeating: ".", count: Int(event.count)) + names[event.linkedName]
        switch event.kind {
        case .importModule: return "import \(name)\(alias)"
        case .importName: return "from \(module) import \(name)\(alias)"
        case .importAll: return "from \(module) import *"
        case .dynamicImport: return "\(names[event.value])(\"\(name)\")"
        case .enter where event.block == .class: return "class \(name)"
        case .enter where event.block == .function:
            return (event.flags.contains(.asynchronous) ? "async def " : "def ") + name
        case .bind:
            switch event.valueKind {
            case .reference: return "\(name) = \(names[event.value])"
            case .call, .awaitedCall: return "\(name) = \(names[event.value])(…)"
            case .null: return "\(name) = None"
            default: return "\(name) = …"
            }
        case .unbind: return "del \(name)"
        case .call: return "\(name)(…)"
        default: return name
        }
    }
}
