internal import CanonFacts

/// Finds the modules that import statements name.
struct ModuleFinder {
    let tree: ModuleTree
    /// Where absolute imports start, in the order in which they are tried.
    let roots: [UInt32]
    private var parts: [TextKey] = []
    /// What absolute names were found to mean, by the key of the whole name.
    private var known: [TextKey: Answer] = [:]

    init(tree: ModuleTree, roots: [UInt32]) {
        self.tree = tree
        self.roots = roots
    }

    enum Answer {
        case found(UInt32)
        /// Nothing in the tree has that name.
        case external
        /// Its package is in the tree and lacks it.
        /// - Parameter part: the place of the first part that is not there.
        case missing(in: UInt32, part: Int)
    }

    /// `a.b.c` as `import` looks for it.
    mutating func absolute(_ name: Name, in names: NameTable, from file: UInt32) -> Answer {
        let key = names.key(of: name)
        if let answer = known[key] {
            guard case .external = answer else { return answer }
            return beside(file, names.rootKey(of: name)) ? besideOwn(name, names, file) : .external
        }
        split(name, names)
        let answer = descend(from: roots)
        known[key] = answer
        guard case .external = answer else { return answer }
        return beside(file, parts[0]) ? besideOwn(name, names, file) : .external
    }

    /// Whether the first part of a name lies beside a file's outermost package.
    private func beside(_ file: UInt32, _ first: TextKey) -> Bool {
        let base = firstFolderOutsidePackages(of: file)
        return !roots.contains(base) && tree.child(of: base, first) != ModuleTree.none
    }

    private mutating func besideOwn(_ name: Name, _ names: NameTable, _ file: UInt32) -> Answer {
        split(name, names)
        // A script finds what lies beside it; a test, what lies in the first folder above it that is no package (pytest).
        let base = firstFolderOutsidePackages(of: file)
        guard !roots.contains(base), case .found(let node) = descend(from: [base]), !tree.isNamespace(node) else {
            return .external
        }
        return .found(node)
    }

    /// `..a.b`: so many dots up from the package of the file.
    mutating func relative(_ name: Name, level: Int, in names: NameTable, from file: UInt32) -> Answer {
        guard let package = package(of: file, level: level) else { return .missing(in: ModuleTree.none, part: 0) }
        guard name.exists else { return .found(package) }
        split(name, names)
        return descend(package)
    }

    /// The package that so many dots name.
    func package(of file: UInt32, level: Int) -> UInt32? {
        var node = tree.nodeOfFile[Int(file)]
        if !tree.nodes[Int(node)].isPackage { node = tree.nodes[Int(node)].parent }
        for _ in 1..<max(1, level) {
            guard node != 0, node != ModuleTree.none else { return nil }
            node = tree.nodes[Int(node)].parent
        }
        return node == ModuleTree.none ? nil : node
    }

    /// The module that so many parts of the same name come before.
    func ancestor(of node: UInt32, _ steps: Int) -> UInt32 {
        var node = node
        for _ in 0..<steps where tree.nodes[Int(node)].parent != ModuleTree.none { node = tree.nodes[Int(node)].parent }
        return node
    }

    private mutating func split(_ name: Name, _ names: NameTable) {
        parts.removeAll(keepingCapacity: true)
        var parts: [TextKey] = []
        swap(&parts, &self.parts)
        names.forEachPart(of: name) {
            parts.append($0)
            return true
        }
        swap(&parts, &self.parts)
    }

    private func descend(_ start: UInt32) -> Answer {
        var node = start
        for (index, part) in parts.enumerated() {
            if tree.isCompiled(part, in: node) { return .external }
            let next = tree.child(of: node, part)
            guard next != ModuleTree.none else { return .missing(in: node, part: index) }
            node = next
        }
        return .found(node)
    }

    /// From several folders: the first module or package wins, else the namespace packages of all of them are one (PEP 420).
    private func descend(from roots: [UInt32]) -> Answer {
        var folders = roots
        for (index, part) in parts.enumerated() {
            var namespaces: [UInt32] = []
            var winner: UInt32?
            for folder in folders {
                if tree.isCompiled(part, in: folder) { return .external }
                let next = tree.child(of: folder, part)
                guard next != ModuleTree.none else { continue }
                if tree.isNamespace(next) {
                    namespaces.append(next)
                } else {
                    winner = next
                    break
                }
            }
            if let winner {
                folders = [winner]
            } else if !namespaces.isEmpty {
                folders = namespaces
            } else {
                // A folder whose name some installed package has as well is not that package.
                let isOutside = index == 0 || (index == 1 && tree.isNamespace(folders[0]))
                return isOutside ? .external : .missing(in: folders[0], part: index)
            }
        }
        return .found(folders[0])
    }

    /// A folder without code of its own right below a search root: an installed package of its name would come first.
    func isBareFolder(_ node: UInt32) -> Bool {
        node == 0 || (tree.isNamespace(node) && roots.contains(tree.nodes[Int(node)].parent))
    }

    private func firstFolderOutsidePackages(of file: UInt32) -> UInt32 {
        var node = tree.nodes[Int(tree.nodeOfFile[Int(file)])].parent
        if tree.nodes[Int(tree.nodeOfFile[Int(file)])].isPackage { node = tree.nodeOfFile[Int(file)] }
        while node != ModuleTree.none, node != 0, tree.nodes[Int(node)].isPackage {
            node = tree.nodes[Int(node)].parent
        }
        return node == ModuleTree.none ? 0 : node
    }
}
