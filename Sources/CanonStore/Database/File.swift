#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The few calls to the file system that decide about privacy and atomicity.
enum File {
    /// Makes an empty file that only this user may read, unless there is one.
    static func createPrivate(_ path: String) throws(StoreError) {
        let descriptor = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            close(descriptor)
        } else if errno != EEXIST {
            throw .file(path, "it cannot be created")
        }
    }

    /// Gives a finished file its name in one step, durably.
    /// - Throws: `StoreError` of kind `fileExists` when `replacing` is false and the name is taken.
    static func publish(_ finished: String, as path: String, replacing: Bool) throws(StoreError) {
        if replacing {
            guard rename(finished, path) == 0 else { throw .file(path, "it cannot be replaced") }
        } else if link(finished, path) == 0 {
            unlink(finished)
        } else if errno == EEXIST {
            throw StoreError(
                .fileExists, place: path, cause: "the file exists",
                remedy: "Choose another name, or ask for it to be overwritten.")
        } else {
            // A file system without hard links: a name taken between the two calls would be replaced.
            guard access(path, F_OK) != 0, rename(finished, path) == 0 else {
                throw .file(path, "it cannot be created")
            }
        }
        try synchronizeFolder(of: path)
    }

    /// Makes a change of names in the file's folder survive power loss.
    static func synchronizeFolder(of path: String) throws(StoreError) {
        let folder = folder(of: path)
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .file(folder, "the folder cannot be opened") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .file(folder, "the folder cannot be written to disk") }
    }

    static func folder(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Writes the whole of `bytes`, also when the system takes them in pieces.
    static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { systemWrite(descriptor, $0) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// At most `limit` bytes from the start of an open file; nil when it cannot be read.
    static func read(_ descriptor: Int32, limit: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while bytes.count < limit {
            let count = buffer.withUnsafeMutableBytes { systemRead(descriptor, $0, bytes.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        return Array(bytes.prefix(limit))
    }

    /// The path with every symbolic link followed, also when its end does not exist yet.
    static func resolved(_ path: String) -> String {
        var path = path
        if !path.utf8.starts(with: "/".utf8), let folder = getcwd(nil, 0) {
            path = String(cString: folder) + "/" + path
            free(folder)
        }
        var current = "/"
        for component in path.split(separator: "/") where component != "." {
            if component == ".." {
                current = folder(of: current)
                continue
            }
            current += (current == "/" ? "" : "/") + component
            if let real = realpath(current, nil) {
                current = String(cString: real)
                free(real)
            }
        }
        return current
    }

    /// Whether a resolved path is `folder` or below it.
    static func isInside(_ path: String, _ folder: String) -> Bool {
        let prefix = folder == "/" ? "/" : folder + "/"
        return path.utf8.elementsEqual(folder.utf8) || path.utf8.starts(with: prefix.utf8)
    }
}

// Inside `File` the names `write` and `read` are its own.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    write(descriptor, bytes.baseAddress, bytes.count)
}

private func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutableRawBufferPointer, _ offset: Int) -> Int {
    pread(descriptor, bytes.baseAddress, bytes.count, off_t(offset))
}

extension StoreError {
    /// A failed system call on `path`, with the words for the present `errno`.
    static func file(_ path: String, _ cause: String) -> StoreError {
        let code = errno
        let words = String(cString: strerror(code))
        let (kind, remedy): (Kind, String) =
            switch code {
            case ENOENT: (.fileMissing, "Check the path.")
            case EACCES, EPERM: (.notWritable, "Give this user the right to it, or choose another place.")
            case EROFS: (.notWritable, "Mount the volume writable, or choose another place.")
            case ENOSPC, EDQUOT: (.diskFull, "Free space on the volume.")
            case ENOTDIR: (.notADirectory, "A part of the path is a file; choose another place.")
            default: (.fileFailed, "Check the volume and the path, then try again.")
            }
        return StoreError(kind, place: path, cause: "\(cause) (\(words))", remedy: remedy)
    }
}
