import CanonAudit
import CanonPython

/// The audit of what the next commit would hold, beside the commit that it follows. Nothing but the index and HEAD counts: the
/// work tree is asked only for what is known already of contents that it shares with them.
///
/// What git is asked is asked all at once: each of its answers takes about as long as the next one.
final class StagedAudit {
    private let reader: AuditReader
    private let repository: GitRepository
    private let index: CommittedFiles
    private let changes: Awaited<[GitRepository.Change]>
    private let text: AuditReader.ManifestText?
    let manifest: Manifest
    private let head: String?
    /// What was linked and read for a report: it is large, and who ends after it need not take it apart.
    private var sides: [Side] = []
    private var committed: Awaited<Committed>?

    /// HEAD, and what is kept of it.
    private struct Committed {
        let files: CommittedFiles
        let key: PythonProject.ContentKey?
        let report: AuditReport?
    }

    /// - Throws: `CommandFailure` or `ConfigurationError` when there is no repository, or the manifest of the index is wrong.
    init(_ reader: AuditReader) throws {
        self.reader = reader
        let repository = try reader.requiredRepository()
        self.repository = repository
        let listing = Awaited { CommittedFiles(try repository.staged()) }
        let isGiven = reader.settings.config != nil
        let own = isGiven ? nil : Awaited { try GitObjects(repository).object(named: ":./" + ManifestFile.name) }
        let commit = Awaited { repository.head }
        changes = Awaited { try repository.stagedChanges() }
        index = try listing.value
        text = isGiven ? try reader.manifestText() : Self.manifestText(in: index, own, repository)
        manifest = try text.map { try reader.manifest(of: $0) } ?? Manifest()
        head = try commit.value
    }

    /// - Parameter own: what git found under the manifest's name; what the listing has counts, should the index have changed since.
    private static func manifestText(
        in index: CommittedFiles, _ own: Awaited<GitObjects.Object?>?, _ repository: GitRepository
    ) -> AuditReader.ManifestText? {
        guard let entry = index.entries.first(where: { $0.path == ManifestFile.name }) else { return nil }
        var bytes: [UInt8]?
        if let found = try? own?.value, found.id == entry.blob { bytes = found.bytes }
        bytes = bytes ?? (try? GitObjects(repository).contents(of: [entry.blob]))?.first ?? nil
        return bytes.map { AuditReader.ManifestText(bytes: $0, path: ManifestFile.name) }
    }

    // MARK: Documents

    /// Whether nothing but documents is added or changed, so that nothing at or above a severity can come of it, and no total of
    /// findings can rise: documents are what `stale-doc` looks at, which is low, and claims, where the manifest asks for them.
    func isNothingButDocuments(below gate: Severity) throws -> Bool {
        guard head != nil, gate > .low, manifest.claims.isEmpty else { return false }
        return try changes.value.allSatisfy {
            ($0.kind == "A" || $0.kind == "M") && Self.isDocument($0.path)
        }
    }

    /// A text for people, of a kind that no other rule and no tool reads. Folders with a dot hold hooks and workflows.
    private static func isDocument(_ path: String) -> Bool {
        let parts = path.split(separator: "/")
        guard let name = parts.last, !parts.contains(where: { $0.hasPrefix(".") }) else { return false }
        return [".md", ".mdx", ".rst", ".adoc", ".png", ".svg", ".jpg", ".gif", ".webp", ".pdf"].contains {
            name.hasSuffix($0)
        }
    }

    // MARK: Report

