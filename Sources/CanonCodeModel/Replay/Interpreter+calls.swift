internal import CanonFacts

// Class and function statements, and calls.
extension Interpreter {
    func functionStatement(_ event: Event, _ index: Int, _ frame: Frame) {
        let thing = Thing(
            kind: .function, code: frame.code, declaration: event.declaration, module: frame.module, scope: frame.scope,
            owner: nil)
        let key = frame.code.key(of: event.name)
        if frame.kind == .module { remember(key, frame.code, event.name) }
        set(key, Cell(value: .thing(thing), origin: origin(frame.code, index)), frame)
    }

    func classStatement(_ event: Event, _ index: Int, _ frame: Frame) -> Completion {
        let facts = frame.code.facts
        let declaration = facts.declarations[Int(event.declaration)]
        let scope = Scope(.class, parent: frame.scope)
        let thing = Thing(
            kind: .class, code: frame.code, declaration: event.declaration, module: frame.module, scope: scope,
            owner: nil)
        for base in declaration.bases.indices {
            thing.bases.append(evaluate(baseParts(Name(rawValue: facts.lists[base]), frame.code), frame).value)
        }
        let inner = Frame(.class, code: frame.code, scope: scope, module: frame.module)
        let completion = execute(index + 1..<max(index + 1, Int(event.link)), inner)
        guard case .normal = completion else { return completion }
        thing.attributes = scope.names
        for cell in scope.names.values {
            if case .thing(let member) = cell.value, member.kind == .function { member.owner = thing }
        }
        let key = frame.code.key(of: event.name)
        if frame.kind == .module || frame.scope.globals.contains(key) { remember(key, frame.code, event.name) }
        set(key, Cell(value: .thing(thing), origin: origin(frame.code, index)), frame)
        // A base may want to know of its subclasses.
        for base in thing.bases {
            guard let base = base.type, let hook = inherited(Self.subclassHook, from: base),
                case .thing(let function) = hook.value, function.kind == .function
            else { continue }
            let (_, completion) = run(function, receiver: .thing(thing), event, frame)
            if case .stopped = completion { return .stopped }
            break
        }
        return .normal
    }

    private static let subclassHook = TextKey("__init_subclass__" as StaticString)

    /// The parts of a base's text without its type arguments.
    private func baseParts(_ name: Name, _ code: FileCode) -> [TextKey] {
        code.facts.names.withUTF8(of: name) { text in
            let head = text[..<(text.firstIndex(of: 0x5B) ?? text.endIndex)]
            guard !head.contains(0x28), !head.contains(0x20) else { return [] }
            return head.split(separator: 0x2E).map { TextKey(UnsafeBufferPointer(rebasing: $0)) }
        }
    }

    // MARK: Calls

    func call(_ event: Event, _ index: Int, _ frame: Frame) -> Completion {
        let callee: Value
        if event.flags.contains(.unresolved) {
            // `f().g()`: g of what the call before gave, when nothing lies between them.
            guard event.name.exists, frame.lastCall.event == index - 1,
                let found = attribute(frame.code.key(of: event.name), of: frame.lastCall.value)
            else {
                frame.lastCall = (index, .unknown)
                return .normal
            }
            callee = found.value
        } else {
            let parts = frame.code.parts(of: event.name)
            if parts.contains(Self.hooksKey) { hasHooks = true }
            if parts.count == 1, parts[0] == Self.superKey, lookup(Self.superKey, frame) == nil {
                frame.lastCall = (index, parent(frame))
                return .normal
            }
            let found = evaluate(parts, frame)
            if let failure = found.failure {
                return .raised(
                    Raised(
                        kind: failure, file: frame.code.file, line: event.line, text: frame.code.facts.names[event.name]
                    ))
            }
            callee = found.value
        }
        var (value, completion) = apply(callee, event, frame)
        guard case .normal = completion else { return completion }
        if event.flags.contains(.decorator), value.isKnown { (value, completion) = apply(value, event, frame) }
        guard case .normal = completion else { return completion }
        frame.lastCall = (index, value)
        if event.name.exists, !event.flags.contains(.unresolved) {
            frame.results[event.name] = Cell(value: value, origin: -1)
        }
        return .normal
    }

    /// `super()` in a method: the class after the one whose body the method stands in.
    private func parent(_ frame: Frame) -> Value {
        guard let function = frame.function, let type = function.owner else { return .unknown }
        let declaration = function.code.facts.declarations[Int(function.declaration)]
        guard declaration.parameters.count > 0 else { return .unknown }
        let first = function.code.facts.parameters[declaration.parameters.indices.lowerBound].name
        guard let receiver = frame.scope.names[function.code.key(of: first)] else { return .unknown }
        return .parent(of: type, receiver: receiver.value)
    }

