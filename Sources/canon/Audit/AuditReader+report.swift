import CanonAudit

extension AuditReader {
    /// The files on disk.
    func workTree() throws -> Audit.Input { try FoundFolder(self).input() }

    /// The report on what is to be audited.
    func report(_ source: SourceOptions) throws -> AuditReport {
        guard source.commit == nil else { return try report(of: Audit(source.input(self))) }
        let folder = try FoundFolder(self)
        return try folder.keptReport ?? audit(folder).report
    }

    /// Audits a folder, and keeps the report.
    ///
    /// - Throws: `CommandFailure` when there is nothing that can be read here.
    func audit(_ folder: FoundFolder) throws -> (audit: Audit, report: AuditReport) {
        let input = try folder.input()
        try requireSources(input)
        let audit = Audit(input)
        let report = try report(of: audit)
        folder.keep(report, input.parts)
        return (audit, report)
    }

    /// The report of an audit, with what the repository says: where it is, and what its history makes due for escalation.
    ///
    /// A deadline costs one more audit: of the commit that stood so many days ago, whose files are mostly those of today.
    func report(of audit: Audit) throws -> AuditReport {
        var report = audit.run()
        report.folder = repository?.folderInRepository
        let manifest = audit.input.manifest
        guard let repository, let tip = audit.input.commit else { return report }
        var past: [PastState] = []
        var known: KnownFacts?
        for days in manifest.escalationDays {
            guard let commit = try repository.commit(of: tip, onFirstParentsUntil: today.adding(days: -days)) else {
                if repository.isShallow {
                    settings.progress.writeLine(
                        "note: this clone is shallow, so what is older than \(days) days (escalate_after) is not known: "
                            + "git fetch --unshallow")
                }
                continue
            }
            let facts = try known ?? (audit.input.tree is WorkTree ? knownFacts(of: audit.input) : KnownFacts())
            known = facts
            let input = try self.commit(commit, manifest: manifest, known: facts)
            let then = (input.tree as? CommitTree).flatMap { try? self.manifest(of: $0) }
            past.append(
                PastState(
                    days: days, commit: commit, findings: Set(Audit(input).run().findings.map(\.fingerprint)),
                    waivers: then?.waivers ?? []))
        }
        return report.escalated(past, by: manifest)
    }

    /// What the manifest of now makes of a base's code that the base's own did not; nothing when the base has none of its own.
    func detectorChange(of base: Audit, _ report: AuditReport) -> DetectorChange {
        guard let own = ownManifest(of: base) else { return DetectorChange() }
        return DetectorChange(base: base, report: report, own: own)
    }

    /// The manifest that stands in a base; nil when it has none, or one that is wrong: that judged nothing then.
    private func ownManifest(of base: Audit) -> Manifest? {
        guard let tree = base.input.tree as? CommitTree, tree.bytes(of: ManifestFile.name) != nil else { return nil }
        return try? manifest(of: tree)
    }

    /// Live code of a base that is not measured any more.
    ///
    /// Which code was live is for the base's own manifest to say: the one of today may have been made narrower. The first
    /// manifest of a repository narrows nothing that anybody had declared.
    func moves(from base: Audit, to now: Audit) -> [ScopeShrinkage.Move] {
        ScopeShrinkage.moves(
            base: base.context, scopes: ownManifest(of: base).map { ScopeMap(manifest: $0) }, now: now.context)
    }
}
