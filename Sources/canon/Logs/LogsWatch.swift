import CanonLogs
import Foundation

/// `canon logs --watch`: follows files, and tells of each problem when it is new or comes back.
struct LogsWatch {
    let options: LogRun.Options
    let memory: LogMemory
    let gate: ProblemPriority?
    let format: LogsFormat
    let isQuiet: Bool

    /// How often the files are looked at. File systems over a network tell nobody that a file has grown.
    static let interval = Duration.seconds(1)

    /// Goes on until its task is cancelled, and looks once more then. What was found is stored after each look.
    /// - Returns: what all looks have found together; nil when nothing was written.
    func follow(_ arguments: [String]) async throws -> LogReport? {
        var followers: [LogFollower] = []
        var total: LogReport?
        var isFirst = true
        var isLast = false
        while true {
            addNewFiles(of: arguments, to: &followers)
            if let report = try await look(&followers) {
                tell(report, isFirst: isFirst)
                if total == nil { total = report } else { total?.add(report) }
            }
            isFirst = false
            if isLast { return total }
            try? await Task.sleep(for: Self.interval)
            isLast = Task.isCancelled
        }
    }

    /// What is printed at the end.
    func conclude(_ total: LogReport?) {
        guard let total else {
            Terminal.errors.writeLine("Nothing was written to the files meanwhile.")
            return
        }
        guard format == .terminal else { return Terminal.output.write(LogJSON.line(total)) }
        let output = Terminal.output
        output.write(
            "\n" + LogsTerminalReport(report: total, gate: gate, terminal: output, isQuiet: isQuiet).text)
    }

    /// A folder may get new files.
    private func addNewFiles(of arguments: [String], to followers: inout [LogFollower]) {
        let known = Set(followers.map(\.path))
        for path in LogInput.inputs(arguments).inputs.compactMap(\.path) where !known.contains(path) {
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
                // At the end, the next run counts what this look has not.
                guard !Task.isCancelled else { return nil }
                try? await Task.sleep(for: Self.interval)
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
