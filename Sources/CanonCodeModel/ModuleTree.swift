internal import CanonFacts

/// The folders and modules of a tree, each found by its folder and its name.
///
/// A module is one node whatever it is called: `src.pkg.mod` and, with `src` as a search root, `pkg.mod` are the same.
struct ModuleTree: Sendable {
    struct Node: Sendable {
        var parent: UInt32
        var component: TextKey
        var file: UInt32 = FileFacts.noIndex
        var isPackage = false
        var isHidden = false
        var text: String
    }

    static let none = UInt32.max

    private(set) var nodes: [Node] = []
    private var children: [ChildKey: UInt32] = [:]
    /// The node of each file.
    private(set) var nodeOfFile: [UInt32] = []
    private(set) var clashes: [(kept: UInt32, hidden: UInt32)] = []

    /// Under which the targets of Swift packages are modules: no import of Python finds them.
    private(set) var swiftRoot = Self.none

    /// Modules of which there is no source: `_speedups.cpython-313-x86_64-linux-gnu.so`.
    private var compiled: Set<ChildKey> = []
    private var swiftTargets: [SwiftTargets.Target: UInt32] = [:]

    private struct ChildKey: Hashable {
        var parent: UInt32
        var component: TextKey

        func hash(into hasher: inout Hasher) { hasher.combine(component ^ UInt64(parent) &* 0x9E37_79B9_7F4A_7C15) }
    }

    /// - Parameters:
    ///   - files: sorted by path, so that the files of a folder follow each other.
    ///   - compiled: paths of modules without source.
    init(files: [CodeFile], compiled paths: [String] = []) {
        nodes.reserveCapacity(files.count + files.count / 4)
        children.reserveCapacity(files.count + files.count / 4)
        nodeOfFile.reserveCapacity(files.count)
        nodes.append(Node(parent: Self.none, component: 0, text: ""))
        var folder: [UInt8] = []
        var folderNode: UInt32 = 0
        let targets = SwiftTargets(files)
        for (index, file) in files.enumerated() {
            if file.facts.language == .swift {
                nodeOfFile.append(node(of: targets.target(of: file.path)))
                continue
            }
            var path = file.path
            path.withUTF8 { path in
                let slash = path.lastIndex(of: 0x2F)
                let parent = path[..<(slash ?? 0)]
                if !parent.elementsEqual(folder) {
                    folder = Array(parent)
                    folderNode = self.folder(parent)
                }
                add(UInt32(index), named: path[(slash.map { $0 + 1 } ?? 0)...], in: folderNode)
            }
        }
        for var path in paths {
            path.withUTF8 { path in
                let slash = path.lastIndex(of: 0x2F)
                let name = path[(slash.map { $0 + 1 } ?? 0)...].prefix { $0 != 0x2E }
                let component = TextKey(UnsafeBufferPointer(rebasing: name))
                compiled.insert(ChildKey(parent: self.folder(path[..<(slash ?? 0)]), component: component))
            }
        }
    }

    /// Whether a folder has a module of that name without source; such a one comes before a source file of its name.
    func isCompiled(_ component: TextKey, in folder: UInt32) -> Bool {
        !compiled.isEmpty && compiled.contains(ChildKey(parent: folder, component: component))
    }

    /// The module of a target. Of two packages with a target of one name each has its own, and the first is found by the name.
    private mutating func node(of target: SwiftTargets.Target) -> UInt32 {
        if swiftRoot == Self.none {
            swiftRoot = UInt32(nodes.count)
            nodes.append(Node(parent: 0, component: 0, text: ""))
        }
        if let node = swiftTargets[target] { return node }
        let node = UInt32(nodes.count)
        let component = TextKey(target.name)
        nodes.append(Node(parent: swiftRoot, component: component, text: target.name))
        swiftTargets[target] = node
        let key = ChildKey(parent: swiftRoot, component: component)
        if children[key] == nil { children[key] = node }
        return node
    }

    /// The module of a Swift target that an import in a file of another one names: one of its own package comes first.
    func swiftModule(named name: String, seenFrom node: UInt32) -> UInt32? {
        let package = swiftTargets.first { $0.value == node }?.key.package ?? ""
        if let own = swiftTargets[SwiftTargets.Target(package: package, name: name)] { return own }
        guard swiftRoot != Self.none else { return nil }
        return children[ChildKey(parent: swiftRoot, component: TextKey(name))]
    }

    private mutating func folder(_ path: Slice<UnsafeBufferPointer<UInt8>>) -> UInt32 {
        var node: UInt32 = 0
        for part in path.split(separator: 0x2F) where !part.elementsEqual([0x2E]) { node = child(of: node, part) }
        return node
    }

    private mutating func child(of parent: UInt32, _ name: Slice<UnsafeBufferPointer<UInt8>>) -> UInt32 {
        let component = TextKey(UnsafeBufferPointer(rebasing: name))
        let key = ChildKey(parent: parent, component: component)
        if let node = children[key] { return node }
        let node = UInt32(nodes.count)
        nodes.append(Node(parent: parent, component: component, text: String(decoding: name, as: UTF8.self)))
        children[key] = node
        return node
    }

    private mutating func add(_ file: UInt32, named name: Slice<UnsafeBufferPointer<UInt8>>, in folder: UInt32) {
        let stem = name[..<(name.lastIndex(of: 0x2E) ?? name.endIndex)]
        if folder != 0, stem.elementsEqual("__init__".utf8) {
            // A package comes before a module of its name.
            if nodes[Int(folder)].file != FileFacts.noIndex { hide(nodes[Int(folder)].file, behind: file, of: folder) }
            nodes[Int(folder)].file = file
            nodes[Int(folder)].isPackage = true
            nodeOfFile.append(folder)
            return
        }
        let node = child(of: folder, stem)
        if nodes[Int(node)].file == FileFacts.noIndex {
            nodes[Int(node)].file = file
            nodeOfFile.append(node)
        } else {
            nodeOfFile.append(hiddenNode(file, text: nodes[Int(node)].text, in: folder))
            clashes.append((nodes[Int(node)].file, file))
        }
    }

    /// Gives a module that a package takes the place of a node that nothing finds.
    private mutating func hide(_ file: UInt32, behind kept: UInt32, of node: UInt32) {
        nodeOfFile[Int(file)] = hiddenNode(file, text: nodes[Int(node)].text, in: nodes[Int(node)].parent)
        clashes.append((kept, file))
    }

    private mutating func hiddenNode(_ file: UInt32, text: String, in folder: UInt32) -> UInt32 {
        let node = UInt32(nodes.count)
        nodes.append(Node(parent: folder, component: TextKey(text), file: file, isHidden: true, text: text))
        return node
    }

    /// What a folder holds under a name; ``none`` when nothing. A module that is no package holds nothing.
    func child(of parent: UInt32, _ component: TextKey) -> UInt32 {
        let node = nodes[Int(parent)]
        if node.file != FileFacts.noIndex, !node.isPackage { return Self.none }
        return children[ChildKey(parent: parent, component: component)] ?? Self.none
    }

    /// The folder, ignoring that a module of its name may hide it.
    func folder(of parent: UInt32, _ component: TextKey) -> UInt32 {
        children[ChildKey(parent: parent, component: component)] ?? Self.none
    }

    func isNamespace(_ node: UInt32) -> Bool { nodes[Int(node)].file == FileFacts.noIndex }
}
