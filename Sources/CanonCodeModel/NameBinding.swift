public import CanonFacts

/// A statement that binds, or unbinds, a name of a module.
public struct NameBinding: Sendable, BitwiseCopyable {
    public enum Kind: UInt8, Sendable, BitwiseCopyable {
        case `class`, function
        case importModule, importName, importAll
        /// A dotted name: an alias when that names an object. The event's `value` is its text.
        case reference
        /// Any other value.
        case value
        case deletion
    }

    /// The name, of the file's table. `import a.b` binds `a`, and the name is `a.b`; `import *` has none.
    public internal(set) var name: Name
    /// Its event in the file's facts.
    public internal(set) var event: UInt32
    /// The innermost arm of a statement around it, numbered in the file; `FileFacts.noIndex` when there is none.
    public internal(set) var arm: UInt32
    /// Of the declaration, in ``CodeModel/imports(in:)``, or of a value that counts the ``ObjectID/index`` of what it makes;
    /// else `FileFacts.noIndex`.
    public internal(set) var index: UInt32
    public internal(set) var context: ArmContext
    public internal(set) var kind: Kind
    /// A conditional value that stands for "nothing": `None`, a constant.
    var isPlaceholder = false
    var key: TextKey
}

/// What `__all__` names.
public struct Exports: Sendable {
    public var names: [String]
    /// Nothing was computed: these are all.
    public var isComplete: Bool
}
