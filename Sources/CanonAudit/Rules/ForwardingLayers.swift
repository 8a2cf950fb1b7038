import CanonCodeModel
import CanonFacts

/// A module, function or class that only leads elsewhere.
struct ForwardingLayer {
    var symbol: String
    var file: FileID
    var line: UInt32
    /// What it leads to, and the statement that does.
    var target: String
    var text: String
    var evidenceLine: UInt32
    /// Live files that use it, each with the first line that does.
    var consumers: [Place]
    var confidence = Confidence.confirmed
}

/// What forwards to one concept's canonical class, its methods or its factory.
struct ForwardingLayers {
    private(set) var all: [ForwardingLayer] = []
    /// Functions and classes among them that forward beyond doubt.
    private(set) var declarations: [ObjectID] = []
    /// Files that do nothing but forward, beyond doubt.
    private(set) var modules: [FileID] = []
    private(set) var examined = 0
    private let concept: Concept
    private let model: CodeModel
    /// The canonical class and the factory.
    private let targets: Set<ObjectID>
    /// These, and what the factory gives or else belongs to the concept.
    private let members: Set<ObjectID>

    /// Nil when the canonical symbol is not there.
    init?(of concept: Concept, in context: RuleContext) {
        guard let canonical = concept.canonical else { return nil }
        self.concept = concept
        model = context.model
        targets = Set([canonical] + [concept.factory].compactMap(\.self))
        members = targets.union(concept.objects)
            .union(concept.factory.map { context.model.products(of: $0).map(\.object) } ?? [])
        let files = readers(context)
        examined = files.count
        for home in Set(targets.map(\.file)).sorted() where context.scope(of: home) == .live {
            let declarations = forwardingDeclarations(in: home, context)
            note(declarations)
            all += declarations.map(\.layer)
        }
        for file in files {
            let declarations = forwardingDeclarations(in: file, context)
            note(declarations)
            if let layer = module(file, Set(declarations.map(\.object)), context) {
                all.append(layer)
                if layer.confidence == .confirmed { modules.append(file) }
            } else {
                all += declarations.map(\.layer)
            }
        }
    }

    private mutating func note(_ found: [(object: ObjectID, layer: ForwardingLayer)]) {
        declarations += found.filter { $0.layer.confidence == .confirmed }.map(\.object)
    }

    /// Live files that take something of the concept, without those that define it.
    private func readers(_ context: RuleContext) -> [FileID] {
        let homes = Set(targets.map(\.file))
        var files: Set<FileID> = []
        for member in members {
            for consumer in model.consumers(of: member) { files.insert(consumer.file) }
        }
        // A star takes names without saying so, also from a layer.
        var sources = homes.union(files)
        while !sources.isEmpty {
            var found: Set<FileID> = []
            for source in sources {
                for edge in model.importers(of: model.module(of: source)) where !files.contains(edge.from) {
                    let statement = model.imports(in: edge.from)[Int(edge.index)]
                    if statement.kind == .all { found.insert(edge.from) }
                }
            }
            files.formUnion(found)
            sources = found
        }
        return files.subtracting(homes).filter { context.scope(of: $0) == .live }.sorted()
    }

    // MARK: Modules

    private func module(
        _ file: FileID, _ forwarding: Set<ObjectID>, _ context: RuleContext
    ) -> ForwardingLayer? {
        let module = model.module(of: file)
        guard !concept.allows(module), !isAround(module) else { return nil }
        let facts = model.facts(of: file)
        // Everything that it declares forwards as well.
        for (index, declaration) in facts.declarations.enumerated() where declaration.parent == FileFacts.noIndex {
            let object = ObjectID(file: file, index: UInt32(index))
            guard forwarding.contains(object) || facts.names[declaration.name] == "__getattr__" else { return nil }
        }
        guard let statement = forwardingStatement(in: file, facts), !runsCode(facts, file) else { return nil }
        let name = model.name(of: module)
        return ForwardingLayer(
            symbol: name, file: file, line: 1, target: concept.canonicalSymbol, text: statement.text,
            evidenceLine: statement.line, consumers: users(of: module, context),
            confidence: statement.isMixed ? .review : .confirmed)
    }

