import Foundation

/// The contents of a repository's objects, through one `git cat-file --batch` (gitformat: `<id> SP <type> SP <size> LF
/// <contents> LF`).
///
/// Not thread-safe: one reader asks and takes its answer.
final class GitObjects {
    private let repository: GitRepository
    /// Nil until something is asked for: most often everything is known already.
    private var partner: Partner?
    private var buffer: [UInt8] = []
    private var offset = 0

    /// The process that answers.
    private struct Partner {
        let process: Process
        let requests: FileHandle
        let answers: FileHandle
    }

    init(_ repository: GitRepository) { self.repository = repository }

    deinit {
        guard let partner else { return }
        try? partner.requests.close()
        partner.process.waitUntilExit()
    }

    private func started() throws -> Partner {
        if let partner { return partner }
        let process = GitRepository.process(["cat-file", "--batch"], in: repository.folder)
        // The partner may go away while it is written to: an error, not the end of this program.
        signal(SIGPIPE, SIG_IGN)
        let (requests, answers) = try GitRepository.start(process) {
            let pipes = (Pipe(), Pipe())
            process.standardInput = pipes.0
            process.standardOutput = pipes.1
            process.standardError = FileHandle.nullDevice
            return pipes
        }
        let started = Partner(
            process: process, requests: requests.fileHandleForWriting, answers: answers.fileHandleForReading)
        partner = started
        return started
    }

    /// The contents of blobs, in the order asked for; nil for one that the repository lacks (a partial clone).
    func contents(of blobs: [String]) throws -> [[UInt8]?] {
        var result: [[UInt8]?] = []
        result.reserveCapacity(blobs.count)
        guard !blobs.isEmpty else { return [] }
        let requests = try started().requests
        // So few at a time that all requests fit into the pipe.
        for start in stride(from: 0, to: blobs.count, by: Self.batch) {
            let names = blobs[start..<min(start + Self.batch, blobs.count)]
            try requests.write(contentsOf: Data(names.map { $0 + "\n" }.joined().utf8))
            for _ in names { result.append(try answer()?.bytes) }
        }
        return result
    }

    private static let batch = 256

    typealias Object = (id: String, bytes: [UInt8])

    /// An object by any name that git knows for it (gitrevisions), with its id; nil when there is none.
    func object(named name: String) throws -> Object? {
        try started().requests.write(contentsOf: Data((name + "\n").utf8))
        return try answer()
    }

    private func answer() throws -> Object? {
        let header = try line()
        let fields = header.split(separator: " ")
        if fields.last == "missing" { return nil }
        guard fields.count == 3, let size = Int(fields[2]), size >= 0 else {
            throw CommandFailure("git cat-file answered '\(header.shortened)'", status: ExitStatus.unknown)
        }
        let bytes = try take(size)
        _ = try take(1)
        return (String(fields[0]), bytes)
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
        let data = try started().answers.availableData
        guard !data.isEmpty else {
            throw CommandFailure("git cat-file ended before all objects were read", status: ExitStatus.unknown)
        }
        buffer.append(contentsOf: data)
    }
}
