import CanonCodeModel
import CanonFacts

/// Weighs what is known of one shared variable: who changes it, whether a request gets there, and whose data it holds.
struct SharedStateJudgement {
    /// What shows that data of a user is kept, the strongest first.
    enum User {
        /// A key of the mapping, as it is written.
        case key(String)
        /// What is put in.
        case element(String)
        /// What the variable is bound to.
        case value(String)
        /// Its name or annotation.
        case named(String)
    }

    let state: SharedState
    let touches: [StateTouch]
    let requests: RequestHandlers
    let model: CodeModel

    /// Places in functions that change it.
    private(set) var changes: [StateTouch] = []
    /// A function that touches it and that a request reaches.
    private(set) var reached: ObjectID?
    private var isReachedExactly = false
    /// It is not reached by calls that can be followed, but its module is loaded with a handler.
    private var isLoadedOnly = false
    private(set) var user: User?
    private(set) var isTakenWhole = false
    private(set) var refutation: String?

    init(state: SharedState, touches: [StateTouch], requests: RequestHandlers, model: CodeModel) {
        self.state = state
        self.touches = touches
        self.requests = requests
        self.model = model
    }

    var isChangedByRequests: Bool { refutation == nil && !changes.isEmpty && (reached != nil || isLoadedOnly) }

    var confidence: Confidence {
        guard isOfUsers, !isLoadedOnly else { return .review }
        return isReachedExactly ? .confirmed : .likely
    }

    /// It holds data of users, by what is put in and not by its name alone.
    var isOfUsers: Bool {
        switch user {
        case .key, .element, .value: true
        case .named, nil: false
        }
    }

    /// High when requests are seen to get to data of users.
    var severity: Severity { isOfUsers && !isLoadedOnly ? .high : .medium }

    // MARK: Reach

    mutating func judge() {
        changes = touches.filter { isChange($0) }
        guard !changes.isEmpty else { return }
        isTakenWhole = touches.contains { $0.kind == .whole }
        let registrations = changes.filter { isRegistration($0) }
        if registrations.count == changes.count {
            changes = registrations
            refutation = "it is filled by decorators and class statements, while modules load"
            return
        }
        changes = changes.filter { !isRegistration($0) }
        for touch in changes {
            let function = ObjectID(file: touch.file, index: touch.function)
            guard let way = way(to: function) else { continue }
            if reached == nil || (way.isExact && !isReachedExactly) {
                reached = way.function
                isReachedExactly = way.isExact
            }
        }
        if holdsLocks {
            refutation = "it holds locks, no data"
            return
        }
        if reached == nil { isLoadedOnly = requests.loads(state.file) }
        if reached == nil, !isLoadedOnly { refutation = "no module with a handler of requests loads it" }
    }

    /// Everything that is put in, or what the annotation says of the values, is a lock.
    private var holdsLocks: Bool {
        let types = UserWords.split(annotation)
        if types.contains("lock") || types.contains("semaphore") { return true }
        let values = changes.filter { $0.kind == .put }.map { model.facts(of: $0.file).events[Int($0.event)] }
        return !values.isEmpty && values.allSatisfy { [.lock, .semaphore, .condition].contains($0.container) }
    }

    /// How a request gets to a function, or to one around it.
    private func way(to function: ObjectID) -> (function: ObjectID, isExact: Bool)? {
        let declarations = model.facts(of: function.file).declarations
        var index = function.index
        while index != FileFacts.noIndex {
            let object = ObjectID(file: function.file, index: index)
            if let way = requests.ways[object] { return (object, way.isExact) }
            index = declarations[Int(index)].parent
        }
        return nil
    }

    private func isChange(_ touch: StateTouch) -> Bool {
        switch touch.kind {
        case .put, .take:
            // What `__init__` puts in is how the instance begins.
            return state.form == .container && !(state.isOfInstance && isInit(touch))
        case .rebind:
            guard state.form == .rebound else { return false }
            return isOfRequest(touch)
        case .whole, .read: return false
        }
    }

    private func isInit(_ touch: StateTouch) -> Bool {
        let facts = model.facts(of: touch.file)
        return facts.names[facts.declarations[Int(touch.function)].name] == "__init__"
    }

