/// The place of a node in its tree. Zero, `none`, is no node: an absent child or the end of a list.
public struct NodeID: Hashable, Sendable, BitwiseCopyable {
    public let index: UInt32

    @inlinable
    public init(_ index: UInt32) { self.index = index }

    public static let none = NodeID(0)

    @inlinable
    public var isNone: Bool { index == 0 }

    @inlinable
    public var exists: Bool { index != 0 }
}

/// One node of the tree, 32 bytes, without references.
///
/// What `a`, `b`, `c`, `d` and `detail` hold depends on the kind and is written beside each case of ``NodeKind``. A child
/// is a ``NodeID`` in a slot. A list is the `NodeID` of its first element in a slot, the others follow through ``next``;
/// walk it with ``PythonTree/list(_:)``. Names and literals are ranges of ``PythonTree/text``.
public struct Node: Sendable, BitwiseCopyable {
    public var kind: NodeKind
    /// The operator, context, constant kind, role or conversion, as the kind says.
    public var detail: UInt8
    public var flags: NodeFlags
    /// In a comparator of a `Compare`: the operator to its left.
    public var comparison: Operator
    /// The range of the node in ``PythonTree/text``, in bytes.
    public var start: UInt32
    public var end: UInt32
    /// The node after this one in the list that holds it.
    public var next: NodeID
    public var a: UInt32
    public var b: UInt32
    public var c: UInt32
    public var d: UInt32

    @inlinable
    public init(
        _ kind: NodeKind, start: UInt32, end: UInt32, a: UInt32 = 0, b: UInt32 = 0, c: UInt32 = 0, d: UInt32 = 0,
        detail: UInt8 = 0, flags: NodeFlags = []
    ) {
        self.kind = kind
        self.detail = detail
        self.flags = flags
        self.comparison = .none
        self.start = start
        self.end = end
        self.next = .none
        self.a = a
        self.b = b
        self.c = c
        self.d = d
    }
}

extension Node {
    /// The operator of a `BoolOp`, `BinOp`, `UnaryOp` or `AugAssign`.
    public var `operator`: Operator { Operator(rawValue: detail) ?? .none }

    /// The context of a `Name`, `Attribute`, `Subscript`, `Starred`, `List` or `Tuple`.
    public var context: ExprContext { ExprContext(rawValue: detail) ?? .load }

    /// What a `Constant` or `MatchSingleton` is.
    public var constant: ConstantKind { ConstantKind(rawValue: detail) ?? .none }

    /// What a parameter (`arg`) is.
    public var role: ParameterRole { ParameterRole(rawValue: detail) ?? .positional }
}

public struct NodeFlags: OptionSet, Sendable, BitwiseCopyable {
    public let rawValue: UInt8

    @inlinable
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The expression stands in parentheses of its own: `(a)`. (The range of a tuple and a generator includes its parentheses,
    /// that of any other expression does not, as in CPython.)
    public static let parenthesized = NodeFlags(rawValue: 1)
    /// A name that holds characters beyond ASCII: two spellings may be one name (NFKC, PEP 3131).
    public static let notASCII = NodeFlags(rawValue: 2)
    /// A `comprehension` with `async for`.
    public static let isAsync = NodeFlags(rawValue: 4)
    /// An `AnnAssign` whose target is a plain name without parentheses.
    public static let simple = NodeFlags(rawValue: 8)
    /// An f-string expression with `=`: `f"{a=}"`.
    public static let selfDocumenting = NodeFlags(rawValue: 16)
    /// A dotted name written with blanks or a line continuation between its parts.
    public static let spaced = NodeFlags(rawValue: 32)
    /// A string literal that holds a backslash and is not raw; or a part of one.
    public static let escaped = NodeFlags(rawValue: 64)
    /// A part of a format specification or of the text of an f-string, not a string literal with quotes.
    public static let bare = NodeFlags(rawValue: 128)
}

/// The operators of expressions, under the names of CPython's `ast`.
public enum Operator: UInt8, Sendable, BitwiseCopyable {
    case none
    case add, sub, mult, matMult, div, mod, pow, lShift, rShift, bitOr, bitXor, bitAnd, floorDiv
    case and, or
    case invert, not, uAdd, uSub
    case eq, notEq, lt, ltE, gt, gtE, `is`, isNot, `in`, notIn

    /// The name of its class in CPython's `ast`: "Add", "NotIn".
    public var name: StaticString {
        switch self {
        case .none: ""
        case .add: "Add"
        case .sub: "Sub"
        case .mult: "Mult"
        case .matMult: "MatMult"
        case .div: "Div"
        case .mod: "Mod"
        case .pow: "Pow"
        case .lShift: "LShift"
        case .rShift: "RShift"
        case .bitOr: "BitOr"
        case .bitXor: "BitXor"
        case .bitAnd: "BitAnd"
        case .floorDiv: "FloorDiv"
        case .and: "And"
        case .or: "Or"
        case .invert: "Invert"
        case .not: "Not"
        case .uAdd: "UAdd"
        case .uSub: "USub"
        case .eq: "Eq"
        case .notEq: "NotEq"
        case .lt: "Lt"
        case .ltE: "LtE"
        case .gt: "Gt"
        case .gtE: "GtE"
        case .is: "Is"
        case .isNot: "IsNot"
        case .in: "In"
        case .notIn: "NotIn"
        }
    }
}

/// Whether an expression is read, bound or deleted.
public enum ExprContext: UInt8, Sendable {
    case load, store, del
}

/// The type of a constant.
public enum ConstantKind: UInt8, Sendable {
    case none, `true`, `false`, ellipsis, int, float, complex, string, bytes
}

/// What a parameter accepts.
public enum ParameterRole: UInt8, Sendable {
    case positionalOnly, positional, variadic, keywordOnly, keywords
}
