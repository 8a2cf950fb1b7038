internal import CanonFacts

// What each expression reads, calls and binds.
extension FactWalk {
    mutating func expressions(_ first: UInt32, _ flags: Event.Flags = []) {
        var next = first
        while next != 0 {
            expression(next, flags)
            next = tree[next].next.index
        }
    }

    /// What an expression reads, calls and binds. A constant, which many are, does nothing.
    @inline(__always)
    mutating func expression(_ index: UInt32, _ flags: Event.Flags = []) {
        guard index != 0, isAnnotation || tree[index].kind != .constant else { return }
        walk(index, flags)
    }

    /// What comes last in an expression is walked by the loop, so that only what is nested takes stack.
    private mutating func walk(_ index: UInt32, _ flags: Event.Flags) {
        var index = index
        var flags = flags
        while index != 0 {
            let node = tree[index]
            switch node.kind {
            case .name: return use(node, flags)
            case .constant:
                if isAnnotation { forwardReference(index, node) }
                return
            case .attribute, .call, .subscript: return postfix(index, flags)
            case .await:
                index = node.a
                flags = .awaited
                continue
            case .boolOp, .set, .list, .tuple, .joinedStr, .templateStr:
                guard canDescend() else { return }
                return expressions(node.a)
            case .namedExpr:
                expression(node.b)
                return bind(node.a, .walrus, value: node.b)
            case .binOp:
                operands(index)
                index = node.b
            case .unaryOp, .starred: index = node.a
            case .ifExp:
                expression(node.a)
                expression(node.b)
                index = node.c
            case .dict:
                guard canDescend() else { return }
                // Keys and values lie in two lists; the order between them does not matter to any fact.
                expressions(node.a)
                return expressions(node.b)
            case .compare:
                guard canDescend() else { return }
                expression(node.a)
                return expressions(node.b)
            case .slice:
                expression(node.a)
                expression(node.b)
                index = node.c
            case .formattedValue, .interpolation:
                expression(node.a)
                index = node.b
            case .yield, .yieldFrom:
                noteGenerator()
                index = node.a
            case .lambda: return lambda(index, node)
            case .listComp, .setComp, .generatorExp:
                // The first iterable is evaluated outside.
                expression(tree[node.b].b)
                return comprehension(index, generators: node.b, key: node.a, value: 0)
            case .dictComp:
                expression(tree[node.c].b)
                return comprehension(index, generators: node.c, key: node.a, value: node.b)
            default: return
            }
            flags = []
        }
    }

    /// The operands of a chain of binary operators, but for the last one. Such a chain nests to the left without end.
    private mutating func operands(_ index: UInt32) {
        let mark = spine.count
        var left = tree[index].a
        while tree[left].kind == .binOp {
            spine.append(left)
            left = tree[left].a
        }
        guard canDescend() else {
            spine.count = mark
            return
        }
        expression(left)
        while spine.count > mark { expression(tree[spine.removeLast()].b) }
    }

    /// A yield makes its function a generator; one in a lambda is the lambda's.
    private mutating func noteGenerator() {
        var depth = scopes.count
        while depth > 0 {
            depth -= 1
            let scope = scopes[depth]
            if scope.block == .comprehension { continue }
            if scope.block == .function { declarations.base[Int(scope.declaration)].flags.insert(.isGenerator) }
            return
        }
    }

    // MARK: Names

    /// A name that is read.
    private mutating func use(_ node: Node, _ flags: Event.Flags) {
        let name = name(node.start, node.end)
        if isBoundVariable(name) { return }
        noteUse(name, at: node.start, flags)
    }

    /// A dotted name that is read.
    private mutating func useDotted(_ index: UInt32, root: UInt32, isPlain: Bool, _ flags: Event.Flags) {
        let first = lookUp(tree[root].start, tree[root].end)
        // `self.x` is a fact about the class; other attributes of local variables are not.
        guard !first.exists || first == scope.visibleReceiver || !isBoundVariable(first) else { return }
        noteUse(dottedName(index, root: root, isPlain: isPlain), at: tree[index].start, flags)
    }

    private mutating func noteUse(_ name: Name, at offset: UInt32, _ flags: Event.Flags) {
        guard noteUse(name) else { return }
        var step = event(.use, at: offset, name: name)
        step.flags = flags.intersection([.decorator])
        if isAnnotation { step.flags.insert(.annotation) }
        events.append(step)
    }

