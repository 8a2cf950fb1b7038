import CanonCodeModel
import CanonFacts

/// What code may ask of a class or function: its members, and how it is called.
struct Interface {
    enum Member {
        case method(Signature)
        case attribute
    }

    let object: ObjectID
    private let model: CodeModel
    private let lineage: [ObjectID]
    /// A base outside of the tree, or code that computes attributes, may have more.
    let mayHaveMore: Bool
    private let members: [String: Member]

    init(_ object: ObjectID, _ model: CodeModel) {
        self.object = object
        self.model = model
        guard model.kind(of: object) == .class else {
            lineage = []
            mayHaveMore = true
            members = [:]
            return
        }
        let info = model.classInfo(of: object)
        lineage = [object] + info.ancestors
        var members: [String: Member] = [:]
        for owner in lineage {
            for method in model.methods(of: owner) {
                let name = model.name(of: method)
                guard members[name] == nil, let signature = model.signature(of: method) else { continue }
                members[name] = signature.isProperty ? .attribute : .method(signature)
            }
            for name in Self.attributes(of: owner, model) where members[name] == nil { members[name] = .attribute }
        }
        self.members = members
        mayHaveMore =
            info.traits.contains(.hasUnknownBase) || info.traits.contains(.mock) || members["__getattr__"] != nil
            || members["__getattribute__"] != nil || !info.traits.isDisjoint(with: [.enumeration, .namedTuple])
    }

    /// Names that the class, its body and its methods bind.
    private static func attributes(of object: ObjectID, _ model: CodeModel) -> Set<String> {
        guard let declaration = model.declaration(of: object) else { return [] }
        let facts = model.facts(of: object.file)
        let body = Int(declaration.event) + 1..<Int(facts.events[Int(declaration.event)].link)
        var names = Set(facts.state.filter { $0.declaration == object.index }.map { facts.names[$0.name] })
        for (_, event) in facts.events.selecting([.bind, .enter], in: body) {
            if event.kind == .enter {
                // A nested class.
                let isNested =
                    event.block == .class && facts.declarations[Int(event.declaration)].parent == object.index
                if isNested { names.insert(facts.names[event.name]) }
                continue
            }
            let name = facts.names[event.name]
            if event.form == .name, event.declaration == object.index { names.insert(name) }
            if event.form == .attribute, name.hasPrefix("self.") || name.hasPrefix("cls.") {
                names.insert(String(name.split(separator: ".")[1]))
            }
        }
        return names
    }

    /// The names of a class's members that it does not have from an ancestor, or from what is behind that.
    static func names(of object: ObjectID, without ancestor: ObjectID, _ model: CodeModel) -> Set<String> {
        let inherited = Set([ancestor] + model.classInfo(of: ancestor).ancestors)
        var names: Set<String> = []
        for owner in [object] + model.classInfo(of: object).ancestors where !inherited.contains(owner) {
            names.formUnion(model.methods(of: owner).map { model.name(of: $0) })
            names.formUnion(attributes(of: owner, model))
        }
        return names
    }

    func member(_ name: String) -> Member? {
        if let member = members[name] { return member }
        // What every object has.
        return name.hasPrefix("__") && name.hasSuffix("__") ? .attribute : nil
    }

    /// What a call of the object itself takes; nil when that cannot be told.
    var construction: Signature? {
        guard model.kind(of: object) == .class else { return model.signature(of: object) }
        for owner in lineage {
            for name in ["__init__", "__new__"] {
                if let method = model.methods(of: owner).first(where: { model.name(of: $0) == name }) {
                    return model.signature(of: method)
                }
            }
            if !model.classInfo(of: owner).traits.isDisjoint(with: [.dataclass, .validatedModel, .namedTuple]) {
                return nil
            }
        }
        return mayHaveMore ? nil : .empty
    }
}

extension Signature {
    /// Why a call does not fit; nil when it does.
    func misfit(of call: CallShape) -> String? {
        let positional = parameters.filter { $0.kind == .positionalOnly || $0.kind == .positionalOrKeyword }
        let takesMore = parameters.contains { $0.kind == .variadicPositional }
        let takesKeywords = parameters.contains { $0.kind == .variadicKeyword }
        if call.positional > positional.count, !takesMore {
            return positional.isEmpty
                ? "it takes no positional arguments"
                : "it takes at most \(AuditFigures.counted(positional.count, "positional argument"))"
        }
        let byPlace = Set(positional.prefix(call.positional).map(\.name))
        for keyword in call.keywords {
            let parameter = parameters.first {
                $0.name == keyword && ($0.kind == .positionalOrKeyword || $0.kind == .keywordOnly)
            }
            guard parameter != nil || takesKeywords else { return "it has no parameter '\(keyword)'" }
            if parameter != nil, byPlace.contains(keyword) { return "'\(keyword)' is given by its place as well" }
        }
        for (index, parameter) in parameters.enumerated() where !parameter.hasDefault {
            switch parameter.kind {
            case .variadicPositional, .variadicKeyword: continue
            case .positionalOnly, .positionalOrKeyword:
                let isGiven =
                    index < call.positional || call.spreadsPositional
                    || (parameter.kind == .positionalOrKeyword
                        && (call.keywords.contains(parameter.name) || call.spreadsKeywords))
                if !isGiven { return "it requires '\(parameter.name)'" }
            case .keywordOnly:
                if !call.keywords.contains(parameter.name), !call.spreadsKeywords {
                    return "it requires '\(parameter.name)'"
                }
            }
        }
        return nil
    }
}
