import CanonAudit
import CanonVerify
import Foundation

/// A line of commits between two that were named, oldest first.
struct HistoryWindow {
    /// As it was asked for.
    let since: String?
    let until: String
    let commits: [HistoryReport.Commit]

    /// - Parameters:
    ///   - since: a revision; a day, for what stood at its end; or a span such as `30d` before the last commit. Nil: the first commit.
    ///   - until: a revision.
    /// - Throws: `CommandFailure` when one is not there, or no line leads from the one to the other.
    init(since: String?, until: String, in repository: GitRepository) throws {
        self.since = since
        self.until = until
        let history = try RepositoryHistory(repository)
        let end = try repository.commit(named: until)
        guard let since else {
            commits = try Self.log([end], repository)
            return
        }
        guard let start = try Self.start(since, before: end, repository, history) else {
            // All of it is younger.
            commits = try Self.log([end], repository)
            return
        }
        guard try history.isAncestor(start, of: end) else {
            let base = try history.mergeBase(start, end)
            throw CommandFailure(
                "\(since.shortened) is no ancestor of \(until.shortened), so no history leads from the one to the other"
                    + (base.map { "; they parted at \($0.prefix(12)): --since \($0.prefix(12))" } ?? ""),
                status: ExitStatus.usage)
        }
        let first = try Self.log(["--max-count=1", start], repository)
        // Of the commits on the way some may lie beside the line that holds the start; they are not reachable from it.
        commits = try first + Self.log(["\(start)..\(end)"], repository)
    }

    var window: HistoryReport.Window { .init(since: since, until: until, commits: commits.count) }

    // MARK: The start

    /// Nil when the whole history is younger.
    private static func start(
        _ since: String, before end: String, _ repository: GitRepository, _ history: RepositoryHistory
    ) throws -> String? {
        // A revision first: `1234567d` may be a commit as well as a span.
        if let commit = try history.commit(named: since) { return commit }
        if let day = CalendarDate(since) { return try repository.commit(of: end, onFirstParentsUntil: day) }
        if let span = TimeSpan(argument: since) {
            guard let last = try log(["--max-count=1", end], repository).first, let time = Self.time(last) else {
                return nil
            }
            let day = Int(((time - span.seconds) / 86_400).rounded(.down))
            return try repository.commit(of: end, onFirstParentsUntil: CalendarDate(dayNumber: day))
        }
        throw CommandFailure(
            "--since \(since.shortened): there is no such commit; expected a revision, a day such as 2025-09-15, or a span "
                + "such as 30d", status: ExitStatus.usage)
    }

    private static func time(_ commit: HistoryReport.Commit) -> Double? {
        (try? Date.ISO8601FormatStyle.iso8601.parse(commit.time))?.timeIntervalSince1970
    }

    // MARK: Commits

    /// - Parameter arguments: what to list; of first parents only, oldest first.
    private static func log(_ arguments: [String], _ repository: GitRepository) throws -> [HistoryReport.Commit] {
        let lines = try repository.run(
            ["log", "--first-parent", "--reverse", "--no-show-signature", "--no-color", "--format=%H%x1f%ct%x1f%s"]
                + arguments + ["--"])
        return String(decoding: lines, as: UTF8.self).split(separator: "\n").compactMap { line in
            let fields = line.split(separator: "\u{1F}", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3, let seconds = Double(fields[1]) else { return nil }
            return HistoryReport.Commit(
                id: String(fields[0]), time: Date(timeIntervalSince1970: seconds).formatted(.iso8601),
                subject: String(fields[2]))
        }
    }
}
