/// A class, function or method.
///
/// Fixed size and without references. Texts are ``Name``s of the file's table, lists are ranges of ``FileFacts/lists``.
///
/// In Swift every type is a class here, an extension is one with ``Flags/isExtension``, and a computed property is a method
/// with the decorator `property`; its attributes are ``decorators``. The first of its ``keywords`` is the word that introduces
/// it (`struct`, `func`), the others are modifiers. The ``bases`` of a function are its argument labels. Types are written
/// with the brackets of annotations: `Dictionary[UserID, Array[Connection]]` for `[UserID: [Connection]]`.
public struct Declaration: Hashable, Sendable, BitwiseCopyable {
    public enum Kind: UInt8, Sendable, CaseIterable {
        case `class`
        case function
        /// `async def`
        case asyncFunction
    }

    public struct Flags: OptionSet, Hashable, Sendable, BitwiseCopyable {
        public let rawValue: UInt8
        @inlinable
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// Its body yields: a call makes a generator.
        @inlinable public static var isGenerator: Flags { Flags(rawValue: 1) }
        @inlinable public static var hasDocstring: Flags { Flags(rawValue: 2) }
        /// A function whose enclosing scope is a class.
        @inlinable public static var isMethod: Flags { Flags(rawValue: 4) }
        /// A body of nothing but a docstring, `pass`, `...` or `raise NotImplementedError`.
        @inlinable public static var isStub: Flags { Flags(rawValue: 8) }
        /// A base, keyword or decorator that is no dotted name and no call of one: see the list for its text.
        @inlinable public static var isUnresolved: Flags { Flags(rawValue: 16) }
        /// It has type parameters (PEP 695).
        @inlinable public static var isGeneric: Flags { Flags(rawValue: 32) }
        /// It adds to a type that is declared elsewhere and has its name.
        @inlinable public static var isExtension: Flags { Flags(rawValue: 64) }
        /// Others do not call it by its name: it is `private`, or an initialiser or operator.
        @inlinable public static var isUnlisted: Flags { Flags(rawValue: 128) }
    }

    var kindByte: UInt8
    public var flags: Flags
    private var shortColumn: UInt16
    public var name: Name
    /// The index of the declaration around it; ``FileFacts/noIndex`` at module level.
    public var parent: UInt32
    /// The index of its `enter` event in the stream. Its body lies between that and the event's ``Event/link``.
    public var event: UInt32
    /// Of the keyword `class`, `def` or `async`, as CPython's `lineno`.
    public var line: UInt32
    /// The last line of the body.
    public var endLine: UInt32
    /// The text of the annotated result.
    public var returns: Name
    /// The tokens of the body, docstring and comments left out.
    public var tokenCount: UInt32
    /// Where its decorators, bases and keywords begin in ``FileFacts/lists``: they follow each other.
    private var listStart: UInt32
    private var parameterStart: UInt32
    private var decoratorWords: UInt16 = 0
    private var baseWords: UInt16 = 0
    private var keywordWords: UInt16 = 0
    private var parameterCount: UInt16 = 0
    private var shapeLow: UInt32 = 0
    private var shapeHigh: UInt32 = 0
    private var exact: UInt32 = 0

    public var kind: Kind { Kind(rawValue: kindByte) ?? .function }

    /// From 0, in bytes of UTF-8, as CPython's `col_offset`; at most 65,535.
    public var column: UInt32 { UInt32(shortColumn) }

    /// Decorators in the order of the source: pairs of the dotted text, and 1 when it is called (`@cache(1)`) else 0.
    public var decorators: FactList { FactList(start: listStart, count: UInt32(decoratorWords)) }

    /// Texts of the bases in the order of the source, type arguments included (`Generic[T]`).
    public var bases: FactList { FactList(start: listStart + UInt32(decoratorWords), count: UInt32(baseWords)) }

    /// Keywords of a class statement (`metaclass=ABCMeta`): pairs of name (none for `**kwargs`) and text.
    public var keywords: FactList {
        FactList(start: listStart + UInt32(decoratorWords) + UInt32(baseWords), count: UInt32(keywordWords))
    }

    /// Its parameters in ``FileFacts/parameters``, in the order of the source.
    public var parameters: FactList { FactList(start: parameterStart, count: UInt32(parameterCount)) }

    public init(kind: Kind, name: Name, parent: UInt32, event: UInt32, line: UInt32, column: Int) {
        kindByte = kind.rawValue
        flags = []
        shortColumn = UInt16(clamping: column)
        self.name = name
        self.parent = parent
        self.event = event
        self.line = line
        endLine = line
        returns = .none
        tokenCount = 0
        listStart = 0
        parameterStart = 0
    }

    /// A hash over the kinds of the body's tokens, with every name, number and string taken as one: equal for bodies that
    /// differ in naming only.
    public var shapeHash: UInt64 { UInt64(shapeHigh) << 32 | UInt64(shapeLow) }

    /// A hash over the kinds and texts of the tokens: equal for equal bodies whatever their layout and comments. (Equal ones
    /// have the same shape, so that 32 bits more tell them apart.)
    public var bodyHash: UInt64 { ContentHash.mix(shapeHash ^ UInt64(exact) << 16) }

    /// - Parameter exact: over kinds and texts.
    public mutating func setHashes(shape: UInt64, exact: UInt64) {
        shapeLow = UInt32(truncatingIfNeeded: shape)
        shapeHigh = UInt32(truncatingIfNeeded: shape >> 32)
        self.exact = UInt32(truncatingIfNeeded: exact)
    }

    /// The most words or parameters that a list of a declaration has; of longer ones the rest is left out, and the
    /// declaration is ``Flags/isUnresolved``.
    public static let longestList = 65_534

    /// Says where the words of its lists stand: behind each other from `start` on.
    public mutating func setLists(start: Int, decorators: Int, bases: Int, keywords: Int) {
        listStart = UInt32(start)
        decoratorWords = UInt16(decorators)
        baseWords = UInt16(bases)
        keywordWords = UInt16(keywords)
    }

    public mutating func setParameters(start: Int, count: Int) {
        parameterStart = UInt32(start)
        parameterCount = UInt16(count)
    }
}

/// A range of one of the flat arrays of ``FileFacts``.
public struct FactList: Hashable, Sendable, BitwiseCopyable {
    public var start: UInt32
    public var count: UInt32

    @inlinable
    public init(start: UInt32, count: UInt32) {
        self.start = start
        self.count = count
    }

    public static let empty = FactList(start: 0, count: 0)

    @inlinable
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

    /// The name in 28 bits (a source of 1 GiB has no room for more), the kind in 3, whether there is a default in one.
    private var head: UInt32
    /// The text of the annotation.
    public var annotation: Name

    public var name: Name { Name(rawValue: head & 0xFFF_FFFF) }
    public var kind: Kind { Kind(rawValue: UInt8(truncatingIfNeeded: head >> 28 & 7)) ?? .positionalOrKeyword }
    public var hasDefault: Bool { head >> 31 != 0 }

    public init(kind: Kind, name: Name, annotation: Name, hasDefault: Bool) {
        head = name.rawValue & 0xFFF_FFFF | UInt32(kind.rawValue) << 28 | (hasDefault ? 1 << 31 : 0)
        self.annotation = annotation
    }
}
