public import CanonFacts

/// Rewrites what Python files name, byte for byte: everything else stays as it is.
///
/// One serves one thread.
public struct PythonRewriter: ~Copyable {
    private var parser: PythonParser

    public init(version: PythonVersion) { parser = PythonParser(version: version) }

    /// - Returns: nil when the file does not parse, or not after it was rewritten.
    public mutating func rewrite(_ bytes: [UInt8], _ order: RewriteOrder) -> Rewriting? {
        guard parse(bytes) else { return nil }
        var file = FileRewriting(tree: parser.tree, order: order)
        file.run()
        guard !file.edits.isEmpty else { return Rewriting(bytes: bytes, left: file.left) }
        let result = Rewriting(
            bytes: file.edits.applied(to: bytes, text: parser.tree.text) ?? bytes,
            statements: file.changedStatements(), renamed: file.renamed, left: file.left)
        // Nothing may be planned that cannot be read afterwards.
        return parse(result.bytes) ? result : nil
    }

    private mutating func parse(_ bytes: [UInt8]) -> Bool { bytes.withUnsafeBytes { parser.parse($0) } == nil }
}
