import CanonAudit

extension FileChange {
    var diff: UnifiedDiff {
        let after: [UInt8]? = if case .rewritten(let bytes) = outcome { bytes } else { nil }
        return UnifiedDiff(path: path, before: before, after: after)
    }
}
