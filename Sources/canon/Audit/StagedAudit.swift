import CanonAudit
import CanonPython

/// The audit of what the next commit would hold, beside the commit that it follows. Nothing but the index and HEAD counts: the
/// work tree is asked only for what is known already of contents that it shares with them.
struct StagedAudit {
    private let reader: AuditReader
    private let repository: GitRepository
    /// Of the index.
    private let entries: [GitRepository.Entry]
    private let text: AuditReader.ManifestText?
    let manifest: Manifest
    private let head: String?

    /// - Throws: `CommandFailure` or `ConfigurationError` when there is no repository, or the manifest of the index is wrong.
    init(_ reader: AuditReader) throws {
        self.reader = reader
        repository = try reader.requiredRepository()
        entries = try repository.staged()
        let isGiven = reader.settings.config != nil
        text =
            isGiven ? try reader.manifestText() : reader.manifestText(of: try CommitTree(repository, files: entries))
        manifest = try text.map { try reader.manifest(of: $0) } ?? Manifest()
        head = repository.head
    }

    // MARK: Documents

    /// Whether nothing but documents is added or changed, so that nothing at or above a severity can come of it, and no total of
    /// findings can rise: documents are what `stale-doc` looks at, which is low, and claims, where the manifest asks for them.
    func isNothingButDocuments(below gate: Severity) throws -> Bool {
        guard head != nil, gate > .low, manifest.claims.isEmpty else { return false }
        return try repository.stagedChanges().allSatisfy {
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
        let (repository, head) = (repository, head)
        let committed = Awaited { try head.map { try repository.files(of: $0) } ?? [] }
        let folder = try FoundFolder(reader, judgedBy: text)
        let disk = DiskFacts(self, folder)
        let base = Side(try committed.value, self, disk)
        let now = Side(entries, self, disk)
        // First, because what is kept of the index takes the place of what was kept when HEAD was the index.
        let earlier = try base.report(folder, keptIn: .base)
        var report = try now.report(folder, keptIn: .staged)
        (report.commit, report.dirty) = (head, true)
        report.folder = repository.folderInRepository
        var moves: [ScopeShrinkage.Move] = []
        var detector = DetectorChange()
        if !isMeasuredAlike(base.entries) {
            let (before, audit) = (try base.audit(), try now.audit())
            moves = reader.moves(from: before, to: audit)
            detector = reader.detectorChange(of: before, earlier)
        }
        return report.compared(with: earlier, named: "HEAD", moved: moves, detector: detector)
    }

    /// Whether no code can have left the measurement, and no rule have changed: the manifest is that of HEAD, and no live file went
    /// while another one came that is not live.
    private func isMeasuredAlike(_ base: [GitRepository.Entry]) -> Bool {
        func manifest(_ entries: [GitRepository.Entry]) -> String? {
            entries.first { $0.path == ManifestFile.name }?.blob
        }
        func sources(_ entries: [GitRepository.Entry]) -> Set<String> {
            Set(entries.lazy.map(\.path).filter { $0.hasSuffix(".py") || SwiftSources.holds($0) })
        }
        guard reader.settings.config == nil, manifest(base) == manifest(entries) else { return false }
        let (before, now) = (sources(base), sources(entries))
        let scopes = ScopeMap(manifest: self.manifest)
        return !before.subtracting(now).contains { scopes.scope(of: $0) == .live }
            || now.subtracting(before).allSatisfy { scopes.scope(of: $0) == .live }
    }

    /// Most contents of the index and of HEAD are those on disk. They are read when something has to be.
    private final class DiskFacts {
        private let staged: StagedAudit
        private let folder: FoundFolder
        private var read: KnownFacts?

        init(_ staged: StagedAudit, _ folder: FoundFolder) {
            self.staged = staged
            self.folder = folder
        }

        var known: KnownFacts {
            get throws {
                if let read { return read }
                var blobs = Dictionary(
                    staged.entries.lazy.map { ($0.path, $0.blob) }, uniquingKeysWith: { first, _ in first })
                let input = try folder.input()
                // Asked after the files were read: what changes in between is known to have changed.
                for path in try staged.repository.changedOnDisk() { blobs[path] = nil }
                let facts = KnownFacts(of: input, blobs: blobs)
                read = facts
                return facts
            }
        }
    }

    /// HEAD or the index, judged by the manifest of the index.
    private final class Side {
        let entries: [GitRepository.Entry]
        private let staged: StagedAudit
        private let disk: DiskFacts
        private var linked: Audit?

        init(_ entries: [GitRepository.Entry], _ staged: StagedAudit, _ disk: DiskFacts) {
            self.entries = entries
            self.staged = staged
            self.disk = disk
        }

        /// The report that was made of the very same contents before, when there is one; that of HEAD mostly when it was staged.
        func report(_ folder: FoundFolder, keptIn slot: PythonProject.AnswerSlot) throws -> AuditReport {
            if let report = folder.keptReport(on: entries, in: slot) { return report }
            if let other = PythonProject.AnswerSlot.allCases.first(where: { $0 != slot }),
                let report = folder.keptReport(on: entries, in: other)
            {
                folder.keep(report, on: entries, in: slot)
                return report
            }
            let audit = try audit()
            let report = audit.run()
            folder.keep(report, on: entries, in: slot)
            if slot == .staged { folder.keep(audit.input.parts) }
            return report
        }

        func audit() throws -> Audit {
            if let linked { return linked }
            var input = try staged.reader.contents(of: entries, manifest: staged.manifest, known: disk.known)
            // What claims about commits are held against.
            input.commit = staged.head
            let audit = Audit(input)
            linked = audit
            return audit
        }
    }
}
