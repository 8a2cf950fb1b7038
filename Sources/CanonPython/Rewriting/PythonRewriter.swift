public import CanonFacts

/// Rewrites what Python files name, byte for byte: everything else stays as it is.
///
/// One serves one thread.
public struct PythonRewriter: ~Copyable {
    private var parser: PythonParser

    public init(version: PythonVersion) { parser = PythonParser(version: version) }

    /// - Returns: nil when the file does not parse.
    public mutating func rewrite(_ bytes: [UInt8], _ order: RewriteOrder) -> Rewriting? {
        let problem = bytes.withUnsafeBytes { parser.parse($0) }
        guard problem == nil else { return nil }
        var edits = SourceEdits()
        ImportEdits(tree: parser.tree, order: order).add(to: &edits)
        return Rewriting(bytes: edits.applied(to: bytes), statements: edits.count)
    }
}