    /// What HEAD has as well is known. The rest comes from what is staged, wherever it shows: a module that is deleted breaks files
    /// that are not staged.
    func report() throws -> AuditReport {
        let folder = try FoundFolder(reader, judgedBy: text)
        let disk = DiskFacts(folder, repository, index)
        let (repository, index, changes, head) = (repository, index, changes, head)
        // Found out while the index is linked.
        let committed = Awaited {
            let files = try Self.committed(repository, head, index, changes)
            let key = folder.contentKey(of: files)
            return Committed(files: files, key: key, report: folder.keptReport(on: key, in: .base))
        }
        self.committed = committed
        let now = Side(index, self, disk)
        let key = folder.contentKey(of: index)
        let known = folder.keptReport(on: key, in: .staged)
        var report = try known ?? now.audit().run()
        // First, because what is kept of the index takes the place of what was kept when HEAD was the index.
        let before = try committed.value
        let base = Side(before.files, self, disk)
        sides = [base, now]
        let earlier = try before.report ?? base.audit().run()
        let found = report
        let parts = try known == nil ? now.audit().input.parts : nil
        // While the two are compared.
        let keeping = Awaited {
            if before.report == nil { folder.keep(earlier, on: before.key, in: .base) }
            if known == nil { folder.keep(found, on: key, in: .staged) }
            if let parts { folder.keep(parts) }
        }
        (report.commit, report.dirty) = (head, true)
        report.folder = repository.folderInRepository
        var moves: [ScopeShrinkage.Move] = []
        var detector = DetectorChange()
        if !isMeasuredAlike(base.files) {
            let (before, audit) = (try base.audit(), try now.audit())
            moves = reader.moves(from: before, to: audit)
            detector = reader.detectorChange(of: before, earlier)
        }
        report = report.compared(with: earlier, named: "HEAD", moved: moves, detector: detector)
        try keeping.value
        try disk.finish()
        return report
    }

    /// What HEAD has.
    private static func committed(
        _ repository: GitRepository, _ head: String?, _ index: CommittedFiles,
        _ changes: Awaited<[GitRepository.Change]>
    ) throws -> CommittedFiles {
        guard let head else { return CommittedFiles([]) }
        return try index.before(changes.value) ?? CommittedFiles(repository.files(of: head))
    }

    /// Whether no code can have left the measurement, and no rule have changed: the manifest is that of HEAD, and no live file went
    /// while another one came that is not live.
    private func isMeasuredAlike(_ base: CommittedFiles) -> Bool {
        func sources(of files: CommittedFiles, missingIn other: CommittedFiles) -> [String] {
            zip(files.entries, files.places(in: other)).filter { entry, place in
                place == nil && (entry.path.hasSuffix(".py") || SwiftSources.holds(entry.path))
            }.map(\.0.path)
        }
        func ownManifest(of files: CommittedFiles) -> String? {
            files.entries.first { $0.path == ManifestFile.name }?.blob
        }
        guard reader.settings.config == nil, ownManifest(of: base) == ownManifest(of: index) else { return false }
        let scopes = ScopeMap(manifest: manifest)
        return !sources(of: base, missingIn: index).contains { scopes.scope(of: $0) == .live }
            || sources(of: index, missingIn: base).allSatisfy { scopes.scope(of: $0) == .live }
    }

    /// Most contents of the index and of HEAD are those on disk. They are read when something has to be.
    private final class DiskFacts {
        private let folder: FoundFolder
        private let repository: GitRepository
        private let index: CommittedFiles
        private var read: KnownFacts?
        private var finishing: Awaited<Void>?

        init(_ folder: FoundFolder, _ repository: GitRepository, _ index: CommittedFiles) {
            self.folder = folder
            self.repository = repository
            self.index = index
        }

        var known: KnownFacts {
            get throws {
                if let read { return read }
                let (folder, repository) = (folder, repository)
                let facts = try folder.facts()
                // Asked after the files were read: what changes in between is known to have changed.
                let changed = Awaited { try repository.changedOnDisk() }
                finishing = Awaited { folder.finishReading() }
                let known = KnownFacts(of: folder.contents(facts), index: index, changed: try changed.value)
                read = known
                return known
            }
        }

        /// Waits until what was read is kept.
        func finish() throws { try finishing?.value }
    }

    /// HEAD or the index, judged by the manifest of the index.
    private final class Side {
        let files: CommittedFiles
        private unowned let staged: StagedAudit
        private let disk: DiskFacts
        private var linked: Audit?

        init(_ files: CommittedFiles, _ staged: StagedAudit, _ disk: DiskFacts) {
            self.files = files
            self.staged = staged
            self.disk = disk
        }

        func audit() throws -> Audit {
            if let linked { return linked }
            var input = try staged.reader.contents(of: files, manifest: staged.manifest, known: disk.known)
            // What claims about commits are held against.
            input.commit = staged.head
            let audit = Audit(input)
            linked = audit
            return audit
        }
    }
}
