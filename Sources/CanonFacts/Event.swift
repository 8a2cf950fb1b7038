/// One step of a file's code, in the order in which it runs: what it binds, imports, calls and reads, and where blocks begin
/// and end.
///
/// The stream is flat. A block is an ``Kind/enter`` event and, later, a ``Kind/leave`` event; each holds the other's index in
/// ``link``, so that a reader can skip a function's body or an arm that is not taken. A class body lies where it runs. A
/// function's body lies behind the function's `enter` event and runs when somebody calls it. A name that a `def` or `class`
/// binds is bound when its block ends.
///
/// Which fields mean what is written beside each kind; the others are 0. A value that is taken out of an ``EventList``, which
/// keeps it in about eight bytes.
public struct Event: Hashable, Sendable, BitwiseCopyable {
    public enum Kind: UInt8, Sendable, CaseIterable {
        /// A block begins. `detail`: ``Block``; `link`: its `leave`. For a class or function: `name`, and ``declaration`` is
        /// itself. For an arm with a condition: ``condition``, and `name` is its text. For `except`: `name` is the text of
        /// what it catches (none: everything), `value` the name after `as`.
        case enter
        /// A block ends. `detail`: ``Block``; `link`: its `enter`.
        case leave
        /// `import a.b as c`. `name`: `a.b`, `value`: `c`. Without `as`, `value` is none and the first part is bound. Flag
        /// ``Flags/continues`` on every name of a statement but its first.
        case importModule
        /// `from ..a import b as c`. `name`: `b`, `value`: `c`, ``linkedName``: `a` (none for `from . import b`), `count`: the
        /// number of dots.
        case importName
        /// `from a import *`. ``linkedName`` and `count` as in ``importName``.
        case importAll
        /// `import_module("a")`, `__import__("a")`. `name`: the literal, none with ``Flags/unresolved`` when it is computed;
        /// `value`: the callee; ``linkedName``: a literal package argument. With a name and ``Flags/unresolved`` the package is
        /// computed.
        case dynamicImport
        /// Something is bound. `detail`: ``Binding``; `form`: of the target; `name`: its dotted text (`x`, `self.x`,
        /// `registry.items` for `registry.items[k]`); ``linkedName``: a literal key of a subscript. What it is bound to:
        /// `valueKind`, `container`, `value`. Flag ``Flags/unresolved``: the target is no dotted name (`f().x = 1`).
        case bind
        /// `del x`. `form`, `name` and ``linkedName`` as in ``bind``.
        case unbind
        /// `global a, b`: one event a name.
        case declareGlobal
        /// `nonlocal a`
        case declareNonlocal
        /// `__all__`. `detail`: ``ExportChange``; `count` names from `list` on in ``FileFacts/lists``. Flag ``Flags/unresolved``: not
        /// only literals, so there may be more.
        case exports
        /// A call. `name`: the callee's dotted text; `value`: the first positional argument that is a literal text
        /// which may name something (no blanks, at most 120 bytes); `count`: positional arguments.
        /// With ``Flags/unresolved`` the callee is no dotted name and `name` is its last attribute (`f().close` gives `close`).
        case call
        /// A dotted name that is read, once for each scope and text, unless the same scope bound it before.
        case use
        /// `return`. `valueKind`, `container`, `value`.
        case `return`
        /// `raise`. `name`: the dotted text of what is raised, or of the callee that makes it.
        case `raise`
        /// `assert`. ``condition`` tells constants.
        case assertion
    }

    public struct Flags: OptionSet, Hashable, Sendable, BitwiseCopyable {
        public let rawValue: UInt16
        @inlinable
        public init(rawValue: UInt16) { self.rawValue = rawValue }

