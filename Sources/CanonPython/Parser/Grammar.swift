private import CCanonBytes

/// Turns tokens into a tree by recursive descent, and binary operators by precedence.
///
/// CPython's grammar from 3.9 on is a PEG, that of 3.8 is LL(1) with checks afterwards. Both accept what this accepts for
/// their version: an expression is read first, and what it may not be where it stands (a target, say) is checked then.
///
/// Its methods are mutating, those on the way of every file that change nothing too: to lend such a value for reading, the
/// compiler copies it. The same holds of ``Lexer``.
struct Grammar: ~Copyable {
    let version: PythonVersion
    var nodes = GrowingBuffer<Node>(capacity: 1 << 12)
    var root = NodeID.none

    var text: UnsafePointer<UInt8>
    var tokens: UnsafePointer<Token>
    /// The current token, and its kind.
    var index = 0
    var kind = TokenKind.end
    var problem: SyntaxProblem?
    /// What is open around the current token, in the units of ``NestingCost``.
    var nesting: Int32 = 0
    let cost: NestingCost
    /// The address below which the stack of this thread may not grow.
    private var stackFloor: UInt = 0
    /// A chain of operators, calls or attributes is so long, or brackets so deep, that the depth of the tree must be checked.
    var mayBeDeep = false
    let table: TokenTable

    /// Thrown where the text does not fit the grammar; the error is in ``problem``, or it is the general one.
    struct Stop: Error {}

    init(version: PythonVersion) {
        self.version = version
        self.table = TokenTable()
        self.cost = NestingCost(version: version)
        self.text = UnsafePointer(EmptySource.text)
        self.tokens = UnsafePointer(EmptySource.token)
    }

    mutating func reset() {
        nodes.count = 0
        nodes.append(Node(.none, start: 0, end: 0))
        root = .none
        problem = nil
        nesting = 0
        mayBeDeep = false
        index = 0
    }

    /// Parses a file; returns the error if it is not one.
    mutating func run(over lexer: inout Lexer, text: UnsafePointer<UInt8>) -> SyntaxProblem? {
        reset()
        self.text = text
        tokens = UnsafePointer(lexer.tokens.base)
        kind = tokens[0].kind
        stackFloor = canon_stack_floor()
        do throws(Stop) {
            let body = try module()
            root = NodeID(make(.module, 0, tokens[index].end, a: body))
            try checkDepth()
            return nil
        } catch {
            return rootCause(lexer)
        }
    }

    // MARK: Tokens

    @inline(__always)
    mutating func advance() {
        index &+= 1
        kind = tokens[index].kind
    }

    /// The kind of the token after the current one. (The last token is never passed, and it has no follower.)
    var nextKind: TokenKind {
        @inline(__always) get { kind == .end || kind == .error ? .end : tokens[index + 1].kind }
    }

    var start: UInt32 {
        @inline(__always) get { tokens[index].start }
    }

    /// Where the token before the current one ends.
    var previousEnd: UInt32 {
        @inline(__always) get { tokens[index &- 1].end }
    }

    @inline(__always)
    mutating func accept(_ wanted: TokenKind) -> Bool {
        guard kind == wanted else { return false }
        advance()
        return true
    }

    @inline(__always)
    mutating func expect(_ wanted: TokenKind) throws(Stop) {
        guard kind == wanted else { throw unexpected() }
        advance()
    }

    // MARK: Nodes

    @inline(__always)
    mutating func make(
        _ kind: NodeKind, _ start: UInt32, _ end: UInt32, a: UInt32 = 0, b: UInt32 = 0, c: UInt32 = 0, d: UInt32 = 0,
        detail: UInt8 = 0, flags: NodeFlags = []
    ) -> UInt32 {
        let id = UInt32(truncatingIfNeeded: nodes.count)
        nodes.append(Node(kind, start: start, end: end, a: a, b: b, c: c, d: d, detail: detail, flags: flags))
        return id
    }

    @inline(__always)
    func node(_ id: UInt32) -> Node { nodes[Int(id)] }

    /// A list of nodes that grows at its end.
    struct List {
        var first: UInt32 = 0
        var last: UInt32 = 0
    }

    @inline(__always)
    mutating func append(_ id: UInt32, to list: inout List) {
        if list.first == 0 { list.first = id } else { nodes.base[Int(list.last)].next = NodeID(id) }
        list.last = id
    }

    // MARK: Errors

    /// The current token cannot stand here.
    @inline(never)
    func unexpected() -> Stop { Stop() }

    /// A known mistake. The first one found is the root cause.
    @inline(never)
    mutating func fail(at offset: UInt32, _ message: String) -> Stop {
        if problem == nil { problem = SyntaxProblem(offset: Int(offset), message: message) }
        return Stop()
    }

    /// Enters something that nests, which costs `cost`; leave it by taking that from ``nesting``.
    @inline(__always)
    mutating func enter(_ cost: Int32) throws(Stop) {
        nesting += cost
        if nesting > NestingCost.deep { mayBeDeep = true }
        if nesting > self.cost.limit || UInt(bitPattern: canon_frame_address()) < stackFloor {
            throw tooDeep()
        }
    }

    @inline(never)
    mutating func tooDeep() -> Stop { fail(at: start, Self.tooDeepMessage) }

    static let tooDeepMessage = "too complex: the parser's stack would overflow"
}
