import Dispatch
import Synchronization

/// What a file gave, looked at for itself.
struct FileLook {
    let input: LogInput
    let collector: ProblemCollector
    var tally: SourceTally
    /// Up to where earlier runs have counted it, and up to where it has been read.
    var before = 0
    var end = 0
}

/// Looks at files, one or several at the same time. Nothing is shared by the looks, so that the threads need no locks.
struct FileLooker: Sendable {
    let options: LogRun.Options
    let known: KnownEntries
    let memory: LogMemory?

    /// - Parameters:
    ///   - number: the file's place among the sources of the run.
    ///   - excluded: identities of entries that other files have given.
    /// - Throws: ``MemoryError``.
    func look(
        at input: LogInput, number: Int, excluding excluded: Set<UInt64> = [], progress: ((Int) -> Void)? = nil
    ) throws -> FileLook {
        let collector = ProblemCollector(filter: options.filter, known: known, excluding: excluded)
        var tally = SourceTally(report: SourceReport(name: input.name))
        var look = FileLook(input: input, collector: collector, tally: tally)
        let source: FileSource
        do throws(SourceError) {
            source = try input.open()
        } catch {
            look.tally.report.report(error.message, at: error.offset)
            return look
        }
        if let path = input.path { look.before = try memory?.counted(ofFile: path) ?? 0 }
        let before = look.before
        // A reader holds the entry at hand, so that each look needs its own.
        let (report, next) = LogReader(mapping: options.mapping).read(source, progress: progress) {
            tally.add($0)
            collector.take($0, source: number, countedUpTo: before)
        }
        collector.finish()
        tally.report = report
        if case .found = input { tally.isPassedOver = report.isNoLog }
        look.tally = tally
        look.end = next.end
        return look
    }

    /// Looks at several at the same time.
    /// - Parameter first: the place of the first among the sources of the run.
    /// - Returns: the looks in the order of the inputs.
    func looks(
        at inputs: ArraySlice<LogInput>, from first: Int, jobs: Int, progress: FileProgress
    ) throws -> [FileLook] {
        let next = Atomic(0)
        let inputs = Array(inputs)
        // Each place is written by the one thread that took its number, and read when all have ended.
        nonisolated(unsafe) let results = UnsafeMutableBufferPointer<Result<FileLook, any Error>?>.allocate(
            capacity: inputs.count)
        results.initialize(repeating: nil)
        defer {
            results.deinitialize()
            results.deallocate()
        }
        DispatchQueue.concurrentPerform(iterations: min(jobs, inputs.count)) { _ in
            while true {
                let place = next.add(1, ordering: .relaxed).oldValue
                guard place < inputs.count else { return }
                results[place] = Result {
                    try look(at: inputs[place], number: first + place) { progress.note($0, of: place) }
                }
            }
        }
        return try results.map { result in
            guard let result else { preconditionFailure("a file was not looked at") }
            return try result.get()
        }
    }
}

/// Adds up how far several files have been read. `tell` is called by one thread at a time.
final class FileProgress: @unchecked Sendable {
    private struct State {
        /// Of files that are done.
        var before = 0
        /// Of those that are being read.
        var bytes: [Int] = []
    }

    private let state = Mutex(State())
    private let tell: ((Int) -> Void)?

    init(_ tell: ((Int) -> Void)?) { self.tell = tell }

    /// Begins with so many files, after those of before.
    func begin(_ count: Int) {
        state.withLock { state in
            state.before += state.bytes.reduce(0, +)
            state.bytes = Array(repeating: 0, count: count)
        }
    }

    func note(_ done: Int, of place: Int) {
        guard let tell else { return }
        state.withLock { state in
            state.bytes[place] = done
            tell(state.before + state.bytes.reduce(0, +))
        }
    }
}
