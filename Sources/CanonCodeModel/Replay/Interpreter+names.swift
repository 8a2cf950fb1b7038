internal import CanonFacts

// What names hold, and what is bound to them.
extension Interpreter {
    // MARK: Reading

    func lookup(_ key: TextKey, _ frame: Frame) -> Cell? {
        var scope: Scope? = frame.scope
        if frame.scope.globals.contains(key) { scope = nil }
        var isOwn = true
        while let current = scope {
            // Functions do not see the names of the class around them.
            if current.kind != .class || isOwn, let cell = current.names[key] { return cell }
            isOwn = false
            scope = current.parent
        }
        return loaded[frame.module].scope.names[key]
    }

    /// What a dotted name holds; a failure when a module does not have what is asked of it.
    func evaluate(_ parts: [TextKey], _ frame: Frame) -> (value: Value, origin: Int32, failure: Raised.Kind?) {
        guard let first = parts.first else { return (.unknown, -1, nil) }
        guard let cell = lookup(first, frame) else {
            return (.unknown, -1, nil)
        }
        var value = cell.value
        var origin = cell.origin
        for key in parts.dropFirst() {
            guard let next = attribute(key, of: value) else { return (.unknown, -1, .attributeError) }
            value = next.value
            origin = next.origin
        }
        return (value, origin, nil)
    }

    static let superKey = TextKey("super" as StaticString)

    /// An attribute of a value; nil when a module that is still running has none of that name yet.
    func attribute(_ key: TextKey, of value: Value) -> Cell? {
        switch value {
        case .unknown, .null, .plain: return Cell(value: .unknown, origin: -1)
        case .external(let name): return Cell(value: .external(name), origin: -1)
        case .module(let index):
            if let cell = loaded[index].scope.names[key] { return cell }
            // Of a module that has loaded, more is likely to be there than its statements show.
            return loaded[index].state != .running || isOpen(index) || Known.moduleAttributes.contains(key)
                ? Cell(value: .unknown, origin: -1) : nil
        case .thing(let thing):
            if thing.kind == .function { return Cell(value: .unknown, origin: -1) }
            if let own = thing.attributes[key] { return thing.kind == .class ? bound(own, to: value) : own }
            guard let type = thing.kind == .class ? thing : thing.owner else {
                return Cell(value: .unknown, origin: -1)
            }
            return inherited(key, from: type).map { bound($0, to: value) } ?? Cell(value: .unknown, origin: -1)
        case .method: return Cell(value: .unknown, origin: -1)
        case .parent(let type, let receiver):
            for base in type.bases {
                guard let base = base.type, let cell = inherited(key, from: base) else { continue }
                return bound(cell, to: receiver)
            }
            return Cell(value: .unknown, origin: -1)
        }
    }

    func isOpen(_ module: Int) -> Bool {
        if loaded[module].isOpen { return true }
        guard let code = loaded[module].code else { return false }
        return model.graph.summaries[Int(code.file)].isDynamic
    }

    func inherited(_ key: TextKey, from type: Thing) -> Cell? {
        for type in type.lineage { if let cell = type.attributes[key] { return cell } }
        return nil
    }

    /// A function taken from a class or an instance is a method.
    private func bound(_ cell: Cell, to receiver: Value) -> Cell {
        guard case .thing(let function) = cell.value, function.kind == .function else { return cell }
        var cell = cell
        switch MethodKind(function) {
        case .static: break
        case .class:
            if case .thing(let thing) = receiver, thing.kind == .instance, let type = thing.owner {
                cell.value = .method(function, receiver: .thing(type))
            } else {
                cell.value = .method(function, receiver: receiver)
            }
        case .plain, .property:
            if case .thing(let thing) = receiver, thing.kind == .instance {
                cell.value = .method(function, receiver: receiver)
            }
        }
        return cell
    }

    // MARK: Binding

    func set(_ key: TextKey, _ cell: Cell, _ frame: Frame) {
        if frame.scope.globals.contains(key) {
            loaded[frame.module].scope.names[key] = cell
        } else {
            frame.scope.names[key] = cell
        }
    }

    func remember(_ key: TextKey, _ code: FileCode, _ name: Name) {
        if texts[key] == nil { texts[key] = code.facts.names[name] }
    }

    /// The value that an event of kind `bind` or `return` speaks of.
    func value(of event: Event, _ index: Int, _ frame: Frame) -> (value: Value, origin: Int32, failure: Raised.Kind?) {
        switch event.valueKind {
        case .none, .unresolved, .element, .function: return (.unknown, -1, nil)
        case .null: return (.null, -1, nil)
        case .constant, .string, .container: return (.plain, -1, nil)
        case .reference: return evaluate(frame.code.parts(of: event.value), frame)
        case .call, .awaitedCall:
            guard let cell = frame.results[event.value] else { return (.unknown, -1, nil) }
            return (cell.value, cell.origin, nil)
        }
    }

