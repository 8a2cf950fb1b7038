/// A part of a source that could not be read.
public struct ReadProblem: Sendable, Hashable, Codable {
    /// The file, or `-` for standard input.
    public var source: String
    /// Bytes from its start (of what a compressed file holds, unless the compression itself is at fault).
    public var offset: Int
    /// What is wrong, and what became of it.
    public var message: String

    public var description: String { "\(source): byte \(offset): \(message)" }
}

/// What one source gave.
public struct SourceReport: Sendable, Hashable {
    /// The most problems that are kept with their words; the others are counted.
    public static let maximumProblems = 20

    public var name: String
    public var entries = 0
    /// Bytes, inflated.
    public var bytes = 0
    /// The first problems.
    public private(set) var problems: [ReadProblem] = []
    /// All of them.
    public private(set) var problemCount = 0
    /// It was gzip.
    public var isCompressed = false
    /// The source ends inside of an entry, of a list or of its compression.
    public var isCutOff = false
    /// Entries in each list that an export holds, by the name of the list (a severity, mostly).
    public var lists: [String: Int] = [:]
    /// Entries that say nothing, or a collector's words for having lost what they said.
    public var entriesWithoutMessage = 0

    /// Problems that are no damage but the nature of the file: objects that are no entries, and binary data.
    public private(set) var foreignParts = 0

    public init(name: String) { self.name = name }

    mutating func report(_ message: String, at offset: Int) {
        problemCount += 1
        guard problems.count < Self.maximumProblems else { return }
        problems.append(ReadProblem(source: name, offset: offset, message: message))
    }

    mutating func reportForeign(_ message: String, at offset: Int) {
        foreignParts += 1
        report(message, at: offset)
    }

    /// Whether the file is something else than a log, or an empty one: nothing in it is an entry, and nothing is damaged.
    public var isNoLog: Bool { entries == 0 && problemCount == foreignParts && !isCutOff }

    /// Whether a collector has lost the messages: what is left says nothing about the service.
    public var hasLostMessages: Bool { entries >= 5 && entriesWithoutMessage * 10 >= entries * 9 }
}
