public import CanonFacts

/// Rewrites what Python files name, byte for byte: everything else stays as it is.
///
/// One serves one thread.
public struct PythonRewriter: ~Copyable {
    private var parser: PythonParser

    public init(version: PythonVersion) { parser = PythonParser(version: version) }

    /// A file with the names that an order asks for.
    ///
    /// - Returns: nil when the file does not parse, or would not parse afterwards.
    public mutating func rewrite(_ bytes: [UInt8], _ order: RewriteOrder) -> Rewriting? {
        guard parse(bytes) else { return nil }
        var file = FileRewriting(tree: parser.tree, order: order)
        file.run()
        let used = file.usedNames()
        guard !file.edits.isEmpty else { return Rewriting(bytes: bytes, used: used, left: file.left) }
        return checked(
            Rewriting(
                bytes: file.edits.applied(to: bytes, text: parser.tree.text) ?? bytes,
                statements: file.changedStatements(), used: used, left: file.left))
    }

    /// A file without some names at its top. A definition that the file itself uses gives way to an import of what stands for it.
    ///
    /// - Returns: as of ``rewrite(_:_:)``; `Rewriting.removed` says which names are gone.
    public mutating func remove(_ names: Set<String>, from bytes: [UInt8], _ order: RewriteOrder) -> Rewriting? {
        guard parse(bytes) else { return nil }
        var removal = Removal(of: names, from: parser.tree, order)
        removal.run()
        var result = Rewriting(bytes: bytes, used: removal.renamed, left: removal.left)
        guard !removal.edits.isEmpty, let after = removal.edits.applied(to: bytes, text: parser.tree.text) else {
            return result
        }
        result.bytes = after
        result.removed = removal.removed
        return checked(result)
    }

    /// The calls of a file; nil when it does not parse.
    public mutating func calls(in bytes: [UInt8]) -> [CallShape]? {
        parse(bytes) ? CallReading(tree: parser.tree).calls() : nil
    }

    /// Nothing may be planned that cannot be read afterwards.
    private mutating func checked(_ result: Rewriting) -> Rewriting? { parse(result.bytes) ? result : nil }

    private mutating func parse(_ bytes: [UInt8]) -> Bool { bytes.withUnsafeBytes { parser.parse($0) } == nil }
}
