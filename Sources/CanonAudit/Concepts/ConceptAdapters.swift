import CanonCodeModel
import CanonFacts

/// What hands out an implementation of a concept, or only passes on to one.
enum ConceptAdapters {
    /// Classes and functions of live code that refer to an implementation, or to an adapter of one, and hand it out or pass on
    /// to it.
    static func of(
        _ implementations: Set<ObjectID>, model: CodeModel, isLive: (FileID) -> Bool
    ) -> [ObjectID] {
        var found: Set<ObjectID> = []
        var newest = implementations
        // An adapter of an adapter is one, too; nobody stacks them without end.
        for _ in 0..<4 where !newest.isEmpty {
            var next: Set<ObjectID> = []
            let members = implementations.union(found)
            for sites in model.references(to: newest).values {
                for (file, site) in sites where isLive(file) && site.scope != FileFacts.noIndex {
                    let around = ObjectID(file: file, index: site.scope)
                    let holder = model.enclosingClass(of: around) ?? around
                    guard !members.contains(holder), !next.contains(holder),
                        isAdapter(holder, of: implementations, members: members, model)
                    else { continue }
                    next.insert(holder)
                }
            }
            found.formUnion(next)
            newest = next
        }
        return found.sorted()
    }

    private static func isAdapter(
        _ object: ObjectID, of implementations: Set<ObjectID>, members: Set<ObjectID>, _ model: CodeModel
    ) -> Bool {
        switch model.kind(of: object) {
        case .class:
            let methods = model.publicMethods(of: object)
            if methods.contains(where: { method in
                model.products(of: method).contains { implementations.contains($0.object) }
            }) {
                return true
            }
            guard model.role(of: object) == .adapter else { return false }
            // Who mostly passes on to something else is a client that happens to name the concept as well.
            let leading = methods.compactMap { method in
                model.forwardTarget(of: method).flatMap { target in
                    mayLead(target, from: object, to: members, model) ? (method, target.callee) : nil
                }
            }
            guard leading.count * 2 > methods.count else { return false }
            // One method that only calls something is a small client, unless it stands for the very method.
            return leading.count > 1
                || leading.contains { method, callee in
                    callee.split(separator: ".").last.map(String.init) == model.name(of: method)
                }
        case .function, .asyncFunction:
            return model.products(of: object).contains { implementations.contains($0.object) }
        default: return false
        }
    }

    /// Whether a call may be one of the concept. Where the source does not tell what is called, it may.
    private static func mayLead(
        _ call: ForwardTarget, from holder: ObjectID, to members: Set<ObjectID>, _ model: CodeModel
    ) -> Bool {
        func isMember(_ object: ObjectID) -> Bool {
            members.contains(object) || model.enclosingClass(of: object).map { members.contains($0) } == true
                || model.products(of: object).contains { members.contains($0.object) }
        }
        if let target = call.object { return isMember(target) }
        let parts = call.callee.split(separator: ".").map(String.init)
        let facts = model.facts(of: holder.file)
        let isOwn = parts[0] == "self" || parts[0] == "cls"
        // A method of its own is what it does itself.
        guard parts.count > (isOwn ? 2 : 1) else { return false }
        let owner = isOwn ? holder.index : FileFacts.noIndex
        let name = isOwn ? parts[1] : parts[0]
        let kept = facts.state.first { $0.declaration == owner && facts.names[$0.name] == name }
        guard let kept else {
            // Inherited, or a name from elsewhere: an import says what it stands for.
            guard !isOwn, case .object(let object) = model.resolve(name, in: holder.file).target else { return true }
            return isMember(madeBy(object, model) ?? object)
        }
        for text in [facts.names[kept.value], facts.names[kept.annotation]] where !text.isEmpty {
            switch model.resolve(text, in: holder.file).target {
            case .object(let object): return isMember(object)
            case .external: return false
            default: continue
            }
        }
        return true
    }

    /// What an instance at the top of a module is made by.
    private static func madeBy(_ instance: ObjectID, _ model: CodeModel) -> ObjectID? {
        guard model.kind(of: instance) == .instance else { return nil }
        let facts = model.facts(of: instance.file)
        let state = facts.state.first {
            $0.declaration == FileFacts.noIndex && facts.names[$0.name] == model.name(of: instance)
        }
        return state.flatMap { model.resolve(facts.names[$0.value], in: instance.file).object }
    }
}
