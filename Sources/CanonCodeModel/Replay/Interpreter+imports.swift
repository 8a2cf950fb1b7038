internal import CanonFacts

// The import system.
extension Interpreter {
    /// Imports a module by its absolute name, and the packages that it lies in first.
    ///
    /// - Returns: what `sys.modules` has for the name.
    func importModule(_ name: String, from place: Place) -> (value: Value, completion: Completion) {
        var parent: Int?
        var end = name.startIndex
        while end < name.endIndex {
            let start = end == name.startIndex ? end : name.index(after: end)
            end = name[start...].firstIndex(of: ".") ?? name.endIndex
            let full = String(name[..<end])
            switch step(full, last: String(name[start..<end]), in: parent, from: place) {
            case .found(let index): parent = index
            case .opaque: return (.external(name), .normal)
            case .ended(let completion): return (.unknown, completion)
            }
        }
        return (parent.map { .module($0) } ?? .external(name), .normal)
    }

    private static let pathKey = TextKey("__path__" as StaticString)

    private enum Step {
        case found(Int)
        case opaque
        case ended(Completion)
    }

    private func step(_ full: String, last: String, in parent: Int?, from place: Place) -> Step {
        if let entry = entry(full) { return entry.map { .found($0) } ?? .opaque }
        if options.preloaded.contains(full) { return .opaque }
        let key = TextKey(last)
        let folders = parent.map { loaded[$0].folders } ?? searchPath
        if let parent, model.graph.tree.isCompiled(key, in: loaded[parent].node) { return .opaque }
        let nodes = find(key, in: folders)
        guard let node = nodes.first else {
            guard let parent else {
                return options.absent.contains(full)
                    ? .ended(.raised(importError("No module named '\(full)'", place))) : .opaque
            }
            // A package that makes its own modules, or an import hook, may have it.
            if hasHooks || isOpen(parent) || loaded[parent].scope.names[Self.pathKey] != nil { return .opaque }
            // Of a folder without code an installed package of the same name may have it.
            if loaded[parent].code == nil, model.graph.isBareFolder(loaded[parent].node) { return .opaque }
            return .ended(.raised(importError("No module named '\(full)'", place)))
        }
        let completion = load(full, node: node, folders: nodes, place: place)
        guard case .normal = completion else { return .ended(completion) }
        // The code may have put something else in its place.
        guard let entry = entry(full) else { return .ended(.raised(importError("No module named '\(full)'", place))) }
        guard let index = entry else { return .opaque }
        if let parent {
            texts[key] = texts[key] ?? last
            loaded[parent].scope.names[key] = Cell(value: .module(index), origin: -1)
        }
        return .found(index)
    }

    /// The first module or package of a name, else the folders that make up a namespace package.
    private func find(_ key: TextKey, in folders: [UInt32]) -> [UInt32] {
        var namespaces: [UInt32] = []
        for folder in folders {
            let node = model.graph.tree.child(of: folder, key)
            guard node != ModuleTree.none else { continue }
            if !model.graph.tree.isNamespace(node) { return [node] }
            namespaces.append(node)
        }
        return namespaces
    }

    private func load(_ name: String, node: UInt32, folders: [UInt32], place: Place) -> Completion {
        let tree = model.graph.tree
        let isNamespace = tree.isNamespace(node)
        let index = loaded.count
        let code = isNamespace ? nil : self.code(tree.nodes[Int(node)].file)
        loaded.append(
            LoadedModule(
                name: name, node: node, folders: isNamespace ? folders : tree.nodes[Int(node)].isPackage ? [node] : [],
                code: code, scope: Scope(.module, parent: nil)))
        loaded[index].isDoubtful = doubts > 0
        guard let code else {
            loaded[index].state = .loaded
            enter(name, index)
            return .normal
        }
        if let error = code.facts.error {
            loaded[index].state = .failed
            let at = Place(file: FileID(rawValue: code.file), line: error.line)
            unresolved.append(ReplayNote(place: at, reason: .syntaxError, text: error.message))
            return .raised(Raised(kind: .syntaxError, file: code.file, line: error.line, text: error.message))
        }
        guard importDepth < 2_000 else {
            return .raised(
                Raised(kind: .named("RecursionError", nil), file: place.file.rawValue, line: place.line, text: name))
        }
        enter(name, index)
        news += 1
        let frame = Frame(.module, code: code, scope: loaded[index].scope, module: index)
        importDepth += 1
        // Calls that lead to an import do not make the calls in the imported module any deeper.
        let outerDepth = callDepth
        callDepth = 0
        var completion = execute(0..<code.facts.events.count, frame)
        callDepth = outerDepth
        importDepth -= 1
        if case .returned = completion { completion = .normal }
        if case .normal = completion, let stop, stop.position == .check, stop.module == name {
            stopPlace = Place(file: FileID(rawValue: code.file), line: code.facts.lineCount)
            stoppedFrame = frame
            return .stopped
        }
        if case .raised = completion {
            loaded[index].state = .failed
            leave(name)
        } else if case .normal = completion {
            loaded[index].state = .loaded
            settle(name)
        }
        return completion
    }

