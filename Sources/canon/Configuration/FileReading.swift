// Where the compiler finds `stat` when it builds the whole module at once.
import CoreFoundation
import Foundation

/// A system call that failed, with the system's words for it.
struct SystemError: Error, Equatable, CustomStringConvertible {
    let code: Int32

    /// The error of the call that has just failed.
    static var last: SystemError { SystemError(code: errno) }

    /// Not a system's code: the path names a device, a pipe or a socket.
    static let notAFile = SystemError(code: -1)

    /// There is nothing of that name.
    static let missing = SystemError(code: ENOENT)

    var description: String { self == .notAFile ? "not a regular file" : String(cString: strerror(code)) }
}

/// Small reads, with the system's words when they fail.
enum FileReading {
    /// Reads a file that is no folder and no device.
    /// - Parameter maximumBytes: reading ends there.
    static func contents(of path: String, maximumBytes: Int) -> Result<[UInt8], SystemError> {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return .failure(.last) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return .failure(.last) }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: return .failure(SystemError(code: EISDIR))
        default: return .failure(.notAFile)
        }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < maximumBytes {
            let wanted = min(chunk.count, maximumBytes - bytes.count)
            let count = read(descriptor, &chunk, wanted)
            if count < 0 {
                guard errno == EINTR else { return .failure(.last) }
                continue
            }
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return .success(bytes)
    }

    /// The permission bits of a file; nil when it cannot be looked at.
    static func mode(of path: String) -> UInt32? {
        var status = stat()
        return stat(path, &status) == 0 ? UInt32(status.st_mode) & 0o7777 : nil
    }

    static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}
