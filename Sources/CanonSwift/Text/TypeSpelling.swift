internal import CanonFacts
internal import SwiftSyntax

/// A type as facts spell it: `Dictionary[UserID, Array[Connection]]` for `[UserID: [Connection]]`, `Optional[T]` for `T?`, and
/// `any`, `some`, attributes and ownership left away.
struct TypeSpelling {
    /// Empty when the type has no name of its own: a tuple, a function.
    var text: String
    var container = ContainerKind.none

    init(_ type: TypeSyntax) {
        text = Self.text(type)
        container = Self.container(type)
        // A box of a container is the container with a lock or an owner: `Mutex<[Key: Value]>`.
        if container == .none, let inner = Self.boxed(type) {
            text = Self.text(inner)
            container = Self.container(inner)
        }
    }

    static func text(_ type: TypeSyntax) -> String {
        switch type.as(TypeSyntaxEnum.self) {
        case .identifierType(let type): type.name.text + arguments(type.genericArgumentClause)
        case .memberType(let type):
            text(type.baseType) + "." + type.name.text + arguments(type.genericArgumentClause)
        case .arrayType(let type): "Array[\(text(type.element))]"
        case .dictionaryType(let type): "Dictionary[\(text(type.key)), \(text(type.value))]"
        case .optionalType(let type): "Optional[\(text(type.wrappedType))]"
        case .implicitlyUnwrappedOptionalType(let type): "Optional[\(text(type.wrappedType))]"
        case .someOrAnyType(let type): text(type.constraint)
        case .attributedType(let type): text(type.baseType)
        case .metatypeType(let type): "Type[\(text(type.baseType))]"
        case .tupleType(let type) where type.elements.count == 1 && type.elements.first?.firstName == nil:
            text(type.elements.first!.type)
        default: ""
        }
    }

    private static func arguments(_ clause: GenericArgumentClauseSyntax?) -> String {
        guard let clause else { return "" }
        let texts = clause.arguments.map { argument -> String in
            if case .type(let type) = argument.argument { return text(type) }
            return ""
        }
        return "[" + texts.joined(separator: ", ") + "]"
    }

    private static func container(_ type: TypeSyntax) -> ContainerKind {
        switch type.as(TypeSyntaxEnum.self) {
        case .arrayType: return .list
        case .dictionaryType(let type): return mapping(to: type.value)
        case .optionalType(let type): return container(type.wrappedType)
        case .attributedType(let type): return container(type.baseType)
        case .identifierType(let type): return named(type.name.text, type.genericArgumentClause)
        case .memberType(let type): return named(type.name.text, type.genericArgumentClause)
        default: return .none
        }
    }

    private static func named(_ name: String, _ arguments: GenericArgumentClauseSyntax?) -> ContainerKind {
        switch name {
        case "Dictionary", "OrderedDictionary", "TreeDictionary":
            guard let last = arguments?.arguments.last, case .type(let value) = last.argument else { return .dict }
            return mapping(to: value)
        case "NSMutableDictionary", "NSMapTable", "NSCache": return .dict
        case "Array", "ContiguousArray", "NSMutableArray": return .list
        case "Deque", "CircularBuffer": return .deque
        case "Set", "OrderedSet", "TreeSet", "NSMutableSet", "NSHashTable": return .set
        case "Heap", "PriorityQueue": return .priorityQueue
        case "NSLock", "NSRecursiveLock", "NIOLock": return .lock
        case "TaskLocal": return .contextVar
        default: return .none
        }
    }

    /// A mapping to numbers counts.
    private static func mapping(to value: TypeSyntax) -> ContainerKind {
        let numbers: Set<String> = [
            "Int", "Int8", "Int16", "Int32", "Int64", "UInt", "UInt8", "UInt16", "UInt32", "UInt64", "Double", "Float",
        ]
        return numbers.contains(text(value)) ? .counter : .dict
    }

    private static func boxed(_ type: TypeSyntax) -> TypeSyntax? {
        guard let box = type.as(IdentifierTypeSyntax.self), Box.names.contains(box.name.text),
            let argument = box.genericArgumentClause?.arguments.first, case .type(let inner) = argument.argument
        else { return nil }
        return inner
    }
}

/// Types that hold one value for somebody: who has the box has the value.
enum Box {
    static let names: Set<String> = [
        "Mutex", "NIOLockedValueBox", "NIOLoopBoundBox", "NIOLoopBound", "OSAllocatedUnfairLock", "Atomic",
        "Synchronized",
        "ManagedBuffer", "LockIsolated", "Protected",
    ]
}
