import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The right of one server to a data folder. The kernel takes it back when the process dies, however it dies.
public final class FolderLock: Sendable {
    private let descriptor: Mutex<Int32?>

    fileprivate init(descriptor: Int32) { self.descriptor = Mutex(descriptor) }

    deinit { release() }

    /// Gives the folder free. Calling it again does nothing.
    public func release() {
        descriptor.withLock { descriptor in
            guard let held = descriptor else { return }
            // The number of a process that has gone would mislead; the file stays, because another may have it open.
            ftruncate(held, 0)
            close(held)
            descriptor = nil
        }
    }
}

extension DataFolder {
    /// Takes the folder for this process, and writes its id into the lock file. Tools that work beside a running
    /// server, such as `canon users`, do without.
    /// - Throws: `StoreError` of kind `locked`, with the id of the process that has it.
    public func lock() throws(StoreError) -> FolderLock {
        let file = path + "/" + Self.lockName
        let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .file(file, "the lock file cannot be opened") }
        var result: Int32
        repeat { result = flock(descriptor, LOCK_EX | LOCK_NB) } while result != 0 && errno == EINTR
        guard result == 0 else {
            defer { close(descriptor) }
            guard errno == EWOULDBLOCK else { throw .file(file, "the folder cannot be locked") }
            throw Self.locked(path, by: File.read(descriptor, limit: 32) ?? [])
        }
        guard ftruncate(descriptor, 0) == 0, File.write(Array("\(getpid())\n".utf8), to: descriptor) else {
            defer { close(descriptor) }
            throw .file(file, "the lock file cannot be written")
        }
        return FolderLock(descriptor: descriptor)
    }

    private static func locked(_ path: String, by text: [UInt8]) -> StoreError {
        let process = Int32(String(decoding: text.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
        let holder = process.map { "the server with process id \($0)" } ?? "another server"
        return StoreError(
            .locked(process: process), place: path, cause: "the data folder is in use by \(holder)",
            remedy: "Stop that server, or choose another data folder.")
    }
}
