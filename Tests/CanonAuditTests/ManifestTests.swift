import CanonTestSupport
import Foundation
import Testing
import Yams

@testable import CanonAudit

@Suite("The manifest")
struct ManifestTests {
    static let today = CalendarDate("2026-01-15")!

    /// Everything that it knows.
    static let full = """
        serve:
          nonsense: [this, is, not, "read"]
        audit:
          python: "3.11"
          languages: [python]
          roots: [shop, shared]
          search_paths: [src]
          entries: [shop.main]
          scopes:
            test: [tests, "**/tests"]
            fixture: []
            backup: ["backup*"]
          concepts:
            cache:
              canonical: shop.cache.Cache
              import_from: [shop.cache]
              factory: shop.cache.get_cache
              names: ["*Cache*"]
              state: items
              owner: platform
              escalate_to: [architecture]
              escalate_after: 30
              impact: {text: "orders are slow", golden_path: true}
          services:
            shop: {modules: [shop], may_import: [shared]}
            shared: {modules: [shared]}
          layers:
            - {name: api, modules: [shop.api]}
            - {name: core, modules: ["shop.core", "shop.core.**"]}
          limits: {file_lines: 800, function_lines: 60}
          rules: {shadowed-definition: off}
          waivers:
            - rule: import-path
              symbol: shop.legacy.*
              reason: removed with the next release
              owner: platform
              issue: "960"
              expires: 2026-02-28
        """

    private func read(_ text: String) throws -> Manifest {
        try Manifest(yaml: text, path: "canon.yaml", today: Self.today)
    }

    private func problems(_ text: String) -> [String] {
        do {
            _ = try read(text)
            return []
        } catch {
            return (error as? ManifestError)?.problems.map(\.description) ?? ["\(error)"]
        }
    }

    @Test("every part of it is read, with its line")
    func full() throws {
        let manifest = try read(Self.full)
        #expect(manifest.python == .init("3.11", line: 4))
        #expect(manifest.roots.map(\.value) == ["shop", "shared"])
        #expect(manifest.searchPaths.map(\.value) == ["src"])
        #expect(manifest.entries == [.init("shop.main", line: 8)])
        #expect(manifest.scopes[.test]?.map(\.value) == ["tests", "**/tests"])
        #expect(manifest.scopes[.fixture] == [])
        #expect(manifest.scopes[.vendored] == nil)
        let concept = try #require(manifest.concepts.first)
        #expect(concept.name == "cache" && concept.line == 14)
        #expect(concept.canonical == .init("shop.cache.Cache", line: 15))
        #expect(concept.factory?.value == "shop.cache.get_cache" && concept.state?.value == "items")
        #expect(concept.owner == "platform" && concept.escalateTo == ["architecture"] && concept.escalateAfter == 30)
        #expect(concept.impact == "orders are slow" && concept.isOnGoldenPath)
        #expect(manifest.services.map(\.name) == ["shop", "shared"])
        #expect(manifest.services[0].mayImport.map(\.value) == ["shared"])
        #expect(manifest.layers.map(\.name) == ["api", "core"])
        #expect(manifest.limits.fileLines == 800 && manifest.limits.functionLines == 60)
        #expect(manifest.rulesOff.map(\.value) == ["shadowed-definition"])
        let waiver = try #require(manifest.waivers.first)
        #expect(waiver.line == 33 && waiver.rule.value == "import-path" && waiver.symbol?.value == "shop.legacy.*")
        #expect(waiver.issue == "960" && waiver.expires.value == CalendarDate("2026-02-28"))
    }

