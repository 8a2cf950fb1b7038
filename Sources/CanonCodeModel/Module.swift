/// A module, a package (a folder with `__init__.py`) or a namespace package (a folder without, PEP 420).
public struct Module: Sendable {
    public enum Kind: UInt8, Sendable {
        case package, module, namespace
    }

    /// With dots, from the nearest search root: `pkg.mod`. The tree itself is the module with the empty name.
    public var name: String
    public var kind: Kind
    /// The folder that it lies in, nil for the tree itself.
    public var parent: ModuleID?
    /// What holds its code: for a package its `__init__.py`, nil for a namespace package.
    public var file: FileID?
    /// The last part of the name.
    public var component: String
    /// Absolute imports may start below this folder.
    public var isSearchRoot = false
    /// A file of the same name in the same folder comes first: no import finds this one.
    public var isHidden = false
}

/// Two files that one name stands for.
public struct ModuleClash: Hashable, Sendable {
    public var name: String
    /// What an import finds.
    public var kept: FileID
    public var hidden: FileID
}
