/// A variable of a module, a class or an instance: a place where something is kept.
///
/// Taken from the bindings of the stream, once for each owner and name, so that rules about owned state need not replay it.
public struct StateFact: Hashable, Sendable, BitwiseCopyable {
    public enum Owner: UInt8, Sendable, CaseIterable {
        case module
        /// Bound in a class body: shared by the instances.
        case `class`
        /// Bound through the first parameter of a method: `self.x`.
        case instance
        /// Bound on the class from within: `cls.x` in a class method, `ClassName.x` anywhere in the file.
        case classFromMethod
    }

    public struct Flags: OptionSet, Hashable, Sendable, BitwiseCopyable {
        public let rawValue: UInt8
        @inlinable
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// A function rebinds it (`global x`, `cls.x = ...`): it is set while the program runs.
        @inlinable public static var setByFunction: Flags { Flags(rawValue: 1) }
        /// Bound to `None` somewhere and to something else elsewhere: set on first use.
        @inlinable public static var startsEmpty: Flags { Flags(rawValue: 2) }
        /// Annotated `Final`, or a module's name in capitals.
        @inlinable public static var isConstant: Flags { Flags(rawValue: 4) }
        /// Annotated `ClassVar`.
        @inlinable public static var isClassVariable: Flags { Flags(rawValue: 8) }
        /// It has an annotation without a value only.
        @inlinable public static var isDeclaredOnly: Flags { Flags(rawValue: 16) }
    }

    var ownerByte: UInt8
    var containerByte: UInt8
    var valueKindByte: UInt8
    public var flags: Flags
    public var name: Name
    /// The text of its annotation.
    public var annotation: Name
    /// The callee or dotted name that it is bound to.
    public var value: Name
    /// The index of the class declaration; ``FileFacts/noIndex`` for a module's state.
    public var declaration: UInt32
    /// Of the first binding.
    public var line: UInt32

    public init(owner: Owner, name: Name, declaration: UInt32, line: UInt32) {
        ownerByte = owner.rawValue
        containerByte = 0
        valueKindByte = 0
        flags = []
        self.name = name
        annotation = .none
        value = .none
        self.declaration = declaration
        self.line = line
    }

    public var owner: Owner { Owner(rawValue: ownerByte) ?? .module }

    /// What it holds: from the first value or annotation that tells.
    public var container: ContainerKind {
        get { ContainerKind(rawValue: containerByte) ?? .none }
        set { containerByte = newValue.rawValue }
    }

    public var valueKind: ValueKind {
        get { ValueKind(rawValue: valueKindByte) ?? .unresolved }
        set { valueKindByte = newValue.rawValue }
    }
}
