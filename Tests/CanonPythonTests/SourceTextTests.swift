import Testing

@testable import CanonPython

@Suite("The text of a source")
struct SourceTextTests {
    /// What a loaded text is to be, byte by byte.
    private struct Expected {
        var text: [UInt8] = []
        var lineStarts: [UInt32] = [0]
        var isWide = false

        init(_ source: [UInt8]) {
            var index = 0
            while index < source.count {
                var byte = source[index]
                index += 1
                if byte == 0x0D {
                    if index < source.count, source[index] == 0x0A { index += 1 }
                    byte = 0x0A
                }
                if byte >= 0x80 { isWide = true }
                text.append(byte)
                if byte == 0x0A { lineStarts.append(UInt32(text.count)) }
            }
            if text.last != 0x0A {
                text.append(0x0A)
                lineStarts.append(UInt32(text.count))
            }
            lineStarts.removeLast()
        }
    }

    private func check(_ source: [UInt8], _ text: inout SourceText) throws {
        try source.withUnsafeBytes { try text.load($0, version: .v3_13) }
        let expected = Expected(source)
        #expect(Array(text.view) == expected.text)
        #expect(Array(text.lineStarts.view) == expected.lineStarts)
        #expect(text.hasWideCharacters == expected.isWide)
        // What scans run into, also where a longer text was before.
        let behind = UnsafeBufferPointer(start: text.text.base + text.length, count: SourceText.padding)
        #expect(behind.allSatisfy { $0 == 0 })
    }

    @Test("has its line ends and wide characters found at any place of a block")
    func places() throws {
        var text = SourceText()
        try check([UInt8](repeating: 0x78, count: 5000), &text)
        for length in [0, 1, 63, 64, 65, 128, 200] {
            let plain = [UInt8](repeating: 0x61, count: length)
            try check(plain, &text)
            for place in 0..<length {
                for mark in [[0x0A], [0x0D], [0x0D, 0x0A], [0xC3, 0xA9], [0x0A, 0x0A]] as [[UInt8]] {
                    var source = plain
                    source.replaceSubrange(place..<place + 1, with: mark)
                    try check(source, &text)
                }
            }
        }
    }

    @Test("holds no NUL, wherever it stands")
    func nulls() {
        var text = SourceText()
        for place in 0..<150 {
            var source = [UInt8](repeating: 0x61, count: 150)
            source[place] = 0
            source[75] = place == 75 ? 0 : 0x0A
            let message = source.withUnsafeBytes { bytes in
                do throws(PythonDiagnostic) {
                    try text.load(bytes, version: .v3_13)
                    return "none"
                } catch { return "\(error.line): \(error.message)" }
            }
            #expect(message == "\(place > 75 ? 2 : 1): source code cannot contain null bytes")
        }
    }
}
