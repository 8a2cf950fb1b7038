import Foundation

/// The contents of a repository's objects, through one `git cat-file --batch` (gitformat: `<id> SP <type> SP <size> LF
/// <contents> LF`).
///
/// Not thread-safe: one reader asks and takes its answer.
final class GitObjects {
    private let process: Process
    private let requests = Pipe()
    private let answers = Pipe()
    private var buffer: [UInt8] = []
    private var offset = 0

    init(_ repository: GitRepository) throws {
        process = GitRepository.process(["cat-file", "--batch"], in: repository.folder)
        process.standardInput = requests
        process.standardOutput = answers
        process.standardError = FileHandle.nullDevice
        // The partner may go away while it is written to: an error, not the end of this program.
        signal(SIGPIPE, SIG_IGN)
        try GitRepository.start(process)
    }

    deinit {
        try? requests.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    /// The contents of blobs, in the order asked for; nil for one that the repository lacks (a partial clone).
    func contents(of blobs: [String]) throws -> [[UInt8]?] {
        var result: [[UInt8]?] = []
        result.reserveCapacity(blobs.count)
        // So few at a time that all requests fit into the pipe.
        for start in stride(from: 0, to: blobs.count, by: Self.batch) {
            let names = blobs[start..<min(start + Self.batch, blobs.count)]
            try requests.fileHandleForWriting.write(contentsOf: Data(names.map { $0 + "\n" }.joined().utf8))
            for _ in names { result.append(try answer()) }
        }
        return result
    }

    private static let batch = 256

    private func answer() throws -> [UInt8]? {
        let header = try line()
        let fields = header.split(separator: " ")
        if fields.last == "missing" { return nil }
        guard fields.count == 3, let size = Int(fields[2]), size >= 0 else {
            throw CommandFailure("git cat-file answered '\(header.shortened)'", status: ExitStatus.unknown)
        }
        let bytes = try take(size)
        _ = try take(1)
        return bytes
    }

    private func line() throws -> String {
        while true {
            if let end = buffer[offset...].firstIndex(of: 0x0A) {
                defer { offset = end + 1 }
                return String(decoding: buffer[offset..<end], as: UTF8.self)
            }
            try fill()
        }
    }

    private func take(_ count: Int) throws -> [UInt8] {
        while buffer.count - offset < count { try fill() }
        defer { offset += count }
        return Array(buffer[offset..<offset + count])
    }

    private func fill() throws {
        buffer.removeFirst(offset)
        offset = 0
        let data = answers.fileHandleForReading.availableData
        guard !data.isEmpty else {
            throw CommandFailure("git cat-file ended before all objects were read", status: ExitStatus.unknown)
        }
        buffer.append(contentsOf: data)
    }
}
