internal import CanonFacts

// What each expression reads, calls and binds.
extension FactWalk {
    mutating func expression(_ index: UInt32, _ flags: Event.Flags = []) {
        let node = tree[index]
        switch node.kind {
        case .name, .attribute: use(index, flags)
        case .call: pushCall(index, node, flags)
        case .await:
            push(.expression, node.a, detail: Event.Flags.awaited.rawValue)
        case .boolOp, .set, .list, .tuple: push(.expressions, node.a)
        case .joinedStr, .templateStr: push(.expressions, node.a)
        case .namedExpr:
            push(.bind, node.a, detail: UInt16(Binding.walrus.rawValue), extra: node.b)
            push(.expression, node.b)
        case .binOp:
            push(.expression, node.b)
            push(.expression, node.a)
        case .subscript:
            push(.expression, node.b)
            push(.expression, node.a)
        case .unaryOp, .starred: push(.expression, node.a)
        case .ifExp:
            push(.expression, node.c)
            push(.expression, node.b)
            push(.expression, node.a)
        case .dict:
            // Keys and values lie in two lists; the order between them does not matter to any fact.
            push(.expressions, node.b)
            push(.expressions, node.a)
        case .compare:
            push(.expressions, node.b)
            push(.expression, node.a)
        case .slice:
            push(.expression, node.c)
            push(.expression, node.b)
            push(.expression, node.a)
        case .formattedValue, .interpolation:
            push(.expression, node.b)
            push(.expression, node.a)
        case .yield, .yieldFrom:
            noteGenerator()
            push(.expression, node.a)
        case .lambda: pushLambda(index, node)
        case .constant: if isAnnotation { forwardReference(index, node) }
        case .listComp, .setComp, .generatorExp:
            push(.comprehension, index)
            push(.expression, tree[node.b].b)
        case .dictComp:
            push(.comprehension, index)
            push(.expression, tree[node.c].b)
        default: break
        }
    }

    /// A yield makes its function a generator; one in a lambda is the lambda's.
    private mutating func noteGenerator() {
        guard let scope = scopes.last(where: { $0.block != .comprehension }), scope.block == .function else { return }
        facts.declarations[Int(scope.declaration)].flags.insert(.isGenerator)
    }

    // MARK: Names

    private mutating func use(_ index: UInt32, _ flags: Event.Flags) {
        guard let (name, root) = dotted(index) else {
            // An attribute of something that is no name: `f().x`. What comes before is read all the same.
            var base = tree[index].a
            while tree[base].kind == .attribute { base = tree[base].a }
            push(.expression, base)
            return
        }
        let first = root == index ? name : self.name(tree[root].start, tree[root].end)
        // `self.x` is a fact about the class; other attributes of local variables are not.
        let isOfReceiver = root != index && first == receiverName
        guard isOfReceiver || !isBoundVariable(first), noteUse(name) else { return }
        var step = event(.use, at: tree[index].start, name: name)
        step.flags = flags.intersection([.decorator])
        if isAnnotation { step.flags.insert(.annotation) }
        facts.events.append(step)
    }

    /// An annotation in quotes that is a dotted name. Of others (`"Dict[str, Later]"`) each dotted part is taken.
    private mutating func forwardReference(_ index: UInt32, _ node: Node) {
        guard let text = literal(index) else { return }
        let bytes = facts.names.withUTF8(of: text) { Array($0) }
        for part in bytes.split(whereSeparator: { !Self.isPartOfDottedName($0) }) {
            guard let first = part.first, first != 0x2E, !(0x30...0x39).contains(first) else { continue }
            let name = part.withUnsafeBufferPointer { facts.names.intern($0) }
            guard !isBoundVariable(name), noteUse(name) else { continue }
            var step = event(.use, at: node.start, name: name)
            step.flags = [.annotation]
            facts.events.append(step)
        }
    }

