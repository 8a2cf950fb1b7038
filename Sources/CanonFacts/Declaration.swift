/// A class, function or method.
///
/// Fixed size and without references. Texts are ``Name``s of the file's table, lists are ranges of ``FileFacts/lists``.
public struct Declaration: Hashable, Sendable, BitwiseCopyable {
    public enum Kind: UInt8, Sendable, CaseIterable {
        case `class`
        case function
        /// `async def`
        case asyncFunction
    }

    public struct Flags: OptionSet, Hashable, Sendable, BitwiseCopyable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// Its body yields: a call makes a generator.
        public static let isGenerator = Flags(rawValue: 1)
        public static let hasDocstring = Flags(rawValue: 2)
        /// A function whose enclosing scope is a class.
        public static let isMethod = Flags(rawValue: 4)
        /// A body of nothing but a docstring, `pass`, `...` or `raise NotImplementedError`.
        public static let isStub = Flags(rawValue: 8)
        /// A base, keyword or decorator that is no dotted name and no call of one: see the list for its text.
        public static let isUnresolved = Flags(rawValue: 16)
        /// It has type parameters (PEP 695).
        public static let isGeneric = Flags(rawValue: 32)
    }

    var kindByte: UInt8
    public var flags: Flags
    private var unused: UInt16 = 0
    public var name: Name
    /// The names that it is nested in and its own, with dots: `Outer.method.inner`.
    public var qualifiedName: Name
    /// The index of the declaration around it; ``FileFacts/noIndex`` at module level.
    public var parent: UInt32
    /// The index of its `enter` event in the stream. Its body lies between that and the event's ``Event/link``.
    public var event: UInt32
    /// Of the keyword `class`, `def` or `async`, as CPython's `lineno`.
    public var line: UInt32
    /// From 0, in bytes of UTF-8, as CPython's `col_offset`.
    public var column: UInt32
    /// The last line of the body.
    public var endLine: UInt32
    /// Decorators in the order of the source: pairs of the dotted text, and 1 when it is called (`@cache(1)`) else 0.
    public var decorators: FactList
    /// Texts of the bases in the order of the source, type arguments included (`Generic[T]`).
    public var bases: FactList
    /// Keywords of a class statement (`metaclass=ABCMeta`): pairs of name (none for `**kwargs`) and text.
    public var keywords: FactList
    /// Its parameters in ``FileFacts/parameters``, in the order of the source.
    public var parameters: FactList
    /// The text of the annotated result.
    public var returns: Name
    /// The tokens of the body, docstring and comments left out.
    public var tokenCount: UInt32
    /// Equal for equal bodies whatever their layout and comments: a hash over the kinds and texts of the tokens.
    public var bodyHash: UInt64
    /// The same with every name, number and string taken as one: equal for bodies that differ in naming only.
    public var shapeHash: UInt64

    public var kind: Kind { Kind(rawValue: kindByte) ?? .function }

    public init(
        kind: Kind, name: Name, qualifiedName: Name, parent: UInt32, event: UInt32, line: UInt32, column: UInt32
    ) {
        kindByte = kind.rawValue
        flags = []
        self.name = name
        self.qualifiedName = qualifiedName
        self.parent = parent
        self.event = event
        self.line = line
        self.column = column
        endLine = line
        decorators = .empty
        bases = .empty
        keywords = .empty
        parameters = .empty
        returns = .none
        tokenCount = 0
        bodyHash = 0
        shapeHash = 0
    }
}

/// A range of one of the flat arrays of ``FileFacts``.
public struct FactList: Hashable, Sendable, BitwiseCopyable {
    public var start: UInt32
    public var count: UInt32

    public init(start: UInt32, count: UInt32) {
        self.start = start
        self.count = count
    }

    public static let empty = FactList(start: 0, count: 0)

    public var indices: Range<Int> { Int(start)..<Int(start) + Int(count) }
}

/// A parameter of a function or method.
public struct Parameter: Hashable, Sendable, BitwiseCopyable {
    public enum Kind: UInt8, Sendable, CaseIterable {
        /// In front of `/`.
        case positionalOnly
        case positionalOrKeyword
        /// `*args`
        case variadicPositional
        case keywordOnly
        /// `**kwargs`
        case variadicKeyword
    }

    public var name: Name
    /// The text of the annotation.
    public var annotation: Name
    var kindByte: UInt8
    private var defaultByte: UInt8
    private var unused: UInt16 = 0

    public var kind: Kind { Kind(rawValue: kindByte) ?? .positionalOrKeyword }
    public var hasDefault: Bool { defaultByte != 0 }

    public init(kind: Kind, name: Name, annotation: Name, hasDefault: Bool) {
        kindByte = kind.rawValue
        self.name = name
        self.annotation = annotation
        defaultByte = hasDefault ? 1 : 0
    }
}
