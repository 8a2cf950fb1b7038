import CanonAudit
import CanonCodeModel
import CanonVerify
import Foundation

/// Puts together how things stand in a folder: the files on disk, the commits before them, what was claimed, and what logs showed.
struct StatusReading {
    let reader: AuditReader
    /// A file that was named; nil for the usual one, if it is there.
    var claims: String?
    /// Where the trend begins, as ``HistoryWindow`` takes it, and whether somebody asked for it; nil: the first commit.
    var since: String? = Self.usualSpan
    var isSinceGiven = false
    var samples = StatusCommand.Span.usualSamples
    /// Paths that count; the tools of the agent leave out what is hidden.
    var reads: @Sendable (String) -> Bool = { _ in true }

    static let usualSpan = "30d"

    /// - Parameters:
    ///   - problems: what logs showed.
    ///   - progress: how many commits of the history are read.
    func report(
        problems: StatusParts.Part<StatusReport.Problems>, gate: Severity = .high,
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> StatusReport {
        var input = try reader.workTree()
        try reader.requireSources(input)
        input.files.removeAll { !reads($0.path) }
        let audit = Audit(input)
        let report = try reader.report(of: audit)
        let parts = StatusParts(
            audit: audit, report: report, history: try history(input, progress), claims: try claims(input),
            problems: problems, folder: reader.settings.path == "." ? nil : reader.root)
        return StatusReport(parts, gate: gate)
    }

    // MARK: History

    private func history(_ input: Audit.Input, _ progress: (Int, Int) -> Void) throws -> StatusParts.Part<HistoryReport>
    {
        let remedy = "run it in a clone that has the commits"
        guard !input.manifest.concepts.isEmpty else {
            return .absent(.init(.history, "no concept is declared, so there is no trend", remedy: "declare one"))
        }
        guard reader.repository != nil else {
            return .absent(.init(.history, "the folder is in no git repository, so there is no trend", remedy: remedy))
        }
        guard input.commit != nil else {
            return .absent(.init(.history, "there is no commit yet, so there is no trend", remedy: "commit something"))
        }
        do {
            return .known(
                try HistoryReading(reader: reader, manifest: input.manifest, reads: reads).report(
                    since: since, samples: samples, progress: progress))
        } catch let failure as CommandFailure where !(isSinceGiven && failure.status == ExitStatus.usage) {
            return .absent(.init(.history, failure.description, remedy: remedy, isFailure: isSinceGiven))
        }
    }

    // MARK: Claims

    private func claims(
        _ input: Audit.Input
    ) throws -> StatusParts.Part<(path: String, report: VerificationReport)> {
        let usual = reader.settings.path == "." ? ClaimsFile.name : reader.root + "/" + ClaimsFile.name
        let path = claims ?? usual
        guard claims != nil || FileManager.default.fileExists(atPath: path) else {
            return .absent(
                .init(
                    .claims, "no claims file (\(ClaimsFile.name)), so no closed issue is judged",
                    remedy:
                        "write one: claims: [{issue: 12, fix: COMMIT, concept: NAME}]; canon verify --help says more"))
        }
        let file = try ClaimsFile.read(path, shownAs: claims ?? ClaimsFile.name)
        func failed(_ reason: String, _ remedy: String) -> StatusParts.Part<(path: String, report: VerificationReport)>
        {
            .absent(.init(.claims, reason, remedy: remedy, isFailure: true))
        }
        guard !input.manifest.concepts.isEmpty else {
            return failed(
                "there are claims, and no concept is declared to judge them by", "canon audit --init declares some")
        }
        do {
            let verification = Verification(
                claims: file.claims, deployments: file.deployments, runtimes: file.runtimes,
                history: try RepositoryHistory(reader.requiredRepository()),
                analysis: try CommitAudits(reader, manifest: input.manifest))
            return .known((path: path, report: try verification.run()))
        } catch let failure as CommandFailure {
            return failed("the claims cannot be judged: \(failure)", "run it in a clone that has the commits")
        }
    }
}