    private static func isPartOfDottedName(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2E, 0x80...: true
        default: false
        }
    }

    /// What the first parameter of the method around is called.
    private var receiverName: Name {
        scopes.last { $0.receiver.exists }?.receiver ?? .none
    }

    // MARK: Calls

    private mutating func pushCall(_ index: UInt32, _ node: Node, _ flags: Event.Flags) {
        push(.call, index, detail: flags.rawValue)
        push(.keywordValues, node.c)
        push(.expressions, node.b)
        // A callee that is a dotted name is part of the call; of any other, what it is made of is read first.
        var callee = node.a
        while tree[callee].kind == .attribute { callee = tree[callee].a }
        if tree[callee].kind != .name { push(.expression, callee) }
    }

    mutating func call(_ index: UInt32, _ flags: Event.Flags) {
        let node = tree[index]
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
        for argument in tree.list(node.b) {
            if tree[argument].kind == .starred { step.flags.insert(.spread) }
            if !step.value.exists, let text = mention(argument.index) { step.value = text }
            count += 1
        }
        step.count = UInt16(clamping: count)
        for keyword in tree.list(node.c) { step.flags.insert(tree[keyword].b == 0 ? .spread : .keywords) }

        if step.flags.contains(.unresolved) {
            facts.events.append(step)
        } else if known.isDynamicImport(step.name) {
            facts.events.append(dynamicImport(step, node))
        } else if step.name == known.allAppend || step.name == known.allExtend || step.name == known.allRemove {
            exports(from: step, node)
        } else {
            facts.events.append(step)
        }
    }

    private mutating func dynamicImport(_ call: Event, _ node: Node) -> Event {
        var step = event(.dynamicImport, at: node.start, value: call.name)
        step.flags = call.flags.intersection([.awaited])
        if let module = literal(node.b == 0 ? argument(named: "name", of: node) : node.b) {
            step.name = module
        } else {
            step.flags.insert(.unresolved)
        }
        // The second argument of import_module is the package of a relative name; that of __import__ is its globals.
        let isFunction = call.name == known.importModule || call.name == known.importlibImportModule
        if isFunction {
            let second = node.b == 0 ? 0 : tree[node.b].next.index
            let package = second != 0 ? second : argument(named: "package", of: node)
            if let text = literal(package) {
                step.link = text.rawValue
            } else if package != 0 {
                step.flags.insert(.unresolved)
            }
        }
        return step
    }

    private func argument(named text: StaticString, of call: Node) -> UInt32 {
        for keyword in tree.list(call.c) where tree[keyword].b != 0 {
            let node = tree[keyword]
            if tree.bytes(node.start, node.b)
                .elementsEqual(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
            {
                return node.a
            }
        }
        return 0
    }

    // MARK: Scopes inside of expressions

    /// - Parameter arguments: an `arguments` node, or none.
    func parameters(of arguments: UInt32) -> NodeList { tree.list(arguments == 0 ? 0 : tree[arguments].a) }

    /// Defaults are evaluated outside of the lambda.
    private mutating func pushLambda(_ index: UInt32, _ node: Node) {
        push(.lambda, index)
        pushInOrder { walk in
            for parameter in walk.parameters(of: node.a) { walk.push(.expression, walk.tree[parameter].b) }
        }
    }

    mutating func lambda(_ index: UInt32) {
        let node = tree[index]
        pushBlock(.lambda, at: index) { walk in
            walk.push(.expression, node.b)
            walk.pushInOrder { walk in
                for parameter in walk.parameters(of: node.a) {
                    walk.push(.bind, parameter.index, detail: UInt16(Binding.parameter.rawValue))
                }
            }
        }
    }

    /// The first iterable is evaluated outside of the comprehension, and was.
    mutating func comprehension(_ index: UInt32) {
        let node = tree[index]
        let isDict = node.kind == .dictComp
        pushBlock(.comprehension, at: index) { walk in
            if isDict { walk.push(.expression, node.b) }
            walk.push(.expression, node.a)
            walk.push(.generators, isDict ? node.c : node.b, detail: 1)
        }
    }

    mutating func generators(_ index: UInt32, isFirst: Bool) {
        let node = tree[index]
        push(.generators, node.next.index)
        push(.expressions, node.c)
        push(.bind, node.a, detail: UInt16(Binding.loopTarget.rawValue), extra: node.b)
        if !isFirst { push(.expression, node.b) }
    }

    // MARK: Patterns

    mutating func pattern(_ index: UInt32) {
        let node = tree[index]
        switch node.kind {
        case .matchValue: push(.expression, node.a)
        case .matchSequence, .matchOr: push(.patterns, node.a)
        case .matchMapping:
            push(.bind, node.c, detail: UInt16(Binding.capture.rawValue))
            push(.patterns, node.b)
            push(.expressions, node.a)
        case .matchClass:
            push(.patterns, node.c)
            push(.patterns, node.b)
            push(.expression, node.a)
        case .keywordPattern: push(.pattern, node.a)
        case .matchStar: push(.bind, node.a, detail: UInt16(Binding.capture.rawValue))
        case .matchAs:
            push(.bind, node.b, detail: UInt16(Binding.capture.rawValue))
            push(.pattern, node.a)
        default: break
        }
    }
}
