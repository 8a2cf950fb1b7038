private import CCanonBytes
internal import CanonFacts

/// One pass over a tree, in the order in which the code runs, that collects its facts.
///
/// It descends as the parser did, so that what the parser could read can be walked. Chains that the parser reads in a loop
/// (`a + b + ...`, `a.b().c()...`, `elif`) are walked in a loop as well, with ``spine`` in place of the stack.
///
/// Its methods are mutating, those that change nothing too: to lend such a value for reading, the compiler copies it.
struct FactWalk: ~Copyable {
    /// Where names are bound: the module, a class, a function, a lambda or a comprehension.
    struct Scope: BitwiseCopyable {
        var block: Block
        /// The declaration that events belong to.
        var declaration: UInt32
        /// Never used again, not even for another file, so that ``marks`` need no clearing.
        var identity: UInt32 = 0
        /// The first parameter of a method: `self`, `cls`.
        var receiver: Name = .none
        /// The class around a method.
        var receiverClass: UInt32 = FileFacts.noIndex
        /// The receiver is the class itself.
        var isClassMethod = false
        /// The receiver of the innermost method around: functions in it see it too.
        var visibleReceiver: Name = .none
    }

    /// What is known of a name, by its number.
    struct Marks: BitwiseCopyable {
        /// The scope that bound it as a variable, used it, or declared it global. See ``Scope/identity``.
        var boundIn: UInt32 = 0
        var usedIn: UInt32 = 0
        var globalIn: UInt32 = 0
        /// Its last class, and the last state of that name. What an earlier file left here is seen by its having another name.
        var classIndex: UInt32 = 0
        var stateIndex: UInt32 = 0
    }

    var names = NameInterner()
    var events = GrowingBuffer<Event>(capacity: 1 << 10)
    var declarations = GrowingBuffer<Declaration>(capacity: 1 << 7)
    var parameters = GrowingBuffer<Parameter>(capacity: 1 << 8)
    var state = GrowingBuffer<StateFact>(capacity: 1 << 7)
    /// For each state the one before it of the same name, as far as there is one.
    private var earlierState = GrowingBuffer<UInt32>(capacity: 1 << 7)
    var lists = GrowingBuffer<UInt32>(capacity: 1 << 7)
    private var fingerprints = GrowingBuffer<CloneFingerprint>(capacity: 1 << 7)
    private var hasDocstring = false
    private var packer = EventPacker()

    var tree = PythonTree(
        version: .v3_13, text: UnsafeBufferPointer(start: nil, count: 0),
        nodes: UnsafeBufferPointer(start: nil, count: 0),
        tokens: UnsafeBufferPointer(start: nil, count: 0), lineStarts: UnsafeBufferPointer(start: nil, count: 0),
        hashedLines: UnsafeBufferPointer(start: nil, count: 0), root: .none)
    /// No name of the file has to be normalised.
    var isASCII = true
    var hashes = StatementHashes()

    var scopes = GrowingBuffer<Scope>(capacity: 1 << 6)
    private var marks = GrowingBuffer<Marks>(capacity: 1 << 10)
    private var lastIdentity: UInt32 = 0
    /// Nodes of chains under way.
    var spine = GrowingBuffer<UInt32>(capacity: 1 << 8)
    var scratch: [UInt8] = []
    /// The attribute that was named last, its name, and the node of the `Name` that it starts with; 0 for none.
    var lastDotted: (node: UInt32, name: Name, root: UInt32) = (0, .none, 0)
    var isAnnotation = false
    /// The line of the last position, and where it and the next one begin.
    private var lineHint = 0
    private var lineStart: UInt32 = 0
    private var nextLineStart: UInt32 = 0
    private var stackFloor: UInt = 0
    /// The thread's stack is too small for the tree: the facts are not complete.
    private(set) var isTooDeep = false

    mutating func reset() {
        names.removeAll()
        events.count = 0
        declarations.count = 0
        parameters.count = 0
        state.count = 0
        earlierState.count = 0
        lists.count = 0
        fingerprints.count = 0
        hasDocstring = false
        scopes.count = 0
        spine.count = 0
        lastDotted = (0, .none, 0)
        isAnnotation = false
        isTooDeep = false
        lineHint = 0
        lineStart = 0
        nextLineStart = 0
        if lastIdentity > UInt32.max / 2 {
            lastIdentity = 0
            marks.count = 0
        }
    }

