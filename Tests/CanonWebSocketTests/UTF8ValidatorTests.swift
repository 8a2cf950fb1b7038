import CanonTestSupport
import Testing

@testable import CanonWebSocket

@Suite struct UTF8ValidatorTests {
    private func isValid(_ pieces: [[UInt8]]) -> Bool {
        var validator = UTF8Validator()
        for piece in pieces where !piece.withUnsafeBytes({ validator.consume($0) }) { return false }
        return validator.isAtCharacterBoundary
    }

    /// Autobahn's groups 6.5 to 6.23, after Markus Kuhn's stress test, as bytes.
    static let sequences: [(bytes: [UInt8], isValid: Bool)] = [
        ([], true),
        ([0x00], true),
        ([0x7F], true),
        (Array("κόσμε".utf8), true),
        (Array("Hello-µ@ßöäüàá-UTF-8!!".utf8), true),
        ([0xC2, 0x80], true), ([0xDF, 0xBF], true),
        ([0xE0, 0xA0, 0x80], true), ([0xEF, 0xBF, 0xBF], true),
        ([0xED, 0x9F, 0xBF], true), ([0xEE, 0x80, 0x80], true), ([0xEF, 0xBF, 0xBD], true),
        ([0xEF, 0xBF, 0xBE], true), ([0xEF, 0xBB, 0xBF], true),
        ([0xF0, 0x90, 0x80, 0x80], true), ([0xF4, 0x8F, 0xBF, 0xBF], true),
        // Above U+10FFFF.
        ([0xF4, 0x90, 0x80, 0x80], false), ([0xF5, 0x80, 0x80, 0x80], false), ([0xF7, 0xBF, 0xBF, 0xBF], false),
        ([0xF8, 0x88, 0x80, 0x80, 0x80], false), ([0xFC, 0x84, 0x80, 0x80, 0x80, 0x80], false),
        // Continuation bytes without a lead.
        ([0x80], false), ([0xBF], false), ([0x80, 0xBF, 0x80], false), ([0x61, 0x80], false),
        // Leads without their continuation.
        ([0xC2], false), ([0xC2, 0x20], false), ([0xE1, 0x80], false), ([0xE1, 0x80, 0x20], false),
        ([0xF1, 0x80, 0x80], false), ([0xF1, 0x80, 0x80, 0x41], false), ([0xC2, 0xC2, 0x80], false),
        // Bytes that never occur.
        ([0xFE], false), ([0xFF], false), ([0xC0], false), ([0xC1, 0xBF], false),
        // Overlong forms.
        ([0xC0, 0xAF], false), ([0xE0, 0x80, 0xAF], false), ([0xE0, 0x9F, 0xBF], false),
        ([0xF0, 0x80, 0x80, 0xAF], false), ([0xF0, 0x8F, 0xBF, 0xBF], false), ([0xC0, 0x80], false),
        // Surrogates.
        ([0xED, 0xA0, 0x80], false), ([0xED, 0xAD, 0xBF], false), ([0xED, 0xBF, 0xBF], false),
        ([0xED, 0xA0, 0x80, 0xED, 0xB0, 0x80], false),
        // Autobahn 6.3.1: valid, then a surrogate, then valid.
        (Array("κόσμε".utf8) + [0xED, 0xA0, 0x80] + Array("edited".utf8), false),
    ]

    @Test("each sequence of the stress test is judged right, in one piece, in every two, and byte by byte")
    func sequencesAreJudged() {
        for (bytes, isValid) in Self.sequences {
            #expect(self.isValid([bytes]) == isValid, "\(bytes)")
            #expect(self.isValid(bytes.map { [$0] }) == isValid, "\(bytes) byte by byte")
            for split in 0...bytes.count {
                #expect(
                    self.isValid([Array(bytes[..<split]), Array(bytes[split...])]) == isValid, "\(bytes) at \(split)")
            }
        }
    }

    @Test("a sequence is judged the same at every place in a longer text")
    func placesDoNotMatter() {
        for (bytes, isValid) in Self.sequences {
            for before in 0..<17 {
                let text = [UInt8](repeating: 0x61, count: before) + bytes + [UInt8](repeating: 0x62, count: 9)
                #expect(self.isValid([text]) == isValid, "\(bytes) after \(before)")
            }
        }
    }

    @Test("every two-byte and a sample of longer sequences agree with the standard library")
    func agreesWithStandardLibrary() {
        var disagreements: [[UInt8]] = []
        for first in 0...255 {
            for second in 0...255 {
                let bytes = [UInt8(first), UInt8(second)]
                if isValid([bytes]) != (String(validating: bytes, as: UTF8.self) != nil) { disagreements.append(bytes) }
            }
        }
        var generator = SeededGenerator(seed: 3629)
        let interesting: [UInt8] = [
            0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xED, 0xEF, 0xF0, 0xF3,
            0xF4, 0xF5,
        ]
        var valid = 0
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 1...5, using: &generator)).map { _ in
                interesting.randomElement(using: &generator) ?? 0
            }
            let expected = String(validating: bytes, as: UTF8.self) != nil
            valid += expected ? 1 : 0
            if isValid([bytes]) != expected { disagreements.append(bytes) }
        }
        #expect(disagreements.isEmpty)
        // The sample was worth taking.
        #expect(valid > 500)
    }

    @Test("the first byte that cannot continue is refused at once")
    func failsFast() {
        let prefixes: [(valid: [UInt8], wrong: UInt8)] = [
            ([0xF4], 0x90), ([0xED], 0xA0), ([0xE0], 0x9F), ([0xF0], 0x8F), ([0xF1, 0x80, 0x80], 0x41), ([0x61], 0xFF),
        ]
        for (valid, wrong) in prefixes {
            var validator = UTF8Validator()
            #expect(valid.withUnsafeBytes { validator.consume($0) })
            #expect([wrong].withUnsafeBytes { validator.consume($0) } == false)
        }
    }
}
