import CanonAudit
import CanonCodeModel
import CanonFacts
import CanonGateway
import CanonPython
import Foundation

/// Reads what an audit needs: the manifest, and the facts of every source file, of a folder or of a commit.
struct AuditReader {
    let root: String
    let settings: AuditSettings
    let today: CalendarDate
    let repository: GitRepository?

    /// - Throws: `CommandFailure` when the path is no folder.
    init(_ settings: AuditSettings, today: CalendarDate = ManifestFile.today) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: settings.path, isDirectory: &isFolder) else {
            throw CommandFailure(
                "\(settings.path.escapingControls): \(SystemError(code: ENOENT))", status: ExitStatus.usage)
        }
        guard isFolder.boolValue else {
            throw CommandFailure(
                "\(settings.path.escapingControls) is a file; an audit is about a whole folder",
                status: ExitStatus.usage)
        }
        var root = settings.path
        while root.count > 1, root.hasSuffix("/") { root.removeLast() }
        self.root = root
        self.settings = settings
        self.today = today
        repository = GitRepository(containing: root)
    }

    /// The repository, where one is needed.
    func requiredRepository() throws -> GitRepository {
        guard let repository else {
            throw CommandFailure(
                "\(root.escapingControls) is in no git repository, so there is no commit to read",
                status: ExitStatus.usage)
        }
        return repository
    }

    // MARK: Manifest

    /// The manifest that `--config` names, or of the folder; an empty one when there is none.
    func manifest() throws -> Manifest { try manifestText().map { try manifest(of: $0) } ?? Manifest() }

    /// A manifest as it is written, and how reports name its file.
    struct ManifestText {
        var bytes: [UInt8]
        var path: String
    }

    /// Nil when there is none.
    func manifestText() throws -> ManifestText? {
        if let path = settings.config {
            return ManifestText(bytes: try ManifestFile.bytes(path, shownAs: path), path: path)
        }
        let path = root + "/" + ManifestFile.name
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        return ManifestText(bytes: try ManifestFile.bytes(path, shownAs: ManifestFile.name), path: ManifestFile.name)
    }

    func manifest(of text: ManifestText) throws -> Manifest {
        try ManifestFile.manifest(text.bytes, path: text.path, today: today)
    }

    func version(_ manifest: Manifest) -> PythonVersion {
        settings.python ?? manifest.python.flatMap { PythonVersion($0.value) } ?? .v3_13
    }

    // MARK: A folder

    /// An audit of nothing would say that nothing is wrong.
    ///
    /// - Throws: `CommandFailure` when there is nothing that can be read here.
    func requireSources(_ input: Audit.Input) throws {
        // Without any facts of Python there would be nothing to say; else the report says what it lacks.
        if input.files.isEmpty || input.manifest.languages.contains(where: { $0.value == "swift" }),
            SwiftSources.gap(in: input.tree.paths, input.manifest, program: try SwiftProgram.find()) != nil
        {
            throw CommandFailure("Swift files cannot be read here: \(SwiftProgram.remedy)", status: ExitStatus.unknown)
        }
        guard input.files.isEmpty, input.unread.isEmpty else { return }
        throw CommandFailure(
            "\(root.escapingControls) holds no file that can be audited (*.py, *.swift). Is it the right folder?",
            status: ExitStatus.unknown)
    }

    // MARK: A commit

    /// The files of a commit, from git's objects.
    ///
    /// - Parameters:
    ///   - manifest: nil for the one in the commit.
    ///   - known: facts at hand, by the id of the content.
    func commit(_ commit: String, manifest given: Manifest? = nil, known: KnownFacts = KnownFacts()) throws
        -> Audit.Input
    {
        let files = CommittedFiles(try requiredRepository().files(of: commit))
        var input = try contents(of: files, manifest: given, known: known)
        input.commit = commit
        input.dirty = false
        return input
    }

    /// Contents that git keeps: of a commit, or of the index.
    ///
    /// - Parameter manifest: nil for the one among them.
    func contents(of committed: CommittedFiles, manifest given: Manifest?, known: KnownFacts) throws -> Audit.Input {
        let repository = try requiredRepository()
        let tree = CommitTree(repository, committed, identities: known.identities(of: committed))
        let manifest = try given ?? (settings.config != nil ? self.manifest() : self.manifest(of: tree))
        let version = version(manifest)
        let swift = manifest.audits("swift") ? try SwiftProgram.find() : nil
        let parts = FileParts(sharedWith: known.parts)
        // Facts by another grammar are other facts.
        let isSameGrammar = known.python == version.description
        let sources = (isSameGrammar ? known : KnownFacts()).facts(of: committed) { entry in
            manifest.audits("python") && entry.path.hasSuffix(".py")
                || swift != nil && SwiftSources.holds(entry.path)
        }
        let reading = CommitFacts(repository, version: version, swift: swift, jobs: settings.jobs)
        let read = try reading.facts(of: sources.lazy.filter { $0.facts == nil }.map(\.entry))
        var files: [CodeFile] = []
        files.reserveCapacity(sources.count)
        var unread: [Evidence] = []
        if let gap = SwiftSources.gap(in: committed.entries.lazy.map(\.path), manifest, program: swift) {
            unread.append(gap)
        }
        for (source, known) in sources {
            if let facts = known ?? read[KnownFacts.key(of: source)] {
                files.append(CodeFile(path: source.path, facts: facts))
            } else {
                unread.append(
                    Evidence(path: source.path, line: 0, text: "the repository lacks its content (a partial clone?)"))
            }
        }
        return Audit.Input(
            files: files, tree: tree, parts: parts, manifest: manifest, today: today, python: version.description,
            toolVersion: ProductVersion.description, unread: unread, claims: ProgramClaims(repository: repository),
            jobs: settings.jobs)
    }

    /// The manifest that stands in a commit.
    func manifest(of tree: CommitTree) throws -> Manifest {
        try manifestText(of: tree).map { try manifest(of: $0) } ?? Manifest()
    }

    /// The same as it is written; nil when there is none.
    func manifestText(of tree: CommitTree) -> ManifestText? {
        tree.bytes(of: ManifestFile.name).map { ManifestText(bytes: $0, path: ManifestFile.name) }
    }

    /// Facts of the work tree by the id of their content, so that a base that differs little is read as quickly.
    func knownFacts(of input: Audit.Input) throws -> KnownFacts {
        let repository = try requiredRepository()
        let index = CommittedFiles(try repository.staged())
        return KnownFacts(
            of: FolderContents(
                files: input.files, allFiles: input.tree.paths.map { ($0, input.tree.identity(of: $0)) },
                unread: input.unread, parts: input.parts, python: input.python),
            index: index, changed: try repository.changedOnDisk())
    }
}

