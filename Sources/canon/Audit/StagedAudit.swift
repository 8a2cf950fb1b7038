import CanonAudit

/// The audit of what the next commit would hold, beside the commit that it follows.
struct StagedAudit {
    let reader: AuditReader

    init(_ reader: AuditReader) { self.reader = reader }

    /// What HEAD has as well is known. The rest comes from what is staged, wherever it shows: a module that is deleted breaks files
    /// that are not staged.
    func report() throws -> AuditReport {
        let repository = try reader.requiredRepository()
        // Most contents of the index and of HEAD are those on disk, whose facts are at hand.
        let known = try reader.knownFacts(of: reader.workTree())
        let input = try reader.staged(known: known)
        let audit = Audit(input)
        let before: Audit
        if let head = repository.head {
            before = Audit(try reader.commit(head, manifest: input.manifest, known: known))
        } else {
            before = Audit(
                Audit.Input(
                    files: [], manifest: input.manifest, today: input.today, python: input.python,
                    toolVersion: input.toolVersion))
        }
        let moves = reader.moves(from: before, to: audit)
        var report = audit.run()
        report.folder = repository.folderInRepository
        let earlier = before.run()
        return report.compared(
            with: earlier, named: "HEAD", moved: moves, detector: reader.detectorChange(of: before, earlier))
    }
}