    @Test(
        "what is wrong is told with its line, its key and what was meant",
        arguments: [
            ("audit:\n  conceps: {}", "canon.yaml:2:3: unknown key \"conceps\" in audit; did you mean \"concepts\"?"),
            (
                "audit:\n  concepts:\n    cache:\n      canonicl: a.B",
                "canon.yaml:4:7: unknown key \"canonicl\" in audit.concepts.cache; did you mean \"canonical\"?"
            ),
            (
                "audit:\n  concepts:\n    cache: {owner: me}",
                "canon.yaml:3:12: audit.concepts.cache: canonical is missing: the symbol of the one implementation"
            ),
            (
                "audit:\n  python: \"2.7\"",
                "canon.yaml:2:11: audit.python: found \"2.7\", expected a version from \"3.8\" to \"3.14\""
            ),
            (
                "audit:\n  roots: shop",
                "canon.yaml:2:10: audit.roots: found \"shop\", expected a list of folders, such as [src]"
            ),
            (
                "audit:\n  roots: [../other]",
                "canon.yaml:2:11: audit.roots[0]: found \"../other\", expected a path inside of the audited folder"
            ),
            (
                "audit:\n  languages: [pyton]",
                "canon.yaml:2:15: audit.languages[0]: found \"pyton\", expected one of python, swift; did you mean \"python\"?"
            ),
            ("audit: [1]", "canon.yaml:1:8: audit: found a list, expected a mapping"),
            (
                "audit:\n  rules: {syntx: off}",
                "canon.yaml:2:11: unknown key \"syntx\" in audit.rules; did you mean \"syntax\"?"
            ),
            ("audit:\n  rules: {syntax: low}", "canon.yaml:2:19: audit.rules.syntax: found \"low\", expected off"),
            (
                "audit:\n  limits: {file_lines: 0}",
                "canon.yaml:2:24: audit.limits.file_lines: found \"0\", expected a whole number from 1 to 1000000"
            ),
            (
                "audit:\n  services:\n    shop: {modules: [shop], may_import: [shard]}\n    shared: {modules: [shared]}",
                "canon.yaml:3:5: audit.services.shop.may_import (line 3): there is no service \"shard\"; did you mean \"shared\"?"
            ),
            (
                "audit:\n  waivers:\n    - rule: syntax\n      symbol: a.b",
                "canon.yaml:3:7: audit.waivers[0]: reason, owner, issue, expires are missing; a waiver says who excuses what, why, and until when"
            ),
        ])
    func wrong(_ text: String, _ message: String) {
        #expect(problems(text).first == message)
    }

