import CCanonFiles
import CoreFoundation
import Foundation

/// The doctor's view of files.
enum MachineFiles {
    static func status(_ path: String) -> Machine.File? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        let seconds = TimeInterval(status.st_mtim.tv_sec)
        return Machine.File(
            isDirectory: status.st_mode & S_IFMT == S_IFDIR, mode: UInt32(status.st_mode) & 0o7777,
            owner: status.st_uid, modified: Date(timeIntervalSince1970: seconds))
    }

    static func names(_ folder: String) -> Result<[String], SystemError> {
        guard let stream = opendir(folder) else { return .failure(.last) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return .success(names.sorted())
    }

    static func freeBytes(_ path: String) -> Int? {
        var status = statvfs()
        guard statvfs(Paths.existingAncestor(of: path), &status) == 0 else { return nil }
        return Int(
            clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue)
    }

    /// Opens the root folder beneath itself: it needs no file of ours, and fails as every confined read would.
    static func confinedReads() -> SystemError? {
        let root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard root >= 0 else { return .last }
        defer { close(root) }
        let descriptor = canon_open_beneath(root, ".", O_RDONLY | O_DIRECTORY)
        guard descriptor >= 0 else { return .last }
        close(descriptor)
        return nil
    }
}

extension Paths {
    /// The nearest folder on the way to a path that exists.
    static func existingAncestor(of path: String) -> String {
        var path = normalized(path)
        while path != "/", access(path, F_OK) != 0 { path = parent(of: path) }
        return path
    }
}
