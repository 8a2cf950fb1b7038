import CanonFacts

// `import a.b`, `import a.b as c`, `from a import b`, `c = import_module("a.b")`: names of modules whose attributes give way.
extension FileRewriting {
    private struct Group: Hashable {
        var scope: Int
        var local: String
    }

    /// A use of `c.X`.
    private struct Use {
        var reference: NameScopes.Reference
        /// How many parts of it are the old name.
        var parts: Int
        var target: String
        /// The literal of `patch.object(c, "X")`.
        var literal: TextLiteral?

        var module: String { target.moduleAndName?.module ?? "" }
        var name: String { target.moduleAndName?.name ?? "" }
    }

    mutating func rewriteHandles() {
        var groups: [Group: [NameScopes.Binding]] = [:]
        for binding in scopes.bindings {
            groups[Group(scope: binding.scope, local: binding.name), default: []].append(binding)
        }
        for (group, bindings) in groups.sorted(by: { ($0.key.scope, $0.key.local) < ($1.key.scope, $1.key.local) }) {
            let modules = bindings.map { module(boundBy: $0) }
            guard modules.contains(where: { $0.map { order.moves.modules.contains($0) } ?? false }) else { continue }
            let isPlain = bindings.allSatisfy { isPlainImport($0) }
            let distinct = Set(modules)
            guard isPlain || distinct.count == 1, let first = distinct.first, let module = first else {
                leaveAll(group, modules.compactMap(\.self))
                continue
            }
            if isPlain {
                rewritePlain(group, bindings)
            } else {
                rewriteNamed(group, bindings, module)
            }
        }
    }

    /// The absolute module that a binding's name stands for: of `import a.b` that is `a`.
    private func module(boundBy binding: NameScopes.Binding) -> String? {
        switch binding.kind {
        case .imported(let statement, let place):
            let imported = imports[statement].names[place]
            if !imports[statement].isFrom, imported.alias == nil { return imported.local }
            guard let target = imports[statement].target(place), order.moves[target] == nil else { return nil }
            return target
        case .dynamicModule(let module, _, _): return module
        default: return nil
        }
    }

    func isPlainImport(_ binding: NameScopes.Binding) -> Bool {
        guard case .imported(let statement, let place) = binding.kind else { return false }
        return !imports[statement].isFrom && imports[statement].names[place].alias == nil
    }

    /// Uses of a name, those that give way apart.
    private func uses(of group: Group, _ module: String) -> (moved: [Use], others: [NameScopes.Reference]) {
        var moved: [Use] = []
        var others: [NameScopes.Reference] = []
        for reference in scopes.references(to: group.local, boundIn: group.scope) {
            if let use = use(reference, module) { moved.append(use) } else { others.append(reference) }
        }
        return (moved, others)
    }

    private func use(_ reference: NameScopes.Reference, _ module: String) -> Use? {
        var dotted = module
        for (index, part) in reference.parts.enumerated().dropFirst() {
            dotted += "." + part.text
            guard let target = order.moves[dotted] else { continue }
            // What is assigned to is the name where it is used.
            if reference.isStore, index == reference.parts.count - 1, order.texts[dotted] != nil { return nil }
            return Use(reference: reference, parts: index + 1, target: target)
        }
        // `patch.object(c, "X")`
        guard
            let literal = texts.first(where: { literal in
                guard case .argument(let call) = literal.use else { return false }
                return call.index == 1 && call.firstStart == reference.start && call.firstEnd == reference.end
                    && Self.namesAttribute(call.callee)
            }), let target = order.moves[dotted + "." + literal.value], order.texts[dotted + "." + literal.value] == nil
        else { return nil }
        return Use(reference: reference, parts: reference.parts.count, target: target, literal: literal)
    }

    /// Whether the second argument of a call names an attribute of the first.
    private static func namesAttribute(_ callee: String) -> Bool {
        let parts = callee.split(separator: ".")
        guard let last = parts.last else { return false }
        if last == "object" { return parts.dropLast().last == "patch" }
        return ["setattr", "delattr", "getattr", "hasattr"].contains(last)
    }

    private mutating func leaveAll(_ group: Group, _ modules: [String]) {
        for reference in scopes.references(to: group.local, boundIn: group.scope) {
            guard let use = modules.compactMap({ use(reference, $0) }).first else { continue }
            leave(
                reference.start, reference.parts[use.parts - 1].end,
                because: "\(group.local) stands for different things here")
        }
    }

    // MARK: `import a.b`

