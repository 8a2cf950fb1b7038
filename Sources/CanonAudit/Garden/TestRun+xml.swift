/// A report that is not what it should be, with its place.
public struct TestRunProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// From 1.
    public var line: Int
    public var message: String

    public var description: String { "line \(line): \(message)" }
}

extension TestRun {
    /// Reads a report (`testsuites`, `testsuite`, `testcase`, with `failure`, `error`, `skipped` beneath).
    ///
    /// - Throws: when the text is no such report, or its totals are not those of its tests: then something is missing from it.
    public init(junit bytes: [UInt8]) throws(TestRunProblem) {
        var scanner = TagScanner(bytes)
        var open: [String] = []
        var cases: [Case] = []
        var totals: [(line: Int, tests: Int, from: Int)] = []
        var timestamp: String?
        var isReport = false
        while let tag = try scanner.next() {
            switch tag.form {
            case .closing:
                guard open.popLast() == tag.name else {
                    throw TestRunProblem(line: tag.line, message: "</\(tag.name)> closes nothing that is open")
                }
                if tag.name == "testsuite", let total = totals.popLast() { try Self.check(total, cases.count) }
                continue
            case .opening, .empty: break
            }
            if open.isEmpty {
                guard !isReport, tag.name == "testsuites" || tag.name == "testsuite" else {
                    throw TestRunProblem(line: tag.line, message: "expected <testsuites>, came <\(tag.name)>")
                }
                isReport = true
            }
            if timestamp == nil, tag.name == "testsuites" || tag.name == "testsuite" {
                timestamp = tag.attributes["timestamp"]
            }
            switch tag.name {
            case "testsuite":
                // No number: no total to hold it against.
                let total = (tag.line, tag.attributes["tests"].flatMap(Int.init) ?? -1, cases.count)
                if tag.form == .empty { try Self.check(total, cases.count) } else { totals.append(total) }
            case "testcase":
                cases.append(
                    Case(
                        className: tag.attributes["classname"] ?? "", name: tag.attributes["name"] ?? "",
                        file: tag.attributes["file"], outcome: .passed))
            case "failure", "error", "skipped":
                guard open.last == "testcase", let last = cases.indices.last else {
                    // Of a whole suite: nothing in it can be relied upon.
                    if tag.name != "skipped" { cases.append(Case(className: "", name: tag.name, outcome: .error)) }
                    break
                }
                cases[last].outcome = Self.worse(cases[last].outcome, tag.name)
            default: break
            }
            if tag.form == .opening { open.append(tag.name) }
        }
        guard isReport, open.isEmpty else {
            let message =
                isReport
                ? "it ends before </\(open.last ?? "testsuites")>"
                : "there is no <testsuites>: is it a report of pytest?"
            throw TestRunProblem(line: scanner.line, message: message)
        }
        self.init(cases: cases, timestamp: timestamp)
    }

    private static func worse(_ outcome: Outcome, _ tag: String) -> Outcome {
        switch (outcome, tag) {
        case (_, "error"), (.error, _): .error
        case (_, "failure"), (.failed, _): .failed
        default: .skipped
        }
    }

    /// pytest counts a test that fails and then has an error in its fixture twice: more than stand there is as good.
    private static func check(
        _ total: (line: Int, tests: Int, from: Int), _ count: Int
    ) throws(TestRunProblem) {
        guard total.tests >= 0, count - total.from < total.tests, total.from >= 0 else { return }
        // A test with two outcomes is one case and two tests.
        throw TestRunProblem(
            line: total.line, message: "the suite counts \(total.tests) tests and holds \(count - total.from)")
    }
}

/// The tags of a text in XML, one after the other. Entities of its own are refused: reports have none, and they can be made to
/// fill a machine.
private struct TagScanner {
    struct Tag {
        enum Form { case opening, closing, empty }

        var name: String
        var form: Form
        var attributes: [String: String]
        var line: Int
    }

    private let bytes: [UInt8]
    private var position = 0
    private(set) var line = 1

    init(_ bytes: [UInt8]) {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        self.bytes = bytes.starts(with: mark) ? Array(bytes.dropFirst(3)) : bytes
    }

    mutating func next() throws(TestRunProblem) -> Tag? {
        while position < bytes.count {
            guard bytes[position] == UInt8(ascii: "<") else {
                advance()
                continue
            }
            if starts(with: "<!--") {
                try skip(to: "-->")
            } else if starts(with: "<![CDATA[") {
                try skip(to: "]]>")
            } else if starts(with: "<?") {
                try skip(to: "?>")
            } else if starts(with: "<!") {
                throw TestRunProblem(line: line, message: "a document type; reports of tests have none")
            } else {
                return try tag()
            }
        }
        return nil
    }

    private mutating func tag() throws(TestRunProblem) -> Tag {
        let start = line
        advance()
        var form = Tag.Form.opening
        if peek == UInt8(ascii: "/") {
            form = .closing
            advance()
        }
        let name = name()
        guard !name.isEmpty else { throw TestRunProblem(line: start, message: "a < without a name behind it") }
        var attributes: [String: String] = [:]
        while true {
            skipSpace()
            switch peek {
            case UInt8(ascii: ">"):
                advance()
                return Tag(name: name, form: form, attributes: attributes, line: start)
            case UInt8(ascii: "/"):
                advance()
                form = .empty
            case nil: throw TestRunProblem(line: start, message: "<\(name) has no end")
            default:
                let key = self.name()
                skipSpace()
                guard !key.isEmpty, form == .opening, peek == UInt8(ascii: "=") else {
                    throw TestRunProblem(line: line, message: "<\(name)> holds what is no attribute")
                }
                advance()
                skipSpace()
                attributes[key] = try value(of: name)
            }
        }
    }

    private mutating func value(of tag: String) throws(TestRunProblem) -> String {
        guard let quote = peek, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            throw TestRunProblem(line: line, message: "<\(tag)> has an attribute without quotes")
        }
        advance()
        let start = position
        while let byte = peek, byte != quote { advance() }
        guard peek != nil else { throw TestRunProblem(line: line, message: "<\(tag) has no end") }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        advance()
        guard text.contains("&") else { return text }
        return text.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
            .replacing("&apos;", with: "'").replacing("&amp;", with: "&")
    }

    private mutating func name() -> String {
        let start = position
        while let byte = peek, byte > 0x20, !Self.ends.contains(byte) { advance() }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private static let ends = Set("/>=\"'<".utf8)

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func advance() {
        if bytes[position] == 0x0A { line += 1 }
        position += 1
    }

    private mutating func skipSpace() { while let byte = peek, byte <= 0x20 { advance() } }

    private func starts(with text: StaticString) -> Bool {
        text.withUTF8Buffer { bytes[position...].starts(with: $0) }
    }

    private mutating func skip(to text: StaticString) throws(TestRunProblem) {
        let start = line
        while position < bytes.count {
            if starts(with: text) {
                for _ in 0..<text.utf8CodeUnitCount { advance() }
                return
            }
            advance()
        }
        throw TestRunProblem(line: start, message: "what begins here has no end")
    }
}
