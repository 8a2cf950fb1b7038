import CanonAgents
import CanonAudit
import CanonVerify
import CanonWire
import Dispatch
import Foundation
import Synchronization

/// `verify`: what became of what was called done, by the claims file of the workspace and the history of its repository.
final class VerifyTool: Tool, Sendable {
    let name = "verify"
    let summary =
        "Gives a verdict on each claim of the workspace's claims file (canon-claims.yaml): whether what was called done was deployed, came "
        + "back, or was never done, by the commits of its repository. Nothing is executed or changed."
    let parameters: JSONObject = [
        "type": "object",
        "properties": [
            "claims": [
                "type": "string", "description": "The claims file within the workspace. Default: canon-claims.yaml.",
            ],
            "issue": [
                "type": "string", "description": "The one issue to judge, by its number or name. Without: all of them.",
            ],
            "deployed": [
                "type": "string", "description": "The commit that was deployed. Without: what the claims file says.",
            ],
        ],
    ]

    /// Nil when no workspace is configured.
    private let workspace: String?
    /// A folder that is nobody's business, though it may lie in the workspace.
    private let forbidden: String
    private let isBusy = Atomic(false)

    /// Every claim needs audits of several commits.
    static let maximumClaims = 100

    init(workspace: String?, forbidden: String) {
        self.workspace = workspace
        self.forbidden = forbidden
    }

    func call(_ arguments: JSONObject) async throws -> ToolResult {
        let checked = try ToolArguments(arguments, of: self)
        let path = try checked.optionalText("claims", maximumBytes: 1000) ?? ClaimsFile.name
        let question = Question(
            claims: path, issue: try checked.optionalText("issue", maximumBytes: 200),
            deployed: try checked.optionalText("deployed", maximumBytes: 200), forbidden: forbidden)
        guard let workspace else {
            throw ToolFailure(
                "No workspace is configured, so there is nothing to verify. Start the server with --workspace FOLDER.")
        }
        // An audit of many commits takes all processors there are.
        guard !isBusy.exchange(true, ordering: .acquiringAndReleasing) else {
            throw ToolFailure("Another verification is under way. Ask again when it is done.")
        }
        defer { isBusy.store(false, ordering: .releasing) }
        // On a thread that may wait for a disk.
        return try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global(qos: .userInitiated).async {
                continuation.resume(
                    with: Result { try Self.verify(workspace, question) })
            }
        }
    }

    private struct Question: Sendable {
        let claims: String
        let issue: String?
        let deployed: String?
        let forbidden: String
    }

    private static func verify(_ workspace: String, _ question: Question) throws -> ToolResult {
        do {
            let path = question.claims
            var claims = try read(path, in: workspace, forbidden: question.forbidden)
            if let issue = question.issue { try narrow(&claims, to: issue, path: path) }
            guard claims.claims.count <= maximumClaims else {
                throw ToolFailure(
                    "'\(path)' holds \(claims.claims.count) claims; one question verifies \(maximumClaims) at most. Use canon verify."
                )
            }
            if let deployed = question.deployed {
                claims.deployments.append(Deployment(revision: deployed, commit: deployed))
            }
            let reader = try AuditReader(
                AuditSettings(
                    path: workspace, config: nil, python: nil, jobs: ProcessInfo.processInfo.activeProcessorCount,
                    cache: nil,
                    progress: Terminal(descriptor: -1, isTerminal: false, usesColour: false)))
            let history = try RepositoryHistory(reader.requiredRepository())
            let manifest = try reader.manifest()
            guard !manifest.concepts.isEmpty else {
                throw ToolFailure(
                    "The workspace's canon.yaml declares no concept to judge by; start with: canon audit --init")
            }
            let report = try Verification(
                claims: claims.claims, deployments: claims.deployments, runtimes: claims.runtimes, history: history,
                analysis: CommitAudits(reader, manifest: manifest)
            ).run()
            return ToolResult(
                value: try JSONValue.parse(report.json), text: report.markdown())
        } catch let failure as CommandFailure {
            throw ToolFailure(failure.description)
        } catch let error as ConfigurationError {
            throw ToolFailure(error.problems.map(\.description).joined(separator: "; "))
        }
    }

    private static func narrow(_ claims: inout ClaimsFile, to issue: String, path: String) throws(ToolFailure) {
        let named = claims.claims.filter { $0.id.lowercased() == issue.lowercased() }
        guard named.isEmpty else {
            claims.claims = named
            return
        }
        let known = claims.claims.prefix(20).map(\.id).joined(separator: ", ")
        throw ToolFailure(
            "'\(path)' says nothing of the issue '\(issue)', so there is nothing to judge. It names: \(known).")
    }

    /// The claims file: within the workspace, not hidden, and no link that leads elsewhere.
    private static func read(_ path: String, in workspace: String, forbidden: String) throws -> ClaimsFile {
        let within = Paths.normalized("/" + path)
        let file = Paths.real(workspace) + within
        guard !within.split(separator: "/").contains(where: { $0.hasPrefix(".") }), Paths.real(file) == file,
            !Paths.isInside(file, forbidden)
        else { throw ToolFailure("'\(path)' is no file that may be read here.") }
        switch FileReading.contents(of: file, maximumBytes: ClaimsFile.maximumBytes) {
        case .failure(let error):
            throw ToolFailure(
                "'\(path)': \(error). A claims file says which issues were called done; canon verify import-claims drafts one."
            )
        case .success(let bytes):
            do {
                return try ClaimsFile(yaml: String(decoding: bytes, as: UTF8.self), path: path)
            } catch {
                throw ToolFailure(error.problems.map { "\($0.place): \($0.message)" }.joined(separator: "; "))
            }
        }
    }
}
