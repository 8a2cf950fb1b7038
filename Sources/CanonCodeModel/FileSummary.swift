internal import CanonFacts

/// What linking needs of a file, gathered in one pass over its events.
///
/// A class so that a lookup that goes from file to file copies nothing. It is written while the model is linked, each by one
/// thread at a time, and never again; so accesses are not checked for others under way, which lookups would pay for.
final class FileSummary: @unchecked Sendable {
    let facts: FileFacts
    @exclusivity(unchecked) var bindings: [NameBinding] = []
    /// Names of the module, by key; each names a range of ``order``.
    @exclusivity(unchecked) var slots: [Slot] = []
    /// Indices of bindings, those of one name together, in the order of the code.
    @exclusivity(unchecked) var order: [UInt32] = []
    @exclusivity(unchecked) var imports: [Import] = []
    @exclusivity(unchecked) var arms: [Arm] = []
    @exclusivity(unchecked) var made: [MadeObject] = []
    /// Names in `__all__`; nil when there is none.
    @exclusivity(unchecked) var exports: [Name]?
    @exclusivity(unchecked) var exportsAreComplete = true
    /// Names come and go in ways that its statements do not show.
    @exclusivity(unchecked) var isDynamic = false
    @exclusivity(unchecked) var hasStarImport = false

    /// What is found out when a question needs it.
    let allChanges = Memo<[StateChange]>()
    let classes = MemoTable<ClassInfo>()
    let decorators = Memo<Set<Name>>()
    let references = Memo<[Reference]>()

    init(facts: FileFacts) { self.facts = facts }

    struct Slot: Sendable {
        var key: TextKey
        var first: UInt32
        var count: UInt32
    }

    func slot(_ key: TextKey) -> Slot? {
        var low = 0
        var high = slots.count
        while low < high {
            let middle = (low + high) / 2
            if slots[middle].key < key { low = middle + 1 } else { high = middle }
        }
        return low < slots.count && slots[low].key == key ? slots[low] : nil
    }

    func bindings(of slot: Slot) -> ArraySlice<UInt32> { order[Int(slot.first)..<Int(slot.first + slot.count)] }

    /// Groups the bindings by name.
    ///
    /// - Parameter pairs: an array to work in, kept from file to file.
    func index(using pairs: inout [(key: TextKey, binding: UInt32)]) {
        pairs.removeAll(keepingCapacity: true)
        for (index, binding) in bindings.enumerated() where binding.kind != .importAll {
            pairs.append((binding.key, UInt32(index)))
        }
        pairs.sort { $0.key == $1.key ? $0.binding < $1.binding : $0.key < $1.key }
        order.reserveCapacity(pairs.count)
        slots.reserveCapacity(pairs.count)
        for pair in pairs {
            if let last = slots.last, last.key == pair.key {
                slots[slots.count - 1].count += 1
            } else {
                slots.append(Slot(key: pair.key, first: UInt32(order.count), count: 1))
            }
            order.append(pair.binding)
        }
    }
}
