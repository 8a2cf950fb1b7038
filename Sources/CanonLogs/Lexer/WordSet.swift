/// A fixed set of lower-case words of at most 16 bytes, for look-ups without allocation and in either case.
struct WordSet: @unchecked Sendable {
    private let slots: UnsafePointer<PackedWord>
    private let mask: Int
    /// One bit for each length that a word of the set has, and for the low bits of each first letter: most words that are
    /// looked up differ in one of them.
    private let lengths: UInt32
    private let initials: UInt32

    /// Makes the set of the words in `list`, separated by spaces or line ends.
    init(_ list: StaticString) {
        let words = list.withUTF8Buffer { bytes in
            bytes.split(whereSeparator: { $0 == 0x20 || $0 == 0x0A }).map { Array($0) }
        }
        var capacity = 16
        while capacity < words.count * 4 { capacity *= 2 }
        let slots = UnsafeMutablePointer<PackedWord>.allocate(capacity: capacity)
        slots.initialize(repeating: PackedWord(), count: capacity)
        mask = capacity - 1
        var lengths: UInt32 = 0
        var initials: UInt32 = 0
        for word in words {
            precondition(word.count <= 16, "a word of a WordSet is longer than 16 bytes")
            let packed = word.withUnsafeBufferPointer { PackedWord($0) }
            var index = packed.hash & mask
            while slots[index] != PackedWord() && slots[index] != packed { index = (index + 1) & mask }
            slots[index] = packed
            lengths |= 1 << UInt32(word.count)
            initials |= 1 << UInt32(word[0] & 31)
        }
        self.slots = UnsafePointer(slots)
        self.lengths = lengths
        self.initials = initials
    }

    @inline(__always)
    func contains(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard bytes.count <= 16, bytes.count > 0, lengths & 1 << UInt32(truncatingIfNeeded: bytes.count) != 0,
            initials & 1 << UInt32(bytes[0] & 31) != 0
        else { return false }
        return find(bytes)
    }

    @inline(never)
    private func find(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let word = PackedWord(bytes)
        var index = word.hash & mask
        while slots[index] != PackedWord() {
            if slots[index] == word { return true }
            index = (index + 1) & mask
        }
        return false
    }
}

/// Up to 16 bytes with ASCII letters in lower case; all zero for the empty word.
private struct PackedWord: Equatable, BitwiseCopyable {
    var low: UInt64 = 0
    var high: UInt64 = 0

    init() {}

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        for (index, byte) in bytes.enumerated() {
            let lower = UInt64(byte &- 0x41 < 26 ? byte | 0x20 : byte)
            if index < 8 { low |= lower << (8 * index) } else { high |= lower << (8 * (index - 8)) }
        }
    }

    var hash: Int { Int(truncatingIfNeeded: mix(low ^ 0x9E37_79B9_7F4A_7C15, high ^ 0xD1B5_4A32_D192_ED03)) }
}