    /// The package of the canonical module, and those around it: their names are the way to it.
    private func isAround(_ module: ModuleID) -> Bool {
        targets.contains { target in
            var outer: ModuleID? = model.module(of: target.file)
            while let current = outer {
                if current == module { return true }
                outer = model.modules[Int(current.rawValue)].parent
            }
            return false
        }
    }

    /// The first statement that forwards; nil when there is none, or another one takes something else from the tree.
    private func forwardingStatement(
        in file: FileID, _ facts: FileFacts
    ) -> (line: UInt32, text: String, isMixed: Bool)? {
        let homes = Set(targets.map { model.module(of: $0.file) })
        let neighbours = neighbours(of: homes)
        var first: (line: UInt32, text: String)?
        var isMixed = false
        for statement in model.imports(in: file) where statement.context.isDisjoint(with: [.typeChecking, .never]) {
            guard statement.context.isDisjoint(with: .function) || statement.kind == .all else { continue }
            let isOfLayer = statement.from.map { homes.contains($0) || isLayer($0) } ?? false
            var leads = isOfLayer && statement.kind == .all
            // What lies beside the canonical module may be passed on as well, which is no proof of another purpose.
            let isBeside = statement.from.map { neighbours.contains($0) } ?? false
            if isBeside, !isOfLayer { isMixed = true }
            switch statement.target {
            case .external, .missing, .unresolved:
                guard isOfLayer || isBeside || statement.from == nil else { return nil }
            case .object(let object):
                guard isOfLayer || isBeside || homes.contains(model.module(of: object.file)) else { return nil }
                leads = members.contains(object)
            case .module(let module):
                guard homes.contains(module) || isLayer(module) || isBeside else { return nil }
                leads = homes.contains(module) || isLayer(module)
            case .variable: guard isOfLayer || isBeside else { return nil }
            }
            if first == nil, leads { first = (statement.line, model.text(of: statement, in: file)) }
        }
        return first.map { ($0.line, $0.text, isMixed) }
    }

    /// Modules in the packages of the canonical modules.
    private func neighbours(of homes: Set<ModuleID>) -> Set<ModuleID> {
        let packages = Set(
            homes.compactMap { model.modules[Int($0.rawValue)].parent }.filter { !model.name(of: $0).isEmpty })
        guard !packages.isEmpty else { return [] }
        let indices = model.modules.indices.filter { index in
            model.modules[index].parent.map { packages.contains($0) } ?? false
        }
        return Set(indices.map { ModuleID(rawValue: UInt32($0)) })
    }

    /// A module that has been found to be a layer, or that is a registered path.
    private func isLayer(_ module: ModuleID) -> Bool {
        concept.allows(module) || all.contains { $0.symbol == model.name(of: module) }
    }

    /// Whether its own code does more than to import, to give other names and to say that it is old.
    private func runsCode(_ facts: FileFacts, _ file: FileID) -> Bool {
        for binding in model.bindings(in: file) where binding.kind == .value {
            let event = facts.events[Int(binding.event)]
            // A name that is nothing when its import fails.
            if event.valueKind == .null { continue }
            guard event.valueKind == .call else {
                if facts.names.withUTF8(of: binding.name, { $0.starts(with: "__".utf8) }) { continue }
                return true
            }
            guard isOutside(event.value, file, facts) else { return true }
        }
        return facts.events.contains { event in
            event.kind == .call && event.declaration == FileFacts.noIndex && !event.flags.contains(.decorator)
                && !isOutside(event.name, file, facts)
        }
    }

    /// Whether a callee is none of the tree's.
    private func isOutside(_ name: Name, _ file: FileID, _ facts: FileFacts) -> Bool {
        switch model.resolve(facts.names[name], in: file).target {
        case .external: true
        // `logger.info` of a logger made by a call that is outside.
        case .unresolved(.attribute), .variable: true
        default: false
        }
    }

