import Foundation

/// Where a report goes: a file that was named, else standard output.
enum ReportOutput {
    /// - Throws: `CommandFailure` when the file cannot be written; it is then as it was. See ``FileWriting``.
    static func write(_ bytes: [UInt8], to path: String?) throws {
        guard let path else {
            Terminal.output.write(bytes)
            return
        }
        do {
            try FileWriting.write(bytes, to: path)
        } catch {
            throw CommandFailure("\(path.escapingControls): cannot be written: \(error)", status: ExitStatus.unknown)
        }
    }

    /// Adds to what other steps wrote into a file, which is made when it is not there.
    ///
    /// - Throws: `CommandFailure` when it cannot be written.
    static func append(_ bytes: [UInt8], to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw CommandFailure("\(path): cannot be written: \(SystemError(code: errno))", status: ExitStatus.unknown)
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try file.write(contentsOf: bytes)
        } catch {
            throw CommandFailure(
                "\(path): cannot be written: \(error.localizedDescription)", status: ExitStatus.unknown)
        }
    }

    /// What a report for people may use: a file has no colours and no width.
    static func terminal(for path: String?) -> Terminal {
        path == nil ? .output : Terminal(descriptor: -1, isTerminal: false, usesColour: false)
    }
}
