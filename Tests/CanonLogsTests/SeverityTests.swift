import CanonLogs
import Testing

@Suite("Severity")
struct SeverityTests {
    @Test("the levels are ordered as Cloud Logging orders them")
    func order() {
        #expect(LogSeverity.allCases.sorted() == LogSeverity.allCases)
        #expect(LogSeverity.error > .warning)
        #expect(LogSeverity.unspecified < .debug)
    }
}
