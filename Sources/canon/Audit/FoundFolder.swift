import CanonAudit
import CanonCodeModel
import CanonGateway
import CanonPython

/// A folder whose files were found, and not yet read: an earlier run may have left nothing to read.
struct FoundFolder {
    private let reader: AuditReader
    private let run: PythonRun
    private let state: RepositoryState
    let manifest: Manifest
    /// Everything that a report on these files depends on besides them.
    private let question: [UInt8]
    /// What reads Swift; nil when it is not there, or not wanted.
    private let swift: SwiftProgram?

    /// - Throws: `CommandFailure` or `ConfigurationError` when folder or manifest cannot be used.
    init(_ reader: AuditReader) throws {
        try self.init(reader, text: reader.manifestText(), state: RepositoryState(reader.repository))
    }

    /// A folder beside the index of its repository, whose manifest counts.
    init(_ reader: AuditReader, judgedBy text: AuditReader.ManifestText?) throws {
        try self.init(reader, text: text, state: RepositoryState(nil))
    }

    private init(_ reader: AuditReader, text: AuditReader.ManifestText?, state: RepositoryState) throws {
        self.reader = reader
        self.state = state
        manifest = try text.map { try reader.manifest(of: $0) } ?? Manifest()
        let version = reader.version(manifest)
        run = try PythonRun(
            paths: [reader.root], version: version, jobs: reader.settings.jobs, cache: reader.settings.cache,
            progress: reader.settings.progress, namingOthers: true)
        swift = manifest.audits("swift") ? try SwiftProgram.find() : nil
        // Waivers expire and deadlines pass without any file changing.
        let build = "\(version)\0\(swift?.build ?? "")"
        question = Array("report\0\(build)\0\(reader.today)\0\(text?.path ?? "")\0".utf8) + (text?.bytes ?? [])
    }

    /// Reads what was found, and keeps it for the next run.
    ///
    /// - Throws: `CommandFailure` when Swift is wanted and what reads it fails.
    func input() throws -> Audit.Input {
        let facts = try facts()
        finishReading()
        let contents = contents(facts)
        let (commit, dirty) = state.wait()
        return Audit.Input(
            files: contents.files, tree: WorkTree(root: reader.root, files: contents.allFiles), parts: contents.parts,
            manifest: manifest, today: reader.today, python: contents.python, toolVersion: ProductVersion.description,
            commit: commit, dirty: dirty, unread: contents.unread,
            claims: ProgramClaims(repository: reader.repository), jobs: reader.settings.jobs)
    }

    /// What each file says, or why it could not be read.
    struct Facts {
        fileprivate var files: [SourceFile]
        fileprivate var outcomes: [PythonProject.Outcome]
    }

    /// - Throws: `CommandFailure` when Swift is wanted and what reads it fails.
    func facts() throws -> Facts {
        let python = manifest.audits("python") ? run.outcomes() : []
        let (swiftFiles, swift) = try swiftFacts()
        return Facts(files: run.files.prefix(python.count) + swiftFiles, outcomes: python + swift)
    }

    /// Writes the cache of facts. Once, after ``facts()``.
    func finishReading() { run.finish() }

    /// What was read, put together.
    func contents(_ facts: Facts) -> FolderContents {
        var files: [CodeFile] = []
        files.reserveCapacity(facts.files.count)
        var unread = run.unlisted.map {
            Evidence(path: relative($0.path), line: 0, text: "cannot be listed: \($0.reason)")
        }
        for (file, outcome) in zip(facts.files, facts.outcomes) {
            switch outcome {
            case .success(let facts): files.append(CodeFile(path: file.name, facts: facts))
            case .failure(let error):
                unread.append(Evidence(path: file.name, line: 0, text: "cannot be read: \(error)"))
            }
        }
        let allFiles = run.allFiles
        if let gap = SwiftSources.gap(in: allFiles.lazy.map(\.name), manifest, program: swift) { unread.append(gap) }
        return FolderContents(
            files: files, allFiles: allFiles, unread: unread, parts: FileParts(stored: run.keptParts()),
            python: run.version.description)
    }

