import Foundation

/// A folder that exists as long as this object.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        var template = Array((NSTemporaryDirectory() + "canon-agents-XXXXXX").utf8CString)
        let made = template.withUnsafeMutableBufferPointer { mkdtemp($0.baseAddress!) != nil }
        guard made else { throw POSIXError(.EIO) }
        let name = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        guard let resolved = realpath(name, nil) else { throw POSIXError(.EIO) }
        path = String(cString: resolved)
        free(resolved)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func absolute(_ relative: String) -> String { "\(path)/\(relative)" }

    /// Writes a file and makes the folders it stands in.
    func write(_ relative: String, _ bytes: some Sequence<UInt8>) throws {
        let file = absolute(relative)
        let folder = String(file[..<file.lastIndex(of: "/")!])
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: file))
    }

    func write(_ relative: String, _ text: String) throws { try write(relative, text.utf8) }

    func makeFolder(_ relative: String) throws {
        try FileManager.default.createDirectory(atPath: absolute(relative), withIntermediateDirectories: true)
    }

    func link(_ relative: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: absolute(relative), withDestinationPath: target)
    }
}
