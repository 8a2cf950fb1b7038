import CCanonFiles
// Where the compiler finds `stat` when it builds the whole module at once.
import CoreFoundation
import Foundation

/// A folder of this machine.
///
/// Each call opens the folder of its path anew, beneath the root and through no link, and works relative to that: a link that
/// somebody puts in the way leads nowhere.
final class DiskFileSystem: FileSystem {
    private let root: Int32
    private let isDurable: Bool

    /// - Parameter isDurable: false for what nobody needs after a power cut.
    init(root path: String, isDurable: Bool = true) throws(SystemError) {
        self.isDurable = isDurable
        root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard root >= 0 else { throw .last }
    }

    deinit { close(root) }

    func status(of path: String) throws(SystemError) -> FileStatus? {
        do {
            return try inFolder(of: path) { folder, name throws(SystemError) in
                var status = stat()
                guard fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { throw .last }
                return FileStatus(status)
            }
        } catch SystemError(code: ENOENT), SystemError(code: ENOTDIR) {
            return nil
        }
    }

    func names(in folder: String) throws(SystemError) -> [String] {
        let descriptor = canon_open_beneath(root, folder, O_RDONLY | O_DIRECTORY)
        guard descriptor >= 0 else {
            if errno == ENOENT { return [] }
            throw .last
        }
        guard let stream = fdopendir(descriptor) else {
            defer { close(descriptor) }
            throw .last
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    func contents(of path: String) throws(SystemError) -> [UInt8] {
        let descriptor = canon_open_beneath(root, path, O_RDONLY | O_NONBLOCK)
        guard descriptor >= 0 else { throw .last }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .last }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(status.st_size))
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0 {
                guard errno == EINTR else { throw .last }
                continue
            }
            guard count > 0 else { return bytes }
            bytes += chunk[..<count]
        }
    }

    func create(_ path: String, _ bytes: [UInt8], _ attributes: FileAttributes) throws(SystemError) {
        try inFolder(of: path) { folder, name throws(SystemError) in
            // Private until its attributes are set: its folder may be open to more people than the file.
            let descriptor = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw .last }
            defer { close(descriptor) }
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
                if count < 0 {
                    guard errno == EINTR else { throw .last }
                    continue
                }
                rest = rest.dropFirst(count)
            }
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { throw .last }
            if status.st_uid != attributes.owner || status.st_gid != attributes.group,
                fchown(descriptor, attributes.owner, attributes.group) != 0
            {
                // Only root may give files away. Whoever may write in the folder then owns the file, as with any editor.
                _ = fchown(descriptor, uid_t.max, attributes.group)
            }
            guard fchmod(descriptor, mode_t(attributes.mode)) == 0 else { throw .last }
        }
    }

    func synchronize(_ path: String) throws(SystemError) {
        try synchronize(canon_open_beneath(root, path, O_RDONLY | O_NONBLOCK))
    }

    func synchronizeFolder(_ folder: String) throws(SystemError) {
        try synchronize(canon_open_beneath(root, folder, O_RDONLY | O_DIRECTORY))
    }

    private func synchronize(_ descriptor: Int32) throws(SystemError) {
        guard descriptor >= 0 else { throw .last }
        defer { close(descriptor) }
        guard isDurable else { return }
        #if canImport(Darwin)
            // fsync(2) of macOS leaves the bytes in the drive's own memory; not every volume knows the call that does not.
            if fcntl(descriptor, F_FULLFSYNC) == 0 { return }
        #endif
        guard fsync(descriptor) == 0 else { throw .last }
    }

    func rename(_ path: String, to other: String) throws(SystemError) {
        try inFolder(of: path) { folder, name throws(SystemError) in
            try inFolder(of: other) { otherFolder, otherName throws(SystemError) in
                guard renameat(folder, name, otherFolder, otherName) == 0 else { throw .last }
            }
        }
    }

    func remove(_ path: String) throws(SystemError) {
        try inFolder(of: path) { folder, name throws(SystemError) in
            guard unlinkat(folder, name, 0) == 0 else { throw .last }
        }
    }

    func removeFolder(_ path: String) throws(SystemError) {
        try inFolder(of: path) { folder, name throws(SystemError) in
            guard unlinkat(folder, name, AT_REMOVEDIR) == 0 else { throw .last }
        }
    }

    private func inFolder<Result>(
        of path: String, _ body: (Int32, String) throws(SystemError) -> Result
    ) throws(SystemError) -> Result {
        let folder = canon_open_beneath(root, RelativePath.folder(of: path), O_RDONLY | O_DIRECTORY)
        guard folder >= 0 else { throw .last }
        defer { close(folder) }
        return try body(folder, RelativePath.name(of: path))
    }
}

extension FileStatus {
    fileprivate init(_ status: stat) {
        switch status.st_mode & S_IFMT {
        case S_IFREG: kind = .file
        case S_IFDIR: kind = .folder
        case S_IFLNK: kind = .link
        default: kind = .other
        }
        attributes = FileAttributes(
            mode: UInt32(status.st_mode) & 0o7777, owner: status.st_uid, group: status.st_gid)
    }
}
