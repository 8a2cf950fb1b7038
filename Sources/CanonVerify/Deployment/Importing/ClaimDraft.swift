/// A claim as it can be drafted from an issue: what is not known is left unknown, with what there is to go by.
public struct ClaimDraft: Sendable, Equatable {
    /// Something that was found out, and where.
    public struct Found: Sendable, Equatable {
        public var value: String
        public var because: String
    }

    public var issue: TrackedIssue
    public var fix: Found?
    /// What to go by when ``fix`` is not known, or what else was linked, a line each.
    public var fixNotes: [String] = []
    public var concept: Found?
    public var conceptNote: String?

    public init(_ issue: TrackedIssue, commits: CommitIndex, concepts: ConceptNames) {
        self.issue = issue
        findFix(commits)
        findConcept(concepts)
    }

    // MARK: The commit

    /// From what is surest: what the tracker says closed it, what a commit says of itself, the merge of the pull request that closed
    /// it, and last the only commit that its texts name. Several of one kind: the newest, for it has the others before it mostly.
    private mutating func findFix(_ commits: CommitIndex) {
        for id in issue.closingCommits where commits.commit(id) == nil {
            fixNotes.append("closed by \(id), which is not in this repository: fetch it, or the history was rewritten")
        }
        let told = commits.newestFirst(issue.closingCommits.compactMap { commits.commit($0) })
        if take(told, "the tracker says that it closed the issue") { return }
        if take(commits.commits(closing: issue.number), "its message says that it closes the issue") { return }
        for pull in issue.closingPulls {
            let merges = commits.commits(merging: pull)
            if take(merges, "it merged pull request #\(pull), which closed the issue") { return }
            fixNotes.append("closed by pull request #\(pull), whose merge is not in this repository")
        }
        let mentions = CommitMentions.all(in: [issue.body] + issue.comments).compactMap { mention in
            commits.commit(mention.id).map { (commit: $0, mention: mention) }
        }
        let named = commits.newestFirst(mentions.filter { !$0.mention.isCause }.map(\.commit))
        if named.count == 1, let mention = mentions.first(where: { $0.commit == named[0] })?.mention {
            fix = Found(value: named[0], because: "the only commit that the issue names: \(mention.line)")
        } else {
            for commit in named {
                let line = mentions.first { $0.commit == commit }?.mention.line ?? ""
                fixNotes.append("one of several commits that the issue names: \(commit.prefix(12)): \(line)")
            }
        }
        for (commit, mention) in mentions where mention.isCause && commit != fix?.value {
            fixNotes.append("named as a cause: \(commit.prefix(12)): \(mention.line)")
        }
    }

    private mutating func take(_ commits: [String], _ because: String) -> Bool {
        guard let newest = commits.first else { return false }
        fix = Found(value: newest, because: because)
        fixNotes += commits.dropFirst().map { "so does an earlier one: \($0.prefix(12))" }
        return true
    }

    // MARK: The concept

    /// Where it is named nearest to the point: in the title, else in a label, else in the body.
    private mutating func findConcept(_ concepts: ConceptNames) {
        let places = [
            ("the title", issue.title), ("a label", issue.labels.joined(separator: "\n")), ("the body", issue.body),
        ]
        for (place, text) in places {
            let named = concepts.named(in: text)
            if named.count == 1 {
                concept = Found(value: named[0], because: "named in \(place)")
                return
            }
            if named.count > 1 {
                conceptNote = "\(place) names several: \(named.joined(separator: ", "))"
                return
            }
        }
        let names = concepts.names
        conceptNote =
            names.isEmpty
            ? "the manifest declares none" : "the issue names none of the manifest's: \(names.joined(separator: ", "))"
    }
}

/// Commit ids in the texts of an issue.
enum CommitMentions {
    struct Mention: Equatable {
        var id: String
        /// What stands around it, in one line.
        var line: String
        /// The words before it say that it brought the trouble, not that it ended it.
        var isCause: Bool
    }

    private static let causes: Set<String> = [
        "introduced", "introduces", "introducing", "caused", "causes", "broke", "broken", "breaks", "regressed",
        "regression",
        "since", "reverted", "reverts", "revert", "before", "culprit", "bisect", "bisected", "until",
    ]

    static func all(in texts: [String]) -> [Mention] {
        texts.flatMap { text in text.split(whereSeparator: \.isNewline).flatMap { mentions(in: $0) } }
    }

    private static func mentions(in line: Substring) -> [Mention] {
        var found: [Mention] = []
        var before: Set<String> = []
        for word in line.split(whereSeparator: { !($0.isLetter || $0.isNumber || $0 == "_") }) {
            if isCommit(word) {
                let text = line.split(whereSeparator: \.isWhitespace).joined(separator: " ")
                found.append(
                    Mention(
                        id: word.lowercased(), line: text.count > 100 ? text.prefix(97) + "..." : text,
                        isCause: !before.isDisjoint(with: causes)))
            }
            before.insert(word.lowercased())
        }
        return found
    }

    /// Seven to forty hexadecimal digits, of which not all are numbers: a number alone is most often none.
    private static func isCommit(_ word: Substring) -> Bool {
        (7...40).contains(word.utf8.count) && word.allSatisfy { $0.isASCII && $0.isHexDigit }
            && word.contains { $0.isLetter } && word.contains { $0.isNumber }
    }
}
