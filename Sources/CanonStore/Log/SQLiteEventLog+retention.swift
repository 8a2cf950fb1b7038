import CanonWire
import GRDB

extension SQLiteEventLog {
    /// What is to be removed is found on a reader, so that a log with nothing to remove is not written at all. It is removed
    /// by the writer that all others share, one bounded step after the other.
    public func prune(_ retention: Retention) async throws -> PruneReport {
        let cutoff = retention.cutoff(at: clock())
        var report = PruneReport()
        try await pruneEvents(retention, cutoff, &report)
        // A run goes after its last event.
        try await pruneRuns(cutoff, &report)
        try await pruneClaims(cutoff, &report)
        return report
    }

    public func claim(_ key: IdempotencyKey, fingerprint: String) async throws -> IdempotencyClaim {
        try await commits.submit {
            .init(bytes: key.key.utf8.count + fingerprint.utf8.count) { writer, db in
                try writer.claim(key, fingerprint: fingerprint, in: db)
            }
        }
    }

    private func pruneEvents(_ retention: Retention, _ cutoff: Timestamp, _ report: inout PruneReport) async throws {
        var row: Int64 = 0
        while true {
            let found = try await read { [row, limits] db in
                try LogReader.prunableThreads(
                    after: row, limit: limits.prunedRows, beyond: retention, cutoff: cutoff, in: db)
            }
            for key in found.elements {
                let removed = try await pruneSteps { writer, limit, db in
                    try writer.prune(key, retention, cutoff: cutoff, limit: limit, in: db)
                }
                report.events += removed
                report.threads += removed > 0 ? 1 : 0
            }
            guard let last = found.last else { return }
            row = last
        }
    }

    private func pruneRuns(_ cutoff: Timestamp, _ report: inout PruneReport) async throws {
        var row: Int64 = 0
        while true {
            let found = try await read { [row, limits] db in
                try LogReader.prunableRuns(after: row, limit: limits.prunedRows, cutoff: cutoff, in: db)
            }
            if !found.elements.isEmpty {
                try Task.checkCancellation()
                report.runs += try await commits.submit {
                    .init(bytes: 0) { writer, db in try writer.removeRuns(found.elements, cutoff: cutoff, in: db) }
                }
            }
            guard let last = found.last else { return }
            row = last
        }
    }

    private func pruneClaims(_ cutoff: Timestamp, _ report: inout PruneReport) async throws {
        guard try await read({ db in try LogReader.hasClaim(before: cutoff, in: db) }) else { return }
        report.claims += try await pruneSteps { writer, limit, db in
            try writer.removeClaims(before: cutoff, limit: limit, in: db)
        }
    }

    /// Repeats a step, each in a transaction, until it removes less than it may.
    private func pruneSteps(
        _ step: @escaping @Sendable (LogWriter, _ limit: Int, Database) throws -> Int
    ) async throws -> Int {
        let limit = limits.prunedRows
        var removed = 0
        while true {
            try Task.checkCancellation()
            let count = try await commits.submit {
                .init(bytes: 0) { writer, db in try step(writer, limit, db) }
            }
            removed += count
            if count < limit { return removed }
        }
    }
}
