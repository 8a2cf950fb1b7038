import CanonFacts
import Foundation
import Testing

@testable import CanonAudit

/// An example of a rule, named for the test's output.
struct NamedExample: CustomTestStringConvertible, Sendable {
    var rule: any Rule.Type
    var example: RuleExample

    var testDescription: String { "\(rule.name): \(example.title)" }

    static let violating = RuleList.all.flatMap { rule in
        rule.examples.violating.map { NamedExample(rule: rule, example: $0) }
    }
    static let clean = RuleList.all.flatMap { rule in
        rule.examples.clean.map { NamedExample(rule: rule, example: $0) }
    }

    var project: ExampleProject { ExampleProject(example.files) }

    /// What the rule finds by itself, every place of it. A whole file is marked at its first line.
    func places(rules: [any Rule.Type]) throws -> [Finding.Place] {
        try project.report(rules: rules).findings.filter { $0.rule == rule.name }.flatMap(\.places)
            .map { Finding.Place(path: $0.path, line: max(1, $0.line)) }.sorted()
    }
}

@Suite("Rules")
struct RuleExampleTests {
    @Test("violating examples give exactly the findings that they mark", arguments: NamedExample.violating)
    func violating(_ named: NamedExample) throws {
        #expect(try named.places(rules: [named.rule]) == named.project.marks)
        #expect(!named.project.marks.isEmpty)
    }

    @Test("clean examples give none", arguments: NamedExample.clean)
    func clean(_ named: NamedExample) throws {
        #expect(try named.places(rules: [named.rule]) == [])
        #expect(named.project.marks.isEmpty)
    }

    @Test("a violating example fails when its rule is switched off", arguments: NamedExample.violating)
    func switchedOff(_ named: NamedExample) throws {
        let others = RuleList.all.filter { $0.name != named.rule.name }
        #expect(try named.places(rules: others) != named.project.marks)
    }

    @Test("switching a rule off in the manifest is a finding in its stead", arguments: RuleList.all.map { $0.name })
    func offInTheManifest(_ name: String) throws {
        let rule = try #require(RuleList.named(name))
        let example = try #require(rule.examples.violating.first)
        let project = ExampleProject(example.files)
        var manifest = try project.manifest()
        manifest.path = "canon.yaml"
        manifest.rulesOff = [Manifest.Entry(name, line: 7)]
        let report = try project.report(manifest: manifest)
        #expect(!report.findings.contains { $0.rule == name })
        #expect(
            report.findings.contains { $0.rule == "rule-off" && $0.related == [name] && $0.line == 7 && $0.isIntegrity }
        )
        #expect(report.verdict(failOn: .critical) == .failed)
    }

    @Test("examples do not depend on the number of threads", arguments: NamedExample.violating)
    func threads(_ named: NamedExample) throws {
        var project = named.project
        let one = try project.report()
        project.jobs = 4
        #expect(try project.report() == one)
    }

    @Test("rules have names of their own, in the order of the alphabet, that end neither in 'rule' nor in capitals")
    func names() {
        let names = RuleList.all.map { $0.name }
        #expect(names == names.sorted())
        #expect(Set(names).count == names.count)
        for name in names {
            #expect(name.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x2D }, "\(name)")
        }
    }

    @Test("every rule says why, what to do, and shows both sides", arguments: RuleList.all.map { $0.name })
    func documented(_ name: String) throws {
        let rule = try #require(RuleList.named(name))
        #expect(rule.rationale.count > 60)
        #expect(rule.remedy.hasSuffix("."))
        #expect(rule.identity.summary.hasSuffix("."))
        #expect(!rule.examples.violating.isEmpty && !rule.examples.clean.isEmpty)
        let titles = (rule.examples.violating + rule.examples.clean).map(\.title)
        #expect(Set(titles).count == titles.count)
    }
}
