// Where the compiler finds `stat` when it builds the whole module at once.
import CoreFoundation
import Foundation

/// Writes of whole files, with the system's words when they fail.
enum FileWriting {
    /// Writes a file whole or not at all: whoever reads it meanwhile, and whoever finds it after a power cut, has the old or the new
    /// bytes.
    ///
    /// A link is followed, and a file keeps its permissions. A device, a pipe or a socket is written to: a file in its place would
    /// take it from everybody else.
    static func write(_ bytes: [UInt8], to path: String) throws(SystemError) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            let error = SystemError.last
            guard error == .missing else { throw error }
            // Of a link that leads nowhere it is the link that would be replaced.
            guard lstat(path, &status) != 0 else { throw error }
            return try replace(path, bytes, nil)
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG:
            guard let target = realpath(path, nil) else { throw .last }
            defer { free(target) }
            try replace(String(cString: target), bytes, status)
        case S_IFDIR: throw SystemError(code: EISDIR)
        default:
            let descriptor = open(path, O_WRONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw .last }
            try finish(descriptor) { () throws(SystemError) in try writeAll(bytes, to: descriptor) }
        }
    }

    private static func replace(_ path: String, _ bytes: [UInt8], _ old: stat?) throws(SystemError) {
        let folder = (path as NSString).deletingLastPathComponent
        let new = "\(path).\(String(UInt64.random(in: 1 ... .max), radix: 16)).tmp"
        // Private until it has the permissions of the old one; a new file has those that the mask of the process leaves.
        let descriptor = open(new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, old == nil ? 0o666 : 0o600)
        guard descriptor >= 0 else { throw .last }
        do throws(SystemError) {
            try finish(descriptor) { () throws(SystemError) in
                try writeAll(bytes, to: descriptor)
                if let old {
                    // Only root may give files away. Whoever may write in the folder then owns the file, as with any editor.
                    if old.st_uid != geteuid() || old.st_gid != getegid() {
                        _ = fchown(descriptor, old.st_uid, old.st_gid)
                    }
                    guard fchmod(descriptor, old.st_mode & 0o7777) == 0 else { throw .last }
                }
                guard fsync(descriptor) == 0 else { throw .last }
            }
            guard rename(new, path) == 0 else { throw .last }
        } catch {
            unlink(new)
            throw error
        }
        // The name is new: it is on the disk when its folder is.
        let parent = open(folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard parent >= 0 else { return }
        fsync(parent)
        close(parent)
    }

    /// Network file systems tell of a full disk when a file is closed.
    private static func finish(_ descriptor: Int32, _ body: () throws(SystemError) -> Void) throws(SystemError) {
        do throws(SystemError) {
            try body()
        } catch {
            close(descriptor)
            throw error
        }
        guard close(descriptor) == 0 else { throw .last }
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) throws(SystemError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                guard errno == EINTR else { throw .last }
                continue
            }
            rest = rest.dropFirst(count)
        }
    }
}
