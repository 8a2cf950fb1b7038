/// What an expression gives, as far as its own text tells.
public enum ValueKind: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    /// No value: a bare `return`, an annotation.
    case none
    /// `None`
    case null
    /// `True`, a number, bytes, `...`
    case constant
    /// A text; `value` is the literal when it may name something: no blanks, at most 120 bytes.
    case string
    /// A dotted name; `value` is its text. What it names is for the code model to find out.
    case reference
    /// A call; `value` is the callee's dotted text.
    case call
    /// `await` of a call; `value` as in ``call``.
    case awaitedCall
    /// A literal or comprehension; `container` says of what kind.
    case container
    /// `lambda`
    case function
    /// One part of an unpacked value: `a, b = pair()`. `value`: the callee or name when there is one.
    case element
    /// Anything else: `a + b`, `f()[0]`.
    case unresolved
}

/// The kind of state that a value or an annotation makes its owner hold. Subclasses and aliases of these types are for the
/// code model to find.
public enum ContainerKind: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    /// Nothing that is known here.
    case none
    case dict, defaultDict, orderedDict, counter, chainMap, weakKeyDictionary, weakValueDictionary
    case list, deque, tuple
    case set, frozenSet, weakSet
    case queue, priorityQueue
    /// Locks, semaphores, conditions and events of `threading` and `asyncio`.
    case lock, semaphore, condition, event
    case contextVar, threadLocal

    /// It maps keys to values and can be changed.
    public var isMapping: Bool {
        switch self {
        case .dict, .defaultDict, .orderedDict, .counter, .chainMap, .weakKeyDictionary, .weakValueDictionary: true
        default: false
        }
    }

    /// The kind for the name of a type, its last part: `OrderedDict` for `collections.OrderedDict`.
    public static func named(_ type: UnsafeBufferPointer<UInt8>) -> ContainerKind {
        // Most names are none of these; the first letter and the length tell without comparing each.
        guard let first = type.first, first < 128, type.count < 32, lengths[Int(first)] >> UInt32(type.count) & 1 != 0
        else { return .none }
        for (text, kind) in known where text.utf8CodeUnitCount == type.count {
            let bytes = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
            if bytes.elementsEqual(type) { return kind }
        }
        return .none
    }

    /// For each first letter the lengths of the names below, as bits.
    private static let lengths: [UInt32] = {
        var lengths = [UInt32](repeating: 0, count: 128)
        for (text, _) in known { lengths[Int(text.utf8Start[0])] |= 1 << UInt32(text.utf8CodeUnitCount) }
        return lengths
    }()
    private static let known: [(StaticString, ContainerKind)] = [
        ("dict", .dict), ("Dict", .dict), ("MutableMapping", .dict), ("Mapping", .dict), ("UserDict", .dict),
        ("defaultdict", .defaultDict), ("DefaultDict", .defaultDict),
        ("OrderedDict", .orderedDict), ("Counter", .counter), ("ChainMap", .chainMap),
        ("WeakKeyDictionary", .weakKeyDictionary), ("WeakValueDictionary", .weakValueDictionary),
        ("list", .list), ("List", .list), ("MutableSequence", .list), ("UserList", .list), ("array", .list),
        ("bytearray", .list), ("deque", .deque), ("Deque", .deque), ("tuple", .tuple), ("Tuple", .tuple),
        ("set", .set), ("Set", .set), ("MutableSet", .set), ("frozenset", .frozenSet), ("FrozenSet", .frozenSet),
        ("WeakSet", .weakSet), ("Queue", .queue), ("SimpleQueue", .queue), ("LifoQueue", .queue),
        ("JoinableQueue", .queue), ("PriorityQueue", .priorityQueue), ("Lock", .lock), ("RLock", .lock),
        ("Semaphore", .semaphore), ("BoundedSemaphore", .semaphore), ("Condition", .condition), ("Event", .event),
        ("ContextVar", .contextVar), ("local", .threadLocal),
    ]
}
