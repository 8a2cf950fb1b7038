import Testing

@testable import CanonAudit

@Suite("Baselines")
struct BaselineTests {
    private let base = ExampleProject([
        "canon.yaml": """
        audit:
          concepts:
            cache:
              canonical: shop.cache.Cache
        """,
        "shop/__init__.py": "",
        "shop/cache.py": "class Cache:\n    def get(self, key):\n        return [key, key, key]\n",
        "shop/compat.py": "from shop.cache import Cache\n",
        "shop/orders.py": "from shop.compat import Cache\n\norders = Cache()\n",
        "shop/bills.py": "from shop.cache import Cache\n\n\ndef bill(a, b):\n    return [Cache(), a, b]\n",
    ])

    private func compared(_ change: (inout ExampleProject) -> Void) throws -> AuditReport {
        var project = base
        change(&project)
        let (before, now) = try (base.audit(), project.audit())
        let moves = ScopeShrinkage.moves(base: before.context, now: now.context)
        return now.run(rules: ExampleProject.core).compared(
            with: before.run(rules: ExampleProject.core), named: "main", moved: moves)
    }

    @Test("what stood in the base is known and fails nothing")
    func known() throws {
        let report = try compared {
            $0["shop/orders.py"] = "# moved\n\nfrom shop.compat import Cache\n\norders = Cache()\n"
        }
        #expect(report.findings.filter { $0.rule == "import-path" }.map(\.status) == [.known])
        #expect(report.comparison?.new == [] && report.comparison?.known == 1 && report.comparison?.blocked == [])
        #expect(report.verdict(failOn: .low) == .passed)
    }

    @Test("a new finding fails by its severity")
    func new() throws {
        let report = try compared { $0["shop/orders.py"] += "\n\ndef take():\n    pass\n\n\ndef take():\n    pass\n" }
        #expect(report.comparison?.new.count == 1)
        #expect(report.verdict(failOn: .high) == .failed)
        #expect(report.verdict(failOn: .critical) == .failed, "the total of the rule has risen")
    }

    @Test("a layer that more modules use than before is high, waived or not; the same users or fewer are known")
    func grownLayer() throws {
        let rules = ExampleProject.core + [CompatibilityLayerRule.self]
        func layer(_ change: (inout ExampleProject) -> Void) throws -> (Finding, AuditReport) {
            var project = base
            change(&project)
            var before = base
            before["canon.yaml"] = project["canon.yaml"]
            let report = try project.report(rules: rules).compared(with: before.report(rules: rules), named: "main")
            return (try #require(report.findings.first { $0.rule == "compatibility-layer" }), report)
        }
        let user = "from shop.compat import Cache\n\nmore = Cache()\n"
        let waiver = """
              waivers:
                - {rule: compatibility-layer, symbol: shop.compat, reason: later, owner: me, issue: "1", expires: 2026-02-01}

            """
        for excuse in ["", waiver] {
            let (grown, report) = try layer {
                $0["canon.yaml"] += excuse
                $0["shop/more.py"] = user
            }
            #expect(grown.severity == .high && grown.status == .open && grown.priority == .p2)
            #expect(grown.message.hasSuffix("2 live modules use it; 1 did before"))
            #expect(report.comparison?.worse == [grown.fingerprint] && report.comparison?.new == [])
            #expect(report.comparison?.risen.map(\.rule) == ["import-path"])
            #expect(report.gating(at: .high).map(\.fingerprint) == [grown.fingerprint])
        }
        let (same, report) = try layer { $0["shop/orders.py"] = user }
        #expect(same.severity == .low && same.status == .known && report.comparison?.worse == [])
        let (fewer, _) = try layer { $0.remove("shop/orders.py") }
        #expect(fewer.severity == .low && fewer.status == .known)
    }

    @Test("a layer that the base had not is high, unless it is waived")
    func newLayer() throws {
        let rules = ExampleProject.core + [CompatibilityLayerRule.self]
        func layer(_ manifest: String) throws -> Finding {
            var project = base
            project["shop/alias.py"] = "from shop.cache import Cache as Store\n"
            project["canon.yaml"] += manifest
            var before = base
            before["canon.yaml"] = project["canon.yaml"]
            let report = try project.report(rules: rules).compared(with: before.report(rules: rules), named: "main")
            #expect(report.comparison?.worse == [])
            return try #require(
                report.findings.first { $0.path == "shop/alias.py" && $0.rule == "compatibility-layer" })
        }
        let new = try layer("")
        #expect(new.severity == .high && new.status == .open && new.message.hasSuffix("; the layer is new"))
        let waived = try layer(
            """
              waivers:
                - {rule: compatibility-layer, symbol: shop.alias, reason: later, owner: me, issue: "1", expires: 2026-02-01}

            """)
        #expect(waived.severity == .low && waived.status == .waived)
    }

