import CanonTestSupport
import Foundation
import Testing

@testable import CanonAudit

@Suite("Reports as a run keeps them for the next one")
struct StoredReportTests {
    /// One with every member of a finding filled in, most of them at random.
    private func report(_ random: inout some RandomNumberGenerator) -> AuditReport {
        var report = AuditReport(
            tool: .init(name: "canon", version: "1", ruleSet: "r", manifest: "m"), commit: "abc", dirty: true,
            python: "3.11", scopes: [.live: .init(files: 3, bytes: 1 << 40)], score: Score(concepts: [], findings: []),
            routes: [], findings: [],
            isolation: .init(
                confirmed: [Fingerprint(rule: "r", symbols: ["s"])], review: [],
                refuted: [Evidence(path: "p", line: 1, text: "t")], canary: "not measured"),
            incomplete: [Evidence(path: "q", line: 0, text: "gone")])
        report.score.overall = 100.0 / 3
        let texts = ["", "a", "shop/cart.py", "é\u{301}\u{1F600}\0\n", String(repeating: "long ", count: 100)]
        for number in 0..<200 {
            func text() -> String { texts.randomElement(using: &random)! }
            var collector = FindingCollector(
                rule: RuleIdentity(text(), version: .random(in: 0...9, using: &random), severity: .low, summary: ""))
            collector.add(
                [text(), "\(number)", text()], at: text(), line: .random(in: 0...1 << 20, using: &random),
                severity: Severity.allCases.randomElement(using: &random),
                confidence: Confidence.allCases.randomElement(using: &random)!,
                scope: SourceScope.allCases.randomElement(using: &random)!, message: text(),
                evidence: (0..<number % 5).map { Evidence(path: text(), line: $0, text: text()) },
                places: (0..<number % 4).map { .init(path: text(), line: $0) },
                suggestion: number.isMultiple(of: 2) ? text() : nil, concept: number.isMultiple(of: 3) ? text() : nil,
                consumers: .random(in: 0...Int.max, using: &random))
            var finding = collector.findings[0]
            finding.status = Finding.Status.allCases.randomElement(using: &random)!
            finding.priority = Priority.allCases.randomElement(using: &random)!
            finding.placeCount = -number
            finding.owner = number.isMultiple(of: 5) ? text() : nil
            finding.escalateTo = (0..<number % 3).map { _ in text() }
            if number.isMultiple(of: 7) {
                finding.escalation = .init(cause: .waiver, days: number, commit: text())
            }
            finding.impact = number.isMultiple(of: 11) ? text() : nil
            finding.isIntegrity = number.isMultiple(of: 13)
            report.findings.append(finding)
        }
        return report
    }

    @Test("a report is the same when it is read again")
    func roundTrip() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        let report = report(&random)
        let again = AuditReport(stored: try #require(report.stored()))
        #expect(again == report, "seed \(seed)")
        // A member that is added to a finding, its evidence or its places belongs into the stored form.
        let finding = report.findings[4]
        #expect(Mirror(reflecting: finding).children.count == 24)
        #expect(Mirror(reflecting: finding.evidence[0]).children.count == 3)
        #expect(Mirror(reflecting: Finding.Place(path: "", line: 0)).children.count == 2)
        #expect(Mirror(reflecting: report.findings[0].escalation!).children.count == 3)
    }

    @Test("bytes that were cut off are no report, changed ones never crash")
    func damage() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        let bytes = try #require(report(&random).stored())
        for count in stride(from: 0, to: bytes.count, by: 97) {
            #expect(AuditReport(stored: Array(bytes.prefix(count))) == nil, "\(count) bytes, seed \(seed)")
        }
        #expect(AuditReport(stored: bytes + [0]) == nil)
        for _ in 0..<500 {
            var changed = bytes
            changed[.random(in: changed.indices, using: &random)] = .random(in: 0...255, using: &random)
            _ = AuditReport(stored: changed)
        }
    }
}
