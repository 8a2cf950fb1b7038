import CanonLogs
import GRDB
import Testing

@Suite("History of a problem")
struct ProblemHistoryTests {
    private func entries(_ range: Range<Int>, revision: String, failing: Bool) -> [InventedLog.Entry] {
        range.map { number in
            var entry = InventedLog.Entry(
                id: "h\(number)", Double(number) * 10, severity: failing ? "ERROR" : "INFO",
                text: failing ? "kettle \(number) boiled dry" : "kettle \(number) is ready")
            entry.revision = revision
            return entry
        }
    }

    private func changes(_ scratch: Scratch) throws -> [ProblemChange] {
        let memory = try LogMemory(path: scratch.memoryPath)
        defer { try? memory.close() }
        let all = try memory.problems()
        try #require(all.count == 1)
        return try memory.details(all[0].fingerprint).changes
    }

    private func change(_ scratch: Scratch, _ body: (LogMemory, String) throws -> Void) throws {
        let memory = try LogMemory(path: scratch.memoryPath)
        defer { try? memory.close() }
        try body(memory, try memory.problems()[0].fingerprint)
    }

    @Test(
        "what became of a problem is kept in order, by whom and in which revision; a run that changes nothing adds nothing"
    )
    func history() throws {
        let scratch = try Scratch()
        _ = try scratch.run("1.json", entries(0..<40, revision: "tea-00001-a", failing: true))
        _ = try scratch.run("2.json", entries(40..<80, revision: "tea-00001-a", failing: true))
        try change(scratch) { try $0.resolve($1, revision: "tea-00002-b") }
        try change(scratch) { try $0.reopen($1) }
        // Reopened already: nothing to note.
        try change(scratch) { try $0.reopen($1) }
        try change(scratch) { try $0.resolve($1, revision: "tea-00003-c") }
        _ = try scratch.run("3.json", entries(80..<120, revision: "tea-00002-b", failing: true))
        _ = try scratch.run("4.json", entries(120..<160, revision: "tea-00004-d", failing: true))
        _ = try scratch.run("5.json", entries(160..<163, revision: "tea-00004-d", failing: false))
        _ = try scratch.run("6.json", entries(200..<399, revision: "tea-00004-d", failing: false))
        let changes = try changes(scratch)
        #expect(changes.map(\.state) == [.new, .resolved, .known, .resolved, .regressed, .resolved])
        #expect(changes.map(\.source) == [.run, .person, .person, .person, .run, .run])
        #expect(changes.map(\.revision) == [nil, "tea-00002-b", nil, "tea-00003-c", nil, "tea-00004-d"])
        #expect(changes[4].reason == "back on a revision newer than tea-00003-c")
        #expect(changes.map(\.at) == changes.map(\.at).sorted())
    }

    @Test("a memory of before there was a history is brought up to date, and forgetting a problem forgets its history")
    func migration() throws {
        let scratch = try Scratch()
        _ = try scratch.run("1.json", entries(0..<40, revision: "tea-00001-a", failing: true))
        // As an earlier version left it.
        let old = try DatabaseQueue(path: scratch.memoryPath)
        try old.write { db in
            try db.execute(sql: "DROP TABLE problem_change; DELETE FROM grdb_migrations WHERE identifier = 'history'")
        }
        try old.close()
        #expect(try changes(scratch) == [])
        try change(scratch) { try $0.resolve($1, revision: nil) }
        #expect(try changes(scratch).map(\.state) == [.resolved])
        try change(scratch) { try $0.forget($1) }
        let read = try DatabaseQueue(path: scratch.memoryPath)
        #expect(try read.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM problem_change") } == 0)
        try read.close()
    }

    @Test("when two problems turn out to be one, it has the changes of both")
    func merging() throws {
        let scratch = try Scratch()
        let names = ["alder", "birch", "cedar", "dogwood", "elm", "fir", "ginkgo", "hazel", "juniper", "larch"]
        func run(_ names: ArraySlice<String>, from first: Int) throws {
            _ = try scratch.run(
                "\(first).json",
                names.enumerated().map { index, name in
                    .init(id: "n\(first + index)", Double(first + index), text: "queue \(name) does not answer")
                })
        }
        try run(names[..<2], from: 0)
        let memory = try LogMemory(path: scratch.memoryPath)
        for problem in try memory.problems() { try memory.resolve(problem.fingerprint, revision: "r-\(problem.title)") }
        try memory.close()
        try run(names[2...], from: 100)
        let changes = try changes(scratch)
        #expect(changes.filter { $0.source == .person }.count == 2)
    }
}
