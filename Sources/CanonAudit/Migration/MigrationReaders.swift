import CanonCodeModel
import CanonFacts

/// The files that name something which gives way: by an import, an attribute of a module, or a text.
struct MigrationReaders {
    let files: [FileID]

    init(_ paths: MigrationPaths, _ goal: MigrationGoal, _ model: CodeModel) {
        var files: Set<FileID> = []
        for object in goal.replacements.keys {
            files.insert(object.file)
            for consumer in model.consumers(of: object) { files.insert(consumer.file) }
        }
        let modules = Set(paths.moves.byModule.keys.compactMap { model.module(named: $0) })
        for module in modules {
            for edge in model.importers(of: module) { files.insert(edge.from) }
        }
        let roots = Set(paths.moves.byModule.keys.map { Array($0.utf8.prefix { $0 != 0x2E }) })
        for index in model.files.indices where Self.hasText(model.files[index].facts.names, paths.moves, roots) {
            files.insert(FileID(rawValue: UInt32(index)))
        }
        self.files = files.sorted()
    }

    /// Whether one of a file's texts begins with something that gives way.
    private static func hasText(_ names: NameTable, _ moves: MovedNames, _ roots: Set<[UInt8]>) -> Bool {
        for index in 1..<UInt32(max(1, names.count)) {
            let name = Name(rawValue: index)
            let mayBe = names.withUTF8(of: name) { text in
                roots.contains { root in
                    text.count > root.count + 1 && text[root.count] == 0x2E && text.starts(with: root)
                }
            }
            if mayBe, moves.beginning(of: names[name]) != nil { return true }
        }
        return false
    }
}
