internal import CanonFacts

// What part an object plays, told from facts.
extension CodeModel {
    public func role(of object: ObjectID) -> ObjectRole { explainedRole(of: object).role }

    /// The role, and the fact that decided.
    public func explainedRole(of object: ObjectID) -> (role: ObjectRole, because: String) {
        switch kind(of: object) {
        case .class: break
        case .enumeration: return (.enumeration, "made by a call of Enum")
        case .instance: return (.instance, "made by a call at the top of its module")
        case .newType, .namedTuple, .typedDict: return (.data, "made by a call that makes a type")
        case .typeAlias: return (.alias, "a type statement")
        case .function, .asyncFunction, .method, .asyncMethod:
            let products = products(of: object)
            guard let product = products.first else { return (.function, "a function") }
            return (.factory, "gives a \(name(of: product.object))")
        }
        let info = classInfo(of: object)
        if info.traits.contains(.exception) { return (.exception, "inherits from an exception") }
        if info.traits.contains(.enumeration) { return (.enumeration, "inherits from Enum") }
        if info.traits.contains(.mock) { return (.mock, "inherits from a mock") }
        if info.traits.contains(.protocolClass) { return (.protocolType, "Protocol is among its bases") }
        if isInterface(object, info) { return (.protocolType, "an abstract class whose public methods have no body") }
        if let shadowed = shadowedProtocol(of: object) {
            return (.protocolType, "takes the name of the protocol at line \(place(of: shadowed).line)")
        }
        if isNamedAsDouble(object) { return (.mock, "its name says that it stands in for another") }
        return behaviour(of: object, info)
    }

    private func isInterface(_ object: ObjectID, _ info: ClassInfo) -> Bool {
        let methods = publicMethods(of: object)
        guard info.traits.contains(.abstract), !methods.isEmpty else { return false }
        return methods.allSatisfy { declaration(of: $0)?.flags.contains(.isStub) == true }
    }

    /// A protocol of the same name earlier in the same scope: who imports the name means the interface.
    private func shadowedProtocol(of object: ObjectID) -> ObjectID? {
        let facts = facts(of: object.file)
        let own = facts.declarations[Int(object.index)]
        for index in 0..<Int(object.index) {
            let other = facts.declarations[index]
            guard other.kind == .class, other.parent == own.parent, other.name == own.name else { continue }
            let candidate = ObjectID(file: object.file, index: UInt32(index))
            if classInfo(of: candidate).traits.contains(.protocolClass) { return candidate }
        }
        return nil
    }

    private func isNamedAsDouble(_ object: ObjectID) -> Bool {
        let name = name(of: object).drop { $0 == "_" }
        for prefix in ["Mock", "Fake", "Stub", "Dummy"] where name.hasPrefix(prefix) {
            return name.dropFirst(prefix.count).first.map { $0.isUppercase || $0 == "_" } ?? true
        }
        return false
    }

    private func behaviour(of object: ObjectID, _ info: ClassInfo) -> (role: ObjectRole, because: String) {
        let methods = publicMethods(of: object)
        let facts = facts(of: object.file)
        let kept = facts.state.filter { $0.declaration == object.index && $0.container.isMapping }
        guard !methods.isEmpty else {
            if refusesToBeMade(object) { return (.adapter, "making one raises an error") }
            if info.ancestors.isEmpty, !self.methods(of: object).contains(where: { name(of: $0) == "__call__" }) {
                return (.data, "it has no public methods")
            }
            return (.implementation, "it has a behaviour of its own or inherits one")
        }
        if kept.isEmpty {
            let makers = methods.filter { method in products(of: method).contains { $0.object != object } }
            if makers.count * 2 > methods.count || (makers.count * 2 == methods.count && makers.count > 1) {
                return (
                    .factory, "\(makers.count) of its \(methods.count) public methods give instances of other classes"
                )
            }
            let checks = methods.filter { isCheck(name(of: $0)) }
            if checks.count * 2 > methods.count {
                return (
                    .validator,
                    "\(checks.count) of its \(methods.count) public methods check something, and it keeps no mapping"
                )
            }
        }
        let forwards = methods.count { forwardTarget(of: $0) != nil }
        if forwards * 2 > methods.count {
            return (.adapter, "\(forwards) of its \(methods.count) public methods pass on to another object")
        }
        let isRecord = !info.traits.isDisjoint(with: [.dataclass, .namedTuple, .typedDict, .validatedModel])
        if isRecord, kept.isEmpty || methods.count <= 3 { return (.data, "a record of fields") }
        return (
            .implementation,
            kept.isEmpty
                ? "it has a behaviour of its own" : "it keeps \(kept.count) mapping\(kept.count == 1 ? "" : "s")"
        )
    }

    /// Its `__new__` or `__init__` ends in an error whatever it is given.
    private func refusesToBeMade(_ object: ObjectID) -> Bool {
        let facts = facts(of: object.file)
        return methods(of: object).contains { method in
            guard ["__new__", "__init__"].contains(name(of: method)) else { return false }
            var depth = 0
            for event in facts.events[facts.body(of: Int(method.index))] {
                switch event.kind {
                case .enter: depth += 1
                case .leave: depth -= 1
                case .raise where depth == 0: return true
                default: break
                }
            }
            return false
        }
    }

    private func isCheck(_ name: String) -> Bool {
        guard let verb = name.split(separator: "_").first else { return false }
        return ["validate", "check", "verify", "ensure", "require", "assert", "is", "has"].contains(verb)
    }
}
