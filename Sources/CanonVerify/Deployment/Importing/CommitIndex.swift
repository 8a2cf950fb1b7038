/// The commits of a repository by their ids, and by the issues and pull requests that their messages say they close or merge.
public struct CommitIndex: Sendable {
    public struct Commit: Sendable, Equatable {
        /// The full id.
        public var id: String
        /// When it was committed, in seconds since 1970.
        public var time: Int64
        public var message: String

        public init(id: String, time: Int64, message: String) {
            self.id = id
            self.time = time
            self.message = message
        }
    }

    /// Sorted by id.
    private let ids: [String]
    private let times: [String: Int64]
    private var closing: [Int: [String]] = [:]
    private var merging: [Int: [String]] = [:]

    /// - Parameters:
    ///   - commits: in any order.
    ///   - repository: `owner/name` of the tracker; what closes an issue of another repository closes none of this one.
    public init(_ commits: [Commit], repository: String? = nil) {
        ids = commits.map(\.id).sorted()
        times = Dictionary(commits.map { ($0.id, $0.time) }, uniquingKeysWith: { first, _ in first })
        for commit in commits {
            for number in Set(ClosingWords.issues(in: commit.message, of: repository)) {
                closing[number, default: []].append(commit.id)
            }
            if let pull = ClosingWords.pull(of: commit.message) { merging[pull, default: []].append(commit.id) }
        }
    }

    /// The commits from what `git log --format=%H%n%ct%n%B%x00` writes.
    public init(log: [UInt8], repository: String? = nil) {
        let commits = log.split(separator: 0).compactMap { record -> Commit? in
            let lines = record.drop { $0 == 0x0A }.split(
                separator: 0x0A, maxSplits: 2, omittingEmptySubsequences: false)
            guard lines.count >= 2, let time = Int64(String(decoding: lines[1], as: UTF8.self)) else { return nil }
            return Commit(
                id: String(decoding: lines[0], as: UTF8.self), time: time,
                message: lines.count > 2 ? String(decoding: lines[2], as: UTF8.self) : "")
        }
        self.init(commits, repository: repository)
    }

    /// The one commit whose id begins so; nil when there is none, or more than one.
    public func commit(_ prefix: String) -> String? {
        let prefix = prefix.lowercased()
        var (low, high) = (0, ids.count)
        while low < high {
            let middle = (low + high) / 2
            if ids[middle] < prefix { low = middle + 1 } else { high = middle }
        }
        guard low < ids.count, ids[low].hasPrefix(prefix) else { return nil }
        return low + 1 < ids.count && ids[low + 1].hasPrefix(prefix) ? nil : ids[low]
    }

    /// Commits whose message says that it closes the issue, the newest first.
    public func commits(closing issue: Int) -> [String] { newestFirst(closing[issue] ?? []) }

    /// Commits that merged the pull request, the newest first.
    public func commits(merging pull: Int) -> [String] { newestFirst(merging[pull] ?? []) }

    func newestFirst(_ commits: some Sequence<String>) -> [String] {
        Set(commits).sorted { (times[$1] ?? 0, $0) < (times[$0] ?? 0, $1) }
    }
}

/// The words by which GitHub lets a commit close an issue.
enum ClosingWords {
    private static let words: Set<String> = [
        "close", "closes", "closed", "fix", "fixes", "fixed", "resolve", "resolves", "resolved",
    ]

    /// The issues that a message closes: `Fixes #12`, `closes: GH-12`, `resolved owner/name#12`.
    static func issues(in message: String, of repository: String?) -> [Int] {
        let tokens = message.split(whereSeparator: \.isWhitespace)
        return zip(tokens, tokens.dropFirst()).compactMap { word, target in
            let word = word.last == ":" ? word.dropLast() : word
            guard words.contains(word.lowercased().filter { $0.isLetter || $0.isNumber }), word.last?.isLetter == true
            else { return nil }
            return issue(target, of: repository)
        }
    }

    private static func issue(_ text: Substring, of repository: String?) -> Int? {
        if text.lowercased().hasPrefix("gh-") { return number(text.dropFirst(3)) }
        guard let hash = text.firstIndex(of: "#") else { return nil }
        let owner = text[..<hash]
        guard owner.isEmpty || owner.lowercased() == repository?.lowercased() else { return nil }
        return number(text[text.index(after: hash)...])
    }

    /// Digits, and then at most punctuation.
    private static func number(_ text: Substring) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard text.dropFirst(digits.count).allSatisfy({ $0.isPunctuation }) else { return nil }
        return Int(digits)
    }

    /// The pull request whose merge the message is: `Merge pull request #12 from …`, or `One room manager (#12)` of a squash.
    static func pull(of message: String) -> Int? {
        let subject = message.prefix { !$0.isNewline }
        let merge = "Merge pull request #"
        if subject.hasPrefix(merge) { return Int(subject.dropFirst(merge.count).prefix { $0.isASCII && $0.isNumber }) }
        guard subject.hasSuffix(")"), let open = subject.range(of: "(#", backwards: true) else { return nil }
        return Int(subject[open...].dropFirst(2).dropLast())
    }
}

extension Substring {
    /// Where a text last begins.
    fileprivate func range(of text: String, backwards: Bool) -> Index? {
        var found: Index?
        var at = startIndex
        while at < endIndex {
            if self[at...].hasPrefix(text) { found = at }
            at = index(after: at)
        }
        return found
    }
}
