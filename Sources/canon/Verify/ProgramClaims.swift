import CanonAudit
import CanonVerify

/// Hands the engine of `canon verify claims` to the auditor, which does not know it.
struct ProgramClaims: ClaimReader {
    /// The history that commits are looked up in; nil outside of version control.
    let repository: GitRepository?

    func openClaims(
        in documents: [(path: String, bytes: [UInt8])], of context: borrowing RuleContext, python: String,
        commit: String?
    ) -> [OpenClaim] {
        let evidence = ProgramEvidence(
            copy context, python: python, commit: commit, repository: repository, name: "the audited files")
        let report = ClaimsReport(documents: documents.map { (name: $0.path, bytes: $0.bytes) }, evidence: evidence)
        return report.statements.compactMap { OpenClaim($0) }
    }
}

extension OpenClaim {
    /// Kinds of statements that a report must not leave open; what else it says, people decide.
    private static let kinds: Set<String> = [
        "path", "absence", "command", "commit", "import", "symbol", "definition", "log-names", "log-message",
        "log-origin",
        "number", "percentage",
    ]

    /// Nil for what was reproduced, for what was never a question to a repository, and for what could be checked with evidence that
    /// was not at hand, which is not the document's fault.
    init?(_ row: ClaimsReport.Row) {
        guard Self.kinds.contains(row.kind) else { return nil }
        switch row.verdict {
        case .reproduced: return nil
        case .notCheckable: guard row.gap == .definition else { return nil }
        case .contradicted: break
        }
        let isNumber = ["number", "percentage"].contains(row.kind)
        let digits = row.quote.drop { !$0.isNumber }.prefix { $0.isNumber || $0 == "," }.filter { $0 != "," }
        self.init(
            path: row.place.file, line: row.place.line, quote: row.quote, isContradicted: row.verdict == .contradicted,
            reason: row.reason, remedy: row.remedy, number: isNumber ? Int(digits) : nil)
    }
}
