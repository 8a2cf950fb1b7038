/// The commits of a repository, as far as a search needs them. Read from git's objects; the work tree is never touched.
public protocol CommitHistory {
    /// The full id; nil when the repository has no such commit.
    func commit(named name: String) throws -> String?
    func isAncestor(_ commit: String, of other: String) throws -> Bool
    /// The first one is the line that the commit continues; the others are what it merged.
    func parents(of commit: String) throws -> [String]
    /// `to` and its first parents as far as `from` does not have them among its ancestors, oldest first.
    func line(from: String, to: String) throws -> [String]
    /// Where two lines parted; nil when they never met.
    func mergeBase(_ a: String, _ b: String) throws -> String?
}

/// Finds the commit that brought something back, with as few audits as a search by halves needs.
public struct Bisection {
    private let history: any CommitHistory
    /// Whether a commit has what is looked for.
    private let has: (String) throws -> Bool

    public init(_ history: any CommitHistory, has: @escaping (String) throws -> Bool) {
        self.history = history
        self.has = has
    }

    /// The commit that has it while its first parent has not.
    ///
    /// When it came, went and came again in between, one of those commits is found, and what is said of it is true.
    /// A merge is looked into: the commit of the branch that brought it is named rather than the merge.
    ///
    /// - Parameters:
    ///   - good: has it not.
    ///   - bad: has it, and has `good` among its ancestors.
    public func culprit(after good: String, upTo bad: String) throws -> String {
        let line = try history.line(from: good, to: bad)
        guard !line.isEmpty else { return bad }
        // The good commit may have come by a merge: what stood on the line before it says nothing.
        let start = try Self.first(in: line.indices) { try history.isAncestor(good, of: line[$0]) }
        return try inside(line[Self.first(in: start..<line.endIndex) { try has(line[$0]) }])
    }

    /// The first that holds, where the last one does and all behind the first do.
    private static func first(in range: Range<Int>, _ holds: (Int) throws -> Bool) rethrows -> Int {
        var low = range.lowerBound
        var high = range.upperBound - 1
        while low < high {
            let middle = low + (high - low) / 2
            if try holds(middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// The commit itself, or, when it is a merge of a branch that had it, the one of the branch.
    private func inside(_ commit: String) throws -> String {
        let parents = try history.parents(of: commit)
        guard parents.count > 1 else { return commit }
        for parent in parents.dropFirst() where try has(parent) {
            guard let base = try history.mergeBase(parents[0], parent), base != parent, try !has(base) else { continue }
            return try culprit(after: base, upTo: parent)
        }
        return commit
    }
}
