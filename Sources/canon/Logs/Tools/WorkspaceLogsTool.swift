import CanonAgents
import CanonLogs
import CanonWire
import Dispatch
import Foundation

/// `log_problems`: what is wrong in the workspace's logs. It remembers nothing: what one user asks must not change what another sees.
struct WorkspaceLogsTool: Tool {
    let name = "log_problems"
    let summary =
        "Reads the workspace's log files (exports of Cloud Logging, JSON lines, logfmt, plain text, gzip) and says which problems "
        + "they tell of: how bad, how often, since when, on which revision, and where in the code."
    let parameters: JSONObject = [
        "type": "object",
        "properties": [
            "path": ["type": "string", "description": "Only this file or folder. Without: every log of the workspace."]
        ],
    ]

    /// Nil when no workspace is configured.
    let workspace: String?
    /// A folder that is nobody's business, though it may lie in the workspace.
    let forbidden: String

    /// Bytes read for one question.
    static let maximumBytes = 2 << 30

    func call(_ arguments: JSONObject) async throws -> ToolResult {
        let path = try ToolArguments(arguments, of: self).optionalText("path", maximumBytes: 1000)
        guard let workspace else {
            throw ToolFailure(
                "No workspace is configured, so there are no logs to read. Start the server with --workspace FOLDER.")
        }
        let files = try Self.files(in: workspace, below: path, forbidden: forbidden)
        let report = try await Self.look(files, in: workspace, named: path)
        return ToolResult(
            value: try JSONValue.parse(report.rendered(as: .json, failOn: nil)), text: WorkspaceLogsAnswer.text(report))
    }

    // MARK: Files

    /// The logs of the workspace, hidden ones excepted, as paths within it.
    static func files(in workspace: String, below path: String?, forbidden: String) throws -> [String] {
        let root = Paths.normalized(workspace)
        let all = LogInput.inputs([root]).inputs.compactMap { input -> String? in
            guard let file = input.path, file.hasPrefix(root + "/"), !Paths.isInside(file, forbidden) else {
                return nil
            }
            return String(file.dropFirst(root.count + 1))
        }
        guard let path else {
            let logs = all.filter(looksLikeLog)
            if logs.isEmpty {
                throw ToolFailure(
                    "The workspace holds no log (*.log, *.jsonl, or a folder logs). Name a file to read it as a log.")
            }
            return logs
        }
        let wanted = Paths.normalized("/" + path).dropFirst()
        let chosen = all.filter { $0 == wanted || $0.hasPrefix(wanted + "/") }
        if chosen.isEmpty {
            throw ToolFailure("The workspace holds no log at '\(path)' (*.log, *.json, *.jsonl, *.txt, also *.gz).")
        }
        return chosen
    }

    /// Many a `.json` or `.txt` is no log; its name or its folder must say so.
    private static func looksLikeLog(_ path: String) -> Bool {
        let words = path.lowercased().split { !$0.isLetter && !$0.isNumber }
        return words.contains { ["log", "logs", "jsonl", "ndjson"].contains($0) }
    }

    // MARK: Reading

    /// On a thread that may wait for a disk.
    private static func look(_ files: [String], in workspace: String, named: String?) async throws -> LogReport {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global(qos: .userInitiated).async {
                continuation.resume(with: Result { try read(files, in: workspace, named: named) })
            }
        }
    }

    private static func read(_ files: [String], in workspace: String, named: String?) throws -> LogReport {
        var run = try LogRun(LogRun.Options(), memory: nil)
        var bytes = 0
        for (index, file) in files.enumerated() {
            let path = Paths.normalized(workspace) + "/" + file
            bytes += (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
            guard bytes <= maximumBytes else {
                run.notes.append(
                    "\(files.count - index) files were not read: one question reads \(ByteCount.text(maximumBytes)) at most"
                )
                break
            }
            do throws(SourceError) {
                run.read(try FileSource(path: path, shownAs: file), isFound: file != named)
            } catch {
                run.notes.append("\(file): \(error.message)")
            }
        }
        return try run.finish()
    }
}

/// What the tool answers to people, in Markdown.
enum WorkspaceLogsAnswer {
    private static let listed = 12

    static func text(_ report: LogReport) -> String {
        var parts: [String] = []
        let problems = report.problems.sorted {
            ($0.priority, $1.count, $0.fingerprint) < ($1.priority, $0.count, $1.fingerprint)
        }
        let files = counted(report.sources.count, "file")
        if problems.isEmpty {
            parts.append("**No problem** in \(counted(report.entries, "entry", "entries")) of \(files).")
        } else {
            parts.append(
                "**\(counted(problems.count, "problem"))** in \(counted(report.entries, "entry", "entries")) of \(files)"
                    + (report.interval.map { ", \($0.text)" } ?? "") + ":")
            parts.append(problems.prefix(listed).map(line).joined(separator: "\n"))
            if problems.count > listed { parts.append("\(problems.count - listed) more are less urgent.") }
        }
        for limit in report.limits { parts.append("_Counts are lower bounds:_ \(plain(limit)).") }
        if !report.incomplete.isEmpty {
            parts.append(
                "_Not everything could be read:_\n"
                    + report.incomplete.prefix(5).map { "- \(plain($0.description))" }.joined(separator: "\n"))
        }
        for note in report.notes { parts.append(plain(note)) }
        parts.append("`canon logs` remembers what it has seen and says what is new, back or gone.")
        return parts.joined(separator: "\n\n")
    }

    private static func line(_ problem: ProblemReport) -> String {
        var line =
            "- **\(problem.priority)** \(code(problem.title)): \(ProblemWords.count(problem))×, \(problem.severity)"
        if !problem.service.isEmpty { line += ", service \(code(problem.service))" }
        if let revision = problem.revisions.first { line += ", since revision \(code(revision.name))" }
        if let first = problem.first, let last = problem.last {
            line += first == last ? ", at \(first)" : ", \(first) to \(last)"
        }
        if let place = problem.code { line += ", at \(code(place.text))" }
        return line
    }

    private static func counted(_ count: Int, _ one: String, _ many: String? = nil) -> String {
        "\(count) \(count == 1 ? one : many ?? one + "s")"
    }

    /// Text of a log between backticks, which it cannot end.
    private static func code(_ text: String) -> String {
        let text = text.escapingControls.replacing("`", with: "'")
        return "`\(text)`"
    }

    private static func plain(_ text: String) -> String { code(text) }
}
