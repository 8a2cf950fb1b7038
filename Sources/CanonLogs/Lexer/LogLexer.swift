/// Splits a message into typed tokens, in one pass and without allocation.
///
/// There is one lexer for all sources. It decides by shape alone what is certainly a value (`TokenKind.hole`): anything with
/// digits, addresses, URLs, paths, e-mail addresses, host names by their last label, file names by their extension. Everything
/// else keeps its text; whether it varies is for the evidence of many messages to say.
struct LogLexer {
    /// More tokens than this end in one hole: a dump of a data structure is one value.
    static let tokenLimit = 512
    /// Bytes of a message beyond this are not looked at.
    static let byteLimit = 65_536
    /// A longer word without a digit is a blob.
    static let wordLimit = 64

    let bytes: UnsafePointer<UInt8>
    let end: Int
    /// Where the tokens go: `tokenLimit` of them and one more.
    let tokens: UnsafeMutablePointer<LogToken>
    private(set) var count = 0
    /// Whether the message was longer than the limits.
    private(set) var isTruncated: Bool
    let flags = ByteFlags.table
    private var gap = false

    init(_ message: UnsafeBufferPointer<UInt8>, into tokens: UnsafeMutablePointer<LogToken>) {
        // An empty buffer may have no address; nothing is read through this one then.
        bytes =
            message.baseAddress ?? UnsafePointer(UnsafeRawPointer(ByteFlags.table).assumingMemoryBound(to: UInt8.self))
        isTruncated = message.count > Self.byteLimit
        end = min(message.count, Self.byteLimit)
        self.tokens = tokens
    }

    /// Fills `tokens`.
    mutating func run() {
        var at = 0
        while at < end {
            let byte = bytes[at]
            let flag = flags[Int(byte)]
            if flag.contains(.space) {
                if byte == 0x1B, let after = escapeSequence(at) {
                    at = after
                } else {
                    gap = count > 0
                    at += 1
                }
                continue
            }
            if count >= Self.tokenLimit - 4 {
                append(.hole())
                isTruncated = true
                return
            }
            if gap {
                gap = false
                append(.space())
            }
            if !flag.isDisjoint(with: .name) {
                at = lexName(at)
            } else if byte == UInt8(ascii: "/") || byte == UInt8(ascii: "~") || byte == UInt8(ascii: ".") {
                at = lexPath(at)
            } else if byte == UInt8(ascii: "\\") {
                at = lexBackslash(at)
            } else {
                append(.punctuation(byte))
                at += 1
            }
        }
        if isTruncated { append(.hole()) }
    }

    @inline(__always)
    mutating func append(_ token: LogToken) {
        tokens[count] = token
        count += 1
    }

    mutating func removeLast(_ number: Int) { count -= number }

    /// Notes that white space stands here.
    mutating func leaveGap() { gap = count > 0 }

    @inline(__always)
    func has(_ flag: ByteFlags, at index: Int) -> Bool {
        index < end && !flags[Int(bytes[index])].isDisjoint(with: flag)
    }

    @inline(__always)
    func slice(_ start: Int, _ end: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: bytes + start, count: end - start)
    }

    /// The offset after the terminal control sequence (ECMA-48 §5.4) at `start`, if one stands there.
    private func escapeSequence(_ start: Int) -> Int? {
        guard start + 1 < end, bytes[start + 1] == UInt8(ascii: "[") else { return nil }
        var at = start + 2
        while at < end, bytes[at] &- 0x20 < 0x20 { at += 1 }
        return at < end && bytes[at] &- 0x40 < 0x3F ? at + 1 : nil
    }
}