    @Test("a finding that is gone is resolved")
    func resolved() throws {
        let report = try compared { $0["shop/orders.py"] = "from shop.cache import Cache\n\norders = Cache()\n" }
        #expect(report.comparison?.resolved.count == 1)
        #expect(report.comparison?.gone?.map(\.rule) == ["import-path"])
        #expect(report.comparison?.conceptsBefore?.map(\.bound) == [1] && report.score.concepts.map(\.bound) == [2])
        #expect(report.verdict(failOn: .low) == .passed)
    }

    @Test("totals may not rise, though the finding is known")
    func risen() throws {
        let report = try compared { $0["shop/more.py"] = "from shop.compat import Cache\n\nmore = Cache()\n" }
        #expect(report.comparison?.new == [])
        let grown = report.findings.filter { $0.rule == "import-path" }.map(\.fingerprint)
        #expect(report.comparison?.risen == [.init(rule: "import-path", before: 1, now: 2, grown: grown)])
        #expect(report.verdict(failOn: .critical) == .failed)
    }

    @Test("code that moved into a scope that is not measured is told, and blocks the comparison")
    func moved() throws {
        for folder in ["backups", "tests", "scripts"] {
            let report = try compared { project in
                project["\(folder)/bills.py"] = project["shop/bills.py"] + "\n"
                project.remove("shop/bills.py")
            }
            let finding = try #require(report.findings.first { $0.rule == "scope-shrank" }, "\(folder)")
            #expect(finding.symbol == "shop.bills" && finding.isIntegrity)
            #expect(report.comparison?.blocked.count == 1)
            #expect(report.verdict(failOn: .critical) == .failed)
        }
    }

    @Test("a manifest that skips more is told as well")
    func narrowed() throws {
        let report = try compared { $0["canon.yaml"] += "\n  scopes:\n    backup: [bills.py]\n" }
        #expect(report.findings.contains { $0.rule == "scope-shrank" && $0.symbol == "shop.bills" })
        #expect(report.findings.contains { $0.rule == "detector-changed" })
        #expect(report.verdict(failOn: .critical) == .failed)
    }

    @Test("deleting code, and adding tests, shrink nothing")
    func deleted() throws {
        let report = try compared { project in
            project.remove("shop/bills.py")
            project["tests/test_cache.py"] = "def test_cache():\n    assert [1, 2, 3, 4, 5, 6]\n"
        }
        #expect(report.findings.allSatisfy { !$0.isIntegrity })
        #expect(report.verdict(failOn: .low) == .passed)
    }

    @Test("reports alone raise the suspicion that code was moved")
    func suspicion() throws {
        var project = base
        project["backups/bills.py"] = project["shop/bills.py"]
        project.remove("shop/bills.py")
        let report = try project.coreReport().compared(with: base.coreReport(), named: "base.json")
        #expect(report.findings.contains { $0.rule == "scope-shrank" })
    }

    @Test("another rule set, manifest or grammar cannot be compared")
    func detector() throws {
        let report = try compared {
            $0["canon.yaml"] += "\n  python: \"3.12\"\n  rules: {syntax: off}\n  entries: [shop.orders]\n"
        }
        let changed = report.findings.filter { $0.rule == "detector-changed" }
        #expect(Set(changed.map(\.symbol)) == ["canon.rule-set", "canon.manifest", "canon.python"])
        #expect(report.verdict(failOn: .critical) == .failed)
    }

