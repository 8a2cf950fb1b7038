/// Hashes of short texts and of stored facts: fast, the same on every run and machine, not for security.
public enum ContentHash {
    /// Eight bytes at a time, multiplied and folded (the scheme of wyhash's mixing step).
    @inlinable
    public static func of(_ raw: UnsafeRawBufferPointer, seed: UInt64 = 0x9E37_79B9_7F4A_7C15) -> UInt64 {
        var hash = seed ^ UInt64(truncatingIfNeeded: raw.count)
        var offset = 0
        while raw.count - offset >= 8 {
            hash = mix(hash ^ UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
            offset += 8
        }
        var tail: UInt64 = 0
        var shift: UInt64 = 0
        while offset < raw.count {
            tail |= UInt64(raw[offset]) << shift
            shift += 8
            offset += 1
        }
        return mix(hash ^ tail)
    }

    /// One step: the two halves of a 128-bit product, folded.
    @inlinable
    public static func mix(_ value: UInt64) -> UInt64 {
        let product = (value ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
        return product.high ^ product.low
    }

    static func short(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt32 {
        UInt32(truncatingIfNeeded: of(UnsafeRawBufferPointer(bytes)))
    }
}