    private func importError(_ text: String, _ place: Place) -> Raised {
        news += 1
        return Raised(kind: .importError, file: place.file.rawValue, line: place.line, text: text)
    }

    private func place(_ event: Event, _ frame: Frame) -> Place {
        Place(file: FileID(rawValue: frame.code.file), line: event.line)
    }

    // MARK: Statements

    func importStatement(_ event: Event, _ index: Int, _ frame: Frame) -> Completion {
        let name = frame.code.facts.names[event.name]
        let (value, completion) = importModule(name, from: place(event, frame))
        guard case .normal = completion else { return completion }
        if event.value.exists {
            bindImport(frame.code.key(of: event.value), event.value, value, index, -1, frame)
        } else {
            let first = String(name.prefix { $0 != "." })
            let key = TextKey(first)
            texts[key] = texts[key] ?? first
            let top: Value = entry(first).flatMap(\.self).map { .module($0) } ?? .external(first)
            set(key, Cell(value: top, origin: origin(frame.code, index)), frame)
        }
        return .normal
    }

    private func bindImport(
        _ key: TextKey, _ name: Name, _ value: Value, _ index: Int, _ previous: Int32, _ frame: Frame
    ) {
        if frame.kind == .module || frame.scope.globals.contains(key) { remember(key, frame.code, name) }
        set(key, Cell(value: value, origin: origin(frame.code, index, after: previous)), frame)
    }

    /// The module that `from … import` names.
    private func source(_ event: Event, _ frame: Frame) -> (value: Value, completion: Completion) {
        let name = frame.code.facts.names[event.linkedName]
        guard event.count > 0 else { return importModule(name, from: place(event, frame)) }
        var base = loaded[frame.module].name
        var levels = Int(event.count)
        // A package's own file counts as lying in it.
        if !loaded[frame.module].folders.isEmpty { levels -= 1 }
        for _ in 0..<levels {
            guard let dot = base.lastIndex(of: ".") else {
                return (
                    .unknown,
                    .raised(importError("attempted relative import beyond top-level package", place(event, frame)))
                )
            }
            base = String(base[..<dot])
        }
        return importModule(name.isEmpty ? base : base + "." + name, from: place(event, frame))
    }

    func importNames(_ range: Range<Int>, _ frame: Frame) -> Completion {
        let facts = frame.code.facts
        let first = facts.events[range.lowerBound]
        let (value, completion) = source(first, frame)
        guard case .normal = completion else { return completion }
        guard case .module(let module) = value else {
            guard case .external(let name) = value else { return .normal }
            for index in range {
                let event = facts.events[index]
                let bound = event.value.exists ? event.value : event.name
                bindImport(
                    frame.code.key(of: bound), bound, .external(name + "." + facts.names[event.name]), index, -1, frame)
            }
            return .normal
        }
        // The modules among the names are imported before anything is bound.
        for index in range {
            let event = facts.events[index]
            let completion = importSubmodule(facts.names[event.name], of: module, place(event, frame))
            guard case .normal = completion else { return completion }
        }
        for index in range {
            let event = facts.events[index]
            let bound = event.value.exists ? event.value : event.name
            guard let cell = taken(frame.code.key(of: event.name), facts.names[event.name], from: module) else {
                let text = "cannot import name '\(facts.names[event.name])' from '\(loaded[module].name)'"
                return .raised(importError(text, place(event, frame)))
            }
            bindImport(frame.code.key(of: bound), bound, cell.value, index, cell.origin, frame)
        }
        return .normal
    }

