import CanonFacts
import CanonPython
import Dispatch
import Foundation

/// One process of `canon-swift` that is given sources and answers with their facts; see `FactStream`.
struct SwiftConversation {
    let program: String
    let sources: [ForeignFiles.Request]

    /// - Throws: `CommandFailure` when the program cannot be started, speaks otherwise, or ends early.
    func run() throws -> [FileFacts?] {
        // The partner may go away while it is written to: an error, not the end of this program.
        signal(SIGPIPE, SIG_IGN)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["--sources"]
        let requests = Pipe()
        let answers = Pipe()
        process.standardInput = requests
        process.standardOutput = answers
        process.standardError = FileHandle.nullDevice
        do {
            try process.run()
        } catch {
            throw failure("cannot be started: \(error.localizedDescription)")
        }
        // Both pipes fill up: one thread writes while this one reads.
        let written = DispatchGroup()
        let sources = sources
        let input = requests.fileHandleForWriting
        DispatchQueue.global().async(group: written) {
            for source in sources {
                let header = FactStream.header(path: source.name.utf8.count, content: source.source.count)
                guard (try? input.write(contentsOf: Data((header + source.name).utf8) + source.source)) != nil else {
                    break
                }
            }
            try? input.close()
        }
        var isDone = false
        defer {
            // A program that does not speak as it should may not end by itself either.
            if !isDone { kill(process.processIdentifier, SIGKILL) }
            try? answers.fileHandleForReading.close()
            written.wait()
            process.waitUntilExit()
        }
        var reader = AnswerReader(handle: answers.fileHandleForReading)
        guard let greeting = try reader.line(), FactStream.understands(greeting, of: SwiftProgram.name) else {
            throw failure("is not of this version; build it anew (make build-swift)")
        }
        let facts = try sources.map { source -> FileFacts? in
            guard let header = try reader.line(), let lengths = FactStream.lengths(of: header),
                let path = try reader.take(lengths.path), path == Array(source.name.utf8),
                let content = try reader.take(lengths.content)
            else { throw failure("ended while it read \(source.name.escapingControls)") }
            return content.withUnsafeBytes { FileFacts(stored: $0) }
        }
        isDone = true
        return facts
    }

    private func failure(_ text: String) -> CommandFailure {
        CommandFailure("\(program.escapingControls) \(text)", status: ExitStatus.unknown)
    }
}

/// Bytes of a pipe, line by line and in lengths.
private struct AnswerReader {
    let handle: FileHandle
    private var buffer = Data()

    init(handle: FileHandle) { self.handle = handle }

    /// Without its line feed; nil when the pipe ended before it.
    mutating func line() throws -> String? {
        while true {
            if let end = buffer.firstIndex(of: 0x0A) {
                defer { buffer = Data(buffer[(end + 1)...]) }
                return String(decoding: buffer[..<end], as: UTF8.self)
            }
            // No line of the other side is long.
            guard buffer.count < 4096, fill() else { return nil }
        }
    }

    /// Nil when there are fewer bytes.
    mutating func take(_ count: Int) throws -> [UInt8]? {
        while buffer.count < count { guard fill() else { return nil } }
        defer { buffer = Data(buffer.dropFirst(count)) }
        return Array(buffer.prefix(count))
    }

    private mutating func fill() -> Bool {
        let data = handle.availableData
        buffer.append(data)
        return !data.isEmpty
    }
}
