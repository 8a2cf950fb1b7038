import CanonTestSupport
import Testing

@testable import CanonVerify

@Suite("Double decoding")
struct DoubleDecodingTests {
    private func repaired(_ text: String) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: DoubleDecoding.repaired(Array(text.unicodeScalars)).scalars)
        return String(view)
    }

    private func table(_ encoding: SingleByteEncoding) -> [UInt8: Unicode.Scalar] {
        var table: [UInt8: Unicode.Scalar] = [:]
        for value in UInt32(0x80)...0xFFFF {
            if let scalar = Unicode.Scalar(value), let byte = encoding.byte(of: scalar) { table[byte] = scalar }
        }
        return table
    }

    /// The mistake itself: bytes of UTF-8 read as another encoding.
    private func broken(_ text: String, _ table: [UInt8: Unicode.Scalar]) -> String? {
        var view = String.UnicodeScalarView()
        for byte in text.utf8 {
            guard let scalar = byte < 0x80 ? Unicode.Scalar(byte) : table[byte] else { return nil }
            view.append(scalar)
        }
        return String(view)
    }

    @Test("every byte above ASCII has one character in both encodings", arguments: SingleByteEncoding.allCases)
    func tables(_ encoding: SingleByteEncoding) {
        let bytes = (UInt32(0x80)...0xFFFF).compactMap { Unicode.Scalar($0).flatMap(encoding.byte(of:)) }
        #expect(Set(bytes).count == 128)
        #expect(bytes.count == 128)
    }

    @Test("symbols that were read as Windows-1252 or Mac Roman are repaired")
    func symbols() {
        #expect(repaired("âœ… done â†’ next ðŸ¤– ðŸ“‹") == "✅ done → next 🤖 📋")
        #expect(repaired("‚úÖ done ‚Üí next \u{F8FF}ü§ñ \u{F8FF}üõ°Ô∏è ‚ö†Ô∏è") == "✅ done → next 🤖 🛡️ ⚠️")
        #expect(repaired("itâ€™s â€œhereâ€\u{9D}") == "it’s “here”")
    }

    @Test("letters are repaired within words, and beside certain cases")
    func letters() {
        #expect(repaired("cafÃ© GrÃ¶ÃŸe") == "café Größe")
        #expect(repaired("âœ… Ã© Â§ 5") == "✅ é § 5")
        #expect(repaired("‚úÖ caf√©") == "✅ café")
    }

    @Test(
        "text that is right stays as it is",
        arguments: [
            "passé…»", "« été… »", "„Ü“ und „Ä“", "‚Größe‘", "2√π ≤ 3", "¬† ‡", "NÃO", "“NÃ” e “SÃ”", "São Tomé", "Â»",
            "✅ → 🤖 ⚠️ 🛡️",
            "日本語",
            "Привет", "naïve façade — “quoted” ‘text’…", "½ × 3 ± 0.5 °C", "café", "Ærø", "100 €", "a\u{A0}b",
        ])
    func right(_ text: String) {
        #expect(repaired(text) == text)
    }

    @Test("what was broken once or twice comes back, in any mixture of symbols", arguments: SingleByteEncoding.allCases)
    func roundTrip(_ encoding: SingleByteEncoding) throws {
        let table = table(encoding)
        for seed in UInt64(1)...200 {
            var random = SeededGenerator(seed: seed)
            let pieces = ["✅", "→", "🤖", "⚠️", "plain words ", " - ", "“", "…", "🚨", "\n", "| a |"]
            let text = (0..<8).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            let once = try #require(broken(text, table))
            #expect(repaired(once) == text, "seed \(seed)")
            if let twice = broken(once, table) { #expect(repaired(twice) == text, "seed \(seed), twice") }
            #expect(repaired(text) == text, "seed \(seed), right")
        }
    }

    @Test("each scalar knows where it began")
    func origins() {
        let text = Array("a âœ… b".unicodeScalars)
        let repaired = DoubleDecoding.repaired(text)
        #expect(repaired.origins == [0, 1, 2, 5, 6])
        #expect(repaired.repairs == 1)
    }
}
