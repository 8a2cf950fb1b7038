import CanonLogs
import CanonTestSupport
import Testing

@Suite("Problems of a run")
struct ProblemGroupingTests {
    @Test("tracebacks are one problem by exception and frames, whatever their lines and their container's folder")
    func tracebacks() throws {
        let entries = [
            InventedLog.Entry(id: "a", 0, text: InventedLog.traceback()),
            InventedLog.Entry(id: "b", 5, text: InventedLog.traceback("ValueError: other words", lines: (99, 7))),
            InventedLog.Entry(id: "c", 9, text: InventedLog.traceback(root: "/workspace/")),
            InventedLog.Entry(id: "d", 12, text: InventedLog.traceback("KeyError: 'x'")),
        ]
        let report = try Scratch().run("a.json", entries)
        #expect(report.problems.map(\.count).sorted() == [1, 3])
        let problem = try #require(report.problems.first { $0.count == 3 })
        #expect(problem.exception?.type == "ValueError")
        #expect(problem.exception?.frames == ["shop/api/checkout.py pay", "shop/pricing.py price"])
        #expect(problem.code?.file == "shop/pricing.py")
        #expect(problem.kind == .exception)
    }

    @Test("a failure that is logged twice, as a traceback and as a message, counts once")
    func sameFailure() throws {
        var entries: [InventedLog.Entry] = []
        for number in 0..<10 {
            let second = Double(number) * 60
            var message = InventedLog.Entry(id: "m\(number)", second + 0.01)
            message.payload = [
                "message": "order \(number) failed: ValueError: the cart of 17 is empty", "logger": "shop.api",
            ]
            entries.append(message)
            entries.append(InventedLog.Entry(id: "t\(number)", second + 0.02, text: InventedLog.traceback()))
            var structured = InventedLog.Entry(id: "s\(number)", second + 0.03)
            structured.payload = [
                "message": "unhandled", "traceback": InventedLog.traceback(), "logger": "uvicorn.error",
            ]
            entries.append(structured)
        }
        // The same words on another instance, where nothing was raised, are a problem of their own.
        var alone = InventedLog.Entry(id: "x", 5000)
        alone.payload = ["message": "payment 7 is late", "logger": "shop.api"]
        for list in [entries + [alone], [alone] + entries.reversed()] {
            let report = try Scratch().run("a.json", list)
            #expect(report.problems.count == 2)
            let problem = try report.problem("ValueError in")
            #expect(problem.count == 10)
            #expect(problem.repeatedEntries == 20)
            #expect(problem.alsoLoggedAs.map(\.count) == [10])
        }
    }

    @Test(
        "INFO entries are no problems, whatever words they hold; entries without a severity are judged by their words")
    func severities() throws {
        let report = try Scratch().run(
            "a.json",
            [
                .init(id: "a", 0, severity: "INFO", text: "error page rendered"),
                .init(id: "b", 1, severity: nil, text: "all is well"),
                .init(id: "c", 2, severity: nil, text: "Fatal: cannot open the ledger"),
                .init(id: "d", 3, severity: "WARNING", text: "slow query"),
            ])
        #expect(report.problems.map(\.title).sorted() == ["Fatal: cannot open the ledger", "slow query"])
        #expect(report.entries == 4)
    }

    @Test("a problem tells its revisions, instances and place, and the first and the last entry")
    func details() throws {
        var entries = (0..<20).map { InventedLog.Entry(id: "e\($0)", Double($0) * 60, text: "disk \($0) is full") }
        for index in entries.indices {
            entries[index].revision = index < 5 ? "checkout-00007-abc" : "checkout-00008-def"
            entries[index].instance = "instance\(index % 4)"
        }
        let problem = try Scratch().run("a.json", entries.reversed()).problem("is full")
        #expect(problem.revisions.map(\.name) == ["checkout-00007-abc", "checkout-00008-def"])
        #expect(problem.revisions.map(\.count) == [5, 15])
        #expect(problem.instances == 4)
        #expect(problem.environment.project == "shop-staging")
        #expect(problem.samples.map(\.insertId) == ["e0", "e19"])
        #expect(problem.timeline.reduce(0, +) == 20)
        #expect(problem.first == "2025-09-16T00:00:00.000Z")
        #expect(problem.priority == "P1")
    }

    @Test("the order of entries changes nothing")
    func order() throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let entries = (0..<200).map { number in
            let text = ["disk \(number) is full", "user u\(number) lost", InventedLog.traceback()][number % 3]
            return InventedLog.Entry(id: "e\(number)", Double(number), text: text)
        }
        let first = try Scratch().run("a.json", entries).problems.map(Self.withoutPlaces)
        for _ in 0..<5 {
            let other = try Scratch().run("a.json", entries.shuffled(using: &random)).problems.map(Self.withoutPlaces)
            for (a, b) in zip(first, other) { #expect(a == b) }
            #expect(first.count == other.count)
        }
    }

    /// Without what must differ: where in the file the samples stand.
    private static func withoutPlaces(_ problem: ProblemReport) -> ProblemReport {
        var problem = problem
        for index in problem.samples.indices {
            problem.samples[index].source = nil
            problem.samples[index].offset = 0
        }
        return problem
    }

    @Test("filters by time and service leave the rest out, and say that absent services were not looked at")
    func filters() throws {
        let scratch = try Scratch()
        var other = InventedLog.Entry(id: "o", 30, text: "kettle 4 failed")
        other.service = "kitchen"
        let entries =
            (0..<10).map { InventedLog.Entry(id: "e\($0)", Double($0) * 10, text: "disk \($0) is full") } + [other]
        _ = try scratch.run("a.json", entries)
        var options = LogRun.Options()
        options.filter.services = ["checkout"]
        options.filter.since = InventedLog.start + 50_000_000_000
        let report = try scratch.run([scratch.path + "/a.json"], options: options)
        #expect(try report.problem("is full").count == 5)
        #expect(report.filteredEntries == 6)
        #expect(try report.problem("kettle").stateReason?.contains("--service") == true)
    }
}
