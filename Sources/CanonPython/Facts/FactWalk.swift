internal import CanonFacts

/// One pass over a tree, in the order in which the code runs, that collects its facts.
///
/// It never calls itself: what is still to do lies on a stack of its own, because a tree can be deeper than a thread's stack
/// allows. A task that needs others done first pushes itself for later and them above it.
struct FactWalk: ~Copyable {
    /// One thing to do.
    struct Task {
        var step: Step
        /// What the step wants to know besides its node: a ``Block``, a ``Binding``, flags.
        var detail: UInt16 = 0
        var node: UInt32 = 0
        var extra: UInt32 = 0
    }

    enum Step: UInt8 {
        /// The statement, then those after it in its list.
        case statements
        /// The expression, and with ``expressions`` those after it in its list.
        case expression, expressions
        /// The values of a list of `keyword`s.
        case keywordValues
        /// A call, after its arguments.
        case call
        /// `extra`: the node of the value, 0 when there is none.
        case bind
        /// The target of an `AnnAssign`, which is the node.
        case bindAnnotated
        case unbind
        case enter, leave
        /// The arms of statements.
        case except, matchCase
        case pattern, patterns
        case declaration
        case typeParameters
        case comprehension, generators, lambda
        case beginAnnotation, endAnnotation
        case returned, raised, asserted, augmented
        /// The name of an `except` arm is unbound when the arm ends. `node`: an `identifier`.
        case unbindName
    }

    /// Where names are bound: the module, a class, a function, a lambda or a comprehension.
    struct Scope {
        var block: Block
        /// The declaration that events belong to.
        var declaration: UInt32
        /// Never used again, not even for another file, so that the tables below need no clearing.
        var identity: UInt32
        /// The first parameter of a method: `self`, `cls`.
        var receiver: Name = .none
        /// The class around a method.
        var receiverClass: UInt32 = FileFacts.noIndex
        /// The receiver is the class itself.
        var isClassMethod = false
    }

    var facts = FileFacts()
    var tree = PythonTree(
        version: .v3_13, text: UnsafeBufferPointer(start: nil, count: 0),
        nodes: UnsafeBufferPointer(start: nil, count: 0),
        tokens: UnsafeBufferPointer(start: nil, count: 0), lineStarts: UnsafeBufferPointer(start: nil, count: 0),
        root: .none)
    var tasks: [Task] = []
    var scopes: [Scope] = []
    /// The `enter` events of blocks that have not ended.
    var open: [UInt32] = []
    var hashes = TokenHashes()

    private var lastIdentity: UInt32 = 0
    /// By name: the scope that bound it as a variable, used it, or declared it global. See ``Scope/identity``.
    private var boundIn: [UInt32] = []
    private var usedIn: [UInt32] = []
    private var globalIn: [UInt32] = []
    /// State by owner and name.
    var stateIndex: [UInt64: UInt32] = [:]
    /// Classes of this file by name, for `ClassName.x = 1`.
    var classes: [Name: UInt32] = [:]
    var scratch: [UInt8] = []
    var isAnnotation = false
    /// No name of the file has to be normalised.
    var isASCII = true
    private var lineHint = 0
    var known = KnownNames()

    mutating func reset() {
        facts.removeAll()
        tasks.removeAll(keepingCapacity: true)
        scopes.removeAll(keepingCapacity: true)
        open.removeAll(keepingCapacity: true)
        stateIndex.removeAll(keepingCapacity: true)
        classes.removeAll(keepingCapacity: true)
        isAnnotation = false
        lineHint = 0
        if lastIdentity > UInt32.max / 2 {
            lastIdentity = 0
            for index in boundIn.indices {
                boundIn[index] = 0
                usedIn[index] = 0
                globalIn[index] = 0
            }
        }
    }

