/// Splits a collection of keyed occurrences into passes, so that as many as a round has never stand in memory at once.
struct KeyPasses {
    private static let occurrencesInPass = 1 << 21

    let count: UInt64

    /// - Parameter occurrences: how many there are in all.
    init(occurrences: Int) { count = UInt64(occurrences / Self.occurrencesInPass) + 1 }

    /// Whether an occurrence belongs to a pass. Equal keys belong to the same one.
    @inline(__always)
    func holds(_ key: UInt64, in pass: UInt64) -> Bool { count == 1 || (key >> 20) % count == pass }
}

/// Something that forms have in common when its keys are equal.
protocol KeyedOccurrence {
    var key: UInt64 { get }
}

/// The occurrences with an equal key, where there is more than one.
func runs<Occurrence: KeyedOccurrence>(of occurrences: consuming [Occurrence]) -> [ArraySlice<Occurrence>] {
    occurrences.sort { $0.key < $1.key }
    let sorted = occurrences
    var runs: [ArraySlice<Occurrence>] = []
    var start = 0
    while start < sorted.count {
        var end = start + 1
        while end < sorted.count, sorted[end].key == sorted[start].key { end += 1 }
        if end > start + 1 { runs.append(sorted[start..<end]) }
        start = end
    }
    return runs
}
