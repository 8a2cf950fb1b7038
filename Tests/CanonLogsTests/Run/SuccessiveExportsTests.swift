import CanonLogs
import Testing

@Suite("Successive exports")
struct SuccessiveExportsTests {
    /// Entries of a service from `first` on, one every ten seconds: healthy ones, and failures as they are asked for.
    private func export(
        from first: Int, count: Int, revision: String, failures: KeyValuePairs<String, Int>, prefix: String = "e"
    ) -> [InventedLog.Entry] {
        (first..<first + count).map { number in
            var entry = InventedLog.Entry(
                id: "\(prefix)\(number)", Double(number) * 10, severity: "INFO", text: "cart \(number) paid")
            entry.revision = revision
            for (words, every) in failures where number % every == 0 {
                entry.severity = "ERROR"
                entry.text = words.replacing("#", with: "\(number)")
            }
            return entry
        }
    }

    @Test(
        "overlap, fixed, returned, new revision, truncated, empty: each problem has the right state, counts are exact")
    func scenario() throws {
        let scratch = try Scratch()
        let stock = "stock of item # cannot be reserved"
        let mail = "mail server mail-#.example refused the letter"
        let first = export(from: 0, count: 301, revision: "checkout-00007-abc", failures: [stock: 20, mail: 30])

        // The first look: both are new. Where both would stand, at every 60, one of them does.
        let one = try scratch.run("one.json", first)
        #expect(one.verdict(failOn: .p3) == .failed)
        #expect(try one.problem("stock").state == .new)
        #expect(try one.problem("mail").state == .new)
        let counts = (stock: try one.problem("stock").count, mail: try one.problem("mail").count)
        #expect(counts.stock + counts.mail == (0...300).count { $0 % 20 == 0 || $0 % 30 == 0 })
        let fingerprint = try one.problem("stock").fingerprint
        #expect(fingerprint.hasPrefix("v1:"))

        // The same file again: nothing is counted twice.
        let again = try scratch.run("one.json", first)
        #expect(try again.problem("stock").state == .known)
        #expect(try again.problem("stock").newCount == 0)
        #expect(try again.problem("stock").totalCount == counts.stock)
        #expect(again.verdict(failOn: .p3) == .passed)

        // Overlapping by 100 entries; the mail server has been repaired.
        let second =
            Array(first.suffix(100))
            + export(from: 301, count: 303, revision: "checkout-00007-abc", failures: [stock: 20])
        let two = try scratch.run("two.json", second)
        let newStock = (301..<604).count { $0 % 20 == 0 }
        #expect(try two.problem("stock").state == .known)
        #expect(try two.problem("stock").fingerprint == fingerprint)
        #expect(try two.problem("stock").newCount == newStock)
        #expect(try two.problem("stock").totalCount == counts.stock + newStock)
        #expect(try two.problem("mail").state == .known)
        let three = try scratch.run(
            "three.json", export(from: 604, count: 303, revision: "checkout-00007-abc", failures: [stock: 20]))
        #expect(try three.problem("mail").state == .resolved)
        #expect(try three.problem("mail").totalCount == counts.mail)

        // An empty export and one that was cut off resolve nothing.
        let empty = try scratch.run([scratch.write("empty.json", "[]")])
        #expect(empty.verdict(failOn: .p3) == .incomplete)
        #expect(try empty.problem("stock").state == .unknown)
        let healthy = InventedLog.list(export(from: 907, count: 299, revision: "checkout-00007-abc", failures: [:]))
        let cut = try scratch.run([scratch.write("cut.json", Array(healthy.dropLast(100)))])
        #expect(cut.verdict(failOn: .p3) == .incomplete)
        #expect(cut.incomplete.contains { $0.message.contains("ends inside") })
        #expect(try cut.problem("stock").state == .unknown)
        #expect(try cut.problem("stock").stateReason?.contains("cut off") == true)

        // Capped at a thousand: a lower bound, and no proof of absence.
        let capped = try scratch.run(
            "last_hour.json", export(from: 1300, count: 1000, revision: "checkout-00007-abc", failures: [mail: 500]))
        #expect(capped.limits.count == 1)
        #expect(capped.limits.first?.contains("exactly 1000 entries") == true)
        #expect(try capped.problem("stock").state == .unknown)
        #expect(try capped.problem("mail").isLowerBound)
        // The absence was no fix: no newer revision, so it is not "back".
        #expect(try capped.problem("mail").state == .known)

        // Somebody fixes the stock in revision 8. Entries of revision 7 say nothing about the fix.
        let memory = try LogMemory(path: scratch.memoryPath)
        try memory.resolve(fingerprint, revision: "checkout-00008-def")
        try memory.close()
        let old = try scratch.run(
            "old.json", export(from: 2300, count: 301, revision: "checkout-00007-abc", failures: [stock: 20]))
        #expect(try old.problem("stock").state == .known)
        #expect(old.verdict(failOn: .p3) == .passed)
        let same = try scratch.run(
            "same.json", export(from: 2601, count: 301, revision: "checkout-00008-def", failures: [stock: 50]))
        #expect(try same.problem("stock").state == .known)
        // On revision 9 it is back.
        let back = try scratch.run(
            "back.json", export(from: 2902, count: 301, revision: "checkout-00009-ghi", failures: [stock: 50]))
        #expect(try back.problem("stock").state == .regressed)
        #expect(try back.problem("stock").fingerprint == fingerprint)
        #expect(back.verdict(failOn: .p3) == .failed)
        // And from then on known again, until it is absent.
        let after = try scratch.run(
            "after.json", export(from: 3203, count: 301, revision: "checkout-00009-ghi", failures: [stock: 50]))
        #expect(try after.problem("stock").state == .known)
        let expected =
            counts.stock + (301..<907).count { $0 % 20 == 0 } + (2300..<2601).count { $0 % 20 == 0 }
            + (2601..<3504).count { $0 % 50 == 0 }
        #expect(try after.problem("stock").totalCount == expected)
    }

