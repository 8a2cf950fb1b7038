/// Finds the issue that a problem belongs to, and others that have to do with it.
public struct IssueMatcher: Sendable {
    private struct Entry: Sendable {
        var issue: KnownIssue
        var titleWords: Set<String>
        var words: Set<String>
    }

    private let entries: [Entry]
    /// In how many issues a word stands: what stands in most of them says nothing.
    private var spread: [String: Int] = [:]

    public init(_ issues: [KnownIssue]) {
        entries = issues.map { issue in
            let title = Self.words(issue.title)
            return Entry(issue: issue, titleWords: title, words: title.union(Self.words(issue.body)))
        }
        for entry in entries { for word in entry.words { spread[word, default: 0] += 1 } }
    }

    public struct Match: Sendable, Hashable {
        /// The issue that is about this very problem.
        public var issue: KnownIssue?
        /// Others that share its words, the nearest first.
        public var related: [KnownIssue]

        public init(issue: KnownIssue? = nil, related: [KnownIssue] = []) {
            self.issue = issue
            self.related = related
        }
    }

    static let maximumRelated = 5

    public func match(_ problem: ProblemReport) -> Match {
        let fingerprints = [problem.fingerprint] + problem.mergedFingerprints
        if let entry = entries.first(where: { entry in fingerprints.contains { entry.issue.body.contains($0) } }) {
            return Match(issue: entry.issue, related: related(problem, but: entry.issue))
        }
        let name = Self.words(problem.title)
        // Without a fingerprint an issue is the problem's when it says all of its words, and enough of them.
        let same = entries.first { entry in
            name.count >= 3 && name.isSubset(of: entry.words)
                && Double(name.intersection(entry.titleWords).count) >= Double(name.count) * 0.6
        }
        return Match(issue: same?.issue, related: related(problem, but: same?.issue))
    }

    private func related(_ problem: ProblemReport, but own: KnownIssue?) -> [KnownIssue] {
        var words = Self.words(problem.title).union(Self.words(problem.template))
        if let file = problem.code?.file { words.formUnion(Self.words(file)) }
        let scored = entries.filter { $0.issue != own }.map { entry -> (Double, KnownIssue) in
            // A word counts the more, the fewer issues have it.
            let score = words.intersection(entry.words).reduce(0.0) { sum, word in
                let count = Double(spread[word] ?? 1)
                return count > Double(entries.count) / 2 && entries.count > 3 ? sum : sum + 1 / count
            }
            return (score, entry.issue)
        }
        return scored.filter { $0.0 >= 0.5 }.sorted { ($1.0, $0.1.name) < ($0.0, $1.1.name) }.prefix(
            Self.maximumRelated
        )
        .map(\.1)
    }

    private static let common: Set<String> = [
        "the", "and", "for", "with", "from", "that", "this", "not", "are", "was", "has", "have", "but", "its", "into",
        "when",
        "error", "warning", "failed", "failure", "issue", "gcp", "new", "other", "log", "logs", "found", "current",
        "status",
    ]

    /// Words of at least three letters in lower case; the parts of a name count as well as the name.
    static func words(_ text: String) -> Set<String> {
        var result: Set<String> = []
        for word in text.lowercased().split(whereSeparator: { !$0.isLetter && !$0.isNumber && $0 != "_" }) {
            for part in [word] + word.split(separator: "_") where part.count >= 3 && !part.allSatisfy(\.isNumber) {
                let part = String(part)
                if !common.contains(part) { result.insert(part) }
            }
        }
        return result
    }
}