    private func users(of module: ModuleID, _ context: RuleContext) -> [Place] {
        let edges = model.importers(of: module).filter { context.scope(of: $0.from) == .live }
        return Self.firstOfEach(edges.map { Place(file: $0.from, line: $0.line) })
    }

    private static func firstOfEach(_ places: [Place]) -> [Place] {
        var seen: Set<FileID> = []
        return places.sorted().filter { seen.insert($0.file).inserted }
    }

    // MARK: Functions and classes

    private func forwardingDeclarations(
        in file: FileID, _ context: RuleContext
    ) -> [(object: ObjectID, layer: ForwardingLayer)] {
        let facts = model.facts(of: file)
        return facts.declarations.indices.compactMap { index in
            guard facts.declarations[index].parent == FileFacts.noIndex else { return nil }
            let object = ObjectID(file: file, index: UInt32(index))
            guard let forwarding = self.forwarding(of: object) else { return nil }
            let consumers = model.consumers(of: object).filter { context.scope(of: $0.file) == .live }
            return (
                object,
                ForwardingLayer(
                    symbol: model.symbol(of: object), file: file, line: facts.declarations[index].line,
                    target: forwarding.target,
                    text: forwarding.text, evidenceLine: forwarding.line,
                    consumers: Self.firstOfEach(consumers.map { Place(file: $0.file, line: $0.line) }),
                    confidence: forwarding.confidence)
            )
        }
    }

    /// What a declaration forwards to, and how.
    private struct Forwarding {
        var target: String
        var text: String
        var line: UInt32
        var confidence = Confidence.confirmed
    }

    private func forwarding(of object: ObjectID) -> Forwarding? {
        guard !targets.contains(object) else { return nil }
        guard model.kind(of: object) == .class else {
            guard let forward = model.forwardTarget(of: object), let target = forward.object, leads(target) else {
                return nil
            }
            return Forwarding(
                target: model.symbol(of: target), text: "passes on to \(forward.callee)", line: forward.line)
        }
        let info = model.classInfo(of: object)
        let line = model.place(of: object).line
        if let base = info.ancestors.first(where: { targets.contains($0) }) {
            guard info.bases.count == 1, model.methods(of: object).isEmpty, model.state(of: object).isEmpty else {
                return nil
            }
            return Forwarding(
                target: model.symbol(of: base), text: "an empty subclass of \(model.name(of: base))", line: line)
        }
        let methods = model.publicMethods(of: object)
        let forwards = methods.count { model.forwardTarget(of: $0) != nil }
        guard !methods.isEmpty, forwards == methods.count, let holding = holding(of: object) else { return nil }
        return Forwarding(
            target: concept.canonicalSymbol, text: "\(forwards) of \(methods.count) public methods pass on", line: line,
            // It may be a client that has little to do: a person has to tell.
            confidence: holding == .handedIn ? .review : .confirmed)
    }

    /// The factory, or a method of the canonical class. A function that makes an instance is a creator and no layer.
    private func leads(_ target: ObjectID) -> Bool {
        if model.kind(of: target) == .class { return false }
        if targets.contains(target) { return true }
        return model.enclosingClass(of: target).map { targets.contains($0) } ?? false
    }

    private enum Holding {
        /// It calls the canonical class or the factory itself.
        case own
        /// Only annotations name the canonical class.
        case handedIn
    }

    /// How a class comes by the canonical object; nil when its body does not refer to it.
    private func holding(of object: ObjectID) -> Holding? {
        guard let declaration = model.declaration(of: object) else { return nil }
        let end = model.facts(of: object.file).events[Int(declaration.event)].link
        let references = model.references(in: object.file).filter {
            targets.contains($0.object) && $0.event > declaration.event && $0.event < end
        }
        guard !references.isEmpty else { return nil }
        return references.contains { $0.kind == .call } ? .own : .handedIn
    }
}
