import CanonCodeModel
import CanonFacts

/// Every dotted name in a program that leads to something which gives way, with what it leads to afterwards.
struct MigrationPaths {
    /// `package.module.Name` to `package.module.Name`.
    private(set) var moves = MovedNames()
    /// What each name leads to now.
    private(set) var objects: [String: ObjectID] = [:]
    /// Files whose statements are the canonical object's own way to its registered names.
    let homes: Set<FileID>

    init(_ goal: MigrationGoal, _ model: CodeModel) {
        var homes: Set<FileID> = []
        for path in Set(goal.replacements.values) {
            let resolution = model.resolve(path.description)
            homes.formUnion(resolution.hops.map(\.file))
            if let object = resolution.object { homes.insert(object.file) }
        }
        self.homes = homes.union(goal.fronted.map(\.file))
        for (object, _) in goal.replacements {
            for file in Self.files(having: object, model) {
                let module = model.name(of: model.module(of: file))
                for name in Self.names(of: object, in: file, model) {
                    add(DottedPath(module: module, name: name), object, goal, model)
                }
            }
            for consumer in model.consumers(of: object) {
                let name = model.facts(of: consumer.file).names[consumer.name]
                let last = name.split(separator: ".").last.map(String.init) ?? name
                let path = DottedPath(module: model.name(of: consumer.module), name: last)
                guard model.resolve(path.description).object == object else { continue }
                add(path, object, goal, model)
            }
        }
    }

    /// Those of other objects only.
    func moves(without objects: Set<ObjectID>) -> MovedNames {
        MovedNames(moves.targets.filter { path, _ in self.objects[path].map { !objects.contains($0) } ?? true })
    }

    private mutating func add(_ path: DottedPath, _ object: ObjectID, _ goal: MigrationGoal, _ model: CodeModel) {
        guard let replacement = goal.replacement(of: path, for: object, in: model) else { return }
        moves[path.description] = replacement.description
        objects[path.description] = object
    }

    /// Files that have a name for an object at their top: the one that defines it, and those that import it.
    private static func files(having object: ObjectID, _ model: CodeModel) -> Set<FileID> {
        var files: Set<FileID> = [object.file]
        for consumer in model.consumers(of: object) { files.insert(consumer.file) }
        // A star takes names without saying so.
        var sources = files
        while !sources.isEmpty {
            var found: Set<FileID> = []
            for source in sources {
                for edge in model.importers(of: model.module(of: source)) where !files.contains(edge.from) {
                    if model.imports(in: edge.from)[Int(edge.index)].kind == .all { found.insert(edge.from) }
                }
            }
            files.formUnion(found)
            sources = found
        }
        return files
    }

    /// The names that a file has for an object, by its own statements and by stars.
    private static func names(of object: ObjectID, in file: FileID, _ model: CodeModel) -> Set<String> {
        let module = model.name(of: model.module(of: file))
        var names: Set<String> = []
        var candidates = Set(model.bindings(in: file).map { model.name(of: $0, in: file) })
        if model.imports(in: file).contains(where: { $0.kind == .all }) { candidates.insert(model.name(of: object)) }
        for name in candidates where model.resolve("\(module).\(name)").object == object { names.insert(name) }
        return names
    }
}
