public import CanonFacts

// What classes inherit, declare and keep.
extension CodeModel {
    /// Bases, ancestors and kind of a class. Of anything else there are none.
    public func classInfo(of object: ObjectID) -> ClassInfo {
        graph.summaries[Int(object.file.rawValue)].classes.value(of: object.index) { makeInfo(of: object) }
    }

    private func makeInfo(of object: ObjectID) -> ClassInfo {
        var info = ClassInfo(bases: [], ancestors: [], externalBases: [], traits: [])
        guard kind(of: object) == .class else { return info }
        let own = ownInfo(of: object)
        info = own
        var lines: [[ObjectID]] = []
        var seen: Set<ObjectID> = [object]
        for base in own.bases {
            guard case .object(let base) = base, base != object else { continue }
            lines.append(lineage(of: base, &seen, depth: 0))
        }
        // An ancestor of several bases stands behind all of them.
        var ancestors: [ObjectID] = []
        for ancestor in lines.joined().reversed() where !ancestors.contains(ancestor) { ancestors.append(ancestor) }
        info.ancestors = ancestors.reversed()
        for ancestor in info.ancestors where kind(of: ancestor) == .class {
            let inherited = ownInfo(of: ancestor)
            info.traits.formUnion(inherited.traits.intersection(.inherited))
            for base in inherited.externalBases where !info.externalBases.contains(base) {
                info.externalBases.append(base)
            }
        }
        return info
    }

    private func lineage(of object: ObjectID, _ seen: inout Set<ObjectID>, depth: Int) -> [ObjectID] {
        guard depth < 64, kind(of: object) == .class, seen.insert(object).inserted || depth == 0 else {
            return [object]
        }
        var search = Graph.Search()
        return [object]
            + graph.bases(of: object, &search).flatMap { base -> [ObjectID] in
                guard case .object(let base) = base else { return [] }
                return lineage(of: base, &seen, depth: depth + 1)
            }
    }

    /// What the class statement itself says.
    private func ownInfo(of object: ObjectID) -> ClassInfo {
        if graph.isSwift(object.file.rawValue) { return ownSwiftInfo(of: object) }
        let facts = facts(of: object.file)
        let declaration = facts.declarations[Int(object.index)]
        var info = ClassInfo(bases: [], ancestors: [], externalBases: [], traits: [])
        var search = Graph.Search()
        for (offset, link) in zip(declaration.bases.indices, graph.bases(of: object, &search)) {
            let text = facts.names[Name(rawValue: facts.lists[offset])]
            let head = String(text.prefix { $0 != "[" && $0 != "(" })
            let target = target(link, last: head, head)
            info.bases.append(target)
            switch target {
            case .external(let name):
                info.externalBases.append(name)
                info.traits.formUnion(Self.traits(ofBase: name, named: head))
            case .object(let base) where kind(of: base) == .namedTuple: info.traits.insert(.namedTuple)
            case .object(let base) where kind(of: base) == .typedDict: info.traits.insert(.typedDict)
            case .object: break
            default: info.traits.insert(.hasUnknownBase)
            }
        }
        for offset in stride(
            from: declaration.keywords.indices.lowerBound, to: declaration.keywords.indices.upperBound, by: 2)
        where facts.names[Name(rawValue: facts.lists[offset])] == "metaclass" {
            let metaclass = facts.names[Name(rawValue: facts.lists[offset + 1])]
            if metaclass.hasSuffix("ABCMeta") { info.traits.insert(.abstract) }
            if metaclass.hasSuffix("EnumMeta") || metaclass.hasSuffix("EnumType") { info.traits.insert(.enumeration) }
        }
        for decorator in decorators(of: object) {
            switch decorator.lastPart(at: ".") {
            case "dataclass", "attrs", "define", "frozen", "mutable": info.traits.insert(.dataclass)
            case "s" where decorator == "attr.s": info.traits.insert(.dataclass)
            default: break
            }
        }
        if !info.traits.contains(.protocolClass) {
            graph.forEachMember(of: object) { index, member in
                if decorators(of: ObjectID(file: object.file, index: index)).contains(where: {
                    $0.hasSuffix("abstractmethod")
                }) {
                    info.traits.insert(.abstract)
                }
            }
        }
        return info
    }

    private static func traits(ofBase external: String, named text: String) -> ClassTraits {
        let last = String(external.lastPart(at: ".") ?? "")
        switch last {
        case "Protocol": return .protocolClass
        case "ABC": return .abstract
        case "Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "ReprEnum": return .enumeration
        case "TypedDict": return .typedDict
        case "NamedTuple": return .namedTuple
        case "BaseModel", "BaseSettings": return .validatedModel
        case "Mock", "MagicMock", "AsyncMock", "NonCallableMock": return .mock
        case "object", "Generic": return []
        default:
            let isError = ["Exception", "Error", "Warning", "ExceptionGroup"].contains { last.hasSuffix($0) }
            if isError { return .exception }
            return external.hasPrefix("builtins.") ? [] : .hasUnknownBase
        }
    }

