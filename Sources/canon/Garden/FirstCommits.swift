import CanonAudit
import Dispatch
import Foundation

/// Asks git for the first commit of each root cause, within a span of time: what is not answered by then stays unknown.
struct FirstCommits {
    let repository: GitRepository
    /// The commit that was measured.
    let tip: String

    /// - Parameter seconds: for all of them.
    func origins(of causes: [RootCause], within seconds: Double) -> [RootCause: TrackingDraft.Origin] {
        let deadline = DispatchTime.now() + seconds
        var origins: [RootCause: TrackingDraft.Origin] = [:]
        for cause in causes {
            guard DispatchTime.now() < deadline else { break }
            if let origin = origin(of: cause, deadline) { origins[cause] = origin }
        }
        return origins
    }

    private func origin(of cause: RootCause, _ deadline: DispatchTime) -> TrackingDraft.Origin? {
        // Following a file through its names compares it with others, of which a clone may lack some; the file itself it has.
        oldest(of: cause, ["--follow"], deadline)
            ?? oldest(of: cause, ["--no-renames"], deadline).map { found in
                var origin = found
                origin.isAtThisPath = true
                return origin
            }
    }

    private func oldest(
        of cause: RootCause, _ renames: [String], _ deadline: DispatchTime
    ) -> TrackingDraft.Origin? {
        let question: [String] =
            switch cause.origin {
            // What brought it changed how often it stands there.
            case .text(let expression): ["--pickaxe-regex", "-S\(expression)"]
            case .file: ["--diff-filter=A"]
            }
        let arguments =
            [
                "--literal-pathspecs", "log", "--no-show-signature", "--no-color", "--no-textconv", "--no-ext-diff",
                "--format=%H%x1f%ct%x1f%s",
            ] + renames + question + [tip, "--", cause.path]
        guard let output = answer(arguments, deadline),
            let line = String(decoding: output, as: UTF8.self).split(separator: "\n").last
        else { return nil }
        let fields = line.split(separator: "\u{1F}", maxSplits: 2, omittingEmptySubsequences: false)
        guard fields.count == 3, let seconds = Double(fields[1]) else { return nil }
        return TrackingDraft.Origin(
            commit: String(fields[0]),
            day: String(Date(timeIntervalSince1970: seconds).formatted(.iso8601).prefix(10)), subject: String(fields[2])
        )
    }

    /// Nil when git fails, or has not answered in time: then it is stopped.
    private func answer(_ arguments: [String], _ deadline: DispatchTime) -> Data? {
        guard DispatchTime.now() < deadline else { return nil }
        let process = GitRepository.process(arguments, in: repository.folder)
        // A partial clone must not go and fetch what it lacks.
        process.environment?["GIT_NO_LAZY_FETCH"] = "1"
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        guard (try? GitRepository.start(process)) != nil else { return nil }
        let stop = DispatchWorkItem { if process.isRunning { process.terminate() } }
        DispatchQueue.global().asyncAfter(deadline: deadline, execute: stop)
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        stop.cancel()
        return process.terminationReason == .exit && process.terminationStatus == 0 ? data : nil
    }
}
