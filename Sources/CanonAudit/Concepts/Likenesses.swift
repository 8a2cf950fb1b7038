public import CanonCodeModel
public import CanonFacts

/// How much two classes do the same.
public struct Likeness: Sendable, Equatable {
    /// `first < second`.
    public var first: ObjectID
    public var second: ObjectID
    /// The share of public methods that both have of those that one of them has (Jaccard), 0 to 1. Methods that a common
    /// ancestor declares are the interface of both and left out.
    public var methodOverlap: Double
    public var sharedMethods: [String]
    public var stateKinds: StateKinds
    /// Lines of methods whose bodies are the same but for names, numbers and texts.
    public var clonedLines: Int

    public static let leastOverlap = 0.5
    public static let leastClonedLines = 30

    /// Two implementations of one thing: similar methods over the same kind of state, or copied code.
    public var isSecondImplementation: Bool {
        (methodOverlap >= Self.leastOverlap && !stateKinds.isEmpty) || clonedLines >= Self.leastClonedLines
    }

    public func other(than object: ObjectID) -> ObjectID { object == first ? second : first }
}

/// Kinds of containers that a class owns and changes.
public struct StateKinds: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let mapping = StateKinds(rawValue: 1)
    public static let sequence = StateKinds(rawValue: 2)
    public static let set = StateKinds(rawValue: 4)
    public static let queue = StateKinds(rawValue: 8)

    public init(_ container: ContainerKind) {
        switch container {
        case .dict, .defaultDict, .orderedDict, .counter, .chainMap, .weakKeyDictionary, .weakValueDictionary:
            self = .mapping
        case .list, .deque: self = .sequence
        case .set, .weakSet: self = .set
        case .queue, .priorityQueue: self = .queue
        case .none, .tuple, .frozenSet, .lock, .semaphore, .condition, .event, .contextVar, .threadLocal: self = []
        }
    }

    public var words: String {
        var words: [String] = []
        if contains(.mapping) { words.append("a mapping") }
        if contains(.sequence) { words.append("a sequence") }
        if contains(.set) { words.append("a set") }
        if contains(.queue) { words.append("a queue") }
        return words.joined(separator: " and ")
    }
}

/// The pairs of live classes that are alike. Names of classes play no part.
///
/// Left out are what is meant to be alike: subclasses of each other, protocols, abstract classes, enums, records.
/// Pairs are found without comparing all with all: sets with a Jaccard similarity of at least one half share one of the rarer
/// half of their elements (prefix filtering, Chaudhuri, Ganti and Kaushik, ICDE 2006).
public struct Likenesses: Sendable {
    public let pairs: [Likeness]
    private let byObject: [ObjectID: [Int]]

    /// Classes with fewer methods of their own are alike by chance.
    static let leastMethods = 3

    public func of(_ object: ObjectID) -> [Likeness] { (byObject[object] ?? []).map { pairs[$0] } }

    init(model: CodeModel, live: [FileID]) {
        let shapes = Parallel.map(live.count, jobs: model.options.jobs) { index in
            model.classes(in: live[index]).compactMap { ClassShape(of: $0, in: model) }
        }
        var finder = LikenessFinder(shapes: Array(shapes.joined()))
        pairs = finder.pairs(model)
        var byObject: [ObjectID: [Int]] = [:]
        for (index, pair) in pairs.enumerated() {
            byObject[pair.first, default: []].append(index)
            byObject[pair.second, default: []].append(index)
        }
        self.byObject = byObject
    }
}

/// What is compared of one class.
struct ClassShape: Sendable {
    var object: ObjectID
    /// Hashes of the names of the public methods in its body, each once, sorted.
    var methods: [UInt64]
    /// Hashes of method bodies that are long enough to tell something, with their lines.
    var bodies: [(shape: UInt64, lines: Int)]
    var state: StateKinds

    /// Shorter bodies are the same in many places.
    private static let leastTokens: UInt32 = 24
    private static let excluded: ClassTraits = [
        .protocolClass, .abstract, .enumeration, .dataclass, .exception, .typedDict, .namedTuple, .validatedModel,
        .mock,
    ]

    /// Nil for a class that is not compared.
    init?(of object: ObjectID, in model: CodeModel) {
        guard !model.isNestedInFunction(object) else { return nil }
        var methods: [UInt64] = []
        var bodies: [(shape: UInt64, lines: Int)] = []
        for method in model.methods(of: object) {
            guard let declaration = model.declaration(of: method) else { continue }
            let facts = model.files[Int(method.file.rawValue)].facts
            let isPublic = facts.names.withUTF8(of: declaration.name) { $0.first != UInt8(ascii: "_") }
            if declaration.tokenCount >= Self.leastTokens {
                bodies.append((declaration.shapeHash, model.codeLines(of: method)))
            }
            guard isPublic, declaration.flags.isDisjoint(with: [.isStub, .isUnlisted]) else { continue }
            methods.append(facts.names.withUTF8(of: declaration.name) { ContentHash.of(UnsafeRawBufferPointer($0)) })
        }
        methods.sort()
        self.methods = methods.indices.filter { $0 == 0 || methods[$0] != methods[$0 - 1] }.map { methods[$0] }
        let lines = bodies.reduce(0) { $0 + $1.lines }
        guard self.methods.count >= Likenesses.leastMethods || lines >= Likeness.leastClonedLines else { return nil }
        guard model.classInfo(of: object).traits.isDisjoint(with: Self.excluded) else { return nil }
        self.object = object
        self.bodies = bodies
        state = model.state(of: object).reduce(into: []) { kinds, item in
            if !item.adders.isEmpty || !item.removers.isEmpty { kinds.formUnion(StateKinds(item.fact.container)) }
        }
    }
}
