import CanonTestSupport
import Foundation
import Testing

@testable import CanonAudit

@Suite("Reports")
struct ReportTests {
    /// Findings of each kind, with texts that are hard to print.
    private func report() throws -> AuditReport {
        let project = ExampleProject([
            "canon.yaml": """
            audit:
              entries: [shop.gone]
              concepts:
                cache:
                  canonical: shop.cache.Cache
                  owner: platform
                  escalate_to: [architecture]
                  impact: {text: "orders, \\"all\\" of them", golden_path: true}
              waivers:
                - {rule: syntax, symbol: shop.broken, reason: later, owner: me, issue: "1", expires: 2026-02-01}
            """,
            "shop/__init__.py": "", "shop/cache.py": "class Cache:\n    pass\n", "shop/broken.py": "def (:\n",
            "shop/compat.py": "from shop.cache import Cache\n",
            "shop/orders and, bills%.py": "from shop.compat import Cache\n\norders = Cache()\n",
        ])
        var input = try project.input()
        input.unread = [Evidence(path: "shop/|secret`.py", line: 0, text: "Permission denied")]
        input.commit = "0123456789abcdef0123456789abcdef01234567"
        input.dirty = true
        let report = Audit(input).run(rules: ExampleProject.core)
        return report.compared(with: try project.coreReport(), named: "main")
    }

    @Test("the JSON is what the published schema says, and comes back as it was")
    func json() throws {
        let schema = try JSONSchema(Repository.data("docs/schemas/audit-report.schema.json"))
        let reports =
            try [report(), ExampleProject(["a.py": ""]).coreReport()]
            + RuleList.all.flatMap { rule in try rule.examples.violating.map { try ExampleProject($0.files).report() } }
        for report in reports {
            let bytes = report.rendered(as: .json, failOn: .high)
            #expect(try schema.problems(in: Data(bytes)) == [])
            #expect(try JSONReport.report(from: bytes) == report)
        }
    }