    /// What `from module import name` takes; nil: ImportError.
    private func taken(_ key: TextKey, _ name: String, from module: Int) -> Cell? {
        if let cell = loaded[module].scope.names[key] { return cell }
        // A submodule that is still running is not yet an attribute of its package.
        if model.graph.tree.isCompiled(key, in: loaded[module].node) {
            return Cell(value: .external(loaded[module].name + "." + name), origin: -1)
        }
        if let entry = entry(loaded[module].name + "." + name) {
            return Cell(value: entry.map { .module($0) } ?? .external(name), origin: -1)
        }
        if isOpen(module) || Known.moduleAttributes.contains(key) { return Cell(value: .unknown, origin: -1) }
        if loaded[module].code == nil, model.graph.isBareFolder(loaded[module].node) {
            return Cell(value: .external(loaded[module].name + "." + name), origin: -1)
        }
        return nil
    }

    /// A name that a package does not have may be a module in it.
    private func importSubmodule(_ name: String, of module: Int, _ place: Place) -> Completion {
        guard !loaded[module].folders.isEmpty, loaded[module].scope.names[TextKey(name)] == nil,
            !find(TextKey(name), in: loaded[module].folders).isEmpty
        else { return .normal }
        return importModule(loaded[module].name + "." + name, from: place).completion
    }

    func importAll(_ event: Event, _ index: Int, _ frame: Frame) -> Completion {
        let (value, completion) = source(event, frame)
        guard case .normal = completion else { return completion }
        guard case .module(let module) = value else {
            if frame.kind == .module { loaded[frame.module].isOpen = true }
            return .normal
        }
        if loaded[module].isOpen, frame.kind == .module { loaded[frame.module].isOpen = true }
        if let exports = loaded[module].exports {
            for key in exports {
                let completion = importSubmodule(texts[key] ?? "", of: module, place(event, frame))
                guard case .normal = completion else { return completion }
            }
            for key in exports {
                guard let cell = taken(key, texts[key] ?? "", from: module) else {
                    let text = "module '\(loaded[module].name)' has no attribute '\(texts[key] ?? "")'"
                    return .raised(Raised(kind: .attributeError, file: frame.code.file, line: event.line, text: text))
                }
                set(key, Cell(value: cell.value, origin: origin(frame.code, index, after: cell.origin)), frame)
            }
            return .normal
        }
        for (key, cell) in loaded[module].scope.names where texts[key]?.hasPrefix("_") != true {
            set(key, Cell(value: cell.value, origin: origin(frame.code, index, after: cell.origin)), frame)
        }
        return .normal
    }

    func dynamicImport(_ event: Event, _ index: Int, _ frame: Frame) -> Completion {
        let isRelative = frame.code.facts.names.withUTF8(of: event.name) { $0.first == UInt8(ascii: ".") }
        guard event.name.exists, !isRelative || !event.flags.contains(.unresolved) else {
            note(.computedImport, frame.code, event)
            frame.results[event.value] = Cell(value: .unknown, origin: -1)
            frame.lastCall = (index, .unknown)
            return .normal
        }
        var name = frame.code.facts.names[event.name]
        if name.hasPrefix(".") {
            // Relative to the package that is given, else to the module's own.
            var base = frame.code.facts.names[event.linkedName]
            if base.isEmpty {
                base = loaded[frame.module].name
                if loaded[frame.module].folders.isEmpty { base = base.parentName ?? "" }
            }
            let dots = name.prefix { $0 == "." }.count
            for _ in 1..<dots { base = base.parentName ?? "" }
            name = base + "." + name.dropFirst(dots)
        }
        let (value, completion) = importModule(name, from: place(event, frame))
        guard case .normal = completion else { return completion }
        var result = value
        if !frame.code.facts.names[event.value].hasSuffix("import_module") {
            // `__import__("a.b")` gives a.
            let first = String(name.prefix { $0 != "." })
            result = entry(first).flatMap(\.self).map { .module($0) } ?? .external(first)
        }
        frame.results[event.value] = Cell(value: result, origin: origin(frame.code, index))
        frame.lastCall = (index, result)
        return .normal
    }
}

extension String {
    fileprivate var parentName: String? { lastIndex(of: ".").map { String(self[..<$0]) } }
}
