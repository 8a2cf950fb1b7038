internal import CanonFacts
private import Synchronization

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// Facts on disk, so that a file which did not change is not even read: one pack for each folder that was looked at.
///
/// The packs lie in a folder for the format of facts, the build of the parser and the version of the grammar. Any number of
/// processes may use one cache. What was cut off or changed is a miss. Once writing failed (full disk, no permission) the
/// cache only reads. Whatever is in its folder may be deleted at any time.
public struct FactCache: Sendable {
    /// What ``prune()`` leaves at most, by default: some six trees of two hundred megabytes of source.
    public static let defaultLimitBytes = 512 << 20

    private let root: String
    private let folder: String
    private let limitBytes: Int
    private let state: State

    final class State: Sendable {
        /// A pack does not become larger: it would be deleted at once.
        let limitBytes: Int
        /// The first error of a write; then nothing more is written.
        private let failed = Mutex<SourceFailure?>(nil)
        private let written = Atomic(0)

        init(limitBytes: Int) { self.limitBytes = limitBytes }

        var failure: SourceFailure? { failed.withLock { $0 } }
        var writtenCount: Int { written.load(ordering: .relaxed) }

        func fail(_ failure: SourceFailure) { failed.withLock { if $0 == nil { $0 = failure } } }
        func noteWritten() { written.wrappingAdd(1, ordering: .relaxed) }
    }

    /// - Parameters:
    ///   - root: the folder of all packs, made when the first one is written.
    ///   - build: names the program; facts of another build are never used.
    public init(root: String, build: String, version: PythonVersion, limitBytes: Int = defaultLimitBytes) {
        self.root = root
        self.limitBytes = limitBytes
        state = State(limitBytes: limitBytes)
        folder = "\(root)/\(FileFacts.formatVersion)-\(version)-\(Self.hexadecimal(of: build))"
    }

    /// The folder of a user's cache: `$XDG_CACHE_HOME/canon/facts`, else `~/.cache/canon/facts` (XDG Base Directory
    /// Specification); nil when the environment has neither.
    public static func defaultRoot(environment: [String: String]) -> String? {
        // A relative path there is to be ignored, says the specification.
        if let caches = environment["XDG_CACHE_HOME"], caches.hasPrefix("/") { return caches + "/canon/facts" }
        if let home = environment["HOME"], home.hasPrefix("/") { return home + "/.cache/canon/facts" }
        return nil
    }

    /// What tells one build of a program from another, for ``init(root:build:version:limitBytes:)``: size, time and place of
    /// the file; nil when there is none.
    public static func build(ofProgram path: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        let stamp = FileStamp(status)
        return "\(stamp.bytes) \(stamp.changed) \(stamp.inode)"
    }

    /// How many files' facts this value and its copies have written.
    public var writtenCount: Int { state.writtenCount }

    /// Why writing failed, so that nothing more is written; nil as long as it did not.
    public var failure: SourceFailure? { state.failure }

    /// The pack of a folder.
    ///
    /// - Parameter path: the folder's absolute path without links.
    func pack(ofFolder path: String) -> FactPack {
        FactPack(path: "\(folder)/\(Self.hexadecimal(of: path))", folder: path, state: state)
    }

    /// A text as a file name. Who has the same one by chance finds another folder's files, whose contents differ.
    private static func hexadecimal(of text: String) -> String {
        var text = text
        let hash = text.withUTF8 { ContentHash.of(UnsafeRawBufferPointer($0)) }
        return String(hash, radix: 16)
    }

    // MARK: Size

    /// Deletes the packs that were written longest ago, of any build, until the cache is well below its limit, and what
    /// broken-off runs left behind. Only after something was written does it look at all.
    public func prune() { if writtenCount > 0 { removeExcess() } }

    /// The same in any case.
    func removeExcess() {
        var packs: [(files: [String], bytes: Int, time: Int)] = []
        var others: [(path: String, time: Int)] = []
        for build in CacheFolder.names(in: root) {
            for name in CacheFolder.names(in: "\(root)/\(build)") {
                let path = "\(root)/\(build)/\(name)"
                guard let status = CacheFolder.status(ofFile: path) else { continue }
                let time = Int(FileStamp(status).changed)
                if name.hasSuffix(FactPack.indexSuffix) {
                    let files = FactPack.files(index: path)
                    packs.append((files, files.reduce(0) { $0 + CacheFolder.bytesOnDisk($1) }, time))
                } else {
                    others.append((path, time))
                }
            }
        }
        let known = Set(packs.flatMap(\.files))
        let now = Int(FileStamp.now())
        for (path, time) in others where now - time > 3_600_000_000_000 && !known.contains(path) {
            if !FactPack.isInUse(path) { unlink(path) }
        }
        var total = packs.reduce(0) { $0 + $1.bytes }
        guard total > limitBytes else { return }
        packs.sort { $0.time < $1.time }
        for pack in packs {
            guard total > limitBytes / 4 * 3 else { break }
            for path in pack.files { unlink(path) }
            total -= pack.bytes
        }
        for build in CacheFolder.names(in: root) { rmdir("\(root)/\(build)") }
    }
}

/// Files of the cache: whole writes, and no errors but what matters.
enum CacheFolder {
    static func names(in folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Facts hold texts of the source: nobody else reads them.
    static func make(above path: String) {
        var place = path.startIndex
        while let slash = path[path.index(after: place)...].firstIndex(of: "/") {
            mkdir(String(path[..<slash]), 0o700)
            place = slash
        }
    }

    /// Opens a new file for reading and writing, in a folder that may have to be made.
    static func create(_ path: String) -> Result<Int32, SourceFailure> {
        let flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
        var descriptor = open(path, flags, 0o600)
        if descriptor < 0, errno == ENOENT {
            make(above: path)
            descriptor = open(path, flags, 0o600)
        }
        return descriptor < 0 ? .failure(.last) : .success(descriptor)
    }

    /// Writes all bytes at a place.
    static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, at offset: UInt64) -> SourceFailure? {
        var written = 0
        while written < bytes.count {
            let count = pwrite(
                descriptor, bytes.baseAddress! + written, bytes.count - written, off_t(offset) + off_t(written))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return count == 0 ? SourceFailure(code: ENOSPC) : .last }
            written += count
        }
        return nil
    }

    /// Puts bytes in the place of a file, whole or not at all.
    static func replace(_ path: String, with bytes: UnsafeRawBufferPointer) -> SourceFailure? {
        let temporary = "\(path).\(String(UInt64.random(in: 1 ... .max), radix: 16)).tmp"
        switch create(temporary) {
        case .failure(let failure): return failure
        case .success(let descriptor):
            var failure = write(bytes, to: descriptor, at: 0)
            // Network file systems report a full disk here.
            if close(descriptor) != 0, failure == nil { failure = .last }
            if failure == nil, rename(temporary, path) != 0 { failure = .last }
            if failure != nil { unlink(temporary) }
            return failure
        }
    }

    /// Nil for what is no regular file.
    static func status(ofFile path: String) -> stat? {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG ? status : nil
    }

    /// What a file takes; nothing when there is none.
    static func bytesOnDisk(_ path: String) -> Int { status(ofFile: path).map { Int($0.st_blocks) * 512 } ?? 0 }

    /// Reads exactly as many bytes as there is room for.
    static func read(_ bytes: UnsafeMutableRawBufferPointer, from descriptor: Int32, at offset: UInt64) -> Bool {
        var got = 0
        while got < bytes.count {
            let count = pread(descriptor, bytes.baseAddress! + got, bytes.count - got, off_t(offset) + off_t(got))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            got += count
        }
        return true
    }
}