    func bind(_ event: Event, _ index: Int, _ frame: Frame) -> Completion {
        switch event.binding {
        case .annotationOnly: return .normal
        case .exceptionTarget:
            set(frame.code.key(of: event.name), Cell(value: .unknown, origin: -1), frame)
            return .normal
        case .augmented where event.form == .name:
            let key = frame.code.key(of: event.name)
            if lookup(key, frame) == nil { set(key, Cell(value: .plain, origin: -1), frame) }
            return .normal
        default: break
        }
        var (value, origin, failure) = value(of: event, index, frame)
        if let failure {
            return .raised(
                Raised(
                    kind: failure, file: frame.code.file, line: event.line, text: frame.code.facts.names[event.value]))
        }
        guard !event.flags.contains(.unresolved) else { return .normal }
        if event.flags.contains(.oneOfSeveral), !value.isKnown { value = .unknown }
        let parts = frame.code.parts(of: event.name)
        switch event.form {
        case .name, .starred:
            if frame.kind == .module || frame.scope.globals.contains(parts[0]) {
                remember(parts[0], frame.code, event.name)
            }
            origin = self.origin(frame.code, index, after: origin)
            set(parts[0], Cell(value: value, origin: origin), frame)
        case .attribute:
            let owner = evaluate(parts.dropLast(), frame).value
            switch owner {
            case .thing(let thing):
                thing.attributes[parts[parts.count - 1]] = Cell(value: value, origin: origin)
            case .module(let module):
                rememberLast(parts[parts.count - 1], frame.code, event.name)
                loaded[module].scope.names[parts[parts.count - 1]] = Cell(
                    value: value, origin: self.origin(frame.code, index, after: origin))
            default: break
            }
        case .subscript: register(event, value, frame)
        }
        return .normal
    }

    private func rememberLast(_ key: TextKey, _ code: FileCode, _ name: Name) {
        if texts[key] == nil { texts[key] = String(code.facts.names[name].lastPart(at: ".") ?? "") }
    }

    /// `sys.modules["name"] = value`
    private func register(_ event: Event, _ value: Value, _ frame: Frame) {
        var search = Graph.Search()
        var read = event
        read = Event(.use, line: event.line, column: 0, declaration: event.declaration, name: event.name)
        guard isModulesRead(read, frame.code, &search) else { return }
        guard event.linkedName.exists else {
            // `sys.modules[__name__] = …`: what stands there now has whatever names it has.
            loaded[frame.module].isOpen = true
            return
        }
        if case .module(let index) = value {
            enter(frame.code.facts.names[event.linkedName], index)
        } else {
            enter(frame.code.facts.names[event.linkedName], nil)
        }
    }

    func unbind(_ event: Event, _ frame: Frame) {
        guard event.form == .name, !event.flags.contains(.unresolved) else { return }
        let key = frame.code.key(of: event.name)
        if frame.scope.globals.contains(key) {
            loaded[frame.module].scope.names[key] = nil
        } else {
            frame.scope.names[key] = nil
        }
    }

    func exports(_ event: Event, _ frame: Frame) {
        guard frame.kind == .module else { return }
        let names = frame.code.facts.lists[event.list.indices].map { raw in
            let name = Name(rawValue: raw)
            let key = frame.code.key(of: name)
            remember(key, frame.code, name)
            return key
        }
        if event.flags.contains(.unresolved) {
            // Nobody knows all of them: a star import then takes what is public.
            loaded[frame.module].exports = nil
            return
        }
        switch event.exports {
        case .replace: loaded[frame.module].exports = names
        case .add: loaded[frame.module].exports?.append(contentsOf: names)
        case .remove: loaded[frame.module].exports?.removeAll { names.contains($0) }
        }
    }

    func use(_ event: Event, _ index: Int, _ frame: Frame) -> Completion {
        guard !event.flags.contains(.annotation), !event.flags.contains(.unresolved) else { return .normal }
        let found = evaluate(frame.code.parts(of: event.name), frame)
        if let failure = found.failure {
            return .raised(
                Raised(kind: failure, file: frame.code.file, line: event.line, text: frame.code.facts.names[event.name])
            )
        }
        guard event.flags.contains(.decorator) else { return .normal }
        let (_, completion) = apply(found.value, event, frame)
        return completion
    }
}

/// How a function of a class takes its first argument.
enum MethodKind {
    case plain, `static`, `class`, property

    init(_ function: Thing) {
        let facts = function.code.facts
        let declaration = facts.declarations[Int(function.declaration)]
        self = .plain
        for index in stride(
            from: declaration.decorators.indices.lowerBound, to: declaration.decorators.indices.upperBound, by: 2)
        {
            switch facts.names.lastKey(of: Name(rawValue: facts.lists[index])) {
            case Self.staticKey: self = .static
            case Self.classKey: self = .class
            case Self.propertyKey, Self.cachedKey: self = .property
            default: break
            }
        }
        let name = facts.names.key(of: declaration.name)
        if name == Self.newKey || name == Self.subclassKey { self = .class }
    }

    private static let staticKey = TextKey("staticmethod" as StaticString)
    private static let classKey = TextKey("classmethod" as StaticString)
    private static let propertyKey = TextKey("property" as StaticString)
    private static let cachedKey = TextKey("cached_property" as StaticString)
    private static let newKey = TextKey("__new__" as StaticString)
    private static let subclassKey = TextKey("__init_subclass__" as StaticString)
}
