public import CanonFacts

/// A program: modules, the objects that they define, the names that these have, and who imports what.
///
/// Made from the facts of many files by linking them; nothing is executed. A value that never changes and may be read by many
/// threads. The same files give the same model whatever their order and the number of threads.
public struct CodeModel: Sendable {
    public struct Options: Sendable {
        /// The folders in which absolute imports start, relative to the tree (`""`: the tree itself), in the order in which they
        /// are tried. Empty: the tree, and a `src` folder when imports go through it.
        public var searchRoots: [String]
        /// How many threads work at most.
        public var jobs: Int
        /// Decides conditions such as `sys.version_info >= (3, 11)`.
        public var environment: RuntimeEnvironment

        /// Paths of modules of which there is no source (`pkg/_speedups.cpython-313-x86_64-linux-gnu.so`): they are there, and
        /// nothing is known of what they have.
        public var compiledModules: [String]

        public init(
            searchRoots: [String] = [], jobs: Int = 1, environment: RuntimeEnvironment = RuntimeEnvironment(),
            compiledModules: [String] = []
        ) {
            self.searchRoots = searchRoots
            self.compiledModules = compiledModules
            self.jobs = jobs
            self.environment = environment
        }
    }

    public let options: Options
    /// Given or inferred, relative to the tree.
    public let searchRoots: [String]
    /// Folders stand before what is in them.
    public let modules: [Module]
    /// Files that no import finds because another one of their name comes first.
    public let clashes: [ModuleClash]
    let graph: Graph
    let edges: ImportIndex

    /// Sorted by path.
    public var files: [CodeFile] { graph.files }

    /// Links files to a model.
    public init(files: [CodeFile], options: Options = Options()) {
        let linked = Linker(files: files, options: options).link()
        self.options = options
        searchRoots = linked.rootPaths
        modules = linked.modules
        clashes = linked.graph.tree.clashes.map { clash in
            ModuleClash(
                name: linked.modules[Int(linked.graph.tree.nodeOfFile[Int(clash.kept)])].name,
                kept: FileID(rawValue: clash.kept), hidden: FileID(rawValue: clash.hidden))
        }
        graph = linked.graph
        edges = linked.edges
    }

    // MARK: Files and modules

    public func path(of file: FileID) -> String { graph.files[Int(file.rawValue)].path }

    public func facts(of file: FileID) -> FileFacts { graph.facts(file.rawValue) }

    /// The file with a path, which is relative to the tree.
    public func file(path: String) -> FileID? {
        var low = 0
        var high = files.count
        while low < high {
            let middle = (low + high) / 2
            if files[middle].path < path { low = middle + 1 } else { high = middle }
        }
        return low < files.count && files[low].path == path ? FileID(low) : nil
    }

    public func module(of file: FileID) -> ModuleID { ModuleID(rawValue: graph.tree.nodeOfFile[Int(file.rawValue)]) }

    /// What holds a module's code; nil for a namespace package.
    public func file(of module: ModuleID) -> FileID? { modules[Int(module.rawValue)].file }

    public func name(of module: ModuleID) -> String { modules[Int(module.rawValue)].name }

    /// The module that an absolute import of a name finds.
    public func module(named name: String) -> ModuleID? {
        for root in graph.namedRoots {
            var node: UInt32? = root
            for part in name.parts(at: ".", omittingEmpty: false) {
                guard let parent = node else { break }
                let next = graph.tree.child(of: parent, TextKey(String(part)))
                node = next == ModuleTree.none ? nil : next
            }
            if let node, node != root { return ModuleID(rawValue: node) }
        }
        return nil
    }

    /// Folders that lack a module that some import names: where a module without source may lie
    /// (``Options/compiledModules``). Paths relative to the tree.
    public func foldersLackingModules() -> [String] {
        var nodes: Set<UInt32> = []
        for summary in graph.summaries {
            for statement in summary.imports {
                if case .missing(let node) = statement.link, node != ModuleTree.none { nodes.insert(node) }
            }
        }
        return nodes.map { graph.tree.path(of: $0) }.sorted()
    }

