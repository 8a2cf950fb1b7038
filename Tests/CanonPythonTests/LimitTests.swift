import Foundation
import Testing

@testable import CanonPython

/// Runs `body` on a thread with 512 KiB of stack, as worker threads may have.
func onSmallStack(_ body: @escaping @Sendable () -> Void) {
    let done = DispatchSemaphore(value: 0)
    let thread = Thread {
        body()
        done.signal()
    }
    thread.stackSize = 512 << 10
    thread.start()
    done.wait()
}

@Suite("Limits")
struct LimitTests {
    static let openings: [(String, String)] = [
        ("(", ")"), ("[", "]"), ("{1:", "}"), ("f(", ")"), ("a[", "]"), ("(lambda:", ")"), ("f(a=", ")"), ("-", ""),
        ("not ", ""), ("lambda:", ""), ("a if b else ", ""), ("a**", ""), ("-a**", ""), ("f'{", "}'"), ("(yield ", ")"),
        ("lambda a=", ":a"), ("a.", ""), ("", "()"), ("", "[0]"), ("", "+a"), ("", " and a"), ("", "<a"), ("a=", ""),
        ("~", ""), ("await ", ""), ("*", ""), ("f\"{a:{", "}}\""), ("if a:b\nel", ""), ("@a\n", ""), ("with (", "):b"),
    ]

    @Test("10,000 of anything nested is no crash, also on a small stack", arguments: openings)
    func nested(_ opening: String, _ closing: String) {
        onSmallStack {
            for version in PythonVersion.allCases {
                for count in [100, 1000, 10_000] {
                    let source =
                        String(repeating: opening, count: count) + "a" + String(repeating: closing, count: count)
                    _ = diagnostic(source, version)
                    _ = diagnostic("match a:\n case " + source + ": b", version)
                }
            }
        }
    }

    @Test("200 brackets nest, 201 do not; in 3.8 98 do", arguments: PythonVersion.allCases)
    func brackets(_ version: PythonVersion) {
        func nested(_ count: Int) -> String {
            String(repeating: "(", count: count) + "a" + String(repeating: ")", count: count)
        }
        let limit = version == .v3_8 ? 98 : 200
        #expect(diagnostic(nested(limit), version) == nil)
        #expect(diagnostic(nested(limit + 1), version) != nil)
    }

    @Test("99 blocks nest, 100 do not", arguments: PythonVersion.allCases)
    func blocks(_ version: PythonVersion) {
        func nested(_ count: Int) -> String {
            (0..<count).map { String(repeating: " ", count: $0) + "if a:\n" }.joined()
                + String(repeating: " ", count: count) + "a"
        }
        #expect(diagnostic(nested(99), version) == nil)
        #expect(diagnostic(nested(100), version)?.message == "too many levels of indentation")
    }

    @Test("149 f-strings nest since PEP 701", arguments: [PythonVersion.v3_12, .v3_13, .v3_14])
    func formatted(_ version: PythonVersion) {
        func nested(_ count: Int) -> String {
            String(repeating: "f\"{", count: count) + "a" + String(repeating: "}\"", count: count)
        }
        #expect(diagnostic(nested(149), version) == nil)
        #expect(diagnostic(nested(150), version)?.message == "too many nested f-strings")
    }

    @Test("a chain that CPython cannot turn into objects does not parse")
    func chains() {
        let sum = "a" + String(repeating: "+a", count: 5000)
        let verdicts = PythonVersion.allCases.map { diagnostic(sum, $0) == nil }
        #expect(verdicts == [true, true, true, false, false, true, true])
        let elif = "if a:b\n" + String(repeating: "elif a:b\n", count: 2500)
        for version in PythonVersion.allCases { #expect(diagnostic(elif, version) == nil) }
    }

    @Test("a decimal integer has at most 4,300 digits", arguments: PythonVersion.allCases)
    func digits(_ version: PythonVersion) {
        #expect(diagnostic(String(repeating: "9", count: 4300), version) == nil)
        #expect(diagnostic(String(repeating: "9", count: 4301), version) != nil)
        #expect(diagnostic("0x" + String(repeating: "f", count: 9000), version) == nil)
        #expect(diagnostic(String(repeating: "9", count: 9000) + ".0", version) == nil)
        #expect(diagnostic(String(repeating: "1_", count: 4299) + "1", version) == nil)
    }

    @Test("a line of a megabyte is a line like any other")
    func enormous() {
        let line = "x = '" + String(repeating: "a", count: 1 << 20) + "'\n"
        #expect(diagnostic(line, .v3_13) == nil)
        #expect(diagnostic(line + "x = 'a", .v3_13)?.line == 2)
    }
}
