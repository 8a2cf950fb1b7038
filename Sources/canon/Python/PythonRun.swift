import CanonFacts
import CanonPython
import Foundation
import Synchronization

/// The files that a command names, read by several threads, each with buffers of its own.
struct PythonRun: Sendable {
    let version: PythonVersion
    let files: [SourceFile]
    /// Folders that could not be listed.
    let unlisted: [(path: String, reason: SystemError)]
    private let jobs: Int
    private let cache: FactCache?
    private let progress: ProgressReport

    /// - Throws: `CommandFailure` when an argument names nothing.
    init(paths: [String], options: PythonOptions, jobs: Int, cache: FactCache?) throws {
        try self.init(
            paths: paths, version: options.version, jobs: jobs, cache: cache, progress: options.progressTerminal)
    }

    /// - Parameter progress: where a bar is shown.
    init(paths: [String], version: PythonVersion, jobs: Int, cache: FactCache?, progress terminal: Terminal) throws {
        self.version = version
        var folder = SourceFolder(suffix: ".py")
        for path in paths { try folder.add(argument: path) }
        files = folder.files
        unlisted = folder.unreadable
        self.jobs = jobs
        self.cache = cache
        progress = ProgressReport(total: files.count, terminal: terminal)
    }

    /// What became of a file: its facts are in the worker that read it.
    enum Outcome {
        case unread(SystemError)
        /// - Parameter source: the bytes of the file, valid until the worker reads the next one.
        case read(source: UnsafeRawBufferPointer)
    }

    /// What one thread keeps from file to file.
    struct Worker: ~Copyable {
        fileprivate var source = SourceReader()
        fileprivate var reader: PythonFactReader
        fileprivate let cache: FactCache?
        private var cached: FileFacts?

        fileprivate init(version: PythonVersion, cache: FactCache?) {
            reader = PythonFactReader(version: version)
            self.cache = cache
        }

        /// The facts of the file that was read last.
        var facts: FileFacts {
            _read {
                if cached == nil { yield reader.facts } else { yield cached! }
            }
        }

        fileprivate mutating func read(_ file: SourceFile) -> Outcome {
            cached = nil
            switch source.load(file) {
            case .failure(let error): return .unread(error)
            case .success(let bytes):
                guard let cache else {
                    reader.read(bytes)
                    return .read(source: bytes)
                }
                let key = FactCache.Key(of: bytes)
                cached = cache.facts(for: key)
                if cached == nil {
                    reader.read(bytes)
                    cache.keep(reader.facts, for: key)
                }
                return .read(source: bytes)
            }
        }
    }

    /// Reads files and maps each to something smaller than its facts; the results are in the order of the files.
    func map<Result: Sendable>(
        _ range: Range<Int>? = nil, _ body: @Sendable (SourceFile, borrowing Worker, Outcome) -> Result
    ) -> [Result] {
        let range = range ?? files.indices
        return ParallelWork.map(
            range, jobs: jobs, makeWorker: { Worker(version: version, cache: cache) },
            progress: { progress.update(done: $0) },
            { worker, index in
                let outcome = worker.read(files[index])
                return body(files[index], worker, outcome)
            })
    }

    /// Ranges of files, in order, so that the results of all need not be in memory at the same time.
    func batches(of count: Int) -> [Range<Int>] {
        stride(from: 0, to: files.count, by: count).map { $0..<min($0 + count, files.count) }
    }

    /// Tells of folders that could not be listed.
    ///
    /// - Throws: the exit status for an incomplete answer when there are any.
    func reportUnlisted() throws {
        for (path, reason) in unlisted {
            Terminal.errors.writeLine("error: \(path.escapingControls): cannot be listed: \(reason)")
        }
        guard unlisted.isEmpty else { throw ExitStatus.unknown }
    }

    /// Takes the progress bar away and brings the cache below its limit.
    func finish() {
        progress.finish()
        cache?.prune()
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
