import CCanonFiles

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Finds the line of each of a series of ascending offsets, looking at every byte once.
struct LineCursor {
    private let bytes: UnsafeRawBufferPointer
    /// Counts from 1.
    private(set) var number = 1
    /// Without the line's end.
    private(set) var range: Range<Int>

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        range = 0..<Self.end(of: bytes, from: 0)
    }

    /// - Parameter offset: not before the offset of the last call.
    mutating func move(to offset: Int) {
        guard offset > range.upperBound, let base = bytes.baseAddress else { return }
        number += canon_count(base + range.upperBound, offset - range.upperBound, newline)
        var start = offset
        while start > range.upperBound, bytes[start - 1] != newline { start -= 1 }
        range = start..<Self.end(of: bytes, from: offset)
    }

    private static func end(of bytes: UnsafeRawBufferPointer, from offset: Int) -> Int {
        guard offset < bytes.count, let base = bytes.baseAddress,
            let found = memchr(base + offset, Int32(newline), bytes.count - offset)
        else { return bytes.count }
        return UnsafeRawPointer(found) - base
    }
}

/// The text of a line for display: invalid UTF-8 repaired, without blanks around it, at most `limit` bytes of it.
/// - Parameter focus: an offset that must stay visible when the line is cut.
func excerpt(
    _ bytes: UnsafeRawBufferPointer, line: Range<Int>, focus: Int, limit: Int = 240
) -> String {
    var start = line.lowerBound
    var end = line.upperBound
    while start < end, isBlank(bytes[start]) { start += 1 }
    while end > start, isBlank(bytes[end - 1]) { end -= 1 }
    let isLong = end - start > limit
    var from = start
    var to = end
    if isLong {
        from = max(start, min(focus - limit / 3, end - limit))
        to = from + limit
        while from > start, isContinuation(bytes[from]) { from -= 1 }
        while to < end, isContinuation(bytes[to]) { to += 1 }
    }
    let text = String(decoding: bytes[from..<to], as: UTF8.self)
    return (from > start ? "…" : "") + text + (to < end ? "…" : "")
}

/// The column of an offset: characters (Unicode scalars) from the start of its line, from 1.
func column(of offset: Int, in bytes: UnsafeRawBufferPointer, line: Range<Int>) -> Int {
    var count = 1
    for index in line.lowerBound..<offset where !isContinuation(bytes[index]) { count += 1 }
    return count
}

private let newline = UInt8(ascii: "\n")

private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
private func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }

/// Bytes that continue a name in every language here; bytes from 0x80 on are letters of other scripts.
func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"), 0x80...:
        true
    default: false
    }
}
