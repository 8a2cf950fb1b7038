/// What the parser asks of a kind of token, as one lookup.
struct TokenTable {
    /// How tightly a binary operator binds; 0: it is none.
    let precedence: UnsafeMutablePointer<UInt8>
    /// Whether an expression may start with it (a starred one too).
    let startsExpression: UnsafeMutablePointer<Bool>
    let operators: UnsafeMutablePointer<Operator>
    /// Whether it may go on an operand or an expression that consists of one token, or says that there are more operands.
    let continuesExpression: UnsafeMutablePointer<Bool>
    /// Whether it is an expression alone, if nothing goes on: a name or a constant.
    let isLeaf: UnsafeMutablePointer<Bool>

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
        let continuesExpression: UnsafeMutablePointer<Bool>
        let isLeaf: UnsafeMutablePointer<Bool>

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
            continuesExpression = .allocate(capacity: 256)
            let continuing: [TokenKind] = [.dot, .leftParen, .leftBracket, .string, .fstringStart, .tstringStart, .if]
            for kind in 0..<256 { continuesExpression[kind] = precedence[kind] != 0 }
            for kind in continuing { continuesExpression[Int(kind.rawValue)] = true }
            isLeaf = .allocate(capacity: 256)
            isLeaf.initialize(repeating: false, count: 256)
            let leaves: [TokenKind] = [.name, .number, .string, .none, .true, .false, .ellipsis]
            for kind in leaves { isLeaf[Int(kind.rawValue)] = true }
        }
    }

    init() {
        precedence = Self.shared.precedence
        startsExpression = Self.shared.startsExpression
        operators = Self.shared.operators
        continuesExpression = Self.shared.continuesExpression
        isLeaf = Self.shared.isLeaf
    }

    @inline(__always)
    func precedence(_ kind: TokenKind) -> UInt8 { precedence[Int(kind.rawValue)] }

    @inline(__always)
    func startsExpression(_ kind: TokenKind) -> Bool { startsExpression[Int(kind.rawValue)] }

    @inline(__always)
    func continuesExpression(_ kind: TokenKind) -> Bool { continuesExpression[Int(kind.rawValue)] }

    @inline(__always)
    func isLeaf(_ kind: TokenKind) -> Bool { isLeaf[Int(kind.rawValue)] }

    @inline(__always)
    func operation(_ kind: TokenKind) -> Operator { operators[Int(kind.rawValue)] }
}
