public import CanonFacts

/// The Python files beneath some folders, read by several threads, each with buffers of its own; with a cache, what did not
/// change since the last time is not even opened.
public struct PythonProject: Sendable {
    public let version: PythonVersion
    /// Every `*.py`, hidden and ignored ones too, sorted by the bytes of their paths within each argument. Symbolic links are
    /// not followed.
    public let files: [SourceFile]
    /// Folders that could not be listed.
    public let unlisted: [(path: String, reason: SourceFailure)]

    /// Files of other suffixes, when they were asked for: without those of git, sorted as ``files``.
    let others: [SourceFile]
    let jobs: Int
    let cache: FactCache?
    /// For each argument; nil for one that is a file.
    let packs: [FactPack?]
    /// For each argument its place without links; nil for one that is a file.
    let folders: [String?]
    /// The number of the first file of each argument.
    private let firstFiles: [Int]
    let verifiesCache: Bool
    let isPartial: Bool
    /// Whether ``others`` are known.
    let namesOthers: Bool
    /// When the first file was looked for, in nanoseconds since 1970.
    let soughtAt: Int64

    /// What one file says, or why it could not be read.
    public typealias Outcome = Result<FileFacts, SourceFailure>

    /// An argument that names nothing.
    public struct MissingPath: Error {
        public let path: String
        public let reason: SourceFailure
    }

    /// Finds the files.
    ///
    /// - Parameters:
    ///   - paths: folders and files.
    ///   - jobs: how many threads list and read.
    ///   - verifiesCache: compare the contents of every file with what the cache knows, not its size, times and inode.
    ///   - namingOthers: note the names of other files as well, for ``allFiles``.
    ///   - leavingOut: whether a folder is left out, by its path relative to the argument that it was found in: "a/b".
    /// - Throws: ``MissingPath``.
    public init(
        paths: [String], version: PythonVersion, jobs: Int, cache: FactCache? = nil, verifiesCache: Bool = false,
        namingOthers: Bool = false, leavingOut: (@Sendable (String) -> Bool)? = nil
    ) throws {
        soughtAt = FileStamp.now()
        namesOthers = namingOthers
        var folder = SourceFolder(
            suffix: ".py", jobs: jobs, wantsStamps: cache != nil, namesOthers: namingOthers, leavesOut: leavingOut)
        var firstFiles: [Int] = []
        for path in paths {
            firstFiles.append(folder.files.count)
            do throws(SourceFailure) { try folder.add(argument: path) } catch {
                throw MissingPath(path: path, reason: error)
            }
        }
        self.firstFiles = firstFiles
        self.version = version
        self.jobs = jobs
        self.cache = cache
        self.verifiesCache = verifiesCache
        files = folder.files
        others = folder.others
        unlisted = folder.unreadable
        // What could not be listed is not gone.
        isPartial = leavingOut != nil || !folder.unreadable.isEmpty
        folders = folder.roots
        packs = folder.roots.map { root in root.flatMap { cache?.pack(ofFolder: $0) } }
    }

    /// A file of any kind: its name as ``SourceFile/name``, and what tells it from an earlier state; nil when nothing does.
    public typealias AnyFile = (name: String, identity: FileIdentity?)

    /// All files of the one folder that was named, of whatever suffix; without those that git keeps for itself.
    public var allFiles: [AnyFile] {
        var all: [AnyFile] = []
        all.reserveCapacity(files.count + others.count)
        var next = 0
        for file in files where !file.name.hasPrefix(".git/") {
            while next < others.count, SourceFile.isBefore(others[next], file) {
                all.append((others[next].name, identity(of: others[next])))
                next += 1
            }
            all.append((file.name, identity(of: file)))
        }
        for file in others[next...] { all.append((file.name, identity(of: file))) }
        return all
    }

    /// A file that changes from now on is sure to have another one.
    private func identity(of file: SourceFile) -> FileIdentity? {
        guard let stamp = file.stamp, stamp.isOlder(than: soughtAt) else { return nil }
        return FileIdentity(
            bytes: stamp.bytes, changed: stamp.changed, touched: stamp.touched, inode: stamp.inode, device: stamp.device
        )
    }

