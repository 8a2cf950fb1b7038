#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// A file to read, and how reports name it.
public struct SourceFile: Sendable {
    /// The path to open, NUL at the end. Kept as bytes: a name need not be UTF-8.
    public let path: [CChar]
    /// How many bytes of ``path`` are in front of the name that is relative to the argument.
    let prefixLength: Int
    /// Relative to the argument that found it; the argument itself when that is a file.
    public let name: String
    /// Which argument found it.
    let root: Int
    /// What the file system says of it, when that was asked for.
    let stamp: FileStamp?

    public init(path: String) {
        self.init(path: path.utf8CString.map { $0 }, prefixLength: 0, name: path, root: 0, stamp: nil)
    }

    init(path: [CChar], prefixLength: Int, name: String, root: Int, stamp: FileStamp?) {
        self.path = path
        self.prefixLength = prefixLength
        self.name = name
        self.root = root
        self.stamp = stamp
    }

    /// In the order of the bytes of the paths.
    static func isBefore(_ a: SourceFile, _ b: SourceFile) -> Bool {
        a.path.withUnsafeBytes { a in
            // Both end with a NUL, and neither holds another.
            b.path.withUnsafeBytes { b in memcmp(a.baseAddress!, b.baseAddress!, min(a.count, b.count)) < 0 }
        }
    }

    /// The same against a folder, by its relative path with a slash at the end.
    func isBefore(folder: [UInt8]) -> Bool {
        withRelativePath { path in
            let order = memcmp(path.baseAddress!, folder, min(path.count, folder.count))
            return order < 0 || order == 0 && path.count < folder.count
        }
    }

    /// The bytes of the relative name.
    func withRelativePath<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        path.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[prefixLength..<$0.count - 1])) }
    }
}

/// Why a file or folder could not be read: an error of the system, in its words.
public struct SourceFailure: Error, Equatable, CustomStringConvertible {
    /// The system's code; -1 when the path names a device, a pipe or a socket, -2 when its reader did not answer.
    public let code: Int32

    public init(code: Int32) { self.code = code }

    /// The error of the call that has just failed.
    static var last: SourceFailure { SourceFailure(code: errno) }

    static let notAFile = SourceFailure(code: -1)
    /// The program that reads files of its language did not answer for this one.
    static let notRead = SourceFailure(code: -2)
    static let isFolder = SourceFailure(code: EISDIR)

    public var description: String {
        switch self {
        case .notAFile: "not a regular file"
        case .notRead: "its reader gave no answer"
        default: String(cString: strerror(code))
        }
    }
}

/// What tells that a file was not changed, without reading it.
struct FileStamp: Equatable, BitwiseCopyable {
    var bytes: UInt64
    /// Nanoseconds since 1970: when the contents, and when contents, owner, links or permissions were changed last.
    var changed: Int64
    var touched: Int64
    var inode: UInt64
    var device: UInt64

    /// Whether a change after `time` is sure to give another stamp: a file that is written twice within a tick of the file
    /// system's clock has the same times both times. Some file systems count whole seconds only, or two.
    func isOlder(than time: Int64) -> Bool {
        let latest = max(changed, touched)
        let isCoarse = changed % 1_000_000_000 == 0 && touched % 1_000_000_000 == 0
        return latest <= time &- (isCoarse ? 2_000_000_000 : 20_000_000)
    }

    static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return nanoseconds(time)
    }
}

extension FileStamp {
    init(_ status: stat) {
        bytes = UInt64(status.st_size)
        inode = UInt64(status.st_ino)
        device = UInt64(status.st_dev)
        #if canImport(Glibc)
            changed = Self.nanoseconds(status.st_mtim)
            touched = Self.nanoseconds(status.st_ctim)
        #else
            changed = Self.nanoseconds(status.st_mtimespec)
            touched = Self.nanoseconds(status.st_ctimespec)
        #endif
    }

    private static func nanoseconds(_ time: timespec) -> Int64 {
        Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}
