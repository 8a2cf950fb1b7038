public import CanonFacts

/// What a class is, beyond what it declares.
public struct ClassTraits: OptionSet, Hashable, Sendable, BitwiseCopyable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// `Protocol` is among its own bases.
    public static let protocolClass = ClassTraits(rawValue: 1)
    /// It has abstract methods, or `ABC` or `ABCMeta` in its own statement.
    public static let abstract = ClassTraits(rawValue: 2)
    public static let enumeration = ClassTraits(rawValue: 4)
    /// `@dataclass`, or `attrs`.
    public static let dataclass = ClassTraits(rawValue: 8)
    public static let exception = ClassTraits(rawValue: 16)
    public static let typedDict = ClassTraits(rawValue: 32)
    public static let namedTuple = ClassTraits(rawValue: 64)
    /// A model that validates its fields (`BaseModel`).
    public static let validatedModel = ClassTraits(rawValue: 128)
    /// A base that is not in the tree and none of the language's own.
    public static let hasUnknownBase = ClassTraits(rawValue: 256)
    /// A base is a mock of `unittest.mock`.
    public static let mock = ClassTraits(rawValue: 512)

    /// What an ancestor hands down.
    static let inherited: ClassTraits = [
        .enumeration, .exception, .typedDict, .namedTuple, .validatedModel, .hasUnknownBase, .mock,
    ]
}

public struct ClassInfo: Sendable {
    /// In the order of the statement.
    public var bases: [Resolution.Target]
    /// Classes of the tree that it inherits from, nearest first.
    public var ancestors: [ObjectID]
    /// Bases outside of the tree, its ancestors' too: `abc.ABC`, `builtins.Exception`.
    public var externalBases: [String]
    public var traits: ClassTraits
}

/// A container that a class, its instances or a module keep, and who changes it.
public struct OwnedState: Sendable {
    public var name: String
    public var fact: CanonFacts.StateFact
    /// Functions and methods that put something in.
    public var adders: [ObjectID]
    /// Those that take something out.
    public var removers: [ObjectID]
}

/// What part an object plays, told from facts.
public enum ObjectRole: String, Sendable, CaseIterable {
    case implementation
    case enumeration = "enum"
    case protocolType = "protocol"
    case validator, factory, adapter, data, exception, mock
    case function, instance, alias
}

/// What a call of a function accepts.
public struct Signature: Hashable, Sendable {
    public struct Parameter: Hashable, Sendable {
        public var name: String
        public var kind: CanonFacts.Parameter.Kind
        /// Empty when there is none.
        public var annotation: String
        public var hasDefault: Bool
    }

    /// Of a method without the receiver.
    public var parameters: [Parameter]
    public var isAsync: Bool
    public var isStatic: Bool
    public var isClassMethod: Bool
    public var isProperty: Bool
    /// The annotation, empty when there is none.
    public var returns: String

    /// Takes nothing, and says nothing of what it gives back.
    public static let empty = Signature(
        parameters: [], isAsync: false, isStatic: false, isClassMethod: false, isProperty: false, returns: "")
}

/// A class whose instances a function gives back.
public struct Product: Hashable, Sendable {
    public enum Evidence: Sendable {
        /// `return Class(…)`, or through a variable.
        case constructed
        /// `-> Class`
        case annotated
        /// `return other(…)`, and that gives it.
        case forwarded
    }

    public var object: ObjectID
    public var evidence: Evidence
    public var line: UInt32
}

/// Where a function that does nothing else passes its call on to.
public struct ForwardTarget: Hashable, Sendable {
    /// nil when it is not known: `self.inner.send`.
    public var object: ObjectID?
    /// As it is written.
    public var callee: String
    public var line: UInt32
}
