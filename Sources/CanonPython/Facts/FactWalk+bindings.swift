internal import CanonFacts

// What is bound, to what, and who owns it.
extension FactWalk {
    mutating func bind(_ task: Task) {
        bind(
            task.node, Binding(rawValue: UInt8(task.detail & 0xFF)) ?? .assignment, value: task.extra,
            form: task.detail >> 8)
    }

    mutating func bindAnnotated(_ node: Node) {
        bind(node.a, node.c == 0 ? .annotationOnly : .annotated, value: node.c, annotation: node.b)
    }

    /// - Parameters:
    ///   - value: the node of the value, 0 for none.
    ///   - form: bits of ``Unpacking``.
    private mutating func bind(
        _ target: UInt32, _ binding: Binding, value: UInt32, annotation: UInt32 = 0, form: UInt16 = 0
    ) {
        let node = tree[target]
        switch node.kind {
        case .tuple, .list: unpack(node, binding, value)
        case .starred:
            push(
                .bind, node.a, detail: UInt16(binding.rawValue) | (Unpacking.element | Unpacking.starred) << 8,
                extra: value)
        default:
            var step = event(.bind, at: node.start)
            step.binding = binding
            guard describeTarget(target, in: &step) else { return }
            if binding == .annotationOnly {
                step.value = text(annotation)
            } else if value != 0 {
                describeValue(value, in: &step)
            }
            if annotation != 0, step.container == .none { step.container = container(ofAnnotation: annotation) }
            if binding == .loopTarget || form & Unpacking.element != 0 {
                // Not the value itself but something out of it.
                step.valueKind = .element
                step.container = .none
            }
            if form & Unpacking.starred != 0, step.form == .name { step.form = .starred }
            if step.name == known.all, scope.block == .module, binding == .assignment || binding == .annotated {
                exports(.replace, value: value, at: node.start)
            }
            facts.events.append(step)
            noteState(step, target: target, annotation: annotation)
            if step.form != .attribute, step.form != .subscript { noteBound(step.name) }
        }
    }

    private enum Unpacking {
        static let element: UInt16 = 1
        static let starred: UInt16 = 2
    }

    /// `a, b = 1, {}` binds each to its own value; `a, b = pair` binds both to elements of one.
    private mutating func unpack(_ target: Node, _ binding: Binding, _ value: UInt32) {
        let isPair =
            value != 0 && (tree[value].kind == .tuple || tree[value].kind == .list) && matches(target, tree[value])
        pushInOrder { walk in
            var values = walk.tree.list(isPair ? walk.tree[value].a : 0)
            for element in walk.tree.list(target.a) {
                if let own = values.next() {
                    walk.push(.bind, element.index, detail: UInt16(binding.rawValue), extra: own.index)
                } else {
                    walk.push(
                        .bind, element.index, detail: UInt16(binding.rawValue) | Unpacking.element << 8, extra: value)
                }
            }
        }
    }

    /// Whether two displays have the same number of elements and no starred ones.
    private func matches(_ target: Node, _ value: Node) -> Bool {
        var left = tree.list(target.a)
        var right = tree.list(value.a)
        while true {
            switch (left.next(), right.next()) {
            case (nil, nil): return true
            case (let a?, let b?): if tree[a].kind == .starred || tree[b].kind == .starred { return false }
            default: return false
            }
        }
    }

    /// Fills the name and the form of a target in; what a target reads (`a[i].x = 1` reads `i`) becomes tasks.
    ///
    /// - Returns: whether it is a target.
    private mutating func describeTarget(_ index: UInt32, in step: inout Event) -> Bool {
        let node = tree[index]
        switch node.kind {
        case .name: step.name = name(node.start, node.end)
        case .identifier: step.name = identifier(index)
        case .arg: step.name = name(node.start, node.c)
        case .attribute:
            step.form = .attribute
            describeOwner(index, in: &step, last: (node.b, node.end))
        case .subscript:
            step.form = .subscript
            push(.expression, node.b)
            if let key = literal(node.b) { step.link = key.rawValue }
            describeOwner(node.a, in: &step, last: nil)
        default: return false
        }
        return true
    }

    /// The dotted text of what is changed; when it is none, the expression that gives it is read.
    private mutating func describeOwner(_ index: UInt32, in step: inout Event, last: (start: UInt32, end: UInt32)?) {
        if let (name, _) = dotted(index) {
            step.name = name
            return
        }
        step.flags.insert(.unresolved)
        if let last { step.name = name(last.start, last.end) }
        var base = index
        while tree[base].kind == .attribute { base = tree[base].a }
        push(.expression, base)
    }

    mutating func augmented(_ index: UInt32) {
        let node = tree[index]
        if tree[node.a].kind == .name, source(node.a, is: "__all__"), scope.block == .module {
            exports(.add, value: node.b, at: node.start)
        }
        bind(node.a, .augmented, value: node.b)
    }

    mutating func unbind(_ target: UInt32) {
        let node = tree[target]
        switch node.kind {
        case .tuple, .list:
            pushInOrder { walk in
                for element in walk.tree.list(node.a) { walk.push(.unbind, element.index) }
            }
        default:
            var step = event(.unbind, at: node.start)
            guard describeTarget(target, in: &step) else { return }
            facts.events.append(step)
        }
    }

