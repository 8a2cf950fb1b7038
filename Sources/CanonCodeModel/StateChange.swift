internal import CanonFacts

/// A place in a function that puts something into a container or takes something out, told by the name alone.
struct StateChange: Sendable, BitwiseCopyable {
    var event: UInt32
    /// The declaration whose code it is.
    var function: UInt32
    var root: TextKey
    /// The part behind the root, `items` of `self.items.pop()`; 0 when there is none.
    var attribute: TextKey
    var isRemoval: Bool

    var isOfReceiver: Bool { attribute != 0 }
}

extension StateChange {
    /// All of a file, in the order of the events.
    static func all(in facts: FileFacts) -> [StateChange] {
        var changes: [StateChange] = []
        let names = facts.names
        var methods = [Method](repeating: .unknown, count: names.count)
        for (index, event) in facts.events.selecting([.bind, .unbind, .call]) {
            guard event.declaration != FileFacts.noIndex else { continue }
            let isRemoval: Bool
            var dropped = 0
            switch event.kind {
            case .call:
                guard !event.flags.contains(.unresolved) else { continue }
                let place = Int(event.name.rawValue)
                if methods[place] == .unknown { methods[place] = Method(ofCallee: event.name, in: names) }
                guard methods[place] != .neither else { continue }
                isRemoval = methods[place] == .removes
                dropped = 1
            default:
                guard event.form == .subscript else { continue }
                isRemoval = event.kind == .unbind
            }
            guard let (root, attribute) = owner(event.name, in: names, dropping: dropped) else { continue }
            changes.append(
                StateChange(
                    event: UInt32(index), function: event.declaration, root: root, attribute: attribute,
                    isRemoval: isRemoval))
        }
        return changes
    }

    /// The container that a text begins with: one part, or two; nil when it has more.
    ///
    /// - Parameter dropping: how many parts at the end name something else.
    private static func owner(
        _ name: Name, in names: NameTable, dropping dropped: Int
    ) -> (root: TextKey, attribute: TextKey)? {
        var keys: (TextKey, TextKey, TextKey) = (0, 0, 0)
        var count = 0
        names.forEachPart(of: name) { key in
            switch count {
            case 0: keys.0 = key
            case 1: keys.1 = key
            default: keys.2 = key
            }
            count += 1
            return count <= 3
        }
        switch count - dropped {
        case 1: return (keys.0, 0)
        case 2: return (keys.0, keys.1)
        default: return nil
        }
    }

    /// What the method of a callee does to a container.
    private enum Method: UInt8 {
        case unknown, neither, adds, removes

        init(ofCallee name: Name, in names: NameTable) {
            self = .neither
            guard names.hasDot(name) else { return }
            let word = Self.words[names.lastKey(of: name)]
            if word != 0 { self = Method(rawValue: word) ?? .neither }
        }

        private static let words = WordTable([
            Method.adds.rawValue:
                "add append appendleft extend insert put put_nowait setdefault update __setitem__ formUnion merge updateValue",
            Method.removes.rawValue: """
            clear discard get_nowait pop popitem popleft remove __delitem__ popFirst popLast removeAll removeFirst \
            removeLast removeValue subtract
            """,
        ])
    }
}

extension FileSummary {
    /// Those of a range of events.
    func changes(in range: Range<Int>) -> ArraySlice<StateChange> {
        let changes = allChanges.value { StateChange.all(in: facts) }
        func first(from event: Int) -> Int {
            var low = 0
            var high = changes.count
            while low < high {
                let middle = (low + high) / 2
                if Int(changes[middle].event) < event { low = middle + 1 } else { high = middle }
            }
            return low
        }
        return changes[first(from: range.lowerBound)..<first(from: range.upperBound)]
    }
}
