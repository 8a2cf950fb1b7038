import CanonCodeModel

/// The ways to one concept: the objects that implement it or pass on to it, the names that each has, the paths through which
/// it is imported, and from where. What the HTML report draws.
public struct ConceptRoutes: Hashable, Codable, Sendable {
    public var name: String
    /// The canonical object first, then the other implementations, then adapters.
    public var objects: [Destination]

    public struct Destination: Hashable, Codable, Sendable {
        public var symbol: String
        public var role: String
        public var isCanonical: Bool
        /// The manifest declares it as the factory.
        public var isFactory: Bool
        public var path: String
        public var line: Int
        /// The other names by which live code reaches it, as `module.Name`.
        public var aliases: [String]
        /// By the number of importing modules, most first.
        public var paths: [ImportPath]
    }

    public struct ImportPath: Hashable, Codable, Sendable {
        /// The module that importers name.
        public var module: String
        /// See ``Concept/registers(_:through:in:)``.
        public var isRegistered: Bool
        /// Import statements and uses of `module.Name` in live code.
        public var statements: Int
        /// The folders of the importing modules, most importers first.
        public var folders: [Folder]
    }

    public struct Folder: Hashable, Codable, Sendable {
        public var path: String
        public var modules: Int
    }
}

extension ConceptRoutes {
    init?(_ concept: Concept, in context: RuleContext) {
        guard let canonical = concept.canonical else { return nil }
        name = concept.name
        objects = concept.objects.map { Destination($0, canonical: canonical, concept, context) }
    }
}

extension ConceptRoutes.Destination {
    init(_ object: ObjectID, canonical: ObjectID, _ concept: Concept, _ context: RuleContext) {
        let model = context.model
        let place = model.place(of: object)
        symbol = model.symbol(of: object)
        role = model.role(of: object).rawValue
        isCanonical = object == canonical
        isFactory = object == concept.factory
        path = context.path(of: place.file)
        line = Int(place.line)

        struct Use {
            var statements = 0
            var files: Set<FileID> = []
        }
        var uses: [ModuleID: Use] = [:]
        var names: Set<String> = []
        for consumer in model.consumers(of: object) where context.scope(of: consumer.file) == .live {
            uses[consumer.module, default: Use()].statements += 1
            uses[consumer.module, default: Use()].files.insert(consumer.file)
            names.insert(consumer.path(in: model))
        }
        paths = uses.map { module, use in
            var folders: [String: Int] = [:]
            for file in use.files { folders[Self.folder(of: context.path(of: file)), default: 0] += 1 }
            return ConceptRoutes.ImportPath(
                module: model.modules[Int(module.rawValue)].name,
                isRegistered: concept.registers(object, through: module, in: model),
                statements: use.statements,
                folders: folders.map { ConceptRoutes.Folder(path: $0, modules: $1) }.sorted {
                    $0.modules != $1.modules ? $0.modules > $1.modules : $0.path < $1.path
                })
        }.sorted { a, b in a.modules != b.modules ? a.modules > b.modules : a.module < b.module }
        aliases = names.subtracting([symbol]).sorted()
    }

    private static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }
}

extension ConceptRoutes.ImportPath {
    /// How many modules import through it.
    public var modules: Int { folders.reduce(0) { $0 + $1.modules } }
}
