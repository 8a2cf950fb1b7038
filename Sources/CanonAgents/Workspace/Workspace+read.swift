#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The first part of a file of a workspace.
struct WorkspaceFile: Sendable {
    let path: String
    /// At most `Workspace.Limits.readBytes`.
    let bytes: [UInt8]
    /// Bytes of the whole file.
    let size: Int64

    var isTruncated: Bool { Int64(bytes.count) < size }
    /// A NUL byte stands in no text.
    var isBinary: Bool { bytes.withUnsafeBytes { holdsNUL($0) } }
}

/// Whether the bytes hold a NUL, which no text does.
func holdsNUL(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard let base = bytes.baseAddress else { return false }
    return memchr(base, 0, bytes.count) != nil
}

/// What a path of a workspace names.
enum WorkspaceItem: Sendable {
    case file(WorkspaceFile)
    /// A folder and the sorted names in it that may be read; folders end in `/`.
    case folder(path: String, names: [String])
}

extension Workspace {
    /// Reads a file's first part, or lists a folder.
    /// - Parameter path: relative to the workspace, with `/`.
    /// - Throws: `ToolFailure` that names the path and the remedy.
    func item(at path: String) throws(ToolFailure) -> WorkspaceItem {
        let path = try WorkspacePath(path, root: self.path)
        let descriptor = try openDescriptor(of: path, flags: O_RDONLY | O_NONBLOCK | O_NOCTTY)
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw ToolFailure("'\(path.text)' cannot be read: \(systemMessage(errno)).")
        }
        switch status.st_mode & S_IFMT {
        case S_IFDIR:
            var walk = WorkspaceWalk(self, deadline: Deadline(seconds: limits.searchSeconds))
            return .folder(path: path.text, names: walk.names(in: descriptor))
        case S_IFREG:
            var buffer = [UInt8](repeating: 0, count: Int(min(Int64(limits.readBytes), max(0, Int64(status.st_size)))))
            let count = buffer.withUnsafeMutableBytes { readAll(descriptor, into: $0) }
            guard let count else { throw ToolFailure("'\(path.text)' cannot be read: \(systemMessage(errno)).") }
            buffer.removeLast(buffer.count - count)
            let size = buffer.count < limits.readBytes ? Int64(buffer.count) : Int64(status.st_size)
            return .file(WorkspaceFile(path: path.text, bytes: buffer, size: size))
        case S_IFIFO, S_IFCHR, S_IFBLK, S_IFSOCK:
            throw ToolFailure("'\(path.text)' is a pipe, a socket or a device, not a file. Ask for another file.")
        default:
            throw ToolFailure("'\(path.text)' is no file. Ask for another one.")
        }
    }
}

/// Reads until the buffer is full or the file ends; nil when a read fails.
func readAll(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> Int? {
    var count = 0
    while count < buffer.count {
        let got = read(descriptor, buffer.baseAddress! + count, buffer.count - count)
        if got == 0 { break }
        if got < 0 {
            if errno == EINTR { continue }
            return nil
        }
        count += got
    }
    return count
}
