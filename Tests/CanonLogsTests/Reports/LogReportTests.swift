import CanonLogs
import CanonTestSupport
import Foundation
import Testing

@Suite("Reports on logs")
struct LogReportTests {
    /// New, known, unreadable, capped: everything that a report may hold.
    private func report() throws -> LogReport {
        let scratch = try Scratch()
        let nasty = "</pre><script>alert(1)</script> ``` @team =cmd() | # *x*"
        let entries = (0..<100).map { number in
            var entry = InventedLog.Entry(
                id: "e\(number)", Double(number),
                text: [nasty, "disk \(number) is full", InventedLog.traceback()][number % 3])
            entry.labels = ["environment": "staging"]
            return entry
        }
        _ = try scratch.run("one.json", Array(entries.prefix(40)))
        return try scratch.run([
            scratch.write("last_hour.json", InventedLog.list(entries)),
            scratch.write("bad.jsonl", "{\"message\": \"x\n"),
        ])
    }

    @Test("the JSON is what the published schema says, and comes back as it was")
    func schema() throws {
        let schema = try JSONSchema(Repository.data("docs/schemas/logs-report.schema.json"))
        let empty = try Scratch().run([], memory: false)
        for report in [try report(), empty] {
            let bytes = report.rendered(as: .json, failOn: .p2)
            #expect(try schema.problems(in: Data(bytes)) == [])
            #expect(try JSONDecoder().decode(LogReport.self, from: Data(bytes)) == report)
        }
        let text = String(decoding: try report().rendered(as: .json, failOn: nil), as: UTF8.self)
        for (old, new) in [
            ("canon.logs/1", "canon.logs/2"), ("\"known\"", "\"odd\""), ("\"entries\" :", "\"entrees\" :"),
        ] {
            #expect(
                try !schema.problems(in: Data(text.replacing(old, with: new, maxReplacements: 1).utf8)).isEmpty,
                "\(old)")
        }
    }

    @Test("what could not be read, a cap and the number of lines make the verdict")
    func verdicts() throws {
        let report = try report()
        #expect(report.verdict(failOn: .p3) == .incomplete)
        #expect(report.limits.first?.contains("exactly 100 entries") == true)
        var readable = report
        readable.incomplete = []
        #expect(readable.verdict(failOn: .p3) == .passed)
        readable.problems[0].state = .regressed
        readable.problems[0].priority = "P2"
        #expect(readable.verdict(failOn: .p2) == .failed)
        #expect(readable.verdict(failOn: .p1) == .passed)
        #expect(readable.verdict(failOn: nil) == .passed)
    }

    @Test("a page holds neither a script nor an address, and text of a log is no markup")
    func page() throws {
        let page = String(decoding: try report().rendered(as: .html, failOn: .p2), as: UTF8.self)
        #expect(!page.contains("<script"))
        #expect(!page.contains("http://") && !page.contains("https://"))
        #expect(page.contains("&lt;script&gt;"))
        #expect(page.contains("<svg class=\"timeline\""))
        #expect(page.hasSuffix("</html>\n"))
    }

    @Test("a worklog keeps text of a log inside of its fences")
    func worklog() throws {
        let text = String(decoding: try report().rendered(as: .markdown, failOn: .p2), as: UTF8.self)
        #expect(text.contains("````\n</pre>"))
        #expect(text.contains("@\u{200B}team"))
        #expect(text.contains("Counts are lower bounds"))
        #expect(text.contains("bad.jsonl: byte 0"))
    }

    @Test("the CSV has a line a problem, and no formula")
    func csv() throws {
        let scratch = try Scratch()
        let report = try scratch.run("a.json", [.init(id: "a", 0, text: "=1+1 ,\"quoted\" failed")])
        let text = String(decoding: report.rendered(as: .csv, failOn: nil), as: UTF8.self)
        #expect(text.split(separator: "\r\n").count == 2)
        #expect(text.contains(",\"'=<*>"))
    }
}
