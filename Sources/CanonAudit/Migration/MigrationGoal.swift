import CanonCodeModel
import CanonFacts

/// What a request means in a program: where references lead afterwards, and which objects give way.
struct MigrationGoal {
    /// The canonical object, as the manifest or the request names it: the way that is right.
    let target: ObjectID
    let targetPath: DottedPath
    let concept: Concept?
    /// What takes the place of each object: the canonical one, or the manifest's factory.
    private(set) var replacements: [ObjectID: DottedPath] = [:]
    /// With `--from`, dotted names of the canonical object itself that give way; nil: each that is not registered.
    private(set) var namedPaths: Set<DottedPath>?
    /// What the canonical object hands out, when that is only a front: those stay behind it, and only their names give way.
    let fronted: Set<ObjectID>

    /// - Throws: ``MigrationProblem`` when the request names what is not there.
    init(_ request: MigrationRequest, _ context: RuleContext) throws(MigrationProblem) {
        let model = context.model
        guard let target = model.resolve(request.target).object, let path = DottedPath(request.target, model) else {
            throw MigrationProblem(
                "--to \(request.target): there is no such object. canon audit where \(request.target) says how far the name leads"
            )
        }
        guard [.class, .function, .asyncFunction].contains(model.kind(of: target)) else {
            throw MigrationProblem("--to \(request.target): names neither a class nor a function of a module")
        }
        self.target = target
        targetPath = path
        let concept = try Self.concept(request, target, context)
        self.concept = concept
        fronted = Self.fronted(by: target, concept, model)
        replacements[target] = path
        if let factory = concept?.factory, factory != target, let path = Self.factoryPath(concept, model) {
            replacements[factory] = path
        }
        if request.sources.isEmpty { try takeAll(context) } else { try take(request.sources, context) }
    }

    private static func concept(
        _ request: MigrationRequest, _ target: ObjectID, _ context: RuleContext
    ) throws(MigrationProblem) -> Concept? {
        guard let name = request.concept else {
            return context.concepts.first { $0.canonical == target || $0.factory == target }
        }
        if let concept = context.concepts.first(where: { $0.name == name }) { return concept }
        let known = context.concepts.map(\.name)
        let hint =
            NearestName.of(name, among: known).map { "did you mean \($0)?" }
            ?? (known.isEmpty
                ? "canon audit --init declares some" : "there are: \(known.sorted().joined(separator: ", "))")
        throw MigrationProblem("--concept \(name): the manifest declares no such concept; \(hint)")
    }

    private static func fronted(by target: ObjectID, _ concept: Concept?, _ model: CodeModel) -> Set<ObjectID> {
        guard let concept, concept.canonical == target, !concept.implementations.contains(target) else { return [] }
        let makers = model.publicMethods(of: target) + [concept.factory].compactMap(\.self)
        return Set(makers.flatMap { model.products(of: $0).map(\.object) }).intersection(concept.implementations)
    }

    private static func factoryPath(_ concept: Concept?, _ model: CodeModel) -> DottedPath? {
        concept?.declared.factory.flatMap { DottedPath($0.value, model) }
    }

    /// Everything of the concept that is not canonical.
    private mutating func takeAll(_ context: RuleContext) throws(MigrationProblem) {
        guard let concept else {
            throw MigrationProblem(
                "--from is missing: no concept of the manifest has \(targetPath) as its canonical object, so nothing says what "
                    + "gives way")
        }
        let model = context.model
        for object in concept.implementations where object != target && replacements[object] == nil {
            replacements[object] = targetPath
        }
        for layer in ForwardingLayers(of: concept, in: context)?.declarations ?? [] {
            // What only its own file uses is no way that others take.
            guard replacements[layer] == nil, !model.consumers(of: layer).isEmpty else { continue }
            if model.kind(of: layer) == .class {
                replacements[layer] = targetPath
            } else if let factory = concept.factory, let path = replacements[factory] {
                replacements[layer] = path
            }
        }
    }

    private mutating func take(_ names: [String], _ context: RuleContext) throws(MigrationProblem) {
        let model = context.model
        var paths: Set<DottedPath> = []
        for name in names {
            guard let object = model.resolve(name).object, let path = DottedPath(name, model) else {
                throw MigrationProblem(
                    "--from \(name): there is no such object. canon audit where \(name) says how far the name leads")
            }
            if object == target || object == concept?.factory {
                guard path != replacements[object] else {
                    throw MigrationProblem("--from \(name): that is what --to names")
                }
                paths.insert(path)
                continue
            }
            switch model.kind(of: object) {
            case .class where model.kind(of: target) == .class: replacements[object] = targetPath
            case .function, .asyncFunction:
                if model.kind(of: target).isFunction {
                    replacements[object] = targetPath
                } else if let factory = concept?.factory, let path = replacements[factory] {
                    replacements[object] = path
                } else {
                    throw MigrationProblem(
                        "--from \(name): a factory needs one to give way to, and the manifest's concept declares no `factory`"
                    )
                }
            default: throw MigrationProblem("--from \(name): names neither a class nor a function of a module")
            }
        }
        namedPaths = paths
    }

    /// Objects whose own files go on naming them: the canonical ones, and what they hand out.
    var staying: Set<ObjectID> { fronted.union(replacements.keys.filter { isCanonical($0) }) }

    /// Whether an object is what others give way to.
    func isCanonical(_ object: ObjectID) -> Bool { object == target || object == concept?.factory }

    /// The objects that give way, without the canonical ones.
    var sources: [ObjectID] { replacements.keys.filter { !isCanonical($0) }.sorted() }

    /// Where a dotted name leads afterwards, when it stands for an object now; nil when it stays.
    func replacement(of path: DottedPath, for object: ObjectID, in model: CodeModel) -> DottedPath? {
        guard let replacement = replacements[object], replacement != path else { return nil }
        guard isCanonical(object) else { return replacement }
        if let namedPaths { return namedPaths.contains(path) ? replacement : nil }
        // The registered name in a registered module is the right way.
        if path.name == replacement.name, let concept, let module = model.module(named: path.module),
            concept.registers(object, through: module, in: model)
        {
            return nil
        }
        return replacement
    }
}

/// A name in a module.
struct DottedPath: Hashable, CustomStringConvertible {
    var module: String
    /// Of a nested class with its outer ones: `Outer.Inner`.
    var name: String

    var description: String { "\(module).\(name)" }

    init(module: String, name: String) {
        self.module = module
        self.name = name
    }

    /// The module is the longest beginning that is one.
    init?(_ dotted: String, _ model: CodeModel) {
        let parts = dotted.split(separator: ".", omittingEmptySubsequences: false)
        for count in stride(from: parts.count - 1, to: 0, by: -1) {
            let module = parts[..<count].joined(separator: ".")
            guard model.module(named: module) != nil else { continue }
            self.init(module: module, name: parts[count...].joined(separator: "."))
            return
        }
        return nil
    }
}
