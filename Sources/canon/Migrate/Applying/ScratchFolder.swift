import CoreFoundation
import Foundation

/// A folder for temporary files. It is gone when its owner is; when its process was killed, the next one takes it away.
///
/// Its name has the number of its process, which also holds a lock on it: a number alone says nothing to a process of another
/// container that shares the folder.
final class ScratchFolder {
    let path: String
    /// -1 where folders cannot be locked, as on some network file systems.
    private let lock: Int32

    private static let prefix = "canon-migrate-"

    /// The folder of this machine for temporary files, every link followed.
    static var parent: String {
        let path = FileManager.default.temporaryDirectory.path
        guard let resolved = realpath(path, nil) else { return path }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    init(in parent: String) throws(SystemError) {
        var template = Array("\(parent == "/" ? "" : parent)/\(Self.prefix)\(getpid())-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw .last }
        path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if lock >= 0 { flock(lock, LOCK_EX | LOCK_NB) }
    }

    deinit {
        Self.remove(path)
        if lock >= 0 { close(lock) }
    }

    private static func remove(_ path: String) {
        guard (try? FileManager.default.removeItem(atPath: path)) == nil else { return }
        // A program that was run there may have left folders that it could not write in itself.
        unlock(foldersIn: path)
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Makes folders writable, as far as they lie in one.
    static func unlock(foldersIn path: String) {
        for case let name as String in FileManager.default.enumerator(atPath: path) ?? .init() {
            let folder = path + "/" + name
            var status = stat()
            // A link may lead to a folder of somebody's, whose permissions are none of ours.
            if lstat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR { chmod(folder, 0o700) }
        }
    }

    // MARK: What was left behind

    /// Removes the folders of this user whose processes are gone.
    ///
    /// - Returns: their paths.
    static func removeAbandoned(in parent: String = parent) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        return names.sorted().compactMap { name in
            guard let process = process(of: name) else { return nil }
            let path = "\(parent == "/" ? "" : parent)/\(name)"
            guard isOwn(path), !isAlive(process), !isLocked(path) else { return nil }
            remove(path)
            return access(path, F_OK) == 0 ? nil : path
        }
    }

    /// The number in a name that this type gives; nil for another name.
    private static func process(of name: String) -> pid_t? {
        guard name.hasPrefix(prefix) else { return nil }
        let parts = name.dropFirst(prefix.count).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].utf8.count == 6, let process = pid_t(parts[0]), process > 0 else { return nil }
        return process
    }

    /// A link is none: it may lead anywhere.
    private static func isOwn(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR && status.st_uid == geteuid()
    }

    /// Containers give the same numbers again, this process's too.
    private static func isAlive(_ process: pid_t) -> Bool {
        process != getpid() && (kill(process, 0) == 0 || errno != ESRCH)
    }

    private static func isLocked(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }
}
