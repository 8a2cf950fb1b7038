import CanonAudit
import CanonCodeModel
import CanonFacts
import CanonGateway
import CanonVerify

/// Audits samples of a repository's history, from git's objects: the work tree is never touched.
struct HistoryReading {
    let reader: AuditReader
    /// What every sample is judged by.
    let manifest: Manifest
    /// Paths that count; the tools of the agent leave out what is hidden.
    var reads: @Sendable (String) -> Bool = { _ in true }

    /// - Parameters:
    ///   - samples: how many commits are read, of those that lie between; both ends always are.
    ///   - concept: nil for all.
    func report(
        since: String?, until: String = "HEAD", samples: Int, concept: String? = nil,
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> HistoryReport {
        let repository = try reader.requiredRepository()
        let window = try HistoryWindow(since: since, until: until, in: repository)
        let auditor = Auditor(reading: self, concept: concept, tip: window.commits.last?.id)
        let found = HistoryReport.samples(samples, of: window.commits, by: auditor, progress: progress)
        let detector = Detector(manifest)
        return HistoryReport(
            tool: .init(
                version: ProductVersion.description, ruleSet: detector.ruleSet, manifest: detector.manifest),
            python: auditor.inputs.python, window: window.window, samples: found,
            detectorChanges: try DetectorHistory(reader: reader, repository: repository, judge: manifest).changes(
                in: window),
            work: .init(parsed: auditor.inputs.parsed, reused: auditor.inputs.reused))
    }

    private struct Auditor: ConceptMeasuring {
        let reading: HistoryReading
        let inputs: CommitInputs
        let concept: String?
        let tip: String?

        init(reading: HistoryReading, concept: String?, tip: String?) {
            self.reading = reading
            self.concept = concept
            self.tip = tip
            inputs = CommitInputs(reading.reader)
        }

        func measure(_ commit: String) throws -> HistoryReport.Measured {
            var input = try inputs.input(at: commit, manifest: reading.manifest)
            input.files.removeAll { !reading.reads($0.path) }
            // Long ago there may have been nothing yet; now there must be.
            if commit == tip { try reading.reader.requireSources(input) }
            let audit = Audit(input)
            let context = audit.context
            return HistoryReport.Measured(
                concepts: audit.measurements().filter { concept == nil || $0.name == concept },
                unread: input.unread,
                unparsable: context.liveFiles.count { context.model.facts(of: $0).error != nil })
        }
    }
}
