internal import CanonFacts

// What each statement does, in the order in which Python does it.
extension FactWalk {
    /// - Returns: the last statement of the list.
    mutating func statements(_ first: UInt32) -> UInt32 {
        var last = first
        var next = first
        while next != 0 {
            last = next
            statement(next)
            next = tree[next].next.index
        }
        return last
    }

    private mutating func statement(_ index: UInt32) {
        let node = tree[index]
        switch node.kind {
        case .functionDef, .asyncFunctionDef: function(index)
        case .classDef: classStatement(index)
        case .expr: expression(node.a)
        case .return:
            expression(node.a)
            returned(node)
        case .raise:
            expression(node.a)
            expression(node.b)
            raised(node)
        case .assert:
            expression(node.a)
            expression(node.b)
            asserted(node)
        case .delete: for target in tree.list(node.a) { unbind(target.index) }
        case .assign:
            expression(node.b)
            for target in tree.list(node.a) { bind(target.index, .assignment, value: node.b) }
        case .annAssign:
            expression(node.c)
            annotation(node.b)
            bind(node.a, node.c == 0 ? .annotationOnly : .annotated, value: node.c, annotation: node.b)
        case .augAssign:
            expression(node.b)
            augmented(node)
        case .typeAlias: bind(node.a, .typeAlias, value: node.c)
        case .import, .importFrom: importStatement(node)
        case .global, .nonlocal: scopeStatement(node)
        case .if: ifStatement(index)
        case .for, .asyncFor: forStatement(index, node)
        case .while: whileStatement(index, node)
        case .with, .asyncWith: withStatement(index, node)
        case .try, .tryStar: tryStatement(index, node)
        case .match: matchStatement(index, node)
        default: break
        }
    }

    // MARK: Simple statements

    private mutating func returned(_ node: Node) {
        var step = event(.return, at: node.start)
        if node.a != 0 { describeValue(node.a, in: &step) }
        events.append(step)
    }

    private mutating func raised(_ node: Node) {
        var what = node.a
        if what != 0, tree[what].kind == .call { what = tree[what].a }
        var step = event(.raise, at: node.start)
        if let dotted = dotted(what) { step.name = dotted.name } else if what != 0 { step.flags.insert(.unresolved) }
        events.append(step)
    }

    private mutating func asserted(_ node: Node) {
        var step = event(.assertion, at: node.start)
        describeCondition(node.a, in: &step)
        events.append(step)
    }

    private mutating func annotation(_ node: UInt32) {
        isAnnotation = true
        expression(node)
        isAnnotation = false
    }

    private mutating func scopeStatement(_ node: Node) {
        let kind: Event.Kind = node.kind == .global ? .declareGlobal : .declareNonlocal
        for id in tree.list(node.a) {
            let name = identifier(id.index)
            if node.kind == .global { noteGlobal(name) }
            events.append(event(kind, at: tree[id].start, name: name))
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
            events.append(step)
        }
    }

    // MARK: Statements with blocks

    /// An `elif` is an `if` alone in the `else` of the one before it; there may be thousands.
    private mutating func ifStatement(_ index: UInt32) {
        let mark = spine.count
        var index = index
        while true {
            let node = tree[index]
            expression(node.a)
            spine.append(index)
            spine.append(UInt32(begin(.ifStatement, at: node.start)))
            arm(.then, node.b, condition: node.a)
            guard node.c != 0 else { break }
            let inner = tree[node.c]
            guard inner.kind == .if, !inner.next.exists else {
                arm(.otherwise, node.c)
                break
            }
            spine.append(UInt32(begin(.otherwise, at: inner.start)))
            index = node.c
        }
        while true {
            let begin = Int(spine.removeLast())
            let node = spine.removeLast()
            end(begin, at: lastByte(of: node))
            guard spine.count > mark else { break }
            end(Int(spine.removeLast()), at: lastByte(of: node))
        }
    }

    private mutating func forStatement(_ index: UInt32, _ node: Node) {
        expression(node.b)
        let block = begin(.forStatement, at: node.start, isAsync: node.kind == .asyncFor)
        let body = begin(.body, at: tree[node.c].start)
        bind(node.a, .loopTarget, value: node.b)
        let last = statements(node.c)
        end(body, at: lastByte(of: last))
        arm(.otherwise, node.d)
        end(block, at: lastByte(of: index))
    }

