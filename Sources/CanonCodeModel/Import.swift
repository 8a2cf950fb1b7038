public import CanonFacts

/// One name of an import statement, or a call of `import_module` with a literal, in any scope of a file.
public struct Import: Sendable, BitwiseCopyable {
    public enum Kind: UInt8, Sendable, BitwiseCopyable {
        /// `import a.b`
        case module
        /// `from a import b`
        case name
        /// `from a import *`
        case all
        /// `import_module("a.b")`
        case dynamic
    }

    public internal(set) var kind: Kind
    /// Its event in the file's facts.
    public internal(set) var event: UInt32
    /// From 1.
    public internal(set) var line: UInt32
    /// The declaration around it; `FileFacts.noIndex` at module level.
    public internal(set) var scope: UInt32
    public internal(set) var arm: UInt32
    public internal(set) var context: ArmContext
    var link = Link.unresolved(.notLinked)
    /// The module that the statement names, where it is in the tree. Of `from a import b` that is `a`.
    var fromRaw = FileFacts.noIndex

    public var from: ModuleID? { fromRaw == FileFacts.noIndex ? nil : ModuleID(rawValue: fromRaw) }

    /// What the statement gives.
    public var target: ImportTarget { link.importTarget }
}

/// What an import gives.
public enum ImportTarget: Hashable, Sendable {
    case module(ModuleID)
    case object(ObjectID)
    /// A name of that file that holds something else: a constant, a value that is computed.
    case variable(FileID)
    /// Not in the tree.
    case external
    /// Where it should be in the tree, there is no such thing; ``CodeModel/missing(of:in:)`` tells what.
    case missing
    case unresolved(Unresolved)
}

/// Why it cannot be told what a name stands for.
public enum Unresolved: UInt8, Hashable, Sendable, BitwiseCopyable {
    /// The module computes names: `__getattr__`, `globals()[…]`.
    case dynamicModule
    /// It may come from a star import of a module outside of the tree.
    case starImport
    /// Names that stand for each other in a circle.
    case cycle
    /// A parameter or a variable of a function.
    case local
    /// An attribute of a value of which nothing is known.
    case attribute
    /// An argument that is computed.
    case computed
    /// Not a name of the scope and none of the language's own.
    case unknownName
    /// Not asked yet.
    case notLinked
}

/// A module that imports another.
public struct ImportEdge: Hashable, Sendable {
    public var from: FileID
    /// In ``CodeModel/imports(in:)`` of that file.
    public var index: UInt32
    public var line: UInt32
    public var context: ArmContext
}

/// A place where a file gets an object of another one.
public struct Consumer: Hashable, Sendable {
    public var file: FileID
    public var line: UInt32
    /// In the file's facts: the import, or the use of `module.Name`.
    public var event: UInt32
    /// The path that it used: the module from which it takes the name.
    public var module: ModuleID
    /// The name under which that module has it, as `Name` of the consumer's facts: of `module.Name` the dotted text.
    public var name: Name
    public var context: ArmContext
}

/// The answer to "what is this name", in eight bytes and without references.
enum Link: Hashable, Sendable, BitwiseCopyable {
    case object(ObjectID)
    case module(UInt32)
    /// A binding of a file.
    case variable(file: UInt32, binding: UInt32)
    /// Something outside of the tree, that an import of a file names.
    case external(file: UInt32, event: UInt32)
    /// The module that lacks it; `ModuleTree.none`: nothing of the roots.
    case missing(module: UInt32)
    /// A name of the language itself.
    case builtin
    case unresolved(Unresolved)

    var importTarget: ImportTarget {
        switch self {
        case .object(let object): .object(object)
        case .module(let module): .module(ModuleID(rawValue: module))
        case .variable(let file, _): .variable(FileID(rawValue: file))
        case .external, .builtin: .external
        case .missing: .missing
        case .unresolved(let reason): .unresolved(reason)
        }
    }
}
