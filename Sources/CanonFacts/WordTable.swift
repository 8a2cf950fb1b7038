/// Words by their hash, each with a byte that says what it means.
///
/// A `Set` of hashes hashes them once more, with a function that is safe against people who choose what is hashed: ten times the
/// cost, for lists of words that are the program's own.
public struct WordTable: Sendable {
    @usableFromInline
    struct Slot: Sendable, BitwiseCopyable {
        @usableFromInline var hash: UInt64
        @usableFromInline var meaning: UInt8
    }

    /// A power of two, at most half of them taken: a meaning of 0 is a free one.
    @usableFromInline let slots: [Slot]

    /// - Parameter words: words with blanks between them, by what they mean. A word that stands in several lists has the bits of
    ///   all.
    public init(_ words: KeyValuePairs<UInt8, String>) {
        var meanings: [UInt64: UInt8] = [:]
        for (meaning, list) in words {
            for word in list.utf8.split(whereSeparator: { $0 == 0x20 || $0 == 0x0A }) {
                meanings[Array(word).withUnsafeBytes { ContentHash.of($0) }, default: 0] |= meaning
            }
        }
        var count = 4
        while count < meanings.count * 2 { count *= 2 }
        var slots = Array(repeating: Slot(hash: 0, meaning: 0), count: count)
        for (hash, meaning) in meanings.sorted(by: { $0.key < $1.key }) {
            var place = Int(truncatingIfNeeded: hash) & (count - 1)
            while slots[place].meaning != 0 { place = (place + 1) & (count - 1) }
            slots[place] = Slot(hash: hash, meaning: meaning)
        }
        self.slots = slots
    }

    /// What a word means; 0 when it is none of the table.
    ///
    /// - Parameter hash: its ``ContentHash``.
    @inlinable
    public subscript(hash: UInt64) -> UInt8 {
        var place = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[place].meaning != 0 {
            if slots[place].hash == hash { return slots[place].meaning }
            place = (place + 1) & (slots.count - 1)
        }
        return 0
    }
}
