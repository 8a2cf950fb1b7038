/// Which shape a sequence of tokens has, for sequences seen lately. Its size is fixed; what it forgets is computed again.
struct RecentShapes {
    struct Key: Equatable, BitwiseCopyable {
        var a: UInt64
        var b: UInt64
    }

    private struct Entry: BitwiseCopyable {
        var key: Key
        var slot: Int32
    }

    private static let capacity = 1 << 16
    private var entries: [Entry] = []

    /// The key of the tokens: equal for equal tokens, whatever values stood in their holes.
    @inline(__always)
    static func key(_ tokens: UnsafeBufferPointer<LogToken>) -> Key {
        var a: UInt64 = 0x9E37_79B9_7F4A_7C15
        var b: UInt64 = 0xC2B2_AE3D_27D4_EB4F
        for token in tokens {
            let value = token.hash &+ (UInt64(token.kind.rawValue) << 8 | UInt64(token.byte))
            a = mix(a, value)
            b = (b ^ value) &* 0x9FB2_1C65_1E98_DF25
            b ^= b >> 29
        }
        return Key(a: a, b: b)
    }

    @inline(__always)
    func slot(of key: Key) -> Int? {
        guard !entries.isEmpty else { return nil }
        let index = Int(truncatingIfNeeded: key.a) & (Self.capacity - 1)
        return entries.withUnsafeBufferPointer { entries in
            if entries[index].key == key { return Int(entries[index].slot) }
            if entries[index ^ 1].key == key { return Int(entries[index ^ 1].slot) }
            return nil
        }
    }

    mutating func insert(_ key: Key, slot: Int) {
        if entries.isEmpty {
            entries = Array(repeating: Entry(key: Key(a: 0, b: 0), slot: -1), count: Self.capacity)
        }
        let index = Int(truncatingIfNeeded: key.a) & (Self.capacity - 1)
        entries[index ^ 1] = entries[index]
        entries[index] = Entry(key: key, slot: Int32(slot))
    }

    mutating func removeAll() { entries.removeAll() }
}
