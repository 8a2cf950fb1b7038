import CanonTestSupport
import Testing

@testable import CanonLogs

@Suite("The layout of a text log")
struct PlainTextLayoutTests {
    @Test(
        "separates the header from the message",
        arguments: [
            ("Mar  4 10:11:%s hostname cron[%n]: ", nil, "cron"),
            ("2025-03-04 10:11:%s,123 - INFO  [main:Worker@%n] - ", LogSeverity.info, nil),
            ("2025-03-04T10:11:%sZ WARN app.module.part: ", .warning, "app.module.part"),
            ("[Tue Mar 04 10:11:%s 2025] [error] ", .error, nil),
            ("03-04 10:11:%s.123  %n  %n E Widget: ", .error, "Widget"),
            ("250304 1011%s %n ERROR a.b$C: ", .error, "a.b$C"),
            ("20250304-10:11:%s:123|Part_A|%n|", nil, "Part_A"),
            ("%n node-7 disk.io io.wait 17410830%s 1 ", nil, "io.wait"),
            ("[10:11:%s] [INFO] ", .info, nil),
            ("INFO: ", .info, nil),
            ("<134>1 2025-03-04T10:11:%s.003Z host.example.com app %n ID47 - ", .info, nil),
            ("<134>1 2025-03-04T10:11:%s.003Z host.example.com app %n - [a@1 b=\"c\"] ", .info, nil),
            ("[2025-03-04 10:11:%s,123: WARNING/Worker-1] ", .warning, nil),
            ("[2025-03-04T10:11:%sZ ERROR app::module] ", .error, nil),
            ("[   12.3456%s] ", nil, nil),
            ("%n:M 04 Mar 2025 10:11:%s.123 * ", nil, nil),
            ("2025-03-04 10:11:%s.123  INFO %n --- [main] c.e.App : ", .info, "c.e.App"),
            ("I, [2025-03-04T10:11:%s.123456 #%n]  INFO -- : ", .info, nil),
            ("[2025-03-04, 10:11:%s UTC] {task.py:%n} INFO - ", .info, nil),
            ("2025-03-04 10:11:%s.123 | ERROR    | app.main:run:%n - ", .error, nil),
            ("time-less-host 2025-03-04 10:11:%s.1 %n DEBUG a.b.c [req-%n - -] ", .debug, "a.b.c"),
        ] as [(String, LogSeverity?, String?)])
    func separates(header: String, severity: LogSeverity?, component: String?) {
        let messages = [
            "ready", "opened file for reading", "took 5 ms", "failed: no such device", "a: b", "17 items left",
        ]
        let lines = (0..<200).map { number in
            header.filled(number) + messages[number % messages.count]
        }
        let layout = Self.layout(of: lines)
        for (number, line) in lines.enumerated() {
            let split = Self.split(line, layout)
            #expect(split.message == messages[number % messages.count], "\(line)")
            #expect(split.line.severity == severity, "\(line)")
            if let component { #expect(split.component == component, "\(line)") }
            #expect(!split.line.isContinuation)
        }
    }

    @Test("accepts a component of several words among others")
    func acceptsLongComponents() {
        let lines = (0..<100).map { "Mar  4 10:11:12 box \($0 % 10 == 0 ? "Print Agent" : "cron")[\($0)]: done" }
        let split = Self.split(lines[50], Self.layout(of: lines))
        #expect(split.message == "done")
        #expect(split.component == "Print Agent")
        #expect(split.line.process.map { lines[50].utf8.count > $0.upperBound } == true)
    }

    @Test(
        "takes the first word of a sentence for no level",
        arguments: ["", "2025-03-04 10:11:12 ", "2025-03-04 10:11:12 INFO "], [4, 1000])
    func sentences(header: String, count: Int) {
        let messages = [
            "Error handling was improved", "Info about the release follows", "Warning signs were missed",
            "Critical section entered", "Starting the worker",
        ]
        let lines = (0..<count).map { header + messages[$0 % messages.count] }
        let layout = Self.layout(of: lines)
        for (number, line) in lines.enumerated() {
            let split = Self.split(line, layout)
            #expect(split.message == messages[number % messages.count], "\(line)")
            #expect(split.line.severity == (header.hasSuffix("INFO ") ? .info : nil), "\(line)")
        }
    }

    @Test("takes no sentence for a level where the source writes its levels otherwise")
    func sentencesAmongLevels() {
        for header in ["", "2025-03-04 10:11:12 "] {
            let lines = (0..<300).map { number in
                header + (number % 10 == 0 ? "Error handling was improved" : "ERROR cannot open \(number)")
            }
            let layout = Self.layout(of: lines)
            #expect(Self.split(lines[0], layout).message == "Error handling was improved")
            #expect(Self.split(lines[0], layout).line.severity == nil)
            #expect(Self.split(lines[1], layout).message == "cannot open 1")
            #expect(Self.split(lines[1], layout).line.severity == .error)
        }
    }

    @Test("takes words for levels where nearly every line has one, or no sentence goes on behind them")
    func wordsForLevels() {
        let messages = ["opening the file", "disk is low", "cannot open the file"]
        let levels = [("Info", LogSeverity.info), ("warning", .warning), ("Error", .error)]
        let columns = (0..<90).map { "\(levels[$0 % 3].0) \(messages[$0 % 3])" }
        let services = (0..<90).map { number in
            "2025-03-04 10:11:12 "
                + (number % 2 == 0 ? "Error  CBS  Failed to load \(number)" : "loaded item \(number)")
        }
        let layout = Self.layout(of: columns)
        for (number, line) in columns.enumerated() {
            #expect(Self.split(line, layout).line.severity == levels[number % 3].1, "\(line)")
            #expect(Self.split(line, layout).message == messages[number % 3])
        }
        let mixed = Self.layout(of: services)
        #expect(Self.split(services[0], mixed).line.severity == .error)
        #expect(Self.split(services[1], mixed).line.severity == nil)
    }

    @Test("takes no message apart that has no header")
    func leavesMessages() {
        var log = GeneratedLog(seed: 3)
        let lines = log.lines(500).map(\.line)
        let layout = Self.layout(of: lines)
        #expect(layout.formats.isEmpty)
        #expect(lines.allSatisfy { Self.split($0, layout).message == $0 })
    }

    @Test("knows the lines that go on with the record before them")
    func findsContinuations() {
        let lines = (0..<40).flatMap { number in
            [
                "2025-03-04 10:11:12 ERROR app failed job \(number)", "Traceback (most recent call last):",
                "  File \"a.py\", line 3",
            ]
        }
        let layout = Self.layout(of: lines)
        for line in lines {
            #expect(Self.split(line, layout).line.isContinuation == !line.hasPrefix("2025"), "\(line)")
        }
    }

    @Test("is found for each of several services in one file")
    func findsSeveral() {
        let lines = (0..<100).flatMap { number in
            [
                "2025-03-04 10:11:12 INFO started job \(number)", "Mar  4 10:11:12 box cron[\(number)]: done",
                "[04/Mar/2025 10:11:12] [warning] slow",
            ]
        }
        let layout = Self.layout(of: lines)
        #expect(
            Set(lines.map { Self.split($0, layout).message }.map { $0.filter(\.isLetter) }) == [
                "startedjob", "done", "slow",
            ])
    }

