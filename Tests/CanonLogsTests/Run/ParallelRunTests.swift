import CanonTestSupport
import Foundation
import GRDB
import Testing

@testable import CanonLogs

@Suite("Files read at the same time")
struct ParallelRunTests {
    /// Files of every form, of which some hold the same entries, one is no log, and one is not there.
    private func files(in scratch: Scratch, seed: UInt64) throws -> [LogInput] {
        var random = SeededGenerator(seed: seed)
        let words = [
            "kettle # boiled dry", "queue # of tea does not answer", "user ann# has no cup", "saucer # is new",
        ]
        var entries: [InventedLog.Entry] = (0..<900).map { number in
            var entry = InventedLog.Entry(
                id: "e\(number)", Double(number) * 7,
                severity: ["ERROR", "WARNING", "INFO", nil].randomElement(using: &random)!,
                text: words.randomElement(using: &random)!.replacing("#", with: "\(number)"))
            entry.service = ["tea", "cups"].randomElement(using: &random)!
            entry.revision = "tea-0000\(number / 300)-x"
            entry.instance = "i\(number % 13)"
            return entry
        }
        for number in stride(from: 0, to: 900, by: 45) {
            entries[number].severity = "ERROR"
            entries[number].text = """
                Traceback (most recent call last):
                  File "/srv/tea/pot.py", line \(number), in pour
                    cup.fill()
                ValueError: cup \(number) is full
                """
        }
        var inputs: [LogInput] = []
        for number in 0..<70 {
            let from = Int.random(in: 0..<850, using: &random)
            let part = Array(entries[from..<min(900, from + 50)])
            let name = "\(number)"
            switch number % 5 {
            case 0: inputs.append(.file(try scratch.write(name + ".json", InventedLog.list(part))))
            case 1: inputs.append(.file(try scratch.write(name + ".jsonl", InventedLog.lines(part, .snake))))
            case 2:
                let lines = part.map { "\(InventedLog.time($0.second)) ERROR tea.pot: \($0.text ?? "")\n" }.joined()
                inputs.append(.file(try scratch.write(name + ".log", lines)))
            case 3:
                let bytes = gzipped(InventedLog.lines(part))
                inputs.append(.file(try scratch.write(name + ".jsonl.gz", bytes)))
            default:
                let lines = part.map { "level=error msg=\"\($0.id ?? "") is cold\" service=cups\n" }.joined()
                inputs.append(.file(try scratch.write(name + ".txt", lines)))
            }
        }
        inputs.append(.file(scratch.path + "/none.log"))
        inputs.append(.found(try scratch.write("package.json", #"{"dependencies":{"tea":"1"}}"#)))
        inputs.append(.found(try scratch.write("core.log", random.bytes(100_000))))
        inputs.append(
            .file(try scratch.write("cut.json", Array(InventedLog.list(Array(entries.prefix(30))).dropLast(40)))))
        return inputs.shuffled(using: &random)
    }

    /// The report as JSON, and everything that the memory holds afterwards but times of this machine.
    private func run(_ inputs: [LogInput], jobs: Int?, _ memoryPath: String) throws -> (json: [UInt8], memory: [String])
    {
        let memory = try LogMemory(path: memoryPath)
        var run = try LogRun(LogRun.Options(), memory: memory)
        if let jobs {
            try run.read(inputs, jobs: jobs)
        } else {
            for input in inputs { try run.read(input) }
        }
        let json = try run.finish().rendered(as: .json, failOn: .p2)
        let rows = try memory.read { db in
            try [
                "problem", "problem_revision", "problem_instance", "problem_hour", "shape", "seen", "source", "service",
            ]
            .flatMap { table in try Row.fetchAll(db, sql: "SELECT * FROM \(table)").map { "\(table) \($0)" }.sorted() }
        }
        try memory.close()
        return (json, rows)
    }

    @Test("however many threads read, and whether they are read at once or one by one, report and memory are the same")
    func identical() throws {
        let seed = UInt64.random(in: 0 ... .max)
        let scratch = try Scratch()
        let inputs = try files(in: scratch, seed: seed)
        let expected = try run(inputs, jobs: nil, scratch.path + "/alone.db")
        for jobs in [1, 2, 5] {
            let result = try run(inputs, jobs: jobs, scratch.path + "/\(jobs).db")
            #expect(result.json == expected.json, "jobs \(jobs), seed \(seed)")
            #expect(result.memory == expected.memory, "jobs \(jobs), seed \(seed)")
        }
        let report = try JSONDecoder().decode(LogReport.self, from: Data(expected.json))
        #expect(report.repeatedEntries > 100, "seed \(seed)")
        #expect(report.problems.count >= 4, "seed \(seed)")
        // A second run over the same files counts nothing again.
        let again = try run(inputs, jobs: 5, scratch.path + "/2.db")
        let second = try JSONDecoder().decode(LogReport.self, from: Data(again.json))
        #expect(second.problems.allSatisfy { $0.newCount == 0 }, "seed \(seed)")
    }

    @Test("progress is told up to the sizes of all files, and never backwards")
    func progress() throws {
        let scratch = try Scratch()
        let inputs: [LogInput] = try (0..<130).map { number in
            .file(try scratch.write("\(number).log", String(repeating: "ERROR kettle \(number) is hot\n", count: 50)))
        }
        let size = try inputs.reduce(0) {
            $0 + (try FileManager.default.attributesOfItem(atPath: $1.name)[.size] as? Int ?? 0)
        }
        for jobs in [1, 4] {
            var told: [Int] = []
            var run = try LogRun(LogRun.Options(), memory: nil)
            try run.read(inputs, jobs: jobs) { told.append($0) }
            #expect(told == told.sorted() && told.last == size, "jobs \(jobs)")
        }
    }
}
