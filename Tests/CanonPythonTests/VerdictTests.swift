import Testing

@testable import CanonPython

struct VerdictCase: Sendable, CustomTestStringConvertible {
    let source: [UInt8]
    let verdicts: String
    let text: String

    var testDescription: String { text }

    static let versions: [PythonVersion] = [.v3_8, .v3_9, .v3_10, .v3_11, .v3_12, .v3_13]

    static let all: [VerdictCase] = VerdictTable.lines.split(separator: "\n").map { line in
        let text = String(line.dropFirst(7))
        return VerdictCase(source: unescaped(text), verdicts: String(line.prefix(6)), text: text)
    }

    static func unescaped(_ text: String) -> [UInt8] {
        var result: [UInt8] = []
        var bytes = Array(text.utf8)[...]
        while let byte = bytes.popFirst() {
            guard byte == UInt8(ascii: "\\"), let letter = bytes.popFirst() else {
                result.append(byte)
                continue
            }
            switch letter {
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "x"):
                result.append(UInt8(String(decoding: bytes.prefix(2), as: UTF8.self), radix: 16)!)
                bytes = bytes.dropFirst(2)
            default: result.append(letter)
            }
        }
        return result
    }
}

/// Why `source` does not parse, or `nil`.
func diagnostic(_ source: [UInt8], _ version: PythonVersion) -> PythonDiagnostic? {
    var parser = PythonParser(version: version)
    return source.withUnsafeBytes { parser.parse($0) }
}

func diagnostic(_ source: String, _ version: PythonVersion) -> PythonDiagnostic? {
    diagnostic(Array(source.utf8), version)
}

@Test("a source parses in the versions in which CPython parses it", arguments: VerdictCase.all)
func verdict(_ example: VerdictCase) {
    for (version, expected) in zip(VerdictCase.versions, example.verdicts) {
        let found = diagnostic(example.source, version)
        #expect((found == nil) == (expected == "."), "\(version): \(String(describing: found))")
    }
}

@Test("the table of verdicts is complete") func table() {
    #expect(VerdictCase.all.count > 400)
    #expect(VerdictCase.all.allSatisfy { $0.verdicts.allSatisfy { $0 == "." || $0 == "E" } })
}

/// What PEP 649, 750, 758 and 765 and the reference say of 3.14; no interpreter was at hand.
@Test(
    "3.14 reads what its PEPs add",
    arguments: [
        ("t'a{b!r:>{c}}'", true), ("tr'\\{a}' rt'b'", true), ("t'a' 'b'", false), ("t'a' b'b'", false),
        ("t'a' f'{b}'", false), ("bt'a'", false), ("try: pass\nexcept a, b: pass", true),
        ("try: pass\nexcept* a, b: pass", true), ("try: pass\nexcept a, b as c: pass", false),
        ("try: pass\nexcept a,: pass", true), ("def f():\n try: pass\n finally: return", true),
        ("rf'{a:\\x4}'", true),
    ])
func newestVersion(_ source: String, _ parses: Bool) {
    #expect((diagnostic(source, .v3_14) == nil) == parses)
    if source.contains("t'") { #expect(diagnostic(source, .v3_13) != nil) }
}

@Test("a parser gives the same answer again after any other file") func reuse() {
    for version in PythonVersion.allCases {
        var parser = PythonParser(version: version)
        for example in VerdictCase.all {
            let fresh = diagnostic(example.source, version)
            #expect(example.source.withUnsafeBytes { parser.parse($0) } == fresh, "\(version): \(example.text)")
        }
    }
}

@Test("an empty file and one of blanks parse", arguments: PythonVersion.allCases)
func empty(_ version: PythonVersion) {
    for source in ["", "\n", "   ", "\t\n  # a\n", "\u{0C}"] { #expect(diagnostic(source, version) == nil) }
}
