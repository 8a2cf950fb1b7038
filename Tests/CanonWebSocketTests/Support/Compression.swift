import CZlib
import CanonTestSupport

enum SeededBytes {
    static func random(_ count: Int, seed: UInt64) -> [UInt8] {
        var generator = SeededGenerator(seed: seed)
        return generator.bytes(count)
    }
}

/// zlib's inflate with a window no larger than told, as a client with little memory has it.
enum BoundedInflater {
    struct Refused: Error {
        let code: Int32
    }

    static func inflate(_ payload: [UInt8], windowBits: Int) throws -> [UInt8] {
        var stream = z_stream()
        var code = canon_inflateInit2(&stream, -Int32(windowBits))
        guard code == Z_OK else { throw Refused(code: code) }
        defer { inflateEnd(&stream) }
        var input = payload + [0x00, 0x00, 0xFF, 0xFF]
        var message: [UInt8] = []
        // In small pieces: a piece of output that is large could hold more than the window for zlib to refer to.
        var piece = [UInt8](repeating: 0, count: 64)
        try input.withUnsafeMutableBufferPointer { input in
            stream.next_in = input.baseAddress
            stream.avail_in = UInt32(input.count)
            repeat {
                let count = piece.withUnsafeMutableBufferPointer { piece in
                    stream.next_out = piece.baseAddress
                    stream.avail_out = UInt32(piece.count)
                    code = CZlib.inflate(&stream, Z_SYNC_FLUSH)
                    return piece.count - Int(stream.avail_out)
                }
                guard code == Z_OK || code == Z_BUF_ERROR else { throw Refused(code: code) }
                message += piece[..<count]
            } while stream.avail_out == 0
        }
        return message
    }
}