    /// Calls a value.
    func apply(_ callee: Value, _ event: Event, _ frame: Frame) -> (Value, Completion) {
        switch callee {
        case .unknown, .null, .plain, .parent: return (.unknown, .normal)
        case .external(let name):
            // `IntEnum._convert_` makes names of its caller's module.
            if frame.kind == .module, frame.code.facts.names.lastKey(of: event.name) == Self.convertKey {
                loaded[frame.module].isOpen = true
            }
            return (.external(name), .normal)
        case .module: return (.unknown, .normal)
        case .method(let function, let receiver): return run(function, receiver: receiver, event, frame)
        case .thing(let thing):
            switch thing.kind {
            case .function: return run(thing, receiver: nil, event, frame)
            case .class: return make(thing, event, frame)
            case .instance:
                guard let type = thing.owner, let method = inherited(Self.callKey, from: type),
                    case .thing(let function) = method.value, function.kind == .function
                else { return (.unknown, .normal) }
                return run(function, receiver: callee, event, frame)
            }
        }
    }

    private static let hooksKey = TextKey("meta_path" as StaticString)
    private static let convertKey = TextKey("_convert_" as StaticString)
    private static let callKey = TextKey("__call__" as StaticString)
    private static let newKey = TextKey("__new__" as StaticString)
    private static let initKey = TextKey("__init__" as StaticString)
    private static let afterInitKey = TextKey("__post_init__" as StaticString)

    /// Makes an instance: `__new__`, then `__init__` of what it gave.
    private func make(_ type: Thing, _ event: Event, _ frame: Frame) -> (Value, Completion) {
        let instance = Thing(
            kind: .instance, code: type.code, declaration: type.declaration, module: type.module, scope: nil,
            owner: type)
        // Where its constructor is not run again, it has what the last one got.
        if let last = lastInstances[ObjectIdentifier(type)] { instance.attributes = last.attributes }
        defer { lastInstances[ObjectIdentifier(type)] = instance }
        var made = Value.thing(instance)
        // `Mode("x")` finds a member, it makes none.
        if model.classInfo(of: type.object).traits.contains(.enumeration) { return (made, .normal) }
        if let new = inherited(Self.newKey, from: type), case .thing(let function) = new.value,
            function.kind == .function
        {
            let (value, completion) = run(function, receiver: .thing(type), event, frame)
            guard case .normal = completion else { return (.unknown, completion) }
            if case .thing(let thing) = value, thing.kind == .instance { made = value }
        }
        for key in [Self.initKey, Self.afterInitKey] {
            guard let method = inherited(key, from: type), case .thing(let function) = method.value,
                function.kind == .function
            else { continue }
            let (_, completion) = run(function, receiver: made, event, frame)
            guard case .normal = completion else { return (.unknown, completion) }
        }
        return (made, .normal)
    }

    /// Runs a function's body.
    func run(_ function: Thing, receiver: Value?, _ event: Event, _ caller: Frame) -> (Value, Completion) {
        let facts = function.code.facts
        let declaration = facts.declarations[Int(function.declaration)]
        if isStop(function, caller) {
            guard case .check? = stop?.position else {
                halt(event, caller)
                return (.unknown, .stopped)
            }
            checking = function
        }
        if caller.kind == .module, writesModules(function) { loaded[caller.module].isOpen = true }
        // A coroutine or generator runs when somebody waits for it.
        guard declaration.kind == .function, !declaration.flags.contains(.isGenerator) else {
            return (.unknown, .normal)
        }
        guard callDepth < options.callDepth, active[function.object, default: 0] < 2, !isExhausted else {
            return (.unknown, .normal)
        }
        let key = CallHistory.Key(function: ObjectIdentifier(function), receiver: receiver?.kindIdentity)
        if checking == nil, let history = histories[key], history.quiet >= CallHistory.enough {
            return (history.value, .normal)
        }
        let newsBefore = news
        let scope = Scope(.function, parent: function.scope)
        var parameters = facts.parameters[declaration.parameters.indices]
        if let receiver, let first = parameters.first {
            scope.names[function.code.key(of: first.name)] = Cell(value: receiver, origin: -1)
            parameters = parameters.dropFirst()
        }
        for parameter in parameters {
            scope.names[function.code.key(of: parameter.name)] = Cell(value: .unknown, origin: -1)
        }
        let frame = Frame(.function, code: function.code, scope: scope, module: function.module, function: function)
        callDepth += 1
        active[function.object, default: 0] += 1
        let doubtsBefore = doubts
        var completion = execute(facts.body(of: Int(function.declaration)), frame)
        active[function.object, default: 1] -= 1
        callDepth -= 1
        doubts = doubtsBefore
        // An error behind a return that may have come first is as uncertain as that.
        if case .raised = completion, frame.mayHaveReturned {
            note(.possibleError, caller.code, event)
            completion = .returned
        }
        switch completion {
        case .normal, .returned:
            let value = frame.result ?? .null
            let before = histories[key]
            let isQuiet = news == newsBefore && before.map { $0.value.isLike(value) } ?? true
            histories[key] = CallHistory(quiet: isQuiet ? (before?.quiet ?? 0) + 1 : 0, value: value)
            if before == nil { kept.append(function) }
            return (value, .normal)
        case .raised, .stopped: return (.unknown, completion)
        }
    }

    /// Whether a call is what the replay waits for.
    private func isStop(_ function: Thing, _ caller: Frame) -> Bool {
        guard let stop, checking == nil else { return false }
        switch stop.position {
        case .line: return false
        case .check:
            return caller.kind == .module && loaded[caller.module].name == stop.module && readsModules(function)
        case .function(let name):
            return loaded[function.module].name == stop.module && model.qualifiedName(of: function.object) == name
        }
    }
}
