import CanonLogs
import Foundation
import Testing

/// A folder that goes away with the test, with a memory in it.
final class Scratch {
    let path: String
    var memoryPath: String { path + "/logs.db" }

    init() throws {
        path = NSTemporaryDirectory() + "canon-logs-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    @discardableResult
    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let file = path + "/" + name
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        return file
    }

    func write(_ name: String, _ text: String) throws -> String { try write(name, Array(text.utf8)) }

    /// One run over files, as the command makes it.
    func run(_ files: [String], options: LogRun.Options = LogRun.Options(), memory: Bool = true) throws -> LogReport {
        let store = memory ? try LogMemory(path: memoryPath) : nil
        defer { try? store?.close() }
        var run = try LogRun(options, memory: store)
        for file in files { try run.read(.file(file)) }
        return try run.finish()
    }

    func run(_ name: String, _ entries: [InventedLog.Entry]) throws -> LogReport {
        try run([write(name, InventedLog.list(entries))])
    }
}

extension LogReport {
    /// The problem whose name contains that.
    func problem(_ words: String, _ location: SourceLocation = #_sourceLocation) throws -> ProblemReport {
        let found = problems.filter { ($0.title + $0.template + ($0.samples.first?.text ?? "")).contains(words) }
        return try #require(
            found.count == 1 ? found[0] : nil, "\(found.count) of \(problems.map(\.title))", sourceLocation: location)
    }
}
