/// Validates UTF-8 as it arrives, in pieces of any size, and refuses the first byte that cannot be part of it
/// (Unicode 16, table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF).
struct UTF8Validator {
    /// Continuation bytes that the started character still needs.
    private var missing: UInt8 = 0
    /// What the next continuation byte may be; narrower than 80...BF only after some lead bytes.
    private var lowest: UInt8 = 0x80
    private var highest: UInt8 = 0xBF

    /// Whether the text could end here: no character is half read.
    var isAtCharacterBoundary: Bool {
        missing == 0
    }

    /// Takes the next bytes of the text.
    ///
    /// - Returns: false if they cannot continue it; the validator is of no use afterwards.
    mutating func consume(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let base = bytes.baseAddress else { return true }
        let count = bytes.count
        var index = 0
        var (missing, lowest, highest) = (self.missing, self.lowest, self.highest)
        while index < count {
            if missing == 0 {
                while index &+ 8 <= count,
                    base.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
                {
                    index &+= 8
                }
                guard index < count else { break }
                let lead = base.load(fromByteOffset: index, as: UInt8.self)
                index &+= 1
                if lead < 0x80 { continue }
                switch lead {
                case 0xC2...0xDF: missing = 1
                case 0xE0: (missing, lowest) = (2, 0xA0)
                case 0xED: (missing, highest) = (2, 0x9F)
                case 0xE1...0xEF: missing = 2
                case 0xF0: (missing, lowest) = (3, 0x90)
                case 0xF1...0xF3: missing = 3
                case 0xF4: (missing, highest) = (3, 0x8F)
                default: return false
                }
            } else {
                let byte = base.load(fromByteOffset: index, as: UInt8.self)
                guard byte >= lowest, byte <= highest else { return false }
                (lowest, highest) = (0x80, 0xBF)
                missing &-= 1
                index &+= 1
            }
        }
        (self.missing, self.lowest, self.highest) = (missing, lowest, highest)
        return true
    }
}
