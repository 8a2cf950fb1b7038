public import CanonFacts
private import CoreFoundation
private import Crypto
private import Foundation
private import Synchronization

/// Facts on disk, so that a file which did not change is read and hashed only.
///
/// An entry is named by the SHA-256 of the file's bytes, in a folder for the format of facts, the build of the parser and the
/// version of the grammar. It is written under another name and then renamed: any number of processes may use one cache. An
/// entry that is cut off or changed is a miss, for it carries the hash of its source and a checksum. Once writing failed
/// (full disk, no permission) the cache only reads. Whatever is in the folder may be deleted at any time.
public struct FactCache: Sendable {
    /// The hash of a file's bytes.
    public struct Key: Hashable, Sendable {
        fileprivate let digest: [UInt8]

        public init(of source: UnsafeRawBufferPointer) {
            var hash = SHA256()
            hash.update(bufferPointer: source)
            digest = Array(hash.finalize())
        }
    }

    /// What `prune()` leaves at most, by default: about three million lines of source.
    public static let defaultLimitBytes = 512 << 20

    private let root: String
    private let folder: String
    private let limitBytes: Int
    private let state = State()

    private final class State: Sendable {
        let isReadOnly = Atomic(false)
        let writtenCount = Atomic(0)
        /// The names of files under way, from a random one on: other caches in this process write there too, and
        /// processes on other machines, which may have the same number.
        let names = Atomic(UInt64.random(in: 0 ... .max))
    }

    /// - Parameters:
    ///   - root: the folder of all entries, made when the first one is written.
    ///   - build: names the program; facts of another build are never used.
    public init(root: String, build: String, version: PythonVersion, limitBytes: Int = defaultLimitBytes) {
        self.root = root
        self.limitBytes = limitBytes
        var bytes = Array(build.utf8)
        let hash = bytes.withUnsafeMutableBytes { ContentHash.of(UnsafeRawBufferPointer($0)) }
        folder = "\(root)/\(FileFacts.formatVersion)-\(version)-\(String(hash, radix: 16))"
    }

    /// The folder of a user's cache: `$XDG_CACHE_HOME/canon/facts`, else `~/.cache/canon/facts` (XDG Base Directory
    /// Specification); nil when the environment has neither.
    public static func defaultRoot(environment: [String: String]) -> String? {
        // A relative path there is to be ignored, says the specification.
        if let caches = environment["XDG_CACHE_HOME"], caches.hasPrefix("/") { return caches + "/canon/facts" }
        if let home = environment["HOME"], home.hasPrefix("/") { return home + "/.cache/canon/facts" }
        return nil
    }

    /// How many entries this value and its copies have written.
    public var writtenCount: Int { state.writtenCount.load(ordering: .relaxed) }

    /// Whether writing failed, so that nothing more is written.
    public var isReadOnly: Bool { state.isReadOnly.load(ordering: .relaxed) }

    // MARK: Entries

    /// The facts of the file with these bytes; nil when there are none that can be used.
    public func facts(for key: Key) -> FileFacts? {
        let descriptor = open(path(of: key), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > key.digest.count,
            status.st_size < 1 << 30
        else { return nil }
        let size = Int(status.st_size)
        return withUnsafeTemporaryAllocation(byteCount: size, alignment: 16) { buffer in
            var count = 0
            while count < size {
                let got = read(descriptor, buffer.baseAddress! + count, size - count)
                if got < 0, errno == EINTR { continue }
                guard got > 0 else { return nil }
                count += got
            }
            guard buffer.prefix(key.digest.count).elementsEqual(key.digest) else { return nil }
            return FileFacts(stored: UnsafeRawBufferPointer(rebasing: buffer[key.digest.count...]))
        }
    }

    /// Keeps facts. A failure is no error: the next run reads the file again.
    public func keep(_ facts: borrowing FileFacts, for key: Key) {
        guard !isReadOnly else { return }
        var bytes = key.digest
        facts.encode(into: &bytes)
        let path = path(of: key)
        let number = state.names.wrappingAdd(1, ordering: .relaxed).oldValue
        let temporary = "\(path).\(String(number, radix: 16)).tmp"
        guard write(bytes, to: temporary) else {
            unlink(temporary)
            state.isReadOnly.store(true, ordering: .relaxed)
            return
        }
        guard rename(temporary, path) == 0 else {
            unlink(temporary)
            state.isReadOnly.store(true, ordering: .relaxed)
            return
        }
        state.writtenCount.wrappingAdd(1, ordering: .relaxed)
    }

    private func path(of key: Key) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var name: [UInt8] = []
        name.reserveCapacity(66)
        for (index, byte) in key.digest.enumerated() {
            name.append(digits[Int(byte >> 4)])
            name.append(digits[Int(byte & 15)])
            // Some file systems are slow with many files in one folder.
            if index == 0 { name.append(UInt8(ascii: "/")) }
        }
        return folder + "/" + String(decoding: name, as: UTF8.self)
    }

    private func write(_ bytes: [UInt8], to path: String) -> Bool {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
        var descriptor = open(path, flags, 0o600)
        if descriptor < 0, errno == ENOENT {
            makeFolders(above: path)
            descriptor = open(path, flags, 0o600)
        }
        guard descriptor >= 0 else { return false }
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes {
                Foundation.write(descriptor, $0.baseAddress! + offset, $0.count - offset)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                close(descriptor)
                return false
            }
            offset += count
        }
        // Network file systems report a full disk here.
        return close(descriptor) == 0
    }

    /// Facts hold texts of the source: nobody else reads them.
    private func makeFolders(above path: String) {
        var place = path.startIndex
        while let slash = path[path.index(after: place)...].firstIndex(of: "/") {
            mkdir(String(path[..<slash]), 0o700)
            place = slash
        }
    }

    // MARK: Size

    /// Deletes the entries that were written longest ago, of any build, until the cache is well below its limit, and what
    /// broken-off runs left behind. Only after entries were written does it look at all.
    public func prune() {
        guard writtenCount > 0 else { return }
        var entries: [(path: String, bytes: Int, time: Int)] = []
        let now = Int(time(nil))
        for build in Self.names(in: root) {
            for shard in Self.names(in: "\(root)/\(build)") {
                let folder = "\(root)/\(build)/\(shard)"
                for name in Self.names(in: folder) {
                    var status = stat()
                    let path = "\(folder)/\(name)"
                    guard lstat(path, &status) == 0 else { continue }
                    if name.hasSuffix(".tmp"), now - status.st_mtim.tv_sec > 3600 {
                        unlink(path)
                        continue
                    }
                    entries.append((path, Int(status.st_blocks) * 512, status.st_mtim.tv_sec))
                }
            }
        }
        var total = entries.reduce(0) { $0 + $1.bytes }
        guard total > limitBytes else { return }
        entries.sort { $0.time < $1.time }
        for entry in entries {
            guard total > limitBytes / 4 * 3 else { break }
            unlink(entry.path)
            total -= entry.bytes
        }
        for build in Self.names(in: root) {
            for shard in Self.names(in: "\(root)/\(build)") { rmdir("\(root)/\(build)/\(shard)") }
            rmdir("\(root)/\(build)")
        }
    }

    private static func names(in folder: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    }
}
