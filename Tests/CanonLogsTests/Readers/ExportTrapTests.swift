import CanonLogs
import Testing

@Suite("Traps of exports")
struct ExportTrapTests {
    private func read(_ entry: InventedLog.Entry) -> Kept { readAll(InventedLog.lines([entry])).entries[0] }

    @Test("the frame of a logging library is no place in the code")
    func loggingFrame() {
        var entry = InventedLog.Entry(id: "a", text: "x failed")
        entry.labels = ["module": "logging", "function": "callHandlers", "line": "1706"]
        #expect(read(entry).file == "")
        #expect(read(entry).line == "")
        entry.labels = ["module": "shop.api", "function": "pay", "line": "31"]
        #expect(read(entry).file == "shop.api")
        #expect(read(entry).line == "31")
    }

    @Test("an error of type str on an INFO entry changes nothing")
    func noisyError() {
        var entry = InventedLog.Entry(id: "a", severity: "INFO")
        entry.payload = [
            "message": "cart loaded", "error": ["type": "str", "message": "Missing field"], "severity": "ERROR",
        ]
        #expect(read(entry).severity == .info)
        #expect(read(entry).message == "cart loaded")
        #expect(read(entry).exception == "")
        entry.severity = "ERROR"
        #expect(read(entry).exception == "")
        entry.payload = ["message": "no", "error": ["type": "KeyError", "message": "'x'"]]
        #expect(read(entry).exception == "KeyError")
    }

    @Test("a traceback in textPayload is found")
    func traceback() {
        #expect(read(InventedLog.Entry(id: "a", text: InventedLog.traceback())).hasTraceback)
        #expect(!read(InventedLog.Entry(id: "a", text: "no trace of it, but a line that is long enough")).hasTraceback)
    }

    @Test("a raw payload may be the repr of a Python dictionary")
    func repr() {
        var entry = InventedLog.Entry(id: "a")
        entry.raw =
            #"{'context': {'n': [1, 'b']}, 'ok': True, 'message': 'it\'s broken', 'logger': "shop.api", 'x': None}"#
        #expect(read(entry).message == "it's broken")
        #expect(read(entry).logger == "shop.api")
        entry.raw = #"{"message": "in JSON"}"#
        #expect(read(entry).message == "in JSON")
        entry.raw = "{'message': 'cut o"
        #expect(read(entry).message == "{'message': 'cut o")
        entry.raw = "plain"
        #expect(read(entry).message == "plain")
    }

    @Test("an entry without a severity has none")
    func noSeverity() {
        #expect(read(InventedLog.Entry(id: "a", severity: nil, text: "words")).severity == .unspecified)
    }

    @Test("terminal codes are taken out of the message")
    func terminalCodes() {
        let text = "\u{1B}[1;31mERROR\u{1B}[0m  \u{1B}]0;title\u{07}pay\u{1B}[Kment"
        #expect(read(InventedLog.Entry(id: "a", text: text)).message == "ERROR  payment")
    }

    @Test("messages that a collector lost are counted")
    func lostMessages() {
        let lost = (0..<20).map { InventedLog.Entry(id: "\($0)", text: "No message content") }
        let report = readAll(InventedLog.lines(lost)).report
        #expect(report.entriesWithoutMessage == 20)
        #expect(report.hasLostMessages)
        let some = lost.prefix(3) + (0..<20).map { InventedLog.Entry(id: "x\($0)", text: "words") }
        #expect(!readAll(InventedLog.lines(Array(some))).report.hasLostMessages)
        #expect(!readAll("").report.hasLostMessages)
    }

    @Test("a request without words is known by its method, path and status")
    func request() {
        var entry = InventedLog.Entry(id: "a")
        entry.request = ["requestMethod": "POST", "requestUrl": "https://shop.example/api/pay?card=4", "status": 503]
        #expect(read(entry).message == "POST /api/pay: status 503")
    }

    @Test("times are read as Google, Python and Go write them")
    func times() {
        for text in [
            "2025-09-16T00:46:21.202598+00:00", "2025-09-16T02:46:21.202598+02:00", "2025-09-16 00:46:21.202598",
            "2025-09-16T00:46:21,202598Z", "2025-09-16T00:46:21.202598 UTC", "1757983581202598",
            "2025-09-15T19:16:21.202598-0530",
        ] {
            #expect(time(text) == 1_757_983_581_202_598_000, "\(text)")
        }
        for text in [
            "", "yesterday", "2025-13-16T00:46:21Z", "2025-09-16T00:46:21X", "99999999999999999999", "2025-09-16",
            "9223372036.999999999", "9223372036854775807",
            "2261-12-31T23:59:59Z",
        ] {
            #expect(time(text) == nil, "\(text)")
        }
        #expect(LogTime.text(1_757_983_581_202_598_000, milliseconds: true) == "2025-09-16T00:46:21.202Z")
    }

    private func time(_ text: String) -> Int64? {
        var text = text
        return text.withUTF8 { LogTime.parse($0) }
    }
}
