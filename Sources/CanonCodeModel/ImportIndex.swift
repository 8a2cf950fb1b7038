internal import CanonFacts

/// Who imports what, found by what is imported.
struct ImportIndex: Sendable {
    /// Importers of each module: `importers[starts[m]..<starts[m + 1]]`.
    private var moduleStarts: [UInt32]
    private var importers: [Entry]
    /// Consumers of the objects of each file, those of one object beside each other.
    private var fileStarts: [UInt32]
    private var consumers: [Entry]

    /// Uses of the objects of each file as attributes of modules.
    private var useStarts: [UInt32]
    private var attributeUses: [Use]

    struct Use: Sendable, BitwiseCopyable {
        var file: UInt32
        var event: UInt32
        var module: UInt32
        var object: UInt32
    }

    struct Entry: Sendable, BitwiseCopyable {
        var file: UInt32
        var statement: UInt32
        var object: UInt32
    }

    init(_ graph: Graph, uses: [[AttributeUse]]) {
        var starts = [UInt32](repeating: 0, count: graph.files.count + 1)
        for list in uses { for use in list { starts[Int(use.target.file.rawValue) + 1] += 1 } }
        for index in 1..<starts.count { starts[index] += starts[index - 1] }
        var next = starts
        attributeUses = Array(
            repeating: Use(file: 0, event: 0, module: 0, object: 0), count: Int(starts[graph.files.count]))
        for list in uses {
            for use in list {
                let file = Int(use.target.file.rawValue)
                attributeUses[Int(next[file])] = Use(
                    file: use.file, event: use.event, module: use.module, object: use.target.index)
                next[file] += 1
            }
        }
        useStarts = starts
        (moduleStarts, importers) = Self.group(graph, count: graph.tree.nodes.count) { statement in
            if case .module(let node) = statement.link { return (node, 0) }
            return statement.fromRaw == FileFacts.noIndex ? nil : (statement.fromRaw, 0)
        }
        (fileStarts, consumers) = Self.group(graph, count: graph.files.count) { statement in
            guard case .object(let object) = statement.link else { return nil }
            return (object.file.rawValue, object.index)
        }
        for file in graph.files.indices {
            consumers[Int(fileStarts[file])..<Int(fileStarts[file + 1])].sort {
                ($0.object, $0.file, $0.statement) < ($1.object, $1.file, $1.statement)
            }
        }
    }

    /// Counts, then places: two passes and no sorting; entries stay in the order of files and statements.
    private static func group(
        _ graph: Graph, count: Int, _ key: (Import) -> (group: UInt32, object: UInt32)?
    ) -> ([UInt32], [Entry]) {
        var starts = [UInt32](repeating: 0, count: count + 1)
        for summary in graph.summaries {
            for statement in summary.imports { if let key = key(statement) { starts[Int(key.group) + 1] += 1 } }
        }
        for index in 1..<starts.count { starts[index] += starts[index - 1] }
        var entries = [Entry](repeating: Entry(file: 0, statement: 0, object: 0), count: Int(starts[count]))
        var next = starts
        for (file, summary) in graph.summaries.enumerated() {
            for (index, statement) in summary.imports.enumerated() {
                guard let key = key(statement) else { continue }
                entries[Int(next[Int(key.group)])] = Entry(
                    file: UInt32(file), statement: UInt32(index), object: key.object)
                next[Int(key.group)] += 1
            }
        }
        return (starts, entries)
    }

    func importers(of module: UInt32) -> ArraySlice<Entry> {
        importers[Int(moduleStarts[Int(module)])..<Int(moduleStarts[Int(module) + 1])]
    }

    func uses(ofObjectsIn file: UInt32) -> ArraySlice<Use> {
        attributeUses[Int(useStarts[Int(file)])..<Int(useStarts[Int(file) + 1])]
    }

    /// In the order of files and statements.
    func consumers(of object: ObjectID) -> ArraySlice<Entry> {
        let file = Int(object.file.rawValue)
        let end = Int(fileStarts[file + 1])
        var (low, high) = (Int(fileStarts[file]), end)
        while low < high {
            let middle = (low + high) / 2
            if consumers[middle].object < object.index { low = middle + 1 } else { high = middle }
        }
        return consumers[low..<end].prefix { $0.object == object.index }
    }
}
