import CanonCodeModel
import CanonFacts

/// Which names of a file hold instances of some classes, as far as its code tells: variables that a call of the class, or of what
/// hands it out, is bound to, and parameters that are annotated with it.
struct InstanceNames {
    /// A name where it is bound: `x` of a function or of the module, `self.x` of a class.
    private struct Place: Hashable {
        var scope: UInt32
        var name: String
    }

    private var classes: [Place: ObjectID] = [:]
    /// Names that functions bind in other ways, which hide those further out.
    private var locals: Set<Place> = []
    private let facts: FileFacts

    init(of sources: Set<ObjectID>, in file: FileID, _ model: CodeModel) {
        let facts = model.facts(of: file)
        self.facts = facts
        var made: [Name: ObjectID?] = [:]
        /// The class whose instance a callee gives.
        func product(_ callee: Name, _ scope: UInt32) -> ObjectID? {
            if scope == FileFacts.noIndex, let known = made[callee] { return known }
            let product = Self.product(of: facts.names[callee], at: scope, among: sources, in: file, model)
            if scope == FileFacts.noIndex { made[callee] = product }
            return product
        }
        for (index, declaration) in facts.declarations.enumerated() {
            for parameter in facts.parameters[declaration.parameters.indices] {
                let place = Place(scope: UInt32(index), name: facts.names[parameter.name])
                locals.insert(place)
                guard parameter.annotation.exists, let type = Self.type(facts.names[parameter.annotation]),
                    let object = model.resolve(type, in: file, scope: declaration.parent).object,
                    sources.contains(object)
                else { continue }
                classes[place] = object
            }
        }
        // A second time, for what was bound to such a variable further down.
        for _ in 0..<2 {
            for (_, event) in facts.events.selecting([.bind]) where event.form == .name || event.form == .attribute {
                guard let place = place(of: event) else { continue }
                if event.form == .name { locals.insert(place) }
                switch event.valueKind {
                case .call, .awaitedCall:
                    if let object = product(event.value, event.declaration) { classes[place] = object }
                case .reference:
                    if let (object, rest) = instance(facts.names[event.value], in: event.declaration), rest.isEmpty {
                        classes[place] = object
                    }
                default: break
                }
            }
        }
    }

    private static func product(
        of callee: String, at scope: UInt32, among sources: Set<ObjectID>, in file: FileID, _ model: CodeModel
    ) -> ObjectID? {
        guard let object = model.resolve(callee, in: file, scope: scope).object else { return nil }
        if sources.contains(object) { return object }
        guard model.kind(of: object).isFunction else { return nil }
        let products = model.products(of: object)
        return products.count == 1 && sources.contains(products[0].object) ? products[0].object : nil
    }

    var isEmpty: Bool { classes.isEmpty }

    private func place(of event: Event) -> Place? {
        let name = facts.names[event.name]
        guard event.form == .attribute else { return Place(scope: event.declaration, name: name) }
        guard name.hasPrefix("self."), name.count(where: { $0 == "." }) == 1, let owner = owner(of: event.declaration)
        else { return nil }
        return Place(scope: owner, name: name)
    }

    /// The class whose method a scope is, or lies in.
    private func owner(of scope: UInt32) -> UInt32? {
        var scope = scope
        while scope != FileFacts.noIndex {
            let parent = facts.declarations[Int(scope)].parent
            guard parent != FileFacts.noIndex else { return nil }
            if facts.declarations[Int(parent)].kind == .class { return parent }
            scope = parent
        }
        return nil
    }

    /// The class of the instance that a dotted text begins with, and what is behind it.
    func instance(_ dotted: String, in scope: UInt32) -> (object: ObjectID, rest: [Substring])? {
        let parts = dotted.split(separator: ".")
        guard let first = parts.first else { return nil }
        if first == "self", parts.count > 1 {
            guard let owner = owner(of: scope),
                let object = classes[Place(scope: owner, name: "self.\(parts[1])")]
            else { return nil }
            return (object, Array(parts.dropFirst(2)))
        }
        var scope = scope
        while true {
            let place = Place(scope: scope, name: String(first))
            if let object = classes[place] { return (object, Array(parts.dropFirst())) }
            guard scope != FileFacts.noIndex, !locals.contains(place) else { return nil }
            // Methods do not see the names of their class.
            repeat {
                scope = facts.declarations[Int(scope)].parent
            } while scope != FileFacts.noIndex && facts.declarations[Int(scope)].kind == .class
        }
    }

    /// The one class that an annotation names.
    static func type(_ annotation: String) -> String? {
        var text = annotation.filter { $0 != "\"" && $0 != "'" && $0 != " " }
        for wrapper in ["Optional[", "typing.Optional["] where text.hasPrefix(wrapper) && text.hasSuffix("]") {
            text = String(text.dropFirst(wrapper.count).dropLast())
        }
        let alternatives = text.split(separator: "|").filter { $0 != "None" }
        guard alternatives.count == 1, let only = alternatives.first, !only.contains("[") else { return nil }
        return String(only)
    }
}
