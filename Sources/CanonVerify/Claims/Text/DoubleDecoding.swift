/// Repairs UTF-8 that was once read as another encoding and written again: `âœ…` and `‚úÖ` become a check mark.
///
/// Text that is right must stay as it is, and much right text could be read as bytes of UTF-8 (`passé…»`, `„Ü“`, `2√π`). So only
/// what right text does not have is taken: sequences whose result is a symbol, an emoji or a mark of punctuation beyond Latin-1,
/// and runs of three sequences without a remainder. Letters of Latin-1 (`Ã©`) are taken where they stand in a word, or when the
/// document has a certain case already.
enum DoubleDecoding {
    /// Text with, for each scalar, the offset in the original at which it began.
    struct Repaired {
        var scalars: [Unicode.Scalar]
        var origins: [Int]
        /// Sequences that were replaced.
        var repairs: Int
    }

    /// Text that went through the mistake several times is repaired as often.
    static func repaired(_ original: [Unicode.Scalar]) -> Repaired {
        var text = Repaired(scalars: original, origins: Array(original.indices), repairs: 0)
        for _ in 0..<4 {
            let next = pass(text)
            if next.repairs == text.repairs { break }
            text = next
        }
        return text
    }

    private static func pass(_ text: Repaired) -> Repaired {
        let scalars = text.scalars
        var certain: Set<SingleByteEncoding> = []
        var index = 0
        while index < scalars.count {
            if scalars[index].isASCII {
                index += 1
            } else if let found = certainSequence(scalars, index) {
                certain.insert(found.encoding)
                index += found.length
            } else {
                index += 1
            }
        }
        var result = Repaired(scalars: [], origins: [], repairs: text.repairs)
        result.scalars.reserveCapacity(scalars.count)
        result.origins.reserveCapacity(scalars.count)
        index = 0
        while index < scalars.count {
            if !scalars[index].isASCII,
                let found = certainSequence(scalars, index) ?? letter(scalars, index, certain: certain)
            {
                for scalar in found.scalars {
                    result.scalars.append(scalar)
                    result.origins.append(text.origins[index])
                }
                result.repairs += 1
                index += found.length
            } else {
                result.scalars.append(scalars[index])
                result.origins.append(text.origins[index])
                index += 1
            }
        }
        return result
    }

    private struct Sequence {
        var encoding: SingleByteEncoding
        var scalars: [Unicode.Scalar]
        /// In scalars of the text that is read.
        var length: Int
    }

    /// So many sequences in a row are no accident, whatever stands around them.
    private static let longRun = 16

    private static func certainSequence(_ text: [Unicode.Scalar], _ start: Int) -> Sequence? {
        for encoding in SingleByteEncoding.allCases {
            guard let first = decoded(text, start, encoding) else { continue }
            if isSymbol(first.scalars[0]) { return first }
            // Three in a row: no word of a language that these encodings can write looks so.
            var run = first
            var count = 1
            while let next = decoded(text, start + run.length, encoding) {
                run.scalars += next.scalars
                run.length += next.length
                count += 1
            }
            let end = start + run.length
            let endsClean = end >= text.count || text[end].isASCII
            let beginsClean = start == 0 || text[start - 1].isASCII
            if count >= longRun || count >= 3 && beginsClean && endsClean { return run }
        }
        return nil
    }

    /// `Ã©` in `cafÃ©`.
    private static func letter(
        _ text: [Unicode.Scalar], _ start: Int, certain: Set<SingleByteEncoding>
    ) -> Sequence? {
        for encoding in SingleByteEncoding.allCases {
            guard let found = decoded(text, start, encoding), found.length == 2, found.scalars[0].value < 0x100 else {
                continue
            }
            if certain.contains(encoding) { return found }
            // A square root before a letter of mathematics is right text more often than not.
            guard encoding == .windows1252, found.scalars[0].properties.isAlphabetic else { continue }
            let second = text[start + 1]
            guard !closing.contains(second) else { continue }
            let isInWord =
                start > 0 && isLetter(text[start - 1]) || start + 2 < text.count && isLetter(text[start + 2])
            if isInWord { return found }
        }
        return nil
    }

    /// What follows a letter in right text.
    private static let closing = Set("«»“”‘’‚„…–—•·\u{A0}".unicodeScalars)

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool { scalar.isASCII && scalar.properties.isAlphabetic }

    /// One character of UTF-8 (RFC 3629) at a place, if its bytes were read as this encoding.
    private static func decoded(_ text: [Unicode.Scalar], _ start: Int, _ encoding: SingleByteEncoding) -> Sequence? {
        guard start < text.count, let lead = encoding.byte(of: text[start]) else { return nil }
        let length: Int
        var value: UInt32
        switch lead {
        case 0xC2...0xDF: (length, value) = (2, UInt32(lead & 0x1F))
        case 0xE0...0xEF: (length, value) = (3, UInt32(lead & 0x0F))
        case 0xF0...0xF4: (length, value) = (4, UInt32(lead & 0x07))
        default: return nil
        }
        guard start + length <= text.count else { return nil }
        for offset in 1..<length {
            guard let byte = encoding.byte(of: text[start + offset]), byte & 0xC0 == 0x80 else { return nil }
            value = value << 6 | UInt32(byte & 0x3F)
        }
        let minimum: [UInt32] = [0x80, 0x800, 0x10000]
        guard value >= minimum[length - 2], let scalar = Unicode.Scalar(value) else { return nil }
        return Sequence(encoding: encoding, scalars: [scalar], length: length)
    }

    private static func isSymbol(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        // Punctuation, currency, arrows, mathematics, technical, boxes, dingbats.
        case 0x2010...0x2BFF: true
        // Variation selectors, the byte order mark, the replacement character.
        case 0xFE0E, 0xFE0F, 0xFEFF, 0xFFFD: true
        // Emoji.
        case 0x1F000...0x1FAFF: true
        // The apple, with which Mac Roman writes the first byte of an emoji.
        case 0xF8FF: true
        default: false
        }
    }
}
