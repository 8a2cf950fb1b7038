import CanonAudit
import CanonFacts
import CanonPython

/// Rewrites Python for a plan.
struct PythonSourceRewriter: SourceRewriter {
    let version: PythonVersion

    func rewrite(_ bytes: [UInt8], _ order: RewriteOrder) -> Rewriting? {
        var rewriter = PythonRewriter(version: version)
        return rewriter.rewrite(bytes, order)
    }

    func remove(_ names: Set<String>, from bytes: [UInt8], _ order: RewriteOrder) -> Rewriting? {
        var rewriter = PythonRewriter(version: version)
        return rewriter.remove(names, from: bytes, order)
    }

    func calls(in bytes: [UInt8]) -> [CallShape]? {
        var rewriter = PythonRewriter(version: version)
        return rewriter.calls(in: bytes)
    }

    func facts(of bytes: [UInt8]) -> FileFacts {
        var reader = PythonFactReader(version: version)
        bytes.withUnsafeBytes { _ = reader.read($0) }
        return reader.facts
    }
}
