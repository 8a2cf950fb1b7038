internal import CanonFacts

/// What links the files of Swift targets: the names of each module, the extensions of each type, and its members.
struct SwiftLinks: Sendable {
    /// For each module, the file that declares each of its names. What is private in a file is not among them.
    private(set) var names: [UInt32: [TextKey: UInt32]] = [:]
    /// The files of each module, sorted.
    private(set) var files: [UInt32: [UInt32]] = [:]
    /// The modules that each Swift file imports.
    private(set) var imports: [UInt32: [UInt32]] = [:]
    private var members: [ObjectID: [TextKey: ObjectID]] = [:]
    private var extensions: [ObjectID: [ObjectID]] = [:]
    private var extended: [ObjectID: ObjectID] = [:]

    /// - Parameter graph: whose imports are linked already.
    init(_ graph: Graph) {
        let swiftFiles = graph.files.indices.map { UInt32($0) }.filter { graph.isSwift($0) }
        for file in swiftFiles { addNames(of: file, graph) }
        var linking = graph
        linking.swift = self
        for file in swiftFiles { addMembers(of: file, graph) }
        linking.swift = self
        addExtensions(swiftFiles, linking)
    }

    /// The type that an extension extends; of anything else itself.
    func type(of object: ObjectID) -> ObjectID { extended[object] ?? object }

    /// A type, then its extensions.
    func parts(of object: ObjectID) -> [ObjectID] { [object] + (extensions[object] ?? []) }

    func member(_ key: TextKey, of type: ObjectID) -> ObjectID? { members[type]?[key] }

    /// The methods of a type and its extensions; of overloads one.
    func methods(of object: ObjectID, _ graph: Graph) -> [ObjectID] {
        var methods: [ObjectID] = []
        var seen: Set<TextKey> = []
        for part in parts(of: object) {
            let facts = graph.facts(part.file.rawValue)
            graph.forEachMember(of: part) { index, declaration in
                guard declaration.kind != .class, seen.insert(facts.names.key(of: declaration.name)).inserted else {
                    return
                }
                methods.append(ObjectID(file: part.file, index: index))
            }
        }
        return methods
    }

    // MARK: Linking

    private mutating func addNames(of file: UInt32, _ graph: Graph) {
        let module = graph.tree.nodeOfFile[Int(file)]
        files[module, default: []].append(file)
        let summary = graph.summaries[Int(file)]
        imports[file] = summary.imports.compactMap { statement in
            if case .module(let node) = statement.link { return node }
            return nil
        }
        var own = names[module] ?? [:]
        for binding in summary.bindings {
            switch binding.kind {
            case .importModule, .importName, .importAll, .deletion: continue
            case .class, .function:
                if summary.facts.declarations[Int(binding.index)].flags.contains(.isUnlisted) { continue }
            case .reference, .value: break
            }
            if own[binding.key] == nil { own[binding.key] = file }
        }
        names[module] = own
    }

    /// Members of the types that a file declares.
    private mutating func addMembers(of file: UInt32, _ graph: Graph) {
        let facts = graph.facts(file)
        for (index, declaration) in facts.declarations.enumerated() where declaration.parent != FileFacts.noIndex {
            let parent = facts.declarations[Int(declaration.parent)]
            guard parent.kind == .class, !parent.flags.contains(.isExtension) else { continue }
            add(index, declaration, to: ObjectID(file: FileID(rawValue: file), index: declaration.parent), facts, file)
        }
    }

    private mutating func add(
        _ index: Int, _ declaration: Declaration, to type: ObjectID, _ facts: FileFacts, _ file: UInt32
    ) {
        let key = facts.names.key(of: declaration.name)
        if members[type]?[key] == nil {
            members[type, default: [:]][key] = ObjectID(file: FileID(rawValue: file), index: UInt32(index))
        }
    }

    /// Finds the types that extensions extend. One may extend what another one declares, so those that name a nested type come
    /// second.
    private mutating func addExtensions(_ swiftFiles: [UInt32], _ graph: Graph) {
        var graph = graph
        for isNested in [false, true] {
            for file in swiftFiles {
                let facts = graph.facts(file)
                for (index, declaration) in facts.declarations.enumerated()
                where declaration.flags.contains(.isExtension) && facts.names.hasDot(declaration.name) == isNested {
                    var search = Graph.Search()
                    let keys = facts.names.partKeys(of: declaration.name)
                    guard
                        case .object(let type) = graph.link(
                            ofParts: keys, inFile: file, scope: FileFacts.noIndex, &search),
                        graph.kind(of: type) == .class, graph.isSwift(type.file.rawValue)
                    else { continue }
                    let part = ObjectID(file: FileID(rawValue: file), index: UInt32(index))
                    extensions[type, default: []].append(part)
                    extended[part] = type
                    graph.forEachMember(of: part) { member, declaration in
                        add(Int(member), declaration, to: type, facts, file)
                    }
                }
            }
            graph.swift = self
        }
    }
}
