import NIOCore

/// The text of a message with places for a stamp: when it was sent, and its number. The receiver finds both again, and
/// sees when anything else of the message has changed.
///
/// A stamp is `~` and 32 hexadecimal digits, 16 of the time in nanoseconds and 16 of the number.
struct Template {
    static let stampBytes = 33

    /// What stands before, between and behind the stamps.
    private let literals: [[UInt8]]
    private var buffer: ByteBuffer
    private let stampOffsets: [Int]

    /// - Parameter literals: two or more; a stamp stands between each two.
    init(_ literals: [String]) {
        self.literals = literals.map { Array($0.utf8) }
        var text = ByteBuffer()
        var offsets: [Int] = []
        for (index, literal) in self.literals.enumerated() {
            if index > 0 {
                offsets.append(text.writerIndex)
                text.writeRepeatingByte(UInt8(ascii: "~"), count: Self.stampBytes)
            }
            text.writeBytes(literal)
        }
        buffer = text
        stampOffsets = offsets
    }

    var size: Int { buffer.readableBytes }

    /// The message with this stamp. What was returned before must not be kept, or its bytes are copied.
    mutating func stamped(time: UInt64, number: UInt64) -> ByteBuffer {
        for offset in stampOffsets {
            buffer.setHexadecimal(time, at: offset + 1)
            buffer.setHexadecimal(number, at: offset + 17)
        }
        return buffer
    }

    /// The stamp of a received message; nil when the message is not this one.
    func stamp(in message: ByteBuffer) -> Stamp? {
        guard message.readableBytes == size else { return nil }
        return message.withUnsafeReadableBytes { bytes in
            var offset = 0
            var found: Stamp?
            for (index, literal) in literals.enumerated() {
                if index > 0 {
                    guard let stamp = Stamp(bytes, at: offset), found == nil || found == stamp else { return nil }
                    found = stamp
                    offset += Self.stampBytes
                }
                let end = offset + literal.count
                guard UnsafeRawBufferPointer(rebasing: bytes[offset..<end]).elementsEqual(literal) else { return nil }
                offset = end
            }
            return found
        }
    }
}

/// When a message was sent, or should have been, in nanoseconds of the monotonic clock, and its number.
struct Stamp: Equatable {
    let time: UInt64
    let number: UInt64

    /// Reads the stamp at `offset`, where its `~` stands.
    init?(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
        guard offset + Template.stampBytes <= bytes.count, bytes[offset] == UInt8(ascii: "~"),
            let time = Self.number(bytes, at: offset + 1), let number = Self.number(bytes, at: offset + 17)
        else { return nil }
        self.time = time
        self.number = number
    }

    private static func number(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> UInt64? {
        var value: UInt64 = 0
        for index in offset..<offset + 16 {
            let byte = bytes[index]
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            default: return nil
            }
            value = value << 4 | UInt64(digit)
        }
        return value
    }

    /// The text of a stamp, for messages that are written once.
    static func text(time: UInt64, number: UInt64) -> String {
        func digits(_ value: UInt64) -> String {
            let text = String(value, radix: 16)
            return String(repeating: "0", count: 16 - text.utf8.count) + text
        }
        return "~" + digits(time) + digits(number)
    }
}

extension ByteBuffer {
    /// Writes 16 hexadecimal digits over what stands at `offset`.
    fileprivate mutating func setHexadecimal(_ value: UInt64, at offset: Int) {
        // Eight digits at once: the nibbles are spread to a byte each, then moved to '0'...'9' and 'a'...'f'.
        func digits(_ half: UInt32) -> UInt64 {
            var wide = UInt64(half)
            wide = (wide << 16 | wide) & 0x0000_FFFF_0000_FFFF
            wide = (wide << 8 | wide) & 0x00FF_00FF_00FF_00FF
            wide = (wide << 4 | wide) & 0x0F0F_0F0F_0F0F_0F0F
            let isLetter = ((wide &+ 0x0606_0606_0606_0606) >> 4) & 0x0101_0101_0101_0101
            return wide &+ 0x3030_3030_3030_3030 &+ isLetter &* 0x27
        }
        setInteger(digits(UInt32(truncatingIfNeeded: value >> 32)), at: offset)
        setInteger(digits(UInt32(truncatingIfNeeded: value)), at: offset + 8)
    }
}
