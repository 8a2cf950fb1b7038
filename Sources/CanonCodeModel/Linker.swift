internal import CanonFacts

/// Makes a model of files, in steps: the tree of modules, a summary of each file, the modules that imports name, what these
/// give, and who imports what.
struct Linker {
    struct Linked {
        var graph: Graph
        var modules: [Module]
        var rootPaths: [String]
        var edges: ImportIndex
    }

    private let files: [CodeFile]
    private let options: CodeModel.Options

    init(files: [CodeFile], options: CodeModel.Options) {
        let isSorted = zip(files, files.dropFirst()).allSatisfy { $0.path < $1.path }
        self.files = isSorted ? files : files.sorted { $0.path < $1.path }
        self.options = options
    }

    func link() -> Linked {
        let tree = ModuleTree(files: files, compiled: options.compiledModules)
        let files = files
        let environment = options.environment
        let summaries = Parallel.map(
            files.count, jobs: options.jobs, makeWorker: { SummaryPass(environment: environment) }
        ) { pass, index in pass.run(files[index].facts) }
        let roots = SearchRoots(tree: tree, files: files, summaries: summaries).find(options.searchRoots)
        var graph = Graph(files: files, tree: tree, roots: roots.map(\.node), summaries: summaries)
        findModules(graph)
        if tree.swiftRoot != ModuleTree.none { graph.swift = SwiftLinks(graph) }
        findTargets(graph)
        let linked = graph
        let uses = Parallel.map(files.count, jobs: options.jobs) { index in
            linked.attributeUses(inFile: UInt32(index))
        }
        return Linked(
            graph: graph, modules: modules(tree, roots: graph.roots), rootPaths: roots.map(\.path),
            edges: ImportIndex(graph, uses: uses))
    }

    // MARK: Steps

    /// The module that each statement names.
    private func findModules(_ graph: Graph) {
        let finder = ModuleFinder(tree: graph.tree, roots: graph.roots)
        _ = Parallel.map(files.count, jobs: options.jobs, makeWorker: { finder }) { finder, index in
            let summary = graph.summaries[index]
            var answer = ModuleFinder.Answer.external
            // Taken out and put back, so that nothing is copied.
            var imports = summary.imports
            summary.imports = []
            let isSwift = summary.facts.language == .swift
            for position in imports.indices {
                if isSwift {
                    Self.findTarget(&imports[position], UInt32(index), summary, graph.tree)
                } else {
                    Self.find(&imports[position], UInt32(index), summary, &finder, &answer)
                }
            }
            summary.imports = imports
        }
    }

    private static func find(
        _ statement: inout Import, _ file: UInt32, _ summary: FileSummary, _ finder: inout ModuleFinder,
        _ answer: inout ModuleFinder.Answer
    ) {
        let event = summary.facts.events[Int(statement.event)]
        switch statement.kind {
        case .module: answer = finder.absolute(event.name, in: summary.facts.names, from: file)
        case .name, .all:
            // The names of one statement come from one module.
            if event.flags.contains(.continues) { break }
            answer =
                event.count == 0
                ? finder.absolute(event.linkedName, in: summary.facts.names, from: file)
                : finder.relative(event.linkedName, level: Int(event.count), in: summary.facts.names, from: file)
        case .dynamic:
            guard event.name.exists else {
                statement.link = .unresolved(.computed)
                return
            }
            // From which package a relative name starts, only the running program knows.
            let isRelative = summary.facts.names.withUTF8(of: event.name) { $0.first == UInt8(ascii: ".") }
            guard !isRelative || !event.flags.contains(.unresolved) else {
                statement.link = .unresolved(.computed)
                return
            }
            answer = finder.dynamic(event.name, package: event.linkedName, in: summary.facts.names, from: file)
        }
        switch answer {
        case .found(let node):
            if statement.kind != .name, finder.isBareFolder(node), node != 0 {
                statement.link = .external(file: file, event: statement.event)
            } else {
                statement.fromRaw = node
                statement.link = .module(node)
            }
        case .external: statement.link = .external(file: file, event: statement.event)
        case .missing(let node, _): statement.link = .missing(module: node)
        }
    }

    /// The target that an import of Swift names.
    private static func findTarget(
        _ statement: inout Import, _ file: UInt32, _ summary: FileSummary, _ tree: ModuleTree
    ) {
        let name = summary.facts.names[summary.facts.events[Int(statement.event)].name]
        guard let node = tree.swiftModule(named: name, seenFrom: tree.nodeOfFile[Int(file)]) else {
            statement.link = .external(file: file, event: statement.event)
            return
        }
        statement.fromRaw = node
        statement.link = .module(node)
    }

    /// What each name that is imported stands for.
    private func findTargets(_ graph: Graph) {
        let found = Parallel.map(files.count, jobs: options.jobs) { index -> [Link] in
            let summary = graph.summaries[index]
            return summary.imports.map { statement in
                guard statement.kind == .name, statement.fromRaw != FileFacts.noIndex else { return statement.link }
                var search = Graph.Search()
                return graph.name(boundBy: statement, inFile: UInt32(index), &search)
            }
        }
        for (summary, links) in zip(graph.summaries, found) {
            for position in links.indices { summary.imports[position].link = links[position] }
        }
    }

    private func modules(_ tree: ModuleTree, roots: [UInt32]) -> [Module] {
        var modules: [Module] = []
        modules.reserveCapacity(tree.nodes.count)
        let roots = Set(roots)
        for (index, node) in tree.nodes.enumerated() {
            var name = node.text
            if node.parent != ModuleTree.none, !roots.contains(node.parent) || node.parent == 0 {
                let outer = modules[Int(node.parent)].name
                if !outer.isEmpty, !roots.contains(node.parent) { name = outer + "." + name }
            }
            modules.append(
                Module(
                    name: name, kind: node.isPackage ? .package : node.file == FileFacts.noIndex ? .namespace : .module,
                    parent: node.parent == ModuleTree.none ? nil : ModuleID(rawValue: node.parent),
                    file: node.file == FileFacts.noIndex ? nil : FileID(rawValue: node.file), component: node.text,
                    isSearchRoot: roots.contains(UInt32(index)), isHidden: node.isHidden))
        }
        return modules
    }
}

extension ModuleFinder {
    /// The literal of `import_module`, with the package of a relative one (its own when none is given).
    mutating func dynamic(_ name: Name, package: Name, in names: NameTable, from file: UInt32) -> Answer {
        let dots = names.withUTF8(of: name) { $0.prefix { $0 == 0x2E }.count }
        guard dots > 0 else { return absolute(name, in: names, from: file) }
        var start = self.package(of: file, level: 1)
        if package.exists {
            guard case .found(let node) = absolute(package, in: names, from: file) else { return .external }
            start = node
        }
        guard let start else { return .missing(in: ModuleTree.none, part: 0) }
        return names.withUTF8(of: name) { text in
            var node = ancestor(of: start, dots - 1)
            for (index, part) in text[dots...].split(separator: 0x2E).enumerated() {
                let next = tree.child(of: node, TextKey(UnsafeBufferPointer(rebasing: part)))
                guard next != ModuleTree.none else { return .missing(in: node, part: index) }
                node = next
            }
            return .found(node)
        }
    }
}
