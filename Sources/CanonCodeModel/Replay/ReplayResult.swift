internal import CanonFacts

/// What a replay found.
public struct ReplayResult: Sendable {
    public struct Module: Sendable {
        public enum State: String, Sendable {
            /// Its code has run.
            case loaded
            /// Its code was still running.
            case partial
        }

        /// As `sys.modules` has it.
        public var name: String
        public var module: ModuleID
        public var state: State
        /// It was imported in an arm of a condition of which nothing is known, or by a module that was.
        public var isDoubtful: Bool
        /// Names that hold classes of the tree, in the order of `dir(module)`.
        var classes: [ClassName]
        /// Names of which is not known what they hold.
        var others: [ClassName.Other]
    }

    struct ClassName: Sendable {
        var name: String
        var object: ObjectID
        /// The same for the same object of the running program.
        var identity: Int
        var hops: [Hop]

        struct Other: Sendable {
            var name: String
            var what: String
        }
    }

    /// Modules of the tree in `sys.modules`, in its order: modules that still run stand where their import started, loaded ones
    /// in the order in which they were ready.
    public let modules: [Module]
    /// What could not be told.
    public let unresolved: [ReplayNote]
    /// Where it stopped; nil when the entry had loaded or failed.
    public let stop: Place?
    /// The exception with which the entry failed.
    public let failure: (place: Place, text: String)?
    /// The classes that the code at the place of the stop reads by their names.
    let compared: [ObjectID]

    init(_ interpreter: Interpreter) {
        var identities: [ObjectIdentifier: Int] = [:]
        var modules: [Module] = []
        for name in interpreter.order {
            guard let index = interpreter.entry(name).flatMap(\.self) else { continue }
            let module = interpreter.loaded[index]
            var classes: [ClassName] = []
            var others: [ClassName.Other] = []
            for (key, cell) in module.scope.names {
                guard let text = interpreter.texts[key] else { continue }
                switch cell.value {
                case .thing(let thing) where thing.kind == .class:
                    let identity = identities[ObjectIdentifier(thing), default: identities.count]
                    identities[ObjectIdentifier(thing)] = identity
                    classes.append(
                        ClassName(
                            name: text, object: thing.object, identity: identity, hops: interpreter.hops(cell.origin)))
                case .external where interpreter.isModuleImport(cell.origin): break
                case .external(let what): others.append(ClassName.Other(name: text, what: what))
                case .unknown: others.append(ClassName.Other(name: text, what: "computed"))
                default: break
                }
            }
            classes.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
            others.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
            modules.append(
                Module(
                    name: name, module: ModuleID(rawValue: module.node),
                    state: module.state == .running ? .partial : .loaded, isDoubtful: module.isDoubtful,
                    classes: classes, others: others))
        }
        self.modules = modules
        unresolved = interpreter.unresolved
        stop = interpreter.stopPlace
        failure = interpreter.failure.map {
            (Place(file: FileID(rawValue: $0.file), line: $0.line), $0.text)
        }
        compared = interpreter.comparedClasses()
    }
}

extension Interpreter {
    /// The statements through which a name got its value, the one that made the object last.
    func hops(_ origin: Int32) -> [Hop] {
        var hops: [Hop] = []
        var origin = origin
        while origin >= 0, hops.count < 256 {
            let step = origins[Int(origin)]
            let line = model.graph.files[Int(step.file)].facts.events[Int(step.event)].line
            hops.append(Hop(file: FileID(rawValue: step.file), event: step.event, line: line))
            origin = step.previous
        }
        return hops
    }

    /// Whether a statement is `import x`: what it binds is a module, whatever that has.
    func isModuleImport(_ origin: Int32) -> Bool {
        guard origin >= 0 else { return false }
        let step = origins[Int(origin)]
        return model.graph.files[Int(step.file)].facts.events[Int(step.event)].kind == .importModule
    }

    /// Classes that the function or module at the stop reads by name, annotations left out.
    func comparedClasses() -> [ObjectID] {
        guard let frame = stoppedFrame, let function = frame.function else { return [] }
        let facts = frame.code.facts
        var classes: [ObjectID] = []
        for event in facts.events[facts.body(of: Int(function.declaration))]
        where event.kind == .use && !event.flags.contains(.annotation) && !facts.names.hasDot(event.name) {
            if let type = evaluate(frame.code.parts(of: event.name), frame).value.type, !classes.contains(type.object) {
                classes.append(type.object)
            }
        }
        return classes
    }
}