    mutating func run(over tree: PythonTree) {
        self.tree = tree
        isASCII = Self.isASCII(tree.text)
        facts.lineCount = UInt32(tree.lineStarts.count)
        hashes.run(over: tree, facts: &facts)
        known.intern(into: &facts.names)
        pushScope(Scope(block: .module, declaration: FileFacts.noIndex, identity: 0))
        let module = tree[tree.root]
        facts.hasDocstring = isDocstring(module.a)
        push(.statements, module.a)
        while let task = tasks.popLast() { perform(task) }
    }

    @inline(__always)
    mutating func push(_ step: Step, _ node: UInt32, detail: UInt16 = 0, extra: UInt32 = 0) {
        guard node != 0 else { return }
        tasks.append(Task(step: step, detail: detail, node: node, extra: extra))
    }

    /// For tasks that are pushed in the order in which they are to run.
    mutating func pushInOrder(_ body: (inout FactWalk) -> Void) {
        let start = tasks.count
        body(&self)
        if tasks.count - start > 1 { tasks[start...].reverse() }
    }

    private mutating func perform(_ task: Task) {
        switch task.step {
        case .statements:
            push(.statements, tree[task.node].next.index)
            statement(task.node)
        case .expressions:
            push(.expressions, tree[task.node].next.index, detail: task.detail)
            expression(task.node, Event.Flags(rawValue: task.detail))
        case .expression: expression(task.node, Event.Flags(rawValue: task.detail))
        case .keywordValues:
            push(.keywordValues, tree[task.node].next.index)
            push(.expression, tree[task.node].a)
        case .call: call(task.node, Event.Flags(rawValue: task.detail))
        case .bind: bind(task)
        case .bindAnnotated: bindAnnotated(tree[task.node])
        case .unbind: unbind(task.node)
        case .enter: enter(task)
        case .leave: leave(task)
        case .except: exceptArm(task.node)
        case .matchCase: matchArm(task.node)
        case .patterns:
            push(.patterns, tree[task.node].next.index)
            pattern(task.node)
        case .pattern: pattern(task.node)
        case .declaration: enterDeclaration(task.node)
        case .typeParameters: typeParameters(task.node)
        case .comprehension: comprehension(task.node)
        case .generators: generators(task.node, isFirst: task.detail == 1)
        case .lambda: lambda(task.node)
        case .beginAnnotation: isAnnotation = true
        case .endAnnotation: isAnnotation = false
        case .returned: returned(task.node)
        case .raised: raised(task.node)
        case .asserted: asserted(task.node)
        case .augmented: augmented(task.node)
        case .unbindName: unbindName(task.node)
        }
    }
}

// MARK: - Events and places

extension FactWalk {
    /// The line (from 1) and column of an offset. Offsets mostly grow from one call to the next.
    mutating func position(of offset: UInt32) -> (line: UInt32, column: Int) {
        let starts = tree.lineStarts
        var line = lineHint
        if starts[line] <= offset {
            var steps = 0
            while line + 1 < starts.count, starts[line + 1] <= offset, steps < 8 {
                line += 1
                steps += 1
            }
            if line + 1 == starts.count || starts[line + 1] > offset {
                lineHint = line
                return (UInt32(line + 1), Int(offset - starts[line]))
            }
        }
        let place = tree.position(of: offset)
        lineHint = place.line - 1
        return (UInt32(place.line), place.column)
    }

    mutating func event(_ kind: Event.Kind, at offset: UInt32, name: Name = .none, value: Name = .none) -> Event {
        let place = position(of: offset)
        return Event(
            kind, line: place.line, column: place.column, declaration: scopes[scopes.count - 1].declaration, name: name,
            value: value)
    }

    /// Begins a block that is no declaration. For an arm of `if` and `while`, `extra` is the condition.
    private mutating func enter(_ task: Task) {
        let block = Block(rawValue: UInt8(task.detail & 0xFF)) ?? .body
        var begin = event(.enter, at: tree[task.node].start)
        begin.block = block
        if task.extra != 0 { describeCondition(task.extra, in: &begin) }
        if block == .except { describeHandler(tree[task.node], in: &begin) }
        if task.detail & 0x100 != 0 { begin.flags.insert(.asynchronous) }
        open.append(UInt32(facts.events.count))
        facts.events.append(begin)
        if block == .lambda || block == .comprehension {
            pushScope(Scope(block: block, declaration: scopes[scopes.count - 1].declaration, identity: 0))
        }
    }