    @Test("the schema refuses another form")
    func schemaRefuses() throws {
        let schema = try JSONSchema(Repository.data("docs/schemas/audit-report.schema.json"))
        let text = String(decoding: try report().rendered(as: .json, failOn: .high), as: UTF8.self)
        for (old, new) in [
            ("\"severity\" : \"critical\"", "\"severity\" : \"fatal\""),
            ("\"isIntegrity\" : false", "\"isIntegrity\" : 0"),
            ("\"files\" : ", "\"files\" : -"), ("\"canon.audit/1\"", "\"canon.audit/2\""),
            ("\"symbol\" :", "\"symbols\" :"),
        ] {
            #expect(text.contains(old), "\(old)")
            #expect(
                try !schema.problems(in: Data(text.replacing(old, with: new, maxReplacements: 1).utf8)).isEmpty,
                "\(old)")
        }
    }

    @Test("a report of another schema is refused with its name")
    func otherSchema() throws {
        let text = String(decoding: try report().rendered(as: .json, failOn: .high), as: UTF8.self)
        let other = Array(text.replacing("canon.audit/1", with: "canon.audit/9").utf8)
        #expect(throws: JSONReport.UnknownSchema.self) { try JSONReport.report(from: other) }
    }

    @Test("SARIF has one result for each finding, with its fingerprint and a relative address")
    func sarif() throws {
        let report = try report()
        let log = try #require(
            JSONSerialization.jsonObject(with: Data(report.rendered(as: .sarif, failOn: .high))) as? [String: Any])
        #expect(log["version"] as? String == "2.1.0")
        let run = try #require((log["runs"] as? [[String: Any]])?.first)
        let results = try #require(run["results"] as? [[String: Any]])
        #expect(results.count == report.findings.count)
        let driver = try #require((run["tool"] as? [String: Any])?["driver"] as? [String: Any])
        let rules = try #require(driver["rules"] as? [[String: Any]]).compactMap { $0["id"] as? String }
        #expect(Set(rules).count == rules.count)
        for (finding, result) in zip(report.findings, results) {
            #expect(result["ruleId"] as? String == finding.rule)
            let index = try #require(result["ruleIndex"] as? Int)
            #expect(rules[index] == finding.rule)
            #expect(
                (result["partialFingerprints"] as? [String: String])?["canonFingerprint/v1"] == finding.fingerprint.text
            )
        }
        let waived = try #require(results.first { $0["ruleId"] as? String == "syntax" })
        #expect((waived["suppressions"] as? [Any])?.count == 1)
        let known = try #require(results.first { $0["ruleId"] as? String == "import-path" })
        #expect(known["baselineState"] as? String == "unchanged")
        #expect(SARIFReport.uri("shop/orders and, bills%ä.py") == "shop/orders%20and%2C%20bills%25%C3%A4.py")
    }

    @Test("SARIF has at most 5,000 results and says what it left out")
    func sarifLimit() throws {
        var report = try report()
        report.findings = Array(repeating: report.findings[0], count: 5003)
        let log = SARIFReport.log(report)
        #expect(log.runs[0].results.count == 5000)
        #expect(
            log.runs[0].invocations[0].toolExecutionNotifications.contains { $0.message.text.hasPrefix("3 findings") })
    }

    @Test("CSV quotes what it must, and nothing is a formula")
    func csv() throws {
        #expect(
            CSVReport.field("a,b") == "\"a,b\"" && CSVReport.field("a\"b") == "\"a\"\"b\""
                && CSVReport.field("a b") == "a b")
        #expect(
            CSVReport.field("=1+1") == "'=1+1" && CSVReport.field("@x,y") == "\"'@x,y\""
                && CSVReport.field("-1") == "'-1")
        let report = try report()
        let lines = String(decoding: report.rendered(as: .csv, failOn: .high), as: UTF8.self).split(separator: "\r\n")
        #expect(lines.count == report.findings.count + 1)
    }

    @Test("annotations escape what would end them")
    func github() throws {
        #expect(GitHubReport.message("a%\r\nb:,") == "a%25%0D%0Ab:,")
        #expect(GitHubReport.property("a:b,c%") == "a%3Ab%2Cc%25")
        let report = try report()
        let text = String(decoding: report.rendered(as: .github, failOn: .high), as: UTF8.self)
        for line in text.split(separator: "\n") {
            #expect(line.hasPrefix("::error ") || line.hasPrefix("::warning ") || line.hasPrefix("::notice "))
        }
        #expect(!text.contains("shop.broken"), "what is waived is not shown")
    }

    @Test("Markdown shows texts of files as texts")
    func markdown() throws {
        let text = String(decoding: try report().rendered(as: .markdown, failOn: .high), as: UTF8.self)
        #expect(text.contains("`shop/\u{2502}secret'.py`"))
        #expect(MarkdownText.escaped("a|<b>_c`") == "a\\|\\<b\\>\\_c\\`")
        #expect(text.contains("rule set") && text.contains("commit 0123456789ab with changes"))
    }

    @Test("a summary of changes says verdict, score and figures before anything is unfolded")
    func changes() throws {
        let base = ExampleProject([
            "canon.yaml": "audit:\n  concepts:\n    cache: {canonical: shop.cache.Cache}\n",
            "shop/__init__.py": "", "shop/cache.py": "class Cache:\n    def get(self):\n        return 1\n",
            "shop/compat.py": "from shop.cache import Cache\n",
            "shop/orders.py": "from shop.cache import Cache\n\norders = Cache()\n",
        ])
        var now = base
        now["shop/more.py"] = "from shop.compat import Cache\n\nmore = Cache()\n"
        func summary(_ now: ExampleProject, beside base: ExampleProject) throws -> String {
            let report = try now.coreReport().compared(with: base.coreReport(), named: "main")
            return String(decoding: report.rendered(as: .markdown, failOn: .high), as: UTF8.self)
        }
        let worse = try summary(now, beside: base)
        #expect(worse.hasPrefix("## Audit: failed\n\n**Score 100.0 → 50.0**"))
        let unfolded = worse.prefix(upTo: try #require(worse.firstRange(of: "<details>")).lowerBound)
        #expect(unfolded.contains("1 new, 0 known, 0 resolved, beside main."))
        #expect(unfolded.contains("import-path | `shop/more.py:1`"))
        #expect(unfolded.contains("The total of import-path rose: 0 places before, 1 now."))
        #expect(unfolded.contains("Rules and scopes are those of the base."))
        #expect(
            worse.contains(
                "| cache | 100.0: 1 of 1 consumer bound, 1 implementation | 50.0: 1 of 2 consumers bound, 1 implementation |"
            ))
        let better = try summary(base, beside: now)
        #expect(better.hasPrefix("## Audit: passed, nothing is new\n"))
        #expect(
            better.contains("<summary>Gone (1)</summary>")
                && better.contains("| medium | import-path | `shop/more.py:1` |"))
        var narrowed = base
        narrowed["canon.yaml"] += "  scopes: {backup: [orders.py]}\n"
        #expect(try summary(narrowed, beside: base).contains("**Cannot be called better or worse**: detector-changed"))
        #expect(try summary(base, beside: now) == better, "the same again")
    }

    @Test("Markdown is never longer than GitHub takes, and says how much is left out")
    func bounded() throws {
        let base = ExampleProject(["a.py": ""])
        var large = base
        for number in 0..<900 {
            large["m\(number)_\(String(repeating: "_", count: 150)).py"] =
                "def f():\n    pass\n\n\ndef f():\n    pass\n"
        }
        let report = try large.report(rules: [ShadowedDefinitionRule.self])
        #expect(report.findings.count == 900)
        for report in [
            report, report.compared(with: try base.report(rules: [ShadowedDefinitionRule.self]), named: "main"),
            try base.report(rules: [ShadowedDefinitionRule.self]).compared(with: report, named: "main"),
        ] {
            let text = report.rendered(as: .markdown, failOn: .high)
            #expect(text.count <= ChangeSummary.maximumBytes && text.count > 10_000)
            #expect(String(decoding: text, as: UTF8.self).contains(" rows more are left out here"))
        }
    }

    @Test("the pages of the rules are current")
    func pages() throws {
        for (name, text) in RulePages.all {
            let page = try? Repository.data("docs/rules/\(name)")
            #expect(page == Data(text.utf8), "docs/rules/\(name): run canon audit rules --write docs/rules")
        }
        let files = try FileManager.default.contentsOfDirectory(
            atPath: Repository.root.appendingPathComponent("docs/rules").path)
        #expect(Set(files) == Set(RulePages.all.map(\.name)))
    }

    @Test("the registry says how to import, and the same again")
    func registry() throws {
        let project = ExampleProject([
            "canon.yaml": "audit:\n  concepts:\n    cache:\n      canonical: shop.cache.Cache\n      owner: me\n",
            "shop/__init__.py": "", "shop/cache.py": "class Cache:\n    pass\n",
            "shop/compat.py": "from shop.cache import Cache\n",
            "shop/a.py": "from shop.compat import Cache\n", "shop/b.py": "from shop.cache import Cache\n",
        ])
        let text = try ImportRegistry(project.audit().context).markdown
        #expect(text.contains("from shop.cache import Cache"))
        #expect(text.contains("- `shop.compat`: 1 module"))
        #expect(text.contains("| `shop.cache.Cache` | `shop.cache` | 2 |\n|  | `shop.compat` | 1 |"))
        var moved = project
        moved["shop/b.py"] = "\n\n\nfrom shop.cache import Cache\n"
        #expect(try ImportRegistry(moved.audit().context).markdown == text)
    }
}
