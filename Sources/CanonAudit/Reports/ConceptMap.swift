public import CanonCodeModel
import CanonFacts

/// The implementations of a concept beside each other: methods, signatures, state, and what consumers do with them.
public struct ConceptMap: Sendable {
    public struct Implementation: Sendable {
        public var symbol: String
        public var path: String
        public var line: Int
        public var role: ObjectRole
        /// The containers that it keeps: `connections: a mapping`.
        public var state: [String]
        /// By the name of the public method, inherited ones included.
        public var methods: [String: Signature]
    }

    public struct ConsumerUse: Sendable {
        public var module: String
        public var path: String
        /// Which objects, by which path: `Manager from app.compat`.
        public var imports: [String]
        /// `calls`, `reads`, `annotates`.
        public var kinds: [String]
        /// Methods that it calls on an instance.
        public var methods: [String]
        public var isBound: Bool
    }

    public let name: String
    /// The canonical one first.
    public let implementations: [Implementation]
    /// All public methods, in the order of the alphabet.
    public let methods: [String]
    public let consumers: [ConsumerUse]

    public init(_ concept: Concept, _ context: RuleContext) {
        let model = context.model
        name = concept.name
        implementations = concept.objects.filter { model.kind(of: $0) == .class }.map {
            Self.implementation($0, context)
        }
        methods = Set(implementations.flatMap(\.methods.keys)).sorted()
        let names = Set(methods)
        let count = ConsumerCount(of: concept, in: context)
        let bound = Set(count.bound)
        var imports: [FileID: [String]] = [:]
        for object in concept.objects {
            for consumer in model.consumers(of: object) {
                imports[consumer.file, default: []].append(
                    "\(model.name(of: object)) from \(model.name(of: consumer.module))")
            }
        }
        let objects = Set(concept.objects)
        consumers = count.consumers.map { file in
            let uses = InstanceUses(of: objects, in: file, model)
            return ConsumerUse(
                module: context.moduleName(of: file), path: context.path(of: file),
                imports: Array(Set(imports[file] ?? [])).sorted(), kinds: uses.kinds,
                methods: uses.calls.intersection(names).sorted(), isBound: bound.contains(file))
        }
    }

    private static func implementation(_ object: ObjectID, _ context: RuleContext) -> Implementation {
        let model = context.model
        var methods: [String: Signature] = [:]
        for owner in [object] + model.classInfo(of: object).ancestors {
            for method in model.publicMethods(of: owner) where methods[model.name(of: method)] == nil {
                methods[model.name(of: method)] = model.signature(of: method)
            }
        }
        let place = model.place(of: object)
        return Implementation(
            symbol: model.symbol(of: object), path: context.path(of: place.file), line: Int(place.line),
            role: model.role(of: object),
            state: model.state(of: object).compactMap { state in
                let kinds = StateKinds(state.fact.container)
                return kinds.isEmpty ? nil : "\(state.name): \(kinds.words)"
            }, methods: methods)
    }

    /// A `Protocol` of the methods that consumers call, with the signatures of the canonical implementation.
    public var protocolSource: String {
        let called = Set(consumers.flatMap(\.methods)).sorted()
        let title = name.split(whereSeparator: { !$0.isLetter && !$0.isNumber })
            .map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
        var text =
            "from __future__ import annotations\n\nfrom typing import Any, Protocol\n\n\nclass \(title)Protocol(Protocol):\n"
        text += "    \"\"\"What \(consumers.count) consumers call of \(implementations.first?.symbol ?? name).\"\"\"\n"
        for method in called {
            guard let signature = implementations.lazy.compactMap({ $0.methods[method] }).first else { continue }
            text += "\n"
            if signature.isProperty { text += "    @property\n" }
            let parameters = (["self"] + Self.parameters(signature, annotated: false)).joined(separator: ", ")
            text += "    \(signature.isAsync ? "async " : "")def \(method)(\(parameters)) -> Any: ...\n"
        }
        return text
    }

    /// As they would be written: `text, /, *, retries=...`.
    public static func parameters(_ signature: Signature, annotated: Bool) -> [String] {
        var parts: [String] = []
        var hasStar = false
        for (index, parameter) in signature.parameters.enumerated() {
            if parameter.kind == .keywordOnly, !hasStar {
                hasStar = true
                parts.append("*")
            }
            var text = parameter.name
            switch parameter.kind {
            case .variadicPositional:
                hasStar = true
                text = "*" + text
            case .variadicKeyword: text = "**" + text
            default: break
            }
            if annotated, !parameter.annotation.isEmpty { text += ": \(parameter.annotation)" }
            if parameter.hasDefault { text += "=..." }
            parts.append(text)
            if parameter.kind == .positionalOnly,
                index + 1 == signature.parameters.count || signature.parameters[index + 1].kind != .positionalOnly
            {
                parts.append("/")
            }
        }
        return parts
    }
}

/// What a file does with instances of some classes, as far as names tell: variables that a call of the class (or of what hands it
/// out) is bound to, and parameters that are annotated with it.
struct InstanceUses {
    /// Names of methods that are called on such a variable.
    private(set) var calls: Set<String> = []
    private(set) var kinds: [String] = []

    init(of objects: Set<ObjectID>, in file: FileID, _ model: CodeModel) {
        let facts = model.facts(of: file)
        var names: Set<String> = []
        var kinds: Set<String> = []
        for reference in model.references(in: file) where objects.contains(reference.object) {
            switch reference.kind {
            case .call: kinds.insert("calls")
            case .use: kinds.insert("reads")
            case .decorator: kinds.insert("decorates")
            case .annotation: kinds.insert("annotates")
            }
        }
        self.kinds = kinds.sorted()
        func isObject(_ name: Name, _ scope: UInt32) -> Bool {
            guard let object = model.resolve(facts.names[name], in: file, scope: scope).object else { return false }
            return objects.contains(object)
        }
        for (index, declaration) in facts.declarations.enumerated() {
            for parameter in facts.parameters[declaration.parameters.indices] where parameter.annotation.exists {
                let text = facts.names[parameter.annotation]
                let type =
                    text.hasPrefix("Optional[")
                    ? String(text.dropFirst(9).dropLast()) : text.split(separator: " ").first.map(String.init) ?? text
                let plain = type.filter { $0 != "\"" && $0 != "'" }
                if let object = model.resolve(plain, in: file, scope: UInt32(index)).object, objects.contains(object) {
                    names.insert(facts.names[parameter.name])
                }
            }
        }
        // A second time, for what was bound to such a variable further down.
        for _ in 0..<2 {
            for event in facts.events where event.kind == .bind && (event.form == .name || event.form == .attribute) {
                switch event.valueKind {
                case .call, .awaitedCall:
                    if isObject(event.value, event.declaration) { names.insert(facts.names[event.name]) }
                case .reference:
                    if names.contains(facts.names[event.value]) { names.insert(facts.names[event.name]) }
                default: break
                }
            }
        }
        for event in facts.events where event.kind == .call && !event.flags.contains(.unresolved) {
            let text = facts.names[event.name]
            guard let dot = text.lastIndex(of: "."), names.contains(String(text[..<dot])) else { continue }
            calls.insert(String(text[text.index(after: dot)...]))
        }
    }
}
