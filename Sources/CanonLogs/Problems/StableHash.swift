/// A hash that is the same in every process and on every machine, for what is remembered; 64 bits. It is made for speed, not
/// against somebody who wants two texts to meet.
struct StableHash {
    private var state: UInt64 = 0x2545_F491_4F6C_DD1D

    mutating func add(_ bytes: ByteSpan) {
        add(UInt64(truncatingIfNeeded: bytes.count))
        guard let base = bytes.baseAddress else { return }
        let raw = UnsafeRawPointer(base)
        var at = 0
        while at + 8 <= bytes.count {
            add(raw.loadUnaligned(fromByteOffset: at, as: UInt64.self).littleEndian)
            at += 8
        }
        var last: UInt64 = 0
        var shift: UInt64 = 0
        while at < bytes.count {
            last |= UInt64(bytes[at]) << shift
            shift += 8
            at += 1
        }
        add(last)
    }

    mutating func add(_ word: UInt64) {
        // A folded product of 128 bits mixes every bit into every other (Wang Yi, wyhash).
        let product = (state ^ word ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        state = product.high ^ product.low ^ (word &* 0xA076_1D64_78BD_642F)
    }

    var value: UInt64 {
        let mixed = (state ^ (state >> 32)) &* 0xE703_7ED1_A0B4_28DB
        return mixed ^ (mixed >> 29)
    }

    static func of(_ parts: ByteSpan...) -> UInt64 {
        var hash = StableHash()
        for part in parts { hash.add(part) }
        return hash.value
    }

    static func of(_ text: String) -> UInt64 {
        var text = text
        return text.withUTF8 { of($0) }
    }
}
