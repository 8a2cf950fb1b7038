/// Which member of an entry holds which field: the paths of all of them as one tree of keys, so that an entry is scanned once
/// and whatever stands on no path is skipped.
final class FieldMap: @unchecked Sendable {
    /// One level of an entry: an open hash table of the keys that matter there.
    private struct Node {
        var slots: UnsafeMutablePointer<Slot>
        var mask: Int
    }

    /// A key, and what to do with its value. Without references, because it is looked at for each member of each entry.
    struct Slot {
        fileprivate var key = 0
        fileprivate var length = 0
        fileprivate var hash: UInt64 = 0
        /// What a value of this key is taken for; nil for a key that only leads further.
        fileprivate(set) var field: Field?
        fileprivate(set) var rank: UInt16 = 0
        /// The level below; -1 when there is none.
        fileprivate(set) var child = -1
        /// The member holds entries, not a part of one.
        fileprivate(set) var isCollection = false
    }

    // Written by the initialiser only, which makes the class safe to share.
    private let nodes: UnsafeMutablePointer<Node>
    private let nodeCount: Int
    private let keys: UnsafeMutablePointer<UInt8>

    /// A place to look for a field: keys from the outside in. The lowest rank is looked at first.
    struct Path {
        var field: Field
        var rank: UInt16
        var keys: [String]
    }

    /// - Parameters:
    ///   - paths: of two that are the same the first counts.
    ///   - collections: keys of a document's object whose members are entries.
    init(paths: [Path], collections: [String]) {
        var tree = Tree()
        for path in paths { tree.add(path.keys, field: path.field, rank: path.rank) }
        for key in collections { tree.addCollection(key) }
        // A key is read eight bytes at a time.
        keys = .allocate(capacity: tree.keys.count + 8)
        keys.initialize(repeating: 0, count: tree.keys.count + 8)
        keys.update(from: tree.keys, count: tree.keys.count)
        nodeCount = tree.levels.count
        nodes = .allocate(capacity: nodeCount)
        for (index, level) in tree.levels.enumerated() { (nodes + index).initialize(to: Self.node(level, keys: keys)) }
    }

    deinit {
        for index in 0..<nodeCount { nodes[index].slots.deallocate() }
        nodes.deallocate()
        keys.deallocate()
    }

    /// The slot of the key at `key`, in the level `node`. At least eight bytes behind the key can be read.
    @inline(__always)
    func slot(_ node: Int, key: UnsafePointer<UInt8>, length: Int) -> Slot? {
        let hash = Self.hash(key, length)
        let node = nodes[node]
        var at = Int(truncatingIfNeeded: hash >> 32) & node.mask
        while node.slots[at].hash != 0 {
            if node.slots[at].hash == hash, node.slots[at].length == length,
                length <= 8 || bytesCompare(keys + node.slots[at].key, key, length) == 0
            {
                return node.slots[at]
            }
            at = (at + 1) & node.mask
        }
        return nil
    }

    private static func node(_ slots: [Slot], keys: UnsafeMutablePointer<UInt8>) -> Node {
        var size = 8
        while size < slots.count * 3 { size *= 2 }
        let node = Node(slots: .allocate(capacity: size), mask: size - 1)
        node.slots.initialize(repeating: Slot(), count: size)
        for var slot in slots {
            slot.hash = hash(keys + slot.key, slot.length)
            var at = Int(truncatingIfNeeded: slot.hash >> 32) & node.mask
            while node.slots[at].hash != 0 { at = (at + 1) & node.mask }
            node.slots[at] = slot
        }
        return node
    }

    /// Different for keys of up to eight bytes. Never 0, which marks a free slot.
    @inline(__always)
    private static func hash(_ key: UnsafePointer<UInt8>, _ length: Int) -> UInt64 {
        var word = UnsafeRawPointer(key).loadUnaligned(as: UInt64.self).littleEndian
        if length < 8 { word &= (1 << UInt64(length * 8)) - 1 }
        return mixed(word, length)
    }

    @inline(__always)
    private static func mixed(_ word: UInt64, _ length: Int) -> UInt64 {
        // Odd multipliers and shifts lose nothing, so that equal hashes of equal lengths are equal words.
        let product = (word ^ UInt64(truncatingIfNeeded: length) &* 0xD6E8_FEB8_6659_FD93) &* 0x9E37_79B9_7F4A_7C15
        let hash = product ^ (product >> 29)
        return hash == 0 ? 1 : hash
    }

    /// The map in the making.
    private struct Tree {
        var levels: [[Slot]] = [[]]
        var keys: [UInt8] = []

        mutating func add(_ path: [String], field: Field, rank: UInt16) {
            var level = 0
            for (index, key) in path.enumerated() {
                let slot = place(of: key, in: level)
                if index == path.count - 1 {
                    guard levels[level][slot].field == nil else { return }
                    levels[level][slot].field = field
                    levels[level][slot].rank = rank
                } else {
                    if levels[level][slot].child < 0 {
                        levels[level][slot].child = levels.count
                        levels.append([])
                    }
                    level = levels[level][slot].child
                }
            }
        }

        mutating func addCollection(_ key: String) {
            levels[0][place(of: key, in: 0)].isCollection = true
        }

        private mutating func place(of key: String, in level: Int) -> Int {
            let bytes = Array(key.utf8)
            let known = levels[level].firstIndex { keys[$0.key..<$0.key + $0.length].elementsEqual(bytes) }
            if let known { return known }
            var slot = Slot()
            slot.key = keys.count
            slot.length = bytes.count
            keys += bytes
            levels[level].append(slot)
            return levels[level].count - 1
        }
    }
}
