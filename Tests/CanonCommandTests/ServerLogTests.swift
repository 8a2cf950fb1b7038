import CanonWire
import Logging
import Testing

@testable import canon

@Suite("The server's log")
struct ServerLogTests {
    @Test("a JSON line has the collector's field names, context beside them, and the error as an object")
    func json() throws {
        let object = JSONLogHandler.object(
            level: .warning, message: "message not stored", label: "canon",
            metadata: ["user_id": "user_17…", "error": "disk full", "message": "cannot override"],
            at: Timestamp(milliseconds: 1_795_253_400_125))
        #expect(object["timestamp"] == "2026-11-21T09:30:00.125Z")
        #expect(object["severity"] == "WARNING" && object["service"] == "canon" && object["logger"] == "canon")
        #expect(object["message"] == "message not stored" && object["textPayload"] == "message not stored")
        #expect(object["user_id"] == "user_17…")
        #expect(object["error"]?["message"] == "disk full" && object["error"]?["severity"] == "WARNING")
        #expect(!object.encodedText.contains("\n"))
    }

    @Test("a line for people cannot be forged by what stands in it")
    func controlCharacters() {
        #expect(HumanLogHandler.plain("a\nb\u{1b}[31m") == "a\u{FFFD}b\u{FFFD}[31m")
        #expect(HumanLogHandler.plain("grüße 日本") == "grüße 日本")
    }
}
