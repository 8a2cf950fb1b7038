internal import CanonFacts

// What each statement does. Tasks are pushed in reverse: the last one pushed runs first.
extension FactWalk {
    mutating func statement(_ index: UInt32) {
        let node = tree[index]
        switch node.kind {
        case .functionDef, .asyncFunctionDef: function(index)
        case .classDef: classStatement(index)
        case .expr: push(.expression, node.a)
        case .return:
            push(.returned, index)
            push(.expression, node.a)
        case .raise:
            push(.raised, index)
            push(.expression, node.b)
            push(.expression, node.a)
        case .assert:
            push(.asserted, index)
            push(.expression, node.b)
            push(.expression, node.a)
        case .delete:
            pushInOrder { walk in
                for target in walk.tree.list(node.a) { walk.push(.unbind, target.index) }
            }
        case .assign:
            pushInOrder { walk in
                walk.push(.expression, node.b)
                for target in walk.tree.list(node.a) {
                    walk.push(.bind, target.index, detail: UInt16(Binding.assignment.rawValue), extra: node.b)
                }
            }
        case .annAssign:
            push(.bindAnnotated, index)
            pushAnnotation(node.b)
            push(.expression, node.c)
        case .augAssign:
            push(.augmented, index)
            push(.expression, node.b)
        case .typeAlias:
            push(.bind, node.a, detail: UInt16(Binding.typeAlias.rawValue), extra: node.c)
        case .import, .importFrom: importStatement(node)
        case .global, .nonlocal: scopeStatement(node)
        case .if: ifStatement(index, node)
        case .for, .asyncFor: forStatement(index, node)
        case .while: whileStatement(index, node)
        case .with, .asyncWith: withStatement(index, node)
        case .try, .tryStar: tryStatement(index, node)
        case .match: matchStatement(index, node)
        default: break
        }
    }

    // MARK: Simple statements

    mutating func returned(_ index: UInt32) {
        let node = tree[index]
        var step = event(.return, at: node.start)
        if node.a != 0 { describeValue(node.a, in: &step) }
        facts.events.append(step)
    }

    mutating func raised(_ index: UInt32) {
        let node = tree[index]
        var what = node.a
        if what != 0, tree[what].kind == .call { what = tree[what].a }
        var step = event(.raise, at: node.start)
        if let dotted = dotted(what) { step.name = dotted.name } else if what != 0 { step.flags.insert(.unresolved) }
        facts.events.append(step)
    }

    mutating func asserted(_ index: UInt32) {
        let node = tree[index]
        var step = event(.assertion, at: node.start)
        describeCondition(node.a, in: &step)
        facts.events.append(step)
    }

    mutating func pushAnnotation(_ node: UInt32) {
        guard node != 0 else { return }
        push(.endAnnotation, node)
        push(.expression, node)
        push(.beginAnnotation, node)
    }

    private mutating func scopeStatement(_ node: Node) {
        let kind: Event.Kind = node.kind == .global ? .declareGlobal : .declareNonlocal
        for id in tree.list(node.a) {
            let name = identifier(id.index)
            if node.kind == .global { noteGlobal(name) }
            facts.events.append(event(kind, at: tree[id].start, name: name))
        }
    }

    private mutating func importStatement(_ node: Node) {
        let isFrom = node.kind == .importFrom
        let module = isFrom ? identifier(node.a) : .none
        var isFirst = true
        for id in tree.list(isFrom ? node.b : node.a) {
            let alias = tree[id]
            let isStar =
                isFrom && tree[alias.a].end - tree[alias.a].start == 1 && tree.text[Int(tree[alias.a].start)] == 0x2A
            var step = event(isStar ? .importAll : isFrom ? .importName : .importModule, at: node.start)
            if !isStar { step.name = identifier(alias.a) }
            step.value = identifier(alias.b)
            if isFrom {
                step.link = module.rawValue
                step.count = UInt16(clamping: node.c)
            }
            if !isFirst { step.flags.insert(.continues) }
            isFirst = false
            facts.events.append(step)
        }
    }

    // MARK: Statements with blocks

    private mutating func ifStatement(_ index: UInt32, _ node: Node) {
        pushBlock(.ifStatement, at: index) { walk in
            walk.pushArm(.otherwise, node.c)
            walk.pushArm(.then, node.b, condition: node.a)
        }
        push(.expression, node.a)
    }

    private mutating func forStatement(_ index: UInt32, _ node: Node) {
        pushBlock(.forStatement, at: index, isAsync: node.kind == .asyncFor) { walk in
            walk.pushArm(.otherwise, node.d)
            walk.pushArm(.body, node.c) { walk in
                walk.push(.bind, node.a, detail: UInt16(Binding.loopTarget.rawValue), extra: node.b)
            }
        }
        push(.expression, node.b)
    }

    private mutating func whileStatement(_ index: UInt32, _ node: Node) {
        pushBlock(.whileStatement, at: index) { walk in
            walk.pushArm(.otherwise, node.c)
            walk.pushArm(.body, node.b, condition: node.a)
        }
        push(.expression, node.a)
    }

    private mutating func withStatement(_ index: UInt32, _ node: Node) {
        pushBlock(.withStatement, at: index, isAsync: node.kind == .asyncWith) { walk in
            walk.push(.statements, node.b)
            walk.pushInOrder { walk in
                for item in walk.tree.list(node.a) {
                    let item = walk.tree[item]
                    walk.push(.expression, item.a)
                    walk.push(.bind, item.b, detail: UInt16(Binding.contextTarget.rawValue), extra: item.a)
                }
            }
        }
    }

