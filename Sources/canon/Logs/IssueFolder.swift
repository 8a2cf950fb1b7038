import CanonLogs
import Foundation

/// A folder of drafts: one file for each problem, written anew by each run.
struct IssueFolder {
    let path: String
    let matcher: IssueMatcher

    /// - Parameter known: a folder or JSON dump of existing issues; nil when there are none to compare with.
    init(path: String, known: String?) throws {
        self.path = path
        do {
            matcher = IssueMatcher(try known.map { try KnownIssue.read(path: $0) } ?? [])
        } catch let error as KnownIssueError {
            throw CommandFailure(error.description.escapingControls, status: ExitStatus.usage)
        }
    }

    /// Writes the drafts and the worklog of the run. Returns how many are new issues, and how many are updates.
    func write(_ report: LogReport, failOn gate: ProblemPriority?) throws -> (new: Int, updates: Int) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            var new = 0
            var updates = 0
            for problem in report.problems {
                guard let draft = IssueDraft(problem, in: report, match: matcher.match(problem)) else { continue }
                try removeEarlier(problem.fingerprint)
                try ReportOutput.write(Array(draft.text.utf8), to: path + "/" + draft.fileName)
                if draft.updates == nil { new += 1 } else { updates += 1 }
            }
            try ReportOutput.write(Array(report.rendered(as: .markdown, failOn: gate)), to: path + "/worklog.md")
            return (new, updates)
        } catch let error as CocoaError {
            throw CommandFailure(
                "\(path): cannot be written: \(error.localizedDescription)", status: ExitStatus.unknown)
        }
    }

    /// A problem that was a draft of another priority, or has an issue now.
    private func removeEarlier(_ fingerprint: String) throws {
        let suffix = "-" + fingerprint.replacing(":", with: "-") + ".md"
        for name in try FileManager.default.contentsOfDirectory(atPath: path)
        where name.hasSuffix(suffix) && (name.hasPrefix("new-") || name.hasPrefix("update-")) {
            try FileManager.default.removeItem(atPath: path + "/" + name)
        }
    }
}