    /// An annotation in quotes that is a dotted name. Of others (`"Dict[str, Later]"`) each dotted part is taken.
    private mutating func forwardReference(_ index: UInt32, _ node: Node) {
        guard let text = literal(index) else { return }
        let bytes = names.withUTF8(of: text) { Array($0) }
        for part in bytes.split(whereSeparator: { !Self.isPartOfDottedName($0) }) {
            guard let first = part.first, first != 0x2E, !(0x30...0x39).contains(first) else { continue }
            let name = names.intern(Array(part))
            guard !isBoundVariable(name), noteUse(name) else { continue }
            var step = event(.use, at: node.start, name: name)
            step.flags = [.annotation]
            events.append(step)
        }
    }

    private static func isPartOfDottedName(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2E, 0x80...: true
        default: false
        }
    }

    // MARK: Attributes, calls and subscripts

    /// A chain of attributes, calls and subscripts, which nests to the left without end: `a.b(c).d[e]`.
    private mutating func postfix(_ index: UInt32, _ flags: Event.Flags) {
        let mark = spine.count
        var at = index
        var isBottom = false
        // Down to what the chain begins with; a dotted name that is called is part of the call.
        while !isBottom {
            let node = tree[at]
            switch node.kind {
            case .call:
                spine.append(at)
                at = node.a
                var root = at
                while tree[root].kind == .attribute { root = tree[root].a }
                if tree[root].kind == .name { isBottom = true } else { at = root }
            case .subscript:
                spine.append(at)
                at = node.a
            case .attribute:
                let (root, isPlain) = root(of: at)
                if tree[root].kind == .name {
                    useDotted(at, root: root, isPlain: isPlain, at == index ? flags : [])
                    isBottom = true
                } else {
                    // An attribute of something that is no name: `f().x`. What comes before is read all the same.
                    at = root
                }
            default:
                guard canDescend() else {
                    spine.count = mark
                    return
                }
                expression(at)
                isBottom = true
            }
        }
        while spine.count > mark {
            let outer = spine.removeLast()
            let node = tree[outer]
            if node.kind == .subscript {
                expression(node.b)
            } else {
                call(node, outer == index ? flags : [])
            }
        }
    }

    private mutating func call(_ node: Node, _ flags: Event.Flags) {
        expressions(node.b)
        var keyword = node.c
        while keyword != 0 {
            expression(tree[keyword].a)
            keyword = tree[keyword].next.index
        }
        var step = event(.call, at: node.start)
        step.flags = flags.intersection([.awaited, .decorator])
        if let (name, _) = dotted(node.a) {
            step.name = name
        } else {
            step.flags.insert(.unresolved)
            let callee = tree[node.a]
            if callee.kind == .attribute { step.name = name(callee.b, callee.end) }
        }
        var count = 0
        var argument = node.b
        while argument != 0 {
            if tree[argument].kind == .starred { step.flags.insert(.spread) }
            if !step.value.exists, let text = mention(argument) { step.value = text }
            count += 1
            argument = tree[argument].next.index
        }
        step.count = UInt16(clamping: count)
        keyword = node.c
        while keyword != 0 {
            step.flags.insert(tree[keyword].b == 0 ? .spread : .keywords)
            keyword = tree[keyword].next.index
        }
        if step.flags.contains(.unresolved) { return events.append(step) }
        switch names.withUTF8(of: step.name, { SpecialCallee($0) }) {
        case nil: events.append(step)
        case .importModule: events.append(dynamicImport(step, node, hasPackage: true))
        case .dunderImport: events.append(dynamicImport(step, node, hasPackage: false))
        case .allAppend: exports(.add, names: node.b, at: node.start)
        case .allRemove: exports(.remove, names: node.b, at: node.start)
        case .allExtend: exports(.add, value: node.b, at: node.start)
        }
    }

    /// What a call means that is more than a call.
    private enum SpecialCallee {
        case importModule, dunderImport, allAppend, allExtend, allRemove

        @inline(__always)
        init?(_ callee: UnsafeBufferPointer<UInt8>) {
            // Most callees are none of these; length and first letter tell without comparing each.
            guard callee.count >= 10, callee.count <= 24,
                callee[0] == UInt8(ascii: "_") || callee[0] == UInt8(ascii: "i") || callee[0] == UInt8(ascii: "b")
            else { return nil }
            self.init(candidate: callee)
        }

        @inline(never)
        private init?(candidate callee: UnsafeBufferPointer<UInt8>) {
            switch String(decoding: callee, as: UTF8.self) {
            case "import_module", "importlib.import_module": self = .importModule
            case "__import__", "importlib.__import__", "builtins.__import__": self = .dunderImport
            case "__all__.append": self = .allAppend
            case "__all__.extend": self = .allExtend
            case "__all__.remove": self = .allRemove
            default: return nil
            }
        }
    }

    /// - Parameter hasPackage: the second argument is the package of a relative name; that of `__import__` is its globals.
    private mutating func dynamicImport(_ call: Event, _ node: Node, hasPackage: Bool) -> Event {
        var step = event(.dynamicImport, at: node.start, value: call.name)
        step.flags = call.flags.intersection([.awaited])
        if let module = literal(node.b == 0 ? argument(named: "name", of: node) : node.b) {
            step.name = module
        } else {
            step.flags.insert(.unresolved)
        }
        if hasPackage {
            let second = node.b == 0 ? 0 : tree[node.b].next.index
            let package = second != 0 ? second : argument(named: "package", of: node)
            if let text = literal(package) {
                step.link = text.rawValue
            } else if package != 0, !isOwnPackage(package) {
                step.flags.insert(.unresolved)
            }
        }
        return step
    }

    /// `__package__`, or `__name__`, which is the same in a package.
    private func isOwnPackage(_ argument: UInt32) -> Bool {
        let node = tree[argument]
        guard node.kind == .name else { return false }
        let text = tree.bytes(node.start, node.end)
        return Self.equals(text, "__package__") || Self.equals(text, "__name__")
    }

    private mutating func argument(named text: StaticString, of call: Node) -> UInt32 {
        for keyword in tree.list(call.c) where tree[keyword].b != 0 {
            let node = tree[keyword]
            if Self.equals(tree.bytes(node.start, node.b), text) { return node.a }
        }
        return 0
    }

    // MARK: Scopes inside of expressions

    /// - Parameter arguments: an `arguments` node, or none.
    mutating func parameters(of arguments: UInt32) -> NodeList { tree.list(arguments == 0 ? 0 : tree[arguments].a) }

    /// Defaults are evaluated outside of the lambda.
    private mutating func lambda(_ index: UInt32, _ node: Node) {
        guard canDescend() else { return }
        for parameter in parameters(of: node.a) { expression(tree[parameter].b) }
        let block = begin(.lambda, at: node.start)
        pushScope(Scope(block: .lambda, declaration: scope.declaration))
        for parameter in parameters(of: node.a) { bind(parameter.index, .parameter, value: 0) }
        expression(node.b)
        popScope()
        end(block, at: lastByte(of: index))
    }

    private mutating func comprehension(_ index: UInt32, generators: UInt32, key: UInt32, value: UInt32) {
        guard canDescend() else { return }
        let block = begin(.comprehension, at: tree[index].start)
        pushScope(Scope(block: .comprehension, declaration: scope.declaration))
        var generator = generators
        while generator != 0 {
            let node = tree[generator]
            if generator != generators { expression(node.b) }
            bind(node.a, .loopTarget, value: node.b)
            expressions(node.c)
            generator = node.next.index
        }
        expression(key)
        expression(value)
        popScope()
        end(block, at: lastByte(of: index))
    }

    // MARK: Patterns

    mutating func pattern(_ index: UInt32) {
        guard index != 0, canDescend() else { return }
        let node = tree[index]
        switch node.kind {
        case .matchValue: expression(node.a)
        case .matchSequence, .matchOr: patterns(node.a)
        case .matchMapping:
            expressions(node.a)
            patterns(node.b)
            capture(node.c)
        case .matchClass:
            expression(node.a)
            patterns(node.b)
            patterns(node.c)
        case .keywordPattern: pattern(node.a)
        case .matchStar: capture(node.a)
        case .matchAs:
            pattern(node.a)
            capture(node.b)
        default: break
        }
    }

    private mutating func patterns(_ first: UInt32) {
        var next = first
        while next != 0 {
            pattern(next)
            next = tree[next].next.index
        }
    }

    private mutating func capture(_ name: UInt32) {
        if name != 0 { bind(name, .capture, value: 0) }
    }
}
