/// What a dotted name stands for, and how one gets there.
public struct Resolution: Sendable {
    public enum Target: Hashable, Sendable {
        case object(ObjectID)
        case module(ModuleID)
        /// A name that holds no object of the model: a constant, a computed value. The place of its binding.
        case variable(Place)
        /// Not in the tree: the dotted name there.
        case external(String)
        case missing(Missing)
        case unresolved(Unresolved)
    }

    public var target: Target
    /// From the first statement that had to be looked at to the one that makes the object.
    public var hops: [Hop]

    public var object: ObjectID? {
        if case .object(let object) = target { object } else { nil }
    }

    public var module: ModuleID? {
        if case .module(let module) = target { module } else { nil }
    }
}

/// Which part of a dotted name is not there.
public struct Missing: Hashable, Sendable {
    /// The module that lacks it; nil: none of the search roots has it.
    public var module: ModuleID?
    public var part: String
}

/// One statement on the way from a name to what it stands for.
public struct Hop: Hashable, Sendable {
    public var file: FileID
    public var event: UInt32
    public var line: UInt32

    public init(file: FileID, event: UInt32, line: UInt32) {
        self.file = file
        self.event = event
        self.line = line
    }
}
