import CanonAudit
import CanonLogs
import CanonVerify
import Foundation

/// The open problems in a memory of `canon logs`, as a status tells them.
enum ProblemSummary {
    static let maximum = 5

    /// - Parameter path: a memory that was named; nil for the usual one, if it is there.
    /// - Throws: `CommandFailure` when a memory is there and cannot be read, or was named and is not there.
    static func part(_ path: String?) throws -> StatusParts.Part<StatusReport.Problems> {
        var options = LogsMemoryOptions()
        options.memory = path
        if path == nil {
            guard let usual = LogsMemoryOptions.usualPath(), FileManager.default.fileExists(atPath: usual) else {
                return .absent(
                    .init(
                        .problems, "no memory of problems, so nothing is known of what logs show",
                        remedy: "canon logs FILE makes one; --problems names another"))
            }
        }
        let memory = try options.open(mustExist: true)
        defer { try? memory.close() }
        let open = try withMemory { try memory.problems() }.filter { $0.status == .open }
        let counts = Dictionary(grouping: open, by: \.priority.name).mapValues(\.count)
        return .known(
            .init(
                path: memory.path, isUsual: path == nil, open: counts,
                worst: open.prefix(maximum).map(StatusReport.Problem.init)))
    }
}

extension StatusReport.Problem {
    init(_ problem: StoredProblem) {
        self.init(
            fingerprint: problem.fingerprint, priority: Priority(rawValue: problem.priority.name) ?? .p3,
            title: problem.title, service: problem.service, count: problem.count,
            last: problem.last.map { LogTime.text($0) }, isBack: problem.state == .regressed)
    }
}
