public import CanonCodeModel
import CanonFacts

/// A declared concept, found in the program.
public struct Concept: Sendable {
    public let declared: Manifest.Concept
    /// Its place in the manifest, from 0.
    public let index: Int
    /// The object that the canonical symbol names; nil when there is none (a stale entry).
    public let canonical: ObjectID?
    /// Where the canonical object is defined, as `module.qualified name`: the manifest may name it by an alias.
    public let canonicalSymbol: String
    /// The modules through which it may be imported.
    public let registeredPaths: Set<ModuleID>
    public let factory: ObjectID?
    /// The canonical class, or what is behind it when it is only a front, then classes that do the same; see
    /// ``Likeness/isSecondImplementation``.
    public let implementations: [ObjectID]
    /// What hands out an implementation, or only passes on to one: adapters, creators, the declared factory.
    public let adapters: [ObjectID]
    /// Why each object that is not the canonical one belongs to the concept.
    public let likenesses: [Likeness]

    public var name: String { declared.name }
    /// Everything that code may mean when it means the concept.
    public var objects: [ObjectID] { implementations + adapters }

    /// Whether a module is a registered path to the canonical object.
    public func allows(_ module: ModuleID) -> Bool { registeredPaths.contains(module) }

    /// Whether importing an object through a module is the registered way: the canonical object or its declared factory, through
    /// a registered path. The module that defines the factory always leads to it, like that of the canonical object.
    public func registers(_ object: ObjectID, through module: ModuleID, in model: CodeModel) -> Bool {
        if object == canonical { return allows(module) }
        return object == factory && (allows(module) || module == model.module(of: object.file))
    }
}

extension Concept {
    init(
        _ declared: Manifest.Concept, index: Int, model: CodeModel, likenesses: Likenesses, services: ServiceMap,
        isLive: (FileID) -> Bool
    ) {
        self.declared = declared
        self.index = index
        let canonical = model.resolve(declared.canonical.value).object
        self.canonical = canonical
        canonicalSymbol = canonical.map { model.symbol(of: $0) } ?? declared.canonical.value
        factory = declared.factory.flatMap { model.resolve($0.value).object }
        var paths = Set(declared.importFrom.compactMap { model.module(named: $0.value) })
        // The module that defines it always leads to it.
        if let canonical { paths.insert(model.module(of: canonical.file)) }
        registeredPaths = paths
        guard let canonical else {
            implementations = []
            adapters = []
            self.likenesses = []
            return
        }
        let cores = Self.cores(canonical, factory: factory, model)
        let like = cores.flatMap { likenesses.of($0) }.filter {
            $0.isSecondImplementation && services.together($0.first.file, $0.second.file)
        }
        self.likenesses = like
        var implementations = cores
        for pair in like {
            for object in [pair.first, pair.second] where !implementations.contains(object) {
                implementations.append(object)
            }
        }
        self.implementations = implementations
        let fronts = cores.contains(canonical) ? [] : [canonical]
        let found =
            fronts + ConceptAdapters.of(Set(implementations), model: model, isLive: isLive).filter { $0 != canonical }
        // What the declared factory gives may not be told from its code.
        let untold = [factory].compactMap(\.self).filter { !found.contains($0) && !implementations.contains($0) }
        adapters = found + untold
    }

    /// The class that the canonical symbol names; or, when that is a front which only hands out or passes on, what is behind it.
    private static func cores(_ canonical: ObjectID, factory: ObjectID?, _ model: CodeModel) -> [ObjectID] {
        guard model.kind(of: canonical) == .class, [.adapter, .factory].contains(model.role(of: canonical)) else {
            return [canonical]
        }
        let makers = model.publicMethods(of: canonical) + [factory].compactMap(\.self)
        var cores: [ObjectID] = []
        for product in makers.flatMap({ model.products(of: $0) })
        where product.object != canonical && !cores.contains(product.object) {
            cores.append(product.object)
        }
        return cores.isEmpty ? [canonical] : cores
    }
}
