/// A fixed set of lower-case words of at most 16 bytes, for look-ups without allocation and in either case.
struct WordSet: @unchecked Sendable {
    private let slots: UnsafePointer<PackedWord>
    private let mask: Int

    /// Makes the set of the words in `list`, separated by spaces or line ends.
    init(_ list: StaticString) {
        let words = list.withUTF8Buffer { bytes in
            bytes.split(whereSeparator: { $0 == 0x20 || $0 == 0x0A }).map {
                PackedWord(UnsafeBufferPointer(rebasing: $0))
            }
        }
        var capacity = 16
        while capacity < words.count * 4 { capacity *= 2 }
        let slots = UnsafeMutablePointer<PackedWord>.allocate(capacity: capacity)
        slots.initialize(repeating: PackedWord(), count: capacity)
        mask = capacity - 1
        for word in words {
            precondition(word != PackedWord(), "a word of a WordSet is longer than 16 bytes")
            var index = word.hash & mask
            while slots[index] != PackedWord() && slots[index] != word { index = (index + 1) & mask }
            slots[index] = word
        }
        self.slots = UnsafePointer(slots)
    }

    func contains(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let word = PackedWord(bytes)
        if word == PackedWord() { return false }
        var index = word.hash & mask
        while slots[index] != PackedWord() {
            if slots[index] == word { return true }
            index = (index + 1) & mask
        }
        return false
    }
}

/// Up to 16 bytes with ASCII letters in lower case; all zero for the empty word and for longer ones.
private struct PackedWord: Equatable, BitwiseCopyable {
    var low: UInt64 = 0
    var high: UInt64 = 0

    init() {}

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard bytes.count <= 16 else { return }
        for (index, byte) in bytes.enumerated() {
            let lower = UInt64(byte &- 0x41 < 26 ? byte | 0x20 : byte)
            if index < 8 { low |= lower << (8 * index) } else { high |= lower << (8 * (index - 8)) }
        }
    }

    var hash: Int { Int(truncatingIfNeeded: mix(low ^ 0x9E37_79B9_7F4A_7C15, high ^ 0xD1B5_4A32_D192_ED03)) }
}
