import CanonLogs
import Foundation
import Testing

@Suite("Drafts of issues")
struct IssueDraftTests {
    private func entries() -> [InventedLog.Entry] {
        (0..<20).map { number in
            var entry = InventedLog.Entry(id: "e\(number)", Double(number) * 60, text: InventedLog.traceback())
            entry.labels = ["environment": "staging"]
            return entry
        }
    }

    private func problem() throws -> (ProblemReport, LogReport) {
        let report = try Scratch().run("a.json", entries())
        return (report.problems[0], report)
    }

    @Test("a new problem gets an issue with every part that the entries give")
    func newIssue() throws {
        let (problem, report) = try problem()
        let draft = try #require(IssueDraft(problem, in: report, match: IssueMatcher.Match()))
        #expect(draft.title == "GCP-new | P1 | ValueError in price (shop/pricing.py)")
        #expect(draft.fileName == "new-P1-\(problem.fingerprint.replacing(":", with: "-")).md")
        for heading in [
            "Environment", "Impact", "Current behaviour", "Expected behaviour", "Reproduction steps",
            "Technical details",
            "Success criteria", "Evidence", "Labels",
        ] {
            #expect(draft.text.contains("## \(heading)\n"), "\(heading)")
        }
        #expect(draft.text.contains("insertId e0"))
        #expect(draft.text.contains("revision checkout-00007-abc"))
        #expect(draft.text.contains("shop/pricing.py:12 in price"))
        #expect(draft.labels.contains("environment:staging"))
    }

    @Test("an issue that names the fingerprint is updated, whatever its title")
    func updates() throws {
        var (problem, report) = try problem()
        let own = KnownIssue(name: "#12", title: "Something else", body: "about \(problem.fingerprint)", isOpen: false)
        let near = KnownIssue(
            name: "#13", title: "Prices of carts", body: "ValueError in pricing.py price", isOpen: true)
        let far = KnownIssue(name: "#14", title: "Dark mode", body: "colours", isOpen: true)
        let match = IssueMatcher([far, near, own]).match(problem)
        #expect(match.issue == own)
        #expect(match.related == [near])
        problem.state = .regressed
        let draft = try #require(IssueDraft(problem, in: report, match: match))
        #expect(draft.title.hasPrefix("GCP-regression | "))
        #expect(draft.fileName.hasPrefix("update-12-v1-"))
        #expect(draft.text.contains("The issue is closed; it should be opened again."))
        #expect(draft.text.contains("#13 Prices of carts"))
    }

    @Test("an issue whose title says the same is updated; one that only resembles it is related")
    func byTitle() throws {
        let (problem, _) = try problem()
        let same = KnownIssue(
            name: "#7", title: "GCP-new | P1 | ValueError in price (shop/pricing.py)", body: "", isOpen: true)
        #expect(IssueMatcher([same]).match(problem).issue == same)
        let other = KnownIssue(name: "#8", title: "KeyError in price (shop/pricing.py)", body: "", isOpen: true)
        #expect(IssueMatcher([other]).match(problem) == IssueMatcher.Match(related: [other]))
    }

    @Test("a problem that is gone is told to its issue only; one that cannot be told about to nobody")
    func gone() throws {
        var (problem, report) = try problem()
        let issue = KnownIssue(name: "#12", title: "", body: problem.fingerprint, isOpen: true)
        problem.state = .resolved
        #expect(IssueDraft(problem, in: report, match: .init()) == nil)
        #expect(IssueDraft(problem, in: report, match: .init(issue: issue))?.text.contains("Not seen any more") == true)
        problem.state = .unknown
        #expect(IssueDraft(problem, in: report, match: .init(issue: issue)) == nil)
    }

    @Test("issues are read from a folder and from a dump; what is none is refused")
    func reading() throws {
        let scratch = try Scratch()
        _ = try scratch.write(
            "issues.json",
            #"[{"number": 4, "title": "A", "body": null, "state": "CLOSED"}, {"number": 5, "title": "B"}]"#)
        _ = try scratch.write("885-managers.md", "# Issue #885 update\nwords")
        let issues = try KnownIssue.read(path: scratch.path)
        #expect(issues.map(\.name) == ["#885", "#4", "#5"])
        #expect(issues.map(\.isOpen) == [true, false, true])
        _ = try scratch.write("broken.json", "{\"x\": 1")
        #expect(throws: KnownIssueError.self) { try KnownIssue.read(path: scratch.path) }
        #expect(throws: KnownIssueError.self) { try KnownIssue.read(path: scratch.path + "/none") }
    }
}
