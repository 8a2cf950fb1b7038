/// What the log of a thread is, as far as any device has seen it.
struct ThreadLedger {
    /// A hash of each event's id, by its number less one; 0: not seen.
    private var ids: [UInt64] = []

    /// The number of the last event that anybody has seen.
    var head: Int64 { Int64(ids.count) }

    /// More events than this are not told apart by their ids: a server that counts wildly must not fill the memory.
    private static let limit: Int64 = 1 << 24

    /// - Returns: false when somebody was sent another event under this number.
    mutating func note(_ seq: Int64, id: String) -> Bool {
        guard (1...Self.limit).contains(seq) else { return true }
        let hash = Self.hash(id)
        if seq > head { ids.append(contentsOf: repeatElement(0, count: Int(seq - head))) }
        let known = ids[Int(seq - 1)]
        ids[Int(seq - 1)] = hash
        return known == 0 || known == hash
    }

    /// FNV-1a, 64 bits: the same in every run, and never 0.
    private static func hash(_ id: String) -> UInt64 {
        max(1, id.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 })
    }
}

/// How far one device has come in a thread, and what did not come to it in its turn.
struct DeviceCursor {
    enum Finding: Equatable {
        /// As it must be.
        case inOrder
        /// Events that came before, so many of them.
        case repeated(Int64)
        /// Events before this one did not come, so many of them.
        case missed(Int64)
        /// Events that were taken for lost, behind later ones.
        case late(Int64)
    }

    /// The number of the last event in order.
    private(set) var last: Int64 = 0
    /// Numbers that were passed over and may still come.
    private var missing: Set<Int64> = []

    private static let maximumMissing = 10_000

    /// - Parameter from: the first event that the frame stands for: less than `seq` when text was joined.
    mutating func receive(from: Int64, through seq: Int64) -> Finding {
        if from == last + 1 {
            last = seq
            return .inOrder
        }
        if from > last + 1 {
            let gap = (last + 1)..<from
            missing.formUnion(gap.prefix(max(0, Self.maximumMissing - missing.count)))
            last = seq
            return .missed(Int64(gap.count))
        }
        let late = missing.filter { ($0 >= from) && ($0 <= seq) }
        if !late.isEmpty {
            missing.subtract(late)
            last = max(last, seq)
            return .late(Int64(late.count))
        }
        let repeated = min(seq, last) - from + 1
        last = max(last, seq)
        return .repeated(repeated)
    }

    /// A snapshot stands for everything up to and with `seq`.
    mutating func skip(to seq: Int64) { last = max(last, seq) }
}
