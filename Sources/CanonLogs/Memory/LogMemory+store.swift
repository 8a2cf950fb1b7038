import GRDB

extension LogMemory {
    /// Writes what a run has found, in one transaction.
    /// - Parameters:
    ///   - snapshot: what the run began with; when another run has written since, nothing is stored.
    ///   - now: when the changes were noted, in nanoseconds since 1970.
    /// - Throws: ``MemoryError``.
    func store(
        _ judgements: [ProblemJudge.Judgement], after snapshot: Snapshot, ids: Set<UInt64>, services: [ServiceTally],
        sources: [SourceIdentity], now: Int64 = LogTime.now()
    ) throws {
        try write { db in
            guard try Self.runs(db) == snapshot.runs else {
                throw MemoryError(
                    path, "another run has written the memory meanwhile, so that nothing of this one was stored",
                    "Run it again.",
                    kind: .conflict)
            }
            let run = snapshot.runs + 1
            try db.execute(sql: "UPDATE meta SET value = ? WHERE key = 'runs'", arguments: [run])
            for judgement in judgements {
                let stored = judgement.stored
                let change = ProblemChange(
                    from: snapshot.problems[stored.fingerprint]?.status, to: stored, source: .run,
                    reason: judgement.report.stateReason, at: now)
                try stored.save(db, run: run)
                try change?.save(db, stored.fingerprint, run: run)
                guard let group = judgement.group else { continue }
                for other in group.merged { try Self.merge(db, other, into: group.fingerprint) }
                try Self.add(db, group)
            }
            let insert = try db.makeStatement(sql: "INSERT OR IGNORE INTO seen (id) VALUES (?)")
            for id in ids { try insert.execute(arguments: [Int64(bitPattern: id)]) }
            for service in services { try Self.add(db, service) }
            for source in sources {
                try db.execute(
                    sql: "INSERT OR REPLACE INTO source (head_length, head, counted, tail) VALUES (?, ?, ?, ?)",
                    arguments: [source.headLength, source.head, source.counted, source.tail])
            }
        }
    }

    private static func add(_ db: Database, _ group: ProblemGroup) throws {
        for (revision, tally) in group.freshRevisions {
            try db.execute(
                sql: """
                    INSERT INTO problem_revision (fingerprint, revision, count, first, last) VALUES (?, ?, ?, ?, ?)
                    ON CONFLICT (fingerprint, revision) DO UPDATE SET count = count + excluded.count,
                        first = min(coalesce(first, excluded.first), coalesce(excluded.first, first)),
                        last = max(coalesce(last, excluded.last), coalesce(excluded.last, last))
                    """,
                arguments: [group.fingerprint, revision, tally.count, tally.first, tally.last])
        }
        for instance in group.instances {
            try db.execute(
                sql: "INSERT OR IGNORE INTO problem_instance (fingerprint, instance) VALUES (?, ?)",
                arguments: [group.fingerprint, Int64(bitPattern: instance)])
        }
        let timeline = group.freshTimeline
        var hours: [Int64: Int] = [:]
        for (stretch, count) in timeline.counts { hours[stretch * timeline.width / 3600, default: 0] += count }
        for (hour, count) in hours {
            try db.execute(
                sql: """
                    INSERT INTO problem_hour (fingerprint, hour, count) VALUES (?, ?, ?)
                    ON CONFLICT (fingerprint, hour) DO UPDATE SET count = count + excluded.count
                    """,
                arguments: [group.fingerprint, hour, count])
        }
        for member in group.members {
            guard case .message(let shape) = member.kind, !shape.isCoarse else { continue }
            try db.execute(
                sql: """
                    INSERT INTO shape (shape, logger, service, algorithm, fingerprint, sample) VALUES (?, ?, ?, ?, ?, ?)
                    ON CONFLICT (shape, logger, service) DO UPDATE SET fingerprint = excluded.fingerprint
                    """,
                arguments: [
                    shape.description, member.logger, member.service, TemplateMiner.algorithmVersion, group.fingerprint,
                    member.samples.samples.first.map { ProblemGroup.shortened($0.text, to: 2000) } ?? "",
                ])
        }
    }

    private static func add(_ db: Database, _ service: ServiceTally) throws {
        try db.execute(
            sql: """
                INSERT INTO service (name, entries, first, last) VALUES (?, ?, ?, ?)
                ON CONFLICT (name) DO UPDATE SET entries = entries + excluded.entries,
                    first = min(coalesce(first, excluded.first), coalesce(excluded.first, first)),
                    last = max(coalesce(last, excluded.last), coalesce(excluded.last, last))
                """,
            arguments: [service.name, service.later, service.all.first, service.all.last])
        for revision in service.revisions {
            try db.execute(
                sql: """
                    INSERT INTO service_revision (service, revision, first, last) VALUES (?, ?, ?, ?)
                    ON CONFLICT (service, revision) DO UPDATE SET
                        first = min(coalesce(first, excluded.first), coalesce(excluded.first, first)),
                        last = max(coalesce(last, excluded.last), coalesce(excluded.last, last))
                    """,
                arguments: [service.name, revision.name, revision.tally.first, revision.tally.last])
        }
    }

    /// Everything of one problem becomes a part of another, to which its fingerprint leads from now on.
    private static func merge(_ db: Database, _ old: String, into new: String) throws {
        try db.execute(sql: "INSERT OR REPLACE INTO alias (fingerprint, target) VALUES (?, ?)", arguments: [old, new])
        try db.execute(sql: "UPDATE shape SET fingerprint = ? WHERE fingerprint = ?", arguments: [new, old])
        try db.execute(
            sql: """
                INSERT INTO problem_revision SELECT ?, revision, count, first, last FROM problem_revision WHERE fingerprint = ?
                ON CONFLICT (fingerprint, revision) DO UPDATE SET count = count + excluded.count,
                    first = min(first, excluded.first), last = max(last, excluded.last)
                """, arguments: [new, old])
        try db.execute(
            sql:
                "INSERT OR IGNORE INTO problem_instance SELECT ?, instance FROM problem_instance WHERE fingerprint = ?",
            arguments: [new, old])
        try db.execute(
            sql: """
                INSERT INTO problem_hour SELECT ?, hour, count FROM problem_hour WHERE fingerprint = ?
                ON CONFLICT (fingerprint, hour) DO UPDATE SET count = count + excluded.count
                """, arguments: [new, old])
        try db.execute(
            sql: """
                INSERT OR IGNORE INTO problem_change
                SELECT ?, run, at, state, source, revision, reason FROM problem_change WHERE fingerprint = ?
                """, arguments: [new, old])
        try forget(db, old, keepsAlias: true)
    }

    /// Deletes a problem with everything that belongs to it.
    static func forget(_ db: Database, _ fingerprint: String, keepsAlias: Bool) throws {
        for table in MemorySchema.problemTables + ["problem"] {
            try db.execute(sql: "DELETE FROM \(table) WHERE fingerprint = ?", arguments: [fingerprint])
        }
        guard !keepsAlias else { return }
        try db.execute(
            sql: "DELETE FROM alias WHERE fingerprint = ? OR target = ?", arguments: [fingerprint, fingerprint])
    }
}
