import CanonFacts
import CanonSwift

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

exit(SwiftFacts.run(Array(CommandLine.arguments.dropFirst())))

/// The command: sources or paths in, facts out.
enum SwiftFacts {
    /// The version of swift-syntax, as Package.swift has it.
    static let grammar = "603.0.1"

    static let help = """
        canon-swift reads Swift sources for `canon audit`, which finds it beside itself.

        usage: canon-swift            paths on standard input, one a line
               canon-swift --sources  sources on standard input, in frames
               canon-swift --version

        The first line of the answer is a greeting (name, version of the frames, version of the facts, version of
        swift-syntax). Then each file has a frame: a line with the length of its path and of its facts in bytes, the path,
        and the facts as Canon stores them. Facts of a file that does not parse hold the first error. A file that cannot
        be read has no facts, and the exit status is 1.

        """

    static func run(_ arguments: [String]) -> Int32 {
        switch arguments {
        case []: return answerPaths()
        case ["--sources"]: return answerSources()
        case ["--version"]:
            write(FactStream.greeting(of: "canon-swift", grammar: grammar))
            return 0
        case ["--help"], ["-h"]:
            write(help)
            return 0
        default:
            complain("canon-swift: unknown argument '\(arguments.last ?? "")'; see canon-swift --help")
            return 2
        }
    }

    private static func answerSources() -> Int32 {
        write(FactStream.greeting(of: "canon-swift", grammar: grammar))
        var input = StandardInput()
        while let header = input.line() {
            guard let lengths = FactStream.lengths(of: header), let path = input.take(lengths.path),
                let source = input.take(lengths.content)
            else {
                complain("canon-swift: what is on standard input is not a frame; see canon-swift --help")
                return 2
            }
            answer(path, SwiftFactReader().read(bytes: source))
        }
        return 0
    }

    private static func answerPaths() -> Int32 {
        write(FactStream.greeting(of: "canon-swift", grammar: grammar))
        var input = StandardInput()
        var status: Int32 = 0
        while let path = input.line() {
            guard let source = contents(of: path) else {
                complain("\(path): \(String(cString: strerror(errno)))")
                answer(Array(path.utf8), nil)
                status = 1
                continue
            }
            answer(Array(path.utf8), SwiftFactReader().read(bytes: source))
        }
        return status
    }

    private static func answer(_ path: [UInt8], _ facts: FileFacts?) {
        var content: [UInt8] = []
        facts?.encode(into: &content)
        write(Array(FactStream.header(path: path.count, content: content.count).utf8) + path + content)
    }

    private static func contents(of path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var input = StandardInput(descriptor: descriptor)
        return input.rest()
    }

    private static func write(_ text: String) { write(Array(text.utf8)) }

    /// Ends the program when nobody listens any more.
    private static func write(_ bytes: [UInt8], to descriptor: Int32 = STDOUT_FILENO) {
        var offset = 0
        while offset < bytes.count {
            let written = bytes.withUnsafeBytes {
                #if canImport(Glibc)
                    Glibc.write(descriptor, $0.baseAddress! + offset, bytes.count - offset)
                #else
                    Darwin.write(descriptor, $0.baseAddress! + offset, bytes.count - offset)
                #endif
            }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { exit(1) }
            offset += written
        }
    }

    private static func complain(_ text: String) { write(Array((text + "\n").utf8), to: STDERR_FILENO) }
}

/// Bytes of a descriptor, line by line and in lengths.
struct StandardInput {
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var offset = 0

    init(descriptor: Int32 = STDIN_FILENO) { self.descriptor = descriptor }

    /// Without its line feed; nil at the end.
    mutating func line() -> String? {
        var searched = offset
        while true {
            if let end = buffer[searched...].firstIndex(of: 0x0A) {
                defer { offset = end + 1 }
                return String(decoding: buffer[offset..<end], as: UTF8.self)
            }
            searched = buffer.count
            let moved = offset
            guard fill() else { break }
            searched -= moved
        }
        guard offset < buffer.count else { return nil }
        defer { offset = buffer.count }
        return String(decoding: buffer[offset...], as: UTF8.self)
    }

    /// Nil when there are fewer bytes.
    mutating func take(_ count: Int) -> [UInt8]? {
        while buffer.count - offset < count { guard fill() else { return nil } }
        defer { offset += count }
        return Array(buffer[offset..<offset + count])
    }

    /// All that is left; nil when it cannot be read.
    mutating func rest() -> [UInt8]? {
        while fill() {}
        return failed ? nil : Array(buffer[offset...])
    }

    private var failed = false

    private mutating func fill() -> Bool {
        buffer.removeFirst(offset)
        offset = 0
        let count = buffer.count
        let wanted = 1 << 16
        buffer.append(contentsOf: repeatElement(0, count: wanted))
        var received = -1
        repeat {
            received = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress! + count, wanted) }
        } while received < 0 && errno == EINTR
        failed = received < 0
        buffer.removeLast(wanted - max(received, 0))
        return received > 0
    }
}
