/// What made an object.
public enum ObjectKind: UInt8, Sendable {
    case `class`
    case function, asyncFunction
    case method, asyncMethod
    /// `X = NewType("X", str)`
    case newType
    case namedTuple, typedDict, enumeration
    /// `type X = …`
    case typeAlias
    /// `manager = Manager()` in a module.
    case instance

    public var isFunction: Bool {
        switch self {
        case .function, .asyncFunction, .method, .asyncMethod: true
        default: false
        }
    }

    public var isMethod: Bool { self == .method || self == .asyncMethod }
}

/// What a module's assignment makes.
struct MadeObject: Sendable {
    var kind: ObjectKind
    /// In the bindings of the file.
    var binding: UInt32
}
