/// A token of a canonical shape: the hole, a punctuation byte, or a name in a `Lexicon`.
///
/// Two symbols of one lexicon are equal exactly if their texts are.
struct Symbol: Hashable, BitwiseCopyable, ExpressibleByUnicodeScalarLiteral {
    let rawValue: UInt32

    static let hole = Symbol(rawValue: 0)
    static let space: Symbol = " "

    init(rawValue: UInt32) { self.rawValue = rawValue }

    /// A punctuation byte.
    @inline(__always)
    init(_ byte: UInt8) { rawValue = UInt32(byte) }

    @inline(__always)
    init(unicodeScalarLiteral scalar: Unicode.Scalar) { rawValue = scalar.value }

    @inline(__always)
    var isHole: Bool { rawValue == 0 }

    @inline(__always)
    var isName: Bool { rawValue > 0xFF }

    @inline(__always)
    func isPunctuation(_ flag: ByteFlags) -> Bool {
        rawValue > 0 && rawValue <= 0xFF && !ByteFlags.table[Int(rawValue)].isDisjoint(with: flag)
    }
}
