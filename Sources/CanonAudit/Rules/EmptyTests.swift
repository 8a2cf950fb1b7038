import CanonFacts

/// The tests of one file that show nothing.
struct EmptyTests {
    struct Test {
        var name: String
        var line: Int
        var verdict: TestReader.Verdict
    }

    /// The line that skips all of them; then there is nothing else.
    private(set) var skippedModule: Int?
    private(set) var tests: [Test] = []
    private(set) var examined = 0

    /// - Parameter source: the text of the file, asked for when a docstring matters.
    init(_ facts: FileFacts, source: () -> [UInt8]?) {
        guard facts.error == nil else { return }
        skippedModule = Self.skippedModule(facts)
        guard skippedModule == nil else {
            examined = 1
            return
        }
        var reader = TestReader(facts)
        var lines: SourceLines?
        for (index, declaration) in facts.declarations.enumerated() {
            let line = Int(declaration.line)
            if declaration.kind == .class {
                guard declaration.parent == FileFacts.noIndex, TestReader.isSkipped(declaration, facts) else {
                    continue
                }
                let verdict = TestReader.Verdict(
                    reason: "is never run: it is marked to be skipped", confidence: .confirmed)
                tests.append(Test(name: facts.names[declaration.name], line: line, verdict: verdict))
                continue
            }
            guard reader.isTest(declaration), var verdict = reader.verdict(of: index) else { continue }
            if verdict.assertsNothing, declaration.flags.contains(.hasDocstring) {
                // Examples in a docstring are tests of their own.
                if lines == nil { lines = source().map { SourceLines($0) } }
                if lines?.holds(">>>", in: line...max(line, Int(declaration.endLine))) == true { continue }
            }
            if verdict.returnsVerdict, declaration.parent == FileFacts.noIndex, Self.isCalled(declaration.name, facts) {
                verdict.confidence = .review
            }
            tests.append(Test(name: facts.names[declaration.name], line: line, verdict: verdict))
        }
        examined = reader.examined
    }

    /// Whether code of the file itself calls a function, or takes it along.
    private static func isCalled(_ name: Name, _ facts: FileFacts) -> Bool {
        facts.events.selecting([.call, .use]).contains { $0.event.name == name }
    }

    /// The line of `pytestmark = pytest.mark.skip`, or of `pytest.skip(…)` at the top.
    private static func skippedModule(_ facts: FileFacts) -> Int? {
        guard let state = facts.state.first(where: { $0.owner == .module && facts.names[$0.name] == "pytestmark" })
        else {
            return nil
        }
        let value = facts.names[state.value]
        return value.hasSuffix("mark.skip") ? Int(state.line) : nil
    }
}

extension EmptyTests: FilePart {
    init?(stored reader: inout RecordReader) {
        let line = reader.number()
        skippedModule = line < 0 ? nil : line
        examined = reader.number()
        tests = reader.list { Test(stored: &$0) }
    }

    func store(in writer: inout RecordWriter) {
        writer.write(skippedModule ?? -1)
        writer.write(examined)
        writer.write(tests) { $1.store(in: &$0) }
    }
}

extension EmptyTests.Test: FilePart {
    init?(stored reader: inout RecordReader) {
        name = reader.text()
        line = reader.number()
        let reason = reader.text()
        guard let confidence = Confidence(rawValue: reader.text()) else { return nil }
        verdict = TestReader.Verdict(reason: reason, confidence: confidence)
        verdict.line = reader.number()
        verdict.text = reader.text()
        let flags = reader.number()
        verdict.returnsVerdict = flags & 1 != 0
        verdict.assertsNothing = flags & 2 != 0
    }

    func store(in writer: inout RecordWriter) {
        writer.write(name)
        writer.write(line)
        writer.write(verdict.reason)
        writer.write(verdict.confidence.rawValue)
        writer.write(verdict.line)
        writer.write(verdict.text)
        writer.write((verdict.returnsVerdict ? 1 : 0) | (verdict.assertsNothing ? 2 : 0))
    }
}