    @Test("a run that is killed before its end has counted nothing")
    func killed() throws {
        let scratch = try Scratch()
        let file = try scratch.write(
            "app.log",
            (0..<50).map { "2025-09-16 00:00:\($0 < 10 ? "0" : "")\($0) ERROR disk \($0) is full\n" }.joined())
        do {
            let memory = try LogMemory(path: scratch.memoryPath)
            var run = try LogRun(LogRun.Options(), memory: memory)
            try run.read(.file(file))
        }
        #expect(try scratch.run([file]).problem("is full").totalCount == 50)
        #expect(try scratch.run([file]).problem("is full").totalCount == 50)
    }

    @Test("a log that has grown, was renamed or compressed is counted on from where it was")
    func growing() throws {
        let scratch = try Scratch()
        func lines(_ range: Range<Int>) -> String {
            range.map { "\(InventedLog.time(Double($0))) ERROR disk \($0) is full\n" }.joined()
        }
        let file = try scratch.write("app.log", lines(0..<100))
        #expect(try scratch.run([file]).problem("is full").totalCount == 100)
        _ = try scratch.write("app.log", lines(0..<130))
        let grown = try scratch.run([file]).problem("is full")
        #expect(grown.newCount == 30)
        #expect(grown.totalCount == 130)
        let zipped = try scratch.write("app.log.1.gz", gzipped(Array(lines(0..<150).utf8)))
        #expect(try scratch.run([zipped]).problem("is full").totalCount == 150)
        // Another file that begins differently is another source.
        let other = try scratch.write("other.log", lines(5..<25))
        #expect(try scratch.run([other]).problem("is full").totalCount == 170)
    }

    @Test("files that overlap within one run count each id once")
    func overlapInOneRun() throws {
        let scratch = try Scratch()
        let entries = export(from: 0, count: 60, revision: "checkout-00007-abc", failures: ["disk # is full": 2])
        let files = [
            try scratch.write("a.json", InventedLog.list(Array(entries.prefix(40)))),
            try scratch.write("b.json", InventedLog.lines(Array(entries.suffix(40)), .snake)),
        ]
        let report = try scratch.run(files)
        #expect(try report.problem("is full").count == 30)
        #expect(report.repeatedEntries == 10)
    }

    @Test("words that turn out to vary join problems, and the older fingerprint stays")
    func merging() throws {
        let scratch = try Scratch()
        let names = ["alder", "birch", "cedar", "dogwood", "elm", "fir", "ginkgo", "hazel", "juniper", "larch"]
        func entries(_ names: some Sequence<String>, from: Int) -> [InventedLog.Entry] {
            names.enumerated().map {
                .init(id: "n\(from + $0.offset)", Double(from + $0.offset), text: "queue \($0.element) does not answer")
            }
        }
        let one = try scratch.run("one.json", entries(names.prefix(2), from: 0))
        #expect(one.problems.count == 2)
        let two = try scratch.run("two.json", entries(names.dropFirst(2), from: 100))
        #expect(two.problems.filter { $0.state != .unknown }.count == 1)
        let joined = try two.problem("does not answer")
        #expect(one.problems.map(\.fingerprint).contains(joined.fingerprint))
        #expect(joined.totalCount == 10)
        #expect(joined.state == .known)
        let three = try scratch.run("three.json", entries(["mango", "alder"], from: 200))
        #expect(try three.problem("does not answer").fingerprint == joined.fingerprint)
        #expect(try three.problem("does not answer").totalCount == 12)
    }

    @Test("two runs at once: the second to end stores nothing")
    func concurrent() throws {
        let scratch = try Scratch()
        let file = try scratch.write(
            "a.json", InventedLog.list(export(from: 0, count: 20, revision: "r", failures: ["x # failed": 2])))
        let memory = try LogMemory(path: scratch.memoryPath)
        var a = try LogRun(LogRun.Options(), memory: memory)
        var b = try LogRun(LogRun.Options(), memory: memory)
        try a.read(.file(file))
        try b.read(.file(file))
        _ = try a.finish()
        #expect(throws: MemoryError.self) { try b.finish() }
        #expect(try scratch.run([file]).problem("failed").totalCount == 10)
    }
}
