import CanonAudit
import CanonTestSupport
import Foundation
import Testing

@testable import CanonVerify

/// A status of an empty program, with whatever parts a test is about.
private struct Situation {
    var manifest = "audit:\n  concepts:\n    rooms:\n      canonical: shop.rooms.Rooms\n"
    var verdicts: [(id: String, verdict: Verdict, isClosed: Bool)] = []
    var problems: [StatusReport.Problem] = []
    var history: HistoryReport?
    var findings: [Finding] = []
    var incomplete: [Evidence] = []

    func report() throws -> StatusReport {
        let audit = Audit(
            .init(
                files: [],
                manifest: try Manifest(yaml: manifest, path: "canon.yaml", today: CalendarDate("2026-01-15")!),
                today: CalendarDate("2026-01-15")!, python: "3.13", toolVersion: "1"))
        var report = audit.run(rules: [])
        report.findings = findings
        report.incomplete = incomplete
        let claims = verdicts.map { item in
            VerificationReport.ClaimVerdict(
                claim: Claim(id: item.id, isClosed: item.isClosed, concept: "rooms"), verdict: item.verdict,
                evidence: [],
                gaps: [], nextAction: "Look at \(item.id).")
        }
        let absent = StatusReport.Absence(.claims, "no claims file", remedy: "write one")
        return StatusReport(
            StatusParts(
                audit: audit, report: report,
                history: history.map { .known($0) }
                    ?? .absent(.init(.history, "no repository", remedy: "run it in a clone")),
                claims: claims.isEmpty
                    ? .absent(absent)
                    : .known((path: "claims.yaml", report: VerificationReport(verdicts: claims))),
                problems: .known(
                    .init(
                        path: "logs.db", isUsual: true,
                        open: Dictionary(grouping: problems, by: \.priority.rawValue).mapValues(\.count),
                        worst: problems))))
    }

    static func problem(_ name: String, _ priority: Priority, count: Int = 1, isBack: Bool = false)
        -> StatusReport.Problem
    {
        .init(
            fingerprint: "v1:\(name)", priority: priority, title: name, service: "shop", count: count, last: nil,
            isBack: isBack)
    }
}

struct StatusReportTests {
    private static let regression = Verdict.regression([.init(symbol: "a.X", commit: "c")])

    @Test("what is not there is said with its remedy, and fails nothing")
    func absence() throws {
        let report = try Situation().report()
        #expect(report.absent.map(\.part) == [.history, .claims])
        #expect(report.exitStatus == 0)
        for text in [report.markdown, report.html] {
            #expect(text.contains("no claims file: write one") && text.contains("run it in a clone"))
        }
        let bare = try Situation(manifest: "audit: {}\n").report()
        #expect(bare.absent.map(\.part) == [.concepts, .claims])
        #expect(bare.score == nil && bare.markdown.contains("Score not measured"))
    }

    @Test("the end: a refuted claim counts more than an unknown one, and open issues and problems decide nothing")
    func status() throws {
        func status(_ verdicts: [(Verdict, Bool)]) throws -> Int32 {
            try Situation(
                verdicts: verdicts.enumerated().map { ("\($0.offset)", $0.element.0, $0.element.1) },
                problems: [Situation.problem("down", .p0)]
            ).report().exitStatus
        }
        #expect(try status([(.consistent, true)]) == 0)
        #expect(try status([(.consistent, true), (.unknown(.runtime), true)]) == 3)
        #expect(try status([(Self.regression, true), (.unknown(.runtime), true)]) == 1)
        #expect(try status([(.consistent, true), (Self.regression, false)]) == 0)
        #expect(try Situation(incomplete: [Evidence(path: "a.py", line: 0, text: "x")]).report().exitStatus == 3)
        let broken = HistoryFixture(states: [(1, 1, 1), (1, 1, 1)], broken: [0]).report()
        #expect(try Situation(history: broken).report().exitStatus == 3)
    }

    @Test("closed issues are judged, what does not hold first; open ones are counted")
    func verdicts() throws {
        let report = try Situation(verdicts: [
            ("1", .consistent, true), ("2", .unknown(.runtime), true), ("3", Self.regression, true),
            ("4", .open, false),
        ]).report()
        let claims = try #require(report.claims)
        #expect(claims.verdicts.map(\.id) == ["3", "2", "1"])
        #expect(claims.verdicts.map(\.outcome) == [.refuted, .unknown, .holds])
        #expect(claims.openIssues == 1)
    }

    @Test("the three worst are named by priority, then claims before problems, then by how much hangs on it")
    func actions() throws {
        let report = try Situation(
            verdicts: [("7", Self.regression, true), ("8", .notDeployed, true)],
            problems: [
                Situation.problem("rare", .p1), Situation.problem("frequent", .p1, count: 9),
                Situation.problem("down", .p0, isBack: true), Situation.problem("minor", .p3),
            ]
        ).report()
        #expect(report.actions.map(\.priority) == [.p0, .p1, .p1])
        #expect(report.actions.map(\.kind) == [.problem, .claim, .problem])
        #expect(report.actions[0].what == "Back again in shop: down (1 time)")
        #expect(report.actions[1].what == "Issue 7 is closed, and the verdict is regression. Look at 7.")
        #expect(report.actions[2].what.hasPrefix("Open in shop: frequent (9 times)"))
        #expect(report.actions[2].command == "canon logs show v1:frequent")
    }

    @Test("the JSON is what the published schema says, and says all of the report", arguments: 0..<40)
    func json(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let verdicts: [Verdict] = [
            .consistent, .notDeployed, .incompleteFix, Self.regression, .drift, .detectorChanged, .falseCompletion,
            .open,
            .unknown(.runtime),
        ]
        var situation = Situation()
        for number in 0..<Int.random(in: 0...5, using: &random) {
            situation.verdicts.append(
                ("\(number)", verdicts.randomElement(using: &random)!, Bool.random(using: &random)))
            situation.problems.append(
                Situation.problem("p\(number)", Priority.allCases.randomElement(using: &random)!, count: number))
        }
        if Bool.random(using: &random) {
            situation.history = HistoryFixture(states: [(2, 1, 4), nil, (1, 4, 4)]).report()
        }
        let report = try situation.report()
        let schema = try JSONSchema(Repository.data("docs/schemas/status-report.schema.json"))
        #expect(try schema.problems(in: Data(report.json)) == [], "seed \(seed)")
        #expect(try JSONDecoder().decode(StatusReport.self, from: Data(report.json)) == report, "seed \(seed)")
    }

    @Test("nothing of a log or an issue becomes markup")
    func markup() throws {
        var problem = Situation.problem("<script>x</script> | y", .p0)
        problem.fingerprint = "v1:00"
        var situation = Situation(problems: [problem])
        situation.verdicts = [("<b>7</b>", Self.regression, true)]
        situation.history = HistoryFixture(states: [(2, 1, 4), (1, 4, 4)]).report()
        let report = try situation.report()
        #expect(!report.html.contains("<script") && !report.html.contains("<b>7"))
        #expect(!report.markdown.replacing("\\<", with: "").contains("<script") && report.markdown.contains("\\| y"))
        #expect(report.html.contains("<svg") && !report.html.contains("://"))
    }
}