    /// Dotted texts, in the order of the source.
    public func decorators(of object: ObjectID) -> [String] {
        guard let declaration = declaration(of: object) else { return [] }
        let facts = facts(of: object.file)
        return stride(
            from: declaration.decorators.indices.lowerBound, to: declaration.decorators.indices.upperBound, by: 2
        ).map { facts.names[Name(rawValue: facts.lists[$0])] }
    }

    /// Whether something in a file is decorated by a name, called or not.
    public func isUsedAsDecorator(_ name: Name, in file: FileID) -> Bool {
        let summary = graph.summaries[Int(file.rawValue)]
        return summary.decorators.value {
            var names: Set<Name> = []
            for (_, event) in summary.facts.events.selecting([.call, .use]) where event.flags.contains(.decorator) {
                names.insert(event.name)
            }
            return names
        }.contains(name)
    }

    /// Methods that the class statement itself has, in order; of two with one name the last.
    public func methods(of object: ObjectID) -> [ObjectID] {
        guard kind(of: object) == .class else { return [] }
        if let swift = graph.swift, graph.isSwift(object.file.rawValue) { return swift.methods(of: object, graph) }
        let facts = facts(of: object.file)
        var methods: [(name: Name, index: UInt32)] = []
        graph.forEachMember(of: object) { index, member in
            guard member.kind != .class else { return }
            methods.removeAll { $0.name == member.name }
            methods.append((member.name, index))
        }
        return methods.filter { facts.declarations[Int($0.index)].kind != .class }
            .map { ObjectID(file: object.file, index: $0.index) }
    }

    /// Methods whose name does not begin with an underscore, and that are not private.
    public func publicMethods(of object: ObjectID) -> [ObjectID] {
        methods(of: object).filter { method in
            let facts = facts(of: method.file)
            let declaration = facts.declarations[Int(method.index)]
            return !declaration.flags.contains(.isUnlisted)
                && facts.names.withUTF8(of: declaration.name) { $0.first != 0x5F }
        }
    }

    /// In the order of the texts.
    public func publicMethodNames(of object: ObjectID, inherited: Bool = false) -> [String] {
        var names = Set(publicMethods(of: object).map { name(of: $0) })
        if inherited {
            for ancestor in classInfo(of: object).ancestors {
                names.formUnion(publicMethods(of: ancestor).map { name(of: $0) })
            }
        }
        return names.sorted()
    }

    // MARK: State

    /// What a class and its instances keep.
    public func state(of object: ObjectID) -> [OwnedState] {
        guard kind(of: object) == .class else { return [] }
        let facts = facts(of: object.file)
        let kept = facts.state.filter { $0.declaration == object.index }
        guard let swift = graph.swift, graph.isSwift(object.file.rawValue) else {
            return state(of: object.file, kept, in: [(object.file, facts.body(of: Int(object.index)))])
        }
        return state(
            of: object.file, kept,
            in: swift.parts(of: object).map { ($0.file, self.facts(of: $0.file).body(of: Int($0.index))) })
    }

    /// What a module keeps in its own variables.
    public func moduleState(of file: FileID) -> [OwnedState] {
        let facts = facts(of: file)
        return state(of: file, facts.state.filter { $0.owner == .module }, in: [(file, 0..<facts.events.count)])
    }

    private func state(
        of file: FileID, _ kept: [StateFact], in parts: [(file: FileID, events: Range<Int>)]
    ) -> [OwnedState] {
        let facts = facts(of: file)
        var owned = kept.map { OwnedState(name: facts.names[$0.name], fact: $0, adders: [], removers: []) }
        var places: [TextKey: Int] = [:]
        for (index, item) in kept.enumerated() { places[facts.names.key(of: item.name)] = index }
        let isModule = kept.first?.owner == .module
        guard !kept.isEmpty else { return [] }
        for part in parts {
            for change in graph.summaries[Int(part.file.rawValue)].changes(in: part.events)
            where isModule != change.isOfReceiver {
                guard let index = places[isModule ? change.root : change.attribute] else { continue }
                let function = ObjectID(file: part.file, index: change.function)
                if change.isRemoval {
                    if owned[index].removers.last != function { owned[index].removers.append(function) }
                } else if owned[index].adders.last != function {
                    owned[index].adders.append(function)
                }
            }
        }
        return owned
    }
}