    private mutating func leave(_ task: Task) {
        let block = Block(rawValue: UInt8(task.detail & 0xFF)) ?? .body
        switch block {
        case .class, .function, .lambda, .comprehension: scopes.removeLast()
        default: break
        }
        let begin = Int(open.removeLast())
        let node = tree[task.node]
        var end = event(.leave, at: node.end > node.start ? node.end - 1 : node.start)
        end.block = block
        end.name = facts.events[begin].name
        end.declaration = facts.events[begin].declaration
        end.link = UInt32(begin)
        facts.events[begin].link = UInt32(facts.events.count)
        facts.events.append(end)
    }
}

// MARK: - Scopes

extension FactWalk {
    mutating func pushScope(_ scope: Scope) {
        lastIdentity += 1
        var scope = scope
        scope.identity = lastIdentity
        scopes.append(scope)
    }

    var scope: Scope { scopes[scopes.count - 1] }

    /// Notes that a function, lambda or comprehension binds a name as a variable: what is read by it is no fact.
    mutating func noteBound(_ name: Name) {
        let current = scope
        guard current.block != .module, current.block != .class else { return }
        let index = Int(name.rawValue)
        Self.extend(&boundIn, to: index)
        if !isActive(boundIn[index]) { boundIn[index] = current.identity }
    }

    func isBoundVariable(_ name: Name) -> Bool {
        let index = Int(name.rawValue)
        return index < boundIn.count && isActive(boundIn[index])
    }

    private func isActive(_ identity: UInt32) -> Bool {
        guard identity >= scopes[0].identity else { return false }
        for scope in scopes where scope.identity == identity { return true }
        return false
    }

    /// Whether this is the first use of a dotted name in the current scope.
    mutating func noteUse(_ name: Name) -> Bool {
        let index = Int(name.rawValue)
        Self.extend(&usedIn, to: index)
        defer { usedIn[index] = scope.identity }
        return usedIn[index] != scope.identity
    }

    mutating func noteGlobal(_ name: Name) {
        Self.extend(&globalIn, to: Int(name.rawValue))
        globalIn[Int(name.rawValue)] = scope.identity
    }

    func isDeclaredGlobal(_ name: Name) -> Bool {
        let index = Int(name.rawValue)
        return index < globalIn.count && globalIn[index] == scope.identity
    }

    private static func extend(_ table: inout [UInt32], to index: Int) {
        if index >= table.count { table.append(contentsOf: repeatElement(0, count: max(index + 1 - table.count, 256))) }
    }
}

/// Names that the walk compares with, interned once a file so that a comparison is one of numbers.
struct KnownNames {
    var all = Name.none
    var allAppend = Name.none
    var allExtend = Name.none
    var allRemove = Name.none
    var importModule = Name.none
    var importlibImportModule = Name.none
    var dunderImport = Name.none
    var importlibDunderImport = Name.none
    var builtinsDunderImport = Name.none

    mutating func intern(into names: inout NameTable) {
        all = names.intern("__all__")
        allAppend = names.intern("__all__.append")
        allExtend = names.intern("__all__.extend")
        allRemove = names.intern("__all__.remove")
        importModule = names.intern("import_module")
        importlibImportModule = names.intern("importlib.import_module")
        dunderImport = names.intern("__import__")
        importlibDunderImport = names.intern("importlib.__import__")
        builtinsDunderImport = names.intern("builtins.__import__")
    }

    func isDynamicImport(_ callee: Name) -> Bool {
        callee == importModule || callee == importlibImportModule || callee == dunderImport
            || callee == importlibDunderImport || callee == builtinsDunderImport
    }
}
