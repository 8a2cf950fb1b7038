import CanonFacts
import CanonPython
import Synchronization

/// The files that a command names, with what a command says while it reads them.
struct PythonRun: Sendable {
    private let project: PythonProject
    private let cache: FactCache?
    private let progress: ProgressReport

    var version: PythonVersion { project.version }
    var files: [SourceFile] { project.files }
    /// All files of the folder, when ``init(paths:version:jobs:cache:progress:namingOthers:)`` was asked for them.
    var allFiles: [PythonProject.AnyFile] { project.allFiles }
    /// Folders whose files are missing.
    var unlisted: [(path: String, reason: SourceFailure)] { project.unlisted }

    /// - Throws: `CommandFailure` when an argument names nothing.
    init(paths: [String], options: PythonOptions, jobs: Int, cache: CacheOptions) throws {
        try self.init(
            paths: paths, version: options.version, jobs: jobs, cache: cache.settings(),
            progress: options.progressTerminal)
    }

    /// - Parameters:
    ///   - cache: nil for none.
    ///   - progress: where a bar is shown.
    ///   - namingOthers: note the names of other files than Python's, too.
    init(
        paths: [String], version: PythonVersion, jobs: Int, cache: CacheSettings?, progress terminal: Terminal,
        namingOthers: Bool = false
    ) throws {
        self.cache = cache?.open(for: version)
        do {
            project = try PythonProject(
                paths: paths, version: version, jobs: jobs, cache: self.cache,
                verifiesCache: cache?.verifies ?? false, namingOthers: namingOthers)
        } catch let missing as PythonProject.MissingPath {
            throw CommandFailure("\(missing.path): \(missing.reason)", status: ExitStatus.usage)
        }
        progress = ProgressReport(total: project.files.count, terminal: terminal)
    }

    /// Reads files and maps each to something smaller than its facts; the results are in the order of the files.
    func map<Result: Sendable>(
        _ range: Range<Int>? = nil, _ body: @Sendable (SourceFile, PythonProject.Outcome) -> Result
    ) -> [Result] {
        project.map(range, progress: { progress.update(done: $0) }, body)
    }

    /// See ``PythonProject/outcomes(progress:)``.
    func outcomes() -> [PythonProject.Outcome] { project.outcomes { progress.update(done: $0) } }

    /// Ranges of files, in order, so that the results of all need not be in memory at the same time.
    func batches(of count: Int) -> [Range<Int>] {
        stride(from: 0, to: files.count, by: count).map { $0..<min($0 + count, files.count) }
    }

    /// Tells of folders that could not be listed.
    ///
    /// - Throws: the exit status for an incomplete answer when there are any.
    func reportUnlisted() throws {
        for (path, reason) in project.unlisted {
            Terminal.errors.writeLine("error: \(path.escapingControls): cannot be listed: \(reason)")
        }
        guard project.unlisted.isEmpty else { throw ExitStatus.unknown }
    }

    /// Files of another language, when this one names others.
    func foreign(suffix: String, cache: FactCache?, where holds: (String) -> Bool) -> ForeignFiles {
        project.foreign(suffix: suffix, cache: cache, where: holds)
    }

    /// See ``PythonProject/keptAnswer(to:)``.
    func keptAnswer(to question: [UInt8]) -> [UInt8]? { project.keptAnswer(to: question) }

    /// See ``PythonProject/keep(_:to:)``.
    func keep(_ answer: [UInt8], to question: [UInt8]) {
        guard cache?.failure == nil else { return }
        project.keep(answer, to: question)
        reportFailure()
    }

    /// See ``PythonProject/contentKey(of:)``.
    func contentKey(of question: [UInt8]) -> PythonProject.ContentKey? { project.contentKey(of: question) }

    /// See ``PythonProject/keptAnswer(to:in:)``.
    func keptAnswer(to key: PythonProject.ContentKey, in slot: PythonProject.AnswerSlot) -> [UInt8]? {
        project.keptAnswer(to: key, in: slot)
    }

    /// See ``PythonProject/keep(_:to:in:)``.
    func keep(_ answer: [UInt8], to key: PythonProject.ContentKey, in slot: PythonProject.AnswerSlot) {
        guard cache?.failure == nil else { return }
        project.keep(answer, to: key, in: slot)
        reportFailure()
    }

    /// See ``PythonProject/keptParts()``.
    func keptParts() -> [UInt8] { project.keptParts() ?? [] }

    /// See ``PythonProject/keep(parts:)``.
    func keep(parts: [UInt8]) {
        guard cache?.failure == nil else { return }
        project.keep(parts: parts)
        reportFailure()
    }

    /// Takes the progress bar away and writes the cache.
    func finish() {
        progress.finish()
        project.finish()
        reportFailure()
    }

    private func reportFailure() {
        if let cache, let failure = cache.failure {
            Terminal.errors.writeLine("warning: the cache of facts cannot be written: \(failure); going on without it")
        }
    }
}

/// A progress bar that several threads may move.
private final class ProgressReport: Sendable {
    private let bar: Mutex<ProgressBar>
    private let total: Int

    init(total: Int, terminal: Terminal) {
        bar = Mutex(ProgressBar("Python", on: terminal))
        self.total = total
    }

    func update(done: Int) { bar.withLock { $0.update(done: done, of: total) } }
    func finish() { bar.withLock { $0.finish() } }
}
