/// What a token is, as far as its own bytes tell.
enum TokenKind: UInt8, BitwiseCopyable {
    /// A value that varies for certain: a number, an address, a path, an identifier with digits.
    case hole
    /// Letters, with hyphens between them.
    case word
    /// Letters and one digit (`eth0`, `ssh2`): a name in one log and a value in the next.
    case numbered
    /// A dotted name (`java.io.File`): a class in one log and a value in the next.
    case dotted
    case punctuation
    case space

    /// Whether evidence may turn it into a hole.
    @inline(__always)
    var isName: Bool { self == .word || self == .numbered || self == .dotted }
}

/// A token of a message. What it says stands in the message itself; `hash` identifies the text of a name.
struct LogToken: BitwiseCopyable {
    var hash: UInt64
    var start: UInt32
    var length: UInt32
    var kind: TokenKind
    /// The byte of a punctuation.
    var byte: UInt8

    @inline(__always)
    static func hole() -> LogToken { LogToken(hash: 0, start: 0, length: 0, kind: .hole, byte: 0) }

    @inline(__always)
    static func punctuation(_ byte: UInt8) -> LogToken {
        LogToken(hash: 0, start: 0, length: 0, kind: .punctuation, byte: byte)
    }

    @inline(__always)
    static func space() -> LogToken { LogToken(hash: 0, start: 0, length: 0, kind: .space, byte: 0x20) }
}
