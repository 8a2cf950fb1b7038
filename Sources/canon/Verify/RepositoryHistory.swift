import CanonVerify

/// The commits of a repository, by `git`. Nothing is checked out.
struct RepositoryHistory: CommitHistory {
    private let repository: GitRepository

    /// - Throws: `CommandFailure` for a shallow clone, which would take what it lacks for what never was.
    init(_ repository: GitRepository) throws {
        guard !repository.isShallow else {
            throw CommandFailure(
                "this clone is shallow, so which commit contains which is not known: git fetch --unshallow",
                status: ExitStatus.unknown)
        }
        self.repository = repository
    }

    func commit(named name: String) throws -> String? {
        guard !name.isEmpty, !name.hasPrefix("-") else { return nil }
        return try repository.answer(["rev-parse", "--verify", "--quiet", "--end-of-options", name + "^{commit}"])
    }

    func isAncestor(_ commit: String, of other: String) throws -> Bool {
        try mergeBase(commit, other) == commit
    }

    func parents(of commit: String) throws -> [String] {
        let line = try repository.answer(["rev-list", "--parents", "--max-count=1", commit]) ?? ""
        return line.split(separator: " ").dropFirst().map(String.init)
    }

    func line(from: String, to: String) throws -> [String] {
        let lines = try repository.answer(["rev-list", "--first-parent", "--reverse", "\(from)..\(to)"]) ?? ""
        return lines.split(separator: "\n").map(String.init)
    }

    func mergeBase(_ a: String, _ b: String) throws -> String? {
        try repository.answer(["merge-base", a, b])
    }

    /// Every commit that a branch, a tag or the work tree has, with what its message says of issues.
    ///
    /// - Parameter tracker: `owner/name` of the tracker; nil when it is not known.
    func index(of tracker: String?) throws -> CommitIndex {
        CommitIndex(
            log: try repository.run([
                "log", "--format=%H%n%ct%n%B%x00", "--encoding=UTF-8", "--branches", "--remotes", "--tags", "HEAD",
            ]), repository: tracker)
    }
}
