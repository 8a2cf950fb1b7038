import CanonCodeModel
import CanonFacts

/// Something that makes it possible, or easy, to use another thing than the canonical one.
public struct RootCause: Hashable, Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        case implementation = "second implementation"
        case layer = "forwarding layer"
        case factory = "factory"
        case importPath = "import path"
        case interface = "interface"
    }

    /// What a history is asked for the first commit of.
    public enum Origin: Hashable, Sendable {
        /// A regular expression (POSIX, extended) that the file did not hold before.
        case text(String)
        /// The file itself.
        case file
    }

    public var kind: Kind
    public var symbol: String
    public var path: String
    /// From 1.
    public var line: Int
    /// Live modules that import it.
    public var consumers: Int
    public var origin: Origin
}

extension RootCause {
    /// Those of a concept, by the number of live modules that import them.
    static func ranked(of concept: Concept, in context: RuleContext) -> [RootCause] {
        guard let canonical = concept.canonical else { return [] }
        var causes = implementations(of: concept, canonical, context)
        causes += layers(of: concept, context)
        let layers = Set(causes.map(\.symbol))
        causes += factories(of: concept, context).filter { !layers.contains($0.symbol) }
        // A path through a layer is the layer's.
        causes += importPaths(of: concept, canonical, context).filter { path in
            !layers.contains(path.symbol)
                && !layers.contains(path.symbol.split(separator: ".").dropLast().joined(separator: "."))
        }
        causes += interfaces(of: canonical, context)
        let kinds = Kind.allCases
        return causes.sorted { a, b in
            if a.consumers != b.consumers { return a.consumers > b.consumers }
            if a.kind != b.kind { return kinds.firstIndex(of: a.kind)! < kinds.firstIndex(of: b.kind)! }
            return (a.symbol, a.path) < (b.symbol, b.path)
        }
    }

    private static func implementations(
        of concept: Concept, _ canonical: ObjectID, _ context: RuleContext
    ) -> [RootCause] {
        concept.implementations.filter { !concept.isCore($0) }.map { cause(.implementation, $0, context) }
    }

    private static func layers(of concept: Concept, _ context: RuleContext) -> [RootCause] {
        (ForwardingLayers(of: concept, in: context)?.all ?? []).map { layer in
            let name = layer.symbol.split(separator: ".").last.map(String.init) ?? layer.symbol
            let isModule = layer.symbol == context.moduleName(of: layer.file)
            return RootCause(
                kind: .layer, symbol: layer.symbol, path: context.path(of: layer.file), line: Int(layer.line),
                consumers: layer.consumers.count, origin: isModule ? .file : .text(declaration(of: name)))
        }
    }

    /// What makes instances beside the declared factory, and classes that hand them out.
    private static func factories(of concept: Concept, _ context: RuleContext) -> [RootCause] {
        concept.adapters.filter { $0 != concept.factory && $0 != concept.canonical }.map {
            cause(.factory, $0, context)
        }
    }

    /// Names through which live code takes the canonical object, its factory or what is behind it, and which are not registered.
    private static func importPaths(
        of concept: Concept, _ canonical: ObjectID, _ context: RuleContext
    ) -> [RootCause] {
        let model = context.model
        let cores = concept.implementations.filter { concept.isCore($0) && $0 != canonical }
        // Code of the concept itself has to come by what is behind the canonical object.
        let holders = Set(concept.objects.map(\.file))
        var users: [String: Set<FileID>] = [:]
        for object in [canonical] + [concept.factory].compactMap(\.self) + cores {
            for consumer in model.consumers(of: object)
            where context.scope(of: consumer.file) == .live && !holders.contains(consumer.file)
                && !concept.registers(object, through: consumer.module, in: model)
            {
                users[consumer.path(in: model), default: []].insert(consumer.file)
            }
        }
        return users.compactMap { path, files in
            // Where the module gets the name; a namespace package has no code.
            guard let hop = model.resolve(path).hops.first else { return nil }
            let name = path.split(separator: ".").last.map(String.init) ?? path
            return RootCause(
                kind: .importPath, symbol: path, path: context.path(of: hop.file), line: Int(hop.line),
                consumers: files.count, origin: .text(word(name)))
        }
    }

    /// Interfaces that ask for methods of the canonical class, where there are several: each one is a type that consumers may name
    /// instead.
    private static func interfaces(of canonical: ObjectID, _ context: RuleContext) -> [RootCause] {
        let model = context.model
        guard model.kind(of: canonical) == .class else { return [] }
        let methods = Set(model.publicMethodNames(of: canonical, inherited: true))
        var found: [RootCause] = []
        for file in context.liveFiles where context.sameService(file, canonical.file) {
            for object in model.classes(in: file) where (model.declaration(of: object)?.bases.count ?? 0) > 0 {
                guard !model.classInfo(of: object).traits.isDisjoint(with: [.protocolClass, .abstract]),
                    model.role(of: object) == .protocolType
                else { continue }
                let asked = Set(model.publicMethodNames(of: object))
                if asked.count >= 2, asked.isSubset(of: methods) { found.append(cause(.interface, object, context)) }
            }
        }
        return found.count > 1 ? found : []
    }

    private static func cause(_ kind: Kind, _ object: ObjectID, _ context: RuleContext) -> RootCause {
        let place = context.model.place(of: object)
        return RootCause(
            kind: kind, symbol: context.model.symbol(of: object), path: context.path(of: place.file),
            line: Int(place.line), consumers: context.liveConsumers(of: object),
            origin: .text(declaration(of: context.model.name(of: object))))
    }

    /// `class Name(`, `def name(`; an assignment for what is made by a call.
    private static func declaration(of name: String) -> String {
        "((class|def)[[:space:]]+\(name)[[:space:]]*[(:[])|(^\(name)[[:space:]]*=)"
    }

    private static func word(_ name: String) -> String { "(^|[^[:alnum:]_])\(name)($|[^[:alnum:]_])" }
}

extension Concept {
    /// Whether an object is what the canonical symbol stands for: itself or, when that is a front, what is behind it.
    func isCore(_ object: ObjectID) -> Bool {
        guard let canonical else { return false }
        if implementations.contains(canonical) { return object == canonical }
        return object == implementations.first
    }
}
