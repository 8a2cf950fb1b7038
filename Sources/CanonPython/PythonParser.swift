/// Reads Python source into a tree and says whether CPython's `ast.parse` would accept it.
///
/// One parser serves one thread. It keeps its buffers from file to file, so that a warm parser allocates nothing.
public struct PythonParser: ~Copyable {
    public let version: PythonVersion
    var source = SourceText()
    var lexer: Lexer
    var grammar: Grammar

    public init(version: PythonVersion) {
        self.version = version
        self.lexer = Lexer(version: version)
        self.grammar = Grammar(version: version)
    }

    /// Parses the bytes of a file: encoding (PEP 263), tokens, grammar.
    ///
    /// - Returns: why the file does not parse, or `nil`; then ``tree`` holds what was read.
    public mutating func parse(_ bytes: UnsafeRawBufferPointer) -> PythonDiagnostic? {
        grammar.reset()
        lexer.reset()
        do throws(PythonDiagnostic) {
            try source.load(bytes, version: version)
        } catch {
            return error
        }
        lexer.run(over: &source)
        let problem = grammar.run(over: &lexer, text: UnsafePointer(source.text.base))
        return problem.map { source.diagnostic($0) }
    }

    /// What the last ``parse(_:)`` read. After an error it holds the nodes made until then, below no root that is of use.
    public var tree: PythonTree {
        PythonTree(
            version: version, text: source.view, nodes: grammar.nodes.view, tokens: lexer.tokens.view,
            lineStarts: source.lineStarts.view,
            hashedLines: lexer.hashes.lines.view, root: grammar.root)
    }
}

/// An error by its place in the text.
struct SyntaxProblem: Error {
    var offset: Int
    var message: String
}
