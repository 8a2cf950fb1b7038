#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An open file, pipe or standard input. It is read rather than mapped: a log that somebody truncates while it is mapped kills
/// whoever reads it.
public final class FileSource: ByteSource {
    public let name: String
    public let size: Int?
    public private(set) var consumed = 0
    private let descriptor: Int32
    private let closes: Bool

    /// - Parameter name: how messages name the file; nil for its path.
    /// - Throws: ``SourceError`` when the file cannot be opened or is a folder.
    public init(path: String, shownAs name: String? = nil) throws(SourceError) {
        self.name = name ?? path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SourceError(message: Self.words("cannot be opened"), offset: 0) }
        closes = true
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let error = SourceError(message: Self.words("cannot be examined"), offset: 0)
            close(descriptor)
            throw error
        }
        guard status.st_mode & S_IFMT != S_IFDIR else {
            close(descriptor)
            throw SourceError(message: "is a folder", offset: 0)
        }
        size = status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
    }

    private init(descriptor: Int32, name: String) {
        self.descriptor = descriptor
        self.name = name
        size = nil
        closes = false
    }

    public static func standardInput() -> FileSource { FileSource(descriptor: STDIN_FILENO, name: "-") }

    deinit { if closes { close(descriptor) } }

    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(SourceError) -> Int {
        while true {
            let count = systemRead(descriptor, buffer)
            if count < 0 {
                if errno == EINTR { continue }
                throw SourceError(message: Self.words("cannot be read"), offset: consumed)
            }
            consumed += count
            return count
        }
    }

    /// What the file is, whatever its name: nil when it cannot be told.
    var identity: (device: UInt64, inode: UInt64, size: Int)? {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return nil }
        return (UInt64(status.st_dev), UInt64(status.st_ino), Int(status.st_size))
    }

    /// Goes on at that place of a regular file.
    func seek(to offset: Int) throws(SourceError) {
        guard lseek(descriptor, off_t(offset), SEEK_SET) >= 0 else {
            throw SourceError(message: Self.words("cannot be positioned"), offset: offset)
        }
        consumed = offset
    }

    private static func words(_ what: String) -> String { "\(what): \(String(cString: strerror(errno)))" }
}

// Inside `FileSource` the name `read` is its own.
private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
    read(descriptor, buffer.baseAddress, buffer.count)
}
