/// Masking and unmasking, which are the same (RFC 6455 section 5.3).
enum WebSocketMask {
    /// Copies bytes and combines them with the key on the way, 32 at a time.
    ///
    /// Copying and unmasking in one pass, because a buffer that NIO has read into is still held by its pool: writing
    /// to it in place would first copy all of it.
    ///
    /// - Parameters:
    ///   - source: the bytes to transform.
    ///   - destination: room for as many bytes; it must not overlap the source.
    ///   - key: the masking key, its first byte lowest.
    ///   - offset: how many bytes of the frame's payload came before these.
    /// - Returns: whether every byte written is ASCII, which spares text the UTF-8 validator.
    static func copy(
        _ source: UnsafeRawBufferPointer,
        to destination: UnsafeMutableRawPointer,
        key: UInt32,
        offset: Int
    ) -> Bool {
        guard let base = source.baseAddress else { return true }
        let count = source.count
        let shift = UInt32(truncatingIfNeeded: offset & 3) &* 8
        let rotated = shift == 0 ? key : (key &>> shift) | (key &<< (32 &- shift))
        let wide = UInt64(littleEndian: UInt64(rotated) | UInt64(rotated) &<< 32)

        var seen: UInt64 = 0
        var index = 0
        while index &+ 32 <= count {
            let a = base.loadUnaligned(fromByteOffset: index, as: UInt64.self) ^ wide
            let b = base.loadUnaligned(fromByteOffset: index &+ 8, as: UInt64.self) ^ wide
            let c = base.loadUnaligned(fromByteOffset: index &+ 16, as: UInt64.self) ^ wide
            let d = base.loadUnaligned(fromByteOffset: index &+ 24, as: UInt64.self) ^ wide
            destination.storeBytes(of: a, toByteOffset: index, as: UInt64.self)
            destination.storeBytes(of: b, toByteOffset: index &+ 8, as: UInt64.self)
            destination.storeBytes(of: c, toByteOffset: index &+ 16, as: UInt64.self)
            destination.storeBytes(of: d, toByteOffset: index &+ 24, as: UInt64.self)
            seen |= (a | b) | (c | d)
            index &+= 32
        }
        while index &+ 8 <= count {
            let word = base.loadUnaligned(fromByteOffset: index, as: UInt64.self) ^ wide
            destination.storeBytes(of: word, toByteOffset: index, as: UInt64.self)
            seen |= word
            index &+= 8
        }
        // At most seven bytes are left, and the key twice is eight.
        var tail = UInt64(littleEndian: wide)
        while index < count {
            let byte = base.load(fromByteOffset: index, as: UInt8.self) ^ UInt8(truncatingIfNeeded: tail)
            destination.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
            seen |= UInt64(byte)
            tail &>>= 8
            index &+= 1
        }
        return seen & 0x8080_8080_8080_8080 == 0
    }
}
