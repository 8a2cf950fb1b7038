import CanonLogs
import Foundation

/// `canon logs --watch`: follows files, and tells of each problem when it is new or comes back.
struct LogsWatch {
    let options: LogRun.Options
    let memory: LogMemory
    let gate: Priority?
    let format: LogsFormat
    let isQuiet: Bool

    /// How often the files are looked at. File systems over a network tell nobody that a file has grown.
    static let interval = Duration.seconds(1)

    /// Does not end by itself: whoever has seen enough ends the process. What was found is stored after each look.
    func follow(_ arguments: [String]) async throws {
        var followers: [LogFollower] = []
        var isFirst = true
        while !Task.isCancelled {
            addNewFiles(of: arguments, to: &followers)
            if let report = try await look(&followers) { tell(report, isFirst: isFirst) }
            isFirst = false
            try await Task.sleep(for: Self.interval)
        }
    }

    /// A folder may get new files.
    private func addNewFiles(of arguments: [String], to followers: inout [LogFollower]) {
        let known = Set(followers.map(\.path))
        for case .file(let path) in LogInput.inputs(arguments).inputs where !known.contains(path) {
            followers.append(LogFollower(path: path))
        }
    }

    /// Nil when nothing has been written.
    private func look(_ followers: inout [LogFollower]) async throws -> LogReport? {
        while true {
            let before = followers
            do {
                var options = options
                options.judgesAbsence = false
                var run = try LogRun(options, memory: memory)
                var hasRead = false
                for index in followers.indices {
                    if try run.read(&followers[index]) { hasRead = true }
                }
                return hasRead ? try run.finish() : nil
            } catch let error as MemoryError where error.isConflict {
                // Another run has written meanwhile; nothing of this look was stored, so it is made again.
                followers = before
                try await Task.sleep(for: Self.interval)
            } catch let error as MemoryError {
                throw CommandFailure(error.description, status: ExitStatus.unknown)
            } catch let error as SourceError {
                throw CommandFailure(error.message, status: ExitStatus.unknown)
            }
        }
    }

    private func tell(_ report: LogReport, isFirst: Bool) {
        let output = Terminal.output
        if isFirst, format == .terminal {
            output.write(LogsTerminalReport(report: report, gate: gate, terminal: output, isQuiet: isQuiet).text)
            return
        }
        for problem in report.problems where problem.state == .new || problem.state == .regressed {
            if format == .json {
                output.write(LogJSON.line(problem))
            } else {
                let style: Style = gate.map { problem.priority <= $0.name } ?? false ? .red : .yellow
                let word = problem.state == .new ? "new" : "back"
                let time = (problem.last ?? "").padded(to: 24)
                output.writeLine(
                    "\(time)  \(output.styled(word.padded(to: 4), style))  \(problem.priority)  "
                        + "\(problem.title.escapingControls)  \(problem.count)×  \(problem.service.escapingControls)  \(problem.fingerprint)"
                )
            }
        }
        for problem in report.incomplete {
            Terminal.errors.writeLine("not read: \(problem.description)".escapingControls)
        }
    }
}