    /// Reads files and maps each to something; the results are in the order of the files.
    ///
    /// - Parameter progress: told now and then the number of the file that is read, by one thread at a time.
    public func map<Result: Sendable>(
        _ range: Range<Int>? = nil, progress: @Sendable (Int) -> Void = { _ in },
        _ body: @Sendable (SourceFile, Outcome) -> Result
    ) -> [Result] {
        ParallelWork.map(
            range ?? files.indices, jobs: jobs, makeWorker: { Worker(version: version) }, progress: progress,
            { worker, index in body(files[index], read(index, worker: &worker)) })
    }

    /// What each file says, in the order of the files.
    ///
    /// The same as ``map(_:progress:_:)`` without a change: what calls a generic function of another module pays for every file,
    /// because that module does not know the types.
    public func outcomes(progress: @Sendable (Int) -> Void = { _ in }) -> [Outcome] {
        map(progress: progress) { _, outcome in outcome }
    }

    /// Writes to the cache what is new. Call it once, after all files were read.
    public func finish() {
        for (root, pack) in packs.enumerated() {
            guard let pack else { continue }
            let own = files.indices.filter { files[$0].root == root }.map { (number: $0, file: files[$0]) }
            pack.finish(own, keepsOthers: isPartial)
        }
        cache?.prune()
    }

    /// The facts of all files of a folder.
    ///
    /// - Returns: the files that could be read, in the order of their names, and what could not.
    /// - Throws: ``MissingPath`` when there is no such folder.
    public static func read(
        _ folder: String, version: PythonVersion, jobs: Int, cache: FactCache? = nil, verifiesCache: Bool = false,
        leavingOut: (@Sendable (String) -> Bool)? = nil, progress: @Sendable (Int) -> Void = { _ in }
    ) throws -> (files: [(name: String, facts: FileFacts)], unread: [(path: String, reason: SourceFailure)]) {
        let project = try PythonProject(
            paths: [folder], version: version, jobs: jobs, cache: cache, verifiesCache: verifiesCache,
            leavingOut: leavingOut)
        var files: [(name: String, facts: FileFacts)] = []
        var unread = project.unlisted
        files.reserveCapacity(project.files.count)
        for (file, outcome) in zip(project.files, project.map(progress: progress) { $1 }) {
            switch outcome {
            case .success(let facts): files.append((file.name, facts))
            case .failure(let reason): unread.append((file.name, reason))
            }
        }
        project.finish()
        return (files, unread)
    }

    // MARK: One file

    /// What one thread keeps from file to file.
    private struct Worker: ~Copyable {
        var source = SourceReader()
        var reader: PythonFactReader

        init(version: PythonVersion) { reader = PythonFactReader(version: version) }
    }

    private func read(_ number: Int, worker: inout Worker) -> Outcome {
        let file = files[number]
        let pack = packs[file.root]
        let entry = pack.flatMap { pack in
            file.withRelativePath { pack.entry(named: $0, near: number - firstFiles[file.root]) }
        }
        if let pack, let entry, let stamp = file.stamp, !verifiesCache, FactPack.isCurrent(entry, stamp),
            let facts = pack.facts(of: entry)
        {
            pack.keep(entry, ofFile: number)
            return .success(facts)
        }
        let readAt = FileStamp.now()
        switch worker.source.load(file) {
        case .failure(let reason): return .failure(reason)
        case .success(let bytes):
            guard let pack, let stamp = worker.source.stamp else {
                worker.reader.read(bytes)
                return .success(worker.reader.facts)
            }
            let digest = pack.digest(of: bytes)
            if let entry, entry.digest == digest, let facts = pack.facts(of: entry) {
                if FactPack.isCurrent(entry, stamp) {
                    pack.keep(entry, ofFile: number)
                } else {
                    pack.renew(entry, stamp: stamp, readAt: readAt, ofFile: number)
                }
                return .success(facts)
            }
            worker.reader.read(bytes)
            pack.store(worker.reader.facts, stamp: stamp, readAt: readAt, digest: digest, ofFile: number)
            return .success(worker.reader.facts)
        }
    }
}
