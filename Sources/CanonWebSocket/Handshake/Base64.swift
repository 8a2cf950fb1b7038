/// The alphabet of RFC 4648 section 4, with padding: as much of it as the opening handshake needs.
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits: UInt32 = 0
            for byte in group { bits = bits << 8 | UInt32(byte) }
            bits <<= UInt32(3 - group.count) * 8
            for position in 0..<4 {
                let index = Int(bits >> UInt32(18 - 6 * position) & 0x3F)
                text.append(position <= group.count ? alphabet[index] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Whether a text is the base64 of 16 bytes: 22 characters of the alphabet and two of padding.
    static func encodesSixteenBytes(_ text: String) -> Bool {
        let utf8 = text.utf8
        return utf8.count == 24
            && utf8.suffix(2).allSatisfy { $0 == UInt8(ascii: "=") }
            && utf8.prefix(22).allSatisfy { alphabet.contains($0) }
    }
}
