import CanonAudit

/// The audit of what the next commit would hold, beside the commit that it follows.
struct StagedAudit {
    let reader: AuditReader

    init(_ reader: AuditReader) { self.reader = reader }

    /// New findings are open where a staged file is part of them; everything else is known.
    func report() throws -> AuditReport {
        let repository = try reader.requiredRepository()
        // Most contents of the index and of HEAD are those on disk, whose facts are at hand.
        let known = try reader.knownFacts(of: reader.workTree())
        let input = try reader.staged(known: known)
        let audit = Audit(input)
        var base: [String: String] = [:]
        let before: Audit
        if let head = repository.head {
            for entry in try repository.files(of: head) { base[entry.path] = entry.blob }
            before = Audit(try reader.commit(head, manifest: input.manifest, known: known))
        } else {
            before = Audit(
                Audit.Input(
                    files: [], manifest: input.manifest, today: input.today, python: input.python,
                    toolVersion: input.toolVersion))
        }
        let staged = Set(try repository.staged().filter { base[$0.path] != $0.blob }.map(\.path))
        let moves = ScopeShrinkage.moves(base: before.context, now: audit.context)
        var report = audit.run()
        report.folder = repository.folderInRepository
        report = report.compared(with: before.run(), named: "HEAD", moved: moves)
        return report.openOnly(in: staged)
    }
}
