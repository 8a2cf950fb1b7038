/// Room for the texts of one entry that had to be written anew because they held escapes. It is emptied for each entry and
/// never moves while one is read.
final class TextArena {
    private var memory: UnsafeMutableBufferPointer<UInt8>
    /// Rooms that became too small while views into them were in use.
    private var outgrown: [UnsafeMutableBufferPointer<UInt8>] = []
    private var used = 0

    init(capacity: Int = 65_536) { memory = .allocate(capacity: capacity) }

    deinit {
        memory.deallocate()
        outgrown.forEach { $0.deallocate() }
    }

    func clear() {
        used = 0
        if !outgrown.isEmpty {
            outgrown.forEach { $0.deallocate() }
            outgrown = []
        }
    }

    /// `count` bytes to write to, of which `keep` takes those that were used.
    private func room(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        if memory.count - used < count {
            outgrown.append(memory)
            memory = .allocate(capacity: max(memory.count * 2, count))
            used = 0
        }
        return memory.baseAddress! + used
    }

    private func keep(_ start: UnsafeMutablePointer<UInt8>, _ count: Int) -> ByteSpan {
        used += count
        return ByteSpan(start: start, count: count)
    }

    /// The parts one after another.
    func joined(_ parts: [ByteSpan]) -> ByteSpan {
        let start = room(parts.reduce(0) { $0 + $1.count })
        var count = 0
        for part in parts where !part.isEmpty {
            (start + count).update(from: part.baseAddress!, count: part.count)
            count += part.count
        }
        return keep(start, count)
    }

    /// The text of a JSON string's inside (RFC 8259 section 7). An escape that is none stays as it is; half a surrogate pair
    /// becomes U+FFFD.
    func unescaped(_ raw: ByteSpan) -> ByteSpan {
        let start = room(raw.count)
        var out = start
        var at = 0
        while at < raw.count {
            let byte = raw[at]
            guard byte == UInt8(ascii: "\\"), at + 1 < raw.count else {
                out.pointee = byte
                out += 1
                at += 1
                continue
            }
            let escape = raw[at + 1]
            at += 2
            switch escape {
            case UInt8(ascii: "n"): out.pointee = 0x0A
            case UInt8(ascii: "t"): out.pointee = 0x09
            case UInt8(ascii: "r"): out.pointee = 0x0D
            case UInt8(ascii: "b"): out.pointee = 0x08
            case UInt8(ascii: "f"): out.pointee = 0x0C
            case UInt8(ascii: "u") where Self.unit(raw, at) != nil:
                out = Self.append(Self.scalar(raw, &at), to: out)
                continue
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "'"): out.pointee = escape
            default:
                out.pointee = UInt8(ascii: "\\")
                out[1] = escape
                out += 1
            }
            out += 1
        }
        return keep(start, out - start)
    }

    /// The scalar of the four digits at `at`, or of these and the surrogate that follows.
    private static func scalar(_ raw: ByteSpan, _ at: inout Int) -> UInt32 {
        guard let first = unit(raw, at) else { return 0xFFFD }
        at += 4
        guard (0xD800..<0xE000).contains(first) else { return first }
        guard first < 0xDC00, at + 1 < raw.count, raw[at] == UInt8(ascii: "\\"), raw[at + 1] == UInt8(ascii: "u"),
            let second = unit(raw, at + 2), (0xDC00..<0xE000).contains(second)
        else { return 0xFFFD }
        at += 6
        return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)
    }

    private static func unit(_ raw: ByteSpan, _ at: Int) -> UInt32? {
        guard at + 4 <= raw.count else { return nil }
        var value: UInt32 = 0
        for byte in raw[at..<at + 4] {
            let digit: UInt32
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = UInt32(byte - 0x30)
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = UInt32(byte - 0x61 + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = UInt32(byte - 0x41 + 10)
            default: return nil
            }
            value = value << 4 | digit
        }
        return value
    }

    /// At most as many bytes as the escape took, which has six for each three or four.
    private static func append(_ scalar: UInt32, to out: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        func part(_ shift: UInt32) -> UInt8 { 0x80 | UInt8(truncatingIfNeeded: scalar >> shift) & 0x3F }
        switch scalar {
        case 0..<0x80:
            out[0] = UInt8(scalar)
            return out + 1
        case 0..<0x800:
            out[0] = 0xC0 | UInt8(scalar >> 6)
            out[1] = part(0)
            return out + 2
        case 0..<0x10000:
            out[0] = 0xE0 | UInt8(scalar >> 12)
            out[1] = part(6)
            out[2] = part(0)
            return out + 3
        default:
            out[0] = 0xF0 | UInt8(scalar >> 18)
            out[1] = part(12)
            out[2] = part(6)
            out[3] = part(0)
            return out + 4
        }
    }

    /// Without terminal codes (ECMA-48: CSI sequences, and OSC up to its terminator) and without other control characters
    /// than tabs and line ends. The text itself when it has none.
    func withoutTerminalCodes(_ text: ByteSpan) -> ByteSpan {
        guard let first = text.find(0x1B) else { return text }
        let start = room(text.count)
        start.update(from: text.baseAddress!, count: first)
        var count = first
        var at = first
        while at < text.count {
            guard text[at] == 0x1B else {
                start[count] = text[at]
                count += 1
                at += 1
                continue
            }
            at += 1
            guard at < text.count else { break }
            switch text[at] {
            case UInt8(ascii: "["):
                at += 1
                while at < text.count, (0x20...0x3F).contains(text[at]) { at += 1 }
                if at < text.count, (0x40...0x7E).contains(text[at]) { at += 1 }
            case UInt8(ascii: "]"):
                while at < text.count, text[at] != 0x07, text[at] != 0x1B, text[at] != 0x0A { at += 1 }
                if at < text.count, text[at] == 0x07 { at += 1 }
                if at + 1 < text.count, text[at] == 0x1B, text[at + 1] == UInt8(ascii: "\\") { at += 2 }
            default: at += 1
            }
        }
        return keep(start, count)
    }
}
