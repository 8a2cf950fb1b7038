import CanonFacts

/// One file under an order: what is named where, which names change, and the edits for it.
///
/// The steps add to the same edits in turn; each leaves alone what an earlier one has taken.
struct FileRewriting {
    let tree: PythonTree
    let order: RewriteOrder
    let naming: ModuleNaming
    var imports: [ImportStatement]
    let scopes: NameScopes
    let texts: [TextLiteral]
    var edits = SourceEdits()
    /// Names at the top of the file that get another name.
    var renamed: [String: String] = [:]
    var left: [Rewriting.Left] = []
    /// What each imported name becomes, by statement and place.
    var importChanges: [Int: [Int: ImportChange]] = [:]
    /// The module that each name of an `import a.b` becomes, by statement and place.
    var moduleChanges: [Int: [Int: String]] = [:]
    /// Statements to add behind an import statement, in order.
    var additions: [Int: [ImportedObject]] = [:]
    /// Names that leave an import statement, because it would say again what stands before it, by statement and place.
    var repeated: [Int: Set<Int>] = [:]

    /// What takes the place of an imported name.
    struct ImportChange: Equatable {
        var module: String
        var name: String
        /// Behind `as`; nil: the name itself is bound.
        var alias: String?
    }

    init(tree: PythonTree, order: RewriteOrder, alsoWanted: Set<String> = []) {
        self.tree = tree
        self.order = order
        naming = ModuleNaming(module: order.module, isPackage: order.isPackage)
        var imports = ImportReading.statements(of: tree, naming: naming)
        var walk = ScopeWalk(tree: tree, imports: imports, wanted: Self.wanted(imports, tree, order).union(alsoWanted))
        walk.run()
        for index in imports.indices { imports[index].scope = walk.importScopes[imports[index].node] ?? 0 }
        self.imports = imports
        scopes = walk.found
        texts = walk.texts
    }

    /// The names that matter: those that an import binds to something that moves, and those that they may become.
    private static func wanted(_ imports: [ImportStatement], _ tree: PythonTree, _ order: RewriteOrder) -> Set<String> {
        var wanted: Set<String> = []
        func note(_ target: String) {
            guard let (module, name) = target.moduleAndName else { return }
            wanted.insert(name)
            wanted.insert(String(module.prefix { $0 != "." }))
        }
        for (name, target) in order.moves.byModule[order.module] ?? [:] {
            wanted.insert(name)
            note(target)
        }
        for statement in imports {
            if statement.isStar {
                guard let module = statement.module, let names = order.moves.byModule[module] else { continue }
                for (name, target) in names {
                    wanted.insert(name)
                    note(target)
                }
                continue
            }
            for (index, name) in statement.names.enumerated() {
                guard let target = statement.target(index) else { continue }
                if let new = order.moves[target] {
                    wanted.insert(name.local)
                    note(new)
                } else if order.moves.modules.contains(target) {
                    wanted.insert(name.local)
                    for (module, names) in order.moves.byModule
                    where module == target || module.hasPrefix(target + ".") || !statement.isFrom {
                        for new in names.values { note(new) }
                    }
                }
            }
        }
        for (name, module) in ScopeWalk.dynamicModules(tree) where order.moves.modules.contains(module) {
            wanted.insert(name)
            for new in (order.moves.byModule[module] ?? [:]).values { note(new) }
        }
        return wanted
    }

    /// Names at the top of the file that give way and that its own code uses, with what they are called afterwards.
    func usedNames() -> [String: String] {
        var used: [String: String] = [:]
        for name in (order.moves.byModule[order.module] ?? [:]).keys
        where !scopes.references(to: name, boundIn: 0).isEmpty
            || scopes.references.contains(where: { $0.root == name && scopes.resolve(name, from: $0.scope) == nil })
        {
            used[name] = renamed[name] ?? name
        }
        return used
    }

    /// Makes all edits.
    mutating func run() {
        rewriteImportedNames()
        rewriteHandles()
        rewriteStars()
        findRepetitions()
        writeImports()
        rewriteTexts()
        rewriteExports()
    }

    mutating func leave(_ start: UInt32, _ end: UInt32, because reason: String) {
        left.append(.init(line: tree.position(of: start).line, text: tree.string(start, end), reason: reason))
    }

    /// Statements in which something is edited.
    func changedStatements() -> Int {
        var starts: [(start: UInt32, statement: UInt32)] = []
        for (index, node) in tree.nodes.enumerated() {
            let index = UInt32(index)
            switch node.kind {
            case .functionDef, .asyncFunctionDef, .classDef:
                starts.append((node.start, index))
                if let first = tree.list(tree[node.a].a).first(where: { _ in true }) {
                    starts.append((tree[first].start, index))
                }
            case .exceptHandler, .matchCase: starts.append((node.start, index))
            default: if node.kind.isStatement { starts.append((node.start, index)) }
            }
        }
        starts.sort { $0.start < $1.start }
        var changed: Set<UInt32> = []
        for edit in edits.edits {
            var low = 0
            var high = starts.count
            while low < high {
                let middle = (low + high) / 2
                if Int(starts[middle].start) <= edit.start { low = middle + 1 } else { high = middle }
            }
            if low > 0 { changed.insert(starts[low - 1].statement) }
        }
        return changed.count
    }
}
