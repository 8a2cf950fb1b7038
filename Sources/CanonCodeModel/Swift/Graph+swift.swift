internal import CanonFacts

// How names are looked up in Swift: in functions, in the types around, in the file, in its module, in the modules it imports.
extension Graph {
    @inline(__always)
    func isSwift(_ file: UInt32) -> Bool { summaries[Int(file)].facts.language == .swift }

    /// Where absolute names begin: the search roots of Python, and what holds the targets of Swift.
    var namedRoots: [UInt32] { tree.swiftRoot == ModuleTree.none ? roots : roots + [tree.swiftRoot] }

    /// The files that hold a module's code: one in Python, all of a target in Swift.
    func files(ofModule node: UInt32) -> [UInt32] {
        if let files = swift?.files[node] { return files }
        let file = tree.nodes[Int(node)].file
        return file == FileFacts.noIndex ? [] : [file]
    }

    /// A name of a target.
    func link(_ key: TextKey, among names: [TextKey: UInt32], of node: UInt32, _ search: inout Search) -> Link {
        guard let file = names[key] else { return .missing(module: node) }
        return named(key, inFile: file, &search) ?? .missing(module: node)
    }

    /// What code at the top of a file sees.
    func link(_ key: TextKey, inSwiftFile file: UInt32, _ swift: SwiftLinks, _ search: inout Search) -> Link {
        if let own = named(key, inFile: file, &search) { return own }
        let module = tree.nodeOfFile[Int(file)]
        for node in [module] + (swift.imports[file] ?? []) {
            if let file = swift.names[node]?[key], let found = named(key, inFile: file, &search) { return found }
        }
        return tree.nodes[Int(module)].component == key ? .module(module) : .unresolved(.unknownName)
    }

    /// What code in a declaration sees.
    func link(
        _ key: TextKey, inSwiftFile file: UInt32, scope: UInt32, _ swift: SwiftLinks, _ search: inout Search
    ) -> Link {
        let facts = facts(file)
        var scope = scope
        while scope != FileFacts.noIndex {
            let declaration = facts.declarations[Int(scope)]
            if declaration.kind == .class {
                let type = swift.type(of: ObjectID(file: FileID(rawValue: file), index: scope))
                if key == Self.instance || key == Self.ownType { return .object(type) }
                if case .object(let member) = member(key, ofSwift: type, swift, &search) { return .object(member) }
            } else if let link = local(key, inFile: file, declaration: scope, beforeEvent: .max, &search) {
                return link
            }
            scope = declaration.parent
        }
        return link(key, inSwiftFile: file, swift, &search)
    }

    private static let instance = TextKey("self" as StaticString)
    private static let ownType = TextKey("Self" as StaticString)

    /// A method or nested type of a type, of its extensions, or of what it inherits from or conforms to.
    func member(_ key: TextKey, ofSwift object: ObjectID, _ swift: SwiftLinks, _ search: inout Search) -> Link {
        guard search.goesOn() else { return .unresolved(.cycle) }
        let type = swift.type(of: object)
        if let own = swift.member(key, of: type) { return .object(own) }
        search.depth += 1
        defer { search.depth -= 1 }
        for base in bases(of: type, &search) {
            guard case .object(let base) = base, base != type, kind(of: base) == .class else { continue }
            if case .object(let found) = member(key, ofSwift: base, swift, &search) { return .object(found) }
        }
        return .unresolved(.attribute)
    }

    /// The types of other files that a file names, of each text the first: its consumption of them, as no import names them.
    func swiftUses(inFile file: UInt32) -> [AttributeUse] {
        let facts = facts(file)
        var uses: [AttributeUse] = []
        var seen = [Bool](repeating: false, count: facts.names.count)
        for (index, event) in facts.events.selecting([.use, .call]) {
            let name = Int(event.name.rawValue)
            guard !seen[name], !event.flags.contains(.unresolved) else { continue }
            seen[name] = true
            // Types begin with a capital; of what begins otherwise most are variables.
            guard facts.names.withUTF8(of: event.name, { $0.first.map { 0x41...0x5A ~= $0 } ?? false }) else {
                continue
            }
            var search = Search()
            var found: ObjectID?
            var link: Link?
            facts.names.forEachPart(of: event.name) { key in
                link = link.map { attribute(key, of: $0, &search) } ?? self.link(key, inFile: file, &search)
                if case .object(let object)? = link { found = object }
                if case .module? = link { return true }
                return false
            }
            guard let found, found.file.rawValue != file else { continue }
            uses.append(
                AttributeUse(
                    file: file, event: UInt32(index), module: tree.nodeOfFile[Int(found.file.rawValue)], target: found))
        }
        return uses
    }
}