        /// What one file cannot tell; see the kind.
        @inlinable public static var unresolved: Flags { Flags(rawValue: 1) }
        /// Belongs to the statement of the event before it.
        @inlinable public static var continues: Flags { Flags(rawValue: 2) }
        /// The call is awaited.
        @inlinable public static var awaited: Flags { Flags(rawValue: 4) }
        /// The call or use is a decorator.
        @inlinable public static var decorator: Flags { Flags(rawValue: 8) }
        /// The call has `*args` or `**kwargs`.
        @inlinable public static var spread: Flags { Flags(rawValue: 16) }
        /// The call has keyword arguments.
        @inlinable public static var keywords: Flags { Flags(rawValue: 32) }
        /// The use is part of an annotation.
        @inlinable public static var annotation: Flags { Flags(rawValue: 64) }
        /// An `except` that catches ImportError or ModuleNotFoundError, by name, by a base of theirs, or because it catches all.
        @inlinable public static var catchesImportError: Flags { Flags(rawValue: 128) }
        /// The block or loop is asynchronous (`async for`, `async with`).
        @inlinable public static var asynchronous: Flags { Flags(rawValue: 256) }
        /// The value is one of several (`a if c else b`, `a or b`); the event has the first that is known.
        @inlinable public static var oneOfSeveral: Flags { Flags(rawValue: 512) }
    }

    /// What says of which sort the event is, in one word, so that a list can keep each sort once.
    @usableFromInline var head: UInt64
    public var line: UInt32
    /// From 0, in bytes of UTF-8, at most 65,535.
    public var column: UInt16
    public var name: Name
    public var value: Name
    /// The index of the other end of a block, or the start of a list, or a name; see the kind.
    public var link: UInt32
    /// The index of the declaration that the code stands in; ``FileFacts/noIndex`` at module level.
    public var declaration: UInt32

    @inlinable
    public init(_ kind: Kind, line: UInt32, column: Int, declaration: UInt32, name: Name = .none, value: Name = .none) {
        head = UInt64(kind.rawValue)
        self.line = line
        self.column = UInt16(clamping: column)
        self.name = name
        self.value = value
        link = 0
        self.declaration = declaration
    }

    @inlinable
    init(
        head: UInt64, line: UInt32, column: UInt16, name: Name, value: Name, link: UInt32, declaration: UInt32
    ) {
        self.head = head
        self.line = line
        self.column = column
        self.name = name
        self.value = value
        self.link = link
        self.declaration = declaration
    }
}

// MARK: - The fields of the head

extension Event {
    /// Some bits of ``head``.
    @usableFromInline
    struct Field {
        @usableFromInline let shift: UInt64
        @usableFromInline let mask: UInt64

        @inlinable
        init(_ shift: UInt64, _ mask: UInt64) {
            self.shift = shift
            self.mask = mask
        }

        @inlinable static var kind: Field { Field(0, 0x1F) }
        @inlinable static var condition: Field { Field(5, 0x7) }
        @inlinable static var detail: Field { Field(8, 0xFF) }
        @inlinable static var valueKind: Field { Field(16, 0x1F) }
        @inlinable static var form: Field { Field(21, 0x7) }
        @inlinable static var container: Field { Field(24, 0xFF) }
        @inlinable static var flags: Field { Field(32, 0x7FFF) }
        /// In a list: the rest of the event stands in ``EventList/extras``.
        @inlinable static var extra: Field { Field(47, 1) }
        @inlinable static var count: Field { Field(48, 0xFFFF) }
    }

    @inlinable
    subscript(field: Field) -> UInt64 {
        @inline(__always) get { head >> field.shift & field.mask }
        @inline(__always) set { head = head & ~(field.mask << field.shift) | (newValue & field.mask) << field.shift }
    }

