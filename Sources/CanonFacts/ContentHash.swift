/// Hashes of short texts and of stored facts: fast, the same on every run and machine, not for security.
public enum ContentHash {
    /// Eight bytes at a time, multiplied and folded (the scheme of wyhash's mixing step).
    @inlinable
    public static func of(_ raw: UnsafeRawBufferPointer, seed: UInt64 = 0x9E37_79B9_7F4A_7C15) -> UInt64 {
        let count = raw.count
        var hash = seed ^ UInt64(truncatingIfNeeded: count)
        guard count >= 8 else { return mix(hash ^ short(raw)) }
        var offset = 0
        while offset + 8 < count {
            hash = mix(hash ^ raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian)
            offset += 8
        }
        // The last eight bytes, some of which may have been taken already: no loop over single bytes.
        return mix(hash ^ raw.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self).littleEndian)
    }

    /// A checksum of many bytes: four chains of the same step side by side, each over every fourth word.
    public static func checksum(of raw: UnsafeRawBufferPointer) -> UInt64 {
        var (a, b, c, d) = (UInt64(1), UInt64(2), UInt64(3), UInt64(4))
        var offset = 0
        while raw.count - offset >= 32 {
            a = mix(a ^ raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian)
            b = mix(b ^ raw.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self).littleEndian)
            c = mix(c ^ raw.loadUnaligned(fromByteOffset: offset + 16, as: UInt64.self).littleEndian)
            d = mix(d ^ raw.loadUnaligned(fromByteOffset: offset + 24, as: UInt64.self).littleEndian)
            offset += 32
        }
        let rest = of(UnsafeRawBufferPointer(rebasing: raw[offset...]), seed: UInt64(truncatingIfNeeded: raw.count))
        return mix(mix(mix(mix(a) ^ b) ^ c) ^ d) ^ rest
    }

    /// Fewer than eight bytes as one number. Which count of bytes it was is part of the hash.
    @inlinable
    static func short(_ raw: UnsafeRawBufferPointer) -> UInt64 {
        let count = raw.count
        if count >= 4 {
            let first = raw.loadUnaligned(fromByteOffset: 0, as: UInt32.self).littleEndian
            let last = raw.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self).littleEndian
            return UInt64(first) << 32 | UInt64(last)
        }
        guard count > 0 else { return 0 }
        return UInt64(raw[0]) << 16 | UInt64(raw[count / 2]) << 8 | UInt64(raw[count - 1])
    }

    /// One step: the two halves of a 128-bit product, folded.
    @inlinable
    public static func mix(_ value: UInt64) -> UInt64 {
        let product = (value ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
        return product.high ^ product.low
    }
}
