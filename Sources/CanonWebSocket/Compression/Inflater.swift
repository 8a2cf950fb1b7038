import CZlib
import NIOCore

/// Decompresses messages one by one (RFC 7692 section 7.2.2). It holds about 60 KB and is used by one thread at a
/// time.
final class Inflater: @unchecked Sendable {
    private let stream: UnsafeMutablePointer<z_stream>
    private let scratch: UnsafeMutableRawBufferPointer

    /// - Returns: nil if there is no memory for it.
    init?() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        scratch = .allocate(byteCount: 16 * 1024, alignment: 16)
        // The minus stands for no header and no checksum; a window of 15 bits reads what was made with any.
        guard canon_inflateInit2(stream, -15) == Z_OK else {
            // What deinit gives up is a stream that was never begun: zlib refuses that, and does nothing.
            return nil
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        scratch.deallocate()
    }

    /// - Parameters:
    ///   - payload: the payload of all frames of a message.
    ///   - isText: whether it must be UTF-8.
    ///   - limit: the longest message that is accepted, in bytes. No more than this and 16 KiB is ever decompressed.
    func inflate(
        _ payload: UnsafeRawBufferPointer,
        isText: Bool,
        limit: Int
    ) throws(WebSocketViolation) -> ByteBuffer {
        guard inflateReset(stream) == Z_OK else { throw .noMemory }
        var message = Message(isText: isText, limit: limit)
        // Data that is complete without it gets no tail: an empty payload, and one whose sender has left its own tail
        // or a final block at the end. Elsewhere the data would be cut off in the middle of a block.
        if try feed(payload, into: &message) == false {
            let isComplete = try Self.withTail { tail throws(WebSocketViolation) in try feed(tail, into: &message) }
            guard isComplete else { throw .corruptCompression }
        }
        guard message.validator.isAtCharacterBoundary else { throw .invalidText }
        return message.bytes
    }

    private struct Message {
        let isText: Bool
        let limit: Int
        var bytes = ByteBuffer()
        var validator = UTF8Validator()

        init(isText: Bool, limit: Int) {
            self.isText = isText
            self.limit = limit
        }

        mutating func append(_ piece: UnsafeRawBufferPointer) throws(WebSocketViolation) {
            guard bytes.readableBytes + piece.count <= limit else { throw .messageTooBig(limit: limit) }
            if isText, !validator.consume(piece) { throw .invalidText }
            bytes.writeBytes(piece)
        }
    }

    private static func withTail<Result>(
        _ body: (UnsafeRawBufferPointer) throws(WebSocketViolation) -> Result
    ) throws(WebSocketViolation) -> Result {
        let tail: (UInt8, UInt8, UInt8, UInt8) = (0x00, 0x00, 0xFF, 0xFF)
        return try withUnsafeBytes(of: tail, body)
    }

    /// - Returns: whether the data could end here: at the end of a block, and of a byte.
    private func feed(
        _ compressed: UnsafeRawBufferPointer,
        into message: inout Message
    ) throws(WebSocketViolation) -> Bool {
        guard compressed.count > 0 else { return true }
        guard let input = UInt32(exactly: compressed.count) else { throw .corruptCompression }
        // zlib does not write to what it reads; its declaration is older than `const`.
        stream.pointee.next_in = UnsafeMutablePointer(mutating: compressed.bindMemory(to: UInt8.self).baseAddress)
        stream.pointee.avail_in = input
        defer {
            stream.pointee.next_in = nil
            stream.pointee.avail_in = 0
        }
        while true {
            stream.pointee.next_out = scratch.bindMemory(to: UInt8.self).baseAddress
            stream.pointee.avail_out = UInt32(scratch.count)
            let result = CZlib.inflate(stream, Z_SYNC_FLUSH)
            let count = scratch.count - Int(stream.pointee.avail_out)
            try message.append(UnsafeRawBufferPointer(rebasing: scratch[..<count]))
            switch result {
            case Z_STREAM_END:
                // A block marked as the last one is not the end of the message: others may follow (section 7.2.1).
                guard inflateReset(stream) == Z_OK else { throw .noMemory }
                if stream.pointee.avail_in == 0 { return true }
            case Z_OK, Z_BUF_ERROR:
                // With room left in the output all of the input has been read.
                if stream.pointee.avail_out > 0 { return isAtBlockBoundary }
            case Z_MEM_ERROR:
                throw .noMemory
            default:
                throw .corruptCompression
            }
        }
    }

    /// zlib says in `data_type` how many bits of the last byte it has not used, and adds 128 between two blocks.
    private var isAtBlockBoundary: Bool {
        stream.pointee.data_type & 128 != 0 && stream.pointee.data_type & 63 == 0
    }
}

extension Inflater {
    private static let idle = IdlePool<Inflater>()

    /// Decompresses a message with an inflater that is idle, or a new one. May be called on any thread.
    static func inflate(_ payload: ByteBuffer, isText: Bool, limit: Int) throws(WebSocketViolation) -> ByteBuffer {
        try idle.with({ Inflater() }) { inflater throws(WebSocketViolation) in
            guard let inflater else { throw .noMemory }
            var result = Result<ByteBuffer, WebSocketViolation>.failure(.noMemory)
            payload.withUnsafeReadableBytes { bytes in
                result = Result { () throws(WebSocketViolation) in
                    try inflater.inflate(bytes, isText: isText, limit: limit)
                }
            }
            return try result.get()
        }
    }
}
