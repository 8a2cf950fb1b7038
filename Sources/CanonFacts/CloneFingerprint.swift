/// One fingerprint of a window of tokens, for finding copies across files.
///
/// The tokens of a file are normalised (every name one class, every number one, every string one; keywords, operators and
/// the structure of lines and blocks as themselves; comments, blanks and docstrings left out) and hashed in windows of ``windowTokens`` by a
/// polynomial rolling hash modulo 2^64: moving the window by a token costs one multiplication. Of ``keepOneOf`` windows in
/// a row the one with the smallest hash is kept (winnowing, Schleimer, Wilkerson and Aiken, SIGMOD 2003), so that any copy of
/// at least `windowTokens + keepOneOf - 1` tokens shares a fingerprint, wherever it starts.
public struct CloneFingerprint: Hashable, Sendable, BitwiseCopyable {
    /// About four lines of code.
    public static let windowTokens = 32
    public static let keepOneOf = 16
    /// An odd constant: the hash of a window is the sum of `token * multiplier^position`.
    public static let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15

    public var hash: UInt64
    /// The line of the window's first token.
    public var line: UInt32
    /// The line of the window's last token.
    public var endLine: UInt32

    public init(hash: UInt64, line: UInt32, endLine: UInt32) {
        self.hash = hash
        self.line = line
        self.endLine = endLine
    }
}