    // MARK: Objects

    /// Everything that a file defines: its declarations, then what assignments make.
    public func objects(in file: FileID) -> [ObjectID] {
        let index = Int(file.rawValue)
        let count = graph.files[index].facts.declarations.count + graph.summaries[index].made.count
        return (0..<UInt32(count)).map { ObjectID(file: file, index: $0) }
    }

    /// Classes of a file, nested ones too.
    public func classes(in file: FileID) -> [ObjectID] {
        declarations(in: file) { $0.kind == .class && !$0.flags.contains(.isExtension) }
    }

    /// Functions and methods of a file, nested ones too.
    public func functions(in file: FileID) -> [ObjectID] { declarations(in: file) { $0.kind != .class } }

    private func declarations(in file: FileID, where holds: (Declaration) -> Bool) -> [ObjectID] {
        let facts = facts(of: file)
        return facts.declarations.indices.filter { holds(facts.declarations[$0]) }
            .map { ObjectID(file: file, index: UInt32($0)) }
    }

    public func kind(of object: ObjectID) -> ObjectKind { graph.kind(of: object) }

    /// The statement that makes an object; nil when an assignment does.
    public func declaration(of object: ObjectID) -> Declaration? {
        let declarations = graph.facts(object.file.rawValue).declarations
        return Int(object.index) < declarations.count ? declarations[Int(object.index)] : nil
    }

    /// `C`
    public func name(of object: ObjectID) -> String {
        let facts = facts(of: object.file)
        guard let declaration = declaration(of: object) else { return facts.names[binding(making: object).name] }
        return facts.names[declaration.name]
    }

    /// `Outer.C`
    public func qualifiedName(of object: ObjectID) -> String {
        guard let declaration = declaration(of: object) else { return name(of: object) }
        let facts = facts(of: object.file)
        var text = facts.names[declaration.name]
        var parent = declaration.parent
        while parent != FileFacts.noIndex {
            text = facts.names[facts.declarations[Int(parent)].name] + "." + text
            parent = facts.declarations[Int(parent)].parent
        }
        return text
    }

    /// `package.module.Outer.C`: the name under which an object was made. Of two statements that make one name it is the same.
    public func symbol(of object: ObjectID) -> String {
        let module = name(of: module(of: object.file))
        return module.isEmpty ? qualifiedName(of: object) : module + "." + qualifiedName(of: object)
    }

    public func place(of object: ObjectID) -> Place {
        guard let declaration = declaration(of: object) else {
            let event = facts(of: object.file).events[Int(binding(making: object).event)]
            return Place(file: object.file, line: event.line)
        }
        return Place(file: object.file, line: declaration.line)
    }

    /// The class in whose body an object is declared.
    public func enclosingClass(of object: ObjectID) -> ObjectID? {
        guard let declaration = declaration(of: object), declaration.parent != FileFacts.noIndex,
            facts(of: object.file).declarations[Int(declaration.parent)].kind == .class
        else { return nil }
        return ObjectID(file: object.file, index: declaration.parent)
    }

    /// Whether a function's body declares it, so that there is a new one for each call.
    public func isNestedInFunction(_ object: ObjectID) -> Bool {
        let declarations = facts(of: object.file).declarations
        guard Int(object.index) < declarations.count else { return false }
        var parent = declarations[Int(object.index)].parent
        while parent != FileFacts.noIndex {
            if declarations[Int(parent)].kind != .class { return true }
            parent = declarations[Int(parent)].parent
        }
        return false
    }

    func binding(making object: ObjectID) -> NameBinding {
        let summary = graph.summaries[Int(object.file.rawValue)]
        let made = summary.made[Int(object.index) - graph.facts(object.file.rawValue).declarations.count]
        return summary.bindings[Int(made.binding)]
    }

    /// The class of an instance that a module makes.
    public func type(of object: ObjectID) -> ObjectID? {
        guard kind(of: object) == .instance else { return nil }
        var search = Graph.Search()
        guard case .object(let type) = graph.classOfInstance(object, &search) else { return nil }
        return type
    }
}
