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
}
