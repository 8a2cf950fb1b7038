import Dispatch
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// One file in the hands of a scan. The bytes live only as long as the call that receives them.
struct ScannedFile {
    /// Its place in the walk's order.
    let index: Int
    let path: String
    let bytes: UnsafeRawBufferPointer
}

/// How much of a workspace a scan has seen, so that an answer can say what it stands on.
struct ScanCoverage: Sendable, Equatable {
    var filesFound = 0
    var filesSearched = 0
    var bytesSearched: Int64 = 0
    var binaryFiles = 0
    /// Files longer than the read limit, of which only the first part was searched.
    var partialFiles = 0
    var unreadableFiles = 0
    /// The time limit came before the end.
    var stoppedEarly = false
    var omissions = WorkspaceWalk.Omissions()

    /// Whether everything that may be read was read.
    var isComplete: Bool {
        !stoppedEarly && !omissions.isCut && !omissions.isLate && partialFiles == 0 && unreadableFiles == 0
    }
}

/// Goes through the text files of a workspace on two threads.
enum WorkspaceScan {
    /// - Parameters:
    ///   - path: the folder or file to begin at; the whole workspace when it is the root.
    ///   - deadline: after which the scan stops and says how far it came.
    ///   - selects: which of the paths to read.
    ///   - initial: what each thread starts with.
    ///   - each: adds a file to its thread's result. Each thread sees ascending indexes.
    /// - Returns: the threads' results, to be merged, and what was covered.
    static func run<Partial: Sendable>(
        _ workspace: Workspace, at path: WorkspacePath, deadline: Deadline,
        selects: (String) -> Bool, initial: Partial,
        each: @escaping @Sendable (inout Partial, ScannedFile) -> Void
    ) throws(ToolFailure) -> (partials: [Partial], coverage: ScanCoverage) {
        var walk = WorkspaceWalk(workspace, deadline: deadline)
        try walk.run(from: path)
        return run(workspace, walk: walk, deadline: deadline, selects: selects, initial: initial, each: each)
    }

    /// The same over a walk that has been done.
    static func run<Partial: Sendable>(
        _ workspace: Workspace, walk: WorkspaceWalk, deadline: Deadline,
        selects: (String) -> Bool, initial: Partial,
        each: @escaping @Sendable (inout Partial, ScannedFile) -> Void
    ) -> (partials: [Partial], coverage: ScanCoverage) {
        let files = walk.files.filter { selects($0) }
        let next = Atomic<Int>(0)
        let outcome = Mutex((partials: [Partial](), coverage: ScanCoverage()))
        DispatchQueue.concurrentPerform(iterations: files.count < 16 ? 1 : 2) { _ in
            var partial = initial
            var coverage = ScanCoverage()
            // One buffer a thread, used again for every file; the extra byte shows that a file goes on.
            let buffer = UnsafeMutableRawBufferPointer.allocate(
                byteCount: workspace.limits.readBytes + 1, alignment: 16)
            defer { buffer.deallocate() }
            while !deadline.hasPassed {
                let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard index < files.count else { break }
                guard let count = read(files[index], of: workspace, into: buffer) else {
                    coverage.unreadableFiles += 1
                    continue
                }
                let length = min(count, workspace.limits.readBytes)
                let bytes = UnsafeRawBufferPointer(rebasing: buffer[0..<length])
                if holdsNUL(bytes) {
                    coverage.binaryFiles += 1
                    continue
                }
                if count > length { coverage.partialFiles += 1 }
                coverage.filesSearched += 1
                coverage.bytesSearched += Int64(length)
                each(&partial, ScannedFile(index: index, path: files[index], bytes: bytes))
            }
            outcome.withLock {
                $0.partials.append(partial)
                $0.coverage.add(coverage)
            }
        }
        var (partials, coverage) = outcome.withLock { $0 }
        coverage.filesFound = files.count
        coverage.omissions = walk.omissions
        let seen = coverage.filesSearched + coverage.binaryFiles + coverage.unreadableFiles
        coverage.stoppedEarly = seen < files.count || walk.omissions.isLate
        if partials.isEmpty { partials = [initial] }
        return (partials, coverage)
    }

    private static func read(
        _ path: String, of workspace: Workspace, into buffer: UnsafeMutableRawBufferPointer
    ) -> Int? {
        guard let descriptor = workspace.openFile(path) else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        let wanted = min(buffer.count, max(0, Int(status.st_size)))
        return readAll(descriptor, into: UnsafeMutableRawBufferPointer(rebasing: buffer[0..<wanted]))
    }
}

extension ScanCoverage {
    fileprivate mutating func add(_ other: ScanCoverage) {
        filesSearched += other.filesSearched
        bytesSearched += other.bytesSearched
        binaryFiles += other.binaryFiles
        partialFiles += other.partialFiles
        unreadableFiles += other.unreadableFiles
    }
}
