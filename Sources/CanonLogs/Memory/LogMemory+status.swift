import GRDB

extension LogMemory {
    /// Marks a problem as fixed.
    /// - Parameters:
    ///   - fingerprint: its own, or one that leads to it; a beginning that only one has will do.
    ///   - revision: the revision that has the fix; nil when the service's entries name none.
    /// - Returns: the problem as it is now.
    /// - Throws: ``MemoryError`` when there is no such problem.
    @discardableResult
    public func resolve(_ fingerprint: String, revision: String?) throws -> StoredProblem {
        try change(fingerprint) { problem in
            problem.status = .resolved(ProblemStatus.Fix(source: .person, revision: revision, after: problem.last))
            problem.state = .resolved
        }
    }

    /// Takes back that a problem is fixed.
    @discardableResult
    public func reopen(_ fingerprint: String) throws -> StoredProblem {
        try change(fingerprint) { problem in
            problem.status = .open
            problem.state = .known
        }
    }

    /// Deletes a problem with its samples, counts and shapes. When it is seen again it is new.
    @discardableResult
    public func forget(_ fingerprint: String) throws -> StoredProblem {
        let problem = try write { db in
            let problem = try find(db, fingerprint)
            try Self.forget(db, problem.fingerprint, keepsAlias: false)
            try Self.countChange(db)
            return problem
        }
        try wipe()
        return problem
    }

    /// Deletes all problems that were last seen before that time, in nanoseconds since 1970.
    /// - Returns: their fingerprints.
    public func forget(before time: Int64) throws -> [String] {
        let gone = try write { db in
            let gone = try String.fetchAll(
                db, sql: "SELECT fingerprint FROM problem WHERE last < ? ORDER BY fingerprint", arguments: [time])
            for fingerprint in gone { try Self.forget(db, fingerprint, keepsAlias: false) }
            try Self.countChange(db)
            return gone
        }
        try wipe()
        return gone
    }

    /// All problems, the most urgent first.
    public func problems() throws -> [StoredProblem] {
        try read { db in
            try Row.fetchAll(db, sql: "SELECT * FROM problem ORDER BY priority, count DESC, fingerprint")
                .map { try StoredProblem(row: $0) }
        }
    }

    /// One problem with what only a closer look needs.
    public func details(_ fingerprint: String) throws -> ProblemDetails {
        try read { db in
            let problem = try find(db, fingerprint)
            let revisions = try Row.fetchAll(
                db,
                sql:
                    "SELECT revision, count, first, last FROM problem_revision WHERE fingerprint = ? ORDER BY first, revision",
                arguments: [problem.fingerprint]
            ).map { row in
                let first: Int64? = row["first"]
                let last: Int64? = row["last"]
                return ProblemReport.Revision(
                    name: row["revision"], count: row["count"], first: first.map { LogTime.text($0) },
                    last: last.map { LogTime.text($0) })
            }
            let hours = try Row.fetchAll(
                db, sql: "SELECT hour, count FROM problem_hour WHERE fingerprint = ? ORDER BY hour",
                arguments: [problem.fingerprint])
            let instances = try Int.fetchOne(
                db, sql: "SELECT count(*) FROM problem_instance WHERE fingerprint = ?", arguments: [problem.fingerprint]
            )
            let aliases = try String.fetchAll(
                db, sql: "SELECT fingerprint FROM alias WHERE target = ? ORDER BY fingerprint",
                arguments: [problem.fingerprint])
            return ProblemDetails(
                problem: problem, revisions: revisions, instances: instances ?? 0,
                hours: hours.map {
                    ProblemDetails.Hour(start: LogTime.text(($0["hour"] as Int64) * LogTime.hour), count: $0["count"])
                },
                changes: try ProblemChange.all(db, of: problem.fingerprint), aliases: aliases)
        }
    }

    // MARK: One problem

    private func change(_ fingerprint: String, _ body: (inout StoredProblem) -> Void) throws -> StoredProblem {
        try write { db in
            var problem = try find(db, fingerprint)
            let status = problem.status
            body(&problem)
            try problem.save(db, run: Self.runs(db))
            try Self.countChange(db)
            let change = ProblemChange(from: status, to: problem, source: .person, at: LogTime.now())
            try change?.save(db, problem.fingerprint, run: Self.runs(db))
            return problem
        }
    }

    /// A run that began before a change must not write over it.
    private static func countChange(_ db: Database) throws {
        try db.execute(sql: "UPDATE meta SET value = value + 1 WHERE key = 'runs'")
    }

    private func find(_ db: Database, _ fingerprint: String) throws -> StoredProblem {
        let wanted =
            fingerprint.hasPrefix(ProblemGroup.version + ":") ? fingerprint : ProblemGroup.version + ":" + fingerprint
        let target =
            try String.fetchOne(db, sql: "SELECT target FROM alias WHERE fingerprint = ?", arguments: [wanted])
            ?? wanted
        let rows = try Row.fetchAll(
            db, sql: "SELECT * FROM problem WHERE substr(fingerprint, 1, ?) = ? ORDER BY fingerprint",
            arguments: [target.utf8.count, target])
        if let exact = rows.first(where: { $0["fingerprint"] == target }) ?? (rows.count == 1 ? rows[0] : nil) {
            return try StoredProblem(row: exact)
        }
        throw MemoryError(
            path,
            rows.isEmpty ? "no problem has the fingerprint \(wanted)" : "\(rows.count) problems begin with \(wanted)",
            "canon logs list shows those that there are.", kind: .noSuchProblem)
    }

    /// What was deleted leaves the file as well, and its write-ahead log.
    private func wipe() throws {
        try MemoryError.wording(path) {
            try vacuum()
        }
    }
}

/// A problem with its history.
public struct ProblemDetails: Sendable {
    public var problem: StoredProblem
    public var revisions: [ProblemReport.Revision]
    public var instances: Int
    public var hours: [Hour]
    /// The oldest first.
    public var changes: [ProblemChange]
    /// Fingerprints that lead to it.
    public var aliases: [String]

    public struct Hour: Sendable, Hashable, Codable {
        /// RFC 3339.
        public var start: String
        public var count: Int
    }
}
