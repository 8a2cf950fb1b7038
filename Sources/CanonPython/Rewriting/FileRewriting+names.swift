import CanonFacts

// `from a import X`
extension FileRewriting {
    private struct Group: Hashable {
        var scope: Int
        var local: String
    }

    /// Names that are imported from where they give way: the statement names the new place, and the file the new name where that
    /// is free.
    mutating func rewriteImportedNames() {
        var groups: [Group: [(statement: Int, name: Int, target: String)]] = [:]
        for (index, statement) in imports.enumerated() where statement.isFrom && !statement.isStar {
            for (place, name) in statement.names.enumerated() {
                guard let old = statement.target(place), let target = order.moves[old] else { continue }
                groups[Group(scope: statement.scope, local: name.local), default: []].append((index, place, target))
            }
        }
        for (group, members) in groups.sorted(by: { ($0.key.scope, $0.key.local) < ($1.key.scope, $1.key.local) }) {
            rewrite(group, members)
        }
    }

    private mutating func rewrite(_ group: Group, _ members: [(statement: Int, name: Int, target: String)]) {
        let newName = rename(group, members)
        for member in members {
            guard let (module, name) = member.target.moduleAndName else { continue }
            let imported = imports[member.statement].names[member.name]
            var alias = imported.alias
            if alias == nil, name != imported.name, newName == nil { alias = imported.name }
            if alias == name, imported.alias != imported.name { alias = nil }
            importChanges[member.statement, default: [:]][member.name] = ImportChange(
                module: module, name: name, alias: alias)
        }
        guard let newName else { return }
        for reference in scopes.references(to: group.local, boundIn: group.scope) {
            edits.replace(reference.start, reference.parts[0].end, with: newName)
        }
        for binding in scopes.bindings(of: group.local, in: group.scope) {
            if case .placeholder = binding.kind { edits.replace(binding.start, binding.end, with: newName) }
        }
        if group.scope == 0 { renamed[group.local] = newName }
    }

    /// The name that all code of a scope may use instead; nil when it keeps the one it has.
    private func rename(_ group: Group, _ members: [(statement: Int, name: Int, target: String)]) -> String? {
        let targets = Set(members.map(\.target))
        guard targets.count == 1, let target = targets.first, let name = target.moduleAndName?.name,
            name != group.local,
            // A name that somebody chose for this file is kept.
            members.allSatisfy({ imports[$0.statement].names[$0.name].alias == nil })
        else { return nil }
        if group.scope == 0, order.heldNames.contains(group.local) { return nil }
        let isOurs = scopes.bindings(of: group.local, in: group.scope).allSatisfy { binding in
            switch binding.kind {
            case .placeholder: true
            case .imported(let statement, let place):
                members.contains { $0.statement == statement && $0.name == place }
            default: false
            }
        }
        guard isOurs, canBind(name, to: target, insteadOf: group.local, in: group.scope) else { return nil }
        return name
    }

    /// Whether a scope may have a new name for something, beside or instead of an old one.
    func canBind(_ name: String, to target: String, insteadOf old: String, in scope: Int) -> Bool {
        let isSame = scopes.bindings(of: name, in: scope).map { stands($0, for: target) }
        // `x = None` is the other arm of an import of the same name, or another thing.
        let isImported = isSame.contains { $0 == true }
        return scopes.canRename(old, to: name, in: scope) { stands($0, for: target) ?? isImported }
    }

    /// Whether a binding is an import of what moves to a target, or of the target; nil for `x = None`.
    private func stands(_ binding: NameScopes.Binding, for target: String) -> Bool? {
        switch binding.kind {
        case .placeholder: return nil
        case .imported(let statement, let place):
            guard let imported = imports[statement].target(place), imports[statement].isFrom else { return false }
            return imported == target || order.moves[imported] == target
        default: return false
        }
    }
}
