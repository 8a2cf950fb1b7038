internal import CanonFacts

// What classes and functions hold and give.
extension Graph {
    /// A method, class or alias in a class or one of its bases; of an instance, of its class.
    func member(_ key: TextKey, of object: ObjectID, _ search: inout Search) -> Link {
        let file = object.file.rawValue
        let facts = facts(file)
        guard search.goesOn() else { return .unresolved(.cycle) }
        guard Int(object.index) < facts.declarations.count else {
            guard case .object(let type) = classOfInstance(object, &search) else { return .unresolved(.attribute) }
            search.depth += 1
            defer { search.depth -= 1 }
            return member(key, of: type, &search)
        }
        let declaration = facts.declarations[Int(object.index)]
        guard declaration.kind == .class else { return .unresolved(.attribute) }
        if let swift, isSwift(file) { return member(key, ofSwift: object, swift, &search) }
        if let own = ownMember(key, of: object) {
            if search.traces {
                let line = facts.declarations[Int(own)].line
                search.hops.append(Hop(file: object.file, event: facts.declarations[Int(own)].event, line: line))
            }
            return .object(ObjectID(file: object.file, index: own))
        }
        if let alias = alias(key, inClass: object, &search) { return alias }
        for base in bases(of: object, &search) {
            guard case .object(let base) = base, base != object else { continue }
            search.depth += 1
            defer { search.depth -= 1 }
            let found = member(key, of: base, &search)
            if case .unresolved = found { continue }
            return found
        }
        return .unresolved(.attribute)
    }

    /// The last declaration of a name right in a class.
    private func ownMember(_ key: TextKey, of object: ObjectID) -> UInt32? {
        let facts = facts(object.file.rawValue)
        var found: UInt32?
        forEachMember(of: object) { index, declaration in
            if facts.names.key(of: declaration.name) == key { found = index }
        }
        return found
    }

    /// The declarations right in a class (or function), in order.
    func forEachMember(of object: ObjectID, _ body: (UInt32, Declaration) -> Void) {
        let declarations = facts(object.file.rawValue).declarations
        let end = declarations[Int(object.index)].endLine
        var index = Int(object.index) + 1
        while index < declarations.count, declarations[index].line <= end {
            if declarations[index].parent == object.index { body(UInt32(index), declarations[index]) }
            index += 1
        }
    }

    /// `create = make` in a class body.
    private func alias(_ key: TextKey, inClass object: ObjectID, _ search: inout Search) -> Link? {
        let facts = facts(object.file.rawValue)
        var value = Name.none
        for (_, event) in facts.events.selecting([.bind], in: facts.body(of: Int(object.index)))
        where event.declaration == object.index && event.form == .name {
            guard event.valueKind == .reference, facts.names.key(of: event.name) == key else { continue }
            value = event.value
        }
        guard value.exists else { return nil }
        let name = facts.names.key(of: value)
        if let own = ownMember(name, of: object) { return .object(ObjectID(file: object.file, index: own)) }
        return link(ofDotted: value, inFile: object.file.rawValue, &search)
    }

    /// What the bases in a class statement stand for. Type arguments are left away.
    func bases(of object: ObjectID, _ search: inout Search) -> [Link] {
        guard let swift, isSwift(object.file.rawValue) else { return ownBases(of: object, &search) }
        // An extension may add a conformance.
        return swift.parts(of: object).flatMap { ownBases(of: $0, &search) }
    }

    private func ownBases(of object: ObjectID, _ search: inout Search) -> [Link] {
        let facts = facts(object.file.rawValue)
        let declaration = facts.declarations[Int(object.index)]
        var links: [Link] = []
        for index in declaration.bases.indices {
            links.append(link(ofText: Name(rawValue: facts.lists[index]), for: object, &search))
        }
        return links
    }

    /// Of a text that may have type arguments (`Generic[T]`), seen from a declaration.
    func link(ofText name: Name, for object: ObjectID, _ search: inout Search) -> Link {
        let facts = facts(object.file.rawValue)
        let keys = facts.names.withUTF8(of: name) { text -> [TextKey]? in
            let head = text[..<(text.firstIndex(of: 0x5B) ?? text.endIndex)]
            guard !head.contains(0x28), !head.contains(0x20) else { return nil }
            return head.split(separator: 0x2E).map { TextKey(UnsafeBufferPointer(rebasing: $0)) }
        }
        guard let keys, !keys.isEmpty else { return .unresolved(.computed) }
        let scope = facts.declarations[Int(object.index)].parent
        return link(
            ofParts: keys, inFile: object.file.rawValue, scope: scope,
            beforeEvent: facts.declarations[Int(object.index)].event, &search)
    }

    /// The class of what a module's `x = Class()` makes.
    func classOfInstance(_ object: ObjectID, _ search: inout Search) -> Link {
        let file = object.file.rawValue
        let facts = facts(file)
        let made = summaries[Int(file)].made[Int(object.index) - facts.declarations.count]
        guard made.kind == .instance else { return .unresolved(.attribute) }
        let binding = summaries[Int(file)].bindings[Int(made.binding)]
        let callee = facts.events[Int(binding.event)].value
        search.depth += 1
        defer { search.depth -= 1 }
        let link = link(ofDotted: callee, inFile: file, before: made.binding, &search)
        guard case .object(let type) = link else { return link }
        // A function says it by its annotation or by what it returns.
        guard kind(of: type).isFunction else { return link }
        return product(of: type, &search)
    }

    /// What a function gives back: by its annotation, else by its returns, when these name one class.
    func product(of function: ObjectID, _ search: inout Search) -> Link {
        let facts = facts(function.file.rawValue)
        let declaration = facts.declarations[Int(function.index)]
        if declaration.returns.exists {
            let text = facts.names[declaration.returns]
            if let name = TypeText.single(text) {
                var local = search
                local.typing = true
                let found = link(
                    ofParts: name.parts(at: ".").map { TextKey(String($0)) }, inFile: function.file.rawValue,
                    scope: declaration.parent, &local)
                if case .object = found { return found }
            }
        }
        guard search.depth < Search.deepest else { return .unresolved(.cycle) }
        for (_, event) in facts.events.selecting([.return], in: facts.body(of: Int(function.index)))
        where event.declaration == function.index && event.valueKind == .call {
            search.depth += 1
            defer { search.depth -= 1 }
            let keys = facts.names.partKeys(of: event.value)
            let found = link(ofParts: keys, inFile: function.file.rawValue, scope: function.index, &search)
            if case .object(let object) = found, kind(of: object) == .class { return found }
        }
        return .unresolved(.attribute)
    }

    func kind(of object: ObjectID) -> ObjectKind {
        let facts = facts(object.file.rawValue)
        guard Int(object.index) < facts.declarations.count else {
            return summaries[Int(object.file.rawValue)].made[Int(object.index) - facts.declarations.count].kind
        }
        let declaration = facts.declarations[Int(object.index)]
        let isMethod = declaration.flags.contains(.isMethod)
        switch declaration.kind {
        case .class: return .class
        case .function: return isMethod ? .method : .function
        case .asyncFunction: return isMethod ? .asyncMethod : .asyncFunction
        }
    }
}
