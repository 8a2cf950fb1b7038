import CanonCodeModel
import CanonFacts

/// A mapping that instances of a class, or the class itself, keep: something is put in and taken out again.
struct OwnedMapping {
    /// What its values are, as far as annotations and what is stored tell.
    enum Value: Hashable {
        case object(ObjectID)
        case external(String)
    }

    var owner: ObjectID
    var attribute: String
    var line: UInt32
    var value: Value?
    /// Names of the methods that put in and take out, those of the language left out.
    var adders: Set<String>
    var removers: Set<String>

    /// The attribute without leading underscores: what is private in one class may be public in the other.
    var stem: Substring { attribute.drop { $0 == "_" } }

    func symbol(in model: CodeModel) -> String { model.symbol(of: owner) + "." + attribute }

    /// Whether both are filled and emptied by methods of the same names.
    func hasMethods(like other: OwnedMapping) -> Bool {
        !adders.isDisjoint(with: other.adders) && !removers.isDisjoint(with: other.removers)
    }
}

extension OwnedMapping {
    /// Mappings of a class whose state may be one: neither handed in from outside, nor counters.
    static func all(of owner: ObjectID, in model: CodeModel) -> [OwnedMapping] {
        model.state(of: owner).compactMap { state in
            guard isCandidate(state.fact), !state.adders.isEmpty, !state.removers.isEmpty else { return nil }
            let stored = Stored(of: state.name, in: owner, model)
            guard !stored.counts else { return nil }
            let annotation = state.fact.annotation
            let type =
                (annotation.exists ? TypeArguments.value(of: model.facts(of: owner.file).names[annotation]) : nil)
                ?? stored.type
            return OwnedMapping(
                owner: owner, attribute: state.name, line: state.fact.line,
                value: type.flatMap { resolve($0.text, in: owner, scope: $0.scope ?? owner.index, model) },
                adders: names(state.adders, model), removers: names(state.removers, model))
        }
    }

    /// What the facts of the file alone tell.
    static func isCandidate(_ state: StateFact) -> Bool {
        guard state.owner != .module, state.container.isMapping else { return false }
        // A counter counts, and a mapping that was handed in belongs to somebody else.
        return state.container != .counter && state.container != .chainMap && state.valueKind != .reference
    }

    private static func names(_ functions: [ObjectID], _ model: CodeModel) -> Set<String> {
        Set(functions.map { model.name(of: $0) }.filter { !$0.hasPrefix("__") })
    }

    private static func resolve(_ text: String, in owner: ObjectID, scope: UInt32, _ model: CodeModel) -> Value? {
        switch model.resolve(text, in: owner.file, scope: scope).target {
        case .object(let object): .object(object)
        case .external(let name): name.hasPrefix("builtins.") || name.hasPrefix("typing.") ? nil : .external(name)
        case .module, .variable, .missing, .unresolved: nil
        }
    }
}

/// A type in the words of the source.
struct WrittenType {
    var text: String
    /// Where it is to be read; nil: in the class.
    var scope: UInt32?
}

/// What methods of a class store in one of its attributes.
private struct Stored {
    var type: WrittenType?
    /// Nothing but numbers, or sums: `self.hits[key] += 1`.
    var counts = false

    init(of attribute: String, in owner: ObjectID, _ model: CodeModel) {
        let facts = model.facts(of: owner.file)
        guard let declaration = model.declaration(of: owner) else { return }
        var numbers = 0
        var others = 0
        let start = Int(declaration.event)
        let body = start..<max(start, Int(facts.events[start].link))
        for (_, event) in facts.events.selecting([.bind], in: body)
        where event.form == .subscript && Self.isOf(attribute, event.name, facts) {
            guard event.binding != .augmented, event.valueKind != .constant else {
                numbers += 1
                continue
            }
            others += 1
            if type == nil { type = Self.type(of: event, facts) }
        }
        counts = numbers > 0 && others == 0
    }

    private static func type(of event: Event, _ facts: FileFacts) -> WrittenType? {
        switch event.valueKind {
        case .call, .awaitedCall:
            return event.value.exists ? WrittenType(text: facts.names[event.value], scope: event.declaration) : nil
        case .reference where event.declaration != FileFacts.noIndex:
            let function = facts.declarations[Int(event.declaration)]
            let parameter = facts.parameters[function.parameters.indices].first { $0.name == event.value }
            guard let parameter, parameter.annotation.exists else { return nil }
            return TypeArguments.head(of: facts.names[parameter.annotation]).map { WrittenType(text: $0) }
        default: return nil
        }
    }

    /// Whether a text is `self.attribute`, whatever the receiver is called.
    private static func isOf(_ attribute: String, _ name: Name, _ facts: FileFacts) -> Bool {
        facts.names.withUTF8(of: name) { text in
            guard let dot = text.firstIndex(of: UInt8(ascii: ".")) else { return false }
            return text[(dot + 1)...].elementsEqual(attribute.utf8)
        }
    }
}

/// Annotations of mappings.
enum TypeArguments {
    /// The type of the values: `Line` of `dict[str, Line]`, of `dict[str, list[Line]]` and of `dict[str, "Line"]`.
    static func value(of annotation: String) -> WrittenType? {
        guard let open = annotation.firstIndex(of: "["), annotation.last == "]" else { return nil }
        let inner = annotation[annotation.index(after: open)...].dropLast()
        let head = annotation[..<open].split(separator: ".").last.map { $0.filter { !$0.isWhitespace } }
        // `ClassVar[dict[str, Line]]`
        if let head, ["ClassVar", "Final", "Optional", "Annotated"].contains(head) { return value(of: String(inner)) }
        let arguments = arguments(inner)
        guard arguments.count > 1, let last = arguments.last else { return nil }
        return self.head(of: last).map { WrittenType(text: $0) }
    }

    /// The name of a type, taken out of quotes and of containers of it.
    static func head(of text: String) -> String? {
        var text = text.filter { !$0.isWhitespace && $0 != "\"" && $0 != "'" }
        if text.hasSuffix("|None") { text.removeLast(5) }
        if let open = text.firstIndex(of: "["), text.last == "]" {
            return arguments(text[text.index(after: open)...].dropLast()).last.flatMap { head(of: $0) }
        }
        let isName = text.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." }
        return isName && !text.isEmpty ? text : nil
    }

    private static func arguments(_ text: Substring) -> [String] {
        var arguments = [""]
        var depth = 0
        for character in text {
            if character == "[" || character == "(" { depth += 1 }
            if character == "]" || character == ")" { depth -= 1 }
            if character == ",", depth == 0 {
                arguments.append("")
            } else {
                arguments[arguments.count - 1].append(character)
            }
        }
        return arguments
    }
}
