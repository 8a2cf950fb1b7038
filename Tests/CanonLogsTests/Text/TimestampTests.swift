import Testing

@testable import CanonLogs

@Suite("A timestamp")
struct TimestampTests {
    /// 2025-06-15T12:00:00Z
    private static let now: Int64 = 1_749_988_800_000_000_000

    @Test(
        "is read in the forms that loggers write",
        arguments: [
            ("2025-03-04T10:11:12.345Z", "2025-03-04T10:11:12.345Z"),
            ("2025-03-04 10:11:12,345", "2025-03-04T10:11:12.345Z"),
            ("2025-03-04T10:11:12+02:00", "2025-03-04T08:11:12.000Z"),
            ("2025/03/04 10:11:12", "2025-03-04T10:11:12.000Z"),
            ("04/Mar/2025:10:11:12 -0130", "2025-03-04T11:41:12.000Z"),
            ("Mar  4 10:11:12", "2025-03-04T10:11:12.000Z"),
            ("Dec 31 23:59:59", "2024-12-31T23:59:59.000Z"),
            ("Tue Mar 04 10:11:12 2025", "2025-03-04T10:11:12.000Z"),
            ("Tue Mar  4 10:11:12 UTC 2025", "2025-03-04T10:11:12.000Z"),
            ("Tue, 04 Mar 2025 10:11:12 GMT", "2025-03-04T10:11:12.000Z"),
            ("250304 101112", "2025-03-04T10:11:12.000Z"),
            ("25/03/04 10:11:12", "2025-03-04T10:11:12.000Z"),
            ("03/04/2025 10:11:12", "2025-03-04T10:11:12.000Z"),
            ("03-04 10:11:12.345", "2025-03-04T10:11:12.345Z"),
            ("20250304-10:11:12:345", "2025-03-04T10:11:12.345Z"),
            ("2025-03-04-10.11.12.345678", "2025-03-04T10:11:12.345Z"),
            ("03/04/2025 10:11:12 PM", "2025-03-04T22:11:12.000Z"),
            ("03/04/2025 12:11:12 AM", "2025-03-04T00:11:12.000Z"),
            ("I0304 10:11:12.345678", "2025-03-04T10:11:12.345Z"),
            ("1741083072", "2025-03-04T10:11:12.000Z"),
            ("1741083072345", "2025-03-04T10:11:12.345Z"),
            ("1741083072.345", "2025-03-04T10:11:12.345Z"),
        ])
    func reads(text: String, time: String) throws {
        let stamp = try #require(Self.scan(text), "\(text)")
        #expect(stamp.end == text.utf8.count, "\(text)")
        #expect(stamp.nanoseconds(now: Self.now).map { LogTime.text($0, milliseconds: true) } == time, "\(text)")
    }

    @Test(
        "is not seen in other values",
        arguments: [
            "10.1.2.3:5010", "1.2.3", "12", "13:99:00", "2025-13-04", "may", "May", "Sunday", "99999", "0x7f",
            "1234567890123456789012",
            "monday", "I1345 10:11:12", "a1b2", "24:00:00",
        ])
    func refuses(text: String) { #expect(Self.scan(text) == nil, "\(text)") }

    static func scan(_ text: String) -> Timestamp? {
        Array(text.utf8).withUnsafeBufferPointer { TimestampScanner.scan($0, at: 0) }
    }
}