    @Test("does not take the request of an access log for a header")
    func keepsRequests() {
        let lines = (0..<100).map { "10.0.0.\($0) - - [04/Mar/2025:10:11:12 +0000] \"GET /a/\($0) HTTP/1.1\" 200 17" }
        let layout = Self.layout(of: lines)
        #expect(lines.allSatisfy { Self.split($0, layout).message.hasPrefix("\"GET /a/") })
    }

    static func layout(of lines: [String]) -> PlainTextLayout {
        Array(lines.joined(separator: "\n").utf8).withUnsafeBufferPointer {
            PlainTextLayout.detect($0, now: 1_749_988_800_000_000_000)
        }
    }

    static func split(_ line: String, _ layout: PlainTextLayout) -> (
        line: PlainTextLine, message: String, component: String?
    ) {
        Array(line.utf8).withUnsafeBufferPointer { bytes in
            let split = layout.split(bytes)
            return (split, bytes.part(split.message).text, split.component.map { bytes.part($0).text })
        }
    }
}

extension String {
    /// `%n` is a number, `%s` two digits.
    fileprivate func filled(_ number: Int) -> String {
        var text = ""
        var rest = self[...]
        while let mark = rest.firstIndex(of: "%") {
            text += rest[..<mark]
            let kind = rest.index(after: mark)
            text += rest[kind] == "s" ? String(10 + number % 50) : String(1_000 + 37 * number)
            rest = rest[rest.index(after: kind)...]
        }
        return text + rest
    }
}
