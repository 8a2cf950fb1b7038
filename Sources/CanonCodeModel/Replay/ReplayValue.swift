internal import CanonFacts

/// What a name holds while a program is replayed.
enum Value {
    case unknown
    /// `None`
    case null
    /// A value of the language's own of which no more is known: a number, a text, a container.
    case plain
    /// Something outside of the tree, by its dotted name.
    case external(String)
    /// A module of the tree, in ``Interpreter/loaded``.
    case module(Int)
    case thing(Thing)
    /// A method taken from an instance or a class.
    indirect case method(Thing, receiver: Value)
    /// `super()` in a method.
    indirect case parent(of: Thing, receiver: Value)

    /// Whether it tells more than "something".
    var isKnown: Bool {
        switch self {
        case .module, .thing, .method, .parent: true
        case .unknown, .null, .plain, .external: false
        }
    }

    /// Whether two values are as good as each other: the same, or instances of one class.
    func isLike(_ other: Value) -> Bool {
        switch (self, other) {
        case (.thing(let a), .thing(let b)):
            a === b || (a.kind == .instance && b.kind == .instance && a.owner === b.owner)
        case (.module(let a), .module(let b)): a == b
        case (.method(let a, _), .method(let b, _)): a === b
        default: !isKnown && !other.isKnown
        }
    }

    /// A class itself, or the class of an instance.
    var kindIdentity: ObjectIdentifier? {
        guard case .thing(let thing) = self else { return nil }
        return ObjectIdentifier(thing.kind == .instance ? thing.owner ?? thing : thing)
    }

    var type: Thing? {
        if case .thing(let thing) = self, thing.kind == .class { thing } else { nil }
    }
}

/// A value, and the statement that put it there.
struct Cell {
    var value: Value
    /// In ``Interpreter/origins``; -1: none.
    var origin: Int32
}

/// The statement that gave a name its value.
struct Origin {
    var file: UInt32
    var event: UInt32
    /// Of the name that it was taken from.
    var previous: Int32
}

/// A class, function or instance that exists while the program runs.
final class Thing {
    enum Kind { case `class`, function, instance }

    let kind: Kind
    /// The code that made it.
    let code: FileCode
    /// Its declaration; of an instance, its class's.
    let declaration: UInt32
    /// The module in whose namespace its code runs.
    let module: Int
    /// Where its code finds names.
    let scope: Scope?
    /// Of an instance its class, of a method the class in whose body it stands.
    var owner: Thing?
    var bases: [Value] = []
    /// Of a class: itself and what it inherits from, in the order in which names are looked for.
    private(set) lazy var lineage: [Thing] = {
        var seen: Set<ObjectIdentifier> = []
        var lines: [Thing] = []
        var open: [Thing] = [self]
        // Depth first, from the left; of a class that comes twice the later place counts.
        while let next = open.popLast() {
            guard lines.count < 4_096 else { break }
            lines.append(next)
            open.append(contentsOf: next.bases.compactMap(\.type).filter { $0 !== next }.reversed())
        }
        return lines.reversed().filter { seen.insert(ObjectIdentifier($0)).inserted }.reversed()
    }()
    var attributes: [TextKey: Cell] = [:]

    init(kind: Kind, code: FileCode, declaration: UInt32, module: Int, scope: Scope?, owner: Thing?) {
        self.kind = kind
        self.code = code
        self.declaration = declaration
        self.module = module
        self.scope = scope
        self.owner = owner
    }

    var object: ObjectID { ObjectID(file: FileID(rawValue: code.file), index: declaration) }
}

/// The names of a function's call, a class body or a module.
final class Scope {
    enum Kind { case module, `class`, function }

    let kind: Kind
    let parent: Scope?
    var names: [TextKey: Cell] = [:]
    /// Names of a function that are the module's.
    var globals: Set<TextKey> = []

    init(_ kind: Kind, parent: Scope?) {
        self.kind = kind
        self.parent = parent
    }
}

/// How the calls of a function went so far.
struct CallHistory {
    struct Key: Hashable {
        var function: ObjectIdentifier
        /// A class that is called on, or the class of an instance.
        var receiver: ObjectIdentifier?
    }

    /// Calls in a row in which no module was loaded, no import failed, and that gave the same kind of value.
    var quiet = 0
    var value = Value.unknown

    /// From then on a call is taken as having gone like the ones before: of a function that is called a thousand times while a
    /// program starts, the later calls import nothing new.
    static let enough = 2
}

/// The facts of a file that runs, and what is asked of them again and again.
final class FileCode {
    let file: UInt32
    let facts: FileFacts
    private var parts: [[TextKey]?]

    init(file: UInt32, facts: FileFacts) {
        self.file = file
        self.facts = facts
        parts = Array(repeating: nil, count: facts.names.count)
    }

    /// The keys of the parts of a dotted name.
    func parts(of name: Name) -> [TextKey] {
        if let known = parts[Int(name.rawValue)] { return known }
        let keys = facts.names.partKeys(of: name)
        parts[Int(name.rawValue)] = keys
        return keys
    }

    func key(of name: Name) -> TextKey { facts.names.key(of: name) }
}

/// A module of the tree that was imported.
struct LoadedModule {
    enum State { case running, loaded, failed }

    let name: String
    let node: UInt32
    /// Where its submodules are looked for; empty for a module that is no package.
    let folders: [UInt32]
    let code: FileCode?
    let scope: Scope
    var state = State.running
    /// Its import stands in an arm that may not run.
    var isDoubtful = false
    /// What `__all__` holds.
    var exports: [TextKey]?
    /// Names come from somewhere that is not seen here.
    var isOpen = false
}

/// Why code does not go on to its next statement.
enum Completion {
    case normal
    case returned
    case raised(Raised)
    /// The place to stop at is reached.
    case stopped
}

/// An exception.
struct Raised {
    enum Kind {
        case importError, attributeError, syntaxError
        /// By the last part of the name of its class.
        case named(String, Thing?)
        case unknown
    }

    var kind: Kind
    var file: UInt32
    var line: UInt32
    var text: String
}