    private mutating func tryStatement(_ index: UInt32, _ node: Node) {
        pushBlock(.tryStatement, at: index) { walk in
            walk.pushArm(.finally, node.d)
            walk.pushArm(.otherwise, node.c)
            walk.pushInOrder { walk in
                for handler in walk.tree.list(node.b) { walk.push(.except, handler.index) }
            }
            walk.pushArm(.body, node.a)
        }
    }

    private mutating func matchStatement(_ index: UInt32, _ node: Node) {
        pushBlock(.matchStatement, at: index) { walk in
            walk.pushInOrder { walk in
                for arm in walk.tree.list(node.b) { walk.push(.matchCase, arm.index) }
            }
        }
        push(.expression, node.a)
    }

    mutating func exceptArm(_ index: UInt32) {
        let node = tree[index]
        pushBlock(.except, at: index) { walk in
            walk.push(.unbindName, node.b)
            walk.push(.statements, node.c)
            walk.push(.bind, node.b, detail: UInt16(Binding.exceptionTarget.rawValue))
            walk.push(.expression, node.a)
        }
    }

    mutating func describeHandler(_ node: Node, in begin: inout Event) {
        begin.name = text(node.a)
        begin.value = identifier(node.b)
        let isTuple = node.a != 0 && tree[node.a].kind == .tuple
        var catches = node.a == 0
        if isTuple {
            for type in tree.list(tree[node.a].a) where !catches { catches = isImportError(type.index) }
        } else if node.a != 0 {
            catches = isImportError(node.a)
        }
        if catches { begin.flags.insert(.catchesImportError) }
    }

    private mutating func isImportError(_ type: UInt32) -> Bool {
        guard let (name, _) = dotted(type) else { return false }
        return lastPart(of: name) {
            Self.equals($0, "ImportError") || Self.equals($0, "ModuleNotFoundError") || Self.equals($0, "Exception")
                || Self.equals($0, "BaseException")
        }
    }

    mutating func matchArm(_ index: UInt32) {
        let node = tree[index]
        pushBlock(.case, at: index) { walk in
            walk.push(.statements, node.c)
            walk.push(.expression, node.b)
            walk.push(.pattern, node.a)
        }
    }

    /// An arm that has no node of its own: it begins where its first statement does.
    ///
    /// - Parameter first: pushes what runs before the statements.
    private mutating func pushArm(
        _ block: Block, _ body: UInt32, condition: UInt32 = 0, first: ((inout FactWalk) -> Void)? = nil
    ) {
        guard body != 0 else { return }
        push(.leave, lastStatement(of: body), detail: UInt16(block.rawValue))
        push(.statements, body)
        first?(&self)
        push(.enter, body, detail: UInt16(block.rawValue), extra: condition)
    }

    private func lastStatement(of body: UInt32) -> UInt32 {
        var last = body
        while tree[last].next.exists { last = tree[last].next.index }
        return last
    }

    /// Pushes the tasks of a block in reverse: its end, what is inside, its beginning.
    mutating func pushBlock(
        _ block: Block, at node: UInt32, isAsync: Bool = false, _ body: (inout FactWalk) -> Void
    ) {
        push(.leave, node, detail: UInt16(block.rawValue))
        body(&self)
        push(.enter, node, detail: UInt16(block.rawValue) | (isAsync ? 0x100 : 0))
    }

    // MARK: Conditions

    mutating func describeCondition(_ test: UInt32, in event: inout Event) {
        event.condition = condition(test)
        if event.condition != .unknown, event.condition != .alwaysTrue, event.condition != .alwaysFalse {
            event.name = text(test)
        }
    }

    func condition(_ index: UInt32) -> Condition {
        let node = tree[index]
        switch node.kind {
        case .constant:
            switch node.constant {
            case .true: return .alwaysTrue
            case .false, .none: return .alwaysFalse
            case .int: return source(index, is: "0") ? .alwaysFalse : .alwaysTrue
            default: return .unknown
            }
        case .name, .attribute: return isTypeChecking(index) ? .typeChecking : .unknown
        case .unaryOp:
            guard node.operator == .not else { return .unknown }
            switch tree[node.a].kind {
            case .name, .attribute: return isTypeChecking(node.a) ? .notTypeChecking : .unknown
            case .constant:
                let inner = condition(node.a)
                return inner == .alwaysTrue ? .alwaysFalse : inner == .alwaysFalse ? .alwaysTrue : .unknown
            default: return .unknown
            }
        case .compare: return comparison(node)
        case .call:
            // sys.platform.startswith("win")
            return tree[node.a].kind == .attribute && isPlatform(tree[node.a].a) ? .platform : .unknown
        default: return .unknown
        }
    }

    private func comparison(_ node: Node) -> Condition {
        guard node.b != 0, !tree[node.b].next.exists else { return .unknown }
        let right = tree[node.b]
        if source(node.a, is: "__name__"), right.comparison == .eq, right.kind == .constant, right.constant == .string {
            return source(node.b, is: "\"__main__\"") || source(node.b, is: "'__main__'") ? .mainModule : .unknown
        }
        if isPlatform(node.a) { return .platform }
        if tree[node.a].kind == .subscript, isPlatform(tree[node.a].a) { return .platform }
        return .unknown
    }

    private func isTypeChecking(_ index: UInt32) -> Bool {
        let node = tree[index]
        let start = node.kind == .attribute ? node.b : node.start
        let text: StaticString = "TYPE_CHECKING"
        return tree.bytes(start, node.end)
            .elementsEqual(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private func isPlatform(_ index: UInt32) -> Bool {
        guard tree[index].kind == .attribute else { return false }
        return source(index, is: "sys.version_info") || source(index, is: "sys.platform")
            || source(index, is: "os.name")
            || source(index, is: "sys.implementation.name")
    }
}