    private func waiver(_ changes: [String: String]) -> String {
        var members = [
            "rule": "syntax", "symbol": "shop.old", "reason": "it goes", "owner": "me", "issue": "1",
            "expires": "2026-02-01",
        ]
        members.merge(changes) { $1 }
        let lines = members.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }.map {
            "      \($0.key): \($0.value)"
        }
        return "audit:\n  waivers:\n    -\n" + lines.joined(separator: "\n")
    }

    @Test("a waiver may reach 90 days ahead and no further")
    func expiry() {
        #expect(problems(waiver(["expires": "2026-04-15"])) == [])
        let late = problems(waiver(["expires": "2026-04-16"]))
        #expect(late.count == 1)
        #expect(late[0].contains("at most 90 days ahead, so 2026-04-15 at the latest"))
        #expect(problems(waiver(["expires": "2025-01-01"])) == [])
        #expect(problems(waiver(["expires": "2026-02-30"])).first?.contains("expected a day") == true)
    }

    @Test("a waiver has a subject that is not everything")
    func subject() {
        #expect(problems(waiver(["symbol": ""])).first?.contains("symbol or fingerprint is missing") == true)
        for pattern in ["\"*\"", "\"**\"", "\"*.*\""] {
            #expect(
                problems(waiver(["symbol": pattern])).first?.contains("switches the rule off") == true, "\(pattern)")
        }
        #expect(problems(waiver(["symbol": "", "fingerprint": "0123456789abcdef"])) == [])
        #expect(problems(waiver(["fingerprint": "xyz"])).first?.contains("16 hexadecimal digits") == true)
        #expect(problems(waiver(["rule": "synta"])).first?.contains("did you mean \"syntax\"?") == true)
    }

    @Test("everything that is wrong is told at once, in the order of the reading")
    func all() {
        let found = problems("audit:\n  roots: 1\n  python: 4\n  entries: {a: b}\n  zzz: 1")
        #expect(found.count == 4)
    }

    @Test("an empty section, and none, are an empty manifest", arguments: ["audit:", "audit: {}", "serve: {}", ""])
    func empty(_ text: String) throws {
        let manifest = try read(text)
        #expect(manifest.concepts.isEmpty && manifest.waivers.isEmpty && manifest.python == nil)
    }

    // MARK: Schema

    /// As JSON, with the types that the reader takes texts for.
    private func json(_ node: Node) -> Any {
        switch node {
        case .mapping(let mapping):
            return Dictionary(uniqueKeysWithValues: mapping.map { ($0.key.string!, json($0.value)) })
        case .sequence(let sequence): return sequence.map { json($0) }
        case .scalar(let scalar):
            guard scalar.style == .plain else { return scalar.string }
            if ["true", "false"].contains(scalar.string) { return scalar.string == "true" }
            if ["", "~", "null"].contains(scalar.string) { return NSNull() }
            return Int(scalar.string).map { $0 as Any } ?? scalar.string
        case .alias: return NSNull()
        }
    }

    private func schema() throws -> JSONSchema {
        try JSONSchema(Repository.data("docs/schemas/canon-yaml.schema.json"))
    }

    private func schemaProblems(_ text: String) throws -> [String] {
        let node = try #require(try Yams.compose(yaml: text))
        return try schema().problems(in: JSONSerialization.data(withJSONObject: json(node)))
    }

    @Test("the published schema takes what the reader takes")
    func schemaTakes() throws {
        #expect(try schemaProblems(Self.full.replacing("  nonsense: [this, is, not, \"read\"]", with: "")) == [])
        #expect(try schemaProblems(waiver([:])) == [])
        for rule in RuleList.all {
            for example in rule.examples.violating + rule.examples.clean {
                for file in example.files where file.path == "canon.yaml" {
                    #expect(try schemaProblems(file.parsed.text) == [], "\(rule.name): \(example.title)")
                }
            }
        }
    }

    @Test(
        "the published schema refuses what the reader refuses",
        arguments: [
            "audit:\n  conceps: {}", "audit:\n  concepts:\n    cache: {owner: me}", "audit:\n  python: \"2.7\"",
            "audit:\n  roots: shop", "audit:\n  languages: [pyton]", "audit: [1]", "audit:\n  rules: {syntax: low}",
            "audit:\n  limits: {file_lines: 0}", "audit:\n  waivers:\n    - rule: syntax\n      symbol: a.b",
            "adit: {}",
        ])
    func schemaRefuses(_ text: String) throws {
        #expect(try !schemaProblems(text).isEmpty)
    }

    @Test("the published schema knows the keys of the reader and no other")
    func schemaKeys() throws {
        let text = String(decoding: try Repository.data("docs/schemas/canon-yaml.schema.json"), as: UTF8.self)
        // Every key of the full manifest, and the two that a waiver may have instead.
        for key in ["escalate_after", "may_import", "function_lines", "search_paths", "fingerprint", "golden_path"] {
            #expect(text.contains("\"\(key)\""), "\(key)")
        }
    }
}

/// The repository that the tests are part of.
@Suite("Days")
struct CalendarDateTests {
    @Test(
        "days are read and written",
        arguments: ["1970-01-01", "2000-02-29", "2024-02-29", "2025-12-31", "2400-02-29", "1969-12-31"])
    func roundTrip(_ text: String) throws {
        let day = try #require(CalendarDate(text))
        #expect(day.description == text)
        #expect(CalendarDate(dayNumber: day.dayNumber) == day)
    }

    @Test(
        "what is no day is none",
        arguments: ["2025-02-29", "2025-13-01", "2025-00-10", "2025-1-1", "25-01-01", "2025-01-1x", "", "2100-02-29"])
    func none(_ text: String) { #expect(CalendarDate(text) == nil) }

    @Test("a leap year has 366 days")
    func leapYear() throws {
        let first = try #require(CalendarDate("2024-01-01"))
        #expect(first.adding(days: 366).description == "2025-01-01")
        #expect(try first.days(until: #require(CalendarDate("2024-03-01"))) == 60)
    }
}