/// The facts of contents that git keeps.
struct CommitFacts {
    private let objects: GitObjects
    private let version: PythonVersion
    private let swift: SwiftProgram?
    private let jobs: Int

    init(_ repository: GitRepository, version: PythonVersion, swift: SwiftProgram?, jobs: Int) {
        objects = GitObjects(repository)
        self.version = version
        self.swift = swift
        self.jobs = jobs
    }

    /// Facts by ``KnownFacts/key(of:)``. What the repository lacks is left out.
    func facts(of entries: [GitRepository.Entry]) throws -> [String: FileFacts] {
        let (swift, python) = (
            entries.filter { $0.path.hasSuffix(".swift") }, entries.filter { $0.path.hasSuffix(".py") }
        )
        return try pythonFacts(of: python.map(\.blob)).merging(swiftFacts(of: swift)) { first, _ in first }
    }

    private func swiftFacts(of entries: [GitRepository.Entry]) throws -> [String: FileFacts] {
        guard let swift else { return [:] }
        var byKey: [String: GitRepository.Entry] = [:]
        for entry in entries { byKey[KnownFacts.key(of: entry)] = entry }
        let unique = byKey.sorted { $0.value.path < $1.value.path }
        let contents = try objects.contents(of: unique.map(\.value.blob))
        let found = zip(unique, contents).compactMap { entry, content in content.map { (entry, $0) } }
        let facts = try swift.facts(
            of: found.map { ForeignFiles.Request(name: $0.0.value.path, source: $0.1) }, jobs: jobs)
        return Dictionary(
            zip(found, facts).compactMap { item, facts in facts.map { (item.0.key, $0) } },
            uniquingKeysWith: { first, _ in first })
    }

    private func pythonFacts(of blobs: [String]) throws -> [String: FileFacts] {
        var unique: [String] = []
        var seen: Set<String> = []
        for blob in blobs where seen.insert(blob).inserted { unique.append(blob) }
        var result: [String: FileFacts] = [:]
        result.reserveCapacity(unique.count)
        // A batch at a time, so that contents do not pile up in memory.
        for start in stride(from: 0, to: unique.count, by: 512) {
            let names = unique[start..<min(start + 512, unique.count)]
            let contents = try objects.contents(of: Array(names))
            let version = version
            let facts = ParallelWork.map(
                contents.indices, jobs: jobs, makeWorker: { PythonFactReader(version: version) }
            ) { reader, index -> FileFacts? in
                contents[index]?.withUnsafeBytes { bytes in
                    reader.read(bytes)
                    return reader.facts
                }
            }
            for (name, facts) in zip(names, facts) { result[name] = facts }
        }
        return result
    }
}
