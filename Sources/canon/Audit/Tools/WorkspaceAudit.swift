import CanonAgents
import CanonAudit
import CanonCodeModel
import Dispatch
import Foundation
import Synchronization

/// Audits the workspace for tools. Questions that come while a run is under way share it; none gets the result of a run that had
/// ended before it asked.
final class WorkspaceAudit: Sendable {
    struct Run: Sendable {
        let audit: Audit
        let report: AuditReport
    }

    private let path: String?
    private let running = Mutex<Task<Run, any Error>?>(nil)

    /// - Parameter path: nil when no workspace is configured; every call then fails with the remedy.
    init(path: String?) { self.path = path }

    func run() async throws -> Run {
        guard let path else {
            throw ToolFailure(
                "No workspace is configured, so there is nothing to audit. Start the server with --workspace FOLDER.")
        }
        let (task, isOwner) = running.withLock { running in
            if let task = running { return (task, false) }
            let task = Task.detached { try await Self.audit(path) }
            running = task
            return (task, true)
        }
        defer { if isOwner { running.withLock { $0 = nil } } }
        return try await task.value
    }

    /// On a thread that may wait for a disk.
    private static func audit(_ path: String) async throws -> Run {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global(qos: .userInitiated).async {
                continuation.resume(with: Result { try read(path) })
            }
        }
    }

    private static func read(_ path: String) throws -> Run {
        do {
            let settings = AuditSettings(
                path: path, config: nil, python: nil, jobs: ProcessInfo.processInfo.activeProcessorCount, cache: nil,
                progress: Terminal(descriptor: -1, isTerminal: false, usesColour: false))
            let reader = try AuditReader(settings)
            var input = try reader.workTree()
            // As for the agent's other tools: what is hidden is not for it.
            input.files.removeAll { file in file.path.split(separator: "/").contains { $0.hasPrefix(".") } }
            guard !input.files.isEmpty else {
                throw ToolFailure("The workspace holds no file that can be audited (*.py).")
            }
            let audit = Audit(input)
            return Run(audit: audit, report: try reader.report(of: audit))
        } catch let failure as CommandFailure {
            throw ToolFailure(failure.description)
        }
    }
}
