import CanonCodeModel

/// How each canonical object is to be imported, and which objects are reached by several paths: a page of Markdown that is the
/// same until the program changes.
public struct ImportRegistry: Sendable {
    private let context: RuleContext

    public init(_ context: RuleContext) { self.context = context }

    /// Objects with several paths: more rows are no reading.
    private static let maximumRows = 200

    public var markdown: String {
        var text = """
            # Import registry

            Written by `canon audit registry`; do not edit. `canon audit registry --check` fails when it is not current.


            """
        let concepts = context.concepts.filter { $0.canonical != nil }
        if !concepts.isEmpty { text += "## Canonical objects\n" }
        for concept in concepts { text += section(concept) }
        text += "\n## Live objects that are imported through several paths\n\n"
        let rows = severalPaths()
        guard !rows.isEmpty else { return text + "None.\n" }
        text += "| Object | Path | Modules |\n|---|---|---:|\n"
        for row in rows.prefix(Self.maximumRows) {
            for (index, path) in row.paths.enumerated() {
                text += "| \(index == 0 ? "`\(row.symbol)`" : "") | `\(path.module)` | \(path.users) |\n"
            }
        }
        if rows.count > Self.maximumRows { text += "\n\(rows.count - Self.maximumRows) more objects.\n" }
        return text
    }

    private func section(_ concept: Concept) -> String {
        guard let canonical = concept.canonical else { return "" }
        let model = context.model
        let name = model.name(of: canonical)
        var text = "\n### \(concept.name)\n\n"
        text += "`\(concept.canonicalSymbol)`, defined in `\(context.path(of: canonical.file))`"
        text += concept.declared.owner.map { "; owner: \($0)" } ?? ""
        text += "\n\n```python\n"
        let registered = concept.declared.importFrom.map(\.value)
        for module in registered.isEmpty ? [context.moduleName(of: canonical.file)] : registered {
            text += "from \(module) import \(name)\n"
        }
        text += "```\n"
        if let factory = concept.factory { text += "\nMade by `\(model.symbol(of: factory))`.\n" }
        let others = concept.implementations.dropFirst()
        if !others.isEmpty {
            text += "\nNot canonical:\n\n"
            for other in others { text += "- `\(model.symbol(of: other))` implements the same\n" }
        }
        let strays = paths(to: canonical).filter { !concept.allows($0.id) }
        if !strays.isEmpty {
            text += "\nNot registered:\n\n"
            for path in strays {
                text += "- `\(path.module)`: \(AuditFigures.counted(path.users, "module"))\n"
            }
        }
        return text
    }

    private struct Path {
        var id: ModuleID
        var module: String
        var users: Int
    }

    /// The paths that live modules use, the one with most users first.
    private func paths(to object: ObjectID) -> [Path] {
        var users: [ModuleID: Set<FileID>] = [:]
        for consumer in context.model.consumers(of: object) where context.scope(of: consumer.file) == .live {
            users[consumer.module, default: []].insert(consumer.file)
        }
        return users.map { Path(id: $0.key, module: context.model.name(of: $0.key), users: $0.value.count) }
            .sorted { ($1.users, $0.module) < ($0.users, $1.module) }
    }

    private func severalPaths() -> [(symbol: String, paths: [Path])] {
        let model = context.model
        return context.liveFiles.flatMap { model.objects(in: $0) }.compactMap {
            object -> (symbol: String, paths: [Path])? in
            let paths = paths(to: object)
            return paths.count > 1 ? (model.symbol(of: object), paths) : nil
        }.sorted { ($1.paths.count, $0.symbol) < ($0.paths.count, $1.symbol) }
    }
}