    /// Both sides measured with the later manifest, as revisions are.
    private func compared(
        _ rules: [any Rule.Type] = RuleList.all, _ change: (inout ExampleProject) -> Void
    ) throws -> (report: AuditReport, detector: DetectorChange) {
        var project = base
        change(&project)
        let manifest = try project.manifest()
        let before = try base.audit(manifest: manifest)
        let earlier = before.run(rules: rules)
        let detector = DetectorChange(base: before, report: earlier, own: try base.manifest())
        return (
            try project.audit().run(rules: rules).compared(with: earlier, named: "main", detector: detector), detector
        )
    }

    @Test(
        "a detector that looks at less of the same code is no progress, and blocks the comparison",
        arguments: [
            "  rules: {import-path: off}\n", "  scopes:\n    backup: [orders.py]\n",
            "  roots: [shop/cache.py, shop/bills.py]\n",
        ])
    func narrowedDetector(lines: String) throws {
        let (report, detector) = try compared { $0["canon.yaml"] += "\n" + lines }
        #expect(detector.lost.contains { $0.rule == "import-path" })
        let finding = try #require(report.findings.first { $0.rule == "detector-changed" })
        #expect(
            finding.isIntegrity && finding.severity == .high && finding.message.contains("import-path shop.cache.Cache")
        )
        #expect(report.comparison?.blocked.contains(finding.message) == true)
        #expect(report.verdict(failOn: .critical) == .failed)
    }

    @Test("a waiver for what stood open in the base is told as no progress, and fails nothing")
    func allowList() throws {
        let waiver =
            "\n  waivers:\n    - {rule: import-path, symbol: shop.cache.Cache, reason: later, owner: me, issue: \"1\", expires: 2026-02-01}\n"
        let (report, detector) = try compared(ExampleProject.core) { $0["canon.yaml"] += waiver }
        #expect(detector.lost.isEmpty && detector.excused.map(\.rule) == ["import-path"])
        let finding = try #require(report.findings.first { $0.rule == "detector-changed" })
        #expect(!finding.isIntegrity && finding.status == .known && finding.severity == .high)
        #expect(finding.message.contains("no progress"))
        #expect(report.comparison?.blocked == [])
        #expect(report.verdict(failOn: .low) == .passed)
        // Of reports alone the same is known.
        var excused = base
        excused["canon.yaml"] += waiver
        let files = try excused.coreReport().compared(with: base.coreReport(), named: "base.json")
        #expect(files.findings.contains { $0.symbol == "canon.waivers" })
    }

    @Test("the examples of the pages about two measurements are found, and the clean ones are not")
    func pages() throws {
        #expect(Set(ComparisonPage.all.map(\.identity.name)) == ["detector-changed", "scope-shrank"])
        for page in ComparisonPage.all {
            for (examples, isReported) in [(page.violating, true), (page.clean, false)] {
                #expect(!examples.isEmpty)
                for example in examples {
                    let before = ExampleProject(example.before)
                    let after = ExampleProject(example.after)
                    let base = try before.audit(manifest: after.manifest())
                    let earlier = base.run()
                    let report = try after.audit().run().compared(
                        with: earlier, named: "main",
                        detector: DetectorChange(base: base, report: earlier, own: try before.manifest()))
                    let found = report.findings.filter { $0.rule == page.identity.name }
                    #expect(found.isEmpty != isReported, "\(page.identity.name): \(example.title)")
                    #expect(found.allSatisfy { $0.isIntegrity })
                }
            }
        }
    }

    @Test("what changes the detector and leaves nothing out, or the same waiver on both sides, is no finding")
    func widenedDetector() throws {
        for lines in ["  limits: {file_lines: 900}\n", "  entries: [shop.orders]\n", "  scopes:\n    backup: [gone]\n"]
        {
            let (report, detector) = try compared { $0["canon.yaml"] += "\n" + lines }
            #expect(detector == DetectorChange(), "\(lines)")
            #expect(!report.findings.contains { $0.rule == "detector-changed" }, "\(lines)")
        }
        var project = base
        project["canon.yaml"] +=
            "\n  waivers:\n    - {rule: import-path, symbol: shop.cache.Cache, reason: later, owner: me, issue: \"1\", expires: 2026-02-01}\n"
        let audit = try project.audit()
        #expect(DetectorChange(base: audit, report: audit.run(), own: try project.manifest()) == DetectorChange())
    }
}

