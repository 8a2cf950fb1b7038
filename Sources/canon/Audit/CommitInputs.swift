import CanonAudit
import CanonCodeModel
import CanonFacts

/// Reads commits one after the other.
///
/// Commits of one history share most of their files: the facts of the commit before are kept by content, so that each further one
/// costs the reading of what changed.
final class CommitInputs {
    private let reader: AuditReader
    /// Of the commit that was read last.
    private(set) var known = KnownFacts()
    /// The version whose grammar counted; empty until a commit was read.
    var python: String { known.python }
    /// Contents whose facts were at hand, and contents that had to be parsed.
    private(set) var reused = 0
    private(set) var parsed = 0

    init(_ reader: AuditReader) { self.reader = reader }

    /// - Parameter manifest: nil for the one in the commit.
    func input(at commit: String, manifest: Manifest?) throws -> Audit.Input {
        let input = try reader.commit(commit, manifest: manifest, known: known)
        let facts = Dictionary(input.files.map { ($0.path, $0.facts) }, uniquingKeysWith: { first, _ in first })
        var next = KnownFacts(python: input.python)
        for entry in try reader.requiredRepository().files(of: commit) {
            guard let facts = facts[entry.path],
                next.byBlob.updateValue(facts, forKey: KnownFacts.key(of: entry)) == nil
            else { continue }
            if known.python == input.python, known.byBlob[KnownFacts.key(of: entry)] != nil {
                reused += 1
            } else {
                parsed += 1
            }
        }
        known = next
        return input
    }
}
