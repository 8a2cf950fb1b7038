import Foundation
import GRDB

/// A problem as the memory holds it.
public struct StoredProblem: Sendable, Hashable {
    public var fingerprint: String
    public var kind: ProblemKind
    public var title: String
    /// The message with its holes; for an exception, its own line.
    public var template: String
    /// For an exception its type and frames.
    public var exception: ProblemReport.Exception?
    public var logger: String
    public var service: String
    public var severity: LogSeverity
    public var priority: ProblemPriority
    /// Entries ever counted.
    public var count: Int
    /// Nanoseconds since 1970.
    public var first: Int64?
    public var last: Int64?
    public var status: ProblemStatus
    /// What the last run said that looked at its service.
    public var state: ProblemState
    public var place: ProblemReport.Environment
    public var code: Code?
    public var samples: [Sample]
    public var echoes: [ProblemReport.Echo]
}

extension StoredProblem {
    init(row: Row) throws {
        let decoder = JSONDecoder()
        func decoded<Value: Decodable>(_ column: String, _ type: Value.Type) throws -> Value? {
            guard let text: String = row[column] else { return nil }
            return try decoder.decode(type, from: Data(text.utf8))
        }
        fingerprint = row["fingerprint"]
        kind = ProblemKind(rawValue: row["kind"]) ?? .message
        title = row["title"]
        template = row["template"]
        exception = try decoded("exception", ProblemReport.Exception.self)
        logger = row["logger"]
        service = row["service"]
        severity = LogSeverity(rawValue: row["severity"]) ?? .unspecified
        priority = ProblemPriority(rawValue: row["priority"]) ?? .p3
        count = row["count"]
        first = row["first"]
        last = row["last"]
        if let text: String = row["fix_source"], let source = ProblemStatus.Fix.Source(rawValue: text) {
            status = .resolved(
                ProblemStatus.Fix(source: source, revision: row["fix_revision"], after: row["fix_after"]))
        } else {
            status = .open
        }
        state = ProblemState(rawValue: row["state"]) ?? .unknown
        place = try decoded("place", ProblemReport.Environment.self) ?? ProblemReport.Environment()
        code = try decoded("code", Code.self)
        samples = try decoded("samples", [Sample].self) ?? []
        echoes = try decoded("echoes", [ProblemReport.Echo].self) ?? []
    }

    /// Writes the row anew.
    func save(_ db: Database, run: Int) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        func encoded(_ value: some Encodable) throws -> String {
            String(decoding: try encoder.encode(value), as: UTF8.self)
        }
        var fix: ProblemStatus.Fix?
        if case .resolved(let held) = status { fix = held }
        try db.execute(
            sql: """
                INSERT INTO problem (fingerprint, kind, title, template, exception, logger, service, severity, priority, count,
                    first, last, fix_source, fix_revision, fix_after, state, place, code, samples, echoes, first_run, last_run)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (fingerprint) DO UPDATE SET kind = excluded.kind, title = excluded.title,
                    template = excluded.template, exception = excluded.exception, logger = excluded.logger,
                    service = excluded.service, severity = excluded.severity, priority = excluded.priority,
                    count = excluded.count, first = excluded.first, last = excluded.last, fix_source = excluded.fix_source,
                    fix_revision = excluded.fix_revision, fix_after = excluded.fix_after, state = excluded.state,
                    place = excluded.place, code = excluded.code, samples = excluded.samples, echoes = excluded.echoes,
                    last_run = excluded.last_run
                """,
            arguments: [
                fingerprint, kind.rawValue, title, template, try exception.map(encoded), logger, service,
                severity.rawValue,
                priority.rawValue, count, first, last, fix?.source.rawValue, fix?.revision, fix?.after, state.rawValue,
                try encoded(place), try code.map(encoded), try encoded(samples), try encoded(echoes), run, run,
            ])
    }
}