    private mutating func whileStatement(_ index: UInt32, _ node: Node) {
        expression(node.a)
        let block = begin(.whileStatement, at: node.start)
        arm(.body, node.b, condition: node.a)
        arm(.otherwise, node.c)
        end(block, at: lastByte(of: index))
    }

    private mutating func withStatement(_ index: UInt32, _ node: Node) {
        let block = begin(.withStatement, at: node.start, isAsync: node.kind == .asyncWith)
        for id in tree.list(node.a) {
            let item = tree[id]
            expression(item.a)
            if item.b != 0 { bind(item.b, .contextTarget, value: item.a) }
        }
        _ = statements(node.b)
        end(block, at: lastByte(of: index))
    }

    private mutating func tryStatement(_ index: UInt32, _ node: Node) {
        let block = begin(.tryStatement, at: node.start)
        arm(.body, node.a, keepsEmpty: true)
        for handler in tree.list(node.b) { exceptArm(handler.index) }
        arm(.otherwise, node.c)
        arm(.finally, node.d)
        // Whether anything but the empty body is there.
        if events.count == block + 3 { events.count = block + 1 }
        end(block, at: lastByte(of: index))
    }

    private mutating func exceptArm(_ index: UInt32) {
        let node = tree[index]
        let block = begin(.except, at: node.start)
        var enter = events[block]
        describeHandler(node, in: &enter)
        events[block] = enter
        expression(node.a)
        if node.b != 0 { bind(node.b, .exceptionTarget, value: 0) }
        _ = statements(node.c)
        if node.b != 0 { events.append(event(.unbind, at: tree[node.b].start, name: identifier(node.b))) }
        end(block, at: lastByte(of: index), keepsEmpty: true)
    }

    private mutating func describeHandler(_ node: Node, in begin: inout Event) {
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

    private mutating func matchStatement(_ index: UInt32, _ node: Node) {
        expression(node.a)
        let block = begin(.matchStatement, at: node.start)
        for id in tree.list(node.b) {
            let arm = tree[id]
            let block = begin(.case, at: arm.start)
            pattern(arm.a)
            expression(arm.b)
            _ = statements(arm.c)
            end(block, at: lastByte(of: id.index))
        }
        end(block, at: lastByte(of: index))
    }

    /// An arm that has no node of its own: it begins where its first statement does.
    private mutating func arm(_ block: Block, _ body: UInt32, condition: UInt32 = 0, keepsEmpty: Bool = false) {
        guard body != 0 else { return }
        let begin = begin(block, at: tree[body].start)
        if condition != 0 {
            var enter = events[begin]
            describeCondition(condition, in: &enter)
            events[begin] = enter
        }
        let last = statements(body)
        end(begin, at: lastByte(of: last), keepsEmpty: keepsEmpty)
    }

    // MARK: Conditions

    private mutating func describeCondition(_ test: UInt32, in event: inout Event) {
        let condition = condition(test)
        guard condition != .unknown else { return }
        event.condition = condition
        if condition != .alwaysTrue, condition != .alwaysFalse { event.name = text(test) }
    }

    private mutating func condition(_ index: UInt32) -> Condition {
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

    private mutating func comparison(_ node: Node) -> Condition {
        guard node.b != 0, !tree[node.b].next.exists else { return .unknown }
        let right = tree[node.b]
        if right.comparison == .eq, right.kind == .constant, right.constant == .string, source(node.a, is: "__name__") {
            return source(node.b, is: "\"__main__\"") || source(node.b, is: "'__main__'") ? .mainModule : .unknown
        }
        if isPlatform(node.a) { return .platform }
        if tree[node.a].kind == .subscript, isPlatform(tree[node.a].a) { return .platform }
        return .unknown
    }

    private mutating func isTypeChecking(_ index: UInt32) -> Bool {
        let node = tree[index]
        return Self.equals(tree.bytes(node.kind == .attribute ? node.b : node.start, node.end), "TYPE_CHECKING")
    }

    private mutating func isPlatform(_ index: UInt32) -> Bool {
        guard tree[index].kind == .attribute else { return false }
        return source(index, is: "sys.version_info") || source(index, is: "sys.platform")
            || source(index, is: "os.name") || source(index, is: "sys.implementation.name")
    }
}
