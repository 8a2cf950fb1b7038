/// The two encodings through which UTF-8 is most often read by mistake: what Windows and what old Macs took for text.
enum SingleByteEncoding: CaseIterable {
    /// As the WHATWG Encoding Standard has it: the five bytes without a character stand for the controls of their number.
    case windows1252
    /// As Apple's ROMAN.TXT of Unicode has it.
    case macRoman

    /// The byte that this encoding writes for a character; nil for ASCII, which no mistake changes, and for what it lacks.
    func byte(of scalar: Unicode.Scalar) -> UInt8? {
        switch self {
        case .windows1252: Self.windowsBytes[scalar]
        case .macRoman: Self.macBytes[scalar]
        }
    }

    private static let windowsBytes: [Unicode.Scalar: UInt8] = {
        let high = "\u{20AC}\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8D}Ž\u{8F}\u{90}‘’“”•–—˜™š›œ\u{9D}žŸ"
        var bytes = table(high, from: 0x80)
        for byte in UInt8(0xA0)...0xFF { bytes[Unicode.Scalar(byte)] = byte }
        return bytes
    }()

    private static let macBytes: [Unicode.Scalar: UInt8] = table(
        "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø¿¡¬√ƒ≈∆«»…\u{A0}ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›ﬁﬂ‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ"
            + "\u{F8FF}ÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ", from: 0x80)

    private static func table(_ characters: String, from first: UInt8) -> [Unicode.Scalar: UInt8] {
        var bytes: [Unicode.Scalar: UInt8] = [:]
        for (offset, scalar) in characters.unicodeScalars.enumerated() { bytes[scalar] = first + UInt8(offset) }
        return bytes
    }
}
