private import CCanonBytes

/// Turns tokens into a tree by recursive descent, and binary operators by precedence.
///
/// CPython's grammar from 3.9 on is a PEG, that of 3.8 is LL(1) with checks afterwards. Both accept what this accepts for
/// their version: an expression is read first, and what it may not be where it stands (a target, say) is checked then.
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
        let empty = UnsafeMutablePointer<UInt8>.allocate(capacity: 1)
        self.text = UnsafePointer(empty)
        empty.deallocate()
        self.tokens = UnsafePointer(nodes.base).withMemoryRebound(to: Token.self, capacity: 1) { $0 }
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
        index += 1
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
        @inline(__always) get { tokens[index - 1].end }
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

/// What the parser asks of a kind of token, as one lookup.
struct TokenTable {
    /// How tightly a binary operator binds; 0: it is none.
    let precedence: UnsafeMutablePointer<UInt8>
    /// Whether an expression may start with it (a starred one too).
    let startsExpression: UnsafeMutablePointer<Bool>
    let operators: UnsafeMutablePointer<Operator>
    /// Whether an expression certainly ends before it.
    let endsExpression: UnsafeMutablePointer<Bool>

    enum Precedence {
        static let or: UInt8 = 1
        static let and: UInt8 = 2
        static let not: UInt8 = 3
        static let comparison: UInt8 = 4
        static let bitOr: UInt8 = 5
        static let unary: UInt8 = 11
        static let power: UInt8 = 12
    }

    static let shared = Shared()

    /// The tables live as long as the process.
    final class Shared: @unchecked Sendable {
        let precedence: UnsafeMutablePointer<UInt8>
        let startsExpression: UnsafeMutablePointer<Bool>
        let operators: UnsafeMutablePointer<Operator>
        let endsExpression: UnsafeMutablePointer<Bool>

        init() {
            precedence = .allocate(capacity: 256)
            precedence.initialize(repeating: 0, count: 256)
            startsExpression = .allocate(capacity: 256)
            startsExpression.initialize(repeating: false, count: 256)
            operators = .allocate(capacity: 256)
            operators.initialize(repeating: .none, count: 256)
            let binary: [(TokenKind, UInt8, Operator)] = [
                (.or, Precedence.or, .or), (.and, Precedence.and, .and),
                (.less, 4, .lt), (.lessEqual, 4, .ltE), (.greater, 4, .gt), (.greaterEqual, 4, .gtE),
                (.equalEqual, 4, .eq), (.notEqual, 4, .notEq), (.in, 4, .in), (.is, 4, .is), (.not, 4, .notIn),
                (.bar, 5, .bitOr), (.caret, 6, .bitXor), (.ampersand, 7, .bitAnd),
                (.leftShift, 8, .lShift), (.rightShift, 8, .rShift), (.plus, 9, .add), (.minus, 9, .sub),
                (.star, 10, .mult), (.slash, 10, .div), (.doubleSlash, 10, .floorDiv), (.percent, 10, .mod),
                (.at, 10, .matMult), (.doubleStar, Precedence.power, .pow),
            ]
            for (kind, level, operation) in binary {
                precedence[Int(kind.rawValue)] = level
                operators[Int(kind.rawValue)] = operation
            }
            let assigning: [(TokenKind, Operator)] = [
                (.plusEqual, .add), (.minusEqual, .sub), (.starEqual, .mult), (.doubleStarEqual, .pow),
                (.slashEqual, .div), (.doubleSlashEqual, .floorDiv), (.percentEqual, .mod), (.leftShiftEqual, .lShift),
                (.rightShiftEqual, .rShift), (.ampersandEqual, .bitAnd), (.barEqual, .bitOr), (.caretEqual, .bitXor),
                (.atEqual, .matMult),
            ]
            for (kind, operation) in assigning { operators[Int(kind.rawValue)] = operation }
            let starts: [TokenKind] = [
                .name, .number, .string, .fstringStart, .tstringStart, .leftParen, .leftBracket, .leftBrace, .minus,
                .plus, .tilde, .not, .lambda, .await, .none, .true, .false, .ellipsis, .star,
            ]
            for kind in starts { startsExpression[Int(kind.rawValue)] = true }
            endsExpression = .allocate(capacity: 256)
            endsExpression.initialize(repeating: false, count: 256)
            let ends: [TokenKind] = [
                .newline, .comma, .rightParen, .rightBracket, .rightBrace, .colon, .equal, .semicolon,
            ]
            for kind in ends { endsExpression[Int(kind.rawValue)] = true }
        }
    }

    init() {
        precedence = Self.shared.precedence
        startsExpression = Self.shared.startsExpression
        operators = Self.shared.operators
        endsExpression = Self.shared.endsExpression
    }

    @inline(__always)
    func precedence(_ kind: TokenKind) -> UInt8 { precedence[Int(kind.rawValue)] }

    @inline(__always)
    func startsExpression(_ kind: TokenKind) -> Bool { startsExpression[Int(kind.rawValue)] }

    @inline(__always)
    func endsExpression(_ kind: TokenKind) -> Bool { endsExpression[Int(kind.rawValue)] }

    @inline(__always)
    func operation(_ kind: TokenKind) -> Operator { operators[Int(kind.rawValue)] }
}