    mutating func run(over tree: PythonTree, isASCII: Bool) {
        self.tree = tree
        self.isASCII = isASCII
        stackFloor = canon_stack_floor()
        hashes.load(tree)
        hashes.appendFingerprints(of: tree, to: &fingerprints)
        pushScope(Scope(block: .module, declaration: FileFacts.noIndex))
        let module = tree[tree.root]
        hasDocstring = isDocstring(module.a)
        _ = statements(module.a)
    }

    /// What was found, in memory of the size that it needs.
    mutating func makeFacts() -> FileFacts.Records {
        var facts = FileFacts.Records()
        facts.names = names.table
        facts.declarations = Array(declarations.view)
        facts.parameters = Array(parameters.view)
        facts.events = packer.pack(events.view)
        facts.state = Array(state.view)
        facts.fingerprints = Array(fingerprints.view)
        facts.lists = Array(lists.view)
        facts.lineCount = UInt32(tree.lineStarts.count)
        facts.hasDocstring = hasDocstring
        return facts
    }

    /// Whether there is stack for one more level. When there is not, nothing below is walked.
    @inline(__always)
    mutating func canDescend() -> Bool {
        if UInt(bitPattern: canon_frame_address()) >= stackFloor { return true }
        isTooDeep = true
        return false
    }
}

// MARK: - Events and places

extension FactWalk {
    /// The line (from 1) and column of an offset. Offsets are mostly close to the one asked for last.
    @inline(__always)
    mutating func position(of offset: UInt32) -> (line: UInt32, column: Int) {
        if offset < lineStart || offset >= nextLineStart { findLine(of: offset) }
        return (UInt32(truncatingIfNeeded: lineHint + 1), Int(offset - lineStart))
    }

    @inline(never)
    private mutating func findLine(of offset: UInt32) {
        let starts = tree.lineStarts
        guard let base = starts.baseAddress else { return }
        var line = lineHint
        if base[line] <= offset {
            // Mostly one of the next lines. Which one cannot be foreseen, so that four are compared without a jump.
            var passed = SourceText.lineMargin
            var rounds = 0
            while passed == SourceText.lineMargin, rounds < 4 {
                let following = base + (line &+ 1)
                passed = following[0] <= offset ? 1 : 0
                passed &+= following[1] <= offset ? 1 : 0
                passed &+= following[2] <= offset ? 1 : 0
                passed &+= following[3] <= offset ? 1 : 0
                line &+= passed
                rounds &+= 1
            }
            if passed == SourceText.lineMargin { line = tree.position(of: offset).line &- 1 }
        } else {
            var steps = 0
            while base[line] > offset, steps < 8 {
                line &-= 1
                steps &+= 1
            }
            if base[line] > offset { line = tree.position(of: offset).line &- 1 }
        }
        lineHint = line
        lineStart = base[line]
        nextLineStart = base[line &+ 1]
    }

    mutating func event(_ kind: Event.Kind, at offset: UInt32, name: Name = .none, value: Name = .none) -> Event {
        let place = position(of: offset)
        return Event(
            kind, line: place.line, column: place.column, declaration: scope.declaration, name: name, value: value)
    }

    /// Begins a block.
    ///
    /// - Returns: what ``end(_:at:keepsEmpty:)`` wants to know.
    mutating func begin(_ block: Block, at offset: UInt32, isAsync: Bool = false) -> Int {
        var begin = event(.enter, at: offset)
        begin.block = block
        if isAsync { begin.flags = .asynchronous }
        events.append(begin)
        return events.count - 1
    }

    /// Ends a block. One that holds nothing is left out as if it had not begun, unless it says something by being there.
    mutating func end(_ begin: Int, at offset: UInt32, keepsEmpty: Bool = false) {
        let enter = events[begin]
        if !keepsEmpty, enter.condition == .unknown, holdsNothing(from: begin, enter.block) {
            events.count = begin
            return
        }
        var end = event(.leave, at: offset)
        end.block = enter.block
        end.name = enter.name
        end.declaration = enter.declaration
        end.link = UInt32(truncatingIfNeeded: begin)
        events.base[begin].link = UInt32(truncatingIfNeeded: events.count)
        events.append(end)
    }

