import CoreFoundation
import Foundation

/// One migration of a work tree at a time. The lock belongs to an open file, so that it ends with its process, however that ends.
final class MigrationLock {
    static let name = "lock"

    enum Failure: Error, Equatable {
        /// Another process has it; its number, when it wrote that down.
        case held(by: Int?)
        case system(SystemError)
    }

    private let path: String
    private let descriptor: Int32

    /// Makes the folder when it is not there.
    init(in folder: String) throws(Failure) {
        path = folder + "/" + Self.name
        while true {
            guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw .system(.last) }
            let descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else {
                // The owner of the lock removes it with its folder.
                if errno == ENOENT { continue }
                throw .system(.last)
            }
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                let error = SystemError.last
                defer { close(descriptor) }
                throw error.code == EWOULDBLOCK ? .held(by: Self.number(descriptor)) : .system(error)
            }
            // Between the two calls its owner may have removed it: then this one locks nothing.
            var held = stat()
            var named = stat()
            if fstat(descriptor, &held) == 0, stat(path, &named) == 0, held.st_ino == named.st_ino,
                held.st_dev == named.st_dev
            {
                self.descriptor = descriptor
                break
            }
            close(descriptor)
        }
        ftruncate(descriptor, 0)
        let text = Array("\(getpid())\n".utf8)
        // For the message to others only.
        _ = text.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    /// Takes the lock and, when no journal is left, its folder away.
    deinit {
        unlink(path)
        rmdir((path as NSString).deletingLastPathComponent)
        close(descriptor)
    }

    private static func number(_ descriptor: Int32) -> Int? {
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = bytes.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, 0) }
        guard count > 0 else { return nil }
        return Int(String(decoding: bytes[..<count], as: UTF8.self).trimmingCharacters(in: .newlines))
    }
}