    /// Whether a variable is bound to what the function was given, and not to a constant or to an object made on first use.
    private func isOfRequest(_ touch: StateTouch) -> Bool {
        let facts = model.facts(of: touch.file)
        let event = facts.events[Int(touch.event)]
        guard event.binding != .augmented, event.valueKind == .reference else { return false }
        let root = facts.names[event.value].prefix { $0 != "." }
        let declaration = facts.declarations[Int(touch.function)]
        let parameters = facts.parameters[declaration.parameters.indices].dropFirst(
            declaration.flags.contains(.isMethod) ? 1 : 0)
        return parameters.contains { facts.names[$0.name] == root }
    }

    /// A function that stores what it gives back unchanged (a decorator), and what runs while classes are made.
    private func isRegistration(_ touch: StateTouch) -> Bool {
        let facts = model.facts(of: touch.file)
        let declaration = facts.declarations[Int(touch.function)]
        let name = facts.names[declaration.name]
        if name == "__init_subclass__" || name == "__set_name__" { return true }
        if declaration.flags.contains(.isMethod), ["__new__", "__init__"].contains(name),
            declaration.parent != FileFacts.noIndex
        {
            let owner = facts.declarations[Int(declaration.parent)]
            let isMetaclass = facts.lists[owner.bases.indices].contains { base in
                let text = facts.names[Name(rawValue: base)]
                return text == "type" || text.hasSuffix("Meta") || text.hasSuffix("Type")
            }
            if isMetaclass { return true }
        }
        let isDecorator = isUsedAsDecorator(touch)
        let parameters = Set(facts.parameters[declaration.parameters.indices].map(\.name.rawValue))
        let start = Int(declaration.event) + 1
        let end = max(start, Int(facts.events[Int(declaration.event)].link))
        var returnsParameter = false
        for (_, event) in facts.events.selecting([.return], in: start..<end)
        where event.declaration == touch.function {
            guard event.valueKind == .reference, parameters.contains(event.value.rawValue) else { return isDecorator }
            returnsParameter = true
        }
        // `def register(cls): REGISTRY[cls.name] = cls; return cls`
        let event = facts.events[Int(touch.event)]
        let storesParameter = event.kind != .bind || parameters.contains(event.value.rawValue)
        return isDecorator || (returnsParameter && storesParameter)
    }

    /// Whether the function, or the one around it, decorates something in its own file.
    private func isUsedAsDecorator(_ touch: StateTouch) -> Bool {
        let facts = model.facts(of: touch.file)
        var index = touch.function
        while index != FileFacts.noIndex {
            if model.isUsedAsDecorator(facts.declarations[Int(index)].name, in: touch.file) { return true }
            index = facts.declarations[Int(index)].parent
        }
        return false
    }

    // MARK: Whose data

    mutating func findUser(in sources: [FileID: SourceLines]) {
        var element: String?
        var value: String?
        var isNamed = UserWords.strength(of: name) != nil
        for touch in changes {
            let facts = model.facts(of: touch.file)
            let event = facts.events[Int(touch.event)]
            let usesThreads = !model.bindings(of: "threading", in: touch.file).isEmpty
            if touch.kind == .rebind {
                let text = facts.names[event.value]
                let isOfUser = UserWords.strength(of: text) == .strong || UserWords.strength(of: name) == .strong
                if value == nil, isOfUser { value = text }
                continue
            }
            guard let source = sources[touch.file] else { continue }
            let callee = event.kind == .call ? facts.names[event.name] : touch.prefix
            guard let argument = source.argument(line: Int(touch.line), column: Int(touch.column), after: callee),
                !Self.isLiteral(argument.text)
            else { continue }
            switch UserWords.strength(of: argument.text, usesThreads: usesThreads) {
            case .strong:
                if argument.bracket == "[" || state.fact.container.isMapping {
                    user = .key(argument.text)
                    return
                }
                if element == nil { element = argument.text }
            case .weak: isNamed = true
            case nil: break
            }
        }
        if let value {
            user = .value(value)
        } else if let element {
            user = .element(element)
        } else if isNamed {
            user = .named("name")
        } else if UserWords.strength(of: annotation) != nil {
            user = .named("annotation")
        }
    }

    private var name: String { model.facts(of: state.file).names[state.name] }
    private var annotation: String { model.facts(of: state.file).names[state.fact.annotation] }

    private static func isLiteral(_ text: String) -> Bool {
        guard let first = text.first else { return true }
        return first == "\"" || first == "'" || first.isNumber
    }
}