    /// No event at all; or in a lambda or comprehension, none but of its own variables.
    private mutating func holdsNothing(from begin: Int, _ block: Block) -> Bool {
        switch block {
        case .lambda, .comprehension:
            for index in begin + 1..<events.count {
                let event = events[index]
                guard event.kind == .bind, event.binding == .loopTarget || event.binding == .parameter,
                    event.form == .name || event.form == .starred
                else { return false }
            }
            return true
        default: return events.count == begin + 1
        }
    }

    /// Where a block's end is noted: its last byte.
    mutating func lastByte(of node: UInt32) -> UInt32 {
        let node = tree[node]
        return node.end > node.start ? node.end - 1 : node.start
    }
}

// MARK: - Scopes

extension FactWalk {
    mutating func pushScope(_ scope: Scope) {
        lastIdentity += 1
        var scope = scope
        scope.identity = lastIdentity
        if scope.receiver.exists {
            scope.visibleReceiver = scope.receiver
        } else if scopes.count > 0 {
            scope.visibleReceiver = self.scope.visibleReceiver
        }
        scopes.append(scope)
    }

    mutating func popScope() { scopes.count -= 1 }

    var scope: Scope {
        @inline(__always) mutating get { scopes[scopes.count - 1] }
    }

    /// Makes room for the marks of a name.
    @inline(__always)
    private mutating func markIndex(_ name: Name) -> Int {
        let index = Int(name.rawValue)
        while index >= marks.count { marks.append(Marks()) }
        return index
    }

    /// Notes that a function, lambda or comprehension binds a name as a variable: what is read by it is no fact.
    mutating func noteBound(_ name: Name) {
        let current = scope
        guard current.block != .module, current.block != .class else { return }
        let index = markIndex(name)
        if !isActive(marks[index].boundIn) { marks.base[index].boundIn = current.identity }
    }

    mutating func isBoundVariable(_ name: Name) -> Bool {
        let index = Int(name.rawValue)
        return index < marks.count && isActive(marks[index].boundIn)
    }

    private mutating func isActive(_ identity: UInt32) -> Bool {
        guard identity >= scopes[0].identity else { return false }
        var depth = scopes.count
        // Identities grow towards the top.
        while depth > 0 {
            depth -= 1
            if scopes[depth].identity <= identity { return scopes[depth].identity == identity }
        }
        return false
    }

    /// Whether this is the first use of a dotted name in the current scope.
    mutating func noteUse(_ name: Name) -> Bool {
        let index = markIndex(name)
        let identity = scope.identity
        defer { marks.base[index].usedIn = identity }
        return marks[index].usedIn != identity
    }

    mutating func noteGlobal(_ name: Name) {
        let index = markIndex(name)
        marks.base[index].globalIn = scope.identity
    }

    mutating func isDeclaredGlobal(_ name: Name) -> Bool {
        let index = Int(name.rawValue)
        return index < marks.count && marks[index].globalIn == scope.identity
    }

    mutating func noteClass(_ name: Name, _ declaration: UInt32) {
        let index = markIndex(name)
        marks.base[index].classIndex = declaration
    }

    /// The last class of that name in this file, so far.
    mutating func classIndex(_ name: Name) -> UInt32? {
        let index = Int(name.rawValue)
        guard name.exists, index < marks.count else { return nil }
        let candidate = marks[index].classIndex
        guard Int(candidate) < declarations.count, declarations[Int(candidate)].name == name,
            declarations[Int(candidate)].kind == .class
        else { return nil }
        return candidate
    }

    /// The state of a name and owner: the one that is there, or a new one.
    mutating func stateIndex(
        _ name: Name, where isSame: (StateFact) -> Bool, make: () -> StateFact
    ) -> Int {
        let mark = markIndex(name)
        var candidate = Int(marks[mark].stateIndex)
        let hasOne = candidate < state.count && state[candidate].name == name
        while hasOne {
            if isSame(state[candidate]) { return candidate }
            let earlier = Int(earlierState[candidate])
            guard earlier != candidate else { break }
            candidate = earlier
        }
        let index = state.count
        earlierState.append(hasOne ? marks[mark].stateIndex : UInt32(index))
        marks.base[mark].stateIndex = UInt32(index)
        state.append(make())
        return index
    }
}
