/// One fingerprint of a window of statements, for finding copies across files.
///
/// A window begins at a logical line and is the least number of whole ones that hold ``windowTokens`` tokens. The tokens are
/// normalised: every name one class, every number one, every string one; keywords, operators and the ends of lines and blocks
/// as themselves; comments, blanks and docstrings left out. Of ``keepOneOf`` windows in a row the one with the smallest hash
/// is kept (winnowing, Schleimer, Wilkerson and Aiken, SIGMOD 2003), so that every copy of ``keepOneOf`` windows that begin at
/// lines in a row shares a fingerprint with its original, wherever it stands.
public struct CloneFingerprint: Hashable, Sendable, BitwiseCopyable {
    /// About four lines of code.
    public static let windowTokens = 32
    public static let keepOneOf = 8

    /// The hash in the upper 36 bits, the line in 20, the number of lines that follow it in 8.
    private var bits: UInt64

    /// 36 bits: what many files share by chance is to be confirmed by the bodies' hashes, or by fingerprints in a row.
    public var hash: UInt64 { bits >> 28 }
    /// The line of the window's first token, at most 1,048,575.
    public var line: UInt32 { UInt32(truncatingIfNeeded: bits >> 8 & 0xF_FFFF) }
    /// The line of the window's last token, at most 255 more.
    public var endLine: UInt32 { line + UInt32(truncatingIfNeeded: bits & 0xFF) }

    /// - Parameter hash: of which the upper 36 bits are kept.
    public init(hash: UInt64, line: Int, endLine: Int) {
        let kept = hash & ~0xFFF_FFFF
        bits = kept | UInt64(min(line, 0xF_FFFF)) << 8 | UInt64(min(max(endLine - line, 0), 0xFF))
    }
}
