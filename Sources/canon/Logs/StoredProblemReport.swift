import CanonLogs

/// A problem of the memory as JSON.
struct StoredProblemReport: Encodable {
    var fingerprint: String
    var state: String
    var isResolved: Bool
    /// Who found out: a person, or a run by its absence.
    var resolvedBy: ProblemStatus.Fix.Source?
    var resolvedIn: String?
    var priority: String
    var severity: String
    var title: String
    var template: String
    var service: String
    var logger: String
    var count: Int
    var first: String?
    var last: String?
    var code: Code?

    init(_ problem: StoredProblem) {
        fingerprint = problem.fingerprint
        state = problem.state.rawValue
        isResolved = problem.status != .open
        if case .resolved(let fix) = problem.status {
            resolvedBy = fix.source
            resolvedIn = fix.revision
        }
        priority = problem.priority.name
        severity = problem.severity.name
        title = problem.title
        template = problem.template
        service = problem.service
        logger = problem.logger
        count = problem.count
        first = problem.first.map { LogTime.text($0) }
        last = problem.last.map { LogTime.text($0) }
        code = problem.code
    }
}

/// The same with everything that a closer look needs. Times are RFC 3339 in UTC.
struct StoredProblemDetails: Encodable {
    var problem: StoredProblemReport
    var exception: ProblemReport.Exception?
    var environment: ProblemReport.Environment
    var revisions: [ProblemReport.Revision]
    /// How many instances logged it.
    var instances: Int
    /// Only those in which it was seen.
    var hours: [ProblemDetails.Hour]
    var changes: [Change]
    var samples: [Quote]
    var alsoLoggedAs: [ProblemReport.Echo]
    /// Fingerprints that lead to it.
    var aliases: [String]

    struct Change: Encodable {
        var at: String
        var state: ProblemState
        var source: ProblemChange.Source
        var revision: String?
        var reason: String?
    }

    struct Quote: Encodable {
        var text: String
        var time: String?
        var revision: String?
        var insertId: String?
    }

    init(_ details: ProblemDetails) {
        problem = StoredProblemReport(details.problem)
        exception = details.problem.exception
        environment = details.problem.place
        revisions = details.revisions
        instances = details.instances
        hours = details.hours
        changes = details.changes.map {
            Change(
                at: LogTime.text($0.at), state: $0.state, source: $0.source, revision: $0.revision, reason: $0.reason)
        }
        samples = details.problem.samples.map {
            Quote(
                text: $0.text, time: $0.time.map { LogTime.text($0, milliseconds: true) }, revision: $0.revision,
                insertId: $0.insertID)
        }
        alsoLoggedAs = details.problem.echoes
        aliases = details.aliases
    }
}