    private mutating func rewritePlain(_ group: Group, _ bindings: [NameScopes.Binding]) {
        let statements = bindings.compactMap { binding -> (statement: Int, place: Int, name: String)? in
            guard case .imported(let statement, let place) = binding.kind else { return nil }
            return (statement, place, imports[statement].names[place].name)
        }
        let (moved, others) = uses(of: group, group.local)
        guard !moved.isEmpty else { return }
        /// The statement that a use needs: the longest beginning.
        func provider(_ dotted: String) -> String? {
            statements.map(\.name).filter { dotted == $0 || dotted.hasPrefix($0 + ".") }.max { $0.count < $1.count }
        }
        func dotted(_ reference: NameScopes.Reference) -> String {
            reference.parts.map(\.text).joined(separator: ".")
        }
        let needed = Set(others.map { provider(dotted($0)) ?? "" })
        var byProvider: [String: [Use]] = [:]
        for use in moved { byProvider[provider(dotted(use.reference)) ?? "", default: []].append(use) }
        for (name, uses) in byProvider.sorted(by: { $0.key < $1.key }) {
            let modules = Set(uses.map(\.module)).sorted()
            let roots = Set(modules.map { String($0.prefix { $0 != "." }) })
            let isFree = roots.allSatisfy { root in
                root == group.local
                    || scopes.canRename(group.local, to: root, in: group.scope) { self.module(boundBy: $0) == root }
            }
            let literals = uses.filter { $0.literal != nil }
            guard isFree, let provider = statements.first(where: { $0.name == name }) ?? statements.first else {
                for use in uses {
                    leave(use.reference.start, use.reference.end, because: "another name of this file is in the way")
                }
                continue
            }
            // What nothing else needs is replaced; who imports a package may need what its import does.
            let isReplaced =
                !name.isEmpty && !needed.contains(name) && !needed.contains("") && modules.count == 1
                && statements.count { $0.name == name } == 1 && order.moves.byModule[name] != nil
                && !(group.scope == 0 && order.heldNames.contains(group.local))
            if isReplaced {
                moduleChanges[provider.statement, default: [:]][provider.place] = modules[0]
            } else {
                for module in modules where !statements.contains(where: { $0.name == module }) {
                    add(ImportedObject(module: nil, name: module), behind: provider.statement)
                }
            }
            for use in uses where use.literal == nil {
                edits.replace(
                    use.reference.start, use.reference.parts[use.parts - 1].end, with: use.target)
            }
            for use in literals {
                edits.replace(use.reference.start, use.reference.end, with: use.module)
                edits.replace(use.literal!.start, use.literal!.end, with: use.name)
            }
        }
    }

    // MARK: `import a.b as c`

    private mutating func rewriteNamed(_ group: Group, _ bindings: [NameScopes.Binding], _ module: String) {
        let (moved, others) = uses(of: group, module)
        guard !moved.isEmpty else { return }
        let modules = Set(moved.map(\.module))
        let isHeld =
            scopes.isDeclared(group.local) || (group.scope == 0 && order.heldNames.contains(group.local))
        if others.isEmpty, modules.count == 1, let new = modules.first, !isHeld, replace(bindings, by: new) {
            for use in moved {
                if let literal = use.literal {
                    edits.replace(literal.start, literal.end, with: use.name)
                    if use.reference.parts.count > 1 {
                        edits.remove(use.reference.parts[0].end, use.reference.end)
                    }
                } else {
                    edits.replace(
                        use.reference.parts[1].start, use.reference.parts[use.parts - 1].end, with: use.name)
                }
            }
            return
        }
        bindBeside(group, bindings, moved)
    }

    /// Lets the name stand for another module; false when a statement cannot say that.
    private mutating func replace(_ bindings: [NameScopes.Binding], by module: String) -> Bool {
        for binding in bindings {
            if case .imported(let statement, _) = binding.kind, imports[statement].isFrom, module.moduleAndName == nil {
                return false
            }
        }
        for binding in bindings {
            switch binding.kind {
            case .imported(let statement, let place):
                let imported = imports[statement].names[place]
                guard imports[statement].isFrom, let (package, name) = module.moduleAndName else {
                    moduleChanges[statement, default: [:]][place] = module
                    continue
                }
                let alias = imported.local == name && imported.alias != imported.name ? nil : imported.local
                importChanges[statement, default: [:]][place] = ImportChange(module: package, name: name, alias: alias)
            case .dynamicModule(_, let start, let end): edits.replace(start, end, with: module)
            default: break
            }
        }
        return true
    }

    /// The module stays, for what else is used of it; what gives way gets an import of its own.
    private mutating func bindBeside(_ group: Group, _ bindings: [NameScopes.Binding], _ moved: [Use]) {
        for (target, uses) in Dictionary(grouping: moved, by: \.target).sorted(by: { $0.key < $1.key }) {
            guard let (module, name) = target.moduleAndName else { continue }
            let code = uses.filter { $0.literal == nil && !isLastStored($0) }
            for use in uses {
                if let literal = use.literal { nameByText(use, literal) }
                if use.literal == nil, isLastStored(use) {
                    leave(
                        use.reference.start, use.reference.end,
                        because: "it is assigned to, and \(group.local) is used for other things as well")
                }
            }
            guard !code.isEmpty else { continue }
            guard case .imported(let statement, _)? = bindings.last?.kind,
                canBind(name, to: target, insteadOf: group.local, in: group.scope)
            else {
                for use in code {
                    leave(
                        use.reference.start, use.reference.parts[use.parts - 1].end,
                        because: "the name \(name) is taken in this file")
                }
                continue
            }
            let isThere = scopes.bindings(of: name, in: group.scope).contains { binding in
                if case .imported = binding.kind { true } else { false }
            }
            if !isThere { add(ImportedObject(module: module, name: name), behind: statement) }
            for use in code {
                edits.replace(use.reference.start, use.reference.parts[use.parts - 1].end, with: name)
            }
        }
    }

    private func isLastStored(_ use: Use) -> Bool { use.reference.isStore && use.parts == use.reference.parts.count }

    /// `patch.object(c, "X")` is `patch("a.b.X")`, and `monkeypatch.setattr` takes a text in place of two arguments as well.
    private mutating func nameByText(_ use: Use, _ literal: TextLiteral) {
        guard case .argument(let call) = literal.use else { return }
        let quote = tree.string(literal.end, literal.end + 1)
        let parts = call.callee.split(separator: ".")
        switch parts.last {
        case "object": edits.remove(call.calleeEnd - 7, call.calleeEnd)
        case "setattr" where parts.count > 1, "delattr" where parts.count > 1: break
        default:
            leave(
                use.reference.start, literal.end + 1,
                because: "it names an attribute of a module that is used otherwise")
            return
        }
        edits.replace(use.reference.start, literal.end + 1, with: quote + use.target + quote)
    }

    /// A statement behind an import, once.
    mutating func add(_ object: ImportedObject, behind statement: Int) {
        if additions[statement]?.contains(object) != true { additions[statement, default: []].append(object) }
    }
}
