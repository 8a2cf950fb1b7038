internal import CanonFacts

// What is bound, to what, and who owns it.
extension FactWalk {
    /// - Parameters:
    ///   - value: the node of the value, 0 for none.
    ///   - isElement: the value is not the one that is bound but holds it.
    mutating func bind(
        _ target: UInt32, _ binding: Binding, value: UInt32, annotation: UInt32 = 0, isElement: Bool = false,
        isStarred: Bool = false
    ) {
        let node = tree[target]
        switch node.kind {
        case .tuple, .list: unpack(node, binding, value)
        case .starred: bind(node.a, binding, value: value, isElement: true, isStarred: true)
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
            if binding == .loopTarget || isElement {
                // Not the value itself but something out of it.
                step.valueKind = .element
                step.container = .none
            }
            if isStarred, step.form == .name { step.form = .starred }
            if scope.block == .module, binding == .assignment || binding == .annotated, isText(step.name, "__all__") {
                exports(.replace, value: value, at: node.start)
            }
            events.append(step)
            noteState(step, target: target, annotation: annotation)
            if step.form != .attribute, step.form != .subscript { noteBound(step.name) }
            readTarget(target, isUnresolved: step.flags.contains(.unresolved))
        }
    }

    /// `a, b = 1, {}` binds each to its own value; `a, b = pair` binds both to elements of one.
    private mutating func unpack(_ target: Node, _ binding: Binding, _ value: UInt32) {
        let isPair =
            value != 0 && (tree[value].kind == .tuple || tree[value].kind == .list) && matches(target, tree[value])
        var values = tree.list(isPair ? tree[value].a : 0)
        for element in tree.list(target.a) {
            if let own = values.next() {
                bind(element.index, binding, value: own.index)
            } else {
                bind(element.index, binding, value: value, isElement: true)
            }
        }
    }

    /// Whether two displays have the same number of elements and no starred ones.
    private mutating func matches(_ target: Node, _ value: Node) -> Bool {
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

    /// Fills the name and the form of a target in.
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
            if let (name, _) = dotted(index) {
                step.name = name
            } else {
                step.flags.insert(.unresolved)
                step.name = name(node.b, node.end)
            }
        case .subscript:
            step.form = .subscript
            if let key = literal(node.b) { step.link = key.rawValue }
            if let (name, _) = dotted(node.a) { step.name = name } else { step.flags.insert(.unresolved) }
        default: return false
        }
        return true
    }

    /// What a target reads: `f(a)[i].x = 1` reads `a` and `i`, and calls `f`.
    private mutating func readTarget(_ index: UInt32, isUnresolved: Bool) {
        let node = tree[index]
        guard node.kind == .attribute || node.kind == .subscript else { return }
        if isUnresolved {
            var base = node.kind == .subscript ? node.a : index
            while tree[base].kind == .attribute { base = tree[base].a }
            expression(base)
        }
        if node.kind == .subscript { expression(node.b) }
    }

    mutating func augmented(_ node: Node) {
        if tree[node.a].kind == .name, scope.block == .module, source(node.a, is: "__all__") {
            exports(.add, value: node.b, at: node.start)
        }
        bind(node.a, .augmented, value: node.b)
    }

    mutating func unbind(_ target: UInt32) {
        let node = tree[target]
        switch node.kind {
        case .tuple, .list: for element in tree.list(node.a) { unbind(element.index) }
        default:
            var step = event(.unbind, at: node.start)
            guard describeTarget(target, in: &step) else { return }
            events.append(step)
            readTarget(target, isUnresolved: step.flags.contains(.unresolved))
        }
    }

    // MARK: __all__

    /// - Parameter value: a display of literals; of anything else the names are unresolved.
    mutating func exports(_ change: ExportChange, value: UInt32, at offset: UInt32) {
        let isDisplay = value != 0 && [.list, .tuple, .set].contains(tree[value].kind)
        exports(change, names: isDisplay ? tree[value].a : 0, at: offset, isResolved: isDisplay)
    }

    mutating func exports(_ change: ExportChange, names list: UInt32, at offset: UInt32, isResolved: Bool = true) {
        var step = event(.exports, at: offset, name: names.intern("__all__"))
        step.exports = change
        step.link = UInt32(lists.count)
        if !isResolved { step.flags.insert(.unresolved) }
        for element in tree.list(list) {
            if let text = literal(element.index), step.count < .max {
                lists.append(text.rawValue)
                step.count += 1
            } else {
                step.flags.insert(.unresolved)
            }
        }
        events.append(step)
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
            let base = lookUp(tree[node.a].start, tree[node.a].end)
            if base == scope.receiver, scope.receiver.exists {
                let owner: StateFact.Owner = scope.isClassMethod ? .classFromMethod : .instance
                note(
                    owner, name(node.b, node.end), scope.receiverClass, step, annotation,
                    byFunction: scope.isClassMethod)
            } else if let index = classIndex(base) {
                note(
                    .classFromMethod, name(node.b, node.end), index, step, annotation,
                    byFunction: scope.block == .function)
            }
        case .subscript: break
        }
    }

    private mutating func note(
        _ owner: StateFact.Owner, _ name: Name, _ declaration: UInt32, _ step: Event, _ annotation: UInt32,
        byFunction: Bool = false
    ) {
        // What a class body binds and what `cls.x = ...` rebinds is one variable.
        let isClass = Self.isClass(owner)
        let index = stateIndex(name) {
            $0.declaration == declaration && Self.isClass($0.owner) == isClass
        } make: {
            StateFact(owner: owner, name: name, declaration: declaration, line: step.line)
        }
        var fact = state[index]
        if owner == .module, fact.valueKind == .none, isCapitals(name) { fact.flags.insert(.isConstant) }
        if byFunction { fact.flags.insert(.setByFunction) }
        if annotation != 0 { noteAnnotation(annotation, in: &fact) }
        let hasValue = step.binding != .annotationOnly
        if hasValue {
            if step.valueKind == .null { fact.flags.insert(.startsEmpty) }
            if fact.valueKind == .none || fact.valueKind == .null {
                fact.valueKind = step.valueKind
                fact.value = step.value
            }
            fact.flags.remove(.isDeclaredOnly)
        } else if fact.valueKind == .none {
            fact.flags.insert(.isDeclaredOnly)
        }
        if fact.container == .none, step.binding != .augmented { fact.container = step.container }
        state[index] = fact
    }

    private static func isClass(_ owner: StateFact.Owner) -> Bool { owner == .class || owner == .classFromMethod }

    private mutating func noteAnnotation(_ annotation: UInt32, in fact: inout StateFact) {
        let annotationText = text(annotation)
        if !fact.annotation.exists { fact.annotation = annotationText }
        var outer = annotation
        if tree[outer].kind == .subscript { outer = tree[outer].a }
        guard let (type, _) = dotted(outer) else { return }
        if lastPart(of: type, { Self.equals($0, "Final") }) { fact.flags.insert(.isConstant) }
        if lastPart(of: type, { Self.equals($0, "ClassVar") }) { fact.flags.insert(.isClassVariable) }
    }

    private mutating func isCapitals(_ name: Name) -> Bool {
        names.withUTF8(of: name) { text in
            text.contains { $0 >= 0x41 && $0 <= 0x5A } && !text.contains { $0 >= 0x61 && $0 <= 0x7A }
        }
    }
}
