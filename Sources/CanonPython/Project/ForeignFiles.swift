public import CanonFacts

/// Files of another language beneath the folder of a ``PythonProject``, whose facts somebody else reads from their sources. They
/// are cached like those of Python, in packs of their own.
public struct ForeignFiles: Sendable {
    public let files: [SourceFile]
    private let cache: FactCache?
    private let pack: FactPack?
    private let jobs: Int
    private let verifiesCache: Bool
    private let isPartial: Bool

    /// A source that has to be read.
    public struct Request: Sendable {
        /// Relative to the folder.
        public let name: String
        public let source: [UInt8]

        public init(name: String, source: [UInt8]) {
            self.name = name
            self.source = source
        }
    }

    fileprivate enum Step: Sendable {
        case done(PythonProject.Outcome)
        case open(source: [UInt8], stamp: FileStamp?, readAt: Int64, digest: ContentDigest?)
    }

    fileprivate init(_ project: PythonProject, files: [SourceFile], cache: FactCache?) {
        self.files = files
        self.cache = cache
        jobs = project.jobs
        verifiesCache = project.verifiesCache
        isPartial = project.isPartial
        pack = project.folders.first.flatMap { $0 }.flatMap { cache?.pack(ofFolder: $0) }
    }

    /// The facts of all files, in their order: from the cache where it knows the content, else as `reader` says.
    ///
    /// - Parameter reader: gives the facts of sources, in their order; nil for one that it could not read. It is not called when
    ///   nothing has to be read.
    public func read(
        _ reader: (_ sources: [Request]) throws -> [FileFacts?]
    ) rethrows -> [PythonProject.Outcome] {
        let steps = ParallelWork.map(files.indices, jobs: jobs, makeWorker: { SourceReader() }) { source, number in
            step(number, &source)
        }
        var requests: [Request] = []
        for (file, step) in zip(files, steps) {
            if case .open(let source, _, _, _) = step { requests.append(Request(name: file.name, source: source)) }
        }
        var answers = try (requests.isEmpty ? [] : reader(requests))[...]
        var outcomes: [PythonProject.Outcome] = []
        outcomes.reserveCapacity(files.count)
        for (number, step) in steps.enumerated() {
            switch step {
            case .done(let outcome): outcomes.append(outcome)
            case .open(_, let stamp, let readAt, let digest):
                guard let facts = answers.popFirst() ?? nil else {
                    outcomes.append(.failure(.notRead))
                    continue
                }
                if let pack, let stamp, let digest {
                    pack.store(facts, stamp: stamp, readAt: readAt, digest: digest, ofFile: number)
                }
                outcomes.append(.success(facts))
            }
        }
        pack?.finish(files.indices.map { (number: $0, file: files[$0]) }, keepsOthers: isPartial)
        cache?.prune()
        return outcomes
    }

    private func step(_ number: Int, _ reader: inout SourceReader) -> Step {
        let file = files[number]
        let entry = pack.flatMap { pack in file.withRelativePath { pack.entry(named: $0, near: number) } }
        if let pack, let entry, let stamp = file.stamp, !verifiesCache, FactPack.isCurrent(entry, stamp),
            let facts = pack.facts(of: entry)
        {
            pack.keep(entry, ofFile: number)
            return .done(.success(facts))
        }
        let readAt = FileStamp.now()
        switch reader.load(file) {
        case .failure(let reason): return .done(.failure(reason))
        case .success(let bytes):
            guard let pack, let stamp = reader.stamp else {
                return .open(source: Array(bytes), stamp: nil, readAt: readAt, digest: nil)
            }
            let digest = pack.digest(of: bytes)
            if let entry, entry.digest == digest, let facts = pack.facts(of: entry) {
                if FactPack.isCurrent(entry, stamp) {
                    pack.keep(entry, ofFile: number)
                } else {
                    pack.renew(entry, stamp: stamp, readAt: readAt, ofFile: number)
                }
                return .done(.success(facts))
            }
            return .open(source: Array(bytes), stamp: stamp, readAt: readAt, digest: digest)
        }
    }
}

extension PythonProject {
    /// Files with another suffix, of a project that names others.
    ///
    /// - Parameters:
    ///   - cache: of the program that reads them.
    ///   - holds: whether a file belongs to them, by its name relative to the folder.
    public func foreign(suffix: String, cache: FactCache?, where holds: (String) -> Bool) -> ForeignFiles {
        ForeignFiles(self, files: others.filter { $0.name.hasSuffix(suffix) && holds($0.name) }, cache: cache)
    }
}
