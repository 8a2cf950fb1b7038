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

    /// - Throws: ``SourceError`` when the file cannot be opened or is a folder.
    public init(path: String) throws(SourceError) {
        name = path
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
