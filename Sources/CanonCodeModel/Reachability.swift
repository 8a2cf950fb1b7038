internal import CanonFacts

/// Which modules code can get to, and by which imports.
public struct Reachability: Sendable {
    /// One import on a way.
    public struct Step: Hashable, Sendable {
        public var importer: ModuleID
        public var imported: ModuleID
        public var file: FileID
        public var line: UInt32
    }

    public struct Options: Sendable {
        /// Imports within functions count: they run when somebody calls these.
        public var functions = true
        /// Imports that only type checkers read count.
        public var typeChecking = false
        /// `import_module("literal")` counts.
        public var dynamic = true

        public init(functions: Bool = true, typeChecking: Bool = false, dynamic: Bool = true) {
            self.functions = functions
            self.typeChecking = typeChecking
            self.dynamic = dynamic
        }
    }

    /// By module: the step that first got there; nil when none did.
    private let steps: [Step?]
    private let isReached: [Bool]
    /// In the order in which they were found: nearest to the entries first.
    public let modules: [ModuleID]

    public func contains(_ module: ModuleID) -> Bool { isReached[Int(module.rawValue)] }

    /// The imports from an entry to a module, shortest way; empty for an entry and for what is not reached.
    public func chain(to module: ModuleID) -> [Step] {
        var chain: [Step] = []
        var module = module
        while let step = steps[Int(module.rawValue)], chain.count < steps.count {
            chain.append(step)
            module = step.importer
        }
        return chain.reversed()
    }

    init(_ graph: Graph, from entries: [ModuleID], _ options: Options) {
        var steps = [Step?](repeating: nil, count: graph.tree.nodes.count)
        var isReached = [Bool](repeating: false, count: graph.tree.nodes.count)
        var queue: [ModuleID] = []
        /// A module is loaded after the packages that it lies in.
        func visit(_ node: UInt32, by step: Step?) {
            var line: [UInt32] = []
            var outer = node
            while outer != ModuleTree.none, outer != 0, !graph.roots.contains(outer) {
                line.append(outer)
                outer = graph.tree.nodes[Int(outer)].parent
            }
            for module in line.reversed() where !isReached[Int(module)] {
                isReached[Int(module)] = true
                if var step {
                    step.imported = ModuleID(rawValue: module)
                    steps[Int(module)] = step
                }
                queue.append(ModuleID(rawValue: module))
            }
        }
        for entry in entries { visit(entry.rawValue, by: nil) }
        var next = 0
        while next < queue.count {
            let module = queue[next]
            next += 1
            for file in graph.files(ofModule: module.rawValue) {
                for statement in graph.summaries[Int(file)].imports where options.counts(statement) {
                    let step = Step(
                        importer: module, imported: module, file: FileID(rawValue: file), line: statement.line)
                    if statement.fromRaw != FileFacts.noIndex { visit(statement.fromRaw, by: step) }
                    if case .module(let node) = statement.link { visit(node, by: step) }
                }
            }
        }
        self.steps = steps
        self.isReached = isReached
        modules = queue
    }
}

extension Reachability.Options {
    fileprivate func counts(_ statement: Import) -> Bool {
        if statement.context.contains(.never) { return false }
        if !typeChecking, statement.context.contains(.typeChecking) { return false }
        if !functions, statement.context.contains(.function) { return false }
        return dynamic || statement.kind != .dynamic
    }
}

extension CodeModel {
    /// The modules that entries lead to by imports.
    public func reach(
        from entries: [ModuleID], _ options: Reachability.Options = Reachability.Options()
    ) -> Reachability {
        Reachability(graph, from: entries, options)
    }
}
