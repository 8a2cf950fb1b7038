import CZlib
import NIOCore

/// Compresses messages one by one (RFC 7692 section 7.2.1). It holds about 30 KB and is used by one thread at a time.
final class Deflater: @unchecked Sendable {
    /// The fastest of zlib's levels: on events of a few hundred bytes the slower ones save no more than 1 %.
    private static let level: Int32 = 1
    /// The size of the hash table, which is cleared for each message: 8 KiB.
    private static let memoryLevel: Int32 = 5
    /// The 00 00 FF FF that a flush puts at the end of its bytes, and RFC 7692 takes away.
    private static let tailBytes = 4

    private let stream: UnsafeMutablePointer<z_stream>
    private let scratch: UnsafeMutableRawBufferPointer

    /// - Parameter windowBits: 9 through 15.
    /// - Returns: nil if there is no memory for it.
    init?(windowBits: Int) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        scratch = .allocate(byteCount: 4096, alignment: 16)
        // The minus asks for no header and no checksum.
        guard canon_deflateInit2(stream, Self.level, -Int32(windowBits), Self.memoryLevel) == Z_OK else {
            // What deinit gives up is a stream that was never begun: zlib refuses that, and does nothing.
            return nil
        }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
        scratch.deallocate()
    }

    /// - Parameter longest: how many bytes the result may have to be of use.
    /// - Returns: the payload of a compressed message; nil if it would be longer than that.
    func compress(_ message: UnsafeRawBufferPointer, longest: Int) -> ByteBuffer? {
        guard deflateReset(stream) == Z_OK, let input = UInt32(exactly: message.count) else { return nil }
        // zlib does not write to what it reads; its declaration is older than `const`.
        stream.pointee.next_in = UnsafeMutablePointer(mutating: message.bindMemory(to: UInt8.self).baseAddress)
        stream.pointee.avail_in = input
        defer {
            stream.pointee.next_in = nil
            stream.pointee.avail_in = 0
        }
        var compressed = ByteBuffer()
        repeat {
            stream.pointee.next_out = scratch.bindMemory(to: UInt8.self).baseAddress
            stream.pointee.avail_out = UInt32(scratch.count)
            let result = deflate(stream, Z_SYNC_FLUSH)
            guard result == Z_OK || result == Z_BUF_ERROR else { return nil }
            let count = scratch.count - Int(stream.pointee.avail_out)
            compressed.writeBytes(UnsafeRawBufferPointer(rebasing: scratch[..<count]))
            guard compressed.readableBytes <= longest + Self.tailBytes else { return nil }
        } while stream.pointee.avail_out == 0
        compressed.moveWriterIndex(to: compressed.writerIndex - Self.tailBytes)
        return compressed
    }
}

extension Deflater {
    /// A shorter message is sent as it is: compressing it costs more than the bytes it could save.
    static let shortestMessage = 64
    /// A longer one too: a buffer's indices have 32 bits.
    static let longestMessage = 1 << 30

    private static let idle = (9...15).map { _ in IdlePool<Deflater>() }

    /// Compresses a message with a deflater that is idle, or a new one. May be called on any thread.
    ///
    /// - Parameter windowBits: 9 through 15.
    /// - Returns: nil if the message is better sent as it is (RFC 7692 section 6.1 leaves that to the sender).
    static func compress(_ message: UnsafeRawBufferPointer, windowBits: Int) -> ByteBuffer? {
        guard (shortestMessage...longestMessage).contains(message.count), (9...15).contains(windowBits) else {
            return nil
        }
        return idle[windowBits - 9].with({ Deflater(windowBits: windowBits) }) { deflater in
            deflater?.compress(message, longest: message.count - 1)
        }
    }
}