@Suite("Fingerprints")
struct FingerprintTests {
    private let project = ExampleProject([
        "canon.yaml": "audit:\n  concepts:\n    cache:\n      canonical: shop.cache.Cache\n",
        "shop/__init__.py": "", "shop/cache.py": "class Cache:\n    pass\n",
        "shop/compat.py": "from shop.cache import Cache\n",
        "shop/orders.py": "from shop.compat import Cache\n\norders = Cache()\n",
    ])

    private func fingerprints(_ project: ExampleProject) throws -> [String] {
        try project.coreReport().findings.map(\.fingerprint.text)
    }

    @Test("lines, counts, places and layout are no part of it")
    func stable() throws {
        var changed = project
        changed["shop/orders.py"] = "\n\n# here\nfrom shop.compat import (\n    Cache,\n)\n\norders = Cache()\n"
        changed["shop/bills.py"] = "from shop.compat import Cache\n\nbills = Cache()\n"
        #expect(try fingerprints(changed) == fingerprints(project))
        #expect(try changed.coreReport().findings[0].placeCount == 2)
        var moved = project
        moved["shop/sales.py"] = moved["shop/orders.py"]
        moved.remove("shop/orders.py")
        #expect(try fingerprints(moved) == fingerprints(project))
    }

    @Test("rule, symbols and scope are")
    func parts() {
        let one = Fingerprint(rule: "a", symbols: ["b", "c"])
        #expect(one != Fingerprint(rule: "a", symbols: ["bc"]))
        #expect(one != Fingerprint(rule: "ab", symbols: ["c"]))
        #expect(one != Fingerprint(rule: "a", symbols: ["c", "b"]))
        #expect(one != Fingerprint(rule: "a", symbols: ["b", "c"], scope: .test))
    }

    @Test("it is the same for ever")
    func known() {
        // printf 'import-path\0shop.cache.Cache\0shop.compat\0' | sha256sum
        #expect(
            Fingerprint(rule: "import-path", symbols: ["shop.cache.Cache", "shop.compat"]).text == "d581ff4b2824c3e9")
        #expect(
            Fingerprint("d581ff4b2824c3e9") != nil && Fingerprint("D581ff4b2824c3e9") == nil
                && Fingerprint("d581") == nil)
    }

    @Test("the order of files changes nothing")
    func order() throws {
        var reversed = project
        reversed.files.reverse()
        #expect(try reversed.coreReport() == project.coreReport())
    }
}

@Suite("Waivers and integrity")
struct WaiverTests {
    private func project(_ waivers: String) -> ExampleProject {
        ExampleProject([
            "canon.yaml": "audit:\n  waivers:\n" + waivers, "shop/__init__.py": "", "shop/broken.py": "def (:\n",
            "shop/other.py": "def (:\n",
        ])
    }

    private func waiver(_ subject: String, expires: String = "2026-02-01") -> String {
        "    - {rule: syntax, \(subject), reason: later, owner: me, issue: \"1\", expires: \(expires)}\n"
    }

    @Test("a waiver covers its symbol and nothing else, until its day")
    func covers() throws {
        let report = try project(waiver("symbol: shop.broken")).coreReport()
        #expect(report.findings.map { "\($0.symbol) \($0.status)" } == ["shop.broken waived", "shop.other open"])
        let last = try project(waiver("symbol: shop.broken", expires: "2026-01-15")).coreReport()
        #expect(last.findings.count { $0.status == .waived } == 1)
        let expired = try project(waiver("symbol: shop.broken", expires: "2026-01-14")).coreReport()
        #expect(expired.findings.count { $0.status == .waived } == 0)
        #expect(expired.findings.contains { $0.rule == "stale-entry" && $0.message.contains("expired on 2026-01-14") })
    }

