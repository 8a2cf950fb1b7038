/// The opcodes of RFC 6455 section 5.2. The high bit of the four marks a control frame.
enum WebSocketOpcode: UInt8 {
    case continuation = 0x0
    case text = 0x1
    case binary = 0x2
    case close = 0x8
    case ping = 0x9
    case pong = 0xA

    var isControl: Bool {
        rawValue & 0x8 != 0
    }
}

/// The 2 to 14 bytes before a payload (RFC 6455 section 5.2), taken apart but not judged.
struct WebSocketFrameHeader: Equatable {
    static let maximumSize = 14
    /// The most a control frame may carry (section 5.5).
    static let maximumControlPayload = 125
    /// RSV1, which says that a message is compressed (RFC 7692 section 6).
    static let compressionBit: UInt8 = 0x40

    /// FIN, RSV1-3 and the opcode.
    var first: UInt8
    /// The mask bit and the 7-bit length.
    var second: UInt8
    var payloadLength: UInt64
    /// The four key bytes, the first one lowest; 0 if the frame is not masked.
    var maskingKey: UInt32
    /// Bytes of the header itself.
    var size: Int

    var isFinal: Bool { first & 0x80 != 0 }
    /// RSV1-3 as they stand in the first byte: 0x40, 0x20, 0x10.
    var reservedBits: UInt8 { first & 0x70 }
    var opcode: WebSocketOpcode? { WebSocketOpcode(rawValue: first & 0x0F) }
    var isMasked: Bool { second & 0x80 != 0 }

    /// Reads a header from the start of the bytes; nil if they end before it does.
    init?(parsing bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= 2 else { return nil }
        first = bytes[0]
        second = bytes[1]
        let shortLength = second & 0x7F
        let isMasked = second & 0x80 != 0
        var size = 2
        switch shortLength {
        case 126: size = 4
        case 127: size = 10
        default: break
        }
        let keyOffset = size
        if isMasked { size += 4 }
        guard bytes.count >= size else { return nil }
        switch shortLength {
        case 126:
            payloadLength = UInt64(UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
        case 127:
            payloadLength = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt64.self))
        default:
            payloadLength = UInt64(shortLength)
        }
        maskingKey =
            isMasked ? UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: keyOffset, as: UInt32.self)) : 0
        self.size = size
    }
}

/// The first bytes of a header whose rest has not arrived: kept in place, since one byte at a time is a thing peers do.
struct PartialFrameHeader {
    private var storage: (UInt64, UInt64) = (0, 0)
    private(set) var count = 0

    mutating func append(_ byte: UInt8) {
        let index = count
        withUnsafeMutableBytes(of: &storage) { $0[index] = byte }
        count += 1
    }

    mutating func removeAll() {
        count = 0
    }

    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        withUnsafeBytes(of: storage) { body(UnsafeRawBufferPointer(rebasing: $0.prefix(count))) }
    }
}
