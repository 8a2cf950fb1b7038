/// Tells binary data in a source from text, a stretch at a time, so that data which is no log costs next to nothing.
struct BinaryStretch {
    /// How far one look reaches, and what it looks at, in bytes.
    static let length = 1 << 16
    static let sampleBytes = 512
    /// Less is too little to tell by.
    static let minimumBytes = 64

    enum Verdict: Equatable {
        case text
        /// So many bytes from here on are none.
        case binary(length: Int, isFirst: Bool)
        /// Text, after binary data.
        case textAgain
    }

    /// The place from which nothing has been looked at.
    private var next = 0
    private var isInside = false

    /// Whether the place is one to look at.
    func wants(_ offset: Int) -> Bool { offset >= next }

    /// - Parameters:
    ///   - bytes: what is known of the source from that place on.
    ///   - offset: the place in the source.
    mutating func judge(_ bytes: ByteSpan, at offset: Int) -> Verdict {
        guard wants(offset) else { return .text }
        next = offset + Self.length
        // What is too short to tell by is what stood before it.
        guard bytes.count < Self.minimumBytes ? isInside : Self.isBinary(bytes) else {
            defer { isInside = false }
            return isInside ? .textAgain : .text
        }
        defer { isInside = true }
        let length = min(Self.length, bytes.count)
        next = offset + length
        return .binary(length: length, isFirst: !isInside)
    }

    /// Whether one byte in twenty or more is a control character that no text has. Of random bytes it is one in nine. Zeros at
    /// the beginning do not count: a file that was emptied while somebody wrote it begins with a hole.
    static func isBinary(_ bytes: ByteSpan) -> Bool {
        var start = 0
        while start < bytes.count, bytes[start] == 0 { start += 1 }
        let end = min(bytes.count, start + sampleBytes)
        guard end - start >= minimumBytes else { return false }
        var controls = 0
        for index in start..<end where isControl(bytes[index]) { controls += 1 }
        return controls * 20 >= end - start
    }

    /// Tab, line ends, form feed, backspace, bell and escape stand in what terminals were sent.
    private static func isControl(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x07...0x0D, 0x1B: false
        default: byte < 0x20 || byte == 0x7F
        }
    }
}