    @Test("a waiver for a fingerprint covers that finding")
    func fingerprint() throws {
        let fingerprint = Fingerprint(rule: "syntax", symbols: ["shop.broken"])
        let report = try project(waiver("fingerprint: \"\(fingerprint)\"")).coreReport()
        #expect(report.findings.filter { $0.status == .waived }.map(\.symbol) == ["shop.broken"])
    }

    @Test("all waived passes, and says so")
    func passes() throws {
        let report = try project(waiver("symbol: shop")).coreReport()
        #expect(report.findings.allSatisfy { $0.status == .waived })
        #expect(report.verdict(failOn: .low) == .passed)
    }

    @Test("a waiver that covers nothing is a finding that no waiver covers")
    func unused() throws {
        let text =
            waiver("symbol: shop") + waiver("symbol: shop.gone")
            + "    - {rule: stale-entry, symbol: audit.waivers, reason: later, owner: me, issue: \"1\", expires: 2026-02-01}\n"
        let report = try project(text).coreReport()
        let stale = report.findings.filter { $0.rule == "stale-entry" }
        #expect(stale.map(\.line) == [4, 5] || Set(stale.flatMap(\.places).map(\.line)) == [4, 5])
        #expect(stale.allSatisfy { $0.isIntegrity && $0.status == .open })
        #expect(report.verdict(failOn: .critical) == .failed)
    }

    @Test("what could not be read makes the audit incomplete, and the rest is reported")
    func incomplete() throws {
        var input = try project(waiver("symbol: shop.broken")).input()
        input.unread = [Evidence(path: "shop/secret.py", line: 0, text: "cannot be read: Permission denied")]
        let report = Audit(input).run(rules: ExampleProject.core)
        #expect(report.verdict(failOn: .critical) == .incomplete)
        #expect(
            report.findings.contains {
                $0.rule == "analysis-incomplete" && $0.path == "shop/secret.py" && $0.isIntegrity
            })
        #expect(report.findings.contains { $0.symbol == "shop.other" })
    }

    @Test("findings of fixtures, backups and vendored code fail nothing")
    func gates() throws {
        let project = ExampleProject(["backups/broken.py": "def (:\n", "vendor/broken.py": "def (:\n", "a.py": ""])
        let report = try project.coreReport()
        #expect(report.findings.map(\.scope) == [.backup])
        #expect(report.verdict(failOn: .info) == .passed)
    }

    @Test("one broken file stops nothing")
    func broken() throws {
        let report = try ExampleProject([
            "a.py": "def (:\n", "b.py": "def f():\n    pass\n\n\ndef f():\n    pass\n",
        ]).coreReport()
        #expect(report.findings.map(\.rule) == ["syntax", "shadowed-definition"])
    }

    @Test("the owner is the concept's, else that of the last line of CODEOWNERS that fits")
    func owners() throws {
        let report = try ExampleProject([
            "CODEOWNERS": "* @all\n/shop/ @shop # theirs\n*.yaml @ops\nshop/free.py\n", "shop/a.py": "def (:\n",
            "b.py": "def (:\n",
            "shop/free.py": "def (:\n",
        ]).coreReport()
        let owners = Dictionary(uniqueKeysWithValues: report.findings.map { ($0.path, $0.owner) })
        #expect(owners == ["shop/a.py": "@shop", "b.py": "@all", "shop/free.py": nil])
    }

    @Test("priority is one mapping of severity, golden path and consumers")
    func priority() {
        #expect(Priority.of(severity: .critical, onGoldenPath: true, consumers: 0) == .p0)
        #expect(Priority.of(severity: .critical, onGoldenPath: false, consumers: 0) == .p1)
        #expect(Priority.of(severity: .high, onGoldenPath: true, consumers: 10) == .p0)
        #expect(Priority.of(severity: .high, onGoldenPath: false, consumers: 9) == .p2)
        #expect(Priority.of(severity: .medium, onGoldenPath: true, consumers: 0) == .p2)
        #expect(Priority.of(severity: .low, onGoldenPath: true, consumers: 1000) == .p3)
    }
}
