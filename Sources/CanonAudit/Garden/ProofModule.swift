import CanonCodeModel
import CanonFacts

/// The test module of a concept: its tests fail while there are several, and pass when the consolidation is real.
public struct ProofModule: Sendable {
    /// A class or function by the module and name through which somebody can take it.
    struct Path: Hashable, Comparable, Sendable {
        var module: String
        var name: String

        static func < (a: Path, b: Path) -> Bool { (a.module, a.name) < (b.module, b.name) }
    }

    let concept: String
    let canonical: Path
    let isClass: Bool
    let factory: Path?
    /// Ways to the canonical object, and to what stands in its place.
    let paths: [Path]
    /// The same for the declared factory.
    let factoryPaths: [Path]
    /// Consumers that are not bound: the consumer's module, and what it takes.
    let strays: [(consumer: String, path: Path)]
    /// Classes that keep the state, with the attribute.
    let owners: [(path: Path, attribute: String)]
    let implementations: [Path]
    let doubles: [Path]
    /// Methods that live consumers call.
    let called: [String]

    /// Nil when the canonical symbol names nothing.
    public init?(_ concept: Concept, in context: RuleContext) {
        guard let canonical = concept.canonical else { return nil }
        let model = context.model
        func home(_ object: ObjectID) -> Path {
            Path(module: context.moduleName(of: object.file), name: model.qualifiedName(of: object))
        }
        func ways(_ object: ObjectID) -> [Path] {
            model.consumers(of: object).filter { [.live, .test].contains(context.scope(of: $0.file)) }.map { consumer in
                let path = consumer.path(in: model)
                let module = model.name(of: consumer.module)
                return Path(module: module, name: String(path.dropFirst(module.count + 1)))
            }
        }
        self.concept = concept.name
        self.canonical = home(canonical)
        isClass = model.kind(of: canonical) == .class
        factory = concept.factory.map(home)
        let others = concept.implementations.filter { !concept.isCore($0) }
        let layers = ForwardingLayers(of: concept, in: context)?.all ?? []
        var paths = Set(ways(canonical) + others.flatMap { [home($0)] + ways($0) })
        var factoryPaths = Set(concept.factory.map(ways) ?? [])
        for layer in layers {
            guard let object = model.resolve(layer.symbol).object, model.kind(of: object) != .class || isClass else {
                // A module: each name in it that leads to an object of the concept.
                for (name, object) in model.classNames(in: layer.file)
                where object == canonical || others.contains(object) {
                    paths.insert(Path(module: context.moduleName(of: layer.file), name: name))
                }
                continue
            }
            if model.kind(of: object) == .class {
                paths.insert(home(object))
            } else if concept.factory != nil {
                factoryPaths.insert(home(object))
            }
        }
        paths.remove(self.canonical)
        if let factory { factoryPaths.remove(factory) }
        self.paths = paths.sorted()
        self.factoryPaths = factoryPaths.sorted()

        var strays: Set<[String]> = []
        let unbound = ConsumerCount(of: concept, in: context).unbound
        for object in concept.objects {
            for consumer in model.consumers(of: object)
            where unbound.contains(consumer.file) && !concept.registers(object, through: consumer.module, in: model) {
                let path = consumer.path(in: model)
                let module = model.name(of: consumer.module)
                strays.insert([context.moduleName(of: consumer.file), module, String(path.dropFirst(module.count + 1))])
            }
        }
        self.strays = strays.sorted { $0.lexicographicallyPrecedes($1) }.map {
            ($0[0], Path(module: $0[1], name: $0[2]))
        }

        owners = concept.implementations.flatMap { object in
            OwnedMapping.all(of: object, in: model).map { (home(object), $0.attribute) }
        }
        implementations = isClass ? others.map(home).sorted() : []
        let map = ConceptMap(concept, context)
        doubles =
            isClass
            ? MockPairs(context).find(context).filter {
                // One of something else that belongs to the concept has another contract.
                ($0.production == canonical || concept.implementations.contains($0.production))
                    && !model.isNestedInFunction($0.mock)
            }.map { home($0.mock) }.sorted() : []
        called = Set(map.consumers.flatMap(\.methods)).sorted()
    }

    // MARK: Found again

    static let mark = "# canon garden tests: concept "
    /// The one function that every module has, by which facts find it without reading text.
    static let everyTest = "test_the_canonical_object_is_there"

    /// The path of a module that was written for a concept; nil when there is none.
    static func written(for concept: String, in context: RuleContext) -> String? {
        let line = Array((mark + TrackingMarkers.encoded(concept)).utf8)
        for file in context.files(in: .test) {
            let facts = context.model.facts(of: file)
            let isCandidate = facts.declarations.contains { declaration in
                declaration.parent == FileFacts.noIndex && facts.names[declaration.name] == everyTest
            }
            let path = context.path(of: file)
            if isCandidate, let bytes = context.tree.bytes(of: path),
                bytes.split(separator: 0x0A).contains(where: {
                    $0.elementsEqual(line) || $0.elementsEqual(line + [0x0D])
                })
            {
                return path
            }
        }
        return nil
    }

    /// Whether a text was written by this program, so that it may be written anew.
    public static func isOwn(_ text: String) -> Bool { text.contains("\n" + mark) }
}
