import CanonLogs
import CanonTestSupport
import Foundation

/// Entries of services that never ran, in the shapes and with the traps of real exports. The same seed gives the same bytes.
struct InventedLog {
    enum Style {
        /// As the console exports it.
        case camel
        /// As the Python client's objects are dumped.
        case snake
    }

    struct Entry {
        var id: String?
        /// Seconds after the start of 2025-09-16.
        var second = 0.0
        var severity: String? = "ERROR"
        var text: String?
        var payload: [String: Any]?
        var raw: String?
        var service = "checkout"
        var revision: String? = "checkout-00007-abc"
        var instance = "00f46b92"
        var labels: [String: String] = [:]
        var request: [String: Any]?

        init(id: String? = nil, _ second: Double = 0, severity: String? = "ERROR", text: String? = nil) {
            self.id = id
            self.second = second
            self.severity = severity
            self.text = text
        }
    }

    static let start: Int64 = 1_757_980_800_000_000_000

    static func time(_ second: Double) -> String {
        LogTime.text(start + Int64(second * 1_000_000_000), milliseconds: true).replacingOccurrences(
            of: "Z", with: "000Z")
    }

    static func json(_ entry: Entry, _ style: Style = .camel) -> String {
        func key(_ camel: String, _ snake: String) -> String { style == .camel ? camel : snake }
        var object: [String: Any] = ["timestamp": time(entry.second)]
        object[key("insertId", "insert_id")] = entry.id
        object["severity"] = entry.severity
        object[key("textPayload", "text_payload")] = entry.text
        object[key("jsonPayload", "json_payload")] = entry.payload
        object["raw_payload"] = entry.raw
        object[key("httpRequest", "http_request")] = entry.request
        object[key("logName", "log_name")] = "projects/shop-staging/logs/run.googleapis.com%2Fstderr"
        var resource: [String: String] = [
            "service_name": entry.service, "project_id": "shop-staging", "location": "europe-west1",
        ]
        resource["revision_name"] = entry.revision
        object["resource"] = ["type": "cloud_run_revision", "labels": resource]
        var labels = entry.labels
        labels["instanceId"] = entry.instance
        object["labels"] = labels
        let data = try! JSONSerialization.data(withJSONObject: object, options: [.sortedKeys])
        return String(decoding: data, as: UTF8.self)
    }

    static func lines(_ entries: [Entry], _ style: Style = .camel) -> [UInt8] {
        Array(entries.map { json($0, style) + "\n" }.joined().utf8)
    }

    static func list(_ entries: [Entry], _ style: Style = .camel) -> [UInt8] {
        Array(("[" + entries.map { json($0, style) }.joined(separator: ",\n") + "]").utf8)
    }

    /// A traceback as Python prints it, with the lines at which the code stands.
    static func traceback(
        _ exception: String = "ValueError: the cart of 17 is empty", lines: (Int, Int) = (31, 12),
        root: String = "/app/"
    ) -> String {
        """
        Traceback (most recent call last):
          File "/usr/local/lib/python3.12/site-packages/starlette/routing.py", line 73, in app
            response = await f(request)
          File "\(root)shop/api/checkout.py", line \(lines.0), in pay
            total = price(cart)
          File "\(root)shop/pricing.py", line \(lines.1), in price
            raise ValueError(cart)
        \(exception)
        """
    }
}

/// What a test keeps of an entry: its views do not outlive the callback.
struct Kept: Equatable {
    var message: String
    var severity: LogSeverity
    var time: Int64?
    var id: String
    var service: String
    var revision: String
    var instance: String
    var logger: String
    var exception: String
    var hasTraceback: Bool
    var file: String
    var line: String
    var offset: Int
    var length: Int

    init(_ record: borrowing LogRecord) {
        func text(_ bytes: ByteSpan) -> String { String(decoding: bytes, as: UTF8.self) }
        message = text(record.message)
        severity = record.severity
        time = record.time
        id = text(record.insertID)
        service = text(record.service)
        revision = text(record.revision)
        instance = text(record.instance)
        logger = text(record.logger)
        exception = text(record.exceptionType)
        hasTraceback = !record.traceback.isEmpty
        file = text(record.code.file)
        line = text(record.code.line)
        offset = record.offset
        length = record.length
    }
}

func readAll(
    _ bytes: [UInt8], step: Int = .max, mapping: FieldMapping = FieldMapping(), isGrowing: Bool = false
) -> (entries: [Kept], report: SourceReport, end: Int) {
    var entries: [Kept] = []
    let (report, next) = LogReader(mapping: mapping).read(MemorySource(bytes, step: step), isGrowing: isGrowing) {
        entries.append(Kept($0))
    }
    return (entries, report, next.end)
}

func readAll(_ text: String, step: Int = .max, mapping: FieldMapping = FieldMapping()) -> (
    entries: [Kept], report: SourceReport, end: Int
) { readAll(Array(text.utf8), step: step, mapping: mapping) }

/// gzip by the library that also reads it.
func gzipped(_ bytes: [UInt8]) -> [UInt8] { Gzip.compressed(bytes) }
