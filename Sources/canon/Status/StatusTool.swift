import CanonAgents
import CanonAudit
import CanonVerify
import CanonWire
import Dispatch
import Foundation
import Synchronization

/// `status`: how the workspace stands: its concepts over its commits, and what became of the issues that were called done.
///
/// Calls that ask for the same while one is under way share it: reading a history is work.
final class StatusTool: Tool {
    let name = "status"
    let summary =
        "Says how the workspace stands: for each concept of its manifest the score now and over its commits, the verdict on each "
        + "closed issue that canon-claims.yaml names, and what to do next. Nothing is executed."
    let parameters: JSONObject = [
        "type": "object",
        "properties": [
            "since": [
                "type": "string",
                "description":
                    "Where the history begins: a revision, a day such as 2025-09-15, or a span such as 30d before the last commit. Without: 90d.",
            ]
        ],
    ]

    /// Nil when no workspace is configured.
    private let workspace: String?
    private let running = Mutex<[String: Task<StatusReport, any Error>]>([:])

    /// Commits that are audited for one question.
    static let samples = 12
    static let usualSpan = "90d"

    init(workspace: String?) { self.workspace = workspace }

    func call(_ arguments: JSONObject) async throws -> ToolResult {
        let since = try ToolArguments(arguments, of: self).optionalText("since", maximumBytes: 200)
        guard let workspace else {
            throw ToolFailure(
                "No workspace is configured, so there is no status. Start the server with --workspace FOLDER.")
        }
        let report = try await shared(workspace, since: since)
        return ToolResult(value: try JSONValue.parse(report.json), text: report.markdown)
    }

    private func shared(_ workspace: String, since: String?) async throws -> StatusReport {
        let key = since ?? ""
        let (task, isOwner) = running.withLock { running in
            if let task = running[key] { return (task, false) }
            let task = Task.detached { try await Self.look(workspace, since: since) }
            running[key] = task
            return (task, true)
        }
        defer { if isOwner { running.withLock { $0[key] = nil } } }
        return try await task.value
    }

    /// On a thread that may wait for a disk.
    private static func look(_ workspace: String, since: String?) async throws -> StatusReport {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global(qos: .userInitiated).async {
                continuation.resume(with: Result { try read(workspace, since: since) })
            }
        }
    }

    private static func read(_ workspace: String, since: String?) throws -> StatusReport {
        do {
            let reader = try AuditReader(
                AuditSettings(
                    path: workspace, config: nil, python: nil, jobs: ProcessInfo.processInfo.activeProcessorCount,
                    cache: nil, progress: Terminal(descriptor: -1, isTerminal: false, usesColour: false)))
            let reading = StatusReading(
                reader: reader, since: since ?? usualSpan, isSinceGiven: since != nil, samples: samples,
                // As for the agent's other tools: what is hidden is not for it.
                reads: { path in !path.split(separator: "/").contains { $0.hasPrefix(".") } })
            return try reading.report(
                problems: .absent(
                    .init(
                        .problems, "what logs showed is not the workspace's",
                        remedy: "the page Problems shows it to administrators, canon status on the machine")))
        } catch let failure as CommandFailure {
            throw ToolFailure(failure.description)
        } catch let error as ConfigurationError {
            throw ToolFailure(error.problems.map(\.description).joined(separator: "\n"))
        }
    }
}