    private func swiftFacts() throws -> ([SourceFile], [PythonProject.Outcome]) {
        guard let swift else { return ([], []) }
        let cache = reader.settings.cache?.open(build: swift.build)
        let found = run.foreign(suffix: ".swift", cache: cache, where: SwiftSources.holds)
        return (found.files, try found.read { try swift.facts(of: $0, jobs: reader.settings.jobs) })
    }

    private func relative(_ path: String) -> String {
        path.hasPrefix(reader.root + "/") ? String(path.dropFirst(reader.root.count + 1)) : path
    }

    // MARK: Reports of earlier runs

    /// The report that an earlier run made of the very same files and manifest on the same day; nil when there is none.
    var keptReport: AuditReport? {
        guard isKept, var report = run.keptAnswer(to: question).flatMap({ AuditReport(stored: $0) }) else { return nil }
        (report.commit, report.dirty) = state.wait()
        report.folder = reader.repository?.folderInRepository
        return report
    }

    /// Keeps a report on the input for ``keptReport``, and what was found out about single files for ``input()``.
    func keep(_ report: AuditReport, _ parts: FileParts) {
        keep(parts)
        // What could not be read may be there the next time, without any file having changed.
        guard isKept, report.incomplete.isEmpty, let bytes = report.stored() else { return }
        run.keep(bytes, to: question)
    }

    // MARK: The same of what git keeps

    /// What a report on the contents of some files is kept by, judged by this manifest on this day; nil when none is kept.
    func contentKey(of files: CommittedFiles) -> PythonProject.ContentKey? {
        guard manifest.claims.isEmpty else { return nil }
        var bytes = question
        bytes.reserveCapacity(bytes.count + files.entries.count * 128)
        for entry in files.entries {
            bytes += entry.path.utf8
            bytes.append(0)
            bytes += entry.blob.utf8
        }
        return run.contentKey(of: bytes)
    }

    /// The report that an earlier run made of the very same contents; nil when there is none. It is kept in its slot from now on,
    /// whichever one it is found in.
    func keptReport(on key: PythonProject.ContentKey?, in slot: PythonProject.AnswerSlot) -> AuditReport? {
        guard let key else { return nil }
        if let report = run.keptAnswer(to: key, in: slot).flatMap({ AuditReport(stored: $0) }) { return report }
        for other in PythonProject.AnswerSlot.allCases where other != slot {
            guard let bytes = run.keptAnswer(to: key, in: other), let report = AuditReport(stored: bytes) else {
                continue
            }
            run.keep(bytes, to: key, in: slot)
            return report
        }
        return nil
    }

    /// Keeps a report for ``keptReport(on:in:)``, which says nothing of a commit then.
    func keep(_ report: AuditReport, on key: PythonProject.ContentKey?, in slot: PythonProject.AnswerSlot) {
        guard let key, report.incomplete.isEmpty else { return }
        var report = report
        (report.commit, report.dirty) = (nil, nil)
        guard let bytes = report.stored() else { return }
        run.keep(bytes, to: key, in: slot)
    }

    func keep(_ parts: FileParts) {
        if let parts = parts.stored() { run.keep(parts: parts) }
    }

    /// What is due for escalation depends on the history, too, and so do claims about commits.
    private var isKept: Bool { manifest.escalationDays.isEmpty && manifest.claims.isEmpty }
}

/// The commit of a folder, and whether it was changed since; asked for while files are read.
private struct RepositoryState: Sendable {
    private let answer: Awaited<(commit: String?, dirty: Bool?)>?

    init(_ repository: GitRepository?) {
        answer = repository.map { repository in
            Awaited {
                let commit = repository.head
                return (commit, commit == nil ? nil : repository.isDirty)
            }
        }
    }

    func wait() -> (commit: String?, dirty: Bool?) { (try? answer?.value) ?? (nil, nil) }
}
