import CanonCodeModel
import CanonFacts

/// What differs between a double and its class.
struct MockDrift {
    struct Mismatch {
        /// `pay (not async)`
        var text: String { "\(name) (\(difference))" }
        var name: String
        var difference: String
        var mock: ObjectID
        var production: ObjectID
        var own: String
        var others: String
    }

    private(set) var missing: [String] = []
    private(set) var extra: [String] = []
    private(set) var mismatches: [Mismatch] = []
    /// Public methods of both, by name.
    let own: [String: ObjectID]
    let contract: [String: ObjectID]
    /// How many methods both have.
    private(set) var shared = 0

    var isEmpty: Bool { missing.isEmpty && extra.isEmpty && mismatches.isEmpty }

    init(of pair: MockPairs.Pair, _ model: CodeModel) {
        let own = Self.methods(of: pair.mock, model, upTo: pair.evidence == .subclass ? pair.production : nil)
        let others = Self.methods(of: pair.production, model, upTo: nil)
        (self.own, contract) = (own, others)
        let answersAll = Self.answersAll(pair.mock, model)
        // What a base outside of the tree has cannot be told.
        let isOpen = model.classInfo(of: pair.production).traits.contains(.hasUnknownBase)
        for (name, method) in others.sorted(by: { $0.key < $1.key }) {
            guard let double = own[name] else {
                if !answersAll, pair.evidence != .subclass { missing.append(name) }
                continue
            }
            shared += 1
            guard let a = model.signature(of: double), let b = model.signature(of: method) else { continue }
            guard a.isProperty == b.isProperty, !a.isProperty else { continue }
            if let difference = Self.difference(a, b) {
                mismatches.append(
                    Mismatch(
                        name: name, difference: difference, mock: double, production: method,
                        own: Self.describe(name, a),
                        others: Self.describe(name, b)))
            }
        }
        // A subclass may have more; a class of which the tree does not know all bases may have it as well.
        if pair.evidence != .subclass, !isOpen {
            extra = own.keys.filter { others[$0] == nil }.sorted()
        }
    }

    /// Public methods by name, those of ancestors too; the nearest one counts.
    private static func methods(of object: ObjectID, _ model: CodeModel, upTo end: ObjectID?) -> [String: ObjectID] {
        var found: [String: ObjectID] = [:]
        for ancestor in [object] + model.classInfo(of: object).ancestors {
            if ancestor == end { break }
            for method in model.publicMethods(of: ancestor) where found[model.name(of: method)] == nil {
                found[model.name(of: method)] = method
            }
        }
        return found
    }

    private static func answersAll(_ mock: ObjectID, _ model: CodeModel) -> Bool {
        let info = model.classInfo(of: mock)
        if !info.traits.isDisjoint(with: [.mock, .hasUnknownBase]) { return true }
        return ([mock] + info.ancestors).contains { ancestor in
            model.methods(of: ancestor).contains { ["__getattr__", "__getattribute__"].contains(model.name(of: $0)) }
        }
    }

    /// What a caller of production would stumble over; nil when nothing.
    private static func difference(_ mock: Signature, _ production: Signature) -> String? {
        if mock.isAsync != production.isAsync { return production.isAsync ? "not async" : "async" }
        let takesAll = mock.parameters.contains { $0.kind == .variadicKeyword }
        let takesMore = mock.parameters.contains { $0.kind == .variadicPositional }
        let own = mock.parameters.filter { $0.kind != .variadicPositional && $0.kind != .variadicKeyword }
        let others = production.parameters.filter { $0.kind != .variadicPositional && $0.kind != .variadicKeyword }
        for (index, parameter) in others.enumerated() {
            if own.contains(where: { $0.name == parameter.name }) { continue }
            // `_order` for an argument that the double does not use.
            if index < own.count,
                own[index].name.drop(while: { $0 == "_" }) == parameter.name.drop(while: { $0 == "_" })
            {
                continue
            }
            if parameter.kind == .keywordOnly ? takesAll : (takesAll || takesMore) { continue }
            if index < own.count, own[index].name.hasPrefix("_") { continue }
            return "no argument \(parameter.name)"
        }
        let takesOthers = production.parameters.contains {
            $0.kind == .variadicKeyword || $0.kind == .variadicPositional
        }
        if !takesOthers,
            let more = own.first(where: { own in !own.hasDefault && !others.contains { $0.name == own.name } }),
            own.count > others.count
        {
            return "needs \(more.name)"
        }
        return nil
    }

    /// `async def pay(order, amount=…)`
    static func describe(_ name: String, _ signature: Signature) -> String {
        let parameters = signature.parameters.map { parameter in
            switch parameter.kind {
            case .variadicPositional: "*" + parameter.name
            case .variadicKeyword: "**" + parameter.name
            default: parameter.name + (parameter.hasDefault ? "=…" : "")
            }
        }
        return "\(signature.isAsync ? "async " : "")def \(name)(\(parameters.joined(separator: ", ")))"
    }
}
