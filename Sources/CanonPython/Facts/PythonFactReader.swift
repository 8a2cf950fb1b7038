public import CanonFacts

/// Reads Python source and says what stands in it: bytes in, facts out.
///
/// One reader serves one thread. It keeps its buffers from file to file.
public struct PythonFactReader: ~Copyable {
    private var parser: PythonParser
    private var walk: FactWalk

    public init(version: PythonVersion) {
        parser = PythonParser(version: version)
        walk = FactWalk()
    }

    public var version: PythonVersion { parser.version }

    /// What the last ``read(_:)`` found.
    public private(set) var facts = FileFacts()

    /// Parses the bytes of a file and collects its facts in ``facts``.
    ///
    /// - Returns: why the file does not parse, or nil. The error is part of the facts as well.
    @discardableResult
    public mutating func read(_ bytes: UnsafeRawBufferPointer) -> PythonDiagnostic? {
        var problem = parser.parse(bytes)
        var records = FileFacts.Records()
        if problem == nil {
            walk.reset()
            walk.run(over: parser.tree, isASCII: !parser.source.hasWideCharacters)
            if walk.isTooDeep { problem = PythonDiagnostic(line: 1, column: 1, message: Grammar.tooDeepMessage) }
        }
        if let problem {
            records.error = FactError(
                line: UInt32(clamping: problem.line), column: UInt32(clamping: problem.column), message: problem.message
            )
        } else {
            records = walk.makeFacts()
        }
        records.byteCount = UInt32(clamping: bytes.count)
        facts = FileFacts(records)
        return problem
    }
}
