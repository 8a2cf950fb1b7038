import CanonLogs
import Testing

@Suite("Severity")
struct SeverityTests {
    @Test("the levels are ordered as Cloud Logging orders them")
    func order() {
        #expect(Severity.allCases.sorted() == Severity.allCases)
        #expect(Severity.error > .warning)
        #expect(Severity.unspecified < .debug)
    }
}
