internal import CanonFacts

/// The hashes of some tokens in a row: by their kinds, and with their texts.
struct TokenHash: BitwiseCopyable {
    var shape: UInt64 = 0
    var exact: UInt64 = 0

    /// An odd constant: the hash of a sequence is the sum of `element * multiplier^position`.
    static let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// What each kind of token adds, for as long as the process lives. Small numbers would make sums that meet by chance.
    nonisolated(unsafe) static let weights: UnsafePointer<UInt64> = {
        let weights = UnsafeMutablePointer<UInt64>.allocate(capacity: 256)
        for kind in 0..<256 { weights[kind] = ContentHash.mix(UInt64(kind) + 1) }
        return UnsafePointer(weights)
    }()

    /// Whether tokens of a kind have a text. The others, but for the ends of lines and blocks, are their text.
    @inline(__always)
    static func hasText(_ kind: TokenKind) -> Bool {
        kind.rawValue >= TokenKind.name.rawValue && kind.rawValue <= TokenKind.fstringEnd.rawValue
    }

    /// Adds a token.
    ///
    /// - Parameter values: the weight of its kind, and that or ``value(_:_:_:)``.
    @inline(__always)
    mutating func add(_ shapeValue: UInt64, _ exactValue: UInt64) {
        shape = shape &* Self.multiplier &+ shapeValue
        exact = exact &* Self.multiplier &+ exactValue
    }

    /// What a token with a text adds.
    ///
    /// - Parameter text: its start, with padding behind it to read.
    @inline(__always)
    static func value(_ weight: UInt64, _ text: UnsafePointer<UInt8>, _ length: Int) -> UInt64 {
        let raw = UnsafeRawPointer(text)
        var value = weight
        if length <= 8 {
            // Most names are short: their bytes are their number.
            value ^= word(raw) & (UInt64.max >> UInt64(truncatingIfNeeded: 64 &- length &* 8))
        } else if length <= 16 {
            value ^= word(raw) &* multiplier ^ word(raw + (length &- 8))
        } else {
            value ^= ContentHash.of(UnsafeRawBufferPointer(start: raw, count: length))
        }
        value = (value &+ UInt64(truncatingIfNeeded: length)) &* multiplier
        return value ^ value >> 32
    }

    @inline(__always)
    private static func word(_ place: UnsafeRawPointer) -> UInt64 {
        place.loadUnaligned(as: UInt64.self).littleEndian
    }
}

/// One logical line of a file, or the end of a block, as ``StatementHashes`` needs it.
struct HashedLine: BitwiseCopyable {
    /// Where its first token starts, and where it ends.
    var start: UInt32 = 0
    var end: UInt32 = 0
    /// The number of tokens before it, and the hash of the lines before it.
    var tokensBefore: UInt32 = 0
    var before = TokenHash()
}

/// Hashes of the tokens of each logical line.
///
/// The lexer makes them, because it has the bytes of a token at hand: a pass over the tokens afterwards cost as much as half of
/// the lexer.
struct LineHashes: ~Copyable {
    /// The lines with tokens and the ends of blocks, and behind them one more that says what stands before it.
    private(set) var lines = GrowingBuffer<HashedLine>(capacity: 1 << 10)
    private let weights = TokenHash.weights
    /// The tokens of the line under way.
    private var line = TokenHash()
    /// The lines before it.
    private var before = TokenHash()
    private var tokensBefore: UInt32 = 0

    mutating func reset() {
        lines.count = 0
        line = TokenHash()
        before = TokenHash()
        tokensBefore = 0
    }

    /// Adds a token that is no end of a line or block.
    @inline(__always)
    mutating func add(_ kind: TokenKind, _ text: UnsafePointer<UInt8>, _ length: Int) {
        let weight = weights[Int(kind.rawValue)]
        line.add(weight, TokenHash.hasText(kind) ? TokenHash.value(weight, text, length) : weight)
    }

    /// Ends the line under way.
    ///
    /// - Parameter count: its tokens, the end of the line among them; 0 for a text that is a statement of its own, which
    ///   documents or comments and leaves no trace.
    @inline(__always)
    mutating func endLine(from start: UInt32, to end: UInt32, count: Int) {
        if count > 0 {
            note(start, end, count, ContentHash.mix(line.shape), ContentHash.mix(line.exact))
        }
        line = TokenHash()
    }

    /// The end of a block is a line without tokens.
    mutating func endBlock(at offset: UInt32) {
        let weight = weights[Int(TokenKind.dedent.rawValue)]
        note(offset, offset, 0, weight, weight)
    }

    /// Ends the file.
    mutating func finish() { note(0, 0, 0, 0, 0) }

    @inline(__always)
    private mutating func note(_ start: UInt32, _ end: UInt32, _ count: Int, _ shape: UInt64, _ exact: UInt64) {
        lines.append(HashedLine(start: start, end: end, tokensBefore: tokensBefore, before: before))
        tokensBefore &+= UInt32(truncatingIfNeeded: count)
        before.add(shape, exact)
    }
}
