import GRDB

/// A moment at which the memory began to hold something else about whether a problem is over.
public struct ProblemChange: Sendable, Hashable {
    public enum Source: String, Sendable, Codable {
        /// A run saw it, or saw that it was gone.
        case run
        /// Somebody said so.
        case person
    }

    /// When it was noted, in nanoseconds since 1970. The entries themselves may be older.
    public var at: Int64
    public var state: ProblemState
    public var source: Source
    /// The revision of a fix.
    public var revision: String?
    /// Why, in words, where the state does not say it all.
    public var reason: String?
}

extension ProblemChange {
    /// What there is to note when a problem goes from one status to another; nil when nothing has changed.
    /// - Parameter old: nil for a problem that the memory did not know.
    init?(from old: ProblemStatus?, to problem: StoredProblem, source: Source, reason: String? = nil, at: Int64) {
        guard old != problem.status else { return nil }
        var revision: String?
        if case .resolved(let fix) = problem.status { revision = fix.revision }
        self.init(at: at, state: problem.state, source: source, revision: revision, reason: reason)
    }

    func save(_ db: Database, _ fingerprint: String, run: Int) throws {
        try db.execute(
            sql: """
                INSERT INTO problem_change (fingerprint, run, at, state, source, revision, reason)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [fingerprint, run, at, state.rawValue, source.rawValue, revision, reason])
    }

    /// The changes of a problem, the oldest first. What happened before the memory kept them is not among them.
    static func all(_ db: Database, of fingerprint: String) throws -> [ProblemChange] {
        try Row.fetchAll(
            db,
            sql: "SELECT at, state, source, revision, reason FROM problem_change WHERE fingerprint = ? ORDER BY run",
            arguments: [fingerprint]
        ).map { row in
            ProblemChange(
                at: row["at"], state: ProblemState(rawValue: row["state"]) ?? .unknown,
                source: Source(rawValue: row["source"]) ?? .run, revision: row["revision"], reason: row["reason"])
        }
    }
}
