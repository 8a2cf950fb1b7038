import CanonLogs
import Foundation
import Testing

@Suite("Following files")
struct LogFollowerTests {
    private func lines(_ range: Range<Int>) -> String {
        range.map { "\(InventedLog.time(Double($0))) ERROR disk \($0) is full\n" }.joined()
    }

    private func append(_ text: String, to path: String) throws {
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }

    /// One look at the file; the entries counted in all, or nil when nothing was there.
    private func look(_ follower: inout LogFollower, _ scratch: Scratch) throws -> Int? {
        let memory = try LogMemory(path: scratch.memoryPath)
        defer { try? memory.close() }
        var options = LogRun.Options()
        options.judgesAbsence = false
        var run = try LogRun(options, memory: memory)
        guard try run.read(&follower) else { return nil }
        return try run.finish().problem("is full").totalCount
    }

    @Test("lines are counted once while a file grows, is rotated and is emptied, and an unfinished line waits")
    func following() throws {
        let scratch = try Scratch()
        let path = scratch.path + "/app.log"
        var follower = LogFollower(path: path)
        #expect(try look(&follower, scratch) == nil)
        _ = try scratch.write("app.log", lines(0..<20))
        #expect(try look(&follower, scratch) == 20)
        #expect(try look(&follower, scratch) == nil)
        let next = lines(20..<30)
        try append(String(next.dropLast(10)), to: path)
        #expect(try look(&follower, scratch) == 29)
        #expect(try look(&follower, scratch) == nil)
        try append(String(next.suffix(10)), to: path)
        #expect(try look(&follower, scratch) == 30)
        // Renamed with lines that nobody has seen yet, and begun anew.
        try append(lines(30..<33), to: path)
        try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
        _ = try scratch.write("app.log", lines(33..<40))
        #expect(try look(&follower, scratch) == 40)
        // Emptied in place and written again.
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.truncate(atOffset: 0)
        try handle.close()
        try append(lines(40..<42), to: path)
        #expect(try look(&follower, scratch) == 42)
        // Another process that begins from the start counts nothing twice.
        var other = LogFollower(path: path)
        #expect(try look(&other, scratch) == 42)
    }
}
