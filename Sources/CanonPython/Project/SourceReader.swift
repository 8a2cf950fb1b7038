#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// Reads whole files into one buffer that is kept from file to file. Reading is twice as fast as mapping for files of the
/// usual size (20 kB).
public struct SourceReader: ~Copyable {
    private var buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)

    public init() {}

    deinit { buffer.deallocate() }

    /// The stamp of the file that was loaded last, from before its bytes were read.
    private(set) var stamp: FileStamp?

    /// The bytes of a file, valid until the next call.
    public mutating func load(_ file: SourceFile) -> Result<UnsafeRawBufferPointer, SourceFailure> {
        let descriptor = open(file.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return .failure(.last) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return .failure(.last) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            return .failure(status.st_mode & S_IFMT == S_IFDIR ? .isFolder : .notAFile)
        }
        stamp = FileStamp(status)
        // One byte more than expected, so that the end is seen without growing.
        reserve(Int(status.st_size) + 1, keeping: 0)
        var count = 0
        while true {
            if count == buffer.count { reserve(buffer.count * 2, keeping: count) }
            let got = read(descriptor, buffer.baseAddress! + count, buffer.count - count)
            if got < 0 {
                guard errno == EINTR else { return .failure(.last) }
                continue
            }
            guard got > 0 else { break }
            count += got
            // There was room for more, and that is what the file was said to have.
            if count == Int(status.st_size), count < buffer.count { break }
        }
        return .success(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }

    private mutating func reserve(_ wanted: Int, keeping count: Int) {
        guard wanted > buffer.count else { return }
        let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: wanted, alignment: 16)
        larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        buffer.deallocate()
        buffer = larger
    }
}
