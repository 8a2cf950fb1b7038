public import NIOCore

/// Messages to bytes (RFC 6455 section 5).
public enum WebSocketFrameEncoder {
    /// Encodes a server's text message once, as one frame, to be sent to any number of connections as
    /// `WebSocketOutbound.encoded`.
    ///
    /// - Parameter bytes: UTF-8; it is not looked at.
    public static func serverText(_ bytes: some Collection<UInt8>) -> ByteBuffer {
        serverFrame(.text, bytes)
    }

    /// Encodes a server's binary message once, as one frame.
    public static func serverBinary(_ bytes: some Collection<UInt8>) -> ByteBuffer {
        serverFrame(.binary, bytes)
    }

    /// Compresses and encodes a server's text message once, to be sent to any number of connections as
    /// `WebSocketOutbound.encoded`. Only connections whose `PermessageDeflate.acceptsSharedFrames` is true may get it:
    /// a write to another one fails with `WebSocketError.compressedFrameNotAgreed`.
    ///
    /// A message that compression does not make shorter, or of less than 64 bytes, becomes the frame that `serverText`
    /// makes. May be called on any thread; callers on other threads are not waited for.
    ///
    /// - Parameter bytes: UTF-8; it is not looked at.
    public static func serverTextDeflated(_ bytes: some Collection<UInt8>) -> ByteBuffer {
        let compressed: ByteBuffer?? = bytes.withContiguousStorageIfAvailable { compressShared($0) }
        guard let payload = compressed ?? Array(bytes).withUnsafeBufferPointer({ compressShared($0) }) else {
            return serverText(bytes)
        }
        let size = headerSize(payload.readableBytes, isMasked: false) + payload.readableBytes
        var frame = ByteBufferAllocator().buffer(capacity: size)
        writeFrame(.text, payload, isCompressed: true, maskingKey: nil, to: &frame)
        return frame
    }

    private static func compressShared(_ bytes: UnsafeBufferPointer<UInt8>) -> ByteBuffer? {
        Deflater.compress(UnsafeRawBufferPointer(bytes), windowBits: PermessageDeflate.sharedWindowBits)
    }

    private static func serverFrame(_ opcode: WebSocketOpcode, _ bytes: some Collection<UInt8>) -> ByteBuffer {
        let count = bytes.count
        var frame = ByteBufferAllocator().buffer(capacity: headerSize(count, isMasked: false) + count)
        writeHeader(opcode, payloadBytes: count, maskingKey: nil, to: &frame)
        frame.writeBytes(bytes)
        return frame
    }

    /// The bytes of the header of a frame with so many bytes of payload.
    static func headerSize(_ payloadBytes: Int, isMasked: Bool) -> Int {
        let mask = isMasked ? 4 : 0
        return switch payloadBytes {
        case ...125: 2 + mask
        case ...0xFFFF: 4 + mask
        default: 10 + mask
        }
    }

    /// Appends the header of a final frame, with the shortest form of the length.
    static func writeHeader(
        _ opcode: WebSocketOpcode,
        payloadBytes: Int,
        isCompressed: Bool = false,
        maskingKey: UInt32?,
        to buffer: inout ByteBuffer
    ) {
        let first = 0x80 | (isCompressed ? WebSocketFrameHeader.compressionBit : 0) | opcode.rawValue
        let mask: UInt8 = maskingKey == nil ? 0 : 0x80
        switch payloadBytes {
        case ...125:
            buffer.writeMultipleIntegers(first, mask | UInt8(truncatingIfNeeded: payloadBytes))
        case ...0xFFFF:
            buffer.writeMultipleIntegers(first, mask | 126, UInt16(truncatingIfNeeded: payloadBytes))
        default:
            buffer.writeMultipleIntegers(first, mask | 127, UInt64(payloadBytes))
        }
        if let maskingKey { buffer.writeInteger(maskingKey, endianness: .little) }
    }

    /// Appends a complete frame.
    static func writeFrame(
        _ opcode: WebSocketOpcode,
        _ payload: ByteBuffer,
        isCompressed: Bool = false,
        maskingKey: UInt32?,
        to buffer: inout ByteBuffer
    ) {
        let count = payload.readableBytes
        buffer.reserveCapacity(minimumWritableBytes: headerSize(count, isMasked: maskingKey != nil) + count)
        writeHeader(opcode, payloadBytes: count, isCompressed: isCompressed, maskingKey: maskingKey, to: &buffer)
        guard let maskingKey else {
            buffer.writeImmutableBuffer(payload)
            return
        }
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { destination in
            guard let start = destination.baseAddress else { return 0 }
            payload.withUnsafeReadableBytes {
                _ = WebSocketMask.copy($0, to: start, key: maskingKey, offset: 0)
            }
            return count
        }
    }

    /// The payload of a close frame (RFC 6455 section 5.5.1).
    ///
    /// - Parameters:
    ///   - code: `noStatusReceived` gives an empty payload; another code that may not stand on the wire becomes
    ///     `internalError`.
    ///   - reason: cut to 123 bytes at the end of a character, that is of a Unicode scalar.
    static func closePayload(_ code: WebSocketCloseCode, reason: String) -> ByteBuffer {
        guard code != .noStatusReceived else { return ByteBuffer() }
        let sent = code.isValidOnTheWire ? code : .internalError
        var payload = ByteBuffer()
        payload.writeInteger(sent.rawValue)
        payload.writeSubstring(reason.prefix(utf8Count: WebSocketFrameHeader.maximumControlPayload - 2))
        return payload
    }
}

extension String {
    /// The longest beginning of whole Unicode scalars with at most so many bytes of UTF-8.
    func prefix(utf8Count limit: Int) -> Substring {
        guard utf8.count > limit else { return self[...] }
        var end = utf8.index(startIndex, offsetBy: limit)
        while end > startIndex, utf8[end] & 0xC0 == 0x80 { end = utf8.index(before: end) }
        return self[..<end]
    }
}