    mutating func unbindName(_ index: UInt32) {
        facts.events.append(event(.unbind, at: tree[index].start, name: identifier(index)))
    }

    // MARK: __all__

    mutating func exports(from call: Event, _ node: Node) {
        let change: Exports = call.name == known.allRemove ? .remove : .add
        if call.name == known.allExtend {
            exports(.add, value: node.b, at: node.start)
        } else {
            exports(change, names: node.b, at: node.start)
        }
    }

    /// - Parameter value: a display of literals; of anything else the names are unresolved.
    private mutating func exports(_ change: Exports, value: UInt32, at offset: UInt32) {
        let isDisplay = value != 0 && [.list, .tuple, .set].contains(tree[value].kind)
        exports(change, names: isDisplay ? tree[value].a : 0, at: offset, isResolved: isDisplay)
    }

    private mutating func exports(_ change: Exports, names list: UInt32, at offset: UInt32, isResolved: Bool = true) {
        var step = event(.exports, at: offset, name: known.all)
        step.exports = change
        step.link = UInt32(facts.lists.count)
        if !isResolved { step.flags.insert(.unresolved) }
        for element in tree.list(list) {
            if let text = literal(element.index), step.count < .max {
                facts.lists.append(text.rawValue)
                step.count += 1
            } else {
                step.flags.insert(.unresolved)
            }
        }
        facts.events.append(step)
    }

    // MARK: State

    private mutating func noteState(_ step: Event, target: UInt32, annotation: UInt32) {
        switch step.binding {
        case .assignment, .annotated, .annotationOnly, .augmented, .walrus, .loopTarget, .contextTarget: break
        default: return
        }
        let scope = self.scope
        switch step.form {
        case .name, .starred:
            switch scope.block {
            case .module: note(.module, step.name, FileFacts.noIndex, step, annotation)
            case .class: note(.class, step.name, scope.declaration, step, annotation)
            case .function where isDeclaredGlobal(step.name):
                note(.module, step.name, FileFacts.noIndex, step, annotation, byFunction: true)
            default: break
            }
        case .attribute:
            let node = tree[target]
            guard tree[node.a].kind == .name else { return }
            let base = name(tree[node.a].start, tree[node.a].end)
            let attribute = name(node.b, node.end)
            if base == scope.receiver, scope.receiver.exists {
                let owner: StateFact.Owner = scope.isClassMethod ? .classFromMethod : .instance
                note(owner, attribute, scope.receiverClass, step, annotation, byFunction: scope.isClassMethod)
            } else if let index = classes[base] {
                note(.classFromMethod, attribute, index, step, annotation, byFunction: scope.block == .function)
            }
        case .subscript: break
        }
    }

    private mutating func note(
        _ owner: StateFact.Owner, _ name: Name, _ declaration: UInt32, _ step: Event, _ annotation: UInt32,
        byFunction: Bool = false
    ) {
        // What a class body binds and what `cls.x = ...` rebinds is one variable.
        let isClass = owner == .class || owner == .classFromMethod
        let key = UInt64(declaration) << 33 | UInt64(isClass ? 1 : 0) << 32 | UInt64(name.rawValue)
        let index: Int
        if let existing = stateIndex[key] {
            index = Int(existing)
        } else {
            index = facts.state.count
            stateIndex[key] = UInt32(index)
            facts.state.append(StateFact(owner: owner, name: name, declaration: declaration, line: step.line))
            if owner == .module, isCapitals(name) { facts.state[index].flags.insert(.isConstant) }
        }
        if byFunction { facts.state[index].flags.insert(.setByFunction) }
        if annotation != 0 { noteAnnotation(annotation, at: index) }
        let hasValue = step.binding != .annotationOnly
        if hasValue {
            if step.valueKind == .null {
                facts.state[index].flags.insert(.startsEmpty)
            }
            if facts.state[index].valueKind == .none || facts.state[index].valueKind == .null {
                facts.state[index].valueKind = step.valueKind
                facts.state[index].value = step.value
            }
            facts.state[index].flags.remove(.isDeclaredOnly)
        } else if facts.state[index].valueKind == .none {
            facts.state[index].flags.insert(.isDeclaredOnly)
        }
        if facts.state[index].container == .none, step.binding != .augmented {
            facts.state[index].container = step.container
        }
    }

    private mutating func noteAnnotation(_ annotation: UInt32, at index: Int) {
        let annotationText = text(annotation)
        if !facts.state[index].annotation.exists { facts.state[index].annotation = annotationText }
        var outer = annotation
        if tree[outer].kind == .subscript { outer = tree[outer].a }
        guard let (type, _) = dotted(outer) else { return }
        if lastPart(of: type, { Self.equals($0, "Final") }) { facts.state[index].flags.insert(.isConstant) }
        if lastPart(of: type, { Self.equals($0, "ClassVar") }) { facts.state[index].flags.insert(.isClassVariable) }
    }

    private func isCapitals(_ name: Name) -> Bool {
        facts.names.withUTF8(of: name) { text in
            text.contains { $0 >= 0x41 && $0 <= 0x5A } && !text.contains { $0 >= 0x61 && $0 <= 0x7A }
        }
    }

    static func equals(_ bytes: UnsafeBufferPointer<UInt8>, _ text: StaticString) -> Bool {
        bytes.elementsEqual(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}