    @inlinable
    static func byte(_ word: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: word) }

    @inlinable
    public var kind: Kind { Kind(rawValue: Self.byte(self[.kind])) ?? .use }

    @inlinable
    public var flags: Flags {
        get { Flags(rawValue: UInt16(truncatingIfNeeded: self[.flags])) }
        set { self[.flags] = UInt64(newValue.rawValue) }
    }

    /// At most 65,535.
    @inlinable
    public var count: UInt16 {
        get { UInt16(truncatingIfNeeded: self[.count]) }
        set { self[.count] = UInt64(newValue) }
    }

    /// Of `enter` and `leave`.
    @inlinable
    public var block: Block {
        get { Block(rawValue: Self.byte(self[.detail])) ?? .module }
        set { self[.detail] = UInt64(newValue.rawValue) }
    }

    /// Of `bind`.
    @inlinable
    public var binding: Binding {
        get { Binding(rawValue: Self.byte(self[.detail])) ?? .assignment }
        set { self[.detail] = UInt64(newValue.rawValue) }
    }

    /// Of `exports`.
    @inlinable
    public var exports: ExportChange {
        get { ExportChange(rawValue: Self.byte(self[.detail])) ?? .replace }
        set { self[.detail] = UInt64(newValue.rawValue) }
    }

    @inlinable
    public var form: TargetForm {
        get { TargetForm(rawValue: Self.byte(self[.form])) ?? .name }
        set { self[.form] = UInt64(newValue.rawValue) }
    }

    @inlinable
    public var condition: Condition {
        get { Condition(rawValue: Self.byte(self[.condition])) ?? .unknown }
        set { self[.condition] = UInt64(newValue.rawValue) }
    }

    @inlinable
    public var valueKind: ValueKind {
        get { ValueKind(rawValue: Self.byte(self[.valueKind])) ?? .unresolved }
        set { self[.valueKind] = UInt64(newValue.rawValue) }
    }

    @inlinable
    public var container: ContainerKind {
        get { ContainerKind(rawValue: Self.byte(self[.container])) ?? .none }
        set { self[.container] = UInt64(newValue.rawValue) }
    }

    /// The `count` words of ``FileFacts/lists`` that the event speaks of.
    @inlinable
    public var list: FactList { FactList(start: link, count: UInt32(count)) }

    /// The name in ``link``: the module of `from a import b`, the literal key of `x["k"] = v`; none for kinds whose link is
    /// an index.
    @inlinable
    public var linkedName: Name {
        switch kind {
        case .importName, .importAll, .dynamicImport, .bind, .unbind: Name(rawValue: link)
        default: .none
        }
    }
}

/// What an `enter` event begins. The arms of one statement follow each other inside of the statement's block.
public enum Block: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    case module
    case `class`, function, lambda, comprehension
    /// A statement with arms: the arms are blocks inside of it.
    case ifStatement, tryStatement, forStatement, whileStatement, withStatement, matchStatement
    /// Runs when the condition holds; `elif` is an ``ifStatement`` inside of ``otherwise``.
    case then
    /// Runs when no arm before it did: `else` of `if`, `for` and `while`, and of `try` after a body without exception.
    case otherwise
    /// The body of `try`, `for`, `while`.
    case body
    case except, finally
    /// A case of `match`.
    case `case`
}

/// What is known of an arm's condition.
public enum Condition: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    /// Depends on what runs: both ways are possible.
    case unknown
    case alwaysTrue, alwaysFalse
    /// `if TYPE_CHECKING`: false when the code runs, true for a type checker.
    case typeChecking
    /// `if not TYPE_CHECKING`
    case notTypeChecking
    /// `if __name__ == "__main__"`
    case mainModule
    /// Compares `sys.version_info`, `sys.platform` or `os.name`: decided by the interpreter and machine, see the text.
    case platform
}

/// How something is bound.
public enum Binding: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    /// `x = value`
    case assignment
    /// `x: T = value`
    case annotated
    /// `x: T` without a value, which binds nothing; `value` is then the annotation's text.
    case annotationOnly
    /// `x += value`
    case augmented
    /// The target of `for`, in a statement or a comprehension.
    case loopTarget
    /// `with value as x`
    case contextTarget
    /// `except E as x`; it is unbound when the arm ends.
    case exceptionTarget
    /// `(x := value)`
    case walrus
    /// A capture in a pattern.
    case capture
    /// `type X = value`
    case typeAlias
    /// A type parameter (PEP 695).
    case typeParameter
    /// A parameter of a lambda; those of functions are in ``FileFacts/parameters``.
    case parameter
}

/// The form of a target.
public enum TargetForm: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    /// `x`
    case name
    /// `a.b.x`: `self`, `cls`, a module or any other object.
    case attribute
    /// `a.b[key]`
    case `subscript`
    /// `*x`
    case starred
}

/// What `__all__` is made of.
public enum ExportChange: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    /// `__all__ = [...]`
    case replace
    /// `__all__ += [...]`, `.extend([...])`, `.append("x")`
    case add
    /// `.remove("x")`
    case remove
}
