import CanonLogs
import Testing

@Suite("Forms of exports")
struct EntryShapeTests {
    private let entries = (0..<5).map { number in
        InventedLog.Entry(id: "id\(number)", Double(number), text: "payment \(number) failed")
    }

    @Test(
        "lists, lines, single objects and both spellings of the names give the same entries", arguments: [1, 7, 4096])
    func forms(step: Int) {
        let expected = entries.map { [$0.id!, $0.text!] }
        for style in [InventedLog.Style.camel, .snake] {
            for bytes in [
                InventedLog.list(entries, style), InventedLog.lines(entries, style),
                gzipped(InventedLog.lines(entries, style)),
                gzipped(InventedLog.list(Array(entries.prefix(2)), style))
                    + gzipped(InventedLog.lines(Array(entries.dropFirst(2)), style)),
            ] {
                let (read, report, _) = readAll(bytes, step: step)
                #expect(read.map { [$0.id, $0.message] } == expected)
                #expect(report.problemCount == 0)
                #expect(!report.isCutOff)
                #expect(read[3].time == InventedLog.start + 3_000_000_000)
                #expect(read[3].severity == .error)
                #expect(read[3].service == "checkout")
                #expect(read[3].revision == "checkout-00007-abc")
                #expect(read[3].instance == "00f46b92")
            }
        }
    }

    @Test("wrappers by severity and raw lists are unwrapped, and their lists are counted")
    func wrappers() {
        let one = InventedLog.json(InventedLog.Entry(id: "a", 1, severity: nil, text: "first"), .snake)
        let two = InventedLog.json(InventedLog.Entry(id: "b", 2, severity: "WARNING", text: "second"), .snake)
        let wrapped = """
            {"collected_at": "2025-09-16T01:00:00Z", "filters": {"entries_per_page": [1, 2]},
             "logs_by_severity": {"ERROR": [\(one)], "WARNING": [\(two), \(two)], "INFO": []}, "total": 3}
            """
        let (entries, report, _) = readAll(wrapped)
        #expect(entries.map(\.message) == ["first", "second", "second"])
        #expect(entries.map(\.severity) == [.error, .warning, .warning])
        #expect(report.lists == ["ERROR": 1, "WARNING": 2, "INFO": 0])
        #expect(report.problemCount == 0)
        let raw = readAll("{\"raw_logs\": [\(one), \(two), \"ERROR plain words\"]}")
        #expect(raw.entries.map(\.message).prefix(2) == ["first", "second"])
        #expect(raw.entries.count == 3)
    }

    @Test("JSON lines of other loggers are read by their usual names")
    func otherLoggers() {
        let lines = """
            {"level":"error","ts":1757980800.5,"logger":"http","msg":"upstream failed","service":"edge"}
            {"@timestamp":"2025-09-16T00:00:01Z","log.level":"WARN","message":"slow","service":{"name":"edge"}}
            {"level":50,"time":1757980802000,"pid":7,"hostname":"a","name":"edge","msg":"broken"}
            """
        let (entries, report, _) = readAll(lines)
        #expect(report.problemCount == 0)
        #expect(entries.map(\.severity) == [.error, .warning, .error])
        #expect(entries.map(\.message) == ["upstream failed", "slow", "broken"])
        #expect(entries.map(\.time) == [500, 1000, 2000].map { InventedLog.start + $0 * 1_000_000 })
        #expect(entries[1].service == "edge")
    }

    @Test("a mapping goes before the usual names")
    func mapping() {
        var mapping = FieldMapping()
        let known = [("message", "data.words"), ("severity", "rank"), ("colour", "x")].map { mapping.add($0, path: $1) }
        #expect(known == [true, true, false])
        let (entries, _, _) = readAll(
            #"{"message":"not this","rank":"critical","level":"info","data":{"words":"this"}}"#, mapping: mapping)
        #expect(entries.map(\.message) == ["this"])
        #expect(entries.map(\.severity) == [.critical])
    }

    @Test("logfmt, text and JSON may stand in one file")
    func mixture() {
        let text = """
            2025-09-16 00:00:01,250 ERROR shop: the door is closed
            time=2025-09-16T00:00:02Z level=warn msg="retry \\"soon\\"" service=edge
            {"severity":"ERROR","message":"in JSON"}
            {'not': 'json'}
            [info] ready
            """
        for step in [1, 4096] {
            let (entries, report, _) = readAll(text, step: step)
            #expect(report.problemCount == 0)
            #expect(entries.count == 5)
            #expect(entries[0].time == InventedLog.start + 1_250_000_000)
            #expect(entries[0].severity == .error)
            #expect(entries[1].message == "retry \"soon\"")
            #expect(entries[1].severity == .warning)
            #expect(entries[2].message == "in JSON")
            #expect(entries[3].message.contains("not"))
        }
    }

    @Test("a traceback in plain text belongs to the line before it", arguments: [1, 100, 4096])
    func textTraceback(step: Int) {
        let text =
            "2025-09-16 00:00:01 ERROR request failed\n" + InventedLog.traceback() + "\n2025-09-16 00:00:02 INFO next\n"
        let (entries, _, _) = readAll(Array(text.utf8), step: step)
        #expect(entries.count == 2)
        #expect(entries[0].hasTraceback)
        #expect(entries[0].message.hasSuffix("the cart of 17 is empty"))
        #expect(entries[1].message == "next")
    }

    @Test("an entry's place and length find it again")
    func places() {
        let bytes = InventedLog.list(entries)
        for entry in readAll(bytes, step: 100).entries {
            let part = bytes[entry.offset..<entry.offset + entry.length]
            #expect(part.first == UInt8(ascii: "{") && part.last == UInt8(ascii: "}"))
            #expect(String(decoding: part, as: UTF8.self).contains("\"\(entry.id)\""))
        }
    }
}
